/** The helpdesk (Zendesk) behind `HelpdeskPort`, over its REST API. */
import type { z } from 'zod';
import { changedSinceRead, isRefused, refused } from '../activities/failures.js';
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
  notFoundAnswer,
  ticketAnswer,
  toTicket,
  userAnswer,
  type WireComment,
  type WireTicket,
  type WireUser,
} from './helpdesk-wire.js';
import { isoTime, saidByItself, shaped, type Patience } from './http.js';

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

  /** The answer; null where the helpdesk says that it has no such thing. */
  async function find<S extends z.ZodType>(doing: string, path: string, schema: S): Promise<z.output<S> | null> {
    const answer = await call({ doing, path, answers: [404] });
    if (answer.status !== 404) return shaped(schema, answer.body, 'helpdesk', doing);
    saidByItself(notFoundAnswer, answer, 'helpdesk', doing);
    return null;
  }

  const readUser = async (id: number): Promise<WireUser | null> =>
    (await find("read the ticket's requester", `/api/v2/users/${id}`, userAnswer))?.user ?? null;

  /** The group's name; one that was made after we connected is looked up once. */
  async function groupName(id: number | null | undefined): Promise<string | null> {
    if (id == null) return null;
    const known = names.groupNames.get(id);
    if (known !== undefined) return known;
    const name = (await find("read the ticket's group", `/api/v2/groups/${id}`, groupAnswer))?.group.name ?? `group ${id}`;
    names.groupNames.set(id, name);
    return name;
  }

  /** With its comments and, where it is asked for, its requester. */
  async function complete(ticket: WireTicket, requesterOf: ((id: number) => Promise<WireUser | null>) | null): Promise<Ticket> {
    if (ticket.status === 'deleted') return deletedTicket(String(ticket.id));
    const [comments, requester, group] = await Promise.all([
      readComments(`/api/v2/tickets/${ticket.id}`),
      requesterOf?.(ticket.requester_id) ?? null,
      groupName(ticket.group_id),
    ]);
    return toTicket(ticket, { comments, requester, group, us }, names);
  }

  return {
    whoAmI: session.whoAmI,

    async readTicket(ticketId): Promise<Ticket> {
      const doing = 'read the ticket';
      const ticket = (await find(doing, ticketPath(ticketId, doing), ticketAnswer))?.ticket;
      return ticket ? complete(ticket, readUser) : deletedTicket(ticketId);
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

    async changed({ since, cursor }) {
      const doing = 'list the changed tickets';
      // Zendesk exports nothing of the last minute and refuses a start in it; asking from earlier loses nothing.
      const start = Math.min(Math.floor(Date.parse(since) / 1000), Math.floor(Date.now() / 1000) - 61);
      const page = async (from: string | null) => {
        const { body } = await call({ doing, path: '/api/v2/incremental/tickets/cursor', query: { start_time: start, ...(from === null ? {} : { cursor: from }) } });
        return shaped(changedAnswer, body, 'helpdesk', doing);
      };
      // A cursor that it does not take is no reason to look no more: the time leads to the same place.
      const found = await page(cursor).catch((error: unknown) => {
        if (cursor === null || !isRefused(error)) throw error;
        return page(null);
      });
      const next = found.after_cursor ?? null;
      return {
        tickets: found.tickets.map((listed) => ({
          id: String(listed.id),
          updatedAt: isoTime(listed.updated_at),
          read: async () => complete(shaped(ticketAnswer, { ticket: listed }, 'helpdesk', 'read the changed ticket').ticket, null),
        })),
        cursor: next,
        isEnd: found.end_of_stream || next === null || next === cursor,
      };
    },
  };
}

function ticketPath(ticketId: string, doing: string): string {
  if (!/^\d+$/.test(ticketId)) throw refused('helpdesk', doing, 'no such ticket', 'a ticket id is a number');
  return `/api/v2/tickets/${ticketId}`;
}
