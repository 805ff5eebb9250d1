/**
 * Acting: every effect is done once, by its name. A passing outage flags the case and is tried again at
 * growing intervals; a refusal parks it for a person. All the while the case hears its desk.
 */
import { ActivityFailure, ApplicationFailure, proxyActivities, TimeoutFailure, type ActivityOptions } from '@temporalio/workflow';
import { askedToWaitMs } from '../activities/failures.js';
import type { Activities, Filed } from '../activities/index.js';
import type { Handoff, Stage } from '../domain/case.js';
import { issueDigest, ticketDigest } from '../domain/snapshot.js';
import type { MarkData } from '../domain/marks.js';
import { byJira } from '../domain/ruling.js';
import type { Resolution } from '../domain/troubleshooting.js';
import type { TicketSnapshot } from '../domain/ticket.js';
import type { Note } from '../wording/contents.js';
import { after, earlier, now, type Desk } from './desk.js';
import { backToTeam, heardByAll, nextCycle } from './hearing.js';
import { heardProblem } from './problem-news.js';
import { isEscalated, type Message, type Verb } from './state.js';

/** Minutes, not days: then the case is flagged and goes on hearing its desk. */
const patience: ActivityOptions = {
  startToCloseTimeout: '30 seconds',
  scheduleToCloseTimeout: '4 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds', nonRetryableErrorTypes: ['Refused'] },
};

/** Named for ops in the Temporal UI; a step that knows more of itself gives a summary of its own. */
const named = (summary: string) => proxyActivities<Activities>({ ...patience, summary });
export const verbs = {
  consult: named('consult the protocol').consult,
  readTicket: named('read the ticket').readTicket,
  readIssue: named('read the Jira issue').readIssue,
  note: named('note on the ticket').note,
  reply: named('reply on the ticket').reply,
  /** Tried for a moment: whoever looks beside the way comes back to it. */
  glanceAtIssue: proxyActivities<Activities>({ ...patience, scheduleToCloseTimeout: '40 seconds', summary: 'read the Jira issue' }).readIssue,
  followIssue: named('follow the surviving issue').followIssue,
  commentIssue: named('comment on the Jira issue').commentIssue,
  handToSurvivor: named('hand over to the surviving ticket').handToSurvivor,
  findMark: named('look for an earlier attempt').findMark,
  groupResult: named('read how the group troubleshooting ended').groupResult,
  noteAccount: named("note on the member's account").noteAccount,
};
/** A worker that is lost in the middle is missed this soon; see `stillAtIt` in worker.ts. */
export const LOST_AFTER = '20 seconds';
/** Filing looks for the label again before it repeats, and may have to wait out the search index's lag. */
const filingPatience: ActivityOptions = { ...patience, startToCloseTimeout: '2 minutes', scheduleToCloseTimeout: '6 minutes', heartbeatTimeout: LOST_AFTER };
const filing = proxyActivities<Pick<Activities, 'fileIssue' | 'findIssue'>>(filingPatience);

/** Thrown out of a step that cannot go on because something more important has happened. */
export class Diverted extends Error {
  constructor(readonly to: Stage) {
    super(`diverted to ${to}`);
  }
}

const BACKOFF_MS = [30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000];

const backoff = (round: number): number => BACKOFF_MS[Math.min(round, BACKOFF_MS.length - 1)]!;

/** One effect: its name within the cycle, what the record says of it, and the activity that does it. */
export interface Deed<T> {
  name: string;
  /** What the record says, in the past tense. */
  text: string;
  run: () => Promise<T>;
}

/** Does one effect, unless this cycle did it already. Returns what came of it. */
export async function once<T>(desk: Desk, deed: Deed<T>): Promise<T> {
  if (deed.name in desk.state.done) return desk.state.done[deed.name] as T;
  return settle(desk, deed, await firstAttempt(desk, deed));
}

/**
 * Does effects that do not depend on each other at the same time; those that fail are then tried in turn, and those of
 * `beside` are come back to; see `aside`.
 */
export async function together(desk: Desk, deeds: Deed<unknown>[], beside: Deed<unknown>[] = []): Promise<void> {
  const isOpen = (deed: Deed<unknown>) => !(deed.name in desk.state.done);
  const [open, side] = [deeds.filter(isOpen), beside.filter(isOpen)];
  const [first, sideFirst] = await Promise.all([open, side].map((list) => Promise.all(list.map((deed) => firstAttempt(desk, deed)))));
  // What was done is remembered before anything that failed can lead elsewhere.
  for (const [i, deed] of side.entries()) await tookAside(desk, deed, sideFirst![i]!);
  for (const ok of [true, false]) {
    for (const [i, deed] of open.entries()) if (first![i]!.ok === ok) await settle(desk, deed, first![i]!);
  }
}

