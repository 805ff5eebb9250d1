/** A case that lives for months, with thousands of updates: runs end at waits, and nothing is lost or done again. */
import { expect, test } from 'vitest';
import { caseId } from '../../src/workflows/messages.js';
import { AGENT, MEMBER, useTown } from './town.js';

const town = useTown();
const UPDATES = 2_000;

test('months of reminders and thousands of updates, across runs', async () => {
  const t = town();
  const id = await t.ticket({ inquiry: 'app-bug', member: { ...MEMBER, memberId: 'M-700', email: 'months@example.com' } });
  t.expectSent('note 1:ask-troubleshootingDone+bugConfirmed');
  const firstRun = (await t.cases.describe(id)).runId;

  for (let month = 0; month < 4; month++) {
    for (let i = 0; i < UPDATES / 4; i += 5) {
      // Ten updates at the most may be in flight in one workflow.
      await Promise.all([0, 1, 2, 3, 4].map((k) => t.cases.provide(id, { report: { environment: `try ${month}/${i + k}` }, by: AGENT, id: `u-${month}-${i + k}` })));
    }
    await t.sleep('30 days');
  }
  const reminders = t.sent();
  expect(reminders.every((line) => line.startsWith('note 1:ask-troubleshootingDone+bugConfirmed-reminder-'))).toBe(true);
  expect(new Set(reminders).size).toBe(reminders.length);

  const run = await t.cases.describe(id);
  expect(run.runId).not.toBe(firstRun);
  const heard = (await t.timeline(id)).filter((e) => e.what === 'heard').reduce((n, e) => n + (e.times ?? 1), 0);
  expect(heard).toBeGreaterThanOrEqual(UPDATES);
  // A repeat of an old command is still known, and the last word provided is the one that counts.
  expect(await t.cases.provide(id, { report: { environment: 'again' }, by: AGENT, id: `u-3-${UPDATES / 4 - 1}` })).toMatchObject({ said: expect.stringContaining('before') });

  await t.provide(id, { troubleshootingDone: true, bugConfirmed: true });
  t.expectSent('issue INFRA', 'remote-link INFRA', 'mail 1:promise', 'note 1:promise');
  await t.when(t.company.jira.resolve(t.company.jira.issues().at(-1)!.key, 'Fixed'));
  await t.says(id, 'confirm', { verdict: 'works' });
  t.expectSent('mail 1:follow-up', 'note 1:follow-up', 'note 1:record');
  expect(await t.client.workflow.getHandle(caseId(id)).result()).toMatchObject({ outcome: 'confirmed', cycle: 1 });
}, 180_000);
