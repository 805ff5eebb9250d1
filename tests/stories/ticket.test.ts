/** What happens to the ticket, and what people say, in the middle of a case and after its end. */
import { beforeEach, describe, expect, test } from 'vitest';
import { caseId } from '../../src/workflows/messages.js';
import { MEMBER, useTown } from './town.js';

const town = useTown();
const member = { ...MEMBER, email: 'mid@example.com', memberId: 'M-500' };
beforeEach(async () => {
  const since = await town().ago(60 * 3_600_000);
  await town().company.admin.setMember('M-500', { email: member.email, requirements: [{ name: 'Consent', met: true, since }] });
});
const FILED = (cycle = 1) => ['issue PRODOPS', 'remote-link PRODOPS', `mail ${cycle}:promise`, `note ${cycle}:promise`];
const FOLLOWED = (cycle = 1) => [`mail ${cycle}:follow-up`, `note ${cycle}:follow-up`];
const escalated = async () => {
  const t = town();
  const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
  t.expectSent(...FILED());
  return { t, id, key: t.company.jira.issues().at(-1)!.key };
};
const outcome = (id: string) => /"outcome":"([^"]+)"/.exec(town().company.helpdesk.notesByUs(id).join('\n'))?.[1];

describe('the ticket in the middle', () => {
  test('solved by an agent while Jira is still at it: the follow-up that is owed goes out first', async () => {
    const { t, id } = await escalated();
    await t.when(t.company.helpdesk.solve(id));
    t.expectSent(...FOLLOWED());
    await t.sleep('72 hours');
    t.expectSent('note 1:record');
    expect(outcome(id)).toBe('followed-up-unconfirmed');
  });

  test('deleted: it stops, with a record and without a word to anyone', async () => {
    const { t, id } = await escalated();
    await t.when(t.company.helpdesk.delete(id));
    t.expectNothingElse();
    expect(await t.record(id)).toMatchObject({ outcome: 'deleted', handoffs: [{ team: 'ProdOps' }] });
  });

  test('merged: what is owed moves to the surviving ticket, and its member hears once', async () => {
    const { t, id, key } = await escalated();
    const survivor = await t.ticket({ inquiry: 'cancellation', member });
    t.expectSent('note 1:tier1-cancellation');
    await t.when(t.company.helpdesk.merge(id, survivor));
    expect(t.sent().filter((l) => !/^(labels|remote-link) PRODOPS/.test(l))).toEqual([`note 1:inherited-${id}`, 'note 1:record']);
    expect(t.company.helpdesk.notesByUs(survivor).join()).toContain(`[onetouch ${id}:1:record {"record":{"outcome":"merged"`);
    expect(await t.state(survivor)).toMatchObject({ stage: 'awaiting-resolution', handoff: { issueKey: key } });

    await t.when(t.company.jira.resolve(key, 'Fixed'));
    t.expectSent(...FOLLOWED());
    expect(t.company.mail.messages.at(-1)!.text).toContain(survivor);
  });

  test('merged into another member’s ticket: both hear of the end, each by their own number', async () => {
    const { t, id, key } = await escalated();
    const survivor = await t.ticket({ inquiry: 'cancellation', member: { name: 'Kim', email: 'kim@example.com' } });
    t.expectSent('note 1:tier1-cancellation');
    await t.when(t.company.helpdesk.merge(id, survivor));
    t.sent();
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    t.expectSent(...FOLLOWED(), `mail 1:follow-up-${id}`, `note 1:follow-up-${id}`);
    const [first, second] = t.company.mail.messages.slice(-2);
    expect(first).toMatchObject({ to: ['kim@example.com'], text: expect.stringContaining(survivor) });
    expect(second).toMatchObject({ to: [member.email], text: expect.stringContaining(id) });
  });

  test('recategorised after the escalation: an agent is asked, and may start the next cycle with it', async () => {
    const { t, id } = await escalated();
    await t.when(t.company.helpdesk.setField(id, 'inquiry', 'scheduling'));
    expect(t.sent()).toEqual([expect.stringMatching(/^note 1:choose-recategorised/)]);
    await t.says(id, 'choose', { choice: 'keep-waiting', reason: 'the category was a slip' });
    expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', needs: null });
    await t.when(t.company.helpdesk.setField(id, 'inquiry', 'cancellation'));
    expect(t.sent()).toEqual([expect.stringMatching(/^note 1:choose-recategorised/)]);
    await t.says(id, 'reEscalate', { reason: 'it is a cancellation after all' });
    t.expectSent('note 2:tier1-cancellation');
  });
});

