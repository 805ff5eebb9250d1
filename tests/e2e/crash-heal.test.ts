/**
 * Crash points of what the sweep heals: an issue that was made twice is linked, commented on and closed, and a comment that
 * was made twice is taken away. The worker is killed before each of these, after it was sent, done and answered.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { POINTS, type Point } from '../../chaos/crash-effect.js';
import { openCrashSite, type CrashSite } from '../../chaos/crash-site.js';
import type { Asked, Hold } from '../../chaos/crash-wire.js';
import { HEALING } from '../../chaos/crash-writes.js';
import { issueLabel, mark } from '../../src/domain/marks.js';
import { US } from '../../src/sandbox/ledger.js';
import { SWEEP_SCHEDULE_ID } from '../../src/workflows/messages.js';
import type { Running } from '../setup/process.js';
import { eventually } from './site.js';

const PATIENCE_MS = 150_000;
/** Whoever waits for an answer gives up after 15 s. */
const LATE_MS = 20_000;

let site: CrashSite;
let worker: Running;
beforeAll(async () => {
  site = await openCrashSite(['--import', 'tsx', 'src/worker.ts']);
  worker = await site.startWorker();
}, 120_000);
afterAll(() => site?.close());

/** What is to be healed on one issue. */
interface Twice {
  key: string;
  /** The other issue; its own for a comment. */
  kept: string;
}
interface Write {
  name: (typeof HEALING)[number]['writes'];
  /** Makes it wrong, for a ticket of its own. */
  break(nth: number): Promise<Twice>;
  /** The last request before it, it, and what follows; null where it is the last of its issue. */
  requests(key: string): { before: (asked: Asked) => boolean; effect: (asked: Asked) => boolean; next: ((asked: Asked) => boolean) | null };
  /** What we did to the issue since then. */
  done: readonly string[];
}

const on = (method: string, key: string, rest: string) => ({ method: is, path }: Asked) => is === method && new RegExp(`/issue/${key}${rest}(\\?|$)`).test(path);
/** True of what matches second, once the first was there. */
function after(first: (asked: Asked) => boolean, second: (asked: Asked) => boolean): (asked: Asked) => boolean {
  let been = false;
  return (asked) => {
    if (been && second(asked)) return true;
    been ||= first(asked);
    return false;
  };
}
const linking = (key: string) => ({ method, path, body }: Asked) => method === 'POST' && path.endsWith('/issueLink') && body.includes(`"${key}"`);

/** A ticket whose case has its issue. */
async function filed(nth: number, beforehand: (label: string) => void = () => {}): Promise<string> {
  const { admin, helpdesk, jira } = site.company;
  const [memberId, email] = [`M-${nth}`, `m-${nth}@example.com`];
  await admin.setMember(memberId, { email, requirements: [{ name: 'Consent', met: true, since: new Date(Date.now() - 49 * 3_600_000).toISOString() }] });
  const id = await helpdesk.openTicket({ subject: 'I need help', description: 'It does not work for me.', inquiry: 'vmp-scheduling-blocked', member: { name: 'Robin Doe', email, memberId } });
  beforehand(issueLabel(id, 1));
  await eventually(async () => expect((await site.cases.state(id)).handoff?.issueKey).toBeTruthy(), PATIENCE_MS);
  expect(jira.issues().filter(({ labels }) => labels.includes(issueLabel(id, 1))).length).toBeGreaterThan(0);
  return id;
}

/** Its issue was created, the answer lost, and created again: the search knows nothing yet. */
async function issueTwice(nth: number): Promise<Twice> {
  const { jira } = site.company;
  const id = await filed(nth, (label) => {
    jira.faults.next(({ method, path, body }) => method === 'POST' && path === '/rest/api/3/issue' && body.includes(`"${label}"`), 'after');
  });
  const [lost, kept] = jira.issues().filter(({ labels }) => labels.includes(issueLabel(id, 1)));
  expect((await site.cases.state(id)).handoff!.issueKey).toBe(kept!.key);
  return { key: lost!.key, kept: kept!.key };
}

/** A request of a worker that was given up arrived late, beside that of the next one. */
async function commentTwice(nth: number): Promise<Twice> {
  const id = await filed(nth);
  const { handoff } = await site.cases.state(id);
  const key = handoff!.issueKey!;
  const { JIRA_URL, JIRA_EMAIL, JIRA_API_TOKEN } = site.company.env;
  const paragraphs = ['More of the report.', mark(`${id}:1:report-1`)].map((text) => ({ type: 'paragraph', content: [{ type: 'text', text }] }));
  for (let times = 0; times < 2; times++) {
    const answer = await fetch(`${JIRA_URL}/rest/api/3/issue/${key}/comment`, {
      method: 'POST', body: JSON.stringify({ body: { version: 1, type: 'doc', content: paragraphs } }),
      headers: { 'content-type': 'application/json', authorization: `Basic ${Buffer.from(`${JIRA_EMAIL}:${JIRA_API_TOKEN}`).toString('base64')}` },
    });
    expect(answer.status).toBe(201);
  }
  return { key, kept: key };
}

