/** The sweep in skipped time: what a webhook lost, what was ended from outside, and a system that asks to wait. */
import { beforeEach, expect, test } from 'vitest';
import { caseId } from '../../src/workflows/messages.js';
import { MEMBER, useTown } from './town.js';

const town = useTown();
const HOUR = 3_600_000;
const member = { ...MEMBER, email: 'swept@example.com', memberId: 'M-800' };
const FILED = ['issue PRODOPS', 'remote-link PRODOPS', 'mail 1:promise', 'note 1:promise'];
beforeEach(async () => {
  const since = await town().ago(60 * HOUR);
  await town().company.admin.setMember('M-800', { email: member.email, requirements: [{ name: 'Consent', met: true, since }] });
});

/** It works for the member: the next story's sweep finds nothing new on the ticket. */
async function end(id: string): Promise<void> {
  const t = town();
  await t.says(id, 'confirm', { verdict: 'works' });
  t.expectSent('note 1:record');
}

test('a ticket and a resolution whose webhooks were lost are found', async () => {
  const t = town();
  const id = await t.unheardTicket({ inquiry: 'vmp-scheduling-blocked', member });
  t.expectNothingElse();
  expect(await (await t.sweep()).result()).toMatchObject({ knocked: 1, healed: 0 });
  t.expectSent(...FILED);

  const { handoff } = await t.state(id);
  t.company.pointWebhooksAt(null);
  await t.company.jira.resolve(handoff!.issueKey!, 'Fixed');
  t.listen();
  t.expectNothingElse();
  expect(await (await t.sweep()).result()).toMatchObject({ knocked: 1, healed: 0 });
  t.expectSent('mail 1:follow-up', 'note 1:follow-up');
  expect(await (await t.sweep()).result()).toMatchObject({ knocked: 0, healed: 0 });
  await end(id);
});

test('a case that was terminated is begun again, and does nothing twice', async () => {
  const t = town();
  const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
  t.expectSent(...FILED);
  await t.client.workflow.getHandle(caseId(id)).terminate('by hand');
  expect((await t.cases.describe(id)).status).toBe('terminated');
  // As a case that ended, and as a ticket that nobody has, unless the case was quicker than that.
  expect((await (await t.sweep()).result()).knocked).toBeGreaterThan(0);
  expect((await t.cases.describe(id)).status).toBe('running');
  expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', cycle: 1, handoff: { team: 'ProdOps' } });
  t.expectNothingElse();
  await t.when(t.company.jira.resolve((await t.state(id)).handoff!.issueKey!, 'Fixed'));
  t.expectSent('mail 1:follow-up', 'note 1:follow-up');
  await end(id);
});

test('a system that asks to wait is left alone for so long, and looked through in the same run', async () => {
  const t = town();
  const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
  t.expectSent(...FILED);
  const { handoff } = await t.state(id);
  t.company.pointWebhooksAt(null);
  await t.company.jira.resolve(handoff!.issueKey!, 'Fixed');
  t.listen();

  let asked = 0;
  t.company.jira.faults.weather = ({ path }) => (path.includes('/search') ? (asked++, { status: 429, headers: { 'Retry-After': '90' } }) : null);
  const run = await t.sweep();
  await t.sleep('80 seconds');
  expect(asked).toBe(1);
  expect((await run.describe()).status.name).toBe('RUNNING');
  t.expectNothingElse();
  t.company.jira.faults.clear();
  await t.sleep('20 seconds');
  expect(await run.result()).toMatchObject({ knocked: 1, jira: { notBefore: null } });
  t.expectSent('mail 1:follow-up', 'note 1:follow-up');
});
