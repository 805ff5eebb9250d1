/** Webhooks as the helpdesk and Jira send them, which the hostile ones are made from. */
import type { Random } from '../random.js';

export const TICKET = '5158';
/** The gateway's clock in a fuzz run. */
export const NOW = Date.parse('2026-07-01T12:00:00.000Z');
export const AT = new Date(NOW).toISOString();

export const ticketEvent = (r: Random): Record<string, unknown> => ({
  account_id: 1,
  detail: { id: TICKET, actor_id: '77', status: 'OPEN' },
  event: { current: 'OPEN', previous: 'NEW' },
  id: `${r.int(0, 1e9)}-${r.int(0, 1e9)}`,
  subject: `zen:ticket:${TICKET}`,
  time: new Date(NOW - r.int(0, 60_000)).toISOString(),
  type: `zen:event-type:ticket.${r.pick(['status_changed', 'comment_added', 'created', 'merged', 'soft_deleted'])}`,
  zendesk_event_version: '2022-11-06',
});

/** What an admin writes into a trigger. */
export const triggerBody = (r: Random): Record<string, unknown> => ({ ticket_id: r.chance(0.5) ? TICKET : Number(TICKET), actor_id: '77', updated_at: AT });

export const issueEvent = (r: Random): Record<string, unknown> => ({
  timestamp: NOW - r.int(0, 100 * 60_000),
  webhookEvent: r.pick(['jira:issue_updated', 'comment_created']),
  user: { accountId: 'an-engineer' },
  issue: { id: '10', key: 'OPS-7', fields: { labels: ['onetouch', `onetouch-${TICKET}-1`] } },
  changelog: { id: String(r.int(0, 1e9)), items: [{ field: 'status', toString: 'Done' }] },
});
