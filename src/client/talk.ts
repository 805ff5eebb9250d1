/** How a workflow is talked to, a case or a problem: in bounded time, and with our own words for what can go wrong. */
import { WorkflowUpdateFailedError, type Client, type WorkflowExecutionInfo } from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import type { UpdateDefinition } from '@temporalio/common';
import type { Answer, Said } from '../workflows/messages.js';
import { asOfQuery, grpcCode, GRPC, Malformed, understood } from './errors.js';

/** One run of a workflow, as Temporal sees it. Times are ISO 8601. */
export interface Execution {
  workflowId: string;
  runId: string;
  /** 'completed' is how one ends; 'failed' means a bug; 'cancelled' and 'terminated' were done by hand. */
  status: 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed_out' | 'other';
  startedAt: string;
  endedAt: string | null;
}

/** An idempotency key is looked for in so many runs of a workflow. */
const RUNS_ASKED = 20;
const STATUSES = ['running', 'completed', 'failed', 'cancelled', 'terminated', 'timed_out'] as const;

export function executionOf(info: Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'status' | 'startTime' | 'closeTime'>): Execution {
  const name = info.status.name.toLowerCase();
  return {
    workflowId: info.workflowId,
    runId: info.runId,
    status: STATUSES.find((status) => status === name) ?? 'other',
    startedAt: info.startTime.toISOString(),
    endedAt: info.closeTime?.toISOString() ?? null,
  };
}

/** What is said where a workflow has ended before, or while, an update reached it. */
export interface Endings {
  /** Rejects where there never was one. */
  describe(): Promise<unknown>;
  ended: string;
  endedMeanwhile: string;
}

/**
 * Calls with a deadline, after which they reject with `TemporalAway`.
 * @param missing makes the error for a workflow that is not there, of the name that was asked for
 */
export function talking(client: Client, deadlineMs: number, missing: (name: string) => Error) {
  const bounded = async <T>(name: string, call: () => Promise<T>, withinMs = deadlineMs): Promise<T> => {
    try {
      return await client.withDeadline(Date.now() + withinMs, call);
    } catch (error) {
      throw understood(error, () => missing(name));
    }
  };

  /** The runs of a workflow, newest first; as many as one whose command is repeated may have been through meanwhile. */
  const runsOf = (workflowId: string): Promise<string[]> =>
    wherePossible(async () => {
      const runs: string[] = [];
      for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${workflowId}"`, pageSize: RUNS_ASKED })) {
        if (runs.push(runId) >= RUNS_ASKED) break;
      }
      return runs;
    });

  /**
   * What was answered to an Update with this id; null where none of the workflow's runs has heard it. Temporal takes an id
   * once in each run, and whoever repeats a command may find that the run which heard it is over, or another one begun.
   */
  const answerTo = async (workflowId: string, updateId: string): Promise<Answer | null> => {
    // Visibility lags a little: the newest run is asked by the workflow's name, too.
    for (const runId of [undefined, ...(await runsOf(workflowId))]) {
      try {
        return await client.workflow.getHandle(workflowId, runId).getUpdateHandle<Answer>(updateId).result();
      } catch (error) {
        const isUnheard = error instanceof WorkflowNotFoundError || grpcCode(error) === GRPC.notFound;
        // One that failed has no answer: it says why once more.
        if (!isUnheard && !(error instanceof WorkflowUpdateFailedError)) throw error;
      }
    }
    return null;
  };

  /** An Update and its answer. One that finds the workflow ended is answered with a refusal, not an error. */
  const update = async <T>(
    { name, workflowId, definition, said }: { name: string; workflowId: string; definition: UpdateDefinition<Answer, [Said<T>]>; said: Said<T> },
    { describe, ended, endedMeanwhile }: Endings,
  ): Promise<Answer> => {
    try {
      return await client.withDeadline(Date.now() + deadlineMs, async () => {
        const before = said.id ? await answerTo(workflowId, said.id) : null;
        return before ?? (await client.workflow.getHandle(workflowId).executeUpdate(definition, { args: [said], ...(said.id && { updateId: said.id }) }));
      });
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) {
        // Temporal says the same of one that ended and of one that never was.
        await describe();
        return { accepted: false, reason: ended };
      }
      if (error instanceof WorkflowUpdateFailedError) {
        const { cause } = error;
        if (cause instanceof ApplicationFailure && cause.type === 'AcceptedUpdateCompletedWorkflow') return { accepted: false, reason: endedMeanwhile };
        throw new Malformed(cause?.message ?? error.message, { cause: error });
      }
      throw understood(error, () => missing(name));
    }
  };

  /**
   * The newest run of each workflow of a type, in Temporal's order (running ones first, the last begun at the top, then ended ones, the last ended at the top), as `rowOf` makes rows of them (null: not one of ours).
   * Rejects with `BadQuery`.
   */
  const list = async <R extends { workflowId: string }>(
    type: string,
    { query, limit = 100 }: { query?: string; limit?: number },
    rowOf: (info: WorkflowExecutionInfo) => R | null,
  ): Promise<R[]> => {
    // A run that continued as new is not one of its own.
    const own = `WorkflowType = "${type}" AND ExecutionStatus != "ContinuedAsNew"`;
    try {
      return await bounded('', async () => {
        const rows = new Map<string, R>();
        const found = client.workflow.list({ query: query ? `${own} AND (${query})` : own, pageSize: Math.min(limit, 200) });
        for await (const execution of found) {
          const row = rowOf(execution);
          // Newest first: an older run of the same workflow is history.
          if (row && !rows.has(row.workflowId)) rows.set(row.workflowId, row);
          if (rows.size >= limit) break;
        }
        return [...rows.values()];
      });
    } catch (error) {
      throw asOfQuery(error);
    }
  };

  return { bounded, update, list };
}

/** A Jira key in a visibility query. */
export const plainKey = (key: string): string => key.replaceAll(/[^\w-]/g, '');

/** What a query finds, and nothing on a server without visibility, as the time-skipping one. */
export async function wherePossible<T>(find: () => Promise<T[]>): Promise<T[]> {
  try {
    return await find();
  } catch (error) {
    if (grpcCode(error) === GRPC.unimplemented) return [];
    throw error;
  }
}
