/** What lives for months, or hears thousands of messages: runs end at waits, and nothing is lost or done again. */
import { expect, test } from 'vitest';
import { caseId } from '../../src/workflows/messages.js';
import { troubleshootingId } from '../../src/workflows/troubleshooting-messages.js';
import { awaitingApproval, OPS, proposed } from './groups.js';
import { AGENT, MEMBER, useTown } from './town.js';

const town = useTown();
const UPDATES = 2_000;
/** With its steps, more than a run's events. */
const MESSAGES = 4_000;

test('months of reminders and thousands of updates, across runs', async () => {
  const t = town();
  const id = await t.ticket({ inquiry: 'app-bug', member: { ...MEMBER, memberId: 'M-700', email: 'months@example.com' } });
  t.expectSent('note 1:ask-troubleshootingDone+bugConfirmed');
  const firstRun = (await t.cases.describe(id)).runId;

  for (let month = 0; month < 4; month++) {
    for (let i = 0; i < UPDATES / 4; i += 10) {
      // No more may be in flight in one workflow.
      await Promise.all([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((k) => t.cases.provide(id, { report: { environment: `try ${month}/${i + k}` }, by: AGENT, id: `u-${month}-${i + k}` })));
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
}, 400_000);

test('thousands of messages while the change of a group waits for its approval: the next run makes it, once', async () => {
  const t = town();
  const ticket = await awaitingApproval(t);
  const handle = t.client.workflow.getHandle(troubleshootingId(ticket.id, 1));
  const { runId } = await handle.describe();
  // Facts that cannot be read: each is dropped, with a record.
  for (let i = 0; i < MESSAGES; i += 50) await Promise.all(Array.from({ length: 50 }, () => handle.signal('learned', { facts: 'none' })));
  await t.when(async () => {});
  expect((await handle.describe()).runId).not.toBe(runId);
  expect(await t.state(ticket.id)).toMatchObject({ stage: 'troubleshooting', needs: 'approval' });

  expect(await t.says(ticket.id, 'approve', await proposed(t, ticket.id), OPS)).toMatchObject({ accepted: true });
  t.expectSent('note 1:group-applying-1', 'admin-change 1:apply-1', 'impersonation 1:verify-1-0-1', 'note 1:group-documented');
  expect(t.company.admin.group(ticket.groupId).employer.enabled).toBe(true);
}, 400_000);