describe('people in the middle', () => {
  test('closing sends the follow-up that is owed first', async () => {
    const { t, id } = await escalated();
    expect(await t.says(id, 'close', { reason: 'settled on the phone' })).toMatchObject({ accepted: true, said: expect.stringContaining('written to first') });
    t.expectSent(...FOLLOWED(), 'note 1:record');
    expect(await t.record(id)).toMatchObject({ outcome: 'closed' });
  });

  test('closing without the follow-up takes a reason, which is on record', async () => {
    const { t, id } = await escalated();
    await t.says(id, 'close', { reason: 'the member asked not to be written to', withoutFollowUp: true });
    t.expectSent('note 1:record');
    expect(JSON.stringify((await t.record(id)).timeline)).toContain('asked not to be written to');
  });

  test('close, re-escalate and provide as plain Signals, recorded as unverified, with the protocol’s refusals', async () => {
    const { t, id } = await escalated();
    const handle = t.client.workflow.getHandle(caseId(id));
    await t.when(handle.signal('reEscalate', { reason: 'by hand', by: { name: 'the CEO', role: 'lead', verified: true } }));
    t.expectSent(...FILED(2));
    const entry = (await t.timeline(id)).find((e) => e.text.includes('by hand'));
    expect(entry).toMatchObject({ by: 'Temporal UI, unverified' });
    await t.when(handle.signal('close', { reason: 'by hand again' }));
    t.expectSent(...FOLLOWED(2), 'note 2:record');

    const asked = await t.ticket({ inquiry: 'app-bug', member });
    t.expectSent('note 1:ask-troubleshootingDone+bugConfirmed');
    await t.when(t.client.workflow.getHandle(caseId(asked)).signal('reEscalate', { reason: 'now' }));
    expect(await t.timeline(asked)).toContainEqual(expect.objectContaining({ what: 'refused', by: 'Temporal UI, unverified' }));
    await t.when(t.client.workflow.getHandle(caseId(asked)).signal('provide', { facts: { troubleshootingDone: true, bugConfirmed: false } }));
    t.expectSent('note 1:tier1-app-bug-not-a-bug');
  });

  test('a malformed signal or update changes nothing, and is on record', async () => {
    const { t, id } = await escalated();
    const handle = t.client.workflow.getHandle(caseId(id));
    await t.when(handle.signal('close'));
    await t.when(handle.signal('provide', { facts: { troubleshootingDone: 'yes', __proto__: 1 } }));
    await t.when(handle.signal('ticketChanged', 'boo'));
    await t.when(handle.signal('noSuchSignal', 1));
    expect((await t.timeline(id)).filter((e) => e.what === 'refused')).toHaveLength(3);
    expect(await t.stage(id)).toBe('awaiting-resolution');
    await expect(t.says(id, 'close', { reason: '' })).rejects.toThrow(/reason must be a text/);
  });

  test('a cancel from the Temporal UI is a close: the member hears, the record is kept', async () => {
    const { t, id } = await escalated();
    await t.when(t.client.workflow.getHandle(caseId(id)).cancel());
    t.expectSent(...FOLLOWED(), 'note 1:record');
    expect(await t.record(id)).toMatchObject({ outcome: 'closed' });
  });

  test('terminated in the middle: the next knock goes on in the same cycle, and nothing is done again', async () => {
    const { t, id, key } = await escalated();
    await t.client.workflow.getHandle(caseId(id)).terminate('by hand');
    await t.when(t.company.helpdesk.memberReplies(id, 'any news?'));
    t.expectNothingElse();
    expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', cycle: 1, handoff: { issueKey: key }, promise: { renewals: 0 } });
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    t.expectSent(...FOLLOWED());

    await t.client.workflow.getHandle(caseId(id)).terminate('by hand');
    await t.when(t.company.helpdesk.agentNotes(id, 'looking'));
    expect(await t.state(id)).toMatchObject({ stage: 'confirming' });
    await t.sleep('72 hours');
    t.expectSent('note 1:record');
  });

  test('terminated while Jira resolved it: the restart sees it and follows up', async () => {
    const { t, id, key } = await escalated();
    await t.client.workflow.getHandle(caseId(id)).terminate('by hand');
    await t.company.jira.resolve(key, 'Fixed');
    await t.company.idle();
    t.expectNothingElse();
    await t.when(t.company.helpdesk.agentNotes(id, 'looking'));
    t.expectSent(...FOLLOWED());
  });
});

