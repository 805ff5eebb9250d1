/** What Jira has twice after all: of two issues the one that the case does not know is closed, of two comments the later one is taken away. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createHealActivities } from '../../src/activities/heal.js';
import type { ProblemSeen } from '../../src/activities/sweep.js';
import { connectHelpdesk } from '../../src/adapters/helpdesk.js';
import { connectJira } from '../../src/adapters/jira.js';
import { loadWorkerConfig } from '../../src/config.js';
import { startCompany, type Company } from '../../src/sandbox/company.js';
import { problemLabel } from '../../src/domain/problem.js';
import { doc, paragraph } from '../../src/wording/adf.js';
import { quietRuntime } from '../setup/quiet.js';
import type { Seen } from '../../src/workflows/messages.js';

beforeAll(quietRuntime);

let company: Company | undefined;
afterEach(async () => company?.close());

async function town(seen: Partial<Seen> | null = null) {
  company = await startCompany();
  const config = loadWorkerConfig(company.env);
  const jira = connectJira(config.jira);
  const helpdesk = await connectHelpdesk(config.helpdesk);
  const ticket = await company.helpdesk.openTicket({ subject: 'It fails', description: 'It does.', member: { name: 'Jo Low', email: 'jo@example.com' } });
  const label = `onetouch-${ticket}-1`;
  const file = async (labelled = label) =>
    (await jira.createIssue({ project: 'INFRA', issueType: 'Bug', summary: 'It fails', description: { version: 1, type: 'doc', content: [] }, labels: ['onetouch', labelled] })).key;
  const known = { seen: null as Seen | null, problem: null as ProblemSeen | 'unreadable' | null };
  if (seen) known.seen = { cycle: 1, ticket: null, issue: null, ...seen };
  const { healIssues } = createHealActivities({ helpdesk, jira, cases: { seen: () => Promise.resolve(known.seen), problemSeen: () => Promise.resolve(known.problem) } });
  const since = new Date(Date.now() - 3_600_000).toISOString();
  return { company, jira, helpdesk, ticket, label, file, known, heal: () => new MockActivityEnvironment().run(healIssues, since) as Promise<number> };
}
const open = (c: Company) => c.jira.issues().filter((i) => i.status !== 'Done').map((i) => i.key);

test('the one that the case knows stays; the other is closed as its duplicate, with a word, and only once', async () => {
  const t = await town({});
  const [older, newer] = [await t.file(), await t.file()];
  // Not settled yet which it goes on with.
  expect(await t.heal()).toBe(0);
  t.known.seen!.issue = { key: newer, digest: '' };
  expect(await t.heal()).toBe(1);
  expect(open(t.company)).toEqual([newer]);
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
  expect(open(t.company)).toEqual([newer]);
  expect(t.company.jira.issue(older).status).toBe('Done');
});

test('nobody named: the oldest stays', async () => {
  const t = await town();
  const [older, newer, newest] = [await t.file(), await t.file(), await t.file()];
  expect(await t.heal()).toBe(2);
  expect(open(t.company)).toEqual([older]);
  expect([newer, newest].map((key) => t.company.jira.issue(key!).duplicateOf)).toEqual([older, older]);
});

test('two of one round of a problem: the one that the problem knows stays, whatever cannot say which closes none', async () => {
  const t = await town();
  const label = problemLabel('problem-server-error-0a1b2c3d4e5', 2);
  const [older, newer] = [await t.file(label), await t.file(label)];
  const newest = { key: newer, digest: '' };
  for (const seen of [null, 'unreadable', { round: 2, issue: null }, { round: 3, issue: newest }] as const) {
    t.known.problem = seen;
    expect(await t.heal()).toBe(0);
  }
  t.known.problem = { round: 2, issue: newest };
  expect(await t.heal()).toBe(1);
  expect(open(t.company)).toEqual([newer]);
  expect(t.company.jira.issue(older)).toMatchObject({ resolution: 'Duplicate', duplicateOf: newer });
  expect(t.company.jira.commentsByUs(older)).toEqual([expect.stringMatching(new RegExp(`goes on in ${newer}[^]*problem-server-error-0a1b2c3d4e5:2:duplicate-${older.toLowerCase()}`))]);
  expect(await t.heal()).toBe(0);
});

test('interrupted in the middle, it goes on without saying anything twice', async () => {
  const t = await town();
  const [older, newer] = [await t.file(), await t.file()];
  for (const path of [/issueLink$/, /comment$/, /transitions$/]) t.company.jira.faults.next(path, 'after');
  for (let i = 0; i < 6 && open(t.company).length > 1; i++) await t.heal().catch(() => {});
  expect(open(t.company)).toEqual([older]);
  expect(t.company.jira.commentsByUs(newer)).toHaveLength(1);
  expect(t.company.jira.ledger.filter(({ kind, on }) => kind === 'link' && on === newer).length).toBeLessThanOrEqual(1);
});

test('one that cannot be closed holds up no other', async () => {
  const t = await town();
  const label = `onetouch-${await t.company.helpdesk.openTicket({ subject: 'Help', description: 'Now.', member: { name: 'Jo Low', email: 'jo@example.com' } })}-1`;
  const [, , one, other] = [await t.file(), await t.file(label), await t.file(), await t.file(label)];
  t.company.jira.faults.next(new RegExp(`^GET .*/${one}/transitions`), { status: 400 });
  await expect(t.heal()).rejects.toThrow('400');
  expect([t.company.jira.issue(one).status, t.company.jira.issue(other).resolution]).toEqual(['To Do', 'Duplicate']);
});

test('what engineers did is left alone: an issue of theirs, one they wrote on, one they work on', async () => {
  const t = await town({});
  const ours = await t.file();
  t.known.seen!.issue = { key: ours, digest: '' };
  await t.company.jira.file('INFRA', 'The same, found by us', ['onetouch', t.label]);
  const [written, begun] = [await t.file(), await t.file()];
  await t.company.jira.comment(written, 'I am looking at it here.');
  await t.company.jira.transition(begun, 'In Progress');
  expect(await t.heal()).toBe(0);
  expect(open(t.company)).toHaveLength(4);
});

describe('a comment that was made twice', () => {
  const said = (words: string, name?: string) => doc(paragraph(words), ...(name ? [paragraph(`[onetouch ${name}]`)] : []));

  test('is taken away, counted once, and the older one stays; what was said twice by others, or without a mark, is left', async () => {
    const t = await town({});
    const key = await t.file();
    for (const words of ['Any news?', 'Any news, again?', 'And again?']) await t.jira.comment(key, said(words, `${t.ticket}:1:remind-0`));
    await t.jira.comment(key, said('Any news?', `${t.ticket}:1:remind-1`));
    for (let twice = 0; twice < 2; twice++) {
      await t.jira.comment(key, said('Without a mark'));
      await t.company.jira.comment(key, `Seen [onetouch ${t.ticket}:1:remind-0]`);
    }
    expect(await t.heal()).toBe(2);
    const stays = ['Any news?', 'Any news?', 'Without a mark', 'Seen', 'Without a mark', 'Seen'];
    const texts = () => t.company.jira.issue(key).comments.map(({ text }) => text.replace(/\s*\[onetouch .*/, ''));
    expect(texts()).toEqual(stays);
    expect(await t.heal()).toBe(0);
    expect(texts()).toEqual(stays);
  });

  test('and may not be taken away stays, and holds up nothing else', async () => {
    const t = await town();
    const [older, newer] = [await t.file(), await t.file()];
    for (let twice = 0; twice < 2; twice++) await t.jira.comment(older, said('Any news?', `${t.ticket}:1:remind-0`));
    t.company.jira.faults.next(/^DELETE/, { status: 400, body: { errorMessages: ['You do not have permission to delete this comment.'] } });
    expect(await t.heal()).toBe(1);
    expect([t.company.jira.issue(newer).resolution, t.company.jira.commentsByUs(older).length]).toEqual(['Duplicate', 2]);
    t.company.jira.faults.next(/^DELETE/, { status: 503 });
    await expect(t.heal()).rejects.toThrow('503');
    expect(await t.heal()).toBe(1);
  });
});
