/** What goes wrong while many join: Jira away, a problem or a case terminated, runs that end in the middle. */
import { expect, test } from 'vitest';
import { caseId, TASK_QUEUE } from '../../src/workflows/messages.js';
import { PROBLEM } from '../../src/workflows/problem-messages.js';
import { CLAIMS, CLAIMS_ID, claimsError, issuesOf, mails, membersOf, stages, view } from './problem-support.js';
import { useTown } from './town.js';

const town = useTown();

test('Jira is away while many join: each member is acknowledged at once, and there is one issue when it is back', async () => {
  const t = town();
  for (let i = 0; i < 500; i++) t.company.jira.faults.next(/./, { status: 503 });
  const tickets = [await claimsError(t), await claimsError(t), await claimsError(t)];
  expect(mails(t)).toEqual(['mail 1:promise', 'mail 1:promise', 'mail 1:promise']);
  for (const id of tickets) expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', handoff: { issueKey: null }, flagged: null });
  await t.sleep('20 minutes');
  expect(await view(t)).toMatchObject({ stage: 'filing', flagged: expect.stringContaining('cannot') });
  t.company.jira.faults.clear();
  await t.sleep('30 minutes');
  const issues = issuesOf(t);
  expect(issues).toHaveLength(1);
  for (const id of tickets) expect(await t.state(id)).toMatchObject({ handoff: { issueKey: issues[0]!.key } });
  expect(await view(t)).toMatchObject({ stage: 'open', members: 3, flagged: null });
  await t.when(t.company.jira.resolve(issues[0]!.key, 'Fixed'));
  expect(mails(t)).toEqual(['mail 1:follow-up', 'mail 1:follow-up', 'mail 1:follow-up']);
});

test('the problem is terminated: its cases join again by themselves, with the same issue, and nobody is written to twice', async () => {
  const t = town();
  const tickets = [await claimsError(t), await claimsError(t)];
  const [issue] = issuesOf(t);
  t.sent();
  await t.client.workflow.getHandle(CLAIMS_ID).terminate('by hand');
  await t.sleep('2 hours'); // When each looks after its own promise.
  expect(await membersOf(t)).toEqual([...tickets].sort());
  expect(await view(t)).toMatchObject({ stage: 'open', issueKey: issue!.key, round: 1, members: 2 });
  expect(mails(t)).toEqual([]);
  await t.when(t.company.jira.resolve(issue!.key, 'Fixed'));
  expect(mails(t)).toEqual(['mail 1:follow-up', 'mail 1:follow-up']);
  expect(issuesOf(t)).toHaveLength(1);
});

test('the problem is terminated, and its issue is resolved while nobody listens: each is followed up with', async () => {
  const t = town();
  const tickets = [await claimsError(t), await claimsError(t)];
  t.sent();
  await t.client.workflow.getHandle(CLAIMS_ID).terminate('by hand');
  t.company.pointWebhooksAt(null);
  await t.sleep('10 minutes');
  await t.company.jira.resolve(issuesOf(t)[0]!.key, 'Fixed');
  t.listen();
  await t.sleep('2 hours');
  expect(mails(t)).toEqual(['mail 1:follow-up', 'mail 1:follow-up']);
  expect(await stages(t, tickets)).toEqual(['confirming', 'confirming']);
  expect(issuesOf(t)).toHaveLength(1);
});

test('a case is terminated in the middle: it joins again, without a second issue or a second mail', async () => {
  const t = town();
  const [first, second] = [await claimsError(t), await claimsError(t)];
  const [issue] = issuesOf(t);
  t.sent();
  await t.client.workflow.getHandle(caseId(first)).terminate('by hand');
  await t.cases.knock(first, { id: 'revived', via: 'sweep', at: await t.now() });
  await t.when(async () => {});
  expect(await t.state(first)).toMatchObject({ stage: 'awaiting-resolution', cycle: 1, problem: CLAIMS_ID, handoff: { issueKey: issue!.key } });
  expect(await membersOf(t)).toEqual([first, second].sort());
  expect(t.sent()).toEqual([]);
  await t.when(t.company.jira.resolve(issue!.key, 'Fixed'));
  expect(mails(t)).toEqual(['mail 1:follow-up', 'mail 1:follow-up']);
});

