/** What happens twice, at the wrong moment, or while something else is under way. Each story once failed. */
import { beforeEach, describe, expect, test } from 'vitest';
import { caseId } from '../../src/workflows/messages.js';
import { LEAD, MEMBER, useTown } from './town.js';

const town = useTown();
const HOUR = 3_600_000;
const member = { ...MEMBER, email: 'rev@example.com', memberId: 'M-800' };
const other = { name: 'Kim', email: 'kim@example.com' };
const READY = { ordered: false, orderTemplateCompleted: true, firstSessionCompleted: true, clinicalRequirements: [{ name: 'A1c', met: true }] };
beforeEach(async () => {
  const since = await town().ago(60 * HOUR);
  await town().company.admin.setMember('M-800', { email: member.email, requirements: [{ name: 'Consent', met: true, since }], deviceOrder: READY });
});
const FILED = (cycle = 1) => ['issue PRODOPS', 'remote-link PRODOPS', `mail ${cycle}:promise`, `note ${cycle}:promise`];
const FOLLOWED = (cycle = 1) => [`mail ${cycle}:follow-up`, `note ${cycle}:follow-up`];
const HANDED = (cycle = 1) => [`note ${cycle}:handed-over`, 'group Tier 2', `mail ${cycle}:promise`, `note ${cycle}:promise`];

const withProdOps = async () => {
  const t = town();
  const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
  t.expectSent(...FILED());
  return { t, id, key: t.company.jira.issues().at(-1)!.key };
};
const withTier2 = async () => {
  const t = town();
  const id = await t.ticket({ inquiry: 'device-standard-order', member });
  t.expectSent(...HANDED(), 'priority normal', 'status open');
  return { t, id };
};
const withInfra = async () => {
  const t = town();
  const id = await t.ticket({ errorKind: 'server-error', member });
  t.expectSent('issue INFRA', 'remote-link INFRA', 'mail 1:promise', 'note 1:promise', 'note 1:ask-report', 'account-note');
  return { t, id, key: t.company.jira.issues().at(-1)!.key };
};
const cancellation = async (by: typeof member | typeof other = member) => {
  const id = await town().ticket({ inquiry: 'cancellation', member: by });
  town().expectSent('note 1:tier1-cancellation');
  return id;
};
/** The mail server takes nothing until the faults are cleared. */
const mailIsAway = () => {
  for (let i = 0; i < 200; i++) town().company.mail.faults.next(/RCPT/, { status: 451 });
};
const jiraIsAway = () => {
  for (let i = 0; i < 500; i++) town().company.jira.faults.next(/./, { status: 503 });
};
const terminate = (id: string) => town().client.workflow.getHandle(caseId(id)).terminate('by hand');
const withoutLinks = () => town().sent().filter((line) => !/^(labels|remote-link) /.test(line));
const outcome = (id: string) => town().company.helpdesk.notesByUs(id).join('\n').match(/"outcome":"([^"]+)"/g)?.at(-1);

