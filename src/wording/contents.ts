/**
 * What is said, as data: workflows pass these to activities, which render them with the wording. So a change
 * of words never touches a running case, and histories hold no member data.
 */
import type { ErrorReport, FactName, ReportField } from '../domain/facts.js';
import type { Handoff, Outcome } from '../domain/case.js';
import type { Resolution } from '../domain/troubleshooting.js';
import type { GroupNote } from './group-contents.js';
import type { EscalateRuling, Ruling, RowId, Team } from '../domain/ruling.js';

/** Did the member get the mail? `unknown`: the server may have accepted it; `no-address`: they must be called. */
export type MailFate = 'sent' | 'unknown' | 'no-address';

/** Internal notes on the ticket, for agents. */
export type Note =
  | { say: 'tier1'; ruling: Ruling }
  /** Beside a public reply; `gap` names the unset setting that kept the system from answering. */
  | { say: 'answer'; ruling: Ruling; gap?: string }
  | { say: 'ask'; ruling: Ruling; asks: FactName[]; of: 'agent' | 'member'; reminder: number }
  /** The member wrote while a question to them was open; an agent reads it and provides the fact. */
  | { say: 'member-replied'; asks: FactName[] }
  /** The error report's missing fields, asked for after the escalation. */
  | { say: 'ask-report'; missing: ReportField[]; reminder: number }
  | { say: 'hold'; ruling: Ruling; mail: MailFate }
  | { say: 'wait'; ruling: Ruling }
  /** In the same update as the group: the hand-over to Tier 2 or Coach Support. */
  | { say: 'handed-over'; handoff: Handoff; ruling: Ruling; earlier: Handoff[] }
  /** After the member was written to: where it went, and what was promised. `dueAt` null: no promise. */
  | { say: 'escalated'; handoff: Handoff; dueAt: string | null; mail: MailFate }
  | { say: 'new-time'; dueAt: string; progress: boolean; moved?: true; mail: MailFate }
  /** The second due time passed: a person sets the next one. */
  | { say: 'set-time'; team: Team; issueKey: string | null; reminder: number }
  | { say: 'remind-team'; team: Team; dueAt: string }
  | { say: 'choose'; why: 'wont-do' | 'cannot-reproduce' | 'declined' | 'recategorised' | 'other'; detail: string; issueKey: string | null; reminder: number }
  | { say: 'follow-up'; outcome: FollowUpOutcome; mail: MailFate; issueKey: string | null }
  | { say: 'ask-confirmation'; why: 'member-replied' | 'reopened' | 'issue-reopened'; reminder: number }
  | { say: 'call'; about: 'promise' | 'follow-up' | 'new-time' | 'acknowledgement' | 'thanks'; reminder: number }
  | { say: 'mail-check'; about: 'promise' | 'follow-up' | 'new-time' | 'acknowledgement' | 'thanks'; reminder: number }
  | { say: 'parked'; step: string; why: string; reminder: number }
  /** `team` null: nobody has it, and the member is owed an answer all the same. */
  | { say: 'inherited'; fromTicket: string; team: Team | null; issueKey: string | null }
  /** An agent put the case into a problem; `own` is the issue it had by itself. */
  | { say: 'linked'; problem: string; reason: string; own: string | null }
  | { say: 'unlinked'; problem: string; reason: string }
  /** One choice for all cases of a problem, asked on one of its tickets. */
  | { say: 'choose-problem'; problem: string; why: 'wont-do' | 'cannot-reproduce' | 'other'; detail: string; issueKey: string | null; members: number; reminder: number }
  | { say: 'record'; summary: RecordSummary }
  | GroupNote;

export interface RecordSummary {
  cycle: number;
  outcome: Outcome;
  row: RowId | null;
  reason: string | null;
  handoffs: Handoff[];
  followedUpAt: string | null;
  /** The lines of the record worth an agent's eye, oldest first, without member data. */
  lines: string[];
}

/** Resolved; not changed by the team (Won't Do, Cannot Reproduce, chosen by an agent); ended by us. */
export type FollowUpOutcome = 'resolved' | 'unchanged' | 'closed';

/** Our mail to the member: a reference and a state; no health, program, vendor or device words. */
export type Letter =
  | { say: 'acknowledgement' }
  /** Feedback was passed on; nobody promises anything. */
  | { say: 'thanks' }
  /** The acknowledgement of an escalation: ownership, reference, expectation, an alternative. */
  | { say: 'promise'; team: Team; technical: boolean; hoursFrom: number | null; hoursTo: number }
  /** `moved`: a person set it before the earlier one had passed. `progress`: the team is on it; else we say sorry for the silence. */
  | { say: 'new-time'; dueAt: string; progress: boolean; moved?: true }
  | { say: 'follow-up'; outcome: FollowUpOutcome };

/** Public replies on the ticket: questions to a member and answers with content. The helpdesk mails them. */
export type Reply =
  | { say: 'excluded' }
  | { say: 'withings' }
  | { say: 'philips' }
  | { say: 'ask-member'; asks: FactName[] };

/** A Jira issue's text, for the engineers of the team. */
export interface IssueContent {
  handoff: Omit<Handoff, 'issueKey'>;
  ruling: EscalateRuling | Ruling;
  cycle: number;
  /** Earlier cycles of the same case, oldest first. */
  earlier: Handoff[];
  /** A technical error's report; what is not known yet is absent and the text says so. */
  report: ErrorReport | null;
  /** What group troubleshooting found out before it was escalated. */
  group?: Resolution;
}

/** Comments on the Jira issue. */
export type IssueComment =
  | { say: 'remind'; dueAt: string; withoutProgressHours: number }
  | { say: 'report'; report: ErrorReport; by: string }
  /** To an issue that was made twice: the escalation goes on in `of`. */
  | { say: 'made-twice'; of: string };
