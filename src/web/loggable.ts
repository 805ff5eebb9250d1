/** A request's path as it may be logged: what is logged is kept, and read by more people than the cases are. */
import type { Context } from 'hono';
import { ACCESS } from './access.js';
import { problemName, ticketId } from './ids.js';

const LONGEST_LOGGED = 200;
/** The words that routes are made of. */
const WORDS = new Set(Object.keys(ACCESS).flatMap((route) => route.slice(route.indexOf('/')).split('/')));

/**
 * As it was sent, since what is decoded may be what a terminal obeys; cut; without the secret that a sandbox's path is,
 * however that is spelled; and without what stands where a ticket's number or a problem's id should: whoever looks for
 * a member there writes a name or an address.
 */
export function loggable({ req }: Context): string {
  if (/^\/codec\/+(?!(decode|encode)$)/.test(req.path)) return '/codec/…';
  const path = new URL(req.url).pathname;
  const [before, root, kind, ...names] = path.split('/');
  const whole = root === 'api' ? [before, root, kind, ...names.map((name) => (isOurs(name) ? name : '…'))].join('/') : path;
  return whole.slice(0, LONGEST_LOGGED);
}

const isOurs = (name: string): boolean => WORDS.has(name) || ticketId.safeParse(name).success || problemName.safeParse(name).success;
