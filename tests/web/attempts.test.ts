/** What a role refuses stands in a record, and cannot fill it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Refused } from '../../src/web/access.js';
import { attempts, TOLD_PER_MINUTE } from '../../src/web/attempts.js';
import type { Denied } from '../../src/workflows/messages.js';
import { PROBLEM } from './fake-problems.js';

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-07-01T12:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const MALLORY = { name: 'Mallory', subject: 'mallory@idp', roles: ['auditor' as const] };
const REFUSED: Refused = { method: 'POST', route: '/api/cases/:ticket/close', path: '/api/cases/5158/close', status: 403, reason: 'To do this takes another role.', by: MALLORY };

function record(fails?: () => Error) {
  const told: [string, Denied][] = [];
  const lost: unknown[] = [];
  const denied = (id: string, attempt: Denied) => (told.push([id, attempt]), fails ? Promise.reject(fails()) : Promise.resolve());
  return { told, lost, ...attempts({ denied }, { denied }, (error) => lost.push(error)) };
}
const flood = (refused: (attempt: Refused) => void, times: number) => {
  for (let i = 0; i < times; i++) refused({ ...REFUSED, path: `/api/cases/5158/${['close', 'override', 'mail'][i % 3]}` });
};

test('a flood is told one by one up to the budget, and as one line with its count when the minute is over', async () => {
  const { told, refused } = record();
  flood(refused, 1_200);
  expect(told).toHaveLength(TOLD_PER_MINUTE);
  expect(told[0]).toEqual(['5158', { what: 'close', why: REFUSED.reason, by: { name: 'Mallory', role: 'auditor', subject: 'mallory@idp', verified: true } }]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told.slice(TOLD_PER_MINUTE)).toEqual([['5158', { what: 'mail, close, override', why: '1180 more attempts within a minute', by: told[0]![1].by }]]);
  // A new minute has a budget of its own, and says nothing where there was nothing more.
  flood(refused, TOLD_PER_MINUTE);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(told).toHaveLength(2 * TOLD_PER_MINUTE + 1);
});

test('each person has a budget at each case and problem', () => {
  const { told, refused } = record();
  flood(refused, 100);
  for (const attempt of [
    { by: { ...MALLORY, name: 'Mel', subject: 'mel@idp' } },
    { path: '/api/cases/5159/close' },
    { path: `/api/problems/${PROBLEM}/merge` },
  ]) refused({ ...REFUSED, ...attempt });
  expect(told.slice(TOLD_PER_MINUTE).map(([id, { what, by }]) => [id, what, by.name])).toEqual([['5158', 'close', 'Mel'], ['5159', 'close', 'Mallory'], [PROBLEM, 'merge', 'Mallory']]);
});

test('what was counted is told when the gateway stops', async () => {
  const { told, refused, close } = record();
  flood(refused, TOLD_PER_MINUTE + 2);
  await close();
  expect(told.at(-1)![1].why).toBe('2 more attempts within a minute');
  await vi.advanceTimersByTimeAsync(120_000);
  expect(told).toHaveLength(TOLD_PER_MINUTE + 1);
});

test('who did not sign in, and what is no case or problem, is in no record', () => {
  const { told, refused } = record();
  for (const over of [{ by: null }, { status: 401 as const }, { path: '/api/cases/0/close' }, { path: '/api/problems/x/merge' }, { path: '/api/audit' }, { path: '/codec/decode' }]) refused({ ...REFUSED, ...over });
  expect(told).toEqual([]);
});

test('one that cannot be told is in the log alone', async () => {
  const { lost, refused } = record(() => new Error('away'));
  refused(REFUSED);
  await vi.advanceTimersByTimeAsync(0);
  expect(lost).toEqual([new Error('away')]);
});
