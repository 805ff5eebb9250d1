/** The state of a case: plain JSON that a run carries into the next one. Nothing here knows of Temporal. */
import type { Clocks } from '../config.js';
import type { Entry, Handoff, MemberPromise, Need, Outcome, Stage } from '../domain/case.js';
import type { ErrorReport, Facts, ReportField } from '../domain/facts.js';
import type { Grant } from '../domain/grant.js';
import type { MarkData } from '../domain/marks.js';
import type { Signature } from '../domain/problem.js';
import type { Ruling } from '../domain/ruling.js';
import type { IssueSnapshot } from '../domain/snapshot.js';
import type { TicketSnapshot } from '../domain/ticket.js';
import type { FollowUpOutcome, Letter, Note } from '../wording/contents.js';
import type { GroupNews, Troubleshot } from './troubleshooting-messages.js';
import type { Actor, Choose, Close, Confirm, Inherited, IssueChanged, Override, Provide, ReEscalate, Resume, SetPromise, SettleMail, TicketChanged } from './messages.js';
import type { Leave, LinkProblem, ProblemSays, UnlinkProblem } from './problem-messages.js';

export interface CaseInput {
  ticketId: string;
  /** What an earlier run carried over; absent in the first. */
  carried?: CaseState;
}

interface Spoken {
  by: Actor;
  at: string;
  /** With a privileged message: the API's word for it, and when it was asked for; see `grants.ts`. */
  grant?: Grant;
  asked?: string;
}
/** What a problem says, its fields as they arrive. */
type Says = Pick<ProblemSays, 'problem' | 'round' | 'ticketId' | 'cycle' | 'kind'> & { key?: string | null; wantsReport?: boolean; outcome?: 'resolved' | 'unchanged'; to?: string };
/** What lies on the desk, unread. */
export type Message =
  | ({ verb: 'ticketChanged' } & TicketChanged)
  | ({ verb: 'issueChanged' } & IssueChanged)
  | ({ verb: 'inherited' } & Inherited)
  | ({ verb: 'groupNews' } & GroupNews)
  | ({ verb: 'troubleshot' } & Troubleshot)
  | ({ verb: 'problemSays' } & Says)
  | ({ verb: 'link' } & LinkProblem & Spoken)
  | ({ verb: 'unlink' } & UnlinkProblem & Spoken)
  | ({ verb: 'close' } & Close & Spoken)
  | ({ verb: 'reEscalate' } & ReEscalate & Spoken)
  | ({ verb: 'provide' } & Provide & Spoken)
  | ({ verb: 'override' } & Override & Spoken)
  | ({ verb: 'confirm' } & Confirm & Spoken)
  | ({ verb: 'choose' } & Choose & Spoken)
  | ({ verb: 'resume' } & Resume & Spoken)
  | ({ verb: 'setPromise' } & SetPromise & Spoken)
  | ({ verb: 'settleMail' } & SettleMail & Spoken);
export type Verb = Message['verb'];

/** A question to a person: whether it is open, how often it came up, and when its next reminder is due. */
export interface Question {
  open: boolean;
  /** How often it came up in this cycle; each time is asked by a note of its own. */
  times: number;
  /** Reminders of the last time. */
  asked: number;
  againAt: string;
}

/** A mail that did not certainly reach the member. */
export interface Unsettled {
  effect: string;
  fate: 'unknown' | 'no-address';
  letter: Letter;
  note: Note;
  data: MarkData;
  /** A merged ticket, whose member it was written to. */
  memberOf?: string;
}

/** What a case must not end without: whether its last word reached the member. An acknowledgement has been overtaken by it. */
export const mustBeSettled = ({ effect }: Unsettled): boolean => !effect.startsWith('acknowledgement');

export interface CaseState {
  stage: Stage;
  cycle: number;
  startedAt: string;
  /** False until the first consultation of this ticket's run has read what earlier runs left. */
  begun: boolean;
  clocks: Clocks | null;
  groups: { 'Tier 2': string; 'Coach Support': string } | null;
  ticket: TicketSnapshot | null;
  issue: IssueSnapshot | null;
  provided: Facts;
  report: ErrorReport;
  missingReport: ReportField[];
  ruling: Ruling | null;
  /** What it has in common with others, for a technical error; absent in cases from before there were problems. */
  signature?: Signature | null;
  /** Problems that the case has left: it does not join them again by itself. */
  left?: string[];
  /** Problems that have to be told that it left them. */
  leaving?: { problem: string; cycle: number; why: Leave['why'] }[];
  /** A lead's override that has not been carried out yet. */
  override: (Override & { by: string }) | null;
  handoff: Handoff | null;
  /** Hand-offs of earlier cycles, oldest first. */
  earlier: Handoff[];
  /** True when the team sent this cycle's escalation back. */
  declined: boolean;
  promise: MemberPromise | null;
  /** What an earlier cycle promised and nobody has kept, while no team has the case. */
  stillOwed: MemberPromise | null;
  reminded: boolean;
  progressAt: string | null;
  /** By what they are about. */
  questions: Record<string, Question>;
  choice: { why: Extract<Note, { say: 'choose' }>['why']; detail: string } | null;
  followUp: { outcome: FollowUpOutcome; at: string; doubt: Extract<Note, { say: 'ask-confirmation' }>['why'] | null } | null;
  /** Merged tickets whose members are owed the same follow-up. */
  alsoOwed: string[];
  /** At most one of each member: a later mail to the same one takes its place. */
  unsettled: Unsettled[];
  ending: { outcome: Outcome; by: string; reason: string; withoutFollowUp: boolean } | null;
  needs: Need | null;
  flagged: string | null;
  parked: { step: string; why: string } | null;
  /** What was flagged and needed before a step could not go on; it is so again afterwards. */
  covered: { flagged: string | null; needs: Need | null } | null;
  /** A hand-over of which it is not known whether it has reached its team; absent where there is none. */
  tried?: Handoff;
  /** What is held up beside the case's way, by its name: when it is tried again, null where a person has to see to it. */
  aside?: Record<string, { round: number; againAt: string | null }>;
  overrides: number;
  /** How often somebody broke the glass; absent is never. */
  glassBroken?: number;
  /** Grants that were used, by their ids, with when they expire; absent is none. */
  spentGrants?: Record<string, string>;
  /** Effects of this cycle that were done, with what came of them. */
  done: Record<string, unknown>;
  inbox: Message[];
  /** Ids of messages that were heard, newest last, bounded. */
  heard: string[];
  timeline: Entry[];
}

