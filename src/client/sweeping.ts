/** What the sweep asks of Temporal: which cases and problems know what, and which were ended from outside. */
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError, type QueryDefinition } from '@temporalio/common';
import type { KnockPort } from '../activities/sweep.js';
import { cases } from './cases.js';
import { problems } from './problems.js';
import { grpcCode, GRPC } from './errors.js';
import { caseId, ESCALATION, seen, ticketOf } from '../workflows/messages.js';
import { PROBLEM, problemSeen } from '../workflows/problem-messages.js';
import { SEARCH } from '../workflows/search-attributes.js';

const unreadable = (error: unknown): 'unreadable' => {
  if (grpcCode(error) === GRPC.failedPrecondition) return 'unreadable';
  throw error;
};

export function sweeping(client: Client): KnockPort {
  const { knock, issueChanged } = cases(client);
  /** A query's answer, of a workflow that is running; null of any other. */
  const ofRunning = <T>(workflowId: string, query: QueryDefinition<T>): Promise<T | null> => {
    const handle = client.workflow.getHandle(workflowId);
    return client.withDeadline(Date.now() + 10_000, async () => {
      try {
        // A closed workflow would answer too, with what it knew when it ended.
        if ((await handle.describe()).status.name !== 'RUNNING') return null;
        return await handle.query(query);
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
    });
  };

  return {
    knock,
    issueChanged,
    problemIssueChanged: problems(client).issueChanged,
    // One whose history no worker can replay answers nothing, and is told all the same.
    seen: (ticketId) => ofRunning(caseId(ticketId), seen).catch(unreadable),
    problemSeen: (problemId) => ofRunning(problemId, problemSeen).catch(unreadable),

    async endedFromOutside(since) {
      const ended = await endedOf(ESCALATION, since);
      return ended.flatMap(({ workflowId }) => ticketOf(workflowId) ?? []);
    },
    async problemsEndedFromOutside(since) {
      const ended = await endedOf(PROBLEM, since);
      return ended.flatMap(({ workflowId: id, key }) => (key === null ? [] : [{ id, key }]));
    },
  };

  async function endedOf(type: string, since: string): Promise<{ workflowId: string; key: string | null }[]> {
    const query = `WorkflowType = "${type}" AND ExecutionStatus IN ("Terminated", "Failed", "TimedOut") AND CloseTime >= "${since}"`;
    const ended = new Map<string, { workflowId: string; key: string | null }>();
    for await (const { workflowId, typedSearchAttributes } of client.workflow.list({ query })) {
      if (ended.has(workflowId)) continue;
      // The list holds runs; only the last run of a workflow tells how it stands.
      const { status } = await client.workflow.getHandle(workflowId).describe();
      if (['TERMINATED', 'FAILED', 'TIMED_OUT'].includes(status.name)) ended.set(workflowId, { workflowId, key: typedSearchAttributes.get(SEARCH.jiraKey) ?? null });
    }
    return [...ended.values()];
  }
}
