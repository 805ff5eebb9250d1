/** What a check of group troubleshooting is made of, and the helpers that checks are written with. */
import type { FactName } from '../../domain/facts.js';
import type { CheckId, Evidence, FixKind, Gathered, ReadingName, Readings, TriggerId, Verdict } from '../../domain/troubleshooting.js';

export interface Judged {
  verdict: Verdict;
  /** What was found, in words, without member data; null when nothing is known. */
  value: string | null;
  /** Where an agent's word decided: when it was given. */
  toldAt?: string;
}

export interface Check {
  id: CheckId;
  /** The document and its section. */
  source: string;
  /** What the document leaves open here, and how we settled it. */
  ourReading?: string;
  /** What is looked at, in words. */
  asks: string;
  /** The readings without which it is not known. */
  reads: readonly ReadingName[];
  /** What each verdict means: a sentence each. */
  passes: string;
  fails: string;
  unknown: string;
  /** A failure leads to this fix, where the readings give all that it takes; else to an explanation, else to a person. */
  fix?: FixKind;
  explains?: true;
  /** A failure is always escalated by this trigger, which is looked for before. */
  escalates?: TriggerId;
  /** What a person does when neither is there, and when the check is not known. */
  guidance: readonly string[];
  /** What an agent can tell when it is not known. */
  asksFacts?: readonly FactName[];
  /** Not known, it does not keep the checks after it from deciding. */
  mayBeUnknown?: true;
  /** Failed, it gives way to a later check that failed, which would be its cause. */
  symptom?: true;
  /** Failed, with these verdicts on the other checks, it makes a defect suspected. */
  provesDefect?: (others: readonly Evidence[], readings: Readings) => boolean;
  judge: (readings: Readings, gathered: Gathered) => Judged;
}

/** The checks of one problem, in the protocol's order. */
export interface Checks {
  checks: readonly Check[];
  /** As half a sentence. */
  commonCause: string;
  quickFix: string;
  /** What is done when every check passed. */
  nothingWrong: { explains?: true; cause: string; guidance: readonly string[]; asksFacts: readonly FactName[] };
}

export const unknown = (value: string | null = null): Judged => ({ verdict: 'unknown', value });
export const judged = (passed: boolean, value: string): Judged => ({ verdict: passed ? 'passed' : 'failed', value });

export const allPassed = (others: readonly Evidence[]): boolean => others.every((e) => e.verdict === 'passed');

/** Names in words: "none", or the first ten, in a stable order. */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const more = names.length - 10;
  return `${names.slice(0, 10).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

export const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  new Set(a).size === new Set(b).size && a.every((name) => b.includes(name));
