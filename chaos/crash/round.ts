/** One round: a ticket for every point, all held there at once; the worker is killed, and another one takes over. */
import { setTimeout as sleep } from 'node:timers/promises';
import { effectsOn } from '../../src/dev/effects.js';
import type { Asked, Fault } from '../../src/sandbox/faults.js';
import { fates } from '../judge.js';
import type { System as Whole } from '../system.js';
import type { Wire } from './between.js';
import { faultsOf, type Effect, type Moment, type System, type Trial } from './points.js';

export interface PointResult {
  effect: string;
  moment: Moment;
  ticket: string;
  /** What is not as it should be; empty when all is. */
  wrong: string[];
  /** A mail of which nobody can know whether it went, and the case says so. */
  unknown: boolean;
  /** From the kill until everything was there, ms. */
  recoveredMs: number;
}

/** Clients give up after 15 s, so everyone has to be at their point before. */
const AT_POINT_MS = 13_000;
const WAITING_MS = 40_000;
const HEARD_MS = 700;
const DEADLINE_MS = 150_000;
const QUIET_MS = 2_000;

/** @param salt keeps the members of two rounds apart */
export async function round(whole: Whole, wire: Wire, points: readonly { effect: Effect; moment: Moment }[], salt: string): Promise<PointResult[]> {
  const { company, cases } = whole;
  const trials: Trial[] = [];
  const held = new Set<Trial>();
  let killed = false;
  let release!: () => void;
  const go = new Promise<void>((resolve) => (release = resolve));
  let drop!: () => void;
  const gone = new Promise<void>((resolve) => (drop = resolve));

  for (const [system, faults] of Object.entries(faultsOf(company)) as [System, (typeof company.jira)['faults']][])
    faults.weather = (asked) => {
      if (killed) return null;
      for (const trial of trials) {
        const fault = befalls(trial, system, asked);
        if (fault) return fault;
      }
      return null;
    };

  /** What happens to a request at a trial's point; null where it is not there. */
  function befalls(trial: Trial, system: System, asked: Asked): Promise<Fault | null> | null {
    const { effect, moment } = trial;
    if (held.has(trial)) return null;
    const hold = (): Promise<Fault> => {
      held.add(trial);
      return gone.then(() => 'reset');
    };
    if (moment === 'before') {
      const { before } = effect;
      if (before!.system !== system || !before!.is(asked, trial, company)) return null;
      trial.seen['before'] = (trial.seen['before'] ?? 0) + 1;
      return trial.seen['before'] === (before!.nth ?? 1) ? hold() : null;
    }
    if (moment === 'answered' && effect.next) return effect.next.system === system && trial.seen['call'] && effect.next.is(asked, trial, company) ? hold() : remember();
    if (effect.system !== system || !effect.call(asked, trial, company)) return null;
    if (moment === 'sent') return hold();
    held.add(trial);
    // Done now, and answered when nobody is there any more.
    if (moment === 'done') return Promise.resolve({ hangMs: DEADLINE_MS, done: true });
    return go.then(() => null);

    function remember(): null {
      if (effect.system === system && effect.call(asked, trial, company)) trial.seen['call'] = 1;
      return null;
    }
  }

  const open = async ({ effect, moment }: (typeof points)[number], n: number): Promise<Trial> => {
    const memberId = `C-${salt}-${n}`;
    const email = `c${salt}.${n}@member.example`;
    await company.admin.setMember(memberId, { name: 'Robin Doe', email, ...effect.knows });
    const ticket = await company.helpdesk.openTicket({ subject: 'It does not work', description: 'It does not.', ...effect.ticket, member: { name: 'Robin Doe', email, memberId } });
    return { effect, moment, ticket, memberId, email, seen: {} };
  };
  /** Those that come to their point only once their team has them. */
  const late = await Promise.all(points.flatMap((point, n) => (point.effect.then ? [open(point, n)] : [])));
  await until(WAITING_MS, async () => (await Promise.all(late.map((t) => stageOf(t)))).every((stage) => stage === 'awaiting-resolution'));
  const soon = await Promise.all(points.flatMap((point, n) => (point.effect.then ? [] : [open(point, n)])));
  trials.push(...soon, ...late);
  await Promise.all(late.map(bringAbout));

  const there = await until(AT_POINT_MS, () => held.size === trials.length);
  const missed = new Set(there ? [] : trials.filter((t) => !held.has(t)));
  // Answered, and nobody hears of it: the wire to Temporal is cut first.
  wire.freeze();
  release();
  await sleep(HEARD_MS);
  const killedAt = Date.now();
  const restarted = whole.workers[0]!.kill(200);
  await sleep(100);
  killed = true;
  drop();
  wire.thaw();
  await restarted;

  return Promise.all(trials.map((trial) => settle(trial, killedAt, missed.has(trial))));

  async function bringAbout({ ticket, effect }: Trial): Promise<void> {
    if (effect.then === 'provides') {
      await cases.provide(ticket, { report: { errorText: 'HTTP 502' }, by: { name: 'Ana', role: 'agent', verified: true } });
      return;
    }
    const key = (await cases.state(ticket)).handoff!.issueKey!;
    await company.jira.resolve(key, 'Duplicate', { duplicateOf: await company.jira.file('INFRA', 'The same') });
  }

  async function stageOf({ ticket }: Trial): Promise<string | null> {
    return cases.state(ticket).then((s) => s.stage, () => null);
  }

  async function settle(trial: Trial, from: number, hasMissed: boolean): Promise<PointResult> {
    let wrong: string[] = [];
    const done = await until(DEADLINE_MS, async () => (wrong = await differences(trial)).length === 0);
    const recoveredMs = Date.now() - from;
    if (done) {
      await sleep(QUIET_MS); // A second one may come late.
      wrong = await differences(trial);
    }
    if (hasMissed) wrong.push('it did not come to its point in time');
    const { effect, moment, ticket } = trial;
    return { effect: effect.name, moment, ticket, wrong, unknown: [...fates(company, ticket).values()].includes('unknown'), recoveredMs };
  }

  async function differences({ ticket, effect }: Trial): Promise<string[]> {
    const wrong: string[] = [];
    const left = effectsOn(company, ticket).map((e) => e.replace(/(?<=comment 1:report)-\d+-\d+$/, ''));
    const doubtful = [...fates(company, ticket)].flatMap(([name, fate]) => (fate === 'unknown' ? [`mail ${name}`] : []));
    for (const expected of effect.effects) {
      const at = left.indexOf(expected);
      if (at >= 0) left.splice(at, 1);
      else if (!doubtful.includes(expected)) wrong.push(`no ${expected}`);
    }
    wrong.push(...left.map((one) => `also ${one}`));
    for (const { key, labels, remoteLinks } of company.jira.issues())
      if (labels.includes(`onetouch-${ticket}-1`) && remoteLinks.length !== 1) wrong.push(`${remoteLinks.length} links of ${key}`);
    const view = await cases.state(ticket).catch(() => null);
    if (!view) return [...wrong, 'its case does not answer'];
    if (view.flagged?.startsWith('cannot ')) wrong.push(view.flagged);
    if (view.needs === 'mail-check' ? doubtful.length === 0 : doubtful.length > 0) wrong.push(`it needs ${view.needs ?? 'nothing'}, with ${doubtful.length} mails in doubt`);
    return wrong;
  }
}

/** Looks until it is so; false when it was not in time. */
async function until(withinMs: number, isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + withinMs; ; ) {
    if (await isSo()) return true;
    if (Date.now() > end) return false;
    await sleep(200);
  }
}
