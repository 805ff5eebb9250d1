/** What Jira says of a problem, what it means for all its cases, and what one member says of it afterwards. */
import { describe, expect, test } from 'vitest';
import { caseId } from '../../src/workflows/messages.js';
import { chooseForAll, link } from '../../src/workflows/problem-messages.js';
import { CLAIMS_ID, claimsError, issuesOf, mails, membersOf, stages, view } from './problem-support.js';
import { AGENT, useTown } from './town.js';

const town = useTown();
const two = async () => {
  const t = town();
  const tickets = [await claimsError(t), await claimsError(t)];
  t.sent();
  return { t, tickets, first: tickets[0]!, second: tickets[1]!, key: issuesOf(t).at(-1)!.key };
};
const FOLLOWED = ['mail 1:follow-up', 'mail 1:follow-up'];
const BOTH = ['confirming', 'confirming'];

describe('the issue', () => {
  test("Won't Do: one choice for all, asked on one ticket; nobody hears anything before", async () => {
    const { t, tickets, key } = await two();
    await t.when(t.company.jira.resolve(key, "Won't Do"));
    expect(t.sent()).toEqual([`note 1:choose-problem-1-${key}-0`]);
    expect(await view(t)).toMatchObject({ stage: 'choosing', needs: 'choice', choice: `${key}: Won't Do` });
    await t.sleep('25 hours');
    expect(t.sent().filter((line) => line.includes('choose-problem'))).toEqual([`note 1:choose-problem-1-${key}-1`]);
    const answer = await t.client.workflow.getHandle(CLAIMS_ID).executeUpdate(chooseForAll, { args: [{ choice: 'follow-up', reason: 'it stays', by: AGENT }] });
    expect(answer).toMatchObject({ accepted: true });
    await t.when(async () => {});
    expect(mails(t)).toEqual(FOLLOWED);
    expect(await stages(t, tickets)).toEqual(BOTH);
    expect(t.company.mail.messages.at(-1)!.text).not.toMatch(/resolved/i);
    expect(await t.client.workflow.getHandle(CLAIMS_ID).executeUpdate(chooseForAll, { args: [{ choice: 'follow-up', reason: 'again', by: AGENT }] })).toMatchObject({ accepted: false });
  });

  test('Cannot Reproduce, and the agent waits on: resolved later, each is followed up with', async () => {
    const { t, tickets, key } = await two();
    await t.when(t.company.jira.resolve(key, 'Cannot Reproduce'));
    await t.client.workflow.getHandle(CLAIMS_ID).executeUpdate(chooseForAll, { args: [{ choice: 'keep-waiting', reason: 'it is still there', by: AGENT }] });
    await t.when(async () => {});
    expect(await view(t)).toMatchObject({ stage: 'open', needs: null });
    expect(mails(t)).toEqual([]);
    await t.when(t.company.jira.reopen(key));
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    expect(mails(t)).toEqual(FOLLOWED);
    expect(await stages(t, tickets)).toEqual(BOTH);
  });

  test('Duplicate: the problem moves to the surviving issue, and hears it', async () => {
    const { t, tickets, key } = await two();
    const survivor = await t.company.jira.file('INFRA', 'The gateway is down');
    await t.when(t.company.jira.resolve(key, 'Duplicate', { duplicateOf: survivor }));
    expect(await view(t)).toMatchObject({ stage: 'open', issueKey: survivor });
    for (const id of tickets) expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', handoff: { issueKey: survivor } });
    expect(t.company.jira.issue(survivor).labels).toContain(`onetouch-${CLAIMS_ID}-1`);
    expect(mails(t)).toEqual([]);
    await t.when(t.company.jira.resolve(survivor, 'Fixed'));
    expect(mails(t)).toEqual(FOLLOWED);
    await t.sleep('2 minutes');
    expect(t.company.jira.issue(survivor).description, "an issue that is not ours keeps its engineers' text").toBe('');
    t.sent();
  });

  test('reopened before a follow-up could go out: that one is cancelled, and goes out when it is resolved again', async () => {
    const { t, tickets, first, second, key } = await two();
    for (let i = 0; i < 40; i++) t.company.mail.faults.next(/RCPT/, { status: 451 });
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    expect(await stages(t, tickets)).toEqual(['following-up', 'following-up']);
    await t.when(t.company.jira.reopen(key));
    expect(await stages(t, tickets)).toEqual(['awaiting-resolution', 'awaiting-resolution']);
    expect(await view(t)).toMatchObject({ stage: 'open' });
    t.company.mail.faults.clear();
    await t.sleep('30 minutes');
    expect(mails(t)).toEqual([]);
    await t.when(t.company.jira.resolve(key, 'Done'));
    expect(mails(t)).toEqual(FOLLOWED);
    // After the follow-up it is a question to an agent, as for any case.
    await t.when(t.company.jira.reopen(key));
    for (const id of [first, second]) expect(await t.state(id)).toMatchObject({ stage: 'confirming', needs: 'confirmation' });
    t.sent();
  });
});

