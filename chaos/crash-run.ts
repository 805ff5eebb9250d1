/**
 * One kill for many cases: each is brought to its point and stopped there, the worker is killed, another one takes
 * over. What came of it is read from the ledgers of the outside systems.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { doneFor, type Done } from './crash-ledger.js';
import { activityAt, arm, keepsCompletion, open, type Victim, type Wanted } from './crash-points.js';
import type { CrashSite, WorkerProcess } from './crash-site.js';
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
const SETTLE_MS = 180_000;
const LOOK_EVERY_MS = 100;
const SPARE_ROUNDS = 3;

/** The rounds of one site. */
interface Series {
  site: CrashSite;
  worker: WorkerProcess;
  /** Members are numbered through. */
  nth: number;
}

/**
 * Crashes everything that is wanted, `together` at a time; what a kill did not find at its point is tried again, a few
 * times. At the end everything is counted once more, since a repeat may come late.
 */
export async function crashAll(site: CrashSite, wanted: readonly Wanted[], together: number, say: (what: string) => void = () => {}): Promise<Crash[]> {
  const series: Series = { site, worker: await site.startWorker(), nth: 0 };
  const crashes: Crash[] = [];
  let left = [...wanted];
  for (let spare = Math.ceil(wanted.length / together) + SPARE_ROUNDS; left.length > 0 && spare > 0; spare--) {
    const round = await crashRound(series, left.slice(0, together));
    const missed = round.filter((c) => c.missed !== null);
    left = [...left.slice(together), ...missed.map(({ victim: { effect, point, carriedOut } }) => ({ effect, point, carriedOut }))];
    crashes.push(...round);
    say(`${crashes.length - crashes.filter((c) => c.missed).length} of ${wanted.length}${missed.length > 0 ? `; once more: ${missed.map((c) => `${c.victim.effect.name} (${c.victim.point}): ${c.missed}`).join(', ')}` : ''}`);
  }
  for (const crash of crashes) {
    crash.wrong = await verdict(site, crash.victim, crash.missed !== null);
    crash.times = timesDone(crash.victim, doneFor(site.outside, crash.victim.ticketId));
  }
  await series.worker.kill();
  return crashes;
}

/** Brings every one of `wanted` to its point, kills the worker, and starts another. Resolves when all have settled. */
async function crashRound(series: Series, wanted: readonly Wanted[]): Promise<Crash[]> {
  const { site } = series;
  const early = wanted.filter(({ effect }) => effect.trigger);
  const late = wanted.filter(({ effect }) => !effect.trigger);
  const prepared: Victim[] = [];
  for (const one of early) prepared.push(await open(site, one, ++series.nth, () => {}));
  const before = (v: Victim) => v.effect.all.filter((what) => !/^comment|^label/.test(what) && !(v.effect.activity === 'followIssue' && what === 'remote-link PRODOPS')).length;
  await until(SETTLE_MS, () => allOf(prepared, async (v) => (await site.look(v.ticketId)).atRest && doneFor(site.outside, v.ticketId).length >= before(v)));

  const stopped = new Map<Victim, Hold>();
  const stop = (v: Victim) => void stopped.set(v, arm(site, v));
  const began = Date.now();
  for (const one of late) await open(site, one, ++series.nth, stop);
  for (const victim of prepared) {
    stop(victim);
    await victim.effect.trigger!(victim, site);
  }
  let first = Infinity;
  await until(LONGEST_HOLD_MS * 3, () => {
    const held = [...stopped.values()].filter((hold) => hold.held).length;
    if (held > 0) first = Math.min(first, Date.now());
    return Promise.resolve(held === stopped.size || Date.now() - first > LONGEST_HOLD_MS);
  }, began);

  const here = [...stopped].filter(([, hold]) => hold.held).map(([victim]) => victim);
  const kept = here.filter((v) => keepsCompletion(site, v));
  site.wires.temporal.freeze();
  for (const victim of kept) stopped.get(victim)!.letGo('on');
  await until(5_000, () => Promise.resolve(kept.every((v) => completes(site.wires.temporal.kept(), v.ticketId))));
  const completed = new Set(kept.filter((v) => completes(site.wires.temporal.kept(), v.ticketId)));

  // Nothing else of them is under way.
  await until(3_000, () => allOf(here, async (v) => (await site.look(v.ticketId)).waitsFor.length === 1));
  const stillHeld = new Set(here.filter((v) => !kept.includes(v) && stopped.get(v)!.held));
  const killedAt = Date.now();
  await series.worker.kill();
  for (const [victim, hold] of stopped) hold.letGo(victim.point === 'sent' && victim.carriedOut ? 'on' : 'lost');
  site.wires.temporal.thaw();

  const missed = new Map<Victim, string>();
  for (const victim of stopped.keys()) {
    const waitsFor = (await site.look(victim.ticketId)).waitsFor.join(', ');
    if (!completed.has(victim) && !stillHeld.has(victim)) missed.set(victim, 'it was not at its point in time');
    else if (waitsFor !== activityAt(victim)) missed.set(victim, `Temporal waited for ${waitsFor || 'nothing'}`);
  }
  const takesOverAt = Date.now();
  series.worker = await site.startWorker();
  const wrongWith = (v: Victim) => verdict(site, v, missed.has(v));
  await until(SETTLE_MS, () => allOf([...stopped.keys()], async (v) => (await wrongWith(v)) === null));

  const crashes: Crash[] = [];
  for (const victim of stopped.keys()) {
    const done = doneFor(site.outside, victim.ticketId);
    const next = done.map((d) => d.atMs).filter((at) => at > takesOverAt).sort((x, y) => x - y)[0];
    const recoveredAt = next ?? (await site.firstDone(victim.ticketId, killedAt));
    crashes.push({
      victim,
      recoveryMs: recoveredAt === null ? null : recoveredAt - killedAt,
      wrong: await wrongWith(victim),
      times: timesDone(victim, done),
      mailInDoubt: (await site.look(victim.ticketId)).needs === 'mail-check',
      missed: missed.get(victim) ?? null,
    });
  }
  return crashes;
}

