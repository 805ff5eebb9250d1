/**
 * The ports: what onetouch asks of the outside systems. The adapters implement them over HTTP and SMTP;
 * only the entries join the two. Every method rejects with one of `failures.ts`.
 */
import type { Priority } from '../domain/ruling.js';
import type { AdfDocument, Issue, NewIssue, Ticket } from '../domain/ticket.js';

export interface HelpdeskPort {
  /** The ticket with its comments. A ticket that was deleted, or is not there, has status 'deleted'. */
  readTicket(ticketId: string): Promise<Ticket>;
  /**
   * One update: an internal note or a public reply, with group, priority and status in the same request.
   * It does not look before it acts; the activity does. `status: 'open'` is "submit as Open". With `asReadAt` it
   * rejects with `Unavailable` where the ticket was changed since it was read.
   */
  updateTicket(ticketId: string, change: TicketUpdate): Promise<void>;
  /**
   * A page of the tickets that anyone changed: from where the cursor of the page before points, else at or after `since`
   * (ISO 8601). May include too many, never too few. The cursor of the last page leads on to what changes later.
   */
  changed(from: { since: string; cursor: string | null }): Promise<{ tickets: ChangedTicket[]; cursor: string | null; isEnd: boolean }>;
}

/** One of a list of what changed. That it cannot be read is said by `read`, which holds up no other. */
export interface ChangedTicket {
  id: string;
  updatedAt: string | null;
  /** The ticket as it was listed, with its comments as they are. Of its requester only the id: that saves a request. */
  read(): Promise<Ticket>;
}

export interface TicketUpdate {
  comment?: { body: string; public: boolean };
  /** A group's name from the configuration. */
  group?: string;
  priority?: 'low' | 'normal' | 'high' | 'urgent';
  status?: 'open' | 'pending' | 'hold' | 'solved';
  /** The ticket's `updatedAt` as it was read: who looked before somebody else acted must look again. */
  asReadAt?: string;
}

export interface IssueUpdate {
  /** Replaces the description. */
  description?: AdfDocument;
  priority?: Priority;
}
export interface OwnComment {
  id: string;
  /** Without its form. */
  text: string;
}
/** A link type's name, as Jira has it by default. */
export type IssueRelation = 'Relates' | 'Duplicate';

export interface JiraPort {
  /** Open or closed issues that carry the label, oldest first. The search index may lag. */
  findByLabel(label: string): Promise<Issue[]>;
  createIssue(issue: NewIssue): Promise<{ key: string; url: string }>;
  readIssue(key: string): Promise<Issue>;
  comment(key: string, body: AdfDocument): Promise<void>;
  /** Our own comments, oldest first, to look before repeating one. */
  ownComments(key: string): Promise<OwnComment[]>;
  /** Takes a comment of our own away. */
  deleteComment(key: string, id: string): Promise<void>;
  addLabel(key: string, label: string): Promise<void>;
  /** Sets what is given. The same again changes nothing. */
  updateIssue(key: string, change: IssueUpdate): Promise<void>;
  /**
   * Links two issues: `key` relates to, or duplicates, `other`. Looks first, so that the same link is made once;
   * 'Relates' has no direction, so either end will do.
   */
  relate(key: string, other: string, how: IssueRelation): Promise<void>;
  /** Takes such a link from `key` to `other` away; where there is none, nothing happens. */
  unrelate(key: string, other: string, how: IssueRelation): Promise<void>;
  /** Upserts by globalId. */
  remoteLink(key: string, link: { globalId: string; url: string; title: string }): Promise<void>;
  /** Issues with any of the labels that we created, oldest first. The search index may lag. */
  filedByUs(labels: readonly string[]): Promise<Issue[]>;
  /** Links an issue to the one it duplicates. */
  linkDuplicate(key: string, of: string): Promise<void>;
  /** Moves an issue to a done status, with resolution Duplicate where its screen takes one. */
  resolveAsDuplicate(key: string): Promise<void>;
  /**
   * The first of the issues with the label `onetouch` that changed at or after `since` (ISO 8601), in the order of their changes.
   * `upTo` is when the last of them changed, and later than `since` unless it is the end.
   */
  changed(since: string): Promise<{ issues: ChangedIssue[]; upTo: string | null; isEnd: boolean }>;
}

/** As `ChangedTicket`. */
export interface ChangedIssue {
  key: string;
  updatedAt: string | null;
  labels: string[];
  read(): Promise<Issue>;
}

/** Admin and HGP, by `docs/admin-api.yaml`. A value nobody knows is null or absent there. */
export interface AdminPort {
  /** Finds a member by id, else by e-mail; null when there is none. */
  findMember(by: { memberId?: string; email?: string }): Promise<Member | null>;
  incentiveProgram(memberId: string): Promise<IncentiveProgram>;
  eligibility(memberId: string): Promise<{ ooeResult: 'excluded' | 'error' | 'eligible' | null }>;
  requirementsToSchedule(memberId: string): Promise<RequirementsToSchedule>;
  deviceOrder(memberId: string): Promise<DeviceOrder>;
  /** Idempotent by `key`: a second note with the same key changes nothing. */
  noteAccount(memberId: string, note: { key: string; body: string }): Promise<void>;
}

export interface Member {
  id: string;
  name: string;
  email: string | null;
  employerGroup: string | null;
}
export interface IncentiveProgram {
  inCompliance: boolean | null;
  /** Since when without a break, ISO 8601; null when not in compliance or not known. */
  inComplianceSince: string | null;
  startDate: string | null;
  endDate: string | null;
}
export interface RequirementsToSchedule {
  requirements: { name: string; met: boolean; since: string | null }[];
  /** Since when all have been TRUE without a break; null when one is FALSE. */
  allTrueSince: string | null;
}
export interface DeviceOrder {
  ordered: boolean | null;
  orderTemplateCompleted: boolean | null;
  firstSessionCompleted: boolean | null;
  clinicalRequirements: { name: string; met: boolean }[] | null;
}

export interface MailPort {
  /**
   * Sends one message. Resolves when the server accepted it. Rejects with `MailRefused` (no such address),
   * `MailOutcomeUnknown` (the connection was lost after the body went out), or a passing failure before it did.
   */
  send(mail: OutgoingMail): Promise<void>;
}
export interface OutgoingMail {
  to: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
  /** The member's ticket: a reply must land on it. Null for mail that is no member's. */
  ticketId: string | null;
  /** Without angle brackets; one per message, made from the effect's name. */
  messageId: string;
}
