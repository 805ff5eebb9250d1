/**
 * How often: each caller of the API has a budget a minute, and so has whoever is refused for want of a signature
 * or a sign-in. Signed webhooks have none: a burst of tickets is no attack, and each is one message to Temporal.
 */
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Refusal } from './refusal.js';
import type { Known } from './access.js';

/** So many calls of one person or program a minute: a console that refreshes, a script over a list. */
export const CALLS_PER_MINUTE = 1_200;
/** So many unsigned or unknown calls from one address a minute are answered with their reason. */
export const REFUSED_PER_MINUTE = 60;

const minute = (points: number) => new RateLimiterMemory({ points, duration: 60 });

/** Whole seconds until the next call is allowed; null while it is. */
async function waitFor(limiter: RateLimiterMemory, key: string): Promise<string | null> {
  try {
    await limiter.consume(key);
    return null;
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    return String(Math.max(1, Math.ceil(error.msBeforeNext / 1_000)));
  }
}

/** After sign-in: a caller over the budget is answered with 429 and Retry-After. */
export function perCaller() {
  const calls = minute(CALLS_PER_MINUTE);
  return createMiddleware<Known>(async (c, next) => {
    const wait = await waitFor(calls, c.get('person').subject || c.get('person').name);
    if (wait !== null) {
      c.header('Retry-After', wait);
      throw new Refusal(429, `More than ${CALLS_PER_MINUTE} calls in a minute: try again in ${wait} s.`);
    }
    await next();
  });
}

/**
 * Before everything: what is refused with 401 counts against its address, and past the budget is a 429. Whoever signs
 * rightly is never held up by others behind the same proxy.
 */
export function perRefused() {
  const refused = minute(REFUSED_PER_MINUTE);
  return createMiddleware(async (c, next) => {
    await next();
    if (c.res.status !== 401) return;
    const wait = await waitFor(refused, addressOf(c));
    if (wait === null) return;
    c.res = undefined;
    c.res = c.json({ reason: `Too many calls without a valid signature or sign-in: try again in ${wait} s.` }, 429, { 'Retry-After': wait });
  });
}

/** The caller's address; the same for all where there is no socket, as in tests. */
function addressOf(c: Context): string {
  try {
    return getConnInfo(c).remote.address ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
