/**
 * The state of a problem: plain JSON that a run carries into the next one, compact enough for 5,000 cases in one
 * payload. Nothing here knows of Temporal.
 */
import type { Entry } from '../domain/case.js';
import type { Grant } from '../domain/grant.js';
import type { ProblemOutcome, ProblemStage, Signature } from '../domain/problem.js';
import type { Priority } from '../domain/ruling.js';
import type { IssueSnapshot } from '../domain/snapshot.js';
import type { Actor, Choose, IssueChanged } from './messages.js';
import type { Absorb, Join, Leave, MergeInto, ProblemStart } from './problem-messages.js';

export interface ProblemInput extends ProblemStart {
  carried?: ProblemState;
}

/** A case in the problem, by its ticket. Short names: there may be thousands of them in one payload. */
export interface Member {
  /** Its cycle. */
  c: number;
  /** Its group's place in `groups`; -1 where the ticket names none. */
  g: number;
  /** When it joined, in seconds since 1970. */
  at: number;
  /** The last word it was told; 0 for none. */
  h: number;
  /** The problem it came from by a merge, until it was told. */
  from?: string;
}

/** What every case is to know now. */
export type Word = { kind: 'filed'; key: string } | { kind: 'resolved'; key: string | null; outcome: 'resolved' | 'unchanged' } | { kind: 'reopened'; key: string | null };

/** An employer group, with when its first and its last case joined, in seconds since 1970. */
export interface GroupSeen {
  name: string;
  first: number;
  last: number;
}

export type ProblemMessage =
  | ({ verb: 'join' } & Join)
  | ({ verb: 'leave' } & Leave)
  | ({ verb: 'absorb' } & Absorb)
  | { verb: 'survivorEnded'; problem: string }
  | ({ verb: 'issueChanged' } & IssueChanged)
  | ({ verb: 'mergeInto'; by: Actor; /** Until it is checked. */ grant?: Grant; asked?: string } & MergeInto)
  | ({ verb: 'choose'; by: Actor } & Choose);

export interface ProblemSettings {
  /** Employer groups within `windowMs` that make it system-wide. */
  groups: number;
  windowMs: number;
  /** How long a resolved problem still hears who joins late. */
  quietMs: number;
  promiseRemindMs: number;
  promiseDueMs: number;
  askRemindMs: number;
}

export interface ProblemState {
  id: string;
  signature: Signature | null;
  stage: ProblemStage;
  /** Null until Jira was looked at for earlier rounds. */
  settings: ProblemSettings | null;
  round: number;
  startedAt: string;
  roundAt: string;
  issueKey: string | null;
  /** False where the issue is another's that this one was closed as a duplicate of: its text is not ours. */
  ownIssue: boolean;
  issue: IssueSnapshot | null;
  earlierKeys: string[];
  members: Record<string, Member>;
  groups: GroupSeen[];
  joined: number;
  firstSeen: string | null;
  lastSeen: string | null;
  priority: Priority;
  systemWide: boolean;
  /** What every case is to know, and its number; a member whose `h` is less has to be told. */
  word: Word | null;
  words: number;
  /** How many cases were asked to put their error report on the issue. */
  reports: number;
  /** How many times a case was told that it is resolved. */
  told: number;
  progressAt: string | null;
  /** Reminders to Infra in this round. */
  reminders: number;
  /** An agent has to choose once for all. */
  choice: { why: 'wont-do' | 'cannot-reproduce' | 'other'; detail: string; asked: number; againAt: string } | null;
  resolution: { at: string; outcome: ProblemOutcome } | null;
  mergedInto: string | null;
  absorbed: string[];
  /** Effects of this round that were done. */
  done: Record<string, string | true>;
  /** Digest of the figures that the issue shows, and when they were put there. */
  shown: { figures: string; at: string } | null;
  lookDue: boolean;
  /** Steps that failed: when they are tried again, and why they failed. */
  held: Record<string, { until: string; tries: number; why: string; refused: boolean }>;
  emptySince: string | null;
  /** What somebody tried without a good grant, until it is resumed. */
  attempted?: string;
  spentGrants?: Record<string, string>;
  inbox: ProblemMessage[];
  heard: string[];
  timeline: Entry[];
}