/**
 * An effect beside what the member is owed. Where it cannot be done now, the case says so, goes on with the rest, and
 * comes back to it at `asideDue`: no engineer's comment may keep a member from hearing. Answers whether it is done.
 */
export async function aside(desk: Desk, deed: Deed<unknown>): Promise<boolean> {
  if (deed.name in desk.state.done) return true;
  return isHeld(desk, deed.name) ? false : tookAside(desk, deed, await attempt(deed));
}

/** A read that nothing has to wait for: null while it cannot be had; see `aside`. */
export async function glance<T>(desk: Desk, text: string, run: () => Promise<T>): Promise<T | null> {
  if (isHeld(desk, text)) return null;
  const look = await attempt({ name: text, text, run });
  if (look.ok) released(desk, text);
  else await held(desk, text, look);
  return look.ok ? look.value : null;
}

/**
 * When something that is held up is to be tried again; null where nothing is, or a person has to see to it first. Asked
 * after the case has come back to all of it: what is still due then, it has no more use for.
 */
export function asideDue(desk: Desk): string | null {
  let due: string | null = null;
  for (const [name, { againAt }] of Object.entries(desk.state.aside ?? {})) {
    if (againAt !== null && againAt <= now()) released(desk, name);
    else due = earlier(due, againAt);
  }
  return due;
}

async function tookAside(desk: Desk, deed: Deed<unknown>, first: Attempt<unknown>): Promise<boolean> {
  if (first.ok) await settle(desk, deed, first);
  else await held(desk, deed.name, first);
  return first.ok;
}

const isHeld = ({ state }: Desk, name: string): boolean => {
  const entry = state.aside?.[name];
  return entry !== undefined && (entry.againAt === null || entry.againAt > now());
};

async function held(desk: Desk, name: string, { refused, why, waitMs = 0 }: Extract<Attempt<unknown>, { ok: false }>): Promise<void> {
  const { state } = desk;
  const round = state.aside?.[name]?.round ?? 0;
  const againAt = refused ? null : after(now(), Math.max(backoff(round), waitMs));
  state.aside = { ...state.aside, [name]: { round: round + 1, againAt } };
  desk.flag(`cannot ${name}${refused ? '' : ' yet'}: ${why}`);
  if (!refused) return;
  if (!state.needs) desk.need('resume');
  await tellParked(desk, name, why);
}

function released({ state, need }: Desk, name: string): void {
  if (!state.aside || !(name in state.aside)) return;
  delete state.aside[name];
  if (state.flagged?.startsWith(`cannot ${name}`)) state.flagged = null;
  if (state.needs === 'resume' && Object.values(state.aside).every(({ againAt }) => againAt !== null)) need(null);
}

/** A read, with the same patience as an effect, and nothing to remember. */
export async function reading<T>(desk: Desk, text: string, run: () => Promise<T>): Promise<T> {
  const deed = { name: text, text, run };
  return insist(desk, deed, await firstAttempt(desk, deed));
}

type Attempt<T> = { ok: true; value: T } | { ok: false; refused: boolean; why: string; waitMs?: number };

async function attempt<T>(deed: Deed<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await deed.run() };
  } catch (error) {
    const failure = failureOf(error);
    if (!failure) throw error; // Not an outside failure: a bug, for the workflow task to fail on.
    return { ok: false, ...failure };
  }
}

/** A run that goes on from one that was parked at this step is parked there too. */
async function firstAttempt<T>(desk: Desk, deed: Deed<T>): Promise<Attempt<T>> {
  const { parked } = desk.state;
  return parked?.step === deed.name ? { ok: false, refused: true, why: parked.why } : attempt(deed);
}

async function settle<T>(desk: Desk, deed: Deed<T>, first: Attempt<T>): Promise<T> {
  const value = await insist(desk, deed, first);
  released(desk, deed.name);
  desk.state.done[deed.name] = value ?? null;
  desk.record('did', `${deed.text}${butNot(value)}`, { effect: desk.effect(deed.name) });
  return value;
}

/** What kept an effect from being done; the record must not claim it. */
function butNot(value: unknown): string {
  if (value === 'closed') return ': not done, the ticket is closed';
  const gap = typeof value === 'object' && value !== null && 'gap' in value ? value.gap : null;
  return gap === null ? '' : `: not done, ${String(gap)} is missing`;
}

