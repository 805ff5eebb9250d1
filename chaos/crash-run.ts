/**
 * One kill for many cases: each is brought to its point and stopped there, the worker is killed, another one takes
 * over. What came of it is read from the ledgers of the outside systems.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { doneFor, type NeedsAndStage } from './crash-ledger.js';
import { activityAt, arm, keepsCompletion, open, workflowAt, workflowsOf, type Victim, type Wanted } from './crash-points.js';
import type { Running } from '../tests/setup/process.js';
import type { CrashSite } from './crash-site.js';
import type { Hold } from './crash-wire.js';

/** What became of one victim. */
export interface Crash {
  victim: Victim;
  /** From the kill to the next effect; where none was left to do, until the case had found that out. */
  recoveryMs: number | null;
  /** What is not as it must be, in words; null when all is. */
  wrong: string | null;
  /** How often the ledgers have the effect. */
  times: number;
  /** An agent is asked whether a mail went. */
  mailInDoubt: boolean;
  /** Why the kill did not find it at its point: then it counts for no point, but nothing may be wrong all the same. */
  missed: string | null;
}

/** Whoever waits for an answer gives up after 15 s: nobody is held longer. */
const LONGEST_HOLD_MS = 12_000;
const ARRIVE_MS = 60_000;
/** A worker that has read an answer says so at once. */
const COMPLETE_MS = 5_000;
const SETTLE_MS = 180_000;
/** Longer than anybody waits for an answer: what is asked a second time by then is there. */
const LATE_MS = 20_000;
const LOOK_EVERY_MS = 300;
const SPARE_ROUNDS = 8;
const FEWEST = 10;

/** The rounds of one site. */
interface Series {
  site: CrashSite;
  worker: Running;
  /** Members are numbered through. */
  nth: number;
}

/**
 * Crashes everything that is wanted, `together` at a time; what a kill did not find at its point is tried again, a few
 * times. At the end, a while later, everything is counted once more, since a repeat may come late.
 */
export async function crashAll(site: CrashSite, wanted: readonly Wanted[], together: number, say: (what: string) => void = () => {}): Promise<Crash[]> {
  const series: Series = { site, worker: await site.startWorker(), nth: 0 };
  const crashes: Crash[] = [];
  let left = [...wanted];
  let many = together;
  for (let rounds = 2 * Math.ceil(wanted.length / together) + SPARE_ROUNDS; left.length > 0 && rounds > 0; rounds--) {
    const round = await crashRound(series, left.slice(0, many));
    const missed = round.filter((c) => c.missed !== null);
    left = [...left.slice(many), ...missed.map(({ victim: { effect, point, carriedOut } }) => ({ effect, point, carriedOut }))];
    // A machine that cannot bring so many to their points in time gets fewer.
    if (missed.length > round.length / 4) many = Math.max(FEWEST, Math.ceil(many / 2));
    crashes.push(...round);
    const whys = [...new Set(missed.map(({ missed: why, victim: { effect } }) => `${effect.name} (${why})`))].join('; ');
    say(`${crashes.filter((c) => c.missed === null).length} of ${wanted.length} were at their point${missed.length > 0 ? `, ${missed.length} once more: ${whys}` : ''}`);
  }
  await sleep(LATE_MS);
  for (const crash of crashes) Object.assign(crash, await outcome(site, crash.victim, crash.missed !== null));
  await series.worker.kill();
  return crashes;
}

