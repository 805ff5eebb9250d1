/** What the sweep asks of Temporal: which cases and problems know what, and which cases were ended from outside. */
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError, type QueryDefinition } from '@temporalio/common';
import type { KnockPort } from '../activities/sweep.js';
import { cases } from './cases.js';
import { problems } from './problems.js';
import { problemSeen } from '../workflows/problem-messages.js';
import { caseId, ESCALATION, seen, ticketOf } from '../workflows/messages.js';

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
    seen: (ticketId) => ofRunning(caseId(ticketId), seen),
    problemSeen: (problemId) => ofRunning(problemId, problemSeen),

    async endedFromOutside(since) {
      const query = `WorkflowType = "${ESCALATION}" AND ExecutionStatus IN ("Terminated", "Failed", "TimedOut") AND CloseTime >= "${since}"`;
      const ended: string[] = [];
      for await (const { workflowId } of client.workflow.list({ query })) {
        const ticketId = ticketOf(workflowId);
        if (!ticketId || ended.includes(ticketId)) continue;
        // The list holds runs; only the last run of a ticket tells how its case stands.
        const { status } = await client.workflow.getHandle(workflowId).describe();
        if (['TERMINATED', 'FAILED', 'TIMED_OUT'].includes(status.name)) ended.push(ticketId);
      }
      return ended;
    },
  };
}
