/** Impersonation sessions of the Admin stand-in: opened, looked through, ended; each is on the ledger. */
import type { Env, Hono } from 'hono';
import { US } from '../ledger.js';
import type { Books, Session } from './books.js';
import { viewOf } from './group-state.js';
import { noMember, problem } from './problem.js';

/** Puts the sessions' paths on the app. */
export function impersonationRoutes<E extends Env>(app: Hono<E>, books: Books): void {
  const { state } = books;

  app.post('/impersonation-sessions', async (c) => {
    const { memberId } = ((await c.req.json()) ?? {}) as { memberId?: unknown };
    const at = await books.now();
    const key = c.req.header('idempotency-key');
    if (!key) return problem(c, 400, 'No key', 'Name the request with the header Idempotency-Key.');
    if (typeof memberId !== 'string' || !memberId) return problem(c, 400, 'No member', 'Send {"memberId": "..."}.');
    if (!books.members[memberId]) return noMember(c);
    if (books.groupOf(memberId)?.plays.impersonation === false)
      return problem(c, 403, 'Not permitted', 'Nobody is impersonated in this employer group.');
    if (!books.accessOf(memberId).impersonation) return problem(c, 409, 'Not available', 'This member cannot be impersonated.');
    const before = state.sessions.filter((s) => s.key === key);
    if (before.some((s) => s.memberId !== memberId)) return problem(c, 422, 'The key was used before', 'A key names the sessions of one member.');
    const open = before.find((s) => s.endedAt === null);
    if (open) return c.json(sessionOf(open));
    const session: Session = { id: `S-${books.next()}`, memberId, key, openedAt: new Date(at).toISOString(), endedAt: null };
    state.sessions.push(session);
    books.record(at, US, 'impersonation', memberId, `key ${key}`);
    return c.json(sessionOf(session), 201);
  });
  app.get('/impersonation-sessions/:session/view', async (c) => {
    const at = new Date(await books.now()).toISOString();
    const session = state.sessions.find((s) => s.id === c.req.param('session') && s.endedAt === null);
    if (!session) return problem(c, 404, 'No such session', 'There is no open session with this id.');
    return c.json(viewOf(session.memberId, books.accessOf(session.memberId), books.groupOf(session.memberId), at));
  });
  app.delete('/impersonation-sessions/:session', async (c) => {
    const at = await books.now();
    const session = state.sessions.find((s) => s.id === c.req.param('session'));
    if (!session) return problem(c, 404, 'No such session', 'There is no session with this id.');
    session.endedAt ??= new Date(at).toISOString();
    books.changed();
    return c.body(null, 204);
  });
}

const sessionOf = ({ id, memberId, openedAt }: Session) => ({ id, memberId, openedAt });
