/** One story for every kind of ruling. */
import { describe, expect, test } from 'vitest';
import { LEAD, MEMBER, useTown } from './town.js';

const town = useTown();
const HOUR = 3_600_000;

describe('Tier 1', () => {
  test('a cancellation is processed by the agent; escalating it is refused with the row, and the refusal is on record', async () => {
    const t = town();
    const id = await t.ticket({ inquiry: 'cancellation' });
    t.expectSent('note 1:tier1-cancellation');
    expect(await t.state(id)).toMatchObject({ stage: 'tier-1', needs: null, owed: [] });

    const answer = await t.says(id, 'reEscalate', { reason: 'the member insists' });
    expect(answer).toMatchObject({ accepted: false, row: 'cancellation' });
    expect(await t.timeline(id)).toContainEqual(expect.objectContaining({ what: 'refused', row: 'cancellation', by: 'Ana' }));
    t.expectNothingElse();

    await t.when(t.company.helpdesk.solve(id));
    t.expectSent('note 1:record');
    expect(await t.record(id)).toMatchObject({ outcome: 'solved-in-tier-1', row: 'cancellation', handoffs: [] });
  });

  test('a lead overrides a Tier 1 row, with a reason that is recorded and counted', async () => {
    const t = town();
    const id = await t.ticket({ inquiry: 'scheduling' });
    t.expectSent('note 1:tier1-scheduling');
    expect(await t.says(id, 'override', { team: 'Infra', reason: 'half the clinic is affected' }, LEAD)).toMatchObject({ accepted: true });
    t.expectSent('issue INFRA', 'remote-link INFRA', 'mail 1:promise', 'note 1:promise');
    expect(await t.state(id)).toMatchObject({
      stage: 'awaiting-resolution',
      overrides: 1,
      handoff: { team: 'Infra', overriddenBy: 'Lee', reason: 'half the clinic is affected', row: 'scheduling' },
    });
  });

  test('a member whose requirement is FALSE is told by Tier 1 which; nothing is escalated', async () => {
    const t = town();
    await t.company.admin.setMember('M-201', {
      email: 'unmet@example.com',
      requirements: [
        { name: 'Consent signed', met: true, since: await t.ago(90 * HOUR) },
        { name: 'Lab results in', met: false, since: await t.ago(90 * HOUR) },
      ],
    });
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member: { ...MEMBER, email: 'unmet@example.com', memberId: 'M-201' } });
    t.expectSent('note 1:tier1-vmp-unmet');
    const [note] = t.company.helpdesk.notesByUs(id);
    expect(note).toContain('Lab results in');
    expect(note).not.toContain('Consent signed');
  });
});

describe('an answer', () => {
  test('Philips: the member gets the number on the ticket, once', async () => {
    const t = town();
    const id = await t.ticket({ inquiry: 'device-philips' });
    t.expectSent('reply 1:answer-device-philips', 'note 1:tier1-device-philips');
    expect(t.company.helpdesk.repliesByUs(id)).toEqual([expect.stringContaining('888-666-4530')]);
    expect(await t.says(id, 'reEscalate', { reason: 'please' })).toMatchObject({ accepted: false, row: 'device/philips' });
  });

  test('a valid exclusion is told to the member on the ticket', async () => {
    const t = town();
    await t.company.admin.setMember('M-202', { email: 'out@example.com', ooeResult: 'excluded' });
    await t.ticket({ inquiry: 'eligibility-no-programs', member: { ...MEMBER, email: 'out@example.com', memberId: 'M-202' } });
    t.expectSent('reply 1:answer-eligibility-excluded', 'note 1:tier1-eligibility-excluded');
  });
});

