/** Outside systems that are away, refuse, or leave it open what they did. */
import { beforeEach, describe, expect, test } from 'vitest';
import { MEMBER, useTown } from './town.js';

const town = useTown();
const member = { ...MEMBER, email: 'out@example.com', memberId: 'M-600' };
beforeEach(async () => {
  const since = await town().ago(60 * 3_600_000);
  await town().company.admin.setMember('M-600', { email: member.email, requirements: [{ name: 'Consent', met: true, since }] });
});
const FILED = ['issue PRODOPS', 'remote-link PRODOPS', 'mail 1:promise', 'note 1:promise'];
const many = (n: number, order: () => unknown) => Array.from({ length: n }, order);

describe('Jira', () => {
  test('away for hours: the case is flagged, goes on hearing its desk, and files once it is back', async () => {
    const t = town();
    many(500, () => t.company.jira.faults.next(/./, { status: 503 }));
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    await t.sleep('10 minutes');
    expect(await t.state(id)).toMatchObject({ stage: 'escalating', flagged: expect.stringContaining('Jira'), parked: false });
    expect(await t.says(id, 'provide', { report: { environment: 'heard meanwhile' } })).toMatchObject({ accepted: true });
    await t.sleep('5 hours');
    t.expectNothingElse();
    t.company.jira.faults.clear();
    await t.sleep('2 hours');
    t.expectSent(...FILED);
    expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', flagged: null });
  }, 60_000);

  test('asks to wait with Retry-After: tried again then, once', async () => {
    const t = town();
    t.company.jira.faults.next(/POST .*issue$/, { status: 429, headers: { 'Retry-After': '20' } });
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    await t.sleep('30 seconds');
    t.expectSent(...FILED);
    expect(await t.state(id)).toMatchObject({ flagged: null });
  });

  test('files it and loses the answer: the repeat finds it by its label', async () => {
    const t = town();
    t.company.jira.faults.next(/POST .*issue$/, 'after');
    await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    await t.sleep('1 minute');
    t.expectSent(...FILED);
  });

  test('refuses for good: the case is parked, visible and resumable, and never fails', async () => {
    const t = town();
    t.company.jira.faults.next(/POST .*issue$/, { status: 400, body: { errorMessages: [], errors: { issuetype: 'Specify a valid issue type' } } });
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    t.expectSent('note 1:parked-issue');
    expect(await t.state(id)).toMatchObject({ parked: true, needs: 'resume', flagged: expect.stringContaining('400') });
    await t.sleep('10 days');
    t.expectNothingElse();
    expect(await t.says(id, 'resume', { note: 'the issue type is there now' })).toMatchObject({ accepted: true });
    t.expectSent(...FILED);
    expect(await t.state(id)).toMatchObject({ parked: false, needs: null, flagged: null });
  });

  test('parked, and recategorised meanwhile: the case decides again', async () => {
    const t = town();
    t.company.jira.faults.next(/POST .*issue$/, { status: 400 });
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    t.expectSent('note 1:parked-issue');
    await t.when(t.company.helpdesk.setField(id, 'inquiry', 'cancellation'));
    t.expectSent('note 1:tier1-cancellation');
    expect(await t.state(id)).toMatchObject({ parked: false, needs: null, flagged: null, handoff: null });
  });

  test('parked, and closed: it ends, and a member to whom nothing was promised hears nothing', async () => {
    const t = town();
    t.company.jira.faults.next(/POST .*issue$/, { status: 403 });
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    t.expectSent('note 1:parked-issue');
    await t.says(id, 'close', { reason: 'handled by hand' });
    t.expectSent('note 1:record');
    expect(await t.record(id)).toMatchObject({ outcome: 'closed' });
  });
});

describe('the helpdesk', () => {
  test('takes a note and loses the answer: it is written once', async () => {
    const t = town();
    t.company.helpdesk.faults.next(/^PUT /, 'after');
    await t.ticket({ inquiry: 'cancellation' });
    await t.sleep('1 minute');
    t.expectSent('note 1:tier1-cancellation');
  });

  test('is away when the ticket is read: the case waits for it', async () => {
    const t = town();
    many(400, () => t.company.helpdesk.faults.next(/GET .*tickets/, { status: 500 }));
    const id = await t.ticket({ inquiry: 'cancellation' });
    await t.sleep('20 minutes');
    expect(await t.state(id)).toMatchObject({ flagged: expect.stringContaining('helpdesk') });
    t.company.helpdesk.faults.clear();
    await t.sleep('1 hour');
    t.expectSent('note 1:tier1-cancellation');
  }, 60_000);
});

