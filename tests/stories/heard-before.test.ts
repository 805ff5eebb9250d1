/**
 * Once, however often it is said and whatever answer is lost: what a case, a group or a problem heard before is not
 * heard again, and an effect whose answer was lost is looked for before it is repeated.
 */
import { describe, expect, test } from 'vitest';
import { caseId, reEscalate, reEscalateSignal } from '../../src/workflows/messages.js';
import { chooseForAll, join } from '../../src/workflows/problem-messages.js';
import { refuse, troubleshootingId } from '../../src/workflows/troubleshooting-messages.js';
import { awaitingApproval, OPS, proposed } from './groups.js';
import { CLAIMS, CLAIMS_ID, claimsError, issuesOf, mails, view } from './problem-support.js';
import { AGENT, MEMBER, useTown } from './town.js';

const town = useTown();
const HOUR_MS = 3_600_000;

async function blocked() {
  const t = town();
  const member = { ...MEMBER, memberId: `M-${Math.floor(await t.env.currentTimeMs())}` };
  await t.company.admin.setMember(member.memberId, { email: member.email, requirements: [{ name: 'Consent', met: true, since: await t.ago(49 * HOUR_MS) }] });
  const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
  t.expectSent('issue PRODOPS', 'remote-link PRODOPS', 'mail 1:promise', 'note 1:promise');
  return { t, id, handle: t.client.workflow.getHandle(caseId(id)) };
}

describe('a command with the id of one that was heard', () => {
  const AGAIN = { accepted: true, said: 'This was heard before.' };

  test('to a case, as an update or a signal: it is escalated again once', async () => {
    const { t, id, handle } = await blocked();
    const said = { reason: 'the member has a screenshot now', id: 'command-1' };
    // By Temporal's own id of an update a repeat would not even reach the case.
    expect(await handle.executeUpdate(reEscalate, { args: [{ ...said, by: AGENT }], updateId: 'a' })).toMatchObject({ accepted: true });
    await t.when(async () => {});
    const issues = t.company.jira.issues().length;
    expect(await t.state(id)).toMatchObject({ cycle: 2, stage: 'awaiting-resolution' });
    t.sent();
    await t.when(async () => {
      expect(await handle.executeUpdate(reEscalate, { args: [{ ...said, by: AGENT }], updateId: 'b' })).toEqual(AGAIN);
      await handle.signal(reEscalateSignal, said as never);
    });
    t.expectNothingElse();
    expect(await t.state(id)).toMatchObject({ cycle: 2 });
    expect(t.company.jira.issues()).toHaveLength(issues);
  });

  test('to a problem: its cases get one follow-up', async () => {
    const t = town();
    await claimsError(t);
    await t.when(t.company.jira.resolve(issuesOf(t)[0]!.key, "Won't Do"));
    const problem = t.client.workflow.getHandle(CLAIMS_ID);
    const choose = (updateId: string) => problem.executeUpdate(chooseForAll, { args: [{ choice: 'keep-waiting', reason: 'it is still there', by: AGENT, id: 'command-2' }], updateId });
    expect(await choose('a')).toMatchObject({ accepted: true });
    await t.when(async () => {});
    expect(await choose('b')).toEqual(AGAIN);
    t.sent();
  });

  test('to a group: its fix is refused once', async () => {
    const t = town();
    const { id } = await awaitingApproval(t);
    const group = t.client.workflow.getHandle(troubleshootingId(id, 1));
    const what = { ...(await proposed(t, id)), reason: 'not today', by: OPS, id: 'command-3' };
    const no = (updateId: string) => group.executeUpdate(refuse, { args: [what as never], updateId });
    expect(await no('a')).toMatchObject({ accepted: true });
    await t.when(async () => {});
    expect(await no('b')).toEqual(AGAIN);
    t.sent();
  });
});

test('a webhook that comes again, after the case has read what it told of, makes it read nothing', async () => {
  const t = town();
  const kept = t.keepWebhooks();
  const { id } = await blocked();
  const reads = async () => (await t.history(id)).events!.filter((e) => e.activityTaskScheduledEventAttributes).length;
  const before = await reads();
  const again = [...kept];
  for (let i = 0; i < 3; i++) for (const request of again) await t.when(async () => void (await t.deliver(request)));
  t.listen();
  expect(again.length).toBeGreaterThan(0);
  expect(await reads()).toBe(before);
  t.expectNothingElse();
});

test('a case that joins its problem again is in it once', async () => {
  const t = town();
  const id = await claimsError(t);
  const before = await view(t);
  const { handoff } = await t.state(id);
  await t.when(t.client.workflow.getHandle(CLAIMS_ID).signal(join, { ticketId: id, cycle: 1, group: null, signature: CLAIMS, escalatedAt: handoff!.at }));
  expect(await view(t)).toMatchObject({ members: before.members, joined: before.joined });
  t.sent();
});

describe('an answer that is lost', () => {
  test('of a problem’s issue: there is one', async () => {
    const t = town();
    t.company.jira.faults.next(/^POST \/rest\/api\/3\/issue$/, 'after');
    await claimsError(t);
    await t.sleep('30 minutes');
    expect(issuesOf(t)).toHaveLength(1);
    expect(mails(t)).toEqual(['mail 1:promise']);
  });

  test('of what a problem says on its issue: it says it once', async () => {
    const t = town();
    t.company.jira.faults.next(/^POST \/rest\/api\/3\/issue\/[^/]+\/comment$/, 'after');
    const id = await claimsError(t);
    await t.sleep('30 minutes');
    const texts = t.company.jira.commentsByUs(issuesOf(t)[0]!.key);
    expect(texts.filter((text) => text.includes(`[onetouch ${id}:1:problem-report`))).toHaveLength(1);
    const survivor = await t.company.jira.file('INFRA', 'The one that survives');
    t.company.jira.faults.next(new RegExp(`^POST .*/issue/${survivor}/comment$`), 'after');
    await t.when(t.company.jira.resolve(issuesOf(t)[0]!.key, 'Duplicate', { duplicateOf: survivor }));
    await t.sleep('30 minutes');
    expect(t.company.jira.commentsByUs(survivor).filter((text) => text.includes(`${CLAIMS_ID}:1:moved`))).toHaveLength(1);
    t.sent();
  });

  test('of the question what is to be done: it is asked once', async () => {
    const t = town();
    const id = await claimsError(t);
    t.sent();
    t.company.helpdesk.faults.next(({ method, body }) => method === 'PUT' && body.includes('choose-problem'), 'after');
    await t.when(t.company.jira.resolve(issuesOf(t)[0]!.key, "Won't Do"));
    await t.sleep('30 minutes');
    expect(t.sent()).toEqual([expect.stringMatching(/^note 1:choose-problem-1-/)]);
    expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution' });
  });
});
