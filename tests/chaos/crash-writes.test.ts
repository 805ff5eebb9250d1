/** Every write that the product can make outside has its crash points; a new one without them is red. */
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Ports } from '../../src/activities/index.js';
import { observing } from '../../src/adapters/observe.js';
import { EFFECTS } from '../../chaos/crash-points.js';
import { ACTIVITIES, HEALING, METHODS, WITHOUT, type Method } from '../../chaos/crash-writes.js';

const writes = Object.entries(METHODS).flatMap(([method, does]) => (does === 'writes' ? [method] : [])).sort();

test('what counts as a write is what observing does not do', async () => {
  const reached = new Set<string>();
  const port = (name: string) => new Proxy({}, { get: (_, method) => async () => void reached.add(`${name}.${String(method)}`) });
  const ports = Object.fromEntries([...new Set(Object.keys(METHODS).map((method) => method.split('.')[0]!))].map((name) => [name, port(name)])) as unknown as Ports;
  const observed = observing(ports, pino({ level: 'silent' })) as unknown as Record<string, Record<string, (...what: unknown[]) => Promise<unknown>>>;
  for (const method of Object.keys(METHODS)) {
    const [on, name] = method.split('.') as [string, string];
    await observed[on]![name]!({}, {}, {});
  }
  expect(Object.keys(METHODS).filter((method) => !reached.has(method)).sort()).toEqual(writes);
});

test('every write of every activity has its crash points, or a reason', () => {
  const made = Object.entries(ACTIVITIES).flatMap(([activity, all]) => all.map((method) => `${activity} ${method}`));
  const covered = new Set([...EFFECTS, ...HEALING].map(({ activity, writes: method }) => `${activity} ${method}`));
  expect(made.filter((one) => !covered.has(one)).sort()).toEqual(Object.keys(WITHOUT).sort());
  expect([...covered].filter((one) => !made.includes(one))).toEqual([]);
});

test('every write is made by some activity, and no read is called one', () => {
  const made = new Set<Method>(Object.values(ACTIVITIES).flat());
  expect([...made].sort()).toEqual(writes);
});
