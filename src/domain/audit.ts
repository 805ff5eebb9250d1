/** The audit: who did what, when, and on whose approval, refused attempts included. Plain JSON, no member data. */
import type { Entry } from './case.js';

/** One line of a case's record, with the case and the run that it belongs to. */
export interface AuditEntry extends Entry {
  ticket: string;
  /** Temporal's id of the run that tells it. */
  run: string;
}

/** The entries of one run, oldest first. */
export const entriesOf = (ticket: string, run: string, timeline: readonly Entry[]): AuditEntry[] =>
  timeline.map((entry) => ({ ticket, run, ...entry }));
