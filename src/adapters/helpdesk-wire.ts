/** What the helpdesk answers, in the parts that we read, and the ticket that it makes. */
import { z } from 'zod';
import type { ErrorReport, ReportField } from '../domain/facts.js';
import { TICKET_STATUSES, type Ticket, type TicketComment } from '../domain/ticket.js';
import type { HelpdeskNames } from './helpdesk-names.js';

const text = z
  .string()
  .nullish()
  .transform((s) => s ?? '');

const ticket = z.object({
  id: z.int(),
  subject: text,
  description: text,
  status: z.enum(TICKET_STATUSES),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).nullish(),
  group_id: z.int().nullish(),
  assignee_id: z.int().nullish(),
  requester_id: z.int(),
  tags: z.array(z.string()).nullish(),
  custom_fields: z.array(z.object({ id: z.int(), value: z.unknown() })).nullish(),
  via: z.object({ source: z.object({ rel: z.string().nullish() }).nullish() }).nullish(),
  created_at: z.string(),
  updated_at: z.string(),
});
const comment = z.object({
  id: z.int(),
  author_id: z.int(),
  public: z.boolean(),
  body: text,
  created_at: z.string(),
  via: z
    .object({
      source: z
        .object({ rel: z.string().nullish(), to: z.object({ ticket_id: z.union([z.int(), z.string()]).nullish() }).nullish() })
        .nullish(),
    })
    .nullish(),
});
const user = z.object({ id: z.int(), name: text, email: z.string().nullish() });

export const ticketAnswer = z.object({ ticket });
export const commentsAnswer = z.object({ comments: z.array(comment) });
/** Zendesk's word for what is not there, or was deleted. */
export const notFoundAnswer = z.object({ error: z.literal('RecordNotFound') });
export const userAnswer = z.object({ user });
export const groupAnswer = z.object({ group: z.object({ id: z.int(), name: z.string() }) });
/** What is wrong with one of these is no matter of the others: of each, only what it takes to name it. */
export const changedAnswer = z.object({
  tickets: z.array(z.looseObject({ id: z.int(), updated_at: z.unknown().optional() })),
  after_cursor: z.string().nullish(),
  end_of_stream: z.boolean(),
});

export type WireTicket = z.output<typeof ticket>;
export type WireComment = z.output<typeof comment>;
export type WireUser = z.output<typeof user>;

/** A ticket that was deleted or is not there: nothing is known of it. */
export const deletedTicket = (id: string): Ticket => ({
  id,
  subject: '',
  description: '',
  status: 'deleted',
  group: null,
  assigneeId: null,
  priority: null,
  inquiry: null,
  errorKind: null,
  memberId: null,
  employerGroup: null,
  report: {},
  requester: { id: '', name: '', email: null },
  mergedInto: null,
  createdAt: '',
  updatedAt: '',
  comments: [],
});

/** @param requester null where the helpdesk no longer has the user */
export function toTicket(
  t: WireTicket,
  of: { comments: WireComment[]; requester: WireUser | null; group: string | null; us: string },
  { fields, report }: Pick<HelpdeskNames, 'fields' | 'report'>,
): Ticket {
  const values = new Map((t.custom_fields ?? []).map((f) => [f.id, plain(f.value)]));
  const value = (id: number): string | null => values.get(id) ?? null;
  const requesterId = String(t.requester_id);
  return {
    id: String(t.id),
    subject: t.subject,
    description: t.description,
    status: t.status,
    group: of.group,
    assigneeId: t.assignee_id == null ? null : String(t.assignee_id),
    priority: t.priority ?? null,
    inquiry: value(fields.inquiry),
    errorKind: value(fields.errorKind),
    memberId: value(fields.memberId),
    employerGroup: value(fields.employerGroup),
    report: errorReport(t.description, report, value),
    requester: { id: requesterId, name: of.requester?.name ?? '', email: of.requester?.email || null },
    mergedInto: mergedInto(t, of.comments),
    createdAt: t.created_at,
    updatedAt: t.updated_at,
    comments: of.comments.map((c) => toComment(c, of.us, requesterId)),
  };
}

function toComment(c: WireComment, us: string, requesterId: string): TicketComment {
  const author = String(c.author_id);
  return {
    id: String(c.id),
    author: author === us ? 'us' : author === requesterId ? 'requester' : 'other',
    public: c.public,
    at: c.created_at,
    body: c.body,
  };
}

function errorReport(description: string, ids: HelpdeskNames['report'], value: (id: number) => string | null): ErrorReport {
  const report: ErrorReport = description.trim() ? { whatHappened: description } : {};
  for (const [field, id] of Object.entries(ids)) {
    const said = value(id);
    if (said !== null) report[field as ReportField] = said;
  }
  return report;
}

/** A field's value as text: drop-downs hold their tag, lists are joined; empty is null. */
function plain(value: unknown): string | null {
  const said = Array.isArray(value) ? value.join(', ') : value == null || typeof value === 'object' ? '' : String(value);
  return said.trim() || null;
}

/**
 * The surviving ticket. Zendesk closes the merged one with the tag `closed_by_merge` and a comment that names the
 * survivor in its `via`, or only in its text. A follow-up of a merged ticket inherits the tag and is not merged.
 */
function mergedInto(t: WireTicket, comments: WireComment[]): string | null {
  const ended = t.status === 'closed' || t.status === 'solved';
  if (!ended || !t.tags?.includes('closed_by_merge')) return null;
  for (const c of comments.toReversed()) {
    const target = c.via?.source?.rel === 'merge' ? c.via.source.to?.ticket_id : null;
    // A requester's words are not the helpdesk's.
    const named = c.author_id === t.requester_id ? null : /merged into (?:request|ticket) #(\d+)/i.exec(c.body)?.[1];
    const found = target ?? named;
    if (found != null) return String(found);
  }
  return t.via?.source?.rel === 'follow_up' ? null : '';
}