async function insist<T>(desk: Desk, deed: Deed<T>, first: Attempt<T>): Promise<T> {
  const { state } = desk;
  const ours = (flag: string | null) => flag !== null && [`cannot ${deed.name} yet`, `parked at ${deed.name}`].some((f) => flag.startsWith(f));
  let outcome = first;
  try {
    for (let round = 0; !outcome.ok; round++) {
      await desk.run.meanwhile();
      state.covered ??= { flagged: state.flagged, needs: state.needs };
      if (outcome.refused) await park(desk, deed, outcome.why);
      else {
        desk.flag(`cannot ${deed.name} yet: ${outcome.why}`);
        await hearingDesk(desk, after(now(), Math.max(backoff(round), outcome.waitMs ?? 0)));
      }
      outcome = await attempt(deed);
    }
    return outcome.value;
  } finally {
    const { covered, parked } = state;
    Object.assign(state, { parked: null, covered: null });
    if (ours(state.flagged)) state.flagged = covered && !ours(covered.flagged) ? covered.flagged : null;
    if (parked && state.needs === 'resume') desk.need(covered?.needs ?? null);
  }
}

async function park(desk: Desk, deed: Deed<unknown>, why: string): Promise<void> {
  desk.state.parked = { step: deed.name, why };
  desk.need('resume');
  desk.flag(`parked at ${deed.name}: ${why}`);
  await tellParked(desk, deed.name, why);
  await hearingDesk(desk, null);
}

async function tellParked(desk: Desk, step: string, why: string): Promise<void> {
  const note: Note = { say: 'parked', step, why, reminder: 0 };
  const effect = `parked-${step.replaceAll(' ', '-')}`;
  if (effect in desk.state.done) return;
  // Best effort: the helpdesk may be the one that refuses. The flag in the lists says the same.
  const told = await attempt({ name: effect, text: '', run: () => verbs.note({ ticketId: desk.ticketId, cycle: desk.state.cycle, effect, note }) });
  if (told.ok) desk.state.done[effect] = told.value;
}

/** Waits for a person, a time, or something that makes the step pointless. Everything else stays on the desk. */
async function hearingDesk(desk: Desk, until: string | null): Promise<void> {
  const { state } = desk;
  const wanted: Verb[] = ['resume'];
  if (state.stage !== 'closing') wanted.push('close', 'override', 'ticketChanged');
  // A case on its way to a team goes there first, and takes over a merged ticket then.
  if (state.stage !== 'closing' && state.stage !== 'escalating') wanted.push('inherited');
  // What is provided after that is for the engineers too, so it waits for the step that tells them.
  if (state.stage !== 'closing' && !isEscalated(state)) wanted.push('provide');
  if (ESCALATED.includes(state.stage)) wanted.push('issueChanged', 'problemSays', 'reEscalate');
  // What an earlier cycle promised falls due meanwhile; see `oweMeanwhile` in promise.ts.
  const owed = state.stillOwed && state.stage !== 'closing' && state.stillOwed.dueAt > now() ? state.stillOwed.dueAt : null;
  for (;;) {
    const message = await desk.next(earlier(until, owed), wanted);
    if (message === 'due' || message.verb === 'resume') return;
    const to = await whereTo(desk, message);
    if (to && !(to === 'deciding' && state.stage === 'deciding')) throw new Diverted(to);
  }
}
const ESCALATED: readonly Stage[] = ['awaiting-resolution', 'choosing', 'following-up', 'confirming'];

/** The stage that a message makes more important than the step that cannot go on; null to go on waiting. */
async function whereTo(desk: Desk, message: Message): Promise<Stage | null> {
  const { state } = desk;
  if (message.verb === 'issueChanged') return issueNews(desk, message);
  if (message.verb === 'problemSays') return heardProblem(desk, message);
  if (message.verb === 'reEscalate') return nextCycle(desk, `re-escalated: ${message.reason}`);
  let ticket: TicketSnapshot | null = null;
  if (message.verb === 'ticketChanged') {
    ticket = await lookOnce(desk);
    if (!ticket || (state.ticket && !message.mergedInto && ticketDigest(ticket) === ticketDigest(state.ticket))) return null;
  }
  return heardByAll(desk, message, () => Promise.resolve(ticket));
}

/** A reopening cancels a follow-up that is not out yet; a resolution goes before a step that cannot go on. */
async function issueNews(desk: Desk, message: Extract<Message, { verb: 'issueChanged' }>): Promise<Stage | null> {
  const { state } = desk;
  const key = state.handoff?.issueKey;
  if (!key || message.key !== key || state.handoff?.problem || state.stage === 'confirming') return null;
  const look = await attempt({ name: 'read the Jira issue', text: '', run: () => verbs.readIssue(key) });
  if (!look.ok) return null; // The sweep tells again.
  const issue = look.value;
  if (state.stage !== 'following-up') {
    if (issue.category !== 'done' || (state.issue && issueDigest(issue) === issueDigest(state.issue))) return null;
    state.inbox.unshift(message);
    return 'awaiting-resolution';
  }
  if (issue.category === 'done' || state.followUp!.outcome !== 'resolved') return null;
  state.issue = issue;
  if (!('follow-up' in state.done)) return backToTeam(desk, 'the Jira issue was reopened');
  state.followUp!.doubt ??= 'issue-reopened';
  return null;
}

