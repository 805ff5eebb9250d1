/** Who had which mail, and when: read from the histories of a case's runs. */
import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { caseId } from '../src/workflows/messages.js';
import type { Attempt } from './doubt.js';

/** Every try to write a mail of this ticket's case, oldest first. */
export async function mailAttempts(client: Client, ticket: string): Promise<Attempt[]> {
  const found: Attempt[] = [];
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${caseId(ticket)}"` })) {
    const { events } = await client.workflow.getHandle(caseId(ticket), runId).fetchHistory();
    const scheduled = new Map<string, string>();
    const begun = new Map<string, { from: number; pid: number }>();
    for (const event of events ?? []) {
      const { activityTaskScheduledEventAttributes: asked, activityTaskStartedEventAttributes: started } = event;
      if (asked?.activityType?.name === 'write') {
        const [input] = (await decodeArrayFromPayloads(client.options.loadedDataConverter, asked.input?.payloads)) as [{ cycle: number; effect: string }];
        scheduled.set(String(event.eventId), `${ticket}.${input.cycle}.${input.effect}`);
      }
      const at = Number(event.eventTime?.seconds ?? 0) * 1_000 + (event.eventTime?.nanos ?? 0) / 1e6;
      if (started) begun.set(String(started.scheduledEventId), { from: at, pid: Number.parseInt(started.identity ?? '', 10) });
      const ended = event.activityTaskCompletedEventAttributes ?? event.activityTaskFailedEventAttributes ?? event.activityTaskTimedOutEventAttributes;
      const mail = ended && scheduled.get(String(ended.scheduledEventId));
      const start = ended && begun.get(String(ended.scheduledEventId));
      if (mail && start) found.push({ mail, ...start, to: at, answered: !event.activityTaskTimedOutEventAttributes });
    }
  }
  return found;
}
