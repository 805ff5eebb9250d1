/**
 * Why nobody can know whether a mail went: what was really done to it. A mail in doubt for which nothing of that kind was
 * done is a fault of ours.
 */

import type { Company } from '../src/sandbox/company.js';

/** From when to when, ms since 1970; `to` is absent while it lasts. */
export interface Span {
  from: number;
  to?: number | undefined;
}
/** A worker that was killed, ended by itself, or stood still. `to` is absent for one that never went on. */
export interface Stop extends Span {
  pid: number;
}
/** One try of a worker to write a mail, as Temporal tells of it. */
export interface Attempt extends Span {
  /** `ticket.cycle.effect`, as in the Message-ID. */
  mail: string;
  /** Who had it. */
  pid: number;
  /** The worker said how it ended; else Temporal missed it. */
  answered: boolean;
}
export interface Evidence {
  /** Mails whose body the mail server had, and to which it gave no answer. */
  unanswered: readonly { mail: string }[];
  stops: readonly Stop[];
  /** When connections to the mail server were cut off on the wire. */
  mailCut: readonly Span[];
  /** When Temporal was away, or could not be reached. */
  temporalAway: readonly Span[];
}

export const CAUSES = ['answer lost', 'worker stopped', 'wire cut', 'Temporal away'] as const;
/**
 * `answer lost`: by the mail server, tied to this very mail. `worker stopped`: the process that had this very mail was killed
 * or stood still then. The other two are tied by time alone: the wire to the mail server was cut, or Temporal was
 * away, while a worker had this mail.
 */
export type Cause = (typeof CAUSES)[number];

/** By the mail server's own account. */
export const unansweredBy = ({ mail }: Pick<Company, 'mail'>): Evidence['unanswered'] => mail.unanswered.map(({ messageId }) => ({ mail: messageId.replaceAll(/^<|@.*$/g, '') }));

/** Null where nothing that was done explains it. */
export function causeOf(mail: string, attempts: readonly Attempt[], { unanswered, stops, mailCut, temporalAway }: Evidence): Cause | null {
  const own = attempts.filter((attempt) => attempt.mail === mail);
  if (unanswered.some((one) => one.mail === mail)) return 'answer lost';
  if (own.some((attempt) => stops.some((stop) => stop.pid === attempt.pid && meet(stop, attempt)))) return 'worker stopped';
  // A worker that answers has lost the connection to the mail server; one that does not is not heard, or was not any more.
  if (own.some((attempt) => attempt.answered && mailCut.some((cut) => meet(cut, attempt)))) return 'wire cut';
  if (own.some((attempt) => temporalAway.some((away) => meet(away, attempt)))) return 'Temporal away';
  return null;
}

const meet = (a: Span, b: Span): boolean => a.from <= (b.to ?? Infinity) && b.from <= (a.to ?? Infinity);
