/** What the sweep asks of Temporal: which cases and problems know what, and which were ended from outside. */
import { QueryNotRegisteredError, QueryRejectedError, type Client, type WorkflowExecutionDescription } from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError, type QueryDefinition } from '@temporalio/common';
import { unavailable } from '../activities/failures.js';
import type { KnockPort } from '../activities/sweep.js';
import { cases } from './cases.js';
import { grpcCode, GRPC, NoSuchCase } from './errors.js';
import { problems } from './problems.js';
import { caseId, ESCALATION, seen, ticketOf } from '../workflows/messages.js';
import { PROBLEM, problemSeen } from '../workflows/problem-messages.js';
import { SEARCH } from '../workflows/search-attributes.js';

const DEADLINE_MS = 10_000;
const FROM_OUTSIDE = ['Terminated', 'Failed', 'TimedOut'] as const;

/** Every call rejects with `Unavailable` where Temporal does not take it. */
export function sweeping(client: Client): KnockPort {
  const toCases = cases(client);
  const toProblems = problems(client);
  const bounded = <T>(call: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + DEADLINE_MS, call);

  /** The last run; null where there is none any more. */
  const described = (workflowId: string): Promise<WorkflowExecutionDescription | null> =>
    bounded(() => client.workflow.getHandle(workflowId).describe()).catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    });

  /** A query's answer, of a workflow that is running; null of any other. */
  async function ofRunning<T>(workflowId: string, query: QueryDefinition<T>): Promise<T | 'unreadable' | null> {
    // A closed workflow would answer too, with what it knew when it ended.
    if ((await described(workflowId))?.status.name !== 'RUNNING') return null;
    try {
      return await bounded(() => client.workflow.getHandle(workflowId).query(query));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      if (isUnanswered(error)) return 'unreadable';
      throw error;
    }
  }

  return {
    knock: (ticketId, what) => plainly('knock at a case', () => toCases.knock(ticketId, what)),
    issueChanged: (ticketId, what) =>
      plainly('tell a case', async () => {
        await toCases.issueChanged(ticketId, what).catch((error: unknown) => {
          if (!(error instanceof NoSuchCase)) throw error; // It has ended meanwhile.
        });
      }),
    problemIssueChanged: (id, what) => plainly('tell a problem', () => toProblems.issueChanged(id, what)),
    seen: (ticketId) => plainly('say what a case knows', () => ofRunning(caseId(ticketId), seen)),
    problemSeen: (id) => plainly('say what a problem knows', () => ofRunning(id, problemSeen)),

    endedFromOutside: (since) =>
      plainly('list what was ended from outside', async () => {
        const types = [ESCALATION, PROBLEM].map((type) => `"${type}"`).join(', ');
        const statuses = FROM_OUTSIDE.map((status) => `"${status}"`).join(', ');
        const query = `WorkflowType IN (${types}) AND ExecutionStatus IN (${statuses}) AND CloseTime >= "${since}"`;
        // The list holds runs.
        const ids = new Set<string>();
        for await (const { workflowId } of client.workflow.list({ query })) ids.add(workflowId);
        return [...ids];
      }),

    revive: (workflowId, at) =>
      plainly('begin again what was ended from outside', async () => {
        const last = await described(workflowId);
        // Only the last run of a workflow tells how it stands.
        if (!last || !['TERMINATED', 'FAILED', 'TIMED_OUT'].includes(last.status.name)) return false;
        const hint = { id: `revived-${at}`, via: 'sweep', at } as const;
        const ticketId = ticketOf(workflowId);
        const key = last.typedSearchAttributes.get(SEARCH.jiraKey);
        if (ticketId) await toCases.knock(ticketId, hint);
        // A problem finds its issue and its cases again.
        else if (key) await toProblems.issueChanged(workflowId, { ...hint, key });
        return ticketId !== null || key !== undefined;
      }),
  };
}

/**
 * It is there, and nobody answers for it: no worker, none that can replay its history (which the server calls an invalid
 * argument), a handler that throws, or one that takes too long.
 */
function isUnanswered(error: unknown): boolean {
  const code = grpcCode(error);
  return error instanceof QueryNotRegisteredError || error instanceof QueryRejectedError || (code !== null && UNANSWERED.includes(code));
}
const UNANSWERED: readonly number[] = [GRPC.failedPrecondition, GRPC.invalidArgument, GRPC.deadlineExceeded];

/** With our own words for what went wrong, which go into the sweep's result. */
async function plainly<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof ApplicationFailure) throw error;
    const code = grpcCode(error);
    throw unavailable('Temporal', doing, code === null ? (error instanceof Error ? error.name : 'no error') : `gRPC status ${code}`);
  }
}
