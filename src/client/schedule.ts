/** The sweep's Schedule: what a webhook lost is found every few minutes. */
import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client } from '@temporalio/client';
import { SWEEP, SWEEP_SCHEDULE_ID, TASK_QUEUE } from '../workflows/messages.js';

/**
 * A run that comes to no end must not be the last one: the next one is left out while it goes on. It goes on from where the last
 * run that came to an end stood, since a Schedule keeps the last good result.
 */
const LONGEST = '30 minutes';

/** Creates the Schedule, or brings the one that is there up to date; a pause set by hand stays. */
export async function installSweep(client: Client, everyMinutes: number): Promise<void> {
  const spec = { intervals: [{ every: Math.max(1_000, Math.round(everyMinutes * 60_000)) }] };
  const action = { type: 'startWorkflow', workflowType: SWEEP, workflowId: 'sweep', taskQueue: TASK_QUEUE, args: [], workflowExecutionTimeout: LONGEST } as const;
  // One sweep looks back to the last one's start, so a missed run needs no run of its own.
  const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '10 minutes' } as const;
  try {
    await client.schedule.create({ scheduleId: SWEEP_SCHEDULE_ID, spec, action: { ...action, args: [] }, policies });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(SWEEP_SCHEDULE_ID).update((previous) => ({
      ...previous,
      spec,
      action: { ...action, args: [] },
      policies: { ...previous.policies, ...policies },
    }));
  }
}