describe('the same thing twice in a cycle', () => {
  test("Won't Do, wait on, reopened, Won't Do again: the agent is asked again", async () => {
    const { t, id, key } = await withProdOps();
    await t.when(t.company.jira.resolve(key, "Won't Do"));
    expect(t.sent()).toHaveLength(1);
    await t.says(id, 'choose', { choice: 'keep-waiting', reason: 'they look again' });
    await t.when(t.company.jira.reopen(key));
    t.expectNothingElse();
    await t.when(t.company.jira.resolve(key, "Won't Do"));
    expect(t.sent()).toEqual([expect.stringMatching(/^note 1:choose-wont-do-.*-2$/)]);
    expect(await t.state(id)).toMatchObject({ stage: 'choosing', needs: 'choice' });
  });

  test('two questions open at once: both are asked again', async () => {
    const { t, id, key } = await withInfra();
    await t.when(t.company.jira.resolve(key, "Won't Do"));
    expect(t.sent()).toHaveLength(1);
    await t.sleep('8 hours');
    expect(t.sent()).toEqual(expect.arrayContaining(['mail 1:new-time-1', 'note 1:set-time-1']));
    await t.sleep('24 hours');
    const reminders = t.sent();
    expect(reminders).toEqual(expect.arrayContaining([expect.stringMatching(/^note 1:choose-.*-reminder-1$/), 'note 1:set-time-1-reminder-1']));
    expect(await t.stage(id)).toBe('choosing');
  });

  test('Tier 1 with the same row and other things unmet: the agent is told which, once each', async () => {
    const t = town();
    const unmet = (name: string) => t.company.admin.setMember('M-800', { requirements: [{ name, met: false, since: new Date(0).toISOString() }] });
    await unmet('Consent signed');
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    t.expectSent('note 1:tier1-vmp-unmet');
    await unmet('Lab results in');
    await t.when(t.company.helpdesk.agentNotes(id, 'consent is there'));
    t.expectSent('note 1:tier1-vmp-unmet-2');
    expect(t.company.helpdesk.notesByUs(id).at(-1)).toContain('Lab results in');
    await t.when(t.company.helpdesk.agentNotes(id, 'waiting for the lab'));
    t.expectNothingElse();
  });

  test('two issues that are duplicates of each other: an agent is asked, and Jira is left in peace', async () => {
    const { t, id, key } = await withProdOps();
    const twin = await t.company.jira.file('PRODOPS', 'the same');
    await t.company.jira.resolve(twin, 'Duplicate', { duplicateOf: key });
    await t.when(t.company.jira.resolve(key, 'Duplicate', { duplicateOf: twin }));
    expect(withoutLinks()).toEqual([expect.stringMatching(/^note 1:choose-other-/)]);
    expect(await t.state(id)).toMatchObject({ stage: 'choosing', needs: 'choice' });
  });

  test('closed twice at once: it ends as closed', async () => {
    const { t, id } = await withProdOps();
    await t.when(Promise.all([t.cases.close(id, { reason: 'one', by: LEAD }), t.cases.close(id, { reason: 'two', by: LEAD })]));
    t.expectSent(...FOLLOWED(), 'note 1:record');
    expect(await t.record(id)).toMatchObject({ outcome: 'closed' });
  });
});

describe('while the follow-up cannot go out', () => {
  const pending = async () => {
    const w = await withProdOps();
    mailIsAway();
    await w.t.when(w.t.company.jira.resolve(w.key, 'Fixed'));
    expect(await w.t.state(w.id)).toMatchObject({ stage: 'following-up' });
    return { ...w, mailIsBack: async () => { w.t.company.mail.faults.clear(); await w.t.sleep('2 hours'); } };
  };

  test('an engineer comments on the resolved issue: it still goes out', async () => {
    const { t, id, key, mailIsBack } = await pending();
    await t.when(t.company.jira.comment(key, 'Deployed.'));
    await mailIsBack();
    t.expectSent(...FOLLOWED());
    expect(await t.stage(id)).toBe('confirming');
  });

  test('an agent solves the ticket: it still goes out, once, and the case waits for the member', async () => {
    const { t, id, mailIsBack } = await pending();
    await t.when(t.company.helpdesk.solve(id));
    await mailIsBack();
    t.expectSent(...FOLLOWED());
    await t.sleep('72 hours');
    t.expectSent('note 1:record');
  });

  test('an agent re-escalates: the next cycle starts', async () => {
    const { t, id, mailIsBack } = await pending();
    expect(await t.says(id, 'reEscalate', { reason: 'it is not fixed' })).toMatchObject({ accepted: true });
    await mailIsBack();
    t.expectSent(...FILED(2));
  });

  test('the member writes: an agent is asked once it is out', async () => {
    const { t, id, mailIsBack } = await pending();
    await t.when(t.company.helpdesk.memberReplies(id, 'still nothing?'));
    await mailIsBack();
    t.expectSent(...FOLLOWED(), 'note 1:confirm-member-replied');
    expect(await t.state(id)).toMatchObject({ needs: 'confirmation' });
  });

  test('the ticket is merged: what is owed moves on', async () => {
    const { t, id, mailIsBack } = await pending();
    const survivor = await cancellation();
    await t.when(t.company.helpdesk.merge(id, survivor));
    withoutLinks();
    await mailIsBack();
    expect(withoutLinks()).toEqual(FOLLOWED());
    expect(t.company.mail.messages.at(-1)!.text).toContain(survivor);
  });
});

