/**
 * Who is asking: the one door of the API. Today a bearer token, with the person's name beside it; sign-in
 * through an identity provider (OpenID Connect) comes here, and nothing behind this door changes with it.
 */
import { createMiddleware } from 'hono/factory';
import type { Actor } from '../workflows/messages.js';
import { Refusal } from './refusal.js';
import { sameSecret } from './webhooks/sign.js';

export interface Known {
  Variables: { actor: Actor };
}

/** Lets the token's holder in as a lead; others get a 401. */
export const who = (apiToken: string) =>
  createMiddleware<Known>(async (c, next) => {
    const given = /^Bearer +(\S+) *$/i.exec(c.req.header('Authorization') ?? '')?.[1] ?? '';
    if (!sameSecret(given, apiToken)) {
      c.header('WWW-Authenticate', 'Bearer');
      throw new Refusal(401, 'The API needs the header "Authorization: Bearer …" with the token set as API_TOKEN.');
    }
    c.set('actor', { name: nameFrom(c.req.header('X-Onetouch-Actor')), role: 'lead', verified: true });
    await next();
  });

/** A name for the record: percent-encoded where it is not ASCII, one line, at most 64 characters. */
function nameFrom(header = ''): string {
  let name = header;
  try {
    name = decodeURIComponent(header);
  } catch {
    // A lone percent sign is just part of the name.
  }
  return [...name.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').trim()].slice(0, 64).join('').trim() || 'API';
}