describe('after the end', () => {
  const over = async () => {
    const w = await escalated();
    await w.t.when(w.t.company.jira.resolve(w.key, 'Fixed'));
    w.t.expectSent(...FOLLOWED());
    await w.t.when(w.t.company.helpdesk.solve(w.id));
    await w.t.says(w.id, 'confirm', { verdict: 'works' });
    w.t.expectSent('note 1:record');
    return w;
  };

  test('nothing new: a run starts, reads the last record, and ends without an effect', async () => {
    const { t, id } = await over();
    await t.when(t.company.helpdesk.agentNotes(id, 'for the file'));
    t.expectNothingElse();
    expect(await t.record(id)).toMatchObject({ outcome: 'nothing-new' });
  });

  test('the member writes again: an agent is asked, and "still broken" is the next cycle', async () => {
    const { t, id, key } = await over();
    await t.when(t.company.helpdesk.memberReplies(id, 'it broke again'));
    const [question] = t.sent();
    expect(question).toMatch(/^note 2:confirm-/);
    expect(await t.state(id)).toMatchObject({ cycle: 2, stage: 'confirming', needs: 'confirmation' });
    await t.says(id, 'confirm', { verdict: 'still-broken' });
    t.expectSent(...FILED(2));
    expect(await t.state(id)).toMatchObject({ cycle: 2, stage: 'awaiting-resolution' });
    expect(t.company.jira.issues().at(-1)!.description).toContain(key);
  });

  test('recategorised after the end: decided afresh, in the next cycle', async () => {
    const { t, id } = await over();
    await t.when(async () => {
      await t.company.helpdesk.reopen(id);
      await t.company.helpdesk.setField(id, 'inquiry', 'cancellation');
    });
    expect(t.sent().filter((l) => !l.includes('confirm-'))).toEqual(['note 2:tier1-cancellation']);
  });

  test('something is heard while the last note is written: what was recorded until then stays', async () => {
    const t = town();
    for (let i = 0; i < 50; i++) t.company.helpdesk.faults.next(({ method, body }) => method === 'PUT' && body.includes(':1:record'), { status: 503 });
    const id = await t.ticket({ inquiry: 'general-feedback', member });
    t.sent();
    await t.cases.knock(id, { id: 'late', via: 'sweep', at: await t.now() });
    t.company.helpdesk.faults.clear();
    await t.sleep('1 hour');
    t.expectSent('note 1:record');
    const { outcome, timeline } = await t.record(id);
    expect(outcome).toBe('nothing-new');
    expect(timeline.filter((e) => e.what === 'ended').map((e) => e.text.split(':')[0])).toEqual(['handed-over', 'nothing-new']);
    expect(timeline).toContainEqual(expect.objectContaining({ what: 'did', text: 'filed to ProdOps' }));
  });

  test('a ticket that was solved before onetouch ever heard of it is left alone', async () => {
    const t = town();
    t.company.pointWebhooksAt(null);
    const id = await t.company.helpdesk.openTicket({ subject: 's', description: 'd', inquiry: 'vmp-scheduling-blocked', member });
    await t.company.helpdesk.solve(id);
    await t.cases.knock(id, { id: 'x', via: 'sweep', at: await t.now() });
    await t.when(Promise.resolve());
    expect(await t.client.workflow.getHandle(caseId(id)).result()).toMatchObject({ outcome: 'nothing-new' });
    t.listen();
  });
});
