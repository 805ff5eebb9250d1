/** What a record keeps when it is full: what was ruled, done and said by people, whatever others send. */
import { expect, test } from 'vitest';
import type { Entry } from '../../src/domain/case.js';
import { enter } from '../../src/workflows/state.js';

const KEPT = 2_000;
const FOLDED = 'earlier messages, no longer listed one by one';
const at = (i: number) => new Date(Date.UTC(2026, 6, 1) + i * 1_000).toISOString();
const line = (i: number, over: Partial<Entry>): Entry => ({ at: at(i), what: 'heard', text: `line ${i}`, by: 'onetouch', cycle: 1, ...over });
const ANA = { by: 'Ana', role: 'agent', subject: 'ana@idp' };
const LEE = { by: 'Lee', role: 'lead', subject: 'lee@idp' };
const MALLORY = { by: 'Mallory', role: 'auditor', subject: 'mallory@idp' };

const WHO_DID_WHAT: Entry[] = [
  line(0, { what: 'ruled', text: 'vmp/ripe' }),
  line(1, { text: 'heard: override the protocol (half the clinic)', ...LEE }),
  line(2, { what: 'did', text: 'filed OPS-7' }),
  line(3, { text: 'heard: close the case (by phone)', ...ANA }),
];
const recordAfter = (flood: (i: number) => Partial<Entry>, lines: number): Entry[] => {
  const record: Entry[] = [];
  for (const said of WHO_DID_WHAT) enter(record, said);
  for (let i = 10; i < 10 + lines; i++) enter(record, line(i, flood(i)));
  return record;
};

test.each([
  ['refused attempts', (i: number) => ({ what: 'refused' as const, text: `refused to ${['close', 'override'][i % 2]}: it takes another role`, ...MALLORY })],
  ['refused attempts, flagged', (i: number) => (i % 2 ? { what: 'flagged' as const, text: 'without a good grant' } : { what: 'refused' as const, ...MALLORY })],
  ['hints of systems', () => ({ by: 'helpdesk' })],
  ['signals by hand', () => ({ by: 'Temporal UI, unverified', role: 'unverified' })],
  ['waits', () => ({ what: 'waits' as const })],
])('a flood of %s pushes out nothing of what people did', (_, flood) => {
  const record = recordAfter(flood, 5_000);
  expect(record.length).toBeLessThanOrEqual(KEPT + 1);
  for (const said of WHO_DID_WHAT) expect(record).toContainEqual(said);
  // What is not listed is counted, in a line of nobody.
  const folded = record.filter((e) => e.text === FOLDED);
  expect(folded).toEqual([{ at: expect.any(String), what: 'heard', text: FOLDED, by: 'onetouch', cycle: 1, times: 5_000 - (record.length - 1 - WHO_DID_WHAT.length) }]);
});

test('hints go before refusals, refusals before what people said; the oldest of each first', () => {
  const record: Entry[] = [line(0, { what: 'ruled' })];
  const add = (i: number, over: Partial<Entry>) => enter(record, line(i, over), 5);
  add(1, ANA);
  add(2, { what: 'refused', ...MALLORY });
  add(3, { by: 'Jira' });
  add(4, { what: 'flagged' });
  const kept = () => record.map((e) => (e.text === FOLDED ? `folded ${e.times}` : e.text.slice(5)));
  add(5, { what: 'ended' });
  expect(kept()).toEqual(['folded 1', '0', '1', '2', '4', '5']);
  add(6, { what: 'did' });
  expect(kept()).toEqual(['folded 2', '0', '1', '4', '5', '6']);
  add(7, { what: 'did' });
  expect(kept()).toEqual(['folded 3', '0', '1', '5', '6', '7']);
  add(8, { what: 'did' });
  expect(kept()).toEqual(['folded 4', '0', '5', '6', '7', '8']);
  // Rulings and effects stay, whatever comes.
  add(9, { what: 'did' });
  expect(kept()).toEqual(['folded 4', '0', '5', '6', '7', '8', '9']);
});
