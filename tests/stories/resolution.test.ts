/** What Jira says, what a team does, and what the member says after the follow-up. */
import { beforeEach, describe, expect, test } from 'vitest';
import { AGENT, MEMBER, useTown } from './town.js';

const town = useTown();
const member = { ...MEMBER, email: 'res@example.com', memberId: 'M-400' };
beforeEach(async () => {
  const since = await town().ago(60 * 3_600_000);
  await town().company.admin.setMember('M-400', {
    email: member.email,
    requirements: [{ name: 'Consent', met: true, since }],
    deviceOrder: { ordered: false, orderTemplateCompleted: true, firstSessionCompleted: true, clinicalRequirements: [{ name: 'A1c', met: true }] },
  });
});
const FILED = (cycle = 1) => ['issue PRODOPS', 'remote-link PRODOPS', `mail ${cycle}:promise`, `note ${cycle}:promise`];
const FOLLOWED = (cycle = 1) => [`mail ${cycle}:follow-up`, `note ${cycle}:follow-up`];
const TO_TIER_2 = (cycle = 1) => [`note ${cycle}:handed-over`, 'group Tier 2', `mail ${cycle}:promise`, `note ${cycle}:promise`];

const withProdOps = async () => {
  const t = town();
  const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
  t.expectSent(...FILED());
  return { t, id, key: t.company.jira.issues().at(-1)!.key };
};
const withTier2 = async () => {
  const t = town();
  const id = await t.ticket({ inquiry: 'device-standard-order', member });
  t.expectSent(...TO_TIER_2(), 'priority normal', 'status open');
  return { t, id };
};

describe('Jira', () => {
  test("Won't Do: an agent chooses before the member hears anything; then the follow-up", async () => {
    const { t, id, key } = await withProdOps();
    await t.when(t.company.jira.resolve(key, "Won't Do"));
    expect(t.sent()).toEqual([expect.stringMatching(/^note 1:choose-wont-do/)]);
    expect(await t.state(id)).toMatchObject({ stage: 'choosing', needs: 'choice' });
    expect(await t.says(id, 'choose', { choice: 'follow-up', reason: 'they have a workaround' })).toMatchObject({ accepted: true });
    t.expectSent(...FOLLOWED());
    expect(await t.state(id)).toMatchObject({ stage: 'confirming', needs: null });
  });

  test('Cannot Reproduce: re-escalating starts the next cycle with the first one attached', async () => {
    const { t, id, key } = await withProdOps();
    await t.when(t.company.jira.resolve(key, 'Cannot Reproduce'));
    expect(t.sent()).toEqual([expect.stringMatching(/^note 1:choose-cannot-reproduce/)]);
    await t.says(id, 'reEscalate', { reason: 'the member has a screenshot now' });
    t.expectSent(...FILED(2));
    expect(t.company.jira.issues().at(-1)!.description).toContain(key);
    expect(await t.state(id)).toMatchObject({ cycle: 2, stage: 'awaiting-resolution', needs: null });
  });

  test('while an agent has to choose, the promise to the member is kept', async () => {
    const { t, key } = await withProdOps();
    await t.when(t.company.jira.resolve(key, "Won't Do"));
    expect(t.sent()).toHaveLength(1);
    await t.sleep('24 hours');
    expect(t.sent()).toEqual(expect.arrayContaining(['mail 1:new-time-1', 'note 1:new-time-1']));
  });

  test('reopened while an agent was to choose: back to the team, and nothing to the member', async () => {
    const { t, id, key } = await withProdOps();
    await t.when(t.company.jira.resolve(key, "Won't Do"));
    expect(t.sent()).toHaveLength(1);
    await t.when(t.company.jira.reopen(key));
    expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', needs: null });
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    t.expectSent(...FOLLOWED());
  });

  test('reopened before the follow-up could go out: it is cancelled, and sent when it is resolved again', async () => {
    const { t, id, key } = await withProdOps();
    for (let i = 0; i < 20; i++) t.company.mail.faults.next(/RCPT/, { status: 451 });
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    expect(await t.state(id)).toMatchObject({ stage: 'following-up', flagged: expect.stringContaining('follow-up') });
    await t.when(t.company.jira.reopen(key));
    expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution' });
    t.company.mail.faults.clear();
    await t.sleep('1 hour');
    t.expectNothingElse();
    await t.when(t.company.jira.resolve(key, 'Done'));
    t.expectSent(...FOLLOWED());
  });

  test('Duplicate: the case moves to the surviving issue and follows up when that is resolved', async () => {
    const { t, id, key } = await withProdOps();
    const survivor = await t.company.jira.file('PRODOPS', 'Scheduling is blocked for everyone');
    await t.when(t.company.jira.resolve(key, 'Duplicate', { duplicateOf: survivor }));
    expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', handoff: { issueKey: survivor } });
    expect(t.sent().filter((line) => !/^(labels|remote-link) PRODOPS/.test(line))).toEqual([]);
    await t.when(t.company.jira.resolve(survivor, 'Fixed'));
    t.expectSent(...FOLLOWED());
  });

  test('a comment of an engineer is progress; a comment of ours is not', async () => {
    const { t, id, key } = await withProdOps();
    await t.sleep('12 hours');
    t.expectSent('comment 1:remind-0');
    expect((await t.timeline(id)).some((e) => e.text.includes('progress'))).toBe(false);
    await t.when(t.company.jira.comment(key, 'Looking into it.'));
    expect((await t.timeline(id)).some((e) => e.text.includes('progress'))).toBe(true);
  });
});

