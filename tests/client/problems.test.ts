/** The CLI's commands about problems, against an in-process gateway. */
import { describe, expect, test } from 'vitest';
import { MEMBERS, OTHER, PROBLEM, PROBLEM_ROW, PROBLEM_VIEW, ENDED } from '../web/fake-problems.js';
import { onetouch, said } from './onetouch.js';

describe('looking', () => {
  test('problems: a table for people', async () => {
    const { code, out, calls } = await onetouch(['problems', '--open', '--flagged', '--stage', 'open', '-n', '3']);
    expect(code).toBe(0);
    const [head, line] = out.split('\n');
    expect(head).toMatch(/^PROBLEM +STAGE +NEEDS +FLAG +JIRA +PRIORITY +SINCE$/);
    expect(line).toMatch(/^problem-server-error-0a1b2c3d4e5 +open +flagged +INFRA-7 +Urgent +2026-07-01 12:00Z$/);
    expect(calls).toEqual([['problem list', { query: 'ExecutionStatus = "Running" AND Stage = "open" AND Flagged = true', limit: 3 }]]);
  });

  test('JSON for programs', async () => {
    expect(JSON.parse((await onetouch(['problems', '--json'])).out)).toEqual([PROBLEM_ROW]);
    expect(JSON.parse((await onetouch(['problem', 'show', PROBLEM, '--json'])).out)).toMatchObject({ ...PROBLEM_VIEW, cases: MEMBERS });
  });

  test('problem show: the state, the cases, the record; nothing in it steers the terminal', async () => {
    const { code, out } = await onetouch(['problem', 'show', PROBLEM]);
    expect(code).toBe(0);
    for (const line of [/^Signature +server-error, \/claims\/:id, HTTP 502$/m, /^System-wide +yes$/m, /^Earlier +INFRA-3$/m, /^Cases +39 now, 40 in all$/m, /^5158 +1 +2026-07-01 12:00Z +Acme$/m, /^… and 37 more\.$/m, /filed .*OPS-7 \(2 times\)$/m])
      expect(out).toMatch(line);
    expect(out).not.toContain('\u001b');
  });
});

describe('commands', () => {
  test.each<[string[], string, string, object]>([
    [['problem', 'merge', PROBLEM, '--into', OTHER, '-r', 'one cause'], 'problem merge', PROBLEM, { into: OTHER, reason: 'one cause' }],
    [['problem', 'choose', PROBLEM, 'follow-up', '-r', 'x'], 'problem choose', PROBLEM, { choice: 'follow-up', reason: 'x' }],
    [['problem', 'resume', PROBLEM], 'problem resume', PROBLEM, {}],
    [['problem', 'resume', PROBLEM, '--note', 'mended'], 'problem resume', PROBLEM, { note: 'mended' }],
    [['link', '5158', OTHER, '-r', 'the same'], 'link', '5158', { problem: OTHER, reason: 'the same' }],
    [['unlink', '5158', '-r', 'another'], 'unlink', '5158', { reason: 'another' }],
  ])('%j', async (argv, verb, id, body) => {
    const { code, out, calls } = await onetouch(argv);
    expect([code, out]).toEqual([0, expect.stringMatching(/took it up\.$/)]);
    const grant = verb === 'problem merge' && { grant: expect.objectContaining({ verb: 'merge', of: PROBLEM }) };
    expect(calls.filter(([call]) => call !== 'problem running' && call !== 'problem state')).toEqual([[verb, id, { ...said(body), ...grant }]]);
  });

  test('a name and a key go with it', async () => {
    const { calls } = await onetouch(['problem', 'resume', PROBLEM, '--as', 'Zoë', '--key', 'k1', '--json']);
    expect(calls).toEqual([['problem resume', PROBLEM, said({}, 'Zoë')]]);
  });

  test.each<[number, string[], RegExp]>([
    [3, ['link', '5158', ENDED, '-r', 'x'], /not a problem that is running/],
    [4, ['problem', 'show', 'problem-price-wrong-99999999999'], /no problem/],
    [4, ['unlink', '6000', '-r', 'x'], /6000/],
    [2, ['problem', 'show', '5158'], /problem's id/],
    [2, ['problem', 'merge', PROBLEM, '-r', 'x'], /--into/],
    [2, ['unlink', '5158'], /--reason/],
    [2, ['problem', 'explode', PROBLEM], /explode/],
    [2, ['problems', '--stage', 'deciding'], /deciding/],
  ])('%i: %j', async (exit, argv, why) => {
    const { code, err } = await onetouch(argv);
    expect([code, err]).toEqual([exit, expect.stringMatching(why)]);
  });
});
