/**
 * Who may do what: one table of every route. A route that is not in it is not mounted, and a request to one is
 * refused. Everything under `/api` and `/codec` needs a role; a new route is one line here.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { ROLES, type Role } from '../domain/roles.js';
import type { Actor } from '../workflows/messages.js';
import { Refusal } from './refusal.js';
import type { Person } from './tokens.js';

/** `open`: anybody. `signed`: whoever can sign a webhook. Else the roles that may. */
export type Access = 'open' | 'signed' | readonly Role[];

const EVERYBODY = ROLES;
/** Who works on cases. */
const AT_WORK = ['agent', 'lead', 'admin'] as const;
/** Who works on groups' problems and on those of many members. */
const ON_GROUPS = ['agent', 'ops', 'lead', 'admin'] as const;
/** Who is the second person, and who may move many members' cases at once. */
const APPROVERS = ['ops', 'lead', 'admin'] as const;
const IN_CHARGE = ['lead', 'admin'] as const;

export const ACCESS: Readonly<Record<string, Access>> = {
  'GET /healthz': 'open',
  'GET /readyz': 'open',
  'GET /sign-in': 'open',
  'POST /webhooks/helpdesk': 'signed',
  'POST /webhooks/jira': 'signed',

  'GET /api/me': EVERYBODY,
  'GET /api/cases': EVERYBODY,
  'GET /api/cases/:ticket': EVERYBODY,
  'GET /api/cases/:ticket/timeline': EVERYBODY,
  'GET /api/cases/:ticket/explain': EVERYBODY,
  'POST /api/cases/:ticket/close': AT_WORK,
  'POST /api/cases/:ticket/re-escalate': AT_WORK,
  'POST /api/cases/:ticket/provide': AT_WORK,
  'POST /api/cases/:ticket/confirm': AT_WORK,
  'POST /api/cases/:ticket/choose': AT_WORK,
  'POST /api/cases/:ticket/promise': AT_WORK,
  'POST /api/cases/:ticket/mail': AT_WORK,
  'POST /api/cases/:ticket/resume': ['agent', 'ops', 'lead', 'admin'],
  'POST /api/cases/:ticket/override': IN_CHARGE,

  'GET /api/cases/:ticket/group': EVERYBODY,
  'POST /api/cases/:ticket/fix': ON_GROUPS,
  'POST /api/cases/:ticket/approve': APPROVERS,
  'POST /api/cases/:ticket/refuse': APPROVERS,
  'POST /api/cases/:ticket/observed': ON_GROUPS,

  'GET /api/problems': EVERYBODY,
  'GET /api/problems/:problem': EVERYBODY,
  'GET /api/problems/:problem/members': EVERYBODY,
  'POST /api/problems/:problem/merge': APPROVERS,
  'POST /api/problems/:problem/choose': AT_WORK,
  'POST /api/problems/:problem/resume': ON_GROUPS,
  'POST /api/cases/:ticket/link': AT_WORK,
  'POST /api/cases/:ticket/unlink': AT_WORK,

  'GET /api/cases/:ticket/audit': EVERYBODY,
  'GET /api/problems/:problem/audit': EVERYBODY,
  'GET /api/audit': ['auditor', 'admin'],
  'GET /api/audit/key': EVERYBODY,

  // Agents send signals and never need to read another's case; auditors read and never send.
  'POST /codec/decode': ['auditor', 'ops', 'lead', 'admin'],
  'POST /codec/encode': ON_GROUPS,
};

