/** The audit's entries, gathered from Temporal: the record of every run of a case, ended or not. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import pMap from 'p-map';
import { entriesOf, type AuditEntry } from '../domain/audit.js';
import type { CaseRecord, Entry } from '../domain/case.js';
import { caseId, ESCALATION, ticketOf, timeline } from '../workflows/messages.js';
import { NoSuchCase, understood } from './errors.js';

/** So many records are read at once: a worker answers each. */
const AT_ONCE = 8;

export type Auditor = ReturnType<typeof auditor>;

/** Reads the audit. Calls reject with `TemporalAway` and `NoSuchCase`. */
export function auditor(client: Client, { deadlineMs = 20_000 }: { deadlineMs?: number } = {}) {
  const bounded = async <T>(ticketId: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await client.withDeadline(Date.now() + deadlineMs, call);
    } catch (error) {
      throw understood(error, () => new NoSuchCase(ticketId));
    }
  };

  /** What a run recorded. Its worker tells; where none can, an ended run's result does. */
  async function recordOf({ workflowId, runId, status }: WorkflowExecutionInfo): Promise<AuditEntry[]> {
    const ticket = ticketOf(workflowId)!;
    const handle = client.workflow.getHandle(workflowId, runId);
    const entries: Entry[] = await bounded(ticket, () =>
      status.name === 'COMPLETED' ? handle.result().then((record) => (record as CaseRecord).timeline) : handle.query(timeline),
    );
    return entriesOf(ticket, runId, entries);
  }

  /** A run that continued as new is told by the one that it became. */
  const runsOf = (query: string): Promise<WorkflowExecutionInfo[]> =>
    bounded('', async () => {
      const runs: WorkflowExecutionInfo[] = [];
      const found = client.workflow.list({ query: `WorkflowType = "${ESCALATION}" AND ExecutionStatus != "ContinuedAsNew" AND ${query}`, pageSize: 200 });
      for await (const run of found) if (ticketOf(run.workflowId)) runs.push(run);
      return runs.sort((a, b) => a.startTime.getTime() - b.startTime.getTime() || a.runId.localeCompare(b.runId));
    });

  const recordsOf = async (runs: WorkflowExecutionInfo[]): Promise<AuditEntry[]> => (await pMap(runs, recordOf, { concurrency: AT_ONCE })).flat();

  return {
    /** Everything that is kept of one ticket's case: all of its runs, oldest first. */
    async ofCase(ticketId: string): Promise<AuditEntry[]> {
      const runs = await runsOf(`WorkflowId = "${caseId(ticketId)}"`);
      if (runs.length > 0) return recordsOf(runs);
      // Visibility lags a little: a case that has just begun is asked by its name.
      const handle = client.workflow.getHandle(caseId(ticketId));
      const { runId } = await bounded(ticketId, () => handle.describe());
      return entriesOf(ticketId, runId, await bounded(ticketId, () => handle.query(timeline)));
    },
    /**
     * The records of all cases that began between two moments (ISO 8601; null is no bound), by when they began.
     * The whole is held in memory: ask by days or weeks.
     */
    async between(from: string | null, to: string | null): Promise<AuditEntry[]> {
      const bounds = [from && `StartTime >= "${from}"`, to && `StartTime < "${to}"`].filter(Boolean);
      return recordsOf(await runsOf(bounds.length > 0 ? bounds.join(' AND ') : 'StartTime >= "1970-01-01T00:00:00Z"'));
    },
  };
}
