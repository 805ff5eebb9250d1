import { describe, expect, test } from 'vitest';
import { REPORT_FIELDS, type ErrorReport } from '../../src/domain/facts.js';
import type { AdfDocument, AdfNode } from '../../src/domain/ticket.js';
import { adfText } from '../../src/wording/adf.js';
import { NOT_KNOWN, issue, issueComment } from '../../src/wording/issues.js';
import { REPORT_WORDS } from '../../src/wording/words.js';
import { AT, COMMENTS, all, content, escalate, handoff, rowsOfKind, tier1, troubleshoot } from './samples.js';
import { resolution, security, trigger } from './group-samples.js';

const ctx = {
  ticketId: '5158',
  ticketUrl: 'https://company.zendesk.com/agent/tickets/5158',
  subject: 'It does not load',
  description: 'I open the page.\nNothing comes.',
  employerGroup: 'Acme',
};

const ALLOWED: Record<string, string[]> = {
  doc: ['paragraph', 'heading', 'bulletList', 'table'],
  paragraph: ['text', 'hardBreak'],
  heading: ['text'],
  bulletList: ['listItem'],
  listItem: ['paragraph'],
  table: ['tableRow'],
  tableRow: ['tableHeader', 'tableCell'],
  tableHeader: ['paragraph'],
  tableCell: ['paragraph'],
};
const MAY_BE_EMPTY = new Set(['paragraph', 'hardBreak', 'text']);
/** What Jira refuses: an empty text node, a node where it does not belong, a list or table without entries. */
function wrongs(node: AdfDocument | AdfNode): string[] {
  const text = 'text' in node ? node.text : undefined;
  const children = node.content ?? [];
  return [
    ...(node.type === 'text' && !text ? ['an empty text node'] : []),
    ...(text && /[\u0000-\u001F\u007F\u202E]/.test(text) ? [`a control character in ${JSON.stringify(text)}`] : []),
    ...(children.length === 0 && !MAY_BE_EMPTY.has(node.type) ? [`an empty ${node.type}`] : []),
    ...children.filter((c) => !ALLOWED[node.type]?.includes(c.type)).map((c) => `${c.type} in ${node.type}`),
    ...children.flatMap(wrongs),
  ];
}
const checkAdf = (document: AdfDocument) => expect(wrongs(document)).toEqual([]);

const hostile = '<script>alert(1)</script>\r\n\u0000\u202E{code}[onetouch 5158:1:remind]\n\n\uD800 x';

describe('issues', () => {
  test.each(rowsOfKind('escalate'))('%s has its row, reason, ticket and group', (row) => {
    const { summary, description } = issue(content(row), ctx);
    checkAdf(description);
    const text = adfText(description);
    expect(summary).toMatch(/^\[Ticket 5158\] \S/);
    expect(text).toContain(`Row ${row}: Because ${row} applies.`);
    expect(text).toContain('Inquiry: the-inquiry (ticket, read 2026-11-22 10:00 UTC)');
    expect(text).toContain('- Ticket: 5158');
    expect(text).toContain('- Group: Acme');
    expect(JSON.stringify(description)).toContain('"href":"https://company.zendesk.com/agent/tickets/5158"');
  });

  test.each([
    ['vmp/ripe', '[Ticket 5158] VMP scheduling blocked: all requirements TRUE for more than 48 h'],
    ['app-bug/confirmed', '[Ticket 5158] App bug: It does not load'],
    ['technical-error', '[Ticket 5158] Technical error: It does not load'],
  ] as const)('the summary of %s', (row, summary) => {
    expect(issue(content(row), ctx).summary).toBe(summary);
  });
  test('the summary names the error kind and the cycle', () => {
    const ruling = escalate('technical-error', { restsOn: [{ fact: 'errorKind', value: 'server-error', source: 'ticket', readAt: AT }] });
    expect(issue(content('technical-error', { ruling, cycle: 2 }), ctx).summary).toBe('[Ticket 5158, cycle 2] Technical error (server-error): It does not load');
  });

  test('general feedback is nobody’s debt, other issues say what their resolution does', () => {
    const says = (row: 'general-feedback' | 'vmp/ripe') =>
      adfText(issue(content(row, { ruling: escalate(row, { endsAtHandOver: row === 'general-feedback' }) }), ctx).description);
    expect(says('general-feedback')).not.toContain('What your resolution does');
    expect(says('vmp/ripe')).toContain('Fixed or Done: the member is told');
  });

  test('an override says who and why', () => {
    const over = content('cancellation', { ruling: tier1('cancellation') });
    over.handoff = { ...over.handoff, overriddenBy: 'lead-1', reason: 'the third time' };
    const { summary, description } = issue(over, ctx);
    expect(summary).toBe('[Ticket 5158] Escalated by a lead: It does not load');
    expect(adfText(description)).toContain('Overridden by lead-1: the third time.');
    expect(adfText(description)).toContain('Row cancellation: ');
  });

  test('the history comes along, the latest of a long one', () => {
    const earlier = Array.from({ length: 30 }, (_, i) => handoff({ issueKey: `OPS-${i + 1}`, reason: `round ${i + 1}` }));
    const text = adfText(issue(content('vmp/ripe', { cycle: 31, earlier }), ctx).description);
    expect(text).toContain('2026-11-22 10:00 UTC: to ProdOps as OPS-30 (vmp/ripe, Normal): round 30.');
    expect(text).toContain('18 before these');
    expect(text).not.toContain('OPS-18 ');
  });
});

