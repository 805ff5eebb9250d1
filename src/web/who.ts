/**
 * Who is asking: the one door of the API. An access token of the identity provider says it; in development a
 * static token does as well. Never the body, and beside a sign-in never a header.
 */
import { createMiddleware } from 'hono/factory';
import type { GatewayConfig } from '../config.js';
import type { Known } from './access.js';
import { apart, oneLine } from './names.js';
import { Refusal } from './refusal.js';
import { verifyTokens, type Person } from './tokens.js';
import { sameSecret } from './webhooks/sign.js';

export interface Doors {
  oidc: GatewayConfig['oidc'];
  /** A static token; its holder is a lead. Production has none. */
  apiToken: string | null;
}

/** Lets in whose token is good, with the roles that it has; others get a 401. */
export function who({ oidc, apiToken }: Doors, now: () => number) {
  const verify = oidc && verifyTokens(oidc, now);
  return createMiddleware<Known>(async (c, next) => {
    try {
      c.set('person', await personWith(c.req.header('Authorization') ?? '', c.req.header('X-Onetouch-Actor')));
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) c.header('WWW-Authenticate', 'Bearer');
      throw error;
    }
    await next();
  });

  async function personWith(authorization: string, stated: string | undefined): Promise<Person> {
    const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '';
    if (apiToken && sameSecret(token, apiToken)) return { name: oidc ? 'API token' : nameFrom(stated), subject: '', roles: ['lead'] };
    if (verify && token) return verify(token);
    throw new Refusal(401, oidc
      ? 'The API needs the header "Authorization: Bearer …" with an access token; "npx onetouch login" gets one.'
      : 'The API needs the header "Authorization: Bearer …" with the token set as API_TOKEN.');
  }
}

/** A name that is only stated, percent-encoded where it is not ASCII. */
function nameFrom(header = ''): string {
  let name = header;
  try {
    name = decodeURIComponent(header);
  } catch {
    // A lone percent sign is just part of the name.
  }
  return apart(oneLine(name), 'as stated') || 'API';
}
