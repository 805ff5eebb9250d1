/** What Jira has twice after all: of two issues the one that the case does not know is closed, of two comments the later one is taken away. */
import { beforeAll, describe, expect, test } from 'vitest';
import { problemLabel } from '../../src/domain/problem.js';
import { doc, paragraph } from '../../src/wording/adf.js';
import { quietRuntime } from '../setup/quiet.js';
import type { Seen } from '../../src/workflows/messages.js';
import { swept } from './swept.js';

beforeAll(quietRuntime);

/** @param seen what the running case of the ticket knows; null where none runs */
async function town(seen: Partial<Seen> | null = null) {
  const s = await swept();
  const [ticket] = await s.tickets(1);
  const label = `onetouch-${ticket}-1`;
  const knows = (issue: string | null) => s.known.cases.set(ticket!, { cycle: 1, ticket: null, issue: issue === null ? null : { key: issue, digest: '' } });
  if (seen) knows(seen.issue?.key ?? null);
  return { ...s, ticket: ticket!, label, knows, file: (labelled = label) => s.file(labelled), heal: async () => (await s.sweep('jira')).healed };
}

test('the one that the case knows stays; the other is closed as its duplicate, with a word, and only once', async () => {
  const t = await town({});
  const [older, newer] = [await t.file(), await t.file()];
  // Not settled yet which it goes on with.
  expect(await t.heal()).toBe(0);
  t.knows(newer);
  expect(await t.heal()).toBe(1);
  expect(t.open()).toEqual([newer]);
  expect(t.company.jira.issue(older)).toMatchObject({ resolution: 'Duplicate', duplicateOf: newer });
  expect(t.company.jira.commentsByUs(older)).toEqual([expect.stringContaining(`goes on in ${newer}`)]);
  const ledger = t.company.jira.ledger.length;
  expect(await t.heal()).toBe(0);
  expect(t.company.jira.ledger).toHaveLength(ledger);
});

test('after the case has ended, the one that its ticket names stays; where none is named, the oldest', async () => {
  const t = await town();
  const [older, newer] = [await t.file(), await t.file()];
  const handoff = { row: 'technical-error', team: 'Infra', priority: 'High', at: '2026-01-01T00:00:00Z', issueKey: newer };
  await t.helpdesk.updateTicket(t.ticket, { comment: { public: false, body: `Promised\n\n[onetouch ${t.ticket}:1:promise ${JSON.stringify({ handoff })}]` } });
  expect(await t.heal()).toBe(1);
  expect(t.open()).toEqual([newer]);
  expect(t.company.jira.issue(older).status).toBe('Done');
});

test('nobody named: the oldest stays', async () => {
  const t = await town();
  const [older, newer, newest] = [await t.file(), await t.file(), await t.file()];
  expect(await t.heal()).toBe(2);
  expect(t.open()).toEqual([older]);
  expect([newer, newest].map((key) => t.company.jira.issue(key!).duplicateOf)).toEqual([older, older]);
});

test('two of one round of a problem: the one that the problem knows stays, whatever cannot say which closes none', async () => {
  const t = await town();
  const label = problemLabel('problem-server-error-0a1b2c3d4e5', 2);
  const [older, newer] = [await t.file(label), await t.file(label)];
  const newest = { key: newer, digest: '' };
  const id = 'problem-server-error-0a1b2c3d4e5';
  for (const seen of [null, 'unreadable', { round: 2, issue: null }, { round: 3, issue: newest }] as const) {
    if (seen) t.known.problems.set(id, seen);
    expect(await t.heal()).toBe(0);
  }
  t.known.problems.set(id, { round: 2, issue: newest });
  expect(await t.heal()).toBe(1);
  expect(t.open()).toEqual([newer]);
  expect(t.company.jira.issue(older)).toMatchObject({ resolution: 'Duplicate', duplicateOf: newer });
  expect(t.company.jira.commentsByUs(older)).toEqual([expect.stringMatching(new RegExp(`goes on in ${newer}[^]*problem-server-error-0a1b2c3d4e5:2:duplicate-${older.toLowerCase()}`))]);
  expect(await t.heal()).toBe(0);
});

test('interrupted in the middle, it goes on without saying anything twice', async () => {
  const t = await town();
  const [older, newer] = [await t.file(), await t.file()];
  for (const path of [/issueLink$/, /comment$/, /transitions$/]) t.company.jira.faults.next(path, 'after');
  for (let i = 0; i < 6 && t.open().length > 1; i++) await t.heal();
  expect(t.open()).toEqual([older]);
  expect(t.company.jira.commentsByUs(newer)).toHaveLength(1);
  expect(t.company.jira.ledger.filter(({ kind, on }) => kind === 'link' && on === newer).length).toBeLessThanOrEqual(1);
});

test('what engineers did is left alone: an issue of theirs, one they wrote on, one they work on', async () => {
  const t = await town({});
  const ours = await t.file();
  t.knows(ours);
  await t.company.jira.file('INFRA', 'The same, found by us', ['onetouch', t.label]);
  const [written, begun] = [await t.file(), await t.file()];
  await t.company.jira.comment(written, 'I am looking at it here.');
  await t.company.jira.transition(begun, 'In Progress');
  expect(await t.heal()).toBe(0);
  expect(t.open()).toHaveLength(4);
});

