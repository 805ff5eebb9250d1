/** The audit: who did what, when, and on whose approval, refused attempts included. Plain JSON, no member data. */
import type { Entry } from './case.js';

/** Where a line of the audit stands. */
export interface AuditSource {
  /** The ticket; null for a problem, which is many tickets'. */
  ticket: string | null;
  /** Temporal's id of the workflow that tells it: `case-5158`, its group troubleshooting `group-5158-1`, `problem-…`. */
  workflow: string;
  /** Temporal's id of the run. */
  run: string;
}

/** One line of a record, with where it stands. */
export interface AuditEntry extends Entry, AuditSource {}

/** The entries of one run, oldest first. */
export const entriesOf = (source: AuditSource, record: readonly Entry[]): AuditEntry[] => record.map((entry) => ({ ...source, ...entry }));
