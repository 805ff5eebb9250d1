/**
 * The one contract between the workflows and everyone who talks to them: ids, queue, signals, updates and
 * queries with their shapes. Imported by the gateway, the client and the workflows; imports types only.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ErrorReport, FactValues } from '../domain/facts.js';
import type { Ruling, RowId, Team } from '../domain/ruling.js';
import type { CaseView, Entry } from '../domain/case.js';
import type { Grant } from '../domain/grant.js';
import type { Role } from '../domain/roles.js';

export const TASK_QUEUE = 'onetouch';
/** The workflow types, by the names of their functions. */
export const ESCALATION = 'escalation';
export const SWEEP = 'sweep';
export const SWEEP_SCHEDULE_ID = 'onetouch-sweep';

/** `case-5158`: one workflow per ticket. */
export const caseId = (ticketId: string): string => `case-${ticketId}`;
export const ticketOf = (workflowId: string): string | null => /^case-(\d+)$/.exec(workflowId)?.[1] ?? null;

/** Who said it. From the API's token; never from the body. `verified: false` is a Signal sent by hand. */
export interface Actor {
  name: string;
  role: Role | 'system' | 'unverified';
  verified: boolean;
  /** The person's or program's id at the identity provider, where they signed in. */
  subject?: string;
}
export const TEMPORAL_UI: Actor = { name: 'Temporal UI, unverified', role: 'unverified', verified: false };

/* What the outside says. A webhook is a hint: it names what changed, the case reads it itself. */

export interface TicketChanged {
  /** Names this delivery; the same id twice is heard once. */
  id: string;
  via: 'webhook' | 'sweep';
  /** When the helpdesk or the sweep noticed, ISO 8601. */
  at: string;
  /** The surviving ticket, where the event says that this one was merged. */
  mergedInto?: string;
}
export interface IssueChanged {
  id: string;
  via: 'webhook' | 'sweep';
  at: string;
  key: string;
}
/** What a merged ticket still owed, handed to the surviving ticket's case. */
export interface Inherited {
  id: string;
  fromTicket: string;
  cycle: number;
  /** Absent where no team has it: the member alone is owed an answer, from an earlier cycle. */
  team?: Team;
  row?: RowId;
  issueKey: string | null;
  promiseDueAt: string | null;
  /** The problem it was in: the surviving ticket's case joins it. */
  problem?: string;
}

/** An attempt that the gateway refused for its role: it changes nothing and stands in the record. */
export interface Denied {
  /** What was attempted, e.g. `override`. */
  what: string;
  by: Actor;
  why: string;
}

/* What people say. Each is an Update (answered) and, where noted, the same verb as a Signal. */

/** Also a Signal. Sends what is owed to the member first, unless `withoutFollowUp`, which takes a grant. */
export interface Close {
  reason: string;
  withoutFollowUp?: boolean;
  breakGlass?: boolean;
}
/** Also a Signal. Starts the next cycle; a Tier 1 row refuses it. */
export interface ReEscalate {
  reason: string;
}
/** Also a Signal. Facts no system knows, and fields of the error report. */
export interface Provide {
  facts?: Partial<FactValues>;
  report?: ErrorReport;
}
/** A lead escalates against the protocol's ruling, by a grant; the reason is recorded and counted. */
export interface Override {
  team: Team;
  reason: string;
  /** In an emergency, alone: recorded, counted and flagged. */
  breakGlass?: boolean;
}
/** After the follow-up: does it work for the member? `how: 'call'` records an agent's call. */
export interface Confirm {
  verdict: 'works' | 'still-broken';
  how?: 'mail' | 'call' | 'ticket';
}
/** After Won't Do, Cannot Reproduce or a decline: what the member hears. */
export interface Choose {
  choice: 'follow-up' | 'keep-waiting';
  reason: string;
}
/** Tries a parked step again. */
export interface Resume {
  note?: string;
}
/** The time by which the member hears next, once the system's one renewal is used up. */
export interface SetPromise {
  /** ISO 8601, in the future. */
  dueAt: string;
}
/** A mail whose acceptance is not known: send it again, or take it as sent. */
export interface SettleMail {
  outcome: 'resend' | 'was-sent';
  /** Which one, by its effect's name, where several are in doubt. */
  mail?: string;
}

/** Every Update carries who said it and an id, so that the same command twice is heard once; a privileged one its grant. */
export type Said<T> = T & { by: Actor; id?: string; grant?: Grant };

export type Answer =
  | { accepted: true; said: string }
  /** Refused by the protocol or by role; recorded on the case. `row` is the row that refuses it. */
  | { accepted: false; row?: RowId; reason: string };

export const ticketChanged = defineSignal<[TicketChanged]>('ticketChanged');
export const issueChanged = defineSignal<[IssueChanged]>('issueChanged');
export const inherited = defineSignal<[Inherited]>('inherited');
export const denied = defineSignal<[Denied]>('denied');
export const closeSignal = defineSignal<[Close]>('close');
export const reEscalateSignal = defineSignal<[ReEscalate]>('reEscalate');
export const provideSignal = defineSignal<[Provide]>('provide');

export const close = defineUpdate<Answer, [Said<Close>]>('close');
export const reEscalate = defineUpdate<Answer, [Said<ReEscalate>]>('reEscalate');
export const provide = defineUpdate<Answer, [Said<Provide>]>('provide');
export const override = defineUpdate<Answer, [Said<Override>]>('override');
export const confirm = defineUpdate<Answer, [Said<Confirm>]>('confirm');
export const choose = defineUpdate<Answer, [Said<Choose>]>('choose');
export const resume = defineUpdate<Answer, [Said<Resume>]>('resume');
export const setPromise = defineUpdate<Answer, [Said<SetPromise>]>('setPromise');
export const settleMail = defineUpdate<Answer, [Said<SettleMail>]>('settleMail');

export const state = defineQuery<CaseView>('state');
export const timeline = defineQuery<Entry[]>('timeline');
/** The current ruling, whole: its row, reason, grounds, and why no other row applied. */
export const explanation = defineQuery<Ruling | null>('explanation');
/** What the case knows of the outside, so that the sweep only knocks where something is new. */
export const seen = defineQuery<Seen>('seen');
export interface Seen {
  cycle: number;
  /** Digest of the ticket snapshot as last read. */
  ticket: string | null;
  /** The Jira issue's digest as last read, by key. */
  issue: { key: string; digest: string } | null;
}
