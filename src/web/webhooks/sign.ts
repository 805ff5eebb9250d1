/** How the helpdesk and Jira sign their webhooks; for checking them, and for replaying one. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Zendesk: base64 of HMAC-SHA256 over the timestamp (ISO 8601, as sent) followed by the raw body. */
export const signHelpdesk = (secret: string, timestamp: string, body: Uint8Array): string =>
  createHmac('sha256', secret).update(timestamp).update(body).digest('base64');

/** Jira: `sha256=` and the hex HMAC-SHA256 over the raw body. */
export const signJira = (secret: string, body: Uint8Array): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** Compares in a time that does not tell how much of a secret was right. */
export function sameSecret(given: string, right: string): boolean {
  // Equal lengths are needed; hashing first also hides the length.
  const digest = (s: string) => createHmac('sha256', 'compare').update(s).digest();
  return timingSafeEqual(digest(given), digest(right));
}