test('a case that was away when it was resolved is told late, once, and opens no new round', async () => {
  const t = town();
  const [first, second] = [await claimsError(t), await claimsError(t)];
  const [issue] = issuesOf(t);
  t.sent();
  await t.client.workflow.getHandle(caseId(first)).terminate('by hand');
  await t.sleep('5 minutes');
  await t.company.jira.resolve(issue!.key, 'Fixed');
  await t.company.idle();
  await t.sleep('5 minutes');
  expect(mails(t)).toEqual(['mail 1:follow-up']);
  await t.cases.knock(first, { id: 'revived', via: 'sweep', at: await t.now() });
  await t.when(async () => {});
  expect(mails(t)).toEqual(['mail 1:follow-up']);
  expect(await stages(t, [first, second])).toEqual(['confirming', 'confirming']);
  expect(await view(t)).toMatchObject({ round: 1, stage: 'resolved' });
});

test('the run of a problem ends again and again: its members survive, and each is followed up with once', async () => {
  const t = town();
  await t.client.workflow.start(PROBLEM, { workflowId: CLAIMS_ID, taskQueue: TASK_QUEUE, args: [{ id: CLAIMS_ID, signature: CLAIMS, eventsPerRun: 30 }] });
  const first = await t.client.workflow.getHandle(CLAIMS_ID).describe();
  const tickets: string[] = [];
  for (let i = 0; i < 6; i++) tickets.push(await claimsError(t, { employerGroup: 'Acme' }));
  const now = await t.client.workflow.getHandle(CLAIMS_ID).describe();
  expect(now.runId).not.toBe(first.runId);
  expect(now.historyLength).toBeLessThan(60);
  expect(await membersOf(t)).toEqual([...tickets].sort());
  expect(await view(t)).toMatchObject({ members: 6, joined: 6, groups: ['Acme'], round: 1 });
  t.sent();
  await t.when(t.company.jira.resolve(issuesOf(t)[0]!.key, 'Fixed'));
  expect(mails(t)).toEqual(tickets.map(() => 'mail 1:follow-up'));
  expect(await view(t)).toMatchObject({ told: 6, stage: 'resolved' });
  expect(issuesOf(t)).toHaveLength(1);
});

test('a ticket is merged into another one of the same problem: both members are followed up with, once', async () => {
  const t = town();
  const [first, second] = [await claimsError(t), await claimsError(t)];
  t.sent();
  await t.when(t.company.helpdesk.merge(second, first));
  expect(await membersOf(t)).toEqual([first]);
  t.sent();
  await t.when(t.company.jira.resolve(issuesOf(t)[0]!.key, 'Fixed'));
  expect(mails(t)).toEqual(['mail 1:follow-up', `mail 1:follow-up-${second}`].sort());
});

test('a ticket is merged into one that no team has: the surviving one joins, and keeps what was owed', async () => {
  const t = town();
  const first = await claimsError(t);
  const survivor = await t.ticket({ inquiry: 'cancellation' });
  t.sent();
  await t.when(t.company.helpdesk.merge(first, survivor));
  expect(await t.state(survivor)).toMatchObject({ problem: CLAIMS_ID, stage: 'awaiting-resolution', handoff: { issueKey: issuesOf(t)[0]!.key } });
  expect(await membersOf(t)).toEqual([survivor]);
  t.sent();
  await t.when(t.company.jira.resolve(issuesOf(t)[0]!.key, 'Fixed'));
  expect(mails(t)).toEqual(['mail 1:follow-up', `mail 1:follow-up-${first}`].sort());
});
