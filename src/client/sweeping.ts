/** What the sweep asks of Temporal: which cases know what, and which were ended from outside. */
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { KnockPort } from '../activities/sweep.js';
import { cases } from './cases.js';
import { grpcCode, GRPC } from './errors.js';
import { caseId, ESCALATION, seen, ticketOf } from '../workflows/messages.js';

export function sweeping(client: Client): KnockPort {
  const { knock, issueChanged } = cases(client);
  return {
    knock,
    issueChanged,

    async seen(ticketId) {
      const handle = client.workflow.getHandle(caseId(ticketId));
      return client.withDeadline(Date.now() + 10_000, async () => {
        try {
          // A closed case would answer too, with what it knew when it ended.
          if ((await handle.describe()).status.name !== 'RUNNING') return null;
          return await handle.query(seen);
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return null;
          if (grpcCode(error) === GRPC.failedPrecondition) return 'unreadable';
          throw error;
        }
      });
    },

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
