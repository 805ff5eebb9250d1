/** Signing a grant, in the gateway; and checking one, in the worker. */
import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { canonical, type Change, type Grant, type Verdict } from '../domain/grant.js';
import type { GrantKeys } from './keys.js';

/** Long enough for a slow way to the case, short enough that a copy is soon worth nothing. */
export const GRANT_MS = 5 * 60_000;
/** How far the gateway's clock may be ahead of Temporal's. */
const SKEW_MS = 60_000;

/** Signs a grant for exactly this change. `now` in milliseconds. */
export function signGrant(keys: GrantKeys, { body, by, ...change }: Change, now: number): Grant {
  const key = keys[0]!;
  const grant: Omit<Grant, 'signature'> = {
    ...change,
    id: randomUUID(),
    key: key.id,
    digest: digestOf(body),
    by: { name: by.name, role: by.role, ...(by.subject && { subject: by.subject }) },
    breakGlass: body['breakGlass'] === true,
    issuedAt: new Date(now).toISOString(),
    expiresAt: new Date(now + GRANT_MS).toISOString(),
  };
  return { ...grant, signature: signatureOf(key.secret, grant) };
}

/**
 * Is this a grant of ours for exactly this change, at `now` (ISO 8601, when the change was asked for)? Takes
 * anything and never throws: what comes here may have been sent to Temporal by anybody.
 */
export function checkGrant(keys: GrantKeys, given: unknown, change: Change, now: string): Verdict {
  try {
    const { signature, ...grant } = given as Grant;
    const key = keys.find(({ id }) => id === grant.key);
    if (!key) return no('its grant was not signed with a key of ours');
    if (typeof signature !== 'string' || !same(signature, signatureOf(key.secret, grant))) return no('its grant was not signed by the API, or was changed since');
    // From here on the grant is our own word; what is compared is what it is asked to cover.
    if (grant.of !== change.of || grant.verb !== change.verb || grant.digest !== digestOf(change.body)) return no('its grant is for another change');
    if (grant.cycle !== null && change.cycle !== null && grant.cycle !== change.cycle) return no(`its grant is for cycle ${grant.cycle}, and the case has moved on`);
    if (canonical(grant.by) !== canonical(personOf(change.by))) return no('its grant is for another person');
    const at = Date.parse(now);
    if (!(at <= Date.parse(grant.expiresAt))) return no('its grant has expired');
    if (!(at >= Date.parse(grant.issuedAt) - SKEW_MS)) return no('its grant is from the future');
    return { valid: true, of: signature, at: now };
  } catch {
    return no('its grant cannot be read');
  }
}

const no = (reason: string): Verdict => ({ valid: false, reason });
const personOf = ({ name, role, subject }: Change['by']) => ({ name, role, ...(subject && { subject }) });
const digestOf = (body: unknown): string => createHash('sha256').update(canonical(body)).digest('hex');
const signatureOf = (secret: Buffer, grant: Omit<Grant, 'signature'>): string =>
  createHmac('sha256', secret).update('onetouch grant\n').update(canonical(grant)).digest('base64url');

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