describe('asking', () => {
  test('an app bug asks the agent for the troubleshooting, reminds, and goes to Infra once it is confirmed', async () => {
    const t = town();
    const id = await t.ticket({ inquiry: 'app-bug' });
    t.expectSent('note 1:ask-troubleshootingDone+bugConfirmed');
    expect(await t.state(id)).toMatchObject({ stage: 'asking', needs: 'facts' });
    expect(await t.says(id, 'reEscalate', { reason: 'now' })).toMatchObject({ accepted: false, row: 'app-bug/untested' });

    await t.sleep('24 hours');
    t.expectSent('note 1:ask-troubleshootingDone+bugConfirmed-reminder-1');
    await t.sleep('47 hours');
    t.expectNothingElse(); // The second reminder comes after twice the time.

    expect(await t.provide(id, { troubleshootingDone: true, bugConfirmed: true })).toMatchObject({ accepted: true });
    t.expectSent('issue INFRA', 'remote-link INFRA', 'mail 1:promise', 'note 1:promise');
    expect(await t.state(id)).toMatchObject({ handoff: { team: 'Infra', row: 'app-bug/confirmed' }, needs: null });
  });

  test('a member nobody can find is asked on the ticket; what they write, an agent reads and provides', async () => {
    const t = town();
    await t.company.admin.setMember('M-203', { email: 'work@example.com', ooeResult: 'error' });
    const id = await t.ticket({ inquiry: 'eligibility-no-programs', member: { name: 'Robin', email: 'private@example.com' } });
    t.expectSent('reply 1:ask-memberId-member', 'note 1:ask-memberId');

    await t.when(t.company.helpdesk.memberReplies(id, 'My other address is work@example.com'));
    const [note] = t.sent();
    expect(note).toMatch(/^note 1:ask-memberId-reply-/);

    await t.provide(id, { memberId: 'M-203' });
    t.expectSent('issue PRODOPS', 'remote-link PRODOPS', 'mail 1:promise', 'note 1:promise');
  });

  test('an id that Admin does not know is said to be unknown, and the agent asked to correct it; the member hears nothing of it', async () => {
    const t = town();
    await t.company.admin.setMember('M-205', { email: 'work-205@example.com', ooeResult: 'error' });
    const id = await t.ticket({ inquiry: 'eligibility-no-programs', member: { name: 'Robin', email: 'private-205@example.com' } });
    t.expectSent('reply 1:ask-memberId-member', 'note 1:ask-memberId');

    for (const [wrong, note] of [['M-NOBODY', 'note 1:ask-memberId-unknown'], ['M-NOPE', 'note 1:ask-memberId-unknown-2']] as const) {
      await t.provide(id, { memberId: wrong });
      t.expectSent(note);
      expect(t.company.helpdesk.notesByUs(id).at(-1)).toMatch(new RegExp(`Admin knows no member of the id that was given\\. .*${wrong}`));
      const { ruling, stage, waitsFor } = await t.state(id);
      expect([stage, ruling]).toEqual(['asking', expect.objectContaining({ kind: 'ask', asks: ['memberId'], of: 'agent', reason: expect.stringContaining('Admin knows no member of the id that was given') })]);
      expect(ruling!.restsOn).toContainEqual(expect.objectContaining({ fact: 'memberId', value: wrong, source: 'agent' }));
      // The id is a member's: it stays on the ticket.
      for (const open of [ruling!.reason, waitsFor, JSON.stringify(await t.timeline(id))]) expect(open).not.toContain(wrong);
    }
    await t.provide(id, { memberId: 'M-205' });
    t.expectSent('issue PRODOPS', 'remote-link PRODOPS', 'mail 1:promise', 'note 1:promise');
  });

  test('an id on the ticket that Admin does not know is corrected there, and does not get into Jira', async () => {
    const t = town();
    const id = await t.ticket({ inquiry: 'eligibility-no-programs', member: { name: 'Robin', email: 'robin-206@example.com', memberId: 'M-UNKNOWN' } });
    t.expectSent('note 1:ask-memberId-unknown');
    expect(await t.state(id)).toMatchObject({ stage: 'asking', needs: 'facts', ruling: { of: 'agent' } });
    await t.says(id, 'override', { team: 'Infra', reason: 'they know' }, LEAD);
    expect(t.company.jira.issues().at(-1)!.description).toContain('eligibility/');
    expect(t.company.jira.issues().at(-1)!.description).not.toContain('M-UNKNOWN');
    t.sent();
  });

  test('a question to the member is repeated to them once', async () => {
    const t = town();
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member: { name: 'Robin', email: 'nobody@example.com' } });
    t.expectSent('reply 1:ask-memberId-member', 'note 1:ask-memberId');
    await t.sleep('24 hours');
    t.expectSent('reply 1:ask-memberId-member-reminder', 'note 1:ask-memberId-reminder-1');
    await t.sleep('48 hours');
    t.expectSent('note 1:ask-memberId-reminder-2');
    await t.says(id, 'close', { reason: 'the member withdrew' });
    t.expectSent('note 1:record');
  });
});

describe('waiting', () => {
  test('a condition that broke in between starts its 48 hours again', async () => {
    const t = town();
    const member = { ...MEMBER, email: 'vbid@example.com', memberId: 'M-204' };
    const compliance = async (hours: number) => ({ inCompliance: true, inComplianceSince: await t.ago(hours * HOUR), startDate: null, endDate: null });
    await t.company.admin.setMember('M-204', { email: member.email, incentiveProgram: await compliance(40) });
    const id = await t.ticket({ inquiry: 'vbid-incentives', member });
    expect(await t.state(id)).toMatchObject({ stage: 'waiting', ruling: { row: 'vbid/settling' } });
    expect(t.sent()).toHaveLength(1);
    expect(await t.says(id, 'reEscalate', { reason: 'now' })).toMatchObject({ accepted: false, row: 'vbid/settling' });

    // Out of compliance for a moment and in again, 2 hours before the wait's end.
    await t.sleep('6 hours');
    await t.company.admin.setMember('M-204', { incentiveProgram: await compliance(0) });
    await t.sleep('2 hours');
    expect(await t.stage(id)).toBe('waiting');
    expect(t.sent()).toEqual([expect.stringMatching(/^note 1:wait-vbid-settling-/)]);

    await t.sleep('46 hours');
    t.expectSent('note 1:handed-over', 'group Tier 2', 'priority normal', 'status open', 'mail 1:promise', 'note 1:promise');
    expect(t.company.helpdesk.ticket(id)).toMatchObject({ group: 'Tier 2', status: 'open' });
  });

  test('a ticket recategorised while it waits is decided again', async () => {
    const t = town();
    await t.company.admin.setMember('M-205', { email: 'recat@example.com', requirements: [{ name: 'Consent', met: true, since: await t.ago(HOUR) }] });
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member: { ...MEMBER, email: 'recat@example.com', memberId: 'M-205' } });
    expect(t.sent()).toHaveLength(1);
    await t.when(t.company.helpdesk.setField(id, 'inquiry', 'cancellation'));
    t.expectSent('note 1:tier1-cancellation');
    await t.sleep('60 hours');
    t.expectNothingElse();
  });
});

