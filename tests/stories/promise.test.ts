/** The promise to the member, kept as an obligation. */
import { beforeEach, describe, expect, test } from 'vitest';
import { MEMBER, useTown } from './town.js';

const town = useTown();
const member = { ...MEMBER, email: 'promise@example.com', memberId: 'M-300' };
beforeEach(() => town().company.admin.setMember('M-300', { email: member.email }));

const FILED = ['issue INFRA', 'remote-link INFRA', 'mail 1:promise', 'note 1:promise', 'note 1:ask-report', 'account-note'];
const technicalError = async () => {
  const t = town();
  const id = await t.ticket({ errorKind: 'database-timeout', member });
  t.expectSent(...FILED);
  return { t, id, key: t.company.jira.issues().at(-1)!.key };
};

describe('with Infra', () => {
  test('2 h without progress: the team is reminded; 4 h: the member hears a new time and the case is flagged', async () => {
    const { t, id, key } = await technicalError();
    await t.sleep('119 minutes');
    t.expectNothingElse();
    await t.sleep('1 minute');
    t.expectSent('comment 1:remind-0');
    expect(await t.state(id)).toMatchObject({ flagged: null });
    await t.sleep('2 hours');
    t.expectSent('mail 1:new-time-1', 'note 1:new-time-1');
    const { flagged, promise } = await t.state(id);
    expect(flagged).toMatch(/without progress/);
    expect(promise).toMatchObject({ renewals: 1 });

    // Once by the system; the next time is a person's.
    await t.sleep('2 hours');
    t.expectSent('comment 1:remind-1');
    await t.sleep('2 hours');
    t.expectSent('note 1:set-time-1');
    expect(await t.state(id)).toMatchObject({ needs: 'promise-time' });
    const dueAt = new Date(Date.parse(await t.now()) + 6 * 3_600_000).toISOString();
    expect(await t.says(id, 'setPromise', { dueAt })).toMatchObject({ accepted: true });
    t.expectSent('mail 1:new-time-2', 'note 1:new-time-2');
    expect(await t.state(id)).toMatchObject({ needs: null, promise: { dueAt } });

    await t.when(t.company.jira.resolve(key, 'Fixed'));
    t.expectSent('mail 1:follow-up', 'note 1:follow-up');
    expect(await t.state(id)).toMatchObject({ stage: 'confirming', flagged: null });
  });

  test('progress in Jira keeps the reminder back and the flag off; the member still hears at 4 h', async () => {
    const { t, id, key } = await technicalError();
    await t.sleep('1 hour');
    await t.when(t.company.jira.transition(key, 'In Progress'));
    await t.sleep('1 hour');
    t.expectNothingElse();
    await t.sleep('2 hours');
    t.expectSent('mail 1:new-time-1', 'note 1:new-time-1');
    expect(await t.state(id)).toMatchObject({ flagged: null });
  });

  test('a person moves the time before it is due: the member hears that, and no apology for a silence', async () => {
    const { t, id } = await technicalError();
    const dueAt = new Date(Date.parse(await t.now()) + 30 * 3_600_000).toISOString();
    expect(await t.says(id, 'setPromise', { dueAt })).toMatchObject({ accepted: true });
    t.expectSent('mail 1:new-time-1', 'note 1:new-time-1');
    const mail = t.company.mail.messages.at(-1)!.text;
    expect(mail).toContain('the time by which you hear from us has changed');
    expect(mail).not.toMatch(/sorry|you have not/i);
    expect(t.company.helpdesk.notesByUs(id).at(-1)).toMatch(/^A person moved the time by which the member hears, to \d{4}-/);

    // Once that one has passed, the person who sets the next one has the member told so.
    await t.sleep('30 hours');
    t.expectSent('comment 1:remind-1', 'note 1:set-time-1');
    expect((await t.state(id)).flagged).toMatch(/fell due again/);
    const later = new Date(Date.parse(await t.now()) + 6 * 3_600_000).toISOString();
    expect(await t.says(id, 'setPromise', { dueAt: later })).toMatchObject({ accepted: true });
    t.expectSent('mail 1:new-time-2', 'note 1:new-time-2');
    expect(t.company.mail.messages.at(-1)!.text).toContain('By now you should have had an answer');
    expect((await t.state(id)).flagged).toBeNull();
  });

  test('a member whom Admin does not know: the record says that nothing was noted there, and what is owed is said to the minute', async () => {
    const t = town();
    const id = await t.ticket({ errorKind: 'database-timeout', member: { name: 'Robin Doe', email: 'stranger@example.com' } });
    t.sent();
    expect((await t.timeline(id)).map((e) => e.text)).toContain("noted on the member's account: not done, the member's account in Admin is missing");
    const { owed, promise } = await t.state(id);
    expect(owed).toContain(`an answer by ${promise!.dueAt.slice(0, 10)} ${promise!.dueAt.slice(11, 16)}Z`);
  });

  test('a time in the past, or for a case without a promise, is refused', async () => {
    const { t, id } = await technicalError();
    expect(await t.says(id, 'setPromise', { dueAt: '2020-01-01T00:00:00Z' })).toMatchObject({ accepted: false, reason: expect.stringContaining('past') });
    const tier1 = await t.ticket({ inquiry: 'cancellation' });
    t.expectSent('note 1:tier1-cancellation');
    expect(await t.says(tier1, 'setPromise', { dueAt: '2100-01-01T00:00:00Z' })).toMatchObject({ accepted: false });
  });
});

describe('with another team', () => {
  test('Coach Support silent: reminded at 12 h on the ticket, the member told a new time at 24 h', async () => {
    const t = town();
    const id = await t.ticket({ inquiry: 'webinar-missing', member });
    t.expectSent('note 1:handed-over', 'group Coach Support', 'priority urgent', 'status open', 'mail 1:promise', 'note 1:promise');
    await t.sleep('12 hours');
    t.expectSent('note 1:remind-0');
    await t.sleep('12 hours');
    t.expectSent('mail 1:new-time-1', 'note 1:new-time-1');
    await t.sleep('2 hours');
    t.expectSent('note 1:remind-1');
    // Their group begins to work on it: that is progress.
    await t.when(t.company.helpdesk.take(id));
    await t.sleep('2 hours');
    t.expectSent('note 1:set-time-1');
    await t.when(t.company.helpdesk.solve(id));
    t.expectSent('mail 1:follow-up', 'note 1:follow-up');
  });
});
