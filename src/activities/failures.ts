/**
 * The one file of failure types. A failure says whether trying again can help; its message carries no
 * member data and no credentials.
 */
import { ApplicationFailure } from '@temporalio/common';

/** The failure's `type` in Temporal, as retry policies and workflows read it. */
export const FAILURE = {
  /** An outside system refused for good (4xx): a person must look. */
  refused: 'Refused',
  /** An outside system cannot be reached or answers 429/5xx: try again. */
  unavailable: 'Unavailable',
  /** The address does not exist or is not one: the member must be called. */
  mailRefused: 'MailRefused',
  /** The server may or may not have accepted the mail: a person must look. */
  mailUnknown: 'MailOutcomeUnknown',
} as const;

export type OutsideSystem = 'helpdesk' | 'Jira' | 'Admin' | 'mail server' | 'Temporal';

/** A client error of an outside system: permanent, never retried. */
export function refused(system: OutsideSystem, doing: string, status: number | string, detail = ''): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE.refused,
    message: `${system} refused to ${doing} (${status})${detail ? `: ${detail}` : ''}`,
    nonRetryable: true,
    details: [{ system, status }],
  });
}

/** A passing failure: 429, 5xx, a timeout, a lost connection. `retryAfterMs` comes from Retry-After. */
export function unavailable(
  system: OutsideSystem,
  doing: string,
  why: string,
  retryAfterMs?: number,
): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE.unavailable,
    message: `${system} could not ${doing}: ${why}`,
    nonRetryable: false,
    nextRetryDelay: retryAfterMs,
    details: [{ system, why }],
  });
}

/** A ticket that somebody changed between our reading and our writing: it must be read again before it is written. */
export const changedSinceRead = (doing: string): ApplicationFailure => unavailable('helpdesk', doing, CHANGED);
export const isChangedSinceRead = (error: unknown): boolean =>
  error instanceof ApplicationFailure && (error.details?.[0] as { why?: unknown } | undefined)?.why === CHANGED;
const CHANGED = 'it was changed since it was read';

export function mailRefused(why: string): ApplicationFailure {
  return ApplicationFailure.create({ type: FAILURE.mailRefused, message: `the address was refused: ${why}`, nonRetryable: true });
}

export function mailUnknown(why: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE.mailUnknown,
    message: `it is not known whether the mail was accepted: ${why}`,
    nonRetryable: true,
  });
}
