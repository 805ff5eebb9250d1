/**
 * Marks: every effect on a ticket carries its name, `ticket:cycle:effect`, so that a second attempt sees that
 * it was done, and a case that starts again (terminated, ended, merged) reads where the last one stood.
 * Only our own comments count, so nobody can forge one by writing to the ticket.
 */
import type { Handoff, MemberPromise, Outcome } from './case.js';
import { LIVE } from './live.js';
import type { RowId } from './ruling.js';
import type { Fix, Approval } from './troubleshooting.js';
import type { Ticket, TicketSnapshot } from './ticket.js';

/** The name of an effect, carried to the other side. */
export const effectName = (ticketId: string, cycle: number, effect: string): string => `${ticketId}:${cycle}:${effect}`;

/** The Jira label of one escalation; the gateway reads the ticket from it. */
export const issueLabel = (ticketId: string, cycle: number): string => `onetouch-${ticketId}-${cycle}`;

/** What a mark keeps besides its name, so that a restart can go on from it. No member data. */
export interface MarkData {
  mail?: string;
  handoff?: Handoff;
  promise?: MemberPromise;
  record?: RecordMark;
  group?: GroupMark;
}
/** What group troubleshooting must find again when it was ended from outside. Member ids are left out. */
export interface GroupMark {
  /** A change is about to be made; whatever came of it is still to be verified. */
  begun?: { round: number; fix: Fix; approval: Approval | null };
  /** What came of the change of this round is settled. */
  over?: number;
  /** It ended, with this outcome. */
  ended?: string;
}
/** What the last record says, for a ticket that changes after its case ended. */
export interface RecordMark {
  outcome: Outcome;
  row: RowId | null;
  escalated: boolean;
  solved: boolean;
  memberComment: string | null;
  inquiry: string | null;
  errorKind: string | null;
}

/** The last line of an internal note. */
export const mark = (effect: string, data?: MarkData): string =>
  `[onetouch ${effect}${data && Object.keys(data).length > 0 ? ` ${visible(JSON.stringify(data))}` : ''}]`;

/** The effect that a text of ours was marked with in its last line; null where it has no mark. */
export const markedAs = (text: string): string | null => /(?:^|\n)\[onetouch ([^\s\]]+)(?: \{.*\})?\]$/.exec(text.trim())?.[1] ?? null;

/** JSON leaves some controls, separators and turns of direction as they are, and what a comment acts on; the same values, in characters to be seen. */
const visible = (json: string) =>
  [/[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g, LIVE].reduce((text, acts) => text.replace(acts, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`), json);

/** The last line of a public reply, where a mark would be noise to a member. */
export const reference = (effect: string): string => `Ref. ${effect}`;

export interface Mark {
  cycle: number;
  effect: string;
  data: MarkData;
  at: string;
}

const MARK = /^\[onetouch (\d+):(\d+):([^\s\]]+)(?: (\{.*\}))?\]$/;
const REFERENCE = /^Ref\. (\d+):(\d+):(\S+)$/;

/** All marks of this ticket's case, oldest first. */
export function readMarks(ticket: Pick<Ticket, 'id' | 'comments'>): Mark[] {
  const marks: Mark[] = [];
  for (const comment of ticket.comments) {
    if (comment.author !== 'us') continue;
    for (const line of comment.body.split('\n')) {
      const found = MARK.exec(line.trim()) ?? REFERENCE.exec(line.trim());
      if (!found || found[1] !== ticket.id) continue;
      marks.push({ cycle: Number(found[2]), effect: found[3]!, data: parseData(found[4]), at: comment.at });
    }
  }
  return marks;
}

function parseData(json: string | undefined): MarkData {
  if (!json) return {};
  try {
    return JSON.parse(json) as MarkData;
  } catch {
    return {}; // A note that was edited or cut by hand still says that the effect was done.
  }
}

/** What the ticket tells about earlier runs of its case. */
export interface Past {
  /** The last cycle that was begun, and 0 when there was none. */
  cycle: number;
  /** Its record, when it ended. */
  record: RecordMark | null;
  /** The effects of a cycle that has no record: the case was ended from outside in the middle. */
  done: Record<string, MarkData>;
  handoff: Handoff | null;
  promise: MemberPromise | null;
  followedUpAt: string | null;
  /** The member wrote after that. */
  memberWroteSince: boolean;
  /** The problems that the case was in and has left. */
  problems: string[];
  /** The last promise of any cycle that was not followed up. */
  owed: MemberPromise | null;
}

export function readPast(ticket: Pick<Ticket, 'id' | 'comments'>): Past {
  const marks = readMarks(ticket);
  const cycle = Math.max(0, ...marks.map((m) => m.cycle));
  const past: Past = { cycle, record: null, done: {}, handoff: null, promise: null, followedUpAt: null, memberWroteSince: false, problems: [], owed: null };
  for (const m of marks) {
    if (m.data.promise) past.owed = m.data.promise;
    if (m.effect.startsWith('follow-up') || m.data.record) past.owed = null;
    if (m.cycle !== cycle) continue;
    past.done[m.effect] = m.data;
    past.handoff = m.data.handoff ?? past.handoff;
    past.promise = m.data.promise ?? past.promise;
    if (m.effect.startsWith('follow-up')) past.followedUpAt = m.at;
    past.record = m.data.record ?? past.record;
  }
  const isIn = past.record ? null : past.handoff?.problem;
  past.problems = [...new Set(marks.flatMap((m) => m.data.handoff?.problem ?? []))].filter((id) => id !== isIn);
  const { followedUpAt } = past;
  past.memberWroteSince = followedUpAt !== null && ticket.comments.some((c) => c.author === 'requester' && c.at > followedUpAt);
  return past;
}

/** Does the ticket hold anything that its last record did not know? Other people's work on it is not news. */
export function isNews(record: RecordMark, ticket: TicketSnapshot): boolean {
  const reopened = record.solved && !isSolved(ticket);
  const wrote = ticket.lastMemberComment !== null && ticket.lastMemberComment !== record.memberComment;
  const recategorised = ticket.inquiry !== record.inquiry || ticket.errorKind !== record.errorKind;
  return ticket.status !== 'deleted' && ticket.mergedInto === null && (reopened || wrote || recategorised);
}

export const isSolved = (ticket: Pick<TicketSnapshot, 'status'>): boolean =>
  ticket.status === 'solved' || ticket.status === 'closed';
