/**
 * What a helpdesk webhook says: which ticket changed. Two kinds of body are understood.
 *
 * Event-subscribed: Zendesk's envelope, `{type: "zen:event-type:ticket.…", subject: "zen:ticket:5158", …}`.
 * Trigger-connected: written by the helpdesk's admin, by this template:
 * `{"ticket_id": "{{ticket.id}}", "actor_id": "{{current_user.id}}", "updated_at": "{{ticket.updated_at_with_timestamp}}"}`;
 * `{"ticket": {"id": …}}` does as well, and only the ticket's number is needed.
 */
import { z } from 'zod';
import type { TicketChanged } from '../../workflows/messages.js';
import { digest, ticketId } from '../ids.js';
import { readJson } from '../json.js';
import { shaped } from '../refusal.js';

export type HelpdeskHint =
  | { about: 'ticket'; ticketId: string; actorId: string | null; message: TicketChanged }
  | { about: 'nothing'; why: string };

const EVENT_OF_TICKET = 'zen:event-type:ticket.';
const TICKET_SUBJECT = 'zen:ticket:';

const actor = z.union([z.string(), z.number()]).transform(String).nullish();
const event = z.object({
  type: z.string().optional(),
  subject: z.string().optional(),
  time: z.string().optional(),
  detail: z.object({ id: z.unknown(), actor_id: actor }).partial().nullish(),
  event: z.record(z.string(), z.unknown()).nullish(),
});
const trigger = z
  .object({ ticket_id: ticketId.optional(), ticket: z.object({ id: ticketId }).optional(), actor_id: actor })
  .refine((body) => body.ticket_id ?? body.ticket, 'names no ticket: it needs "ticket_id"');

/** Reads a verified body. `timestamp` is the signed one (ISO 8601). Throws a `Refusal` (400). */
export function readHelpdesk(body: Uint8Array, timestamp: string): HelpdeskHint {
  const json = readJson(body);
  const noticed = new Date(timestamp).toISOString();
  if (!isEvent(json)) {
    const said = shaped(trigger, json, 'The webhook');
    // Two changes can have the same admin-written body; their signed timestamps tell them apart.
    const message: TicketChanged = { id: digest(timestamp, body), via: 'webhook', at: noticed };
    return { about: 'ticket', ticketId: (said.ticket_id ?? said.ticket?.id)!, actorId: said.actor_id ?? null, message };
  }

  const { type = '', subject, time, detail, event: change } = shaped(event, json, 'The webhook');
  const named = subject?.startsWith(TICKET_SUBJECT)
    ? subject.slice(TICKET_SUBJECT.length)
    : subject === undefined && type.startsWith(EVENT_OF_TICKET)
      ? detail?.id
      : null;
  if (named === null) return { about: 'nothing', why: 'not about a ticket' };
  const id = shaped(ticketId, named, "The webhook's ticket");
  const survivor = type === `${EVENT_OF_TICKET}merged` ? survivorOf(change ?? {}) : null;
  return {
    about: 'ticket',
    ticketId: id,
    actorId: detail?.actor_id ?? null,
    message: {
      // An event has its own id and time inside, so that only a repetition has the same body.
      id: digest(body),
      via: 'webhook',
      at: isoOr(time, noticed),
      ...(survivor && survivor !== id && { mergedInto: survivor }),
    },
  };
}

const isEvent = (json: unknown): boolean => {
  if (typeof json !== 'object' || json === null) return false;
  const { type, subject } = json as { type?: unknown; subject?: unknown };
  const starts = (value: unknown, prefix: string) => typeof value === 'string' && value.startsWith(prefix);
  return starts(type, 'zen:event-type:') || starts(subject, 'zen:');
};

/** The surviving ticket of a merge. The case reads the ticket anyway, so an unknown spelling is no error. */
function survivorOf(change: Record<string, unknown>): string | null {
  const target = change['target_ticket_id'] ?? (change['target'] as { id?: unknown } | null | undefined)?.id;
  return ticketId.safeParse(target).data ?? null;
}

function isoOr(text: string | undefined, otherwise: string): string {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? otherwise : new Date(at).toISOString();
}