describe('after it was resolved', () => {
  test('"still broken" from one: it leaves and gets an issue of its own, with the history; the others are not touched', async () => {
    const { t, first, second, key } = await two();
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    t.sent();
    await t.says(first, 'confirm', { verdict: 'still-broken' });
    const own = t.company.jira.issues().at(-1)!;
    expect(own.key).not.toBe(key);
    expect(own.labels).toContain(`onetouch-${first}-2`);
    expect(own.description).toContain(key);
    expect(own.description).toContain(CLAIMS_ID);
    expect(t.sent()).toEqual(expect.arrayContaining(['issue INFRA', 'mail 2:promise']));
    expect(await t.state(first)).toMatchObject({ cycle: 2, problem: null, handoff: { issueKey: own.key } });
    expect(await t.state(second)).toMatchObject({ cycle: 1, stage: 'confirming' });
    await t.when(t.company.jira.resolve(own.key, 'Fixed'));
    expect(mails(t)).toEqual(['mail 2:follow-up']);
  });

  test('"still broken", and an agent puts it back into the problem: that came back, and nobody is told again that it is resolved', async () => {
    const { t, first, key } = await two();
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    await t.sleep('1 hour');
    await t.says(first, 'confirm', { verdict: 'still-broken' });
    t.sent();
    const answer = await t.client.workflow.getHandle(caseId(first)).executeUpdate(link, { args: [{ problem: CLAIMS_ID, reason: 'it is the same', by: AGENT }] });
    expect(answer).toMatchObject({ accepted: true });
    await t.when(async () => {});
    expect(mails(t)).toEqual([]);
    expect(await view(t)).toMatchObject({ round: 2, stage: 'open', members: 1, earlierKeys: [key] });
    expect(await t.state(first)).toMatchObject({ stage: 'awaiting-resolution', cycle: 2, problem: CLAIMS_ID, handoff: { issueKey: issuesOf(t).at(-1)!.key } });
  });

  test('it comes back: the next round, with a new issue that is linked to the last one', async () => {
    const { t, first, key } = await two();
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    t.sent();
    await t.sleep('1 hour');
    const third = await claimsError(t);
    expect(mails(t)).toEqual(['mail 1:promise']);
    const again = issuesOf(t).at(-1)!;
    expect(again.key).not.toBe(key);
    expect(again.summary).toContain('It came back');
    expect(again.description).toContain(key);
    expect(again.labels).toContain(`onetouch-${CLAIMS_ID}-2`);
    expect(await view(t)).toMatchObject({ round: 2, stage: 'open', members: 1, earlierKeys: [key], issueKey: again.key });
    expect(await t.state(first)).toMatchObject({ stage: 'confirming' });
    await t.when(t.company.jira.resolve(again.key, 'Fixed'));
    expect(mails(t)).toEqual(['mail 1:follow-up']);
    expect(await t.state(third)).toMatchObject({ stage: 'confirming' });
  });

  test('it comes back after its workflow has ended: Jira remembers the rounds', async () => {
    const { t, key } = await two();
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    await t.sleep('80 hours');
    expect(await t.client.workflow.getHandle(CLAIMS_ID).describe()).toMatchObject({ status: { name: 'COMPLETED' } });
    t.sent();
    await claimsError(t);
    const again = issuesOf(t).at(-1)!;
    expect(again.key).not.toBe(key);
    expect(await view(t)).toMatchObject({ round: 2, earlierKeys: [key], issueKey: again.key, members: 1 });
    expect(mails(t)).toEqual(['mail 1:promise']);
  });

  test('a ticket that is solved or closed by a person leaves the problem', async () => {
    const { t, first, second } = await two();
    await t.says(first, 'close', { reason: 'settled by phone', withoutFollowUp: true });
    expect(await membersOf(t)).toEqual([second]);
    expect(mails(t)).toEqual([]);
  });
});