describe('still broken, with the ticket solved', () => {
  test('an agent calls and hears that it is still broken: the next cycle, and not the end', async () => {
    const { t, id } = await withTier2();
    await t.when(t.company.helpdesk.solve(id));
    t.expectSent(...FOLLOWED());
    await t.says(id, 'confirm', { verdict: 'still-broken', how: 'call' });
    t.expectSent(...HANDED(2).filter((line) => !line.startsWith('group')), 'status open'); // It is theirs still.
    expect(await t.state(id)).toMatchObject({ cycle: 2, stage: 'awaiting-resolution' });
  });

  test('and the protocol says Tier 1 by now: the ticket is opened for the agent', async () => {
    const { t, id } = await withTier2();
    await t.when(t.company.helpdesk.solve(id));
    t.expectSent(...FOLLOWED());
    await t.company.admin.setMember('M-800', { deviceOrder: { ...READY, ordered: true } });
    await t.says(id, 'confirm', { verdict: 'still-broken', how: 'call' });
    t.expectSent('note 2:tier1-device-order-not-ready', 'status open');
    await t.when(t.company.helpdesk.solve(id));
    t.expectSent('note 2:record');
    expect(outcome(id)).toContain('solved-in-tier-1');
  });
});

describe('before the team has it', () => {
  test('a lead overrides while filing is parked: it goes where the lead says', async () => {
    const t = town();
    t.company.jira.faults.next(/POST .*issue$/, { status: 400 });
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    t.expectSent('note 1:parked-issue');
    await t.says(id, 'override', { team: 'Infra', reason: 'it is everyone' }, LEAD);
    t.expectSent('issue INFRA', 'remote-link INFRA', 'mail 1:promise', 'note 1:promise');
    expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', parked: false, handoff: { team: 'Infra', overriddenBy: 'Lee' } });
  });

  test('re-escalating while it is being filed is refused: there is one issue', async () => {
    const t = town();
    jiraIsAway();
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    expect(await t.says(id, 'reEscalate', { reason: 'now' })).toMatchObject({ accepted: false, reason: 'it is being escalated already' });
    t.company.jira.faults.clear();
    await t.sleep('2 hours');
    t.expectSent(...FILED());
  }, 60_000);

  test('recategorised while the acknowledgement cannot go out: the member is acknowledged all the same', async () => {
    const t = town();
    mailIsAway();
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    await t.when(t.company.helpdesk.setField(id, 'inquiry', 'scheduling'));
    expect(t.sent()).toEqual(expect.arrayContaining([expect.stringMatching(/^note 1:choose-recategorised/)]));
    t.company.mail.faults.clear();
    await t.says(id, 'choose', { choice: 'keep-waiting', reason: 'a slip' });
    t.expectSent('mail 1:promise', 'note 1:promise');
  });

  test('a report that comes while the acknowledgement cannot go out reaches the engineers', async () => {
    const t = town();
    mailIsAway();
    const id = await t.ticket({ errorKind: 'server-error', member });
    await t.says(id, 'provide', { report: { environment: 'Safari' } });
    t.company.mail.faults.clear();
    await t.sleep('1 hour');
    expect(t.sent()).toEqual(expect.arrayContaining([expect.stringMatching(/^comment 1:report-/), 'mail 1:promise']));
  });
});

