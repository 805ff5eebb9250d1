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
    details: [{ system, status } satisfies Details],
  });
}

/**
 * A passing failure: 429, 5xx, a timeout, a lost connection. `retryAfterMs` comes from Retry-After: Temporal keeps it between the
 * attempts of one activity, and whoever tries again after those reads it by `askedToWaitMs`.
 */
export function unavailable(
  system: OutsideSystem,
  doing: string,
  why: string,
  { status, retryAfterMs }: { status?: number; retryAfterMs?: number | undefined } = {},
): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE.unavailable,
    message: `${system} could not ${doing}: ${why}`,
    nonRetryable: false,
    nextRetryDelay: retryAfterMs,
    details: [{ system, why, ...(status && { status }), ...(retryAfterMs && { retryAfterMs }) } satisfies Details],
  });
}

/** The worker was given up meanwhile, and another one does its work: nothing more is to be done. */
export const givenUp = (doing: string, why: string): ApplicationFailure =>
  ApplicationFailure.create({ type: FAILURE.unavailable, message: `Temporal could not ${doing}: ${why}`, nonRetryable: false, details: [{ system: 'Temporal', why, givenUp: true } satisfies Details] });
export const isGivenUp = (error: unknown): boolean => detailsOf(error).givenUp === true;

interface Details {
  system?: OutsideSystem;
  why?: string;
  status?: number | string;
  retryAfterMs?: number;
  givenUp?: true;
}
const detailsOf = (error: unknown): Details => (error instanceof ApplicationFailure ? (error.details?.[0] as Details | undefined) : null) ?? {};

/** The status that an outside system refused or put off with; null where there was none. */
export const statusOf = (error: unknown): number | string | null => detailsOf(error).status ?? null;
/** Trying the same again cannot help. */
export const isRefused = (error: unknown): boolean => error instanceof ApplicationFailure && error.type === FAILURE.refused;

/** For how long the system asked not to be asked again, in milliseconds; 0 where it did not say. For workflows, too. */
export const askedToWaitMs = (error: unknown): number => detailsOf(error).retryAfterMs ?? 0;

/** A ticket that somebody changed between our reading and our writing: it must be read again before it is written. */
export const changedSinceRead = (doing: string): ApplicationFailure => unavailable('helpdesk', doing, CHANGED);
export const isChangedSinceRead = (error: unknown): boolean => detailsOf(error).why === CHANGED;
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
