/** A problem at its edges: nothing cached, ops not told twice, who joins at the wrong moment, back and forth by hand. */
import { expect, test } from 'vitest';
import { caseId } from '../../src/workflows/messages.js';
import { link, mergeInto, resumeProblem, unlink } from '../../src/workflows/problem-messages.js';
import { CLAIMS_ID, PAGE, claimsError, issuesOf, mails, membersOf, says, someone, stages, view } from './problem-support.js';
import { useTown } from './town.js';

// Every step replays the whole history: what is not deterministic breaks here.
const town = useTown({ OPS_EMAIL: 'ops@example.com' }, { maxCachedWorkflows: 0 });

test('two groups: joined, system-wide, resolved, followed up with, ended', async () => {
  const t = town();
  const tickets = [await claimsError(t, { employerGroup: 'Acme' }), await claimsError(t, { employerGroup: 'Globex' })];
  expect(await view(t)).toMatchObject({ systemWide: true, priority: 'Urgent', members: 2 });
  t.sent();
  await t.when(t.company.jira.resolve(issuesOf(t)[0]!.key, 'Fixed'));
  expect(mails(t)).toEqual(['mail 1:follow-up', 'mail 1:follow-up']);
  expect(await stages(t, tickets)).toEqual(['confirming', 'confirming']);
  await t.sleep('73 hours');
  expect((await t.client.workflow.getHandle(CLAIMS_ID).describe()).status.name).toBe('COMPLETED');
  t.sent();
});

test('terminated while it is system-wide: ops are not told again, and it is so still', async () => {
  const t = town();
  await claimsError(t, { employerGroup: 'Acme' });
  await claimsError(t, { employerGroup: 'Globex' });
  expect(mails(t).filter((m) => m.includes('system-wide'))).toHaveLength(1);
  await t.client.workflow.getHandle(CLAIMS_ID).terminate('by hand');
  await t.sleep('2 hours');
  expect(await view(t)).toMatchObject({ systemWide: true, priority: 'Urgent', members: 2, round: 1 });
  expect(mails(t)).toEqual([]);
  expect(issuesOf(t)).toHaveLength(1);
});

test('who joins a merged problem after the surviving one was resolved opens its next round', async () => {
  const t = town();
  const report = { pageOrFeature: `${PAGE}/list`, errorText: 'HTTP 502' };
  await claimsError(t);
  const other = await claimsError(t, { report });
  const merged = (await t.state(other)).problem!;
  await says(t, merged, mergeInto, { into: CLAIMS_ID, reason: 'one cause' });
  const [first] = issuesOf(t);
  await t.when(t.company.jira.resolve(first!.key, 'Fixed'));
  t.sent();
  await t.sleep('1 hour');
  const late = await claimsError(t, { report });
  await t.when(async () => {});
  expect(await t.state(late)).toMatchObject({ stage: 'awaiting-resolution', problem: CLAIMS_ID });
  expect(await view(t)).toMatchObject({ round: 2, stage: 'open', members: 1, earlierKeys: [first!.key] });
  expect(mails(t)).toEqual(['mail 1:promise']);
  await t.when(t.company.jira.resolve((await view(t)).issueKey!, 'Fixed'));
  expect(mails(t)).toEqual(['mail 1:follow-up']);
});

test('linked, taken out, linked again: one own issue, and the member hears nothing of it', async () => {
  const t = town();
  const first = await claimsError(t);
  const id = await claimsError(t, { report: { pageOrFeature: `${PAGE}/list`, errorText: 'HTTP 502' } });
  const { problem: its } = await t.state(id);
  t.sent();
  expect(await says(t, caseId(id), link, { problem: CLAIMS_ID, reason: 'the same' })).toMatchObject({ accepted: true });
  expect(await membersOf(t)).toEqual([first, id].sort());
  expect(await membersOf(t, its!)).toEqual([]);
  expect(await says(t, caseId(id), unlink, { reason: 'not the same' })).toMatchObject({ accepted: true });
  const { handoff } = await t.state(id);
  expect(t.company.jira.issue(handoff!.issueKey!).labels).toContain(`onetouch-${id}-1`);
  expect(await says(t, caseId(id), link, { problem: CLAIMS_ID, reason: 'the same after all' })).toMatchObject({ accepted: true });
  expect(await t.state(id)).toMatchObject({ problem: CLAIMS_ID, handoff: { issueKey: issuesOf(t)[0]!.key }, stage: 'awaiting-resolution' });
  expect(t.company.jira.issue(handoff!.issueKey!).duplicateOf).toBe(issuesOf(t)[0]!.key);
  expect(mails(t)).toEqual([]);
  await t.when(t.company.jira.resolve(issuesOf(t)[0]!.key, 'Fixed'));
  expect(mails(t)).toEqual(['mail 1:follow-up', 'mail 1:follow-up']);
});

