/** What a case remembers of its ticket and its Jira issue, and how it tells that something is new. Pure. */
import { fingerprint } from './fingerprint.js';
import type { Issue, Ticket, TicketSnapshot } from './ticket.js';

export function snapshot(ticket: Ticket): TicketSnapshot {
  const last = (author: 'requester' | 'other') => ticket.comments.findLast((c) => c.author === author)?.id ?? null;
  return {
    status: ticket.status,
    group: ticket.group,
    assigneeId: ticket.assigneeId,
    inquiry: ticket.inquiry,
    errorKind: ticket.errorKind,
    employerGroup: ticket.employerGroup,
    whose: fingerprint(JSON.stringify([ticket.id, ticket.memberId, ticket.employerGroup])),
    mergedInto: ticket.mergedInto,
    lastMemberComment: last('requester'),
    lastOtherComment: last('other'),
    reportFields: Object.entries(ticket.report).flatMap(([field, text]) => (text ? [field] : [])).sort(),
  };
}

/** A Jira issue as a case remembers it. */
export type IssueSnapshot = Pick<
  Issue,
  'key' | 'status' | 'category' | 'resolution' | 'duplicateOf' | 'assigneeId' | 'lastForeignComment'
>;
export const issueSnapshot = (issue: Issue): IssueSnapshot => ({
  key: issue.key,
  status: issue.status,
  category: issue.category,
  resolution: issue.resolution,
  duplicateOf: issue.duplicateOf,
  assigneeId: issue.assigneeId,
  lastForeignComment: issue.lastForeignComment,
});

/** Equal digests mean "nothing new". A plain string, short enough for a query's answer. */
export const ticketDigest = (t: TicketSnapshot): string =>
  [t.status === 'closed' ? 'solved' : t.status, t.group, t.assigneeId, t.inquiry, t.errorKind, t.whose, t.mergedInto, t.lastMemberComment, t.lastOtherComment, t.reportFields.join('+')].join('|');

export const issueDigest = (i: IssueSnapshot): string =>
  [i.status, i.resolution, i.duplicateOf, i.assigneeId, i.lastForeignComment].join('|');