describe('while the team has it', () => {
  test('report fields filled in on the ticket are added to the Jira issue', async () => {
    const { t, id, key } = await withInfra();
    await t.when(t.company.helpdesk.setField(id, 'errorText', 'HTTP 502'));
    expect(t.sent()).toEqual([expect.stringMatching(/^comment 1:report-/)]);
    expect(t.company.jira.commentsByUs(key).join()).toContain('HTTP 502');
    await t.when(t.company.helpdesk.agentNotes(id, 'done'));
    t.expectNothingElse();
  });

  test('a reminder that Jira refuses does not hold up the follow-up', async () => {
    const { t, id, key } = await withProdOps();
    for (let i = 0; i < 50; i++) t.company.jira.faults.next(/POST .*comment$/, { status: 403 });
    await t.sleep('12 hours');
    t.expectSent('note 1:parked-remind-0');
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    t.expectSent(...FOLLOWED());
    expect(await t.state(id)).toMatchObject({ stage: 'confirming', parked: false, needs: null });
  });

  test('nor does a report that Jira refuses', async () => {
    const { t, id, key } = await withInfra();
    for (let i = 0; i < 50; i++) t.company.jira.faults.next(/POST .*comment$/, { status: 403 });
    await t.says(id, 'provide', { report: { environment: 'Safari' } });
    expect(t.sent()).toEqual([expect.stringMatching(/^note 1:parked-report-/)]);
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    t.expectSent(...FOLLOWED());
  });

  test('an outage of the mail does not take the flag off a silent team', async () => {
    const { t, id } = await withInfra();
    mailIsAway();
    await t.sleep('4 hours');
    t.expectSent('comment 1:remind-0');
    t.company.mail.faults.clear();
    await t.sleep('1 hour');
    t.expectSent('mail 1:new-time-1', 'note 1:new-time-1');
    expect(await t.state(id)).toMatchObject({ flagged: expect.stringContaining('without progress') });
  });

  test('recategorised while the new time cannot go out: the member hears it all the same', async () => {
    const { t, id } = await withInfra();
    await t.sleep('3 hours');
    t.expectSent('comment 1:remind-0');
    mailIsAway();
    await t.sleep('1 hour');
    await t.when(t.company.helpdesk.setField(id, 'errorKind', 'price-wrong'));
    expect(t.sent()).toEqual([expect.stringMatching(/^note 1:choose-recategorised/)]);
    t.company.mail.faults.clear();
    await t.sleep('1 hour');
    t.expectSent('mail 1:new-time-1', 'note 1:new-time-1');
  });

  test('sent back, and Tier 1 solves it: the member who was promised an answer gets one', async () => {
    const { t, id } = await withTier2();
    await t.company.admin.setMember('M-800', { deviceOrder: { ...READY, ordered: true } });
    await t.when(t.company.helpdesk.assignGroup(id, 'Tier 1'));
    t.expectSent('note 2:tier1-device-order-not-ready');
    expect(await t.state(id)).toMatchObject({ owed: [expect.stringContaining('an answer by')] });
    await t.sleep('24 hours');
    t.expectSent('mail 2:owed-new-time', 'note 2:owed-new-time');
    expect(await t.state(id)).toMatchObject({ stage: 'tier-1', flagged: expect.stringContaining('promise') });
    await t.when(t.company.helpdesk.solve(id));
    t.expectSent(...FOLLOWED(2), 'note 2:record');
    expect(outcome(id)).toContain('solved-in-tier-1');
  });

  test('a time in any zone is taken as the moment it is, and a past one is refused however it is spelled', async () => {
    const { t, id } = await withProdOps();
    const inTwoHours = Date.parse(await t.now()) + 2 * HOUR;
    expect(await t.says(id, 'setPromise', { dueAt: 'Nov 30 2001 10:00 UTC' })).toMatchObject({ accepted: false });
    const eightBehind = new Date(inTwoHours - 8 * HOUR).toISOString().replace('Z', '-08:00');
    expect(await t.says(id, 'setPromise', { dueAt: eightBehind })).toMatchObject({ accepted: true });
    t.expectSent('mail 1:new-time-1', 'note 1:new-time-1');
    expect(await t.state(id)).toMatchObject({ promise: { dueAt: new Date(inTwoHours).toISOString() } });
  });
});

