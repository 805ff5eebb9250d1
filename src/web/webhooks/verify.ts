/** Is this webhook from whom it says, and from now? Over the raw bytes, before anything is parsed. */
import { Refusal } from '../refusal.js';
import { sameSecret, signHelpdesk, signJira } from './sign.js';

const MINUTE_MS = 60_000;
/** The helpdesk tries again within seconds, so five minutes only allow for clocks that differ. */
const HELPDESK_OLDEST_MS = 5 * MINUTE_MS;
const HELPDESK_NEWEST_MS = MINUTE_MS;
/** Jira sends the same body up to five times, 5–15 minutes apart: more than an hour. */
const JIRA_OLDEST_MS = 180 * MINUTE_MS;
const JIRA_NEWEST_MS = 5 * MINUTE_MS;

interface Headers {
  get(name: string): string | null;
}

/**
 * Checks the helpdesk's signature with each secret (two while one is rotated) and bounds its timestamp, which
 * is signed. Returns the timestamp as sent. Throws a `Refusal` (401).
 */
export function verifyHelpdesk(secrets: string[], headers: Headers, body: Uint8Array, now: number): string {
  const signature = headers.get('X-Zendesk-Webhook-Signature');
  const timestamp = headers.get('X-Zendesk-Webhook-Signature-Timestamp');
  if (!signature || !timestamp) throw new Refusal(401, 'The webhook is not signed: a signature header is missing.');
  if (!secrets.some((secret) => sameSecret(signature, signHelpdesk(secret, timestamp, body))))
    throw new Refusal(401, 'The signature does not match. Check HELPDESK_WEBHOOK_SECRET against the webhook in the helpdesk.');
  bound(/^\d{4}-\d\d-\d\dT/.test(timestamp) ? Date.parse(timestamp) : NaN, now, HELPDESK_OLDEST_MS, HELPDESK_NEWEST_MS);
  return timestamp;
}

/** Checks Jira's signature with each secret. Throws a `Refusal` (401). */
export function verifyJira(secrets: string[], headers: Headers, body: Uint8Array): void {
  const signature = headers.get('X-Hub-Signature');
  if (!signature) throw new Refusal(401, 'The webhook is not signed: X-Hub-Signature is missing.');
  if (!secrets.some((secret) => sameSecret(signature, signJira(secret, body))))
    throw new Refusal(401, 'The signature does not match. Check JIRA_WEBHOOK_SECRET against the webhook in Jira.');
}

/** Bounds the `timestamp` of Jira's body (ms since 1970): it has none among its headers. Throws a `Refusal` (401). */
export const boundJira = (timestamp: number, now: number): void => bound(timestamp, now, JIRA_OLDEST_MS, JIRA_NEWEST_MS);

function bound(at: number, now: number, oldestMs: number, newestMs: number): void {
  // NaN fails the comparison too.
  if (!(at >= now - oldestMs && at <= now + newestMs))
    throw new Refusal(401, 'The timestamp is missing, too old or in the future: a replay, or a clock that is wrong.');
}