const CLOSED = ['link', 'comment', 'status', 'resolution'];
const WRITES: readonly Write[] = [
  {
    name: 'jira.linkDuplicate', break: issueTwice, done: CLOSED,
    requests: (key) => ({ before: on('GET', key, ''), effect: linking(key), next: after(linking(key), on('GET', key, '/comment')) }),
  },
  {
    name: 'jira.comment', break: issueTwice, done: CLOSED,
    requests: (key) => ({ before: after(linking(key), on('GET', key, '/comment')), effect: on('POST', key, '/comment'), next: on('GET', key, '/transitions') }),
  },
  {
    name: 'jira.resolveAsDuplicate', break: issueTwice, done: CLOSED,
    requests: (key) => ({ before: on('GET', key, '/transitions'), effect: on('POST', key, '/transitions'), next: null }),
  },
  {
    name: 'jira.deleteComment', break: commentTwice, done: ['comment-deleted'],
    requests: (key) => ({ before: on('GET', key, '/comment'), effect: on('DELETE', key, '/comment/\\d+'), next: null }),
  },
];

/** Resolves when a sweep has begun after this. */
async function beginSweep(): Promise<void> {
  const schedule = site.client.schedule.getHandle(SWEEP_SCHEDULE_ID);
  const before = (await schedule.describe()).info.numActionsTaken;
  await schedule.trigger(ScheduleOverlapPolicy.BUFFER_ONE);
  await eventually(async () => expect((await schedule.describe()).info.numActionsTaken).toBeGreaterThan(before), PATIENCE_MS);
}

function arm({ requests }: Write, point: Point, key: string): Hold {
  const { before, effect, next } = requests(key);
  const { jira } = site.wires;
  if (point === 'before') return jira.hold('asked', before);
  if (point === 'sent') return jira.hold('asked', effect);
  // Where nothing follows, its answer is let go while the others keep the sweep at it.
  return point === 'done' || next === null ? jira.hold('answered', effect) : jira.hold('asked', next);
}

/** What must be so at the end too. */
const once: (() => void)[] = [];
let nth = 0;
test.each(WRITES)('$name: once, whenever the worker is killed', { timeout: 400_000 }, async (write) => {
  const { jira } = site.company;
  jira.lagBehind(3_600_000);
  const victims = await Promise.all(POINTS.map(async (point) => ({ point, ...(await write.break(++nth)) })));
  jira.lagBehind(0);
  const began = jira.ledger.length;
  const stopped = victims.map((victim) => ({ ...victim, hold: arm(write, victim.point, victim.key) }));
  await beginSweep();
  await eventually(() => expect(stopped.filter(({ hold }) => !hold.held).map(({ point }) => point)).toEqual([]), PATIENCE_MS);
  for (const { point, key, hold } of stopped) if (point === 'answered' && write.requests(key).next === null) hold.letGo('on');
  await sleep(500);
  await worker.kill();
  for (const { hold } of stopped) hold.letGo('lost');
  worker = await site.startWorker();

  const done = (key: string) => jira.ledger.slice(began).filter((e) => e.on === key && e.by === US).map(({ kind }) => kind);
  const isOnce = () => {
    expect(Object.fromEntries(victims.map(({ point, key }) => [point, done(key)]))).toEqual(Object.fromEntries(POINTS.map((point) => [point, write.done])));
    for (const { key, kept } of victims) if (key !== kept) expect(jira.issue(key)).toMatchObject({ status: 'Done', resolution: 'Duplicate', duplicateOf: kept });
  };
  await eventually(isOnce, PATIENCE_MS);
  once.push(isOnce);
});

test('and a while later, after another sweep, still once', { timeout: 400_000 }, async () => {
  await sleep(LATE_MS);
  await beginSweep();
  await eventually(async () => expect((await site.client.schedule.getHandle(SWEEP_SCHEDULE_ID).describe()).info.runningActions).toEqual([]), PATIENCE_MS);
  expect(WRITES.map(({ name }) => name)).toEqual(HEALING.map(({ writes }) => writes));
  expect(once).toHaveLength(WRITES.length);
  for (const isOnce of once) isOnce();
});