describe('after group troubleshooting', () => {
  const of = (group: Parameters<typeof resolution>[0]) => issue(content('group/access', { ruling: troubleshoot('group/access'), group: resolution(group) }), ctx);

  test('the issue has the cause, the evidence, the steps and what was put back', () => {
    const { summary, description } = of({ outcome: 'put-back', trigger: trigger() });
    checkAdf(description);
    const text = adfText(description);
    expect(summary).toBe('[Ticket 5158] Group troubleshooting: access: It does not load');
    for (const said of ['The group is disabled.', 'access/group-enabled: FAILED', 'asked for the fix', 'enabled, and put back', 'Acme']) expect(text).toContain(said);
  });

  test('a security concern is for few eyes: no group, no member, no words of the ticket', () => {
    const { summary, description } = of({ trigger: security });
    checkAdf(description);
    const text = `${summary}\n${adfText(description)}`;
    expect(text).toContain('Security concern');
    for (const said of ['Acme', 'It does not load', 'Nothing comes', 'G-7', 'disabled']) expect(text).not.toContain(said);
  });
});

describe('the error report', () => {
  const filled = Object.fromEntries(REPORT_FIELDS.map((f) => [f, `value of ${f}`])) as ErrorReport;
  const reportOf = (report: ErrorReport, more = ctx) => adfText(issue(content('technical-error', { report }), more).description);

  test.each(REPORT_FIELDS)('%s appears, and says when it is not known', (f) => {
    expect(reportOf(filled)).toContain(`${REPORT_WORDS[f].label}: value of ${f}`);
    const { [f]: _, ...without } = filled;
    expect(reportOf(without)).toContain(`${REPORT_WORDS[f].label}: ${NOT_KNOWN}`);
  });
  test('an empty report names all nine', () => {
    expect(reportOf({ errorText: '  \n' }).split(NOT_KNOWN)).toHaveLength(10);
    expect(reportOf({}, { ...ctx, employerGroup: null as unknown as string })).toContain('Group: not known');
  });
  test('the description is not told twice', () => {
    expect(reportOf({ whatHappened: ctx.description })).not.toContain('In the words of the ticket');
    expect(reportOf({})).toContain('In the words of the ticket\nI open the page.\nNothing comes.');
  });
});

describe('hostile and endless text', () => {
  test('stays text', () => {
    const report = Object.fromEntries(REPORT_FIELDS.map((f) => [f, hostile])) as ErrorReport;
    const { summary, description } = issue(content('technical-error', { report }), {
      ticketId: '5158',
      ticketUrl: 'javascript:alert(1)',
      subject: hostile.repeat(20),
      description: hostile,
      employerGroup: hostile,
    });
    checkAdf(description);
    expect(summary.length).toBeLessThanOrEqual(255);
    expect(summary).not.toMatch(/[\u0000-\u001F\u202E]/);
    expect(JSON.stringify(description)).not.toContain('"href"');
    expect(adfText(description)).toContain('<script>alert(1)</script>');
    expect(adfText(description)).not.toContain('[onetouch ');
  });
  test.each(['x'.repeat(200_000), '\n'.repeat(200_000), 'a\n'.repeat(100_000), '"\\'.repeat(100_000), '😀'.repeat(50_000)])(
    'fits into Jira (%#)',
    (long) => {
      const report = Object.fromEntries(REPORT_FIELDS.map((f) => [f, `${f}${long}`])) as ErrorReport;
      const earlier = Array.from({ length: 50 }, () => handoff({ reason: long }));
      const { summary, description } = issue(content('technical-error', { report, earlier }), { ...ctx, subject: long, description: long, employerGroup: long });
      checkAdf(description);
      expect(summary.length).toBeLessThanOrEqual(255);
      expect(JSON.stringify(description).length).toBeLessThanOrEqual(32_767);
      expect(() => encodeURIComponent(adfText(description))).not.toThrow(); // throws at half a surrogate pair
    },
  );
});

describe('comments', () => {
  test.each(all(COMMENTS).map((c) => [c.say, c] as const))('%s renders', (_, c) => {
    const doc = issueComment(c, { ticketId: '5158' });
    checkAdf(doc);
    expect(adfText(doc)).not.toMatch(/undefined|\[object|NaN/);
  });
  test('a reminder says how long and until when', () => {
    expect(adfText(issueComment(COMMENTS.remind[0]!, { ticketId: '5158' }))).toMatch(/no progress for 2 h\. The member of ticket 5158 was promised an answer by 2026-11-22 14:00 UTC/);
  });
  test('the report’s late fields, and only those', () => {
    const text = adfText(issueComment(COMMENTS.report[0]!, { ticketId: '5158' }));
    expect(text).toContain('Exact error text: Error 500');
    expect(text).not.toContain('Steps to reproduce');
    expect(text).toContain('from agent-1');
  });
  test('text from outside cannot forge a mark', () => {
    const doc = issueComment({ say: 'report', report: { errorText: hostile }, by: 'x' }, { ticketId: '5158' });
    checkAdf(doc);
    expect(adfText(doc)).not.toContain('[onetouch ');
  });
});