describe('merged', () => {
  test('into a ticket whose case has ended: it starts again and keeps what is owed', async () => {
    const { t, id, key } = await withProdOps();
    const survivor = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    t.expectSent(...FILED());
    const own = t.company.jira.issues().at(-1)!.key;
    await t.when(t.company.jira.resolve(own, 'Fixed'));
    await t.says(survivor, 'confirm', { verdict: 'works' });
    t.expectSent(...FOLLOWED(), 'note 1:record');

    await t.when(t.company.helpdesk.merge(id, survivor));
    expect(withoutLinks()).toEqual(['note 1:record', `note 2:inherited-${id}`]);
    expect(await t.state(survivor)).toMatchObject({ cycle: 2, stage: 'awaiting-resolution', handoff: { issueKey: key } });
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    t.expectSent(...FOLLOWED(2));
  });

  test.each(['before', 'after'])('into a ticket whose own merge is heard %s: the last one keeps what is owed, and each member hears', async (order) => {
    const { t, id: first, key } = await withProdOps();
    const second = await cancellation({ ...other, email: 'sam@example.com' });
    const third = await cancellation(other);
    t.company.pointWebhooksAt(null);
    await t.company.helpdesk.merge(first, second);
    await t.company.helpdesk.merge(second, third);
    t.listen();
    for (const id of order === 'before' ? [second, first] : [first, second]) await t.when(t.cases.knock(id, { id: 'k', via: 'sweep', at: await t.now() }));
    withoutLinks();
    expect(await t.state(third)).toMatchObject({ stage: 'awaiting-resolution', handoff: { issueKey: key } });
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    expect(t.sent().filter((l) => l.startsWith('mail'))).toEqual(['mail 1:follow-up', `mail 1:follow-up-${first}`, `mail 1:follow-up-${second}`]);
  });

  test('when its issue has just been resolved: the survivor follows up at once', async () => {
    const { t, id, key } = await withProdOps();
    const survivor = await cancellation();
    t.company.pointWebhooksAt(null);
    await t.company.jira.resolve(key, 'Fixed');
    await t.company.helpdesk.merge(id, survivor);
    t.listen();
    await t.when(t.cases.knock(id, { id: 'k', via: 'sweep', at: await t.now() }));
    expect(withoutLinks()).toEqual(expect.arrayContaining(FOLLOWED()));
    expect(await t.stage(survivor)).toBe('confirming');
  });

  test('into a case that has just followed up: the merged ticket’s member is not forgotten', async () => {
    const { t, id, key } = await withProdOps();
    const survivor = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member: { ...member, name: 'Rob' } });
    t.expectSent(...FILED());
    await t.when(t.company.jira.resolve(t.company.jira.issues().at(-1)!.key, 'Fixed'));
    t.expectSent(...FOLLOWED());
    await t.when(t.company.helpdesk.merge(id, survivor));
    withoutLinks();
    expect(await t.state(survivor)).toMatchObject({ stage: 'awaiting-resolution', cycle: 2, handoff: { issueKey: key } });
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    t.expectSent(...FOLLOWED(2));
  });

  test('a promise that falls due is renewed to the merged ticket’s member too', async () => {
    const { t, id } = await withProdOps();
    const survivor = await cancellation(other);
    await t.when(t.company.helpdesk.merge(id, survivor));
    withoutLinks();
    await t.sleep('24 hours');
    expect(t.sent().filter((l) => l.startsWith('mail'))).toEqual(['mail 1:new-time-1', `mail 1:new-time-1-${id}`]);
  });

  test('from Tier 2: the survivor goes to Tier 2', async () => {
    const { t, id } = await withTier2();
    const survivor = await cancellation();
    await t.when(t.company.helpdesk.merge(id, survivor));
    t.expectSent('note 1:record', `note 1:inherited-${id}`, 'group Tier 2', 'status open');
    await t.when(t.company.helpdesk.solve(survivor));
    t.expectSent(...FOLLOWED());
  });

  test('and into which cannot be read yet: it is read again, and nothing that is owed is lost', async () => {
    const { t, id, key } = await withProdOps();
    const survivor = await cancellation();
    t.company.helpdesk.faults.next(new RegExp(`GET .*tickets/${id}/comments`), { status: 200, body: { comments: [], meta: { has_more: false }, links: { next: null } } });
    t.company.pointWebhooksAt(null);
    await t.company.helpdesk.merge(id, survivor);
    t.listen();
    const knock = async (n: number) => t.when(t.cases.knock(id, { id: `k-${n}`, via: 'sweep', at: await t.now() }));
    await knock(1);
    expect(await t.state(id)).toMatchObject({ stage: 'closing', needs: 'surviving-ticket', flagged: expect.stringContaining('merged') });
    await knock(2);
    withoutLinks();
    expect(await t.state(survivor)).toMatchObject({ stage: 'awaiting-resolution', handoff: { issueKey: key } });
  });

  test('and terminated afterwards: the survivor still knows what it took over', async () => {
    const { t, id, key } = await withProdOps();
    const survivor = await cancellation(other);
    await t.when(t.company.helpdesk.merge(id, survivor));
    withoutLinks();
    await terminate(survivor);
    await t.when(t.company.helpdesk.agentNotes(survivor, 'any news?'));
    withoutLinks();
    expect(await t.state(survivor)).toMatchObject({ stage: 'awaiting-resolution', handoff: { issueKey: key } });
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    t.expectSent(...FOLLOWED(), `mail 1:follow-up-${id}`, `note 1:follow-up-${id}`);
  });
});

