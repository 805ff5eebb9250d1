/** The state of a case: plain JSON that a run carries into the next one. Nothing here knows of Temporal. */
import type { Clocks } from '../config.js';
import type { Entry, Handoff, MemberPromise, Need, Outcome, Stage } from '../domain/case.js';
import type { ErrorReport, Facts, ReportField } from '../domain/facts.js';
import type { MarkData } from '../domain/marks.js';
import type { Ruling } from '../domain/ruling.js';
import type { IssueSnapshot } from '../domain/snapshot.js';
import type { TicketSnapshot } from '../domain/ticket.js';
import type { FollowUpOutcome, Letter, Note } from '../wording/contents.js';
import type { Actor, Choose, Close, Confirm, Inherited, IssueChanged, Override, Provide, ReEscalate, Resume, SetPromise, SettleMail, TicketChanged } from './messages.js';

export interface CaseInput {
  ticketId: string;
  /** What an earlier run carried over; absent in the first. */
  carried?: CaseState;
}

interface Spoken {
  by: Actor;
  at: string;
}
/** What lies on the desk, unread. */
export type Message =
  | ({ verb: 'ticketChanged' } & TicketChanged)
  | ({ verb: 'issueChanged' } & IssueChanged)
  | ({ verb: 'inherited' } & Inherited)
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

/** A question to a person that is open: how often it was asked, and when it is asked again. */
export interface Question {
  about: string;
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
}

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
  /** A lead's override that has not been carried out yet. */
  override: (Override & { by: string }) | null;
  handoff: Handoff | null;
  /** Hand-offs of earlier cycles, oldest first. */
  earlier: Handoff[];
  /** True when the team sent this cycle's escalation back. */
  declined: boolean;
  promise: MemberPromise | null;
  reminded: boolean;
  progressAt: string | null;
  question: Question | null;
  choice: { why: Extract<Note, { say: 'choose' }>['why']; detail: string } | null;
  followUp: { outcome: FollowUpOutcome; at: string; doubt: Extract<Note, { say: 'ask-confirmation' }>['why'] | null } | null;
  /** Merged tickets whose members are owed the same follow-up. */
  alsoOwed: string[];
  unsettled: Unsettled | null;
  ending: { outcome: Outcome; by: string; reason: string; withoutFollowUp: boolean } | null;
  needs: Need | null;
  flagged: string | null;
  parked: { step: string; why: string } | null;
  overrides: number;
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
  reminded: false,
  progressAt: null,
  question: null,
  choice: null,
  followUp: null,
  alsoOwed: [],
  unsettled: null,
  ending: null,
  needs: null,
  flagged: null,
  parked: null,
  overrides: 0,
  done: {},
  inbox: [],
  heard: [],
  timeline: [],
});

/** Has this cycle's escalation reached its team? */
export const isEscalated = ({ handoff, done }: CaseState): boolean =>
  handoff !== null && ['issue', 'handed-over', 'inherited'].some((effect) => effect in done);

const HEARD_KEPT = 1_000;
const TIMELINE_KEPT = 2_000;

/** Keeps the ids of what was heard, so that a repeat is known; the oldest go first. */
export function remember(state: CaseState, id: string): void {
  state.heard.push(id);
  if (state.heard.length > HEARD_KEPT) state.heard.splice(0, state.heard.length - HEARD_KEPT);
}

/**
 * Adds a line to the record. Alike lines in a row are folded into one with a count. Past its bound the oldest
 * lines of what was merely heard are dropped first, and how many were is kept in one line; rulings, effects and refusals stay.
 */
export function enter(state: CaseState, entry: Entry): void {
  const last = state.timeline.at(-1);
  if (last && last.text === entry.text && last.what === entry.what && last.by === entry.by && last.cycle === entry.cycle) {
    last.times = (last.times ?? 1) + 1;
    last.at = entry.at;
    return;
  }
  state.timeline.push(entry);
  if (state.timeline.length <= TIMELINE_KEPT) return;
  const drop = state.timeline.findIndex((e, i) => i > 0 && (e.what === 'heard' || e.what === 'waits'));
  if (drop < 0) return;
  const [dropped] = state.timeline.splice(drop, 1);
  const first = state.timeline[0]!;
  if (first.text === FOLDED) first.times = (first.times ?? 1) + (dropped?.times ?? 1);
  else state.timeline.unshift({ ...dropped!, text: FOLDED, by: 'onetouch', times: dropped?.times ?? 1 });
}
const FOLDED = 'earlier messages, no longer listed one by one';
