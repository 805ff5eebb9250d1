import { expect, test } from 'vitest';
import { heldFor, heldMs, HOLD_MS, HOURS, readTime, span } from '../../src/policy/clocks.js';

test('a time is read only where it can mean one moment', () => {
  expect(readTime('2026-03-08T12:00:00Z')).toBe(Date.UTC(2026, 2, 8, 12));
  expect(readTime('2026-03-08T14:00:00.250+02:00')).toBe(Date.UTC(2026, 2, 8, 12, 0, 0, 250));
  expect(readTime('2024-02-29T00:00:00Z')).toBe(Date.UTC(2024, 1, 29));
});

test.each(['2026-03-08', '2026-03-08T12:00:00', '2026-03-08T12:00Z', '2026-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-00T00:00:00Z', '2026-01-01T24:00:00Z', '8 March 2026', '', null, undefined, 0])(
  '%j is not a time',
  (unclear) => expect(readTime(unclear)).toBeNull(),
);

test('how long a condition has held', () => {
  const now = Date.UTC(2026, 2, 10);
  expect(heldMs('2026-03-08T00:00:00Z', now)).toBe(HOLD_MS);
  expect(heldMs('2026-03-11T00:00:00Z', now)).toBe(0);
  expect(heldMs(null, now)).toBeNull();
  expect(heldMs(undefined, now)).toBeNull();
});

test('lengths of time in words', () => {
  expect([0, 1, 1000, 90_000, HOURS, 40 * HOURS + 720_000, HOLD_MS].map(span)).toEqual([
    '0 h',
    '0.001 s',
    '1 s',
    '1 min 30 s',
    '1 h',
    '40 h 12 min',
    '48 h',
  ]);
  expect(heldFor(40 * HOURS + 34_567, HOLD_MS)).toBe('40 h');
  expect(heldFor(HOLD_MS - 1, HOLD_MS)).toBe('47 h 59 min 59.999 s');
  expect(heldFor(HOLD_MS + 1, HOLD_MS)).toBe('48 h 0.001 s');
  expect(heldFor(34_567, HOLD_MS)).toBe('0 h');
});