describe('holding', () => {
  test('an unknown inquiry waits for a person, with the acknowledgement and nothing else, until it has a name', async () => {
    const t = town();
    const id = await t.ticket({});
    t.expectSent('mail 1:acknowledgement', 'note 1:acknowledgement');
    expect(await t.state(id)).toMatchObject({ stage: 'holding', needs: 'inquiry', ruling: { row: 'unknown' } });
    await t.sleep('30 days');
    t.expectNothingElse();
    await t.when(t.company.helpdesk.setField(id, 'inquiry', 'specific-employee'));
    t.expectSent('note 1:tier1-specific-employee');
  });
});

describe('feedback ends at the hand-over', () => {
  test('general feedback: a "[System] Service Request" without assignee, a thank-you, and the end', async () => {
    const t = town();
    const id = await t.ticket({ inquiry: 'general-feedback' });
    t.expectSent('issue PRODOPS', 'remote-link PRODOPS', 'mail 1:thanks', 'note 1:thanks', 'note 1:record');
    const issue = t.company.jira.issues().at(-1)!;
    expect(issue).toMatchObject({ issueType: '[System] Service Request', assignee: null });
    expect(t.company.helpdesk.notesByUs(id).at(-1)).toContain('"outcome":"handed-over","row":"general-feedback"');
  });

  test('positive feedback: to Coach Support in one update, submitted as Open', async () => {
    const t = town();
    const id = await t.ticket({ inquiry: 'positive-feedback' });
    t.expectSent('note 1:handed-over', 'group Coach Support', 'priority normal', 'status open', 'mail 1:thanks', 'note 1:thanks', 'note 1:record');
    expect(t.company.helpdesk.notesByUs(id)[0]).toContain('Pass to provider leads');
    expect(t.company.helpdesk.ticket(id)).toMatchObject({ group: 'Coach Support', status: 'open' });
    expect(t.company.helpdesk.notesByUs(id).at(-1)).toContain('"outcome":"handed-over"');
  });
});

describe('a technical error', () => {
  test('goes to Infra at once, priority High, with what is not known yet asked for afterwards', async () => {
    const t = town();
    await t.company.admin.setMember('M-206', { email: 'err@example.com' });
    const id = await t.ticket({ inquiry: 'scheduling', errorKind: 'server-error', member: { ...MEMBER, email: 'err@example.com', memberId: 'M-206' }, report: { errorText: 'HTTP 500' } });
    t.expectSent('issue INFRA', 'comment 1:problem-report', 'mail 1:promise', 'note 1:promise', 'note 1:ask-report', 'account-note');
    const issue = t.company.jira.issues().at(-1)!;
    expect(issue).toMatchObject({ priority: 'High' });
    expect(issue.description).toContain('HTTP 500');
    expect(issue.comments.map((c) => c.text).join()).toContain('It does not work for me.');
    expect(t.company.admin.notes('M-206')).toHaveLength(1);
    expect(t.company.mail.messages.at(-1)!.text).toMatch(/2 (to|and) 4 hours|2–4 hours/);

    await t.says(id, 'provide', { report: { environment: 'Firefox on Linux' } });
    expect(t.sent()).toEqual([expect.stringMatching(/^comment 1:report-/)]);
    expect(t.company.jira.commentsByUs(issue.key).join()).toContain('Firefox on Linux');
  });

  test('with nothing to tell it by has an issue of its own, at once', async () => {
    const t = town();
    const id = await t.ticket({ errorKind: 'server-error', member: { ...MEMBER, email: 'err@example.com', memberId: 'M-206' } });
    t.expectSent('issue INFRA', 'remote-link INFRA', 'mail 1:promise', 'note 1:promise', 'note 1:ask-report', 'account-note');
    expect(await t.state(id)).toMatchObject({ problem: null, stage: 'awaiting-resolution' });
  });
});
