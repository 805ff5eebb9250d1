/** The same strings in what is said of employer groups and of problems, and where the Temporal UI shows how things stand. */
import { expect, test } from 'vitest';
import { mark, readMarks } from '../../src/domain/marks.js';
import type { Signature } from '../../src/domain/problem.js';
import type { AdfNode } from '../../src/domain/ticket.js';
import { adfText } from '../../src/wording/adf.js';
import { escapeMarkdown } from '../../src/wording/clean.js';
import { groupSentence } from '../../src/wording/group-sentences.js';
import { note } from '../../src/wording/notes.js';
import { opsLetter, problemComment, problemIssue, problemSentence, type ProblemComment, type ProblemFigures } from '../../src/wording/problems.js';
import { stageSentence } from '../../src/wording/sentences.js';
import { approval, GROUP_NOTES } from '../wording/group-samples.js';
import { ALL_ARTICLES, AT, DUE, handoff, PROBLEM } from '../wording/samples.js';
import { adf, inert, inertComment, none } from './inert.js';

const URL = 'https://company.zendesk.com/agent/tickets/5158';
const signature = (text: string) => ({ kind: 'server-error', page: text, code: 'HTTP 502' }) as Signature;
const figures = (text: string): ProblemFigures => ({
  id: PROBLEM, round: 2, signature: signature(text), members: 2, joined: 3, groups: [text, 'Acme Ltd'], groupCount: 2, tickets: ['5158'],
  firstSeen: AT, lastSeen: DUE, systemWide: true, priority: 'Urgent', earlierKeys: ['INFRA-1'],
});

test('the issue of a problem, and our comments on it', () => {
  none((text) => {
    const { summary, description } = problemIssue(figures(text), () => URL);
    inert(summary);
    expect(summary).not.toContain('\n');
    expect(summary.length).toBeLessThanOrEqual(255);
    adf(description as AdfNode, URL);
    const said: ProblemComment[] = [
      { say: 'system-wide', figures: figures(text) },
      { say: 'remind', members: 2, withoutProgressHours: 2 },
      { say: 'moved-here', figures: figures(text), fromKey: 'INFRA-1' },
      { say: 'merged-into', key: 'INFRA-2', problem: PROBLEM, reason: text },
      { say: 'linked', ticketId: '5158', key: 'INFRA-2' },
      { say: 'unlinked', ticketId: '5158' },
      { say: 'made-twice', of: 'INFRA-2' },
    ];
    for (const comment of said) adf(problemComment(comment) as AdfNode, URL);
  });
});

test('a reason that looks like the mark of a report does not pass for the report', () => {
  const forged = mark('5158:1:problem-report');
  expect(adfText(problemComment({ say: 'merged-into', key: 'INFRA-2', problem: PROBLEM, reason: forged }))).not.toContain(forged);
});

test('the mail to ops names only groups that read like a name', () => {
  const issue = { key: 'INFRA-7', url: 'https://jira.example.com/browse/INFRA-7' };
  const plain = opsLetter(figures('Globex 2'), issue);
  expect(plain.text).toContain('2 employer groups: Globex 2 and Acme Ltd.');
  const tags = (html: string) => html.match(/<[^>]*>/g);
  none((text) => {
    const { subject, text: body, html } = opsLetter(figures(text), issue);
    expect(subject).toBe(plain.subject);
    inert(body);
    expect(body).not.toMatch(/evil\.example|alert\(|[<>]/);
    expect(tags(html)).toEqual(tags(plain.html));
  });
});

/** Everything in it that somebody typed, in their stead. */
const FREE = new Set(['Ana', 'Olu', 'G-7', 'v "3"', '3', 'disabled', 'not now', 'asked for the fix', 'The group is disabled.', 'The account is locked.', 'The sample member can sign in.', 'Ask the member', 'Somebody changed it.', 'An agent has a security concern.', 'who signed in', 'They agree']);
const typed = <T>(value: T, text: string): T =>
  (typeof value === 'string' ? (FREE.has(value) ? text : value) : Array.isArray(value) ? value.map((v: unknown) => typed(v, text)) : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, typed(v, text)])) : value) as T;

test('notes of group troubleshooting and of problems hold no control codes, no markup, no placeholder, and no mark but ours', () => {
  none((whole) => {
    const text = whole.slice(0, 4_000);
    const ofProblems = [
      { say: 'linked', problem: PROBLEM, reason: text, own: text },
      { say: 'unlinked', problem: PROBLEM, reason: text },
      { say: 'choose-problem', problem: PROBLEM, why: 'other', detail: text, issueKey: text, members: 2, reminder: 1 },
    ] as const;
    for (const content of [...ofProblems, ...typed(Object.values(GROUP_NOTES).flat(), text)]) {
      const body = `${note(content, { ticketId: '5158', articles: ALL_ARTICLES, suggestion: null })}\n\n${mark('5158:1:real')}`;
      inertComment(body);
      expect(body.length).toBeLessThanOrEqual(65_535);
      const marks = readMarks({ id: '5158', comments: [{ id: '1', author: 'us', public: false, at: AT, body }] });
      expect(marks.map((m) => m.effect)).toEqual(['real']);
    }
  });
});

test('the Temporal UI shows how things stand as Markdown: nothing of theirs is markup there', () => {
  none((text) => {
    const flagged = { flagged: text, until: DUE };
    const sentences = [
      problemSentence({ signature: signature(text), stage: 'choosing', issueKey: 'INFRA-7', systemWide: true, members: 2, groups: 2, mergedInto: null, choice: text, ...flagged }),
      groupSentence({ problem: 'access', stage: 'fix', needs: 'approval', approval: approval({ field: text }), ...flagged }),
      stageSentence({ stage: 'awaiting-resolution', ruling: null, handoff: handoff({ issueKey: text }), promise: null, needs: 'call', parked: false, group: null, ...flagged }),
      stageSentence({ stage: 'escalating', ruling: null, handoff: null, promise: null, needs: 'resume', parked: true, group: null, ...flagged }),
    ];
    for (const sentence of sentences) {
      inert(sentence);
      const shown = escapeMarkdown(sentence);
      expect(shown.replaceAll(/&#\d+;/g, '')).not.toMatch(/[&<>[\]*_`~|\\!#@{}]|:\/\/|www\./i);
      // Whoever reads it there reads the same.
      expect(shown.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))).toBe(sentence);
    }
  });
});