/** How often the effect is there. The survivor of a duplicate is linked as well; that is another effect. */
const timesDone = ({ effect }: Victim, done: readonly Done[]): number => done.filter((d) => d.what === effect.counted).length;

/** Null when everything is as it must be: at rest in its stage, and every effect exactly once. */
export async function verdict(site: CrashSite, victim: Victim, anyMail = false): Promise<string | null> {
  const { stage, needs, atRest, waitsFor } = await site.look(victim.ticketId);
  if (!atRest) return `it does not come to rest (${waitsFor.join(', ')})`;
  if (stage !== victim.effect.stage) return `it is at ${stage}, not at ${victim.effect.stage}`;
  const done = doneFor(site.outside, victim.ticketId).map((d) => d.what);
  return compare(victim, done, needs, anyMail);
}

/**
 * @param done what the ledgers hold for the case, in any order
 * @param anyMail the kill may have cut any mail of it short: at most one, and one that is missing is asked about
 */
export function compare({ effect, point, carriedOut }: Wanted, done: readonly string[], needs: string | null, anyMail = false): string | null {
  const isMail = (what: string) => what.startsWith('mail ');
  const rest = (all: readonly string[]) => all.filter((what) => !isMail(what)).sort().join(', ');
  if (rest(done) !== rest(effect.all)) return `done: ${rest(done)}; expected: ${rest(effect.all)}`;
  const mails = done.filter(isMail).length;
  const owed = effect.all.filter(isMail).length;
  const inDoubt = needs === 'mail-check';
  if (needs !== null && !inDoubt) return `it needs ${needs}`;
  if (anyMail) return mails > owed ? `${mails} mails` : mails < owed && !inDoubt ? 'a mail is missing, and nobody is asked' : null;
  const expected = effect.mail?.(point, carriedOut) ?? { mails: owed, inDoubt: false };
  if (mails !== expected.mails) return `${mails} mails instead of ${expected.mails}`;
  if (inDoubt !== expected.inDoubt) return inDoubt ? 'an agent is asked about a mail that certainly went' : 'nobody is asked about a mail in doubt';
  return null;
}

/** Is one of them the completion of the case's activity? It names the case and carries a result; a heartbeat has none. */
const completes = (messages: readonly string[], ticketId: string): boolean =>
  messages.some((m) => new RegExp(`case-${ticketId}\\b`).test(m) && m.includes('encoding'));

async function allOf<T>(all: readonly T[], check: (one: T) => Promise<boolean>): Promise<boolean> {
  for (const one of all) if (!(await check(one))) return false;
  return true;
}

/** Looks until it is so, or the time is up. */
async function until(withinMs: number, isSo: () => Promise<boolean>, from = Date.now()): Promise<void> {
  while (!(await isSo()) && Date.now() - from < withinMs) await sleep(LOOK_EVERY_MS);
}
