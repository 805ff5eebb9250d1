/** What the outside systems hold: the helpdesk's ticket, Jira's issue. Plain JSON, ISO 8601 times. */
import type { ErrorReport } from './facts.js';
import type { Priority } from './ruling.js';

export const TICKET_STATUSES = ['new', 'open', 'pending', 'hold', 'solved', 'closed', 'deleted'] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

/** A comment on a ticket. `author` is relative to us: our own integration user, the requester, anyone else. */
export interface TicketComment {
  id: string;
  author: 'us' | 'requester' | 'other';
  public: boolean;
  at: string;
  body: string;
}

/** The whole ticket, member data included. Stays inside activities; workflows keep a `TicketSnapshot`. */
export interface Ticket {
  id: string;
  subject: string;
  description: string;
  status: TicketStatus;
  /** The group's name, e.g. "Tier 2"; null when unassigned. */
  group: string | null;
  assigneeId: string | null;
  priority: 'low' | 'normal' | 'high' | 'urgent' | null;
  /** Raw values of the configured fields; null when empty. */
  inquiry: string | null;
  errorKind: string | null;
  memberId: string | null;
  /** The employer group's name or id as the ticket has it. */
  employerGroup: string | null;
  report: ErrorReport;
  requester: { id: string; name: string; email: string | null };
  /** The surviving ticket's id when this one was merged; '' when it was merged but into which is not known. */
  mergedInto: string | null;
  createdAt: string;
  updatedAt: string;
  /** Oldest first. Includes the description as the first comment. */
  comments: TicketComment[];
}

/** What a case remembers of its ticket: no member data. */
export interface TicketSnapshot {
  status: TicketStatus;
  group: string | null;
  assigneeId: string | null;
  inquiry: string | null;
  errorKind: string | null;
  employerGroup: string | null;
  /** A fingerprint of the member's id and the employer group, for this ticket alone: it tells that they changed, not what they are. */
  whose: string;
  mergedInto: string | null;
  /** The newest comment by the requester, and by anyone else who is not us; null when there is none. */
  lastMemberComment: string | null;
  lastOtherComment: string | null;
  /** Which fields of the error report are filled in on the ticket. */
  reportFields: string[];
}

/** A Jira issue as the case needs it. */
export interface Issue {
  key: string;
  url: string;
  status: string;
  /** The status category: new (to do), indeterminate (in progress), done. */
  category: 'new' | 'indeterminate' | 'done';
  /** The resolution's name, e.g. "Fixed", "Done", "Won't Do", "Cannot Reproduce", "Duplicate"; null when open. */
  resolution: string | null;
  assigneeId: string | null;
  /** The surviving issue's key where a link of type Duplicate says so. */
  duplicateOf: string | null;
  /** The newest comment that is not ours. */
  lastForeignComment: string | null;
  labels: string[];
  updatedAt: string;
}

export interface NewIssue {
  /** Project key. */
  project: string;
  issueType: string;
  summary: string;
  /** An ADF document. */
  description: AdfDocument;
  labels: string[];
  /** Left to the project's default when absent. */
  priority?: Priority;
  /** null sends `assignee: null` (blank); absent leaves it to the project. */
  assignee?: null;
}

/** Atlassian Document Format, version 1. */
export interface AdfDocument {
  version: 1;
  type: 'doc';
  content: AdfNode[];
}
export interface AdfNode {
  type: string;
  text?: string;
  attrs?: Record<string, unknown>;
  marks?: { type: string; attrs?: Record<string, unknown> }[];
  content?: AdfNode[];
}
