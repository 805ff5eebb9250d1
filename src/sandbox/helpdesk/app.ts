/** The helpdesk's API: the subset of Zendesk's that onetouch and a curious newcomer use. */
import { randomBytes } from 'node:crypto';
import { Hono, type Context } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import type { Faults } from '../faults.js';
import { faulty, withoutJson } from '../serve.js';
import { isUs, type Desk } from './desk.js';
import { Invalid, isOutdated, readChange, type TicketInput } from './requests.js';
import type { TicketRecord, User } from './state.js';
import { auditJson, commentJson, fieldsJson, groupJson, seconds, sideloadUsers, ticketJson, userJson } from './wire.js';

export interface HelpdeskAppOptions {
  desk: Desk;
  faults: Faults;
  clientId: string;
  clientSecret: string;
  /** How long an access token is good for when the client names no time. */
  tokenSeconds: number;
  /** The export leaves out what is newer than this; a minute in the real one. */
  exportLagMs: number;
}
type Env = { Bindings: HttpBindings; Variables: { user: User; base: string } };
type C = Context<Env>;

/** Access tokens by their value: when they end, in milliseconds since the epoch. */
export type Tokens = Map<string, number>;

export function helpdeskApp(o: HelpdeskAppOptions, tokens: Tokens): Hono<Env> {
  const { desk } = o;
  const app = new Hono<Env>({ getPath: withoutJson });
  app.use(faulty(o.faults));
  app.onError((e, c) => {
    if (e instanceof Invalid) return refuse(c, 422, 'RecordInvalid', e.message, e.details);
    if (e instanceof SyntaxError) return refuse(c, 400, 'InvalidJSON', 'The body is not JSON.');
    throw e;
  });
  app.notFound((c) => refuse(c as C, 404, 'InvalidEndpoint', 'Not found'));

  app.post('/oauth/tokens', async (c) => {
    const asked = (await c.req.json()) as Record<string, unknown>;
    if (asked.grant_type !== 'client_credentials')
      return c.json({ error: 'unsupported_grant_type', error_description: 'Use client_credentials.' }, 400);
    if (asked.client_id !== o.clientId || asked.client_secret !== o.clientSecret)
      return c.json({ error: 'invalid_client', error_description: 'Client authentication failed.' }, 401);
    const expiresIn = typeof asked.expires_in === 'number' ? asked.expires_in : o.tokenSeconds;
    const token = randomBytes(24).toString('hex');
    tokens.set(token, (await desk.now()) + expiresIn * 1000);
    return c.json({ access_token: token, token_type: 'bearer', scope: asked.scope ?? 'read write', expires_in: expiresIn }, 201);
  });

  app.use('/api/*', async (c, next) => {
    const token = /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    const ends = token === undefined ? undefined : tokens.get(token);
    if (ends === undefined || ends <= (await desk.now()))
      return c.json({ error: 'invalid_token', error_description: 'The access token is missing, expired or revoked.' }, 401);
    c.set('user', Object.values(desk.state.users).find(isUs)!);
    c.set('base', new URL(c.req.url).origin);
    await next();
  });

  app.get('/api/v2/users/me', (c) => c.json({ user: userJson(c.var.user, c.var.base) }));
  app.get('/api/v2/users/:id', (c) => {
    const user = desk.state.users[Number(c.req.param('id'))];
    return user ? c.json({ user: userJson(user, c.var.base) }) : missing(c);
  });
  app.get('/api/v2/groups', (c) => {
    const groups = page(c, desk.o.groups.map((g) => groupJson(g, c.var.base)));
    return c.json({ groups: groups.items, ...groups.links });
  });
  app.get('/api/v2/groups/:id', (c) => {
    const group = desk.group(Number(c.req.param('id')));
    return group ? c.json({ group: groupJson(group, c.var.base) }) : missing(c);
  });
  app.get('/api/v2/ticket_fields', (c) => {
    const fields = page(c, fieldsJson(desk.o.fields, c.var.base));
    return c.json({ ticket_fields: fields.items, ...fields.links });
  });

  app.get('/api/v2/incremental/tickets/cursor', async (c) => {
    const until = (await desk.now()) - o.exportLagMs;
    const cursor = c.req.query('cursor');
    const startTime = Number(c.req.query('start_time') ?? NaN);
    if (cursor === undefined && !Number.isInteger(startTime))
      return refuse(c, 400, 'InvalidValue', 'start_time must be a Unix time in seconds.');
    if (cursor === undefined && o.exportLagMs > 0 && startTime * 1000 > until)
      return refuse(c, 422, 'StartTimeTooRecent', 'Too recent start_time. Use a start_time older than 60 seconds');
    const [afterTime, afterId] = cursor === undefined ? [startTime * 1000, 0] : readCursor(cursor);
    const all = Object.values(desk.state.tickets)
      .filter((t) => t.updatedAt <= until && (t.updatedAt > afterTime || (t.updatedAt === afterTime && t.id > afterId)))
      .sort((a, b) => a.updatedAt - b.updatedAt || a.id - b.id);
    const tickets = all.slice(0, Number(c.req.query('per_page') ?? 1000));
    const last = tickets.at(-1);
    const after = last ? writeCursor(last.updatedAt, last.id) : (cursor ?? writeCursor(startTime * 1000, 0));
    return c.json({
      tickets: tickets.map((t) => ticketJson(t, desk.o.fields, c.var.base)),
      after_cursor: after,
      after_url: `${c.var.base}/api/v2/incremental/tickets/cursor.json?cursor=${encodeURIComponent(after)}`,
      before_cursor: null,
      before_url: null,
      end_of_stream: tickets.length === all.length,
    });
  });

  app.post('/api/v2/tickets', async (c) => {
    const input = await ticketInput(c);
    const change = readChange(input, desk);
    const { comment } = change;
    if (!comment) throw new Invalid({ base: 'Description: cannot be blank' });
    const at = await desk.now();
    const { name, email } = input.requester ?? {};
    const requester = input.requester
      ? desk.requester(String(name ?? email ?? 'Somebody'), email ? String(email) : null)
      : (desk.state.users[Number(input.requester_id)] ?? c.var.user);
    const ticket = desk.open(at, c.var.user, { ...change, comment, subject: change.subject ?? '', requesterId: requester.id });
    return c.json({ ticket: ticketJson(ticket, desk.o.fields, c.var.base), audit: lastAudit(ticket) }, 201);
  });
  app.get('/api/v2/tickets/:id', (c) => {
    const ticket = found(c, desk);
    if (!ticket) return missing(c);
    const include = (c.req.query('include') ?? '').split(',');
    return c.json({
      ticket: ticketJson(ticket, desk.o.fields, c.var.base),
      ...(include.includes('users') && {
        users: sideloadUsers([ticket.requesterId, ticket.submitterId, ticket.assigneeId], desk.state, c.var.base),
      }),
      ...(include.includes('groups') && {
        groups: desk.o.groups.filter((g) => g.id === ticket.groupId).map((g) => groupJson(g, c.var.base)),
      }),
    });
  });
  app.put('/api/v2/tickets/:id', async (c) => {
    const input = await ticketInput(c);
    const at = await desk.now();
    const ticket = found(c, desk);
    if (!ticket) return missing(c);
    if (ticket.status === 'closed') throw new Invalid({ status: 'Status: closed prevents ticket update' });
    if (isOutdated(input, seconds(ticket.updatedAt)))
      return refuse(c, 409, 'UpdateConflict', 'Safe Update prevented the update due to outdated ticket data. Please fetch the latest ticket data and try again.');
    desk.change(ticket, at, c.var.user, readChange(input, desk));
    return c.json({ ticket: ticketJson(ticket, desk.o.fields, c.var.base), audit: lastAudit(ticket) });
  });
  app.delete('/api/v2/tickets/:id', async (c) => {
    const at = await desk.now();
    const ticket = found(c, desk);
    if (!ticket) return missing(c);
    desk.remove(ticket, at, c.var.user);
    return c.body(null, 204);
  });
  app.post('/api/v2/tickets/:id/merge', async (c) => {
    const asked = (await c.req.json()) as { ids?: unknown; source_comment?: string; target_comment?: string };
    const at = await desk.now();
    const target = found(c, desk);
    if (!target) return missing(c);
    const losers = (Array.isArray(asked.ids) ? asked.ids : []).map((id) => desk.find(Number(id)));
    if (losers.length === 0 || losers.some((t) => !t || t === target || t.status === 'closed'))
      throw new Invalid({ ids: 'Ids: name open tickets other than the target' });
    desk.merge(target, losers as TicketRecord[], at, c.var.user, { source: asked.source_comment, target: asked.target_comment });
    const id = randomBytes(16).toString('hex');
    return c.json({
      job_status: {
        id,
        job_type: 'Ticket Merge',
        url: `${c.var.base}/api/v2/job_statuses/${id}.json`,
        total: losers.length,
        progress: null,
        status: 'queued',
        message: null,
        results: null,
      },
    });
  });
  app.get('/api/v2/tickets/:id/comments', (c) => {
    const ticket = found(c, desk);
    if (!ticket) return missing(c);
    const newestFirst = c.req.query('sort') === '-created_at' || c.req.query('sort_order') === 'desc';
    const comments = page(c, newestFirst ? ticket.comments.toReversed() : ticket.comments);
    return c.json({
      comments: comments.items.map((said) => commentJson(said, c.var.base)),
      ...((c.req.query('include') ?? '').split(',').includes('users') && {
        users: sideloadUsers(comments.items.map((x) => x.authorId), desk.state, c.var.base),
      }),
      ...comments.links,
    });
  });
  app.get('/api/v2/tickets/:id/audits', (c) => {
    const ticket = found(c, desk);
    if (!ticket) return missing(c);
    const audits = page(c, ticket.audits);
    return c.json({ audits: audits.items.map((a) => auditJson(a, ticket.id)), ...audits.links });
  });
  return app;
}

