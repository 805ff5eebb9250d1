/** The cases, as the gateway, the sweep's tests and the sandbox talk to them: the only user of the Temporal client. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import type { CaseRecord, CaseView, Entry } from '../domain/case.js';
import type { Ruling } from '../domain/ruling.js';
import * as messages from '../workflows/messages.js';
import { caseId, ESCALATION, TASK_QUEUE, ticketOf, type Answer, type Said } from '../workflows/messages.js';
import * as group from '../workflows/troubleshooting-messages.js';
import type { TroubleshootingResult } from '../workflows/troubleshooting.js';
import * as aboutProblems from '../workflows/problem-messages.js';
import { SEARCH } from '../workflows/search-attributes.js';
import { NoSuchCase, TemporalAway } from './errors.js';
import { executionOf, plainKey, talking, wherePossible, type Execution } from './talk.js';

export type { Execution };

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
  /** At most so many cases, running ones first; 100 when absent. */
  limit?: number;
}

export type Cases = ReturnType<typeof cases>;

/**
 * Talks to the cases. Every call is given a deadline, and rejects with `TemporalAway` when it passes or
 * Temporal cannot be reached, and with `NoSuchCase` where a case is named that is not there.
 */
export function cases(client: Client, { deadlineMs = 5_000 }: { deadlineMs?: number } = {}) {
  const { bounded, update: updated, list: listed } = talking(client, deadlineMs, (ticketId) => new NoSuchCase(ticketId));
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
      return updated(
        { name: ticketId, workflowId: group.troubleshootingId(ticketId, cycle), definition, said },
        {
          describe: () => Promise.resolve(), // The case is there; that it has no troubleshooting is an answer.
          ended: 'No group troubleshooting of this case is going on.',
          endedMeanwhile: 'The group troubleshooting ended before it could take this up.',
        },
      );
    };

  const update =
    <T>(definition: UpdateDefinition<Answer, [Said<T>]>) =>
    (ticketId: string, said: Said<T>): Promise<Answer> =>
      updated(
        { name: ticketId, workflowId: caseId(ticketId), definition, said },
        {
          describe: () => describe(ticketId),
          ended: 'The case has ended. A change of its ticket starts it again.',
          endedMeanwhile: 'The case ended before it could take this up.',
        },
      );

  const list = (listing: Listing = {}): Promise<CaseRow[]> => listed(ESCALATION, listing, rowOf);

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
    /**
     * The tickets whose running case has this Jira issue for itself: a case in a problem hears from its problem.
     * Visibility lags a second or so.
     */
    byIssue: async (key: string): Promise<string[]> => {
      const query = `${SEARCH.jiraKey.name} = "${plainKey(key)}" AND ${SEARCH.problem.name} IS NULL AND ExecutionStatus = "Running"`;
      return (await wherePossible(() => list({ query }))).map((row) => row.ticketId);
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
    /** Puts the case into a problem, which must run. */
    link: update(aboutProblems.link),
    /** Takes it out of its problem. */
    unlink: update(aboutProblems.unlink),

    fix: groupUpdate(group.fix),
    approve: groupUpdate(group.approve),
    refuse: groupUpdate(group.refuse),
    observed: groupUpdate(group.observed),
    /** The group troubleshooting of the case's present cycle; null when there is none. Rejects with `NoSuchCase`. */
    group: async (ticketId: string): Promise<group.GroupView | null> => {
      const { cycle } = await ask(ticketId, () => handle(ticketId).query(messages.state), viewOf);
      return bounded(ticketId, () => client.workflow.getHandle(group.troubleshootingId(ticketId, cycle)).query(group.groupView)).catch(noneWhereMissing);
    },
    /** What came of a group troubleshooting that completed; null where it runs, is gone, or was ended from outside. */
    troubleshot: async (ticketId: string, cycle: number): Promise<TroubleshootingResult | null> => {
      const found = client.workflow.getHandle(group.troubleshootingId(ticketId, cycle));
      return bounded(ticketId, async () =>
        (await found.describe()).status.name === 'COMPLETED' ? ((await found.result()) as TroubleshootingResult) : null,
      ).catch(noneWhereMissing);
    },

    /** Resolves when Temporal answers for our namespace. */
    ready: async (): Promise<void> => {
      const { namespace } = client.options;
      // A probe that takes as long as a call would be given up on before it is answered.
      await bounded('', () => client.workflowService.describeNamespace({ namespace }), Math.min(deadlineMs, 2_000));
    },
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

const noneWhereMissing = (error: unknown): null => {
  if (error instanceof NoSuchCase) return null;
  throw error;
};

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
    problem: null,
    promise: null,
    owed: [],
    ticket: null,
    outcome: record.outcome,
    overrides: record.handoffs.filter((handoff) => handoff.overriddenBy).length,
  };
}
