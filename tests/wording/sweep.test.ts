/** What ops read of a sweep: how far it came, what holds it up, what it left out, and whether they should look. */
import { expect, test } from 'vitest';
import { beginningAt, leaveOut, type Position } from '../../src/domain/sweep.js';
import { sweepWords, type SweepWords } from '../../src/wording/sweep.js';

const AT = '2026-11-24T12:00:00.000Z';
const ago = (minutes: number) => new Date(Date.parse(AT) - minutes * 60_000).toISOString();
const DAY = 24 * 60;
const words = (more: Partial<SweepWords> = {}) => sweepWords({ at: AT, helpdesk: beginningAt(AT), jira: beginningAt(AT), temporal: beginningAt(AT), stopped: {}, knocked: 3, healed: 1, ...more });
function leaving(...out: [id: string, minutesAgo: number, expected?: boolean][]): Position {
  const position = beginningAt(AT);
  for (const [id, minutes, expected] of out) leaveOut(position, id, ago(minutes), 'it was refused (403)', expected);
  return position;
}

test('all is well', () => {
  expect(words()).toEqual({ text: 'Looked at everything that changed up to 2026-11-24 12:00 UTC. Knocked at 3, closed 1 made twice.', flagged: false });
});

test('held up for a moment is said; behind by more than half an hour is flagged', () => {
  const why = 'helpdesk could not list the changed tickets: it answered 429';
  expect(words({ helpdesk: beginningAt(ago(10)), stopped: { helpdesk: why } })).toEqual({ text: `Knocked at 3, closed 1 made twice. Held up at the helpdesk: ${why}.`, flagged: false });
  expect(words({ jira: beginningAt(ago(31)) })).toEqual({ text: 'Knocked at 3, closed 1 made twice. Behind: looked at Jira only up to 2026-11-24 11:29 UTC.', flagged: true });
  expect(words({ helpdesk: beginningAt(ago(90)), stopped: { helpdesk: why } })).toEqual({ text: `Knocked at 3, closed 1 made twice. Behind: looked at the helpdesk only up to 2026-11-24 10:30 UTC (${why}).`, flagged: true });
});

test('what was left out is named, the oldest first, and flagged; of many only some', () => {
  expect(words({ helpdesk: leaving(['5158', 5], ['5001', 50]), jira: leaving(['INFRA-7', 20]) })).toEqual({
    text: 'Knocked at 3, closed 1 made twice. Left out, and tried again: ticket 5001 since 2026-11-24 11:10 UTC (it was refused (403)), INFRA-7 since 2026-11-24 11:40 UTC (it was refused (403)) and ticket 5158 since 2026-11-24 11:55 UTC (it was refused (403)).',
    flagged: true,
  });
  expect(words({ helpdesk: leaving(...Array.from({ length: 25 }, (_, i): [string, number] => [String(6000 + i), 60])) }).text).toMatch(/ticket 6019 since [^,]*\(403\)\) and 5 more\.$/);
});

test('what only waits for something under way is no trouble before a day is over', () => {
  expect(words({ jira: leaving(['onetouch-5158-1', 60, true]) }).flagged).toBe(false);
  expect(words({ jira: leaving(['onetouch-5158-1', DAY + 1, true]) })).toMatchObject({ flagged: true, text: expect.stringContaining('onetouch-5158-1 since') });
});

test('it is tried again at once, after five minutes, and at last every hour; since when stays', () => {
  const position = leaving(['5158', 60]);
  const waits = Array.from({ length: 8 }, () => {
    const { againAt } = position.left['5158']!;
    const wait = (Date.parse(againAt) - Date.parse(ago(60))) / 60_000;
    leaveOut(position, '5158', ago(60), 'it was refused (403)');
    return wait;
  });
  expect(waits).toEqual([0, 5, 10, 20, 40, 60, 60, 60]);
  expect(position.left['5158']).toMatchObject({ since: ago(60), times: 9 });
});
