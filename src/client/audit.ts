/** The audit's entries, gathered from Temporal: the record of every run of the workflows where people do something. */
import { QueryNotRegisteredError, type Client, type WorkflowExecutionInfo, type WorkflowHandle } from '@temporalio/client';
import protos from '@temporalio/proto';
import pMap from 'p-map';
import { entriesOf, type AuditEntry } from '../domain/audit.js';
import type { CaseRecord, Entry } from '../domain/case.js';
import type { ProblemRecord } from '../domain/problem.js';
import { caseId, ESCALATION, TASK_QUEUE, ticketOf, timeline } from '../workflows/messages.js';
import { isProblemId, PROBLEM, problemTimeline } from '../workflows/problem-messages.js';
import type { TroubleshootingResult } from '../workflows/troubleshooting.js';
import { groupView, ticketOfTroubleshooting, TROUBLESHOOTING } from '../workflows/troubleshooting-messages.js';
import { asOfQuery, GRPC, grpcCode, NoSuchCase, NoSuchProblem, understood } from './errors.js';

/** So many records are read at once: a worker answers each. */
const AT_ONCE = 8;

/** How a type of workflow tells what it recorded. */
interface Teller {
  /** Is this the id of one of ours? One that somebody began by hand under another name is nobody's record. */
  ours(workflowId: string): boolean;
  /** Asks a run. */
  ask(handle: WorkflowHandle): Promise<Entry[]>;
  /** Reads what a run that completed returned. */
  from(result: unknown): Entry[];
}
const TELLERS: Record<string, Teller> = {
  [ESCALATION]: { ours: (id) => ticketOf(id) !== null, ask: (handle) => handle.query(timeline), from: (record) => (record as CaseRecord).timeline },
  [TROUBLESHOOTING]: {
    ours: (id) => ticketOfTroubleshooting(id) !== null,
    ask: async (handle) => (await handle.query(groupView)).resolution.steps,
    from: (result) => (result as TroubleshootingResult).resolution.steps,
  },
  [PROBLEM]: { ours: isProblemId, ask: (handle) => handle.query(problemTimeline), from: (record) => (record as ProblemRecord).timeline },
};
const AUDITED = `WorkflowType IN (${Object.keys(TELLERS).map((type) => `"${type}"`).join(', ')})`;

type Run = Pick<WorkflowExecutionInfo, 'type' | 'workflowId' | 'runId' | 'taskQueue' | 'status' | 'startTime'>;

export type Auditor = ReturnType<typeof auditor>;

/** Reads the audit. Calls reject with `TemporalAway`, `BadQuery`, `NoSuchCase` and `NoSuchProblem`. */
export function auditor(client: Client, { deadlineMs = 20_000 }: { deadlineMs?: number } = {}) {
  const bounded = async <T>(workflowId: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await client.withDeadline(Date.now() + deadlineMs, call);
    } catch (error) {
      throw understood(error, () => (isProblemId(workflowId) ? new NoSuchProblem(workflowId) : new NoSuchCase(ticketOf(workflowId) ?? workflowId)));
    }
  };

  /** Does a worker of ours answer? Then a run that does not cannot, whatever is asked of it. */
  async function isServed(): Promise<boolean> {
    const { namespace } = client.options;
    const taskQueueType = protos.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW;
    const { pollers } = await bounded('', () => client.workflowService.describeTaskQueue({ namespace, taskQueue: { name: TASK_QUEUE }, taskQueueType }));
    return pollers.length > 0;
  }
  /** One run that nobody can read, a stranger's or a broken one, must not keep the others from being read: it is said. */
  async function unread({ workflowId, runId, taskQueue }: Run, error: unknown): Promise<boolean> {
    if (error instanceof QueryNotRegisteredError) return true;
    const code = grpcCode(error);
    if ((code !== GRPC.failedPrecondition && code !== GRPC.deadlineExceeded) || !(await isServed())) return false;
    if (code === GRPC.failedPrecondition || taskQueue !== TASK_QUEUE) return true;
    // A worker is slow, or this run's task fails again and again.
    const { raw } = await bounded(workflowId, () => client.workflow.getHandle(workflowId, runId).describe());
    return (raw.pendingWorkflowTask?.attempt ?? 0) > 1;
  }

  /** What a run recorded. Its worker tells; where it completed, its result does. */
  async function recordOf(run: Run): Promise<AuditEntry[]> {
    const { type, workflowId, runId, status, startTime } = run;
    const teller = TELLERS[type]!;
    const handle = client.workflow.getHandle(workflowId, runId);
    const entries = await bounded(workflowId, async () => (status.name === 'COMPLETED' ? teller.from(await handle.result()) : teller.ask(handle))).catch(async (error: unknown) => {
      if (!(await unread(run, error))) throw error;
      return [{ at: startTime.toISOString(), what: 'flagged', text: 'the record of this run cannot be read; see it in the Temporal UI', by: 'onetouch', cycle: 0 } satisfies Entry];
    });
    return entriesOf({ ticket: ticketOf(workflowId) ?? ticketOfTroubleshooting(workflowId), workflow: workflowId, run: runId }, entries);
  }

  /** A run that continued as new is told by the one that it became. */
  const runsOf = (query: string): Promise<WorkflowExecutionInfo[]> =>
    bounded('', async () => {
      const runs: WorkflowExecutionInfo[] = [];
      const found = client.workflow.list({ query: `${AUDITED} AND ExecutionStatus != "ContinuedAsNew" AND (${query})`, pageSize: 200 });
      for await (const run of found) if (TELLERS[run.type]?.ours(run.workflowId)) runs.push(run);
      return runs.sort((a, b) => a.startTime.getTime() - b.startTime.getTime() || a.runId.localeCompare(b.runId));
    }).catch((error: unknown) => {
      throw asOfQuery(error);
    });

  const recordsOf = async (runs: readonly Run[]): Promise<AuditEntry[]> => (await pMap(runs, recordOf, { concurrency: AT_ONCE })).flat();

  /** The records of a workflow and of those that belong to it, by the time of each line. */
  async function all(workflowId: string, query: string): Promise<AuditEntry[]> {
    const runs: Run[] = await runsOf(query);
    // Visibility lags a little: one that has just begun is asked by its name.
    if (runs.length === 0) runs.push(await bounded(workflowId, () => client.workflow.getHandle(workflowId).describe()));
    return (await recordsOf(runs)).sort((a, b) => a.at.localeCompare(b.at));
  }

  return {
    /** Everything that is kept of one ticket: all runs of its case and of its group troubleshooting, oldest line first. */
    ofCase: (ticketId: string): Promise<AuditEntry[]> =>
      all(caseId(ticketId), `WorkflowId = "${caseId(ticketId)}" OR WorkflowId STARTS_WITH "group-${ticketId}-"`),
    /** Everything that is kept of one problem, oldest line first. */
    ofProblem: (id: string): Promise<AuditEntry[]> => all(id, `WorkflowId = "${id}"`),
    /**
     * The records of all runs that began between two moments (ISO 8601; null is no bound), run by run, by when they
     * began. The whole is held in memory: ask by days or weeks.
     */
    async between(from: string | null, to: string | null): Promise<AuditEntry[]> {
      const bounds = [from && `StartTime >= "${from}"`, to && `StartTime < "${to}"`].filter(Boolean);
      return recordsOf(await runsOf(bounds.length > 0 ? bounds.join(' AND ') : 'StartTime >= "1970-01-01T00:00:00Z"'));
    },
  };
}
