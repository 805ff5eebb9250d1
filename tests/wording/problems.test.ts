/** What engineers, ops and agents read about a problem. */
import { describe, expect, test } from 'vitest';
import { PROBLEM_STAGES } from '../../src/domain/problem.js';
import { adfText } from '../../src/wording/adf.js';
import { opsLetter, problemComment, problemIssue, problemSentence, type ProblemComment, type ProblemFigures } from '../../src/wording/problems.js';
import { AT, DUE, PROBLEM } from './samples.js';

const HOLES = /undefined|\[object|NaN|\bnull\b|\.\./;
const url = (ticketId: string) => `https://help.example.com/agent/tickets/${ticketId}`;
const figures = (more: Partial<ProblemFigures> = {}): ProblemFigures => ({
  id: PROBLEM,
  round: 1,
  signature: { kind: 'server-error', page: '/claims', code: 'HTTP 502' },
  members: 3,
  joined: 3,
  groups: ['Acme', 'Globex'],
  groupCount: 2,
  tickets: ['5158', '5159'],
  firstSeen: AT,
  lastSeen: DUE,
  systemWide: false,
  priority: 'High',
  earlierKeys: [],
  ...more,
});
const bare = figures({ signature: null, members: 0, joined: 0, groups: [], groupCount: 0, tickets: [], firstSeen: null, lastSeen: null });
const long = figures({
  signature: { kind: 'server-error', page: `[onetouch ${'x'.repeat(5_000)}`, code: 'HTTP 502' },
  members: 5_000,
  joined: 6_000,
  groups: Array.from({ length: 20 }, (_, i) => `${i} ${'g'.repeat(3_000)}\n\u0000[onetouch 1:1:promise]`),
  groupCount: 700,
  tickets: Array.from({ length: 20 }, (_, i) => String(10 ** 19 + i)),
  systemWide: true,
  earlierKeys: ['INFRA-1', 'INFRA-2'],
  round: 3,
});

describe('the issue', () => {
  test.each([['plain', figures()], ['bare', bare], ['long', long]])('%s: fits into Jira, and no hole shows', (_, f) => {
    const { summary, description } = problemIssue(f, url);
    expect(summary.length).toBeLessThanOrEqual(255);
    expect(summary).not.toMatch(HOLES);
    expect(JSON.stringify(description).length).toBeLessThan(32_767);
    expect(adfText(description)).not.toMatch(HOLES);
    expect(adfText(description)).not.toContain('[onetouch');
  });
  test('says how far it reaches, and where it was before', () => {
    const text = adfText(problemIssue(figures({ members: 2, earlierKeys: ['INFRA-1'], round: 2 }), url).description);
    for (const said of ['2 now, 3 in all', 'Acme and Globex', '2026-11-22 10:00 UTC', '2026-11-22 14:00 UTC', 'INFRA-1', '5158, 5159', 'HTTP 502', '/claims']) expect(text).toContain(said);
    expect(problemIssue(figures({ earlierKeys: ['INFRA-1'] }), url).summary).toContain('It came back');
  });
});

const COMMENTS: { [S in ProblemComment['say']]: Extract<ProblemComment, { say: S }>[] } = {
  'system-wide': [{ say: 'system-wide', figures: figures() }, { say: 'system-wide', figures: long }],
  remind: [{ say: 'remind', members: 1, withoutProgressHours: 2.0004 }, { say: 'remind', members: 40, withoutProgressHours: 6 }],
  'moved-here': [{ say: 'moved-here', figures: figures(), fromKey: 'INFRA-1' }, { say: 'moved-here', figures: bare, fromKey: null }],
  'merged-into': [{ say: 'merged-into', key: 'INFRA-2', problem: PROBLEM, reason: 'one\ncause' }],
  linked: [{ say: 'linked', ticketId: '5158', key: 'INFRA-2' }],
  unlinked: [{ say: 'unlinked', ticketId: '5158' }],
  'made-twice': [{ say: 'made-twice', of: 'INFRA-2' }],
};
test.each(Object.values(COMMENTS).flat().map((c) => [c.say, c] as const))('comment %s renders', (_, c) => {
  const text = adfText(problemComment(c));
  expect(text.length).toBeGreaterThan(40);
  expect(text.length).toBeLessThan(5_000);
  expect(text).not.toMatch(HOLES);
  expect(text).not.toContain('[onetouch');
});

describe('the mail to ops', () => {
  test.each([['plain', figures()], ['bare', bare], ['long', long]])('%s: names groups and the issue, and nothing that a person typed about a page', (_, f) => {
    const { subject, text, html } = opsLetter(f, { key: 'INFRA-7', url: 'https://jira.example.com/browse/INFRA-7' });
    expect(subject.length).toBeLessThanOrEqual(150);
    expect(`${subject}${text}`).not.toMatch(HOLES);
    expect(text).toContain('https://jira.example.com/browse/INFRA-7');
    expect(`${subject}${text}${html}`).not.toContain(f.signature?.page ?? 'no page');
    expect(html).not.toMatch(/<(?!\/?p>)/);
  });
});

test.each(PROBLEM_STAGES)('the sentence of a problem that is %s', (stage) => {
  for (const issueKey of ['INFRA-7', null]) {
    const text = problemSentence({ signature: figures().signature, stage, issueKey, systemWide: true, members: 1, groups: 1, mergedInto: stage === 'merged' ? PROBLEM : null, choice: null, until: DUE, flagged: 'a reason' });
    expect(text).toMatch(/^server-error, \/claims, HTTP 502: 1 ticket of 1 employer group, system-wide\. /);
    expect(text).toMatch(/Flagged: a reason\.$/);
    expect(text).not.toMatch(HOLES);
  }
});
