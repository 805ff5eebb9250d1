/** A run is over when nothing is underway: not while an activity is pending, a sweep is missing or a ledger still grows. */
import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { drained, type Drain } from '../../chaos/drain.js';

/** A Temporal with so many sweeps, and one case with these activities; each look may change it. */
function scene({ sweeps = 2, activities = [] as string[], task = false } = {}) {
  const now = { sweeps, activities, task, lines: 1, looks: 0, change: (_looks: number) => {} };
  async function* list({ query }: { query: string }) {
    if (query.includes('"sweep"')) now.change((now.looks += 1));
    const all = query.includes('"sweep"') ? now.sweeps : 1;
    for (let i = 0; i < all; i++) yield { workflowId: 'case-5158', runId: String(i) };
  }
  const describe = () => Promise.resolve({ status: { name: 'RUNNING' }, raw: { pendingActivities: now.activities.map((name) => ({ activityType: { name } })), pendingWorkflowTask: now.task ? {} : null } });
  const client = { workflow: { list, getHandle: () => ({ describe }) } } as unknown as Client;
  const system = { get ledger() { return Array.from({ length: now.lines }, () => ({ by: 'onetouch' })); } };
  const outside = { helpdesk: system, jira: { ledger: [] }, admin: { ledger: [] }, mail: { ledger: [] }, idle: () => Promise.resolve() } as unknown as Drain['outside'];
  const began = Date.now();
  const wait = () => drained({ client, outside, calmAt: began, until: began + 600, say: () => {}, quietMs: 100, lookMs: 20 });
  return { now, wait };
}

test('rests once all is quiet for long enough', async () => {
  const { now, wait } = scene();
  expect(await wait()).toEqual([]);
  expect(now.looks).toBeGreaterThan(1);
});

test.each([
  ['an activity', { activities: ['write'] }, ['write of case-5158']],
  ['a workflow task', { task: true }, ['a task of case-5158']],
  ['a sweep that is to come', { sweeps: 1 }, ['sweep 2 of 2']],
])('does not rest while there is %s', async (_, what, left) => {
  expect(await scene(what).wait()).toEqual(left);
});

test('waits anew after an activity has ended, and after a line was written', async () => {
  const { now, wait } = scene({ activities: ['write'] });
  now.change = (looks) => {
    if (looks === 5) now.activities = [];
    if (looks === 8) now.lines = 2;
  };
  expect(await wait()).toEqual([]);
  expect(now.looks).toBeGreaterThan(8);
});

test('does not rest while a ledger grows', async () => {
  const { now, wait } = scene();
  now.change = (looks) => (now.lines = looks);
  expect(await wait()).toEqual([expect.stringMatching(/^a line was written in a ledger \d+ s ago$/)]);
});