export const newCase = (at: string): CaseState => ({
  stage: 'deciding',
  cycle: 1,
  startedAt: at,
  begun: false,
  clocks: null,
  groups: null,
  ticket: null,
  issue: null,
  provided: {},
  report: {},
  missingReport: [],
  ruling: null,
  override: null,
  handoff: null,
  earlier: [],
  declined: false,
  promise: null,
  stillOwed: null,
  reminded: false,
  progressAt: null,
  questions: {},
  choice: null,
  followUp: null,
  alsoOwed: [],
  unsettled: [],
  ending: null,
  needs: null,
  flagged: null,
  parked: null,
  covered: null,
  overrides: 0,
  done: {},
  inbox: [],
  heard: [],
  timeline: [],
});

/** Has this cycle's escalation reached its team? */
export const isEscalated = ({ handoff, done }: CaseState): boolean =>
  handoff !== null && ['issue', 'joined', 'handed-over', 'inherited'].some((effect) => effect in done);

/** The case goes on by itself from here: the problem is told, at the next step. */
export function owesGoodbye(state: CaseState, why: Leave['why']): void {
  const problem = state.handoff?.problem;
  // One that was told that it is resolved is awaited by nobody.
  if (!problem || 'released' in state.done) return;
  state.leaving = [...(state.leaving ?? []), { problem, cycle: state.cycle, why }];
}

const HEARD_KEPT = 1_000;
const TIMELINE_KEPT = 2_000;
/** What people type is cut here, so that the whole record fits into one payload: so many characters, or a third of them where they are no ASCII. */
const TEXT_KEPT = 400;

/** Keeps the ids of what was heard, so that a repeat is known; the oldest go first. */
export function remember(state: Pick<CaseState, 'heard'>, id: string): void {
  state.heard.push(id);
  if (state.heard.length > HEARD_KEPT) state.heard.splice(0, state.heard.length - HEARD_KEPT);
}

/**
 * Adds a line to the record. Alike lines in a row are folded into one with a count. Past its bound the oldest of the
 * lines that matter least is dropped (`DROPPED_FIRST`), and how many were is kept in one line; rulings and effects stay.
 */
export function enter(timeline: Entry[], { ...entry }: Entry, kept = TIMELINE_KEPT): void {
  entry.text = fitting(entry.text, TEXT_KEPT);
  const last = timeline.at(-1);
  if (last && last.text === entry.text && last.what === entry.what && last.by === entry.by && last.subject === entry.subject && last.cycle === entry.cycle) {
    last.times = (last.times ?? 1) + 1;
    last.at = entry.at;
    return;
  }
  timeline.push(entry);
  if (timeline.length <= kept) return;
  const oldest = (isOne: (line: Entry) => boolean) => timeline.findIndex((line, i) => i > 0 && isOne(line));
  const drop = DROPPED_FIRST.map(oldest).find((at) => at >= 0);
  if (drop === undefined) return;
  const { at, cycle, times = 1 } = timeline.splice(drop, 1)[0]!;
  const first = timeline[0]!;
  if (first.text === FOLDED) first.times = (first.times ?? 1) + times;
  // Of nobody: those that it stands for were said by many.
  else timeline.unshift({ at, what: 'heard', text: FOLDED, by: 'onetouch', cycle, times });
}
/** The text in about so many bytes of UTF-8, never with half a character at its end. */
function fitting(text: string, bytes: number): string {
  let used = 0;
  for (let i = 0; i < text.length; i++) {
    used += text.charCodeAt(i) < 0x80 ? 1 : 3;
    if (used > bytes) return `${text.slice(0, i).replace(/[\uD800-\uDBFF]$/, '')}…`;
  }
  return text;
}
const isSaidByPerson = ({ what, role }: Entry): boolean => what === 'heard' && role !== undefined && role !== 'unverified';
/** Whoever sends much that is refused, or only hints, must not push out what people did. */
const DROPPED_FIRST: readonly ((line: Entry) => boolean)[] = [
  (line) => line.what === 'waits' || (line.what === 'heard' && !isSaidByPerson(line)),
  ({ what }) => what === 'refused' || what === 'flagged',
  isSaidByPerson,
];
const FOLDED = 'earlier messages, no longer listed one by one';
