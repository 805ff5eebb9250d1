/** The standard case: what its history costs, with the sweep at work all the while. */
import { expect, test } from 'vitest';
import { ago, eventually, hours, useSite } from './site.js';

/** The protocol's hour, made short: 48 of them are 36 s, and a wait of 8 has room for some sweeps. */
const SHORT_HOUR_MS = 750;
const SWEEP_EVERY_MS = 1_000;
const site = useSite({
  sweepMinutes: SWEEP_EVERY_MS / 60_000,
  env: { HOLD_HOURS: hours(48 * SHORT_HOUR_MS), CONFIRM_HOURS: hours(4 * SHORT_HOUR_MS) },
});

test('the standard case fits into 80 events, and waiting adds none while the sweep runs', async () => {
  const { company, ...s } = site();
  const swept = async () => (await s.client.workflow.count('WorkflowType = "sweep" AND ExecutionStatus = "Completed"')).count;
  const pastSweeps = async (count: number) => {
    const before = await swept();
    // The first of them may have begun before.
    await eventually(async () => expect(await swept()).toBeGreaterThan(before + count));
  };

  const id = await s.ticket({ inquiry: 'vmp-scheduling-blocked', member: await s.blocked('M-1', ago(40 * SHORT_HOUR_MS)) });
  await s.at(id, 'waiting');
  const waiting = await s.events(id);
  await pastSweeps(2);
  expect((await s.state(id)).stage).toBe('waiting');
  expect(await s.events(id)).toHaveLength(waiting.length);

  const { handoff } = await s.at(id, 'awaiting-resolution');
  const escalated = await s.events(id);
  await pastSweeps(2);
  expect(await s.events(id)).toHaveLength(escalated.length);

  await company.jira.resolve(handoff!.issueKey!, 'Fixed');
  expect(await s.record(id)).toMatchObject({ outcome: 'followed-up-unconfirmed', cycle: 1, row: 'vmp/ripe' });
  const events = await s.events(id);
  expect(events.length, 'the events of the standard case').toBeLessThanOrEqual(80);
  expect(s.effects(id)).toHaveLength(8);

  // Ended: the sweep leaves it alone as well.
  await pastSweeps(2);
  expect((await s.events(id)).length).toBe(events.length);
});
