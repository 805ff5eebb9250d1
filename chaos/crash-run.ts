/**
 * One kill for many cases: each is brought to its point and stopped there, the worker is killed, another one takes
 * over. What came of it is read from the ledgers of the outside systems.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { doneFor, type NeedsAndStage } from './crash-ledger.js';
import { arm, keepsCompletion, open, type Victim, type Wanted } from './crash-points.js';
import type { CrashSite, WorkerProcess } from './crash-site.js';
import type { Hold } from './crash-wire.js';

/** What became of one victim. */
export interface Crash {
  victim: Victim;
  /** From the kill to the next effect; where none was left to do, until the case had found that out. */
  recoveryMs: number | null;
  /** What is not as it must be, in words; null when all is. */
  wrong: string | null;
  /** The mail is there, or is not, and an agent is asked about it. */
  mailInDoubt: boolean;
  mails: number;
}
export interface Round {
  crashes: Crash[];
  /** Those that the kill did not find at their point: they count for nothing, but go on all the same. */
  missed: { victim: Victim; why: string; wrong: string | null }[];
}

/** Whoever waits for an answer gives up after 15 s: nobody is held longer. */
const LONGEST_HOLD_MS = 12_000;
const SETTLE_MS = 180_000;
const LOOK_EVERY_MS = 100;

/** Cases are numbered through, over all rounds of a site. */
export interface Series {
  site: CrashSite;
  worker: WorkerProcess;
  nth: number;
}

/** Brings every one of `wanted` to its point, kills the worker, and starts another. Resolves when all have settled. */
export async function crashRound(series: Series, wanted: readonly Wanted[]): Promise<Round> {
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

  const stillHeld = new Set(here.filter((v) => !kept.includes(v) && stopped.get(v)!.held));
  const killedAt = Date.now();
  await series.worker.kill();
  for (const [victim, hold] of stopped) hold.letGo(victim.point === 'sent' && victim.carriedOut ? 'on' : 'lost');
  site.wires.temporal.thaw();

  const missed = new Map<Victim, string>();
  for (const victim of stopped.keys()) {
    const { waitsFor } = await site.look(victim.ticketId);
    if (!completed.has(victim) && !stillHeld.has(victim)) missed.set(victim, 'it was not at its point in time');
    else if (!waitsFor.includes(victim.effect.activity) && !isReading(victim, waitsFor)) missed.set(victim, `Temporal waited for ${waitsFor.join(', ') || 'nothing'}`);
  }
  const takesOverAt = Date.now();
  series.worker = await site.startWorker();
  await until(SETTLE_MS, () => allOf([...stopped.keys()], async (v) => (await verdict(site, v)) === null));

  const round: Round = { crashes: [], missed: [] };
  for (const victim of stopped.keys()) {
    const wrong = await verdict(site, victim);
    const why = missed.get(victim);
    if (why !== undefined) {
      round.missed.push({ victim, why, wrong });
      continue;
    }
    const next = doneFor(site.outside, victim.ticketId).map((d) => d.atMs).filter((at) => at > takesOverAt).sort((a, b) => a - b)[0];
    const recoveredAt = next ?? (await site.firstDone(victim.ticketId, killedAt));
    round.crashes.push({ victim, wrong, ...(await mailOf(site, victim)), recoveryMs: recoveredAt === null ? null : recoveredAt - killedAt });
  }
  return round;
}

/** A case that is brought to the read before its effect may be in an activity of its own for it. */
const isReading = ({ point, effect }: Victim, waitsFor: string[]): boolean => point === 'before' && effect.activity === 'followIssue' && waitsFor.includes('readIssue');

/**
 * Did the worker say that the case's activity is completed? A completion names the case, and carries a result with
 * its encoding before it names the namespace; a heartbeat carries none.
 */
const completes = (said: string, ticketId: string): boolean => new RegExp(`case-${ticketId}\\b(?:(?!default)[^]){0,1000}?encoding`).test(said);

/** Null when everything is as it must be: at rest in its stage, and every effect exactly once. */
export async function verdict(site: CrashSite, victim: Victim): Promise<string | null> {
  const { stage, needs, atRest, waitsFor } = await site.look(victim.ticketId);
  if (!atRest) return `it does not come to rest (${waitsFor.join(', ')})`;
  if (stage !== victim.effect.stage) return `it is at ${stage}, not at ${victim.effect.stage}`;
  const done = doneFor(site.outside, victim.ticketId).map((d) => d.what).sort();
  return compare(victim, done, { stage, needs });
}

/** @param done what the ledgers hold for the case, sorted */
export function compare({ effect }: Victim, done: readonly string[], { needs }: NeedsAndStage): string | null {
  const expected = [...effect.all].sort();
  const isMail = (what: string) => what.startsWith('mail ');
  const rest = (all: readonly string[]) => all.filter((what) => !isMail(what)).join(', ');
  if (rest(done) !== rest(expected)) return `done: ${rest(done)}; expected: ${rest(expected)}`;
  const [mails, owed] = [done.filter(isMail).length, expected.filter(isMail).length];
  if (mails > owed) return `${mails} mails instead of ${owed}`;
  if (mails < owed && needs !== 'mail-check') return 'a mail is missing, and nobody is asked about it';
  // Only a mail that was cut short may be in doubt.
  if (needs !== null && !(needs === 'mail-check' && effect.activity === 'write')) return `it needs ${needs}`;
  return null;
}

async function mailOf(site: CrashSite, { ticketId }: Victim): Promise<Pick<Crash, 'mailInDoubt' | 'mails'>> {
  const { needs } = await site.look(ticketId);
  return { mailInDoubt: needs === 'mail-check', mails: doneFor(site.outside, ticketId).filter((d) => d.what.startsWith('mail ')).length };
}

async function allOf<T>(all: readonly T[], check: (one: T) => Promise<boolean>): Promise<boolean> {
  for (const one of all) if (!(await check(one))) return false;
  return true;
}

/** Looks until it is so, or the time is up. */
async function until(withinMs: number, isSo: () => Promise<boolean>, from = Date.now()): Promise<void> {
  while (!(await isSo()) && Date.now() - from < withinMs) await sleep(LOOK_EVERY_MS);
}
