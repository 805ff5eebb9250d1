/** Names that come from outside and become part of ids: checked before anything is made of them. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isProblemId } from '../domain/problem.js';

const TICKET = /^[1-9]\d{0,19}$/;

/** A ticket number, as text or as a number; text afterwards. */
export const ticketId = z
  .union([z.string(), z.number().refine(Number.isSafeInteger)], { error: 'must be a ticket number' })
  .transform(String)
  .pipe(z.string().regex(TICKET, 'must be a ticket number of 1 to 20 digits'));

/** A Jira issue key. */
export const issueKey = z.string().max(64).regex(/^[A-Z][A-Z0-9_]*-\d+$/, 'must be a Jira issue key');

/** A problem's id, as the list shows it. */
export const problemName = z.string().max(80).refine(isProblemId, 'must be a problem\'s id, like problem-server-error-0a1b2c3d4e5');

/** Names a message by what was sent, so that the same one twice has the same name. */
export function digest(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