test('made twice long before the case learns which is its own: the extra one is closed then', async () => {
  let now = Date.now();
  const s = await swept({ now: () => now });
  const [kept, extra] = [await s.file('onetouch-11-1'), await s.file('onetouch-11-1')];
  s.known.cases.set('11', { cycle: 1, ticket: null, issue: null });
  const healed: number[] = [];
  const anHour = async () => {
    for (let minute = 0; minute < 60; minute += 5) {
      now += 5 * 60_000;
      healed.push((await s.sweep('jira')).healed);
    }
  };
  await anHour();
  // An hour's outage is over: the case has found its issue.
  s.known.cases.set('11', { cycle: 1, ticket: null, issue: { key: kept, digest: '' } });
  await anHour();
  expect(healed.reduce((sum, n) => sum + n, 0)).toBe(1);
  expect(s.company.jira.issue(extra)).toMatchObject({ status: 'Done', duplicateOf: kept });
  expect(s.positions.jira.left).toEqual({});
});

test('one of two changed alone, long after the other: they are still found to be two', async () => {
  let now = Date.now();
  const s = await swept({ now: () => now });
  const kept = await s.file('onetouch-11-1');
  s.known.cases.set('11', { cycle: 1, ticket: null, issue: { key: kept, digest: '' } });
  now += 60 * 60_000;
  expect(await s.sweep('jira')).toMatchObject({ healed: 0 });
  now += 60 * 60_000;
  await s.file('onetouch-11-1');
  expect(await s.sweep('jira')).toMatchObject({ healed: 1 });
  expect(s.open()).toEqual([kept]);
});

test('an extra one that Jira does not let us close keeps no other open, and is named; what was closed is counted', async () => {
  const s = await swept();
  const pair = async (ticket: string) => {
    const keys = [await s.file(`onetouch-${ticket}-1`), await s.file(`onetouch-${ticket}-1`), await s.file(`onetouch-${ticket}-1`)] as const;
    s.known.cases.set(ticket, { cycle: 1, ticket: null, issue: { key: keys[0], digest: '' } });
    return keys;
  };
  const [a, b] = [await pair('11'), await pair('12')];
  s.company.jira.faults.weather = ({ method, path }) => (method === 'POST' && path.includes(`${a[1]}/transitions`) ? { status: 400, body: { errorMessages: ['resolution is required'] } } : null);
  const { healed, isThrough, position } = await s.sweep('jira');
  expect([healed, isThrough]).toEqual([3, true]);
  expect(s.open()).toEqual([a[0], a[1], b[0]]);
  expect(position.left).toEqual({ 'onetouch-11-1': expect.objectContaining({ why: 'Jira refused to close the duplicate (400)' }) });
  // The next time nothing is said twice; and once it can be closed, it is.
  await s.sweep('jira');
  expect(s.company.jira.commentsByUs(a[1])).toHaveLength(1);
  s.company.jira.faults.weather = null;
  s.positions.jira.left['onetouch-11-1']!.againAt = new Date().toISOString();
  expect(await s.sweep('jira')).toMatchObject({ healed: 1, position: { left: {} } });
});

describe('a comment that was made twice', () => {
  const said = (words: string, name?: string) => doc(paragraph(words), ...(name ? [paragraph(`[onetouch ${name}]`)] : []));

  test('is taken away, counted once, and the older one stays; what was said twice by others, or without a mark, is left', async () => {
    const s = await swept();
    const key = await s.file('onetouch-11-1');
    for (const words of ['Any news?', 'Any news, again?', 'And again?']) await s.jira.comment(key, said(words, '11:1:remind-0'));
    await s.jira.comment(key, said('Any news?', '11:1:remind-1'));
    for (let twice = 0; twice < 2; twice++) {
      await s.jira.comment(key, said('Without a mark'));
      await s.company.jira.comment(key, 'Seen [onetouch 11:1:remind-0]');
    }
    expect((await s.sweep('jira')).healed).toBe(2);
    const stays = ['Any news?', 'Any news?', 'Without a mark', 'Seen', 'Without a mark', 'Seen'];
    const texts = () => s.company.jira.issue(key).comments.map(({ text }) => text.replace(/\s*\[onetouch .*/, ''));
    expect(texts()).toEqual(stays);
    expect((await s.sweep('jira')).healed).toBe(0);
    expect(texts()).toEqual(stays);
  });

  test('and may not be taken away stays, and holds up nothing else', async () => {
    const s = await swept();
    const [kept, extra] = [await s.file('onetouch-11-1'), await s.file('onetouch-11-1')];
    s.known.cases.set('11', { cycle: 1, ticket: null, issue: { key: kept, digest: '' } });
    for (let twice = 0; twice < 2; twice++) await s.jira.comment(kept, said('Any news?', '11:1:remind-0'));
    s.company.jira.faults.next(/^DELETE/, { status: 400, body: { errorMessages: ['You do not have permission to delete this comment.'] } });
    expect((await s.sweep('jira')).healed).toBe(1);
    expect([s.company.jira.issue(extra).resolution, s.company.jira.commentsByUs(kept).length]).toEqual(['Duplicate', 2]);

    // Tried once more at once, and then the next time.
    for (let twice = 0; twice < 2; twice++) s.company.jira.faults.next(/^DELETE/, { status: 503 });
    expect(await s.sweep('jira')).toMatchObject({ healed: 0, position: { left: { [kept]: expect.objectContaining({ why: expect.stringContaining('503') }) } } });
    s.positions.jira.left[kept]!.againAt = new Date().toISOString();
    expect(await s.sweep('jira')).toMatchObject({ healed: 1, position: { left: {} } });
  });
});