describe('Admin', () => {
  test('is away: nothing is guessed, the case decides when it is back', async () => {
    const t = town();
    many(400, () => t.company.admin.faults.next(/./, { status: 502 }));
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    await t.sleep('10 minutes');
    expect(await t.state(id)).toMatchObject({ stage: 'deciding', ruling: null });
    t.company.admin.faults.clear();
    await t.sleep('1 hour');
    t.expectSent(...FILED);
  }, 60_000);
});

describe('mail', () => {
  test('the acceptance was lost: it is not sent again; an agent sees it and sends it again with one command', async () => {
    const t = town();
    t.company.mail.faults.next(/^DATA/, 'after');
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    t.expectSent(...FILED);
    expect(await t.state(id)).toMatchObject({ needs: 'mail-check', owed: expect.arrayContaining(['a mail whose arrival is not certain']) });
    await t.sleep('6 hours');
    t.expectNothingElse();
    expect(await t.says(id, 'settleMail', { outcome: 'resend' })).toMatchObject({ accepted: true });
    t.expectSent('mail 1:promise-again', 'note 1:promise-again');
    expect(await t.state(id)).toMatchObject({ needs: null, flagged: null });
  });

  test('the address bounces: a call task for an agent; the call is recorded as the confirmation', async () => {
    const t = town();
    await t.company.admin.setMember('M-601', { email: 'gone@bounce.invalid', requirements: [{ name: 'C', met: true, since: await t.ago(90 * 3_600_000) }] });
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member: { name: 'Robin', email: 'gone@bounce.invalid', memberId: 'M-601' } });
    t.expectSent('issue PRODOPS', 'remote-link PRODOPS', 'note 1:promise');
    expect(await t.state(id)).toMatchObject({ needs: 'call' });
    await t.says(id, 'settleMail', { outcome: 'was-sent' });
    await t.when(t.company.jira.resolve(t.company.jira.issues().at(-1)!.key, 'Fixed'));
    t.expectSent('note 1:follow-up');
    expect(await t.state(id)).toMatchObject({ stage: 'confirming', needs: 'call' });
    // Nobody is followed up with by a mail that bounced: the call is asked for again, and the case does not end.
    await t.sleep('5 days');
    expect(t.sent()).toEqual(['note 1:call-follow-up-reminder-1', 'note 1:call-follow-up-reminder-2']);
    await t.says(id, 'confirm', { verdict: 'works', how: 'call' });
    t.expectSent('note 1:record');
    expect(JSON.stringify((await t.record(id)).timeline)).toContain('by call');
  });

  test('the server relays for nobody: no member is to be called for it, and the mail goes out once it is mended', async () => {
    const t = town();
    t.company.mail.faults.next(/^RCPT/, { status: 554, body: '5.7.1 Relay access denied' });
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    t.expectSent('issue PRODOPS', 'remote-link PRODOPS', 'note 1:parked-promise');
    expect(await t.state(id)).toMatchObject({ parked: true, needs: 'resume', flagged: expect.stringContaining('554 5.7.1') });
    await t.says(id, 'resume', {});
    t.expectSent('mail 1:promise', 'note 1:promise');
  });

  test('hostile names and addresses reach nobody else', async () => {
    const t = town();
    await t.ticket({ inquiry: 'vmp-scheduling-blocked', member: { name: 'Eve\r\nBcc: eve@evil.example', email: 'a@example.com,b@evil.example', memberId: 'M-600' } });
    t.expectSent('issue PRODOPS', 'remote-link PRODOPS', 'note 1:promise');
  });
});

test('the same webhook ten times, among others: one case, one issue, one acknowledgement', async () => {
  const t = town();
  const kept = t.keepWebhooks();
  const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
  t.expectSent(...FILED);
  await t.when(async () => {
    for (let i = 0; i < 10; i++) for (const request of kept) expect(await t.deliver(request)).toBeLessThan(300);
  });
  t.expectNothingElse();
  expect(await t.state(id)).toMatchObject({ cycle: 1, stage: 'awaiting-resolution' });
  t.listen();
});