/** Brings every one of `wanted` to its point, kills the worker, and starts another. Resolves when all have settled. */
async function crashRound(series: Series, wanted: readonly Wanted[]): Promise<Crash[]> {
  const { site } = series;
  const stopped = await bringToTheirPoints(series, wanted);
  const victims = [...stopped.keys()];
  const completed = await keepCompletions(site, stopped);
  const there = new Set(victims.filter((v) => completed.has(v) || (stopped.get(v)!.held && !keepsCompletion(site, v))));

  const killedAt = Date.now();
  await series.worker.kill();
  for (const [victim, hold] of stopped) hold.letGo(victim.point === 'sent' && victim.carriedOut ? 'on' : 'lost');
  site.wires.temporal.thaw();

  const missed = new Map<Victim, string>();
  for (const victim of victims) {
    // What Temporal waits for is as the kill left it.
    const waitsFor = (await site.look(workflowsOf(victim))).waitsFor.join(', ');
    if (!there.has(victim)) missed.set(victim, 'not there in time');
    else if (waitsFor !== activityAt(victim)) missed.set(victim, `Temporal waited for ${waitsFor || 'nothing'}`);
  }
  const takesOverAt = Date.now();
  series.worker = await site.startWorker();
  await until(SETTLE_MS, eachOnce(victims, async (v) => (await verdict(site, v, missed.has(v))) === null));

  const crashes: Crash[] = [];
  for (const victim of victims) {
    const next = doneFor(site.outside, victim).map((d) => d.atMs).filter((at) => at > takesOverAt).sort((x, y) => x - y)[0];
    const recoveredAt = next ?? (await site.firstDone(workflowAt(victim), killedAt));
    crashes.push({ victim, recoveryMs: recoveredAt === null ? null : recoveredAt - killedAt, missed: missed.get(victim) ?? null, ...(await outcome(site, victim, missed.has(victim))) });
  }
  return crashes;
}

/** Opens their tickets and waits until all are stopped, or the first of them was held as long as it can be. */
async function bringToTheirPoints(series: Series, wanted: readonly Wanted[]): Promise<Map<Victim, Hold>> {
  const { site } = series;
  const openNext = (one: Wanted, beforehand: (v: Victim) => void = () => {}) => open(site, one, ++series.nth, beforehand);
  const prepared: Victim[] = [];
  for (const one of wanted) if (one.effect.trigger) prepared.push(await openNext(one));
  await Promise.all(prepared.map((v) => prepare(site, v)));

  const stopped = new Map<Victim, Hold>();
  const stop = (v: Victim) => void stopped.set(v, arm(site, v));
  // Those with the longest way go first, so that all are there at about the same time.
  const others = wanted.filter(({ effect }) => !effect.trigger).sort((a, b) => b.effect.all.length - a.effect.all.length);
  for (const one of others) await openNext(one, stop);
  for (const victim of prepared) stop(victim);
  await Promise.all(prepared.map((v) => v.effect.trigger!.pull(v, site)));
  let firstAt = Infinity;
  const nothingElse = eachOnce([...stopped.keys()], async (v) => (await site.look(workflowsOf(v))).waitsFor.length === 1);
  await until(ARRIVE_MS, async () => {
    const held = [...stopped].filter(([, hold]) => hold.held);
    if (held.length > 0) firstAt = Math.min(firstAt, Date.now());
    if (Date.now() - firstAt > LONGEST_HOLD_MS) return true;
    // And nothing else of them is under way.
    return held.length === stopped.size && nothingElse();
  });
  return stopped;
}

/** Brings its case to where the effect can be made to happen. */
async function prepare(site: CrashSite, v: Victim): Promise<void> {
  const { steps = [], after } = v.effect.trigger!;
  for (const { needs, take } of steps) {
    await until(SETTLE_MS, async () => {
      const now = await site.look(workflowsOf(v));
      return now.atRest && now.needs === needs;
    });
    await take(v, site);
  }
  await until(SETTLE_MS, async () => doneFor(site.outside, v).length >= after.length && (await site.look(workflowsOf(v))).atRest);
}

/** Lets the answers go that are to be read, and keeps from Temporal what the worker makes of them. Those it has made it of. */
async function keepCompletions(site: CrashSite, stopped: ReadonlyMap<Victim, Hold>): Promise<Set<Victim>> {
  const { temporal } = site.wires;
  const reading = [...stopped].filter(([v, hold]) => hold.held && keepsCompletion(site, v));
  const done = () => reading.map(([v]) => v).filter((v) => completes(temporal.kept(), workflowAt(v)));
  temporal.freeze();
  for (const [, hold] of reading) hold.letGo('on');
  await until(COMPLETE_MS, () => Promise.resolve(done().length === reading.length));
  return new Set(done());
}

async function outcome(site: CrashSite, victim: Victim, anywhere: boolean): Promise<Pick<Crash, 'wrong' | 'times' | 'mailInDoubt'>> {
  return {
    wrong: await verdict(site, victim, anywhere),
    times: doneFor(site.outside, victim).filter((d) => d.what === victim.effect.counted).length - (victim.effect.besides ?? 0),
    mailInDoubt: asked(victim, await site.look(workflowsOf(victim))) === 'mail-check',
  };
}