/** Handles what means the same in every stage; see `heardByAll`. Waits out an outage of the helpdesk. */
export const hears = (desk: Desk, message: Message): Promise<Stage | null> =>
  heardByAll(desk, message, () => reading(desk, 'read the ticket', () => verbs.readTicket(desk.ticketId)));

async function lookOnce(desk: Desk): Promise<TicketSnapshot | null> {
  const look = await attempt({ name: 'read the ticket', text: '', run: () => verbs.readTicket(desk.ticketId) });
  return look.ok ? look.value : null;
}

/**
 * Refusals and outages of the outside; null for anything else. A worker that died in the middle is an outage. `waitMs` is
 * how long the other side asked not to be asked again, 0 where it did not.
 */
export function failureOf(error: unknown): { refused: boolean; why: string; type: string; waitMs: number } | null {
  if (!(error instanceof ActivityFailure)) return null;
  const { cause } = error;
  if (cause instanceof ApplicationFailure) {
    return { refused: cause.type === 'Refused', why: cause.message, type: cause.type ?? 'Failure', waitMs: askedToWaitMs(cause) };
  }
  if (cause instanceof TimeoutFailure) {
    const last = cause.cause instanceof ApplicationFailure ? cause.cause.message : 'no answer in time';
    return { refused: false, why: last, type: 'Timeout', waitMs: askedToWaitMs(cause.cause) };
  }
  return { refused: false, why: 'the worker stopped in the middle', type: 'Stopped', waitMs: 0 };
}

/** An internal note on the ticket, once. */
export function note(desk: Desk, name: string, content: Note, with_: Partial<Parameters<Activities['note']>[0]> = {}): Deed<unknown> {
  return {
    name,
    text: `noted on the ticket (${name})`,
    run: () =>
      verbs.note.executeWithOptions({ ...patience, summary: `note: ${name}` }, [
        { ticketId: desk.ticketId, cycle: desk.state.cycle, effect: name, note: content, ...with_ },
      ]),
  };
}

/** Files the Jira issue of this cycle. */
export function filed(desk: Desk, handoff: Handoff): Deed<Filed> {
  const { cycle, ruling, earlier: before, report, done } = desk.state;
  const told = done['troubleshot'] as { resolution: Resolution } | undefined;
  const group = told && !handoff.overriddenBy ? { group: told.resolution } : {};
  let attempts = 0;
  return {
    name: 'issue',
    text: `filed to ${handoff.team}`,
    run: () =>
      trying(desk, handoff, () =>
        filing.fileIssue.executeWithOptions({ ...filingPatience, summary: `file to ${handoff.team}` }, [
          { ticketId: desk.ticketId, cycle, handoff, ruling: ruling!, earlier: before, report, again: attempts++ > 0 || desk.state.tried !== undefined, ...group },
        ]),
      ),
  };
}

/** A hand-over of which nobody knows whether it has reached the team is kept in mind; see `hasReached`. */
export async function trying<T>(desk: Desk, handoff: Handoff, run: () => Promise<T>): Promise<T> {
  try {
    const done = await run();
    delete desk.state.tried;
    return done;
  } catch (error) {
    if (failureOf(error)?.refused === false) desk.state.tried = { ...handoff };
    throw error;
  }
}

/**
 * Has a hand-over reached its team that was cut off and is decided otherwise by now? Waits out an outage: without an answer
 * the case could be with two teams, or with one that it knows nothing of. Answers with the hand-over as it is, or null.
 */
export async function hasReached(desk: Desk, tried: Handoff): Promise<Handoff | null> {
  const effect = { ticketId: desk.ticketId, cycle: desk.state.cycle };
  const there = await reading<MarkData | string | null>(desk, 'look for an earlier attempt', () =>
    byJira(tried.team) ? filing.findIssue.executeWithOptions({ ...filingPatience, summary: 'look for an issue that was filed' }, [effect]) : verbs.findMark({ ...effect, effect: 'handed-over' }),
  );
  if (there === null) delete desk.state.tried;
  return there === null ? null : { ...tried, issueKey: typeof there === 'string' ? there : null };
}
