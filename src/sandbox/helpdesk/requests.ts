/** What the helpdesk's API accepts: a request's ticket, checked as Zendesk checks it. */
import type { Desk, Change } from './desk.js';
import { PRIORITIES, STATUSES, type Status, type TicketPriority } from './state.js';

/** A request that Zendesk would refuse with 422; details by field. */
export class Invalid extends Error {
  constructor(readonly details: Record<string, string>) {
    super('Record validation errors');
  }
}

export interface TicketInput {
  comment?: { body?: unknown; html_body?: unknown; public?: unknown };
  group_id?: unknown;
  assignee_id?: unknown;
  priority?: unknown;
  status?: unknown;
  subject?: unknown;
  tags?: unknown;
  custom_fields?: unknown;
  requester?: { name?: unknown; email?: unknown };
  requester_id?: unknown;
  safe_update?: unknown;
  updated_stamp?: unknown;
}

/** Throws `Invalid`. */
export function readChange(input: TicketInput, desk: Desk): Change {
  const wrong: Record<string, string> = {};
  const change: Change = {};
  if (input.comment) {
    const body = input.comment.body ?? input.comment.html_body;
    if (typeof body !== 'string' || body.trim() === '') wrong.comment = 'Comment: cannot be blank';
    else change.comment = { body, public: input.comment.public !== false };
  }
  if (input.group_id !== undefined) {
    const id = input.group_id as number | null;
    if (id !== null && !desk.group(id)) wrong.group = 'Group: is invalid';
    else change.groupId = id;
  }
  if (input.assignee_id !== undefined) {
    const id = input.assignee_id as number | null;
    const user = id === null ? null : desk.state.users[id];
    if (user === undefined || user?.role === 'end-user') wrong.assignee = 'Assignee: is invalid';
    else change.assigneeId = id;
  }
  if (input.priority !== undefined) {
    if (input.priority !== null && !PRIORITIES.includes(input.priority as TicketPriority))
      wrong.priority = 'Priority: is not included in the list';
    else change.priority = input.priority as TicketPriority | null;
  }
  if (input.status !== undefined) {
    if (!STATUSES.includes(input.status as Status)) wrong.status = 'Status: is not included in the list';
    else change.status = input.status as Status;
  }
  if (typeof input.subject === 'string') change.subject = input.subject;
  if (Array.isArray(input.tags)) change.tags = input.tags.map(String);
  if (input.custom_fields !== undefined) change.fields = readFields(input.custom_fields, desk, wrong);
  if (Object.keys(wrong).length > 0) throw new Invalid(wrong);
  return change;
}

function readFields(input: unknown, desk: Desk, wrong: Record<string, string>): Record<number, string | null> {
  const fields: Record<number, string | null> = {};
  for (const { id, value } of Array.isArray(input) ? (input as { id?: unknown; value?: unknown }[]) : []) {
    const field = desk.o.fields.find((f) => f.id === Number(id));
    if (!field) continue; // Zendesk ignores a field it does not know.
    const text = value === null || value === undefined || value === '' ? null : String(value);
    if (text !== null && field.type === 'tagger' && !field.options.includes(text))
      wrong[field.title] = `${field.title}: '${text}' is not a valid value`;
    else fields[field.id] = text;
  }
  return fields;
}

/** `safe_update`: the change is refused where the ticket was changed after the stamp. */
export function isOutdated(input: TicketInput, updatedAtSeconds: string): boolean {
  if (input.safe_update !== true) return false;
  return Date.parse(String(input.updated_stamp)) !== Date.parse(updatedAtSeconds);
}