describe('Tier 2', () => {
  test('solved by their group: the member is followed up with, and confirms', async () => {
    const { t, id } = await withTier2();
    await t.when(t.company.helpdesk.solve(id));
    t.expectSent(...FOLLOWED());
    expect(await t.says(id, 'confirm', { verdict: 'works' })).toMatchObject({ accepted: true });
    t.expectSent('note 1:record');
    expect(await t.record(id)).toMatchObject({ outcome: 'confirmed', row: 'device/order-ready' });
  });

  test('moved back: the case decides again, and where the row is the same an agent chooses', async () => {
    const { t, id } = await withTier2();
    await t.when(t.company.helpdesk.assignGroup(id, 'Tier 1'));
    expect(t.sent()).toEqual([expect.stringMatching(/^note 1:choose-declined/)]);
    await t.says(id, 'reEscalate', { reason: 'all four are met' });
    t.expectSent(...TO_TIER_2(2));
    expect(await t.state(id)).toMatchObject({ cycle: 2, handoff: { team: 'Tier 2' } });
  });

  test('moved back, and the facts have changed: Tier 1, by its row', async () => {
    const { t, id } = await withTier2();
    await t.company.admin.setMember('M-400', { deviceOrder: { ordered: true } });
    await t.when(t.company.helpdesk.assignGroup(id, 'Tier 1'));
    t.expectSent('note 2:tier1-device-order-not-ready');
    expect(await t.state(id)).toMatchObject({ stage: 'tier-1', cycle: 2, handoff: null });
  });
});

describe('after the follow-up', () => {
  const followedUp = async () => {
    const w = await withProdOps();
    await w.t.when(w.t.company.jira.resolve(w.key, 'Fixed'));
    w.t.expectSent(...FOLLOWED());
    return w;
  };

  test('silence for 72 hours ends it as followed up, unconfirmed', async () => {
    const { t, id } = await followedUp();
    await t.sleep('71 hours');
    t.expectNothingElse();
    await t.sleep('1 hour');
    t.expectSent('note 1:record');
    expect(await t.record(id)).toMatchObject({ outcome: 'followed-up-unconfirmed' });
  });

  test('what the member writes is never interpreted: an agent says "still broken", and the next cycle starts', async () => {
    const { t, id, key } = await followedUp();
    await t.when(t.company.helpdesk.memberReplies(id, 'Thanks, it works perfectly!! (not)'));
    t.expectSent('note 1:confirm-member-replied');
    expect(await t.state(id)).toMatchObject({ stage: 'confirming', needs: 'confirmation' });
    await t.sleep('73 hours'); // The question stays open; nobody is taken as silent.
    t.expectSent('note 1:confirm-member-replied-reminder-1', 'note 1:confirm-member-replied-reminder-2');
    await t.says(id, 'confirm', { verdict: 'still-broken' });
    t.expectSent(...FILED(2));
    expect(t.company.jira.issues().at(-1)!.description).toContain(key);
    await t.when(t.company.jira.resolve(t.company.jira.issues().at(-1)!.key, 'Fixed'));
    t.expectSent(...FOLLOWED(2));
    await t.says(id, 'confirm', { verdict: 'works', how: 'call' });
    t.expectSent('note 2:record');
    const record = await t.record(id);
    expect(record).toMatchObject({ outcome: 'confirmed', cycle: 2 });
    expect(record.handoffs.map((h) => h.issueKey)).toHaveLength(2);
  });

  test('a Jira issue reopened after the follow-up asks an agent', async () => {
    const { t, id, key } = await followedUp();
    await t.when(t.company.jira.reopen(key));
    t.expectSent('note 1:confirm-issue-reopened');
    expect(await t.state(id)).toMatchObject({ needs: 'confirmation' });
  });

  test('a confirmation before the follow-up is refused', async () => {
    const { t, id } = await withProdOps();
    expect(await t.says(id, 'confirm', { verdict: 'works' }, AGENT)).toMatchObject({ accepted: false, row: 'vmp/ripe' });
  });
});
