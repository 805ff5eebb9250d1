/** What makes two technical errors the same problem: kind, page or feature, code; never how alike their texts are. */
import { describe, expect, test } from 'vitest';
import { ERROR_KINDS } from '../../src/domain/facts.js';
import { isProblemId, problemLabel, problemOfLabel } from '../../src/domain/problem.js';
import { codeOf, pageOf, problemId, signatureOf } from '../../src/policy/signature.js';

describe('the page or feature', () => {
  test.each([
    ['  Claims   Page ', 'claims page'],
    ['“Claims page”.', 'claims page'],
    ['/claims', '/claims'],
    ['/Claims/', '/claims'],
    ['https://app.example.com/claims?member=77#top', '/claims'],
    ['https://app.example.com', '/'],
    ['www.example.com/claims', '/claims'],
    ['/claims/881234/lines/9', '/claims/:id/lines/:id'],
    ['https://app.example.com/members/M-1018/claims', '/members/:id/claims'],
    ['/m/3f2504e0-4f89-41d3-9a0c-0305e82c3301', '/m/:id'],
    ['/m/robin@example.com/x', '/m/:id/x'],
  ])('%j is %j', (text, page) => expect(pageOf(text)).toBe(page));
  test.each([undefined, '', '   ', '""'])('%j is not known', (text) => expect(pageOf(text)).toBeNull());
  test('is cut', () => expect(pageOf('x'.repeat(500))).toHaveLength(80));
});

describe('the error code', () => {
  test.each([
    ['HTTP 502 Bad Gateway', 'HTTP 502'],
    ['502 Bad Gateway', 'HTTP 502'],
    ['http/1.1 503', 'HTTP 503'],
    ['Error 500: something', 'HTTP 500'],
    ['HTTP-404', 'HTTP 404'],
    ['ERR-4012 while saving', 'ERR-4012'],
    ['It said ERR4012.', 'ERR-4012'],
    ['(DB_1205) deadlock', 'DB-1205'],
  ])('%j has %j', (text, code) => expect(codeOf(text)).toBe(code));
  test.each([undefined, '', 'it is broken', 'I tried 500 times', 'at 10:45 on 2026-11-22', 'HTTP 200', 'err 4012', 'since about 404 days'])('%j has none', (text) =>
    expect(codeOf(text)).toBeNull(),
  );
});

describe('the signature', () => {
  const report = { pageOrFeature: '/claims', errorText: 'HTTP 502' };
  test('neither page nor code, or no kind: there is none', () => {
    expect(signatureOf('server-error', {})).toBeNull();
    // A member's own id looks like a code, and stands in no problem.
    expect(signatureOf('server-error', { errorText: 'Member AB123456 sees ERR-7' }, 'AB-123456')).toMatchObject({ code: 'ERR-7' });
    expect(signatureOf('server-error', { errorText: 'Member AB123456 sees an error' }, 'ab123456')).toBeNull();
    expect(signatureOf('server-error', { whatHappened: 'HTTP 502 on /claims' })).toBeNull();
    expect(signatureOf(null, report)).toBeNull();
    expect(signatureOf('no such kind', report)).toBeNull();
  });
  test('texts that mean the same place and code are one problem; anything else that is said does not count', () => {
    const one = signatureOf('server-error', { ...report, whatHappened: 'a' })!;
    const two = signatureOf('server-error', { pageOrFeature: 'https://app.example.com/Claims/?id=9', errorText: '502 Bad Gateway', whatHappened: 'b' })!;
    expect(problemId(one)).toBe(problemId(two));
  });
  test.each([
    ['another kind', signatureOf('stuck-loading', report)],
    ['another page', signatureOf('server-error', { ...report, pageOrFeature: '/claim' })],
    ['another code', signatureOf('server-error', { ...report, errorText: 'HTTP 503' })],
    ['a code that is not known', signatureOf('server-error', { ...report, errorText: undefined })],
    ['a page that is not known', signatureOf('server-error', { ...report, pageOrFeature: undefined })],
  ])('%s is another problem', (_, other) => expect(problemId(other!)).not.toBe(problemId(signatureOf('server-error', report)!)));

  test('each of the nineteen kinds is a problem of its own, with an id that a label carries', () => {
    const ids = ERROR_KINDS.map((kind) => problemId(signatureOf(kind, report)!));
    expect(ids).toHaveLength(19);
    expect(new Set(ids).size).toBe(19);
    for (const [i, id] of ids.entries()) {
      expect(id).toMatch(new RegExp(`^problem-${ERROR_KINDS[i]}-[0-9a-z]{11}$`));
      expect(isProblemId(id)).toBe(true);
      expect(problemOfLabel(problemLabel(id, 12))).toEqual({ id, round: 12 });
    }
  });
  test('an id shows nothing of what a person typed', () => {
    expect(problemId(signatureOf('server-error', { pageOrFeature: 'profile of robin doe' })!)).not.toMatch(/robin|doe/);
  });
  test.each(['onetouch', 'onetouch-5158-1', `onetouch-${problemId(signatureOf('server-error', report)!)}`, 'onetouch-problem-x'])('the label %s names no round', (label) =>
    expect(problemOfLabel(label)).toBeNull(),
  );
});