test.each(['as it was', 'terminated in between'])('its own issue, marked as a duplicate, is told so when the case comes back to it, and back again (%s)', async (how) => {
  const t = town();
  await claimsError(t);
  const id = await t.ticket({ errorKind: 'server-error', member: someone() });
  const own = (await t.state(id)).handoff!.issueKey!;
  const [issue] = issuesOf(t);
  const comments = () => t.company.jira.commentsByUs(own).filter((text) => text.includes('An agent'));
  const link_ = () => says(t, caseId(id), link, { problem: CLAIMS_ID, reason: 'the same' });
  const unlink_ = () => says(t, caseId(id), unlink, { reason: 'not the same' });
  await link_();
  expect(t.company.jira.issue(own).duplicateOf).toBe(issue!.key);
  if (how !== 'as it was') {
    await t.client.workflow.getHandle(caseId(id)).terminate('by hand');
    await t.cases.knock(id, { id: 'revived', via: 'sweep', at: await t.now() });
    await t.when(async () => {});
  }
  await unlink_();
  expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', problem: null, handoff: { issueKey: own } });
  expect(t.company.jira.issue(own).duplicateOf).toBeNull();
  expect(comments()).toEqual([expect.stringContaining('close it as a duplicate'), expect.stringMatching(new RegExp(`ticket ${id} waits for this issue again.*no duplicate`))]);

  await link_();
  expect(t.company.jira.issue(own).duplicateOf).toBe(issue!.key);
  await unlink_();
  expect(t.company.jira.issue(own).duplicateOf).toBeNull();
  expect(comments()).toHaveLength(4);
  t.sent();
  // An engineer who was quicker: an agent is asked, and the problem has nothing to say here.
  await t.when(t.company.jira.resolve(own, 'Duplicate'));
  expect(await t.state(id)).toMatchObject({ stage: 'choosing', problem: null, handoff: { issueKey: own } });
  await t.when(t.company.jira.resolve(issue!.key, 'Fixed'));
  expect(mails(t)).toEqual(['mail 1:follow-up']);
});

test('reopened and resolved again while cases are being told: each is followed up with once', async () => {
  const t = town();
  const tickets = [await claimsError(t), await claimsError(t), await claimsError(t)];
  const [issue] = issuesOf(t);
  t.sent();
  await t.company.jira.resolve(issue!.key, 'Fixed');
  await t.company.jira.reopen(issue!.key);
  await t.when(t.company.jira.resolve(issue!.key, 'Done'));
  await t.when(async () => {});
  expect(mails(t)).toEqual(tickets.map(() => 'mail 1:follow-up'));
  // Who had been told before the reopening was noticed may be asked about; nobody is written to again.
  await t.sleep('2 minutes');
  expect(mails(t)).toEqual([]);
});

test('Jira refuses for good: the problem is flagged and needs a person, and goes on when somebody says so', async () => {
  const t = town();
  t.company.jira.faults.next(/POST .*issue$/, { status: 400, body: { errors: { priority: 'not on the screen' } } });
  const id = await claimsError(t);
  expect(mails(t)).toEqual(['mail 1:promise']);
  expect(await view(t)).toMatchObject({ stage: 'filing', needs: 'resume', flagged: expect.stringContaining('cannot file to Infra yet') });
  expect(await says(t, CLAIMS_ID, resumeProblem, { note: 'field added' })).toMatchObject({ accepted: true });
  expect(await view(t)).toMatchObject({ stage: 'open', needs: null, flagged: null });
  expect(await t.state(id)).toMatchObject({ handoff: { issueKey: issuesOf(t)[0]!.key } });
  expect(await says(t, CLAIMS_ID, resumeProblem, {})).toMatchObject({ accepted: false });
  t.sent();
});

test('what is said to it in a wrong shape is recorded and dropped', async () => {
  const t = town();
  const id = await claimsError(t);
  const handle = t.client.workflow.getHandle(CLAIMS_ID);
  for (const [name, args] of [['join', [{}]], ['join', [{ ticketId: '1', cycle: 'x' }]], ['leave', []], ['absorb', [{ from: 'x', members: [{}] }]], ['issueChanged', []], ['survivorEnded', [null]]] as const) await handle.signal(name, ...args);
  await t.client.workflow.getHandle(caseId(id)).signal('problemSays', { kind: 'resolved', problem: 'x' });
  await t.client.workflow.getHandle(caseId(id)).signal('problemSays', { kind: 'resolved', problem: CLAIMS_ID, round: 1, ticketId: id, cycle: 9, key: null });
  await t.when(async () => {});
  expect(await membersOf(t)).toEqual([id]);
  expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution' });
  expect((await view(t)).timeline.filter((e) => e.what === 'refused').length).toBeGreaterThan(0);
  await expect(says(t, caseId(id), link, { problem: 'case-1', reason: 'x' })).rejects.toThrow(/Update/);
  t.sent();
});
