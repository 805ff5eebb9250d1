/** The cases, as the gateway, the sweep's tests and the sandbox talk to them: the only user of the Temporal client. */
import { WorkflowUpdateFailedError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import type { CaseRecord, CaseView, Entry } from '../domain/case.js';
import type { Ruling } from '../domain/ruling.js';
import * as messages from '../workflows/messages.js';
import { caseId, ESCALATION, TASK_QUEUE, ticketOf, type Answer, type Said } from '../workflows/messages.js';
import * as group from '../workflows/troubleshooting-messages.js';
import type { TroubleshootingResult } from '../workflows/troubleshooting.js';
import { SEARCH } from '../workflows/search-attributes.js';
import { BadQuery, grpcCode, GRPC, Malformed, NoSuchCase, TemporalAway, understood } from './errors.js';

/** One run of a case's workflow, as Temporal sees it. Times are ISO 8601. */
export interface Execution {
  workflowId: string;
  runId: string;
  /** 'completed' is how a case ends; 'failed' means a bug; 'cancelled' and 'terminated' were done by hand. */
  status: 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed_out' | 'other';
  startedAt: string;
  endedAt: string | null;
}

/** One line of a list: the execution and its search attributes. No member data. */
export interface CaseRow extends Execution {
  ticketId: string;
  stage: string | null;
  inquiry: string | null;
  row: string | null;
  team: string | null;
  jiraKey: string | null;
  priority: string | null;
  group: string | null;
  problem: string | null;
  needs: string | null;
  outcome: string | null;
  promiseDue: string | null;
  nextWake: string | null;
  flagged: boolean;
  cycle: number | null;
}

export interface Listing {
  /** A Temporal visibility query over the search attributes, e.g. `Team = "ProdOps"`. */
  query?: string;
  /** At most so many cases, newest first; 100 when absent. */
  limit?: number;
}

export type Cases = ReturnType<typeof cases>;

/**
 * Talks to the cases. Every call is given a deadline, and rejects with `TemporalAway` when it passes or
 * Temporal cannot be reached, and with `NoSuchCase` where a case is named that is not there.
 */
export function cases(client: Client, { deadlineMs = 5_000 }: { deadlineMs?: number } = {}) {
  const bounded = async <T>(ticketId: string, call: () => Promise<T>, withinMs = deadlineMs): Promise<T> => {
    try {
      return await client.withDeadline(Date.now() + withinMs, call);
    } catch (error) {
      throw understood(error, ticketId);
    }
  };
  const handle = (ticketId: string) => client.workflow.getHandle(caseId(ticketId));

  /** Starts the case if it is not running, and signals it: one call, so that neither is lost. */
  const signalWithStart = async <T>(ticketId: string, signal: SignalDefinition<[T]>, message: T): Promise<void> => {
    await bounded(ticketId, () =>
      client.workflow.signalWithStart(ESCALATION, {
        workflowId: caseId(ticketId),
        taskQueue: TASK_QUEUE,
        args: [{ ticketId }],
        staticSummary: `Ticket ${ticketId}`,
        signal,
        signalArgs: [message],
      }),
    );
  };

  const describe = async (ticketId: string): Promise<Execution> =>
    bounded(ticketId, async () => executionOf(await handle(ticketId).describe()));

  /**
   * A query is answered by the worker, for an ended case too. Where the worker cannot answer, an ended case is
   * read from its result.
   */
  const ask = async <T>(ticketId: string, query: () => Promise<T>, fromRecord: (record: CaseRecord) => T): Promise<T> => {
    try {
      return await bounded(ticketId, query);
    } catch (error) {
      const record = error instanceof TemporalAway ? await recordOf(ticketId).catch(() => null) : null;
      if (!record) throw error;
      return fromRecord(record);
    }
  };
  /** The result of a case that ended; null while it runs, and when it ended without one. */
  const recordOf = async (ticketId: string): Promise<CaseRecord | null> => {
    const { status, runId } = await describe(ticketId);
    if (status !== 'completed') return null;
    return bounded(ticketId, () => client.workflow.getHandle(caseId(ticketId), runId).result() as Promise<CaseRecord>);
  };

  /** Says something to the group troubleshooting of the case's present cycle. */
  const groupUpdate =
    <T>(definition: UpdateDefinition<Answer, [Said<T>]>) =>
    async (ticketId: string, said: Said<T>): Promise<Answer> => {
      const { cycle } = await ask(ticketId, () => handle(ticketId).query(messages.state), viewOf);
      try {
        return await client.withDeadline(Date.now() + deadlineMs, () =>
          client.workflow.getHandle(group.troubleshootingId(ticketId, cycle)).executeUpdate(definition, { args: [said], ...(said.id && { updateId: said.id }) }),
        );
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return { accepted: false, reason: 'No group troubleshooting of this case is going on.' };
        if (error instanceof WorkflowUpdateFailedError) {
          const { cause } = error;
          if (cause instanceof ApplicationFailure && cause.type === 'AcceptedUpdateCompletedWorkflow')
            return { accepted: false, reason: 'The group troubleshooting ended before it could take this up.' };
          throw new Malformed(cause?.message ?? error.message, { cause: error });
        }
        throw understood(error, ticketId);
      }
    };

  const update =
    <T>(definition: UpdateDefinition<Answer, [Said<T>]>) =>
    async (ticketId: string, said: Said<T>): Promise<Answer> => {
      try {
        return await client.withDeadline(Date.now() + deadlineMs, () =>
          handle(ticketId).executeUpdate(definition, { args: [said], ...(said.id && { updateId: said.id }) }),
        );
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) {
          // Temporal says the same of a case that ended and of one that never was.
          await describe(ticketId);
          return { accepted: false, reason: 'The case has ended. A change of its ticket starts it again.' };
        }
        if (error instanceof WorkflowUpdateFailedError) {
          const { cause } = error;
          if (cause instanceof ApplicationFailure && cause.type === 'AcceptedUpdateCompletedWorkflow')
            return { accepted: false, reason: 'The case ended before it could take this up.' };
          throw new Malformed(cause?.message ?? error.message, { cause: error });
        }
        throw understood(error, ticketId);
      }
    };

  const list = async ({ query, limit = 100 }: Listing = {}): Promise<CaseRow[]> => {
    // A run that continued as new is not a case of its own.
    const own = `WorkflowType = "${ESCALATION}" AND ExecutionStatus != "ContinuedAsNew"`;
    try {
      return await bounded('', async () => {
        const rows = new Map<string, CaseRow>();
        const found = client.workflow.list({ query: query ? `${own} AND (${query})` : own, pageSize: Math.min(limit, 200) });
        for await (const execution of found) {
          const row = rowOf(execution);
          // Newest first: an older run of the same ticket is history.
          if (row && !rows.has(row.ticketId)) rows.set(row.ticketId, row);
          if (rows.size >= limit) break;
        }
        return [...rows.values()];
      });
    } catch (error) {
      if (grpcCode(error) === GRPC.invalidArgument)
        throw new BadQuery(`Temporal does not understand the query: ${reasonOf(error)}`, { cause: error });
      throw error;
    }
  };

  return {
    /** Says that a ticket changed; starts its case where none runs. Resolves when Temporal has the message. */
    knock: (ticketId: string, message: messages.TicketChanged) => signalWithStart(ticketId, messages.ticketChanged, message),
    /** Hands over what a merged ticket still owed; starts the surviving ticket's case where none runs. */
    inherit: (ticketId: string, message: messages.Inherited) => signalWithStart(ticketId, messages.inherited, message),
    /** Says that a Jira issue of a running case changed. Rejects with `NoSuchCase` when none runs. */
    issueChanged: (ticketId: string, message: messages.IssueChanged): Promise<void> =>
      bounded(ticketId, () => handle(ticketId).signal(messages.issueChanged, message)),

    /** Puts an attempt that was refused for its role into the record of a running case; where none runs, nowhere. */
    denied: (ticketId: string, attempt: messages.Denied): Promise<void> =>
      bounded(ticketId, () => handle(ticketId).signal(messages.denied, attempt)).catch((error: unknown) => {
        if (!(error instanceof NoSuchCase)) throw error;
      }),

    describe,
    /** Newest first. Rejects with `BadQuery`. */
    list,
    /** The tickets whose running case has this Jira issue. Visibility lags a second or so. */
    byIssue: async (key: string): Promise<string[]> => {
      const query = `${SEARCH.jiraKey.name} = "${key.replaceAll(/[^\w-]/g, '')}" AND ExecutionStatus = "Running"`;
      try {
        return (await list({ query })).map((row) => row.ticketId);
      } catch (error) {
        // A server without visibility, as the time-skipping one, knows of none.
        if (grpcCode(error) === GRPC.unimplemented) return [];
        throw error;
      }
    },

    state: (ticketId: string): Promise<CaseView> => ask(ticketId, () => handle(ticketId).query(messages.state), viewOf),
    timeline: (ticketId: string): Promise<Entry[]> =>
      ask(ticketId, () => handle(ticketId).query(messages.timeline), (record) => record.timeline),
    /** The current ruling, whole; null when there is none yet, or only the record is left. */
    explain: (ticketId: string): Promise<Ruling | null> =>
      ask(ticketId, () => handle(ticketId).query(messages.explanation), () => null),

    close: update(messages.close),
    reEscalate: update(messages.reEscalate),
    provide: update(messages.provide),
    override: update(messages.override),
    confirm: update(messages.confirm),
    choose: update(messages.choose),
    resume: update(messages.resume),
    setPromise: update(messages.setPromise),
    settleMail: update(messages.settleMail),

    fix: groupUpdate(group.fix),
    approve: groupUpdate(group.approve),
    refuse: groupUpdate(group.refuse),
    observed: groupUpdate(group.observed),
    /** The group troubleshooting of the case's present cycle; null when there is none. Rejects with `NoSuchCase`. */
    group: async (ticketId: string): Promise<group.GroupView | null> => {
      const { cycle } = await ask(ticketId, () => handle(ticketId).query(messages.state), viewOf);
      return client.withDeadline(Date.now() + deadlineMs, async () => {
        try {
          return await client.workflow.getHandle(group.troubleshootingId(ticketId, cycle)).query(group.groupView);
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return null;
          throw understood(error, ticketId);
        }
      });
    },
    /** What came of a group troubleshooting that completed; null where it runs, is gone, or was ended from outside. */
    troubleshot: async (ticketId: string, cycle: number): Promise<TroubleshootingResult | null> => {
      const found = client.workflow.getHandle(group.troubleshootingId(ticketId, cycle));
      return client.withDeadline(Date.now() + deadlineMs, async () => {
        try {
          return (await found.describe()).status.name === 'COMPLETED' ? ((await found.result()) as TroubleshootingResult) : null;
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return null;
          throw error;
        }
      });
    },

    /** Resolves when Temporal answers for our namespace. */
    ready: async (): Promise<void> => {
      const { namespace } = client.options;
      // A probe that takes as long as a call would be given up on before it is answered.
      await bounded('', () => client.workflowService.describeNamespace({ namespace }), Math.min(deadlineMs, 2_000));
    },
  };
}