const found = (c: C, desk: Desk): TicketRecord | undefined => desk.find(Number(c.req.param('id')));
const lastAudit = (ticket: TicketRecord) => auditJson(ticket.audits.at(-1)!, ticket.id);

async function ticketInput(c: C): Promise<TicketInput> {
  const { ticket } = (await c.req.json()) as { ticket?: TicketInput };
  if (typeof ticket !== 'object' || ticket === null) throw new Invalid({ ticket: 'Ticket: is missing' });
  return ticket;
}

const refuse = (c: Context, status: 400 | 404 | 409 | 422, error: string, description: string, details?: Record<string, string>) =>
  c.json(
    {
      error,
      description,
      ...(details && {
        details: Object.fromEntries(Object.entries(details).map(([k, d]) => [k, [{ description: d, error: 'InvalidValue' }]])),
      }),
    },
    status,
  );
const missing = (c: Context) => refuse(c, 404, 'RecordNotFound', 'Not found');

const writeCursor = (ms: number, id: number): string => Buffer.from(`${ms}|${id}`).toString('base64');
const readCursor = (cursor: string): [number, number] => {
  const [ms, id] = Buffer.from(cursor, 'base64').toString().split('|').map(Number);
  return [ms || 0, id || 0];
};

/** Both of Zendesk's paginations: by cursor where `page[size]` is given, else by offset. At most 100 a page. */
function page<T>(c: C, all: readonly T[]): { items: T[]; links: object } {
  const url = new URL(c.req.url);
  const at = (params: Record<string, string | number>): string => {
    const next = new URL(url);
    for (const [k, v] of Object.entries(params)) next.searchParams.set(k, String(v));
    return next.href;
  };
  const size = Math.min(100, Number(c.req.query('page[size]') ?? c.req.query('per_page') ?? 100) || 100);
  if (c.req.query('page[size]') !== undefined) {
    const start = Number(Buffer.from(c.req.query('page[after]') ?? '', 'base64').toString()) || 0;
    const end = start + size;
    const more = end < all.length;
    const cursor = Buffer.from(String(end)).toString('base64');
    return {
      items: all.slice(start, end),
      links: {
        meta: { has_more: more, after_cursor: more ? cursor : null, before_cursor: null },
        links: { next: more ? at({ 'page[after]': cursor }) : null, prev: null },
      },
    };
  }
  const number = Math.max(1, Number(c.req.query('page') ?? 1) || 1);
  const end = number * size;
  return {
    items: all.slice(end - size, end),
    links: {
      count: all.length,
      next_page: end < all.length ? at({ page: number + 1 }) : null,
      previous_page: number > 1 ? at({ page: number - 1 }) : null,
    },
  };
}