export const newProblem = ({ id, signature }: ProblemStart, at: string): ProblemState => ({
  id,
  signature,
  stage: 'filing',
  settings: null,
  round: 1,
  startedAt: at,
  roundAt: at,
  issueKey: null,
  ownIssue: true,
  issue: null,
  earlierKeys: [],
  members: {},
  groups: [],
  joined: 0,
  firstSeen: null,
  lastSeen: null,
  priority: 'High',
  systemWide: false,
  word: null,
  words: 0,
  reports: 0,
  told: 0,
  progressAt: null,
  reminders: 0,
  choice: null,
  resolution: null,
  mergedInto: null,
  absorbed: [],
  done: {},
  shown: null,
  lookDue: false,
  held: {},
  emptySince: at,
  inbox: [],
  heard: [],
  timeline: [],
});

/** The next round: the problem came back after it was resolved. Who waits in the inbox opens it. */
export function nextRound(state: ProblemState, at: string): void {
  const { id, signature, settings, startedAt, round, issueKey, earlierKeys, absorbed, inbox, heard, timeline } = state;
  Object.assign(state, newProblem({ id, signature }, at), {
    settings, startedAt, round: round + 1, absorbed, inbox, heard, timeline,
    earlierKeys: issueKey && !earlierKeys.includes(issueKey) ? [...earlierKeys, issueKey] : earlierKeys,
  } satisfies Partial<ProblemState>);
}

/** Everyone has to hear something new. */
export function say(state: ProblemState, word: Word): void {
  state.word = word;
  state.words += 1;
}

/** Tickets of the cases that have not heard the last word, oldest first, at most `limit`. */
export function untold(state: ProblemState, limit: number): string[] {
  const found: string[] = [];
  if (!state.word) return found;
  for (const [ticketId, member] of Object.entries(state.members)) {
    if (member.h < state.words || member.from) found.push(ticketId);
    if (found.length >= limit) break;
  }
  return found;
}

/** Takes a case in, once. Answers false for a case that is in already; the newest cycle of a ticket counts. */
export function takeIn(state: ProblemState, { ticketId, cycle, group, from }: { ticketId: string; cycle: number; group: string | null; from?: string }, at: string): boolean {
  const before = state.members[ticketId];
  if (before && before.c >= cycle) {
    before.h = 0; // It asks again: it is told again.
    return false;
  }
  const seconds = Math.floor(Date.parse(at) / 1000);
  let g = group === null ? -1 : state.groups.findIndex((seen) => seen.name === group);
  if (group !== null && g < 0) g = state.groups.push({ name: group, first: seconds, last: seconds }) - 1;
  if (g >= 0) state.groups[g]!.last = Math.max(seconds, state.groups[g]!.last);
  state.members[ticketId] = { c: cycle, g, at: seconds, h: 0, ...(from ? { from } : {}) };
  state.joined += 1;
  state.firstSeen ??= at;
  state.lastSeen = at;
  state.emptySince = null;
  return true;
}

/** Lets a case go. A leave of an earlier cycle than the one that is in says nothing. */
export function letGo(state: ProblemState, ticketId: string, cycle: number, at: string): boolean {
  const member = state.members[ticketId];
  if (!member || member.c > cycle) return false;
  delete state.members[ticketId];
  if (Object.keys(state.members).length === 0) state.emptySince = at;
  return true;
}

/** Do so many employer groups have a case within the window, ending with the newest? */
export function isSystemWide({ groups, settings }: ProblemState): boolean {
  if (!settings) return false;
  const newest = Math.max(...groups.map((g) => g.last), 0);
  return groups.filter((g) => g.last >= newest - settings.windowMs / 1000).length >= settings.groups;
}

export const memberCount = (state: ProblemState): number => Object.keys(state.members).length;
