/** The sweep: what a webhook loses it finds, and where nothing is new it disturbs nobody. */
import { expect, test } from 'vitest';
import { ago, hours, HOUR_MS, useSite } from './site.js';

const site = useSite({ env: { CONFIRM_HOURS: hours(1_500) } });

test('a ticket and a resolution whose webhooks were lost are found; with nothing new nobody is knocked at', async () => {
  const { company, ...s } = site();
  s.loseWebhooks(true);
  const id = await s.ticket({ inquiry: 'vmp-scheduling-blocked', member: await s.blocked('M-1', ago(49 * HOUR_MS)) });
  const solved = await s.ticket({ inquiry: 'scheduling', member: { name: 'Jo Low', email: 'jo@example.com' } });
  await company.helpdesk.solve(solved);
  await company.idle();
  expect(await s.list({})).toEqual([]);

  // A ticket that was solved before anybody heard of it needs no case.
  expect(await s.sweep()).toMatchObject({ knocked: 1 });
  const { handoff } = await s.at(id, 'awaiting-resolution');
  expect((await s.api(`/cases/${solved}`)).status).toBe(404);
  const escalated = ['issue PRODOPS', 'mail 1:promise', 'note 1:promise', 'remote-link PRODOPS'];
  expect(s.effects(id)).toEqual(escalated);

  const before = await s.events(id);
  expect(await s.sweep()).toMatchObject({ knocked: 0 });
  expect(await s.sweep()).toMatchObject({ knocked: 0 });
  expect(await s.events(id)).toHaveLength(before.length);
  // Nor is a hint progress: the issue is as it was filed, with the assignee that its project gave it.
  await s.cases.issueChanged(id, { id: 'a hint', via: 'webhook', at: new Date().toISOString(), key: handoff!.issueKey! });
  await s.settled(id);
  expect(company.jira.issue(handoff!.issueKey!).assignee).not.toBeNull();
  expect((await s.timeline(id)).filter((entry) => entry.text.includes('progress'))).toEqual([]);

  await company.jira.resolve(handoff!.issueKey!, 'Fixed');
  await company.idle();
  expect(await s.sweep()).toMatchObject({ knocked: 1 });
  expect(await s.record(id)).toMatchObject({ outcome: 'followed-up-unconfirmed' });
  const all = [...escalated, 'mail 1:follow-up', 'note 1:follow-up', 'note 1:record'].sort();
  expect(s.effects(id)).toEqual(all);

  // Ended, and nothing has happened since.
  expect(await s.sweep()).toMatchObject({ knocked: 0 });
  // The member's answer to an ended case is found, too. Where that begins while the issues are swept, it is told of its
  // issue besides, before it has read which cycle it is in.
  await company.helpdesk.memberReplies(id, 'It is back.');
  await company.idle();
  expect([1, 2]).toContain((await s.sweep()).knocked);
  expect(await s.at(id, 'confirming')).toMatchObject({ cycle: 2, needs: 'confirmation' });
});

test('a Member ID that was wrong and is corrected, without a webhook: the case goes on with it', async () => {
  const { company, ...s } = site();
  s.loseWebhooks(false);
  const { memberId } = await s.blocked('M-2', ago(49 * HOUR_MS));
  const id = await s.ticket({ inquiry: 'vmp-scheduling-blocked', member: { name: 'Jo Low', email: 'somebody@example.com', memberId: 'M-20' } });
  await s.at(id, 'asking');
  s.loseWebhooks(true);
  await company.helpdesk.setField(id, 'memberId', memberId!);
  await company.idle();
  expect(await s.sweep()).toMatchObject({ knocked: 1 });
  await s.at(id, 'awaiting-resolution');
  expect(s.mails(id)).toEqual(['1:promise']);
});

test('an outage of one system leaves its own mark where it was, and the others are still asked', async () => {
  const { company, ...s } = site();
  s.loseWebhooks(true);
  const first = await s.sweep();
  const id = await s.ticket({ inquiry: 'webinar-missing', member: { name: 'Jo Low', email: 'jo@example.com' } });
  company.jira.faults.next(/^POST .*\/search\/jql/, { status: 503 });
  const second = await s.sweep();
  expect(second).toMatchObject({ knocked: 1, jira: { mark: first.jira.mark } });
  expect(Date.parse(second.helpdesk.mark)).toBeGreaterThan(Date.parse(first.helpdesk.mark));
  await s.at(id, 'awaiting-resolution');
  const third = await s.sweep();
  expect(Date.parse(third.jira.mark)).toBeGreaterThan(Date.parse(second.jira.mark));
});