/** Null when everything is as it must be: at rest in its stage, and every effect exactly once. */
export async function verdict(site: CrashSite, victim: Victim, anywhere = false): Promise<string | null> {
  const now = await site.look(workflowsOf(victim));
  const { stage, atRest, waitsFor } = now;
  if (!atRest) return `it does not come to rest (${waitsFor.join(', ')})`;
  if (stage !== victim.effect.stage) return `it is at ${stage}, not at ${victim.effect.stage}`;
  const done = doneFor(site.outside, victim).map((d) => d.what);
  return compare(victim, done, asked(victim, now), anywhere);
}

/** What a person is asked; a mail to ops that is in doubt counts as the question that one to a member is. */
const asked = ({ effect }: Wanted, { needs, problemFlagged }: NeedsAndStage): string | null => (problemFlagged && effect.all.includes('mail to ops') ? 'mail-check' : needs);

/**
 * @param done what the ledgers hold for the case, in any order
 * @param anywhere the kill may have cut short any of it: a mail is there at most once, and one that is missing is asked
 * about; what may be done again may be there again
 */
export function compare({ effect, point, carriedOut }: Wanted, done: readonly string[], needs: string | null, anywhere = false): string | null {
  const isMail = (what: string) => what.startsWith('mail ');
  const others = (all: readonly string[]) => all.filter((what, i) => !isMail(what) && !(OVERWRITES.test(what) && all.indexOf(what) < i)).sort();
  const rest = (all: readonly string[]) => (anywhere ? others(all).filter((what, i, sorted) => !MAY_REPEAT.test(what) || what !== sorted[i - 1]) : others(all)).join(', ');
  const expectedRest = rest([...effect.all, ...(effect.again?.(point, carriedOut) ?? [])]);
  if (rest(done) !== expectedRest) return `done: ${rest(done)}; expected: ${expectedRest}`;
  const mails = done.filter(isMail).sort();
  const owed = effect.all.filter(isMail).sort();
  const inDoubt = needs === 'mail-check';
  if (needs !== (effect.needs ?? null) && !inDoubt) return `it needs ${needs ?? 'nobody'}`;
  if (anywhere) {
    const tooMany = mails.filter((mail, i) => !owed.includes(mail) || mails[i - 1] === mail);
    if (tooMany.length > 0) return `mails that nobody is owed: ${tooMany.join(', ')}`;
    return mails.length < owed.length && !inDoubt ? 'a mail is missing, and nobody is asked' : null;
  }
  const expected = effect.mail?.(point, carriedOut) ?? { mails: owed.length, inDoubt: false };
  // Of all that it owes only the one that was cut short may be missing.
  const due = expected.mails < owed.length ? owed.filter((mail) => mail !== effect.counted) : owed;
  if (mails.join(', ') !== due.join(', ')) return `mails: ${mails.join(', ') || 'none'}; expected: ${due.join(', ') || 'none'}`;
  if (inDoubt !== expected.inDoubt) return inDoubt ? 'an agent is asked about a mail that certainly went' : 'nobody is asked about a mail in doubt';
  return null;
}
/** A problem's figures, written again as they are. */
const OVERWRITES = /^description /;
/** A look that nobody heard the end of. */
const MAY_REPEAT = /^impersonation /;

/** Is one of them the completion of the workflow's activity? It names the workflow and carries a result; a heartbeat has none. */
const completes = (messages: readonly string[], workflowId: string): boolean =>
  messages.some((m) => new RegExp(`${workflowId}\\b`).test(m) && m.includes('encoding'));

/** Is it so of every one? Each is looked at until it is, and then no more: a look costs the server some of its time. */
function eachOnce<T>(all: readonly T[], isSo: (one: T) => Promise<boolean>): () => Promise<boolean> {
  const left = [...all];
  return async () => {
    while (left.length > 0 && (await isSo(left[0]!))) left.shift();
    return left.length === 0;
  };
}

/** Looks until it is so, or the time is up. */
async function until(withinMs: number, isSo: () => Promise<boolean>): Promise<void> {
  const from = Date.now();
  while (!(await isSo()) && Date.now() - from < withinMs) await sleep(LOOK_EVERY_MS);
}
