/** The helpdesk (Zendesk) behind `HelpdeskPort`, over its REST API. */
import { changedSinceRead, refused } from '../activities/failures.js';
import type { HelpdeskPort, TicketUpdate } from '../activities/ports.js';
import type { WorkerConfig } from '../config.js';
import type { Ticket } from '../domain/ticket.js';
import { resolveNames } from './helpdesk-names.js';
import { helpdeskSession } from './helpdesk-session.js';
import {
  changedAnswer,
  commentsAnswer,
  deletedTicket,
  groupAnswer,
  ticketAnswer,
  toTicket,
  userAnswer,
  type WireComment,
  type WireUser,
} from './helpdesk-wire.js';
import { shaped, type Patience } from './http.js';

export type Helpdesk = HelpdeskPort & {
  /** The id of the user we act as, so that our own changes can be left out. */
  whoAmI(): Promise<string>;
};

/**
 * Signs in and resolves the configured names to ids. Rejects with `ConfigError` where a name does not exist, and
 * as every call does with `Refused` or `Unavailable`.
 * @param warn hears of fields of the error report that the helpdesk does not have
 */
export async function connectHelpdesk(
  config: WorkerConfig['helpdesk'] & Patience,
  fetch: typeof globalThis.fetch = globalThis.fetch,
  warn: (message: string) => void = (message) => process.emitWarning(message),
): Promise<Helpdesk> {
  const session = helpdeskSession(config, fetch);
  const { call, pages } = session;
  const names = await resolveNames(session, config, warn);
  const us = await session.whoAmI();

  async function readComments(path: string): Promise<WireComment[]> {
    const doing = "read the ticket's comments";
    const comments: WireComment[] = [];
    for await (const body of pages({ doing, path: `${path}/comments` }))
      comments.push(...shaped(commentsAnswer, body, 'helpdesk', doing).comments);
    return comments;
  }

  async function readUser(id: number): Promise<WireUser | null> {
    const doing = "read the ticket's requester";
    const { status, body } = await call({ doing, path: `/api/v2/users/${id}`, answers: [404] });
    return status === 404 ? null : shaped(userAnswer, body, 'helpdesk', doing).user;
  }

  /** The group's name; one that was made after we connected is looked up once. */
  async function groupName(id: number | null | undefined): Promise<string | null> {
    if (id == null) return null;
    const known = names.groupNames.get(id);
    if (known !== undefined) return known;
    const doing = "read the ticket's group";
    const { status, body } = await call({ doing, path: `/api/v2/groups/${id}`, answers: [404] });
    const name = status === 404 ? `group ${id}` : shaped(groupAnswer, body, 'helpdesk', doing).group.name;
    names.groupNames.set(id, name);
    return name;
  }

  return {
    whoAmI: session.whoAmI,

    async readTicket(ticketId): Promise<Ticket> {
      const doing = 'read the ticket';
      const path = ticketPath(ticketId, doing);
      const { status, body } = await call({ doing, path, answers: [404] });
      if (status === 404) return deletedTicket(ticketId);
      const { ticket } = shaped(ticketAnswer, body, 'helpdesk', doing);
      if (ticket.status === 'deleted') return deletedTicket(ticketId);
      const [comments, requester, group] = await Promise.all([
        readComments(path),
        readUser(ticket.requester_id),
        groupName(ticket.group_id),
      ]);
      return toTicket(ticket, { comments, requester, group, us }, names);
    },

    async updateTicket(ticketId, { comment, group, priority, status, asReadAt }: TicketUpdate): Promise<void> {
      const doing = 'update the ticket';
      const groupId = group === undefined ? undefined : names.groupIds.get(group);
      if (group !== undefined && groupId === undefined)
        throw refused('helpdesk', doing, 'no such group', `there is no group "${group}"; see HELPDESK_GROUP_…`);
      const { status: answered } = await call({
        doing,
        method: 'PUT',
        path: ticketPath(ticketId, doing),
        answers: asReadAt ? [409] : [],
        body: {
          ticket: {
            // `public` is always said: Zendesk takes a comment without it for a public one.
            ...(comment ? { comment: { body: comment.body, public: comment.public } } : {}),
            ...(groupId === undefined ? {} : { group_id: groupId }),
            ...(priority ? { priority } : {}),
            ...(status ? { status } : {}),
            ...(asReadAt ? { safe_update: true, updated_stamp: asReadAt } : {}),
          },
        },
      });
      if (answered === 409) throw changedSinceRead(doing);
    },

    async changedSince(since): Promise<string[]> {
      const doing = 'list the changed tickets';
      // Zendesk exports nothing of the last minute and refuses a start in it; asking from earlier loses nothing.
      const start = Math.min(Math.floor(Date.parse(since) / 1000), Math.floor(Date.now() / 1000) - 61);
      const ids = new Set<string>();
      let cursor: string | null = null;
      for (;;) {
        const { body } = await call({
          doing,
          path: '/api/v2/incremental/tickets/cursor',
          query: { start_time: start, ...(cursor === null ? {} : { cursor }) },
        });
        const { tickets, after_cursor, end_of_stream } = shaped(changedAnswer, body, 'helpdesk', doing);
        for (const { id } of tickets) ids.add(String(id));
        if (end_of_stream || !after_cursor || after_cursor === cursor) return [...ids];
        cursor = after_cursor;
      }
    },
  };
}

function ticketPath(ticketId: string, doing: string): string {
  if (!/^\d+$/.test(ticketId)) throw refused('helpdesk', doing, 'no such ticket', 'a ticket id is a number');
  return `/api/v2/tickets/${ticketId}`;
}