const STATUSES = ['running', 'completed', 'failed', 'cancelled', 'terminated', 'timed_out'] as const;

function executionOf(info: Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status' | 'startTime' | 'closeTime'>): Execution {
  const name = info.status.name.toLowerCase();
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    status: STATUSES.find((status) => status === name) ?? 'other',
    startedAt: info.startTime.toISOString(),
    endedAt: info.closeTime?.toISOString() ?? null,
  };
}

function rowOf(info: WorkflowExecutionInfo): CaseRow | null {
  const ticketId = ticketOf(info.workflowId);
  if (!ticketId) return null;
  const { typedSearchAttributes: found } = info;
  return {
    ticketId,
    ...executionOf(info),
    stage: found.get(SEARCH.stage) ?? null,
    inquiry: found.get(SEARCH.inquiry) ?? null,
    row: found.get(SEARCH.row) ?? null,
    team: found.get(SEARCH.team) ?? null,
    jiraKey: found.get(SEARCH.jiraKey) ?? null,
    priority: found.get(SEARCH.priority) ?? null,
    group: found.get(SEARCH.group) ?? null,
    problem: found.get(SEARCH.problem) ?? null,
    needs: found.get(SEARCH.needs) ?? null,
    outcome: found.get(SEARCH.outcome) ?? null,
    promiseDue: found.get(SEARCH.promiseDue)?.toISOString() ?? null,
    nextWake: found.get(SEARCH.nextWake)?.toISOString() ?? null,
    flagged: found.get(SEARCH.flagged) ?? false,
    cycle: found.get(SEARCH.cycle) ?? null,
  };
}

/** What a case's record still tells of its state. */
function viewOf(record: CaseRecord): CaseView {
  return {
    ticketId: record.ticketId,
    cycle: record.cycle,
    stage: 'ended',
    waitsFor: 'The case has ended; this is read from its record.',
    nextWake: null,
    needs: null,
    flagged: null,
    parked: false,
    ruling: null,
    handoff: record.handoffs.at(-1) ?? null,
    promise: null,
    owed: [],
    ticket: null,
    outcome: record.outcome,
    overrides: record.handoffs.filter((handoff) => handoff.overriddenBy).length,
  };
}

const reasonOf = (error: unknown): string => {
  let deepest = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  return deepest instanceof Error ? ((deepest as { details?: string }).details ?? deepest.message) : String(error);
};