describe('terminated', () => {
  test('while Tier 2 solved it: the restart follows up', async () => {
    const { t, id } = await withTier2();
    await terminate(id);
    await t.when(t.company.helpdesk.solve(id));
    t.expectSent(...FOLLOWED());
  });

  test('while Tier 2 sent it back: the restart decides again', async () => {
    const { t, id } = await withTier2();
    await terminate(id);
    await t.when(t.company.helpdesk.assignGroup(id, 'Tier 1'));
    expect(t.sent()).toEqual([expect.stringMatching(/^note 1:choose-declined/)]);
  });

  test('after the follow-up, and the member writes: an agent is asked, and nobody is taken as silent', async () => {
    const { t, id, key } = await withProdOps();
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    t.expectSent(...FOLLOWED());
    await t.sleep('1 hour');
    await terminate(id);
    await t.when(t.company.helpdesk.memberReplies(id, 'it still fails'));
    t.expectSent('note 1:confirm-member-replied');
    await terminate(id);
    await t.when(t.company.helpdesk.agentNotes(id, 'calling them'));
    expect(await t.state(id)).toMatchObject({ stage: 'confirming', needs: 'confirmation' });
  });

  test('after a follow-up that reached nobody: the call is still asked for', async () => {
    const t = town();
    const gone = { name: 'Robin', email: 'gone@bounce.invalid', memberId: 'M-801' };
    await t.company.admin.setMember('M-801', { email: gone.email, requirements: [{ name: 'C', met: true, since: await t.ago(90 * HOUR) }] });
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member: gone });
    await t.when(t.company.jira.resolve(t.company.jira.issues().at(-1)!.key, 'Fixed'));
    t.expectSent('issue PRODOPS', 'remote-link PRODOPS', 'note 1:promise', 'note 1:follow-up');
    await terminate(id);
    await t.when(t.company.helpdesk.agentNotes(id, 'no answer'));
    expect(await t.state(id)).toMatchObject({ stage: 'confirming', needs: 'call' });
    await t.sleep('24 hours');
    t.expectSent('note 1:call-follow-up-reminder-1');
  });
});

describe('mail in doubt', () => {
  test('the acknowledgement of a held ticket is sent again by one command', async () => {
    const t = town();
    t.company.mail.faults.next(/^DATA/, 'after');
    const id = await t.ticket({});
    t.expectSent('mail 1:acknowledgement', 'note 1:acknowledgement');
    await t.says(id, 'settleMail', { outcome: 'resend' });
    t.expectSent('mail 1:acknowledgement-again', 'note 1:acknowledgement-again');
    expect(await t.state(id)).toMatchObject({ stage: 'holding', needs: 'inquiry', flagged: null });
  });

  test('one member out of reach, the other not: the call is still asked for', async () => {
    const { t, id, key } = await withProdOps();
    const survivor = await cancellation({ name: 'Kim', email: 'kim@bounce.invalid' });
    await t.when(t.company.helpdesk.merge(id, survivor));
    withoutLinks();
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    t.expectSent('note 1:follow-up', `mail 1:follow-up-${id}`, `note 1:follow-up-${id}`);
    expect(await t.state(survivor)).toMatchObject({ stage: 'confirming', needs: 'call' });
  });
});

test('an inquiry nobody knows on the ticket: what an agent provides counts', async () => {
  const t = town();
  const id = await t.ticket({ inquiry: 'something_old' });
  t.expectSent('mail 1:acknowledgement', 'note 1:acknowledgement');
  await t.provide(id, { inquiry: 'cancellation' });
  t.expectSent('note 1:tier1-cancellation');
});

test('a bounced acknowledgement is no follow-up: a confirmation of it is refused, the call is recorded', async () => {
  const t = town();
  const id = await t.ticket({ member: { name: 'Robin', email: 'robin@bounce.invalid' } });
  t.expectSent('note 1:acknowledgement');
  expect(await t.state(id)).toMatchObject({ stage: 'holding', needs: 'call' });
  expect(await t.says(id, 'confirm', { verdict: 'works' })).toMatchObject({ accepted: false });
  await t.says(id, 'settleMail', { outcome: 'was-sent' });
  expect(await t.state(id)).toMatchObject({ stage: 'holding', needs: 'inquiry', flagged: null });
});

test('hints that pile up in front of a parked case do not pile up in it', async () => {
  const t = town();
  t.company.jira.faults.next(/POST .*issue$/, { status: 400 });
  const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
  t.expectSent('note 1:parked-issue');
  for (let i = 0; i < 30; i++) await t.cases.issueChanged(id, { id: `hint-${i}`, via: 'sweep', at: await t.now(), key: 'PRODOPS-1' });
  await t.says(id, 'resume', {});
  t.expectSent(...FILED());
  const heard = (await t.history(id)).events!.filter((e) => e.activityTaskScheduledEventAttributes?.activityType?.name === 'readIssue');
  expect(heard.length).toBeLessThanOrEqual(1);
});
