import { describe, expect, test } from 'vitest';
import type { Note } from '../../src/wording/contents.js';
import { note } from '../../src/wording/notes.js';
import { ALL_ARTICLES, NOTES, NO_ARTICLES, all, answer, ask, escalate, handoff, hold, rowsOfKind, tier1 } from './samples.js';

const ctx = { ticketId: '5158', articles: ALL_ARTICLES };
const say = (n: Note, more: Partial<Parameters<typeof note>[1]> = {}) => note(n, { ...ctx, ...more });
const HOLES = /undefined|\[object|NaN|null\b(?! when)|\s{3,}|\.\./;

describe('every note', () => {
  test.each(all(NOTES).map((n) => [n.say, n] as const))('%s renders', (_, n) => {
    const text = say(n);
    expect(text.length).toBeGreaterThan(40);
    expect(text).not.toMatch(HOLES);
    expect(text.split('\n').every((line) => line.trim() !== '')).toBe(true);
  });

  test.each(all(NOTES).flatMap((n) => ('ruling' in n ? [[n.say, n] as const] : [])))('%s states row and reason', (_, n) => {
    expect(say(n)).toContain(`Row ${n.ruling.row}: Because ${n.ruling.row} applies.`);
  });
});

describe('Tier 1 rows', () => {
  test.each(rowsOfKind('tier1'))('%s has steps of its own', (row) => {
    expect(say({ say: 'tier1', ruling: tier1(row) })).not.toContain('Resolve it in Tier 1 with Admin');
  });
  test.each(rowsOfKind('answer'))('%s has steps of its own', (row) => {
    expect(say({ say: 'answer', ruling: answer(row) })).not.toContain('Resolve it in Tier 1 with Admin');
  });
  test('a cancellation is processed in Admin now and never transferred', () => {
    const text = say({ say: 'tier1', ruling: tier1('cancellation') });
    expect(text).toMatch(/in Admin now/);
    expect(text).toMatch(/never transfer/i);
  });
  test.each(['vmp/unmet', 'device/order-not-ready'] as const)('%s names exactly what fails', (row) => {
    expect(say({ say: 'tier1', ruling: tier1(row, ['first thing', 'second thing']) })).toContain('"first thing", "second thing".');
    expect(say({ say: 'tier1', ruling: tier1(row, ['second thing']) })).not.toContain('first thing');
  });
  test('CGM orders go by the Device Guide, never by the standard logic', () => {
    const text = say({ say: 'tier1', ruling: tier1('device/cgm') });
    expect(text).toContain('CGM section of the Device Guide');
    expect(text).toMatch(/never use the logic of standard orders/i);
    expect(text).toContain(ALL_ARTICLES.deviceGuideCgm);
  });
  test.each([
    ['scheduling', 'ARTICLE_SWITCH_PROVIDER', 'switchProvider'],
    ['specific-employee', 'ARTICLE_SPECIFIC_EMPLOYEE', 'specificEmployee'],
    ['vbid/unclear', 'ARTICLE_DELL', 'dell'],
    ['device/cgm', 'ARTICLE_DEVICE_GUIDE_CGM', 'deviceGuideCgm'],
  ] as const)('%s links its article, and names %s when it is unset', (row, setting, name) => {
    const n: Note = { say: 'tier1', ruling: tier1(row) };
    expect(say(n)).toContain(ALL_ARTICLES[name]);
    expect(say(n)).not.toContain(setting);
    expect(say(n, { articles: NO_ARTICLES })).toContain(`${setting} is not set`);
  });
  test('an answer that a missing setting held back says so', () => {
    const gap = say({ say: 'answer', ruling: answer('device/withings'), gap: 'WITHINGS_SUPPORT_URL' }, { articles: NO_ARTICLES });
    expect(gap).toContain('WITHINGS_SUPPORT_URL is not set');
    expect(gap).toContain('has not been answered');
    expect(gap).toContain('WITHINGS_FOLLOW_ON is not set');
    expect(say({ say: 'answer', ruling: answer('device/withings') })).not.toContain('is not set');
  });
});

describe('what an agent types', () => {
  test.each([
    [{ say: 'ask', ruling: ask('app-bug/untested', ['troubleshootingDone', 'bugConfirmed']), asks: ['troubleshootingDone', 'bugConfirmed'], of: 'agent', reminder: 0 }, 'npx onetouch provide 5158 troubleshootingDone=yes bugConfirmed=no'],
    [{ say: 'member-replied', asks: ['memberId'] }, 'npx onetouch provide 5158 memberId="…"'],
    [{ say: 'ask-report', missing: ['errorText'], reminder: 0 }, 'npx onetouch provide 5158 report.errorText="…"'],
    [{ say: 'ask-confirmation', why: 'reopened', reminder: 0 }, '- It works for them: npx onetouch confirm 5158 works\n- It is still broken: npx onetouch confirm 5158 still-broken\n'],
    [{ say: 'call', about: 'follow-up', reminder: 0 }, 'npx onetouch confirm 5158 works --how call\n- It is still broken: npx onetouch confirm 5158 still-broken --how call'],
    [{ say: 'call', about: 'promise', reminder: 0 }, 'npx onetouch mail 5158 was-sent'],
    [{ say: 'choose', why: 'wont-do', detail: '', issueKey: 'OPS-1', reminder: 0 }, 'npx onetouch choose 5158 follow-up --reason'],
    [{ say: 'choose', why: 'wont-do', detail: '', issueKey: 'OPS-1', reminder: 0 }, 'npx onetouch choose 5158 keep-waiting --reason'],
    [{ say: 'set-time', team: 'Infra', issueKey: 'INF-1', reminder: 0 }, 'npx onetouch promise 5158 YYYY-'],
    [{ say: 'mail-check', about: 'promise', reminder: 0 }, 'npx onetouch mail 5158 resend'],
    [{ say: 'parked', step: 'file', why: 'refused', reminder: 0 }, 'npx onetouch resume 5158'],
  ] as [Note, string][])('%j', (n, command) => {
    expect(say(n)).toContain(command);
  });

  test('every fact that is asked for is described', () => {
    const text = say({ say: 'ask', ruling: ask('vbid/unclear', ['inComplianceSince', 'incentiveDates']), asks: ['inComplianceSince', 'incentiveDates'], of: 'agent', reminder: 0 });
    expect(text).toContain('inComplianceSince: since when');
    expect(text).toContain('npx onetouch provide 5158 inComplianceSince=YYYY-MM-DDTHH:MM:SSZ incentiveDates="…"');
  });
  test('the answers to a single fact stand one a line', () => {
    const text = (fact: 'incentiveDates' | 'ordered') => say({ say: 'ask', ruling: ask('vbid/unclear', [fact]), asks: [fact], of: 'agent', reminder: 0 });
    expect(text('incentiveDates')).toContain('- npx onetouch provide 5158 incentiveDates=missing\n- npx onetouch provide 5158 incentiveDates=unclear\n- npx onetouch provide 5158 incentiveDates=clear\n');
    expect(text('ordered')).toContain('already (yes or no)\nAnswer with what you found:\n- npx onetouch provide 5158 ordered=yes\n- npx onetouch provide 5158 ordered=no\n');
  });
  test('reminders count', () => {
    expect(say({ say: 'ask-confirmation', why: 'reopened', reminder: 0 })).not.toContain('Reminder');
    expect(say({ say: 'ask-confirmation', why: 'reopened', reminder: 3 })).toMatch(/^Reminder 3: /);
  });
});

describe('held for a person', () => {
  test('words only suggest', () => {
    const text = say({ say: 'hold', ruling: hold('unknown'), mail: 'sent' }, { suggestion: 'app-bug' });
    expect(text).toContain('suggest app-bug');
    expect(text).toContain('provide 5158 inquiry=app-bug');
    expect(say({ say: 'hold', ruling: hold('unknown'), mail: 'sent' }, { suggestion: 'server-error' })).toContain('errorKind=server-error');
    expect(say({ say: 'hold', ruling: hold('unknown'), mail: 'sent' }, { suggestion: null })).not.toContain('suggest');
  });
  test.each([
    ['unknown', 'npx onetouch mail 5158 was-sent'],
    ['no-address', 'call the member'],
  ] as const)('mail %s is told', (mail, words) => {
    expect(say({ say: 'hold', ruling: hold('unknown'), mail })).toContain(words);
  });
});

describe('hand-overs', () => {
  const over = (more: Partial<Extract<Note, { say: 'handed-over' }>> = {}): Note => ({
    say: 'handed-over',
    handoff: handoff({ team: 'Coach Support', row: 'positive-feedback', issueKey: null }),
    ruling: escalate('positive-feedback', { team: 'Coach Support', endsAtHandOver: true }),
    earlier: [],
    ...more,
  });
  test('positive feedback is passed to provider leads, and nobody waits', () => {
    expect(say(over())).toMatch(/^Pass to provider leads\n/);
    expect(say(over())).not.toContain('move it back');
  });
  test('a missing webinar is urgent, and is waited for', () => {
    const text = say(
      over({
        handoff: handoff({ team: 'Coach Support', row: 'webinar-missing', priority: 'Urgent', issueKey: null }),
        ruling: escalate('webinar-missing', { team: 'Coach Support', priority: 'Urgent' }),
      }),
    );
    expect(text).toContain('Urgent');
    expect(text).toContain('move it back');
  });
  test('the history and an override come along', () => {
    const text = say(
      over({
        handoff: handoff({ team: 'Tier 2', overriddenBy: 'lead-1', reason: 'member waits since May' }),
        earlier: [handoff({ issueKey: 'OPS-3' })],
      }),
    );
    expect(text).toContain('lead-1');
    expect(text).toContain('member waits since May');
    expect(text).toContain('2026-11-22 10:00 UTC: to ProdOps as OPS-3');
  });
});

describe('strange text', () => {
  const forged = 'x\n[onetouch 5158:1:promise]\r\n\u202Ey\u0000';
  test.each([
    { say: 'parked', step: 'file', why: forged, reminder: 0 },
    { say: 'choose', why: 'other', detail: forged, issueKey: null, reminder: 0 },
    { say: 'tier1', ruling: tier1('vmp/unmet', [forged]) },
    { say: 'escalated', handoff: handoff({ overriddenBy: forged, reason: forged }), dueAt: null, mail: 'sent' },
    { say: 'record', summary: { cycle: 1, outcome: 'closed', row: 'unknown', reason: forged, handoffs: [handoff({ overriddenBy: forged, reason: forged })], followedUpAt: null, lines: [forged] } },
  ] as Note[])('no line of a note can be forged as a mark: %#', (n) => {
    const text = say(n);
    expect(text).toContain('[onetouch 5158:1:promise]');
    expect(text).not.toMatch(/^\s*\[onetouch/m);
    expect(text).not.toMatch(/[\u0000\r\u202E]/);
  });
  test('a record of thousands of lines fits in a comment and keeps its ends', () => {
    const lines = Array.from({ length: 3000 }, (_, i) => `line ${i} ${'x'.repeat(600)}`);
    const text = say({ say: 'record', summary: { cycle: 1, outcome: 'closed', row: null, reason: null, handoffs: [], followedUpAt: null, lines } });
    expect(text.length).toBeLessThan(60_000);
    expect(text).toContain('- line 0 ');
    expect(text).toContain('- line 2999 ');
    expect(text).toContain('(2920 left out)');
  });
});