/** Privileged changes, by their verb: each takes a grant. Some are a route's own, some a word in its body. */
export interface Privilege {
  /** In the words of a refusal. */
  what: string;
  may: readonly Role[];
  /** Which bodies are privileged; all when absent. */
  when?: (body: Readonly<Record<string, unknown>>) => boolean;
  /** Who may by breaking the glass; `may` when absent. */
  glass?: readonly Role[];
}
export const PRIVILEGES: Readonly<Record<string, Privilege>> = {
  override: { what: 'override the protocol', may: IN_CHARGE },
  close: { what: 'close without the follow-up', may: IN_CHARGE, when: (body) => body['withoutFollowUp'] === true },
  fix: { what: "fix what is a group's or its members'", may: ON_GROUPS },
  approve: { what: 'approve a change of a group', may: APPROVERS, glass: IN_CHARGE },
  merge: { what: 'merge problems', may: APPROVERS },
};

/** The privilege that a command needs; null where it takes no grant. */
export function privilegeOf(verb: string, body: Readonly<Record<string, unknown>>): Privilege | null {
  const privilege = Object.hasOwn(PRIVILEGES, verb) ? PRIVILEGES[verb]! : null;
  return privilege?.when?.(body) === false ? null : privilege;
}

/** What the audit hears of: who was refused what. No body, no token. */
export interface Refused {
  method: string;
  /** The route as it is registered, e.g. `/api/cases/:ticket/close`. */
  route: string;
  path: string;
  status: 401 | 403;
  reason: string;
  /** Null for somebody who did not sign in. */
  by: Pick<Person, 'name' | 'subject' | 'roles'> | null;
}

export interface Known {
  Variables: { person: Person; actor: Actor };
}

/** What goes before the routes; it answers nothing itself but refusals. */
const MIDDLEWARE = ['/*', '/api/*', '/webhooks/*', '/codec/*'];

/** e.g. `GET` `/api/cases/:ticket`: what a request may come to, in the order in which it is tried. */
export const routesOf = (c: Context): { method: string; path: string }[] =>
  // Middleware is registered for all methods; what answers is registered for one.
  matchedRoutes(c).filter(({ method }) => method !== 'ALL');

/** Throws where a route of the app is not in the table, or the table has one that the app has not. */
export function everyRouteDeclared(routes: readonly { method: string; path: string }[], table: Readonly<Record<string, Access>> = ACCESS): void {
  const there = new Set(routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`));
  const missing = [...there].filter((route) => !Object.hasOwn(table, route));
  const left = Object.keys(table).filter((route) => !there.has(route));
  const wide = Object.entries(table).flatMap(([route, access]) => (typeof access === 'string' && / \/(api|codec)(\/|$)/.test(route) ? [route] : []));
  const forAll = routes.filter(({ method, path }) => method === 'ALL' && !MIDDLEWARE.includes(path)).map(({ path }) => path);
  if (forAll.length) throw new Error(`web/access.ts knows no middleware at ${forAll.join(', ')}, and a route is for one method`);
  if (missing.length) throw new Error(`web/access.ts does not say who may: ${missing.join(', ')}`);
  if (left.length) throw new Error(`web/access.ts has routes that are not there: ${left.join(', ')}`);
  if (wide.length) throw new Error(`web/access.ts lets anybody in: ${wide.join(', ')}`);
}

/** Lets those through whose role may, as that role; others get a 403 that says who may. Unknown paths go on to a 404. */
export const allowed: MiddlewareHandler<Known> = async (c, next) => {
  const person = c.get('person');
  for (const { method, path } of routesOf(c)) {
    const access = ACCESS[`${method} ${path}`];
    c.set('actor', actorAs(person, roleFor(person, typeof access === 'object' ? access : [], 'do this')));
  }
  await next();
};

/** The highest of the person's roles that may. Throws a `Refusal` (403). */
export function roleFor(person: Person, may: readonly Role[], what: string): Role {
  const role = person.roles.findLast((r) => may.includes(r));
  if (role) return role;
  const yours = person.roles.length ? `you are ${person.roles.join(', ')}` : 'you have no role here';
  throw new Refusal(403, `To ${what} takes the role ${may.join(' or ')}; ${yours}.`);
}

export const actorAs = ({ name, subject }: Person, role: Role): Actor => ({ name, role, verified: true, ...(subject && { subject }) });
