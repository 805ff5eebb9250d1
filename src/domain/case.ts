/** Case: our durable workflow for one ticket. What others may see of it. Plain JSON, ISO 8601 times. */
import type { Ruling, RowId, Team, Priority } from './ruling.js';
import type { TicketSnapshot } from './ticket.js';

export const STAGES = [
  'deciding',
  'asking',
  'holding',
  'waiting',
  'tier-1',
  'troubleshooting',
  'escalating',
  'awaiting-resolution',
  'choosing',
  'following-up',
  'confirming',
  'closing',
  'ended',
] as const;
/** Where in the protocol a case stands. */
export type Stage = (typeof STAGES)[number];

export const NEEDS = [
  'facts',
  'person',
  'inquiry',
  'choice',
  'confirmation',
  'call',
  'mail-check',
  'promise-time',
  'resume',
  'surviving-ticket',
  'fix',
  'approval',
  'observed-login',
] as const;
/** What a person has to do before the case goes on by itself. */
export type Need = (typeof NEEDS)[number];

/** How a case ended. */
export type Outcome =
  | 'solved-in-tier-1'
  | 'handed-over'
  | 'confirmed'
  | 'followed-up-unconfirmed'
  | 'closed'
  | 'merged'
  | 'deleted'
  | 'nothing-new';

/** One escalation: to whom, by which row, and what came of it. */
export interface Handoff {
  team: Team;
  row: RowId;
  priority: Priority;
  at: string;
  issueKey: string | null;
  /** The lead who overrode the protocol, with the reason. */
  overriddenBy?: string;
  reason?: string;
  /** The problem whose issue this is, where the case is one of many. */
  problem?: string;
}

/** What the member was told to expect and by when. */
export interface MemberPromise {
  dueAt: string;
  remindAt: string | null;
  renewals: number;
  /** A person set this time while the one before it had not passed. */
  moved?: true;
}

/** One line of the record: what came in, every ruling, everything done, by whom, when. No member data. */
export interface Entry {
  at: string;
  what: 'heard' | 'ruled' | 'did' | 'refused' | 'flagged' | 'waits' | 'ended';
  /** One sentence. */
  text: string;
  by: string;
  /** Their role, and their id at the identity provider: of a person, where they signed in. */
  role?: string;
  subject?: string;
  cycle: number;
  row?: RowId;
  /** The effect's name, `ticket:cycle:effect`. */
  effect?: string;
  /** How often in a row, where alike entries were folded. */
  times?: number;
}

/** What `state` answers. */
export interface CaseView {
  ticketId: string;
  cycle: number;
  stage: Stage;
  /** One sentence: what the case waits for, and until when. */
  waitsFor: string;
  nextWake: string | null;
  needs: Need | null;
  /** Why the case is flagged; null when it is not. */
  flagged: string | null;
  /** True when a permanently refused step holds the case until someone resumes it. */
  parked: boolean;
  ruling: Ruling | null;
  handoff: Handoff | null;
  /** The id of the problem the case is in; null when it is in none. */
  problem: string | null;
  promise: MemberPromise | null;
  /** What the member is still owed, in words. */
  owed: string[];
  ticket: TicketSnapshot | null;
  outcome: Outcome | null;
  overrides: number;
  /** How often somebody broke the glass; absent is never. */
  glassBroken?: number;
}

/** What a case returns, and what its last note on the ticket sums up. */
export interface CaseRecord {
  ticketId: string;
  cycle: number;
  outcome: Outcome;
  row: RowId | null;
  startedAt: string;
  endedAt: string;
  handoffs: Handoff[];
  timeline: Entry[];
}
