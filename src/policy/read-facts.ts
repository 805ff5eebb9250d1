/** Reads facts of any shape into what is known for certain. What cannot be read, or contradicts, is not known. */
import {
  ERROR_KINDS,
  FACT_SOURCES,
  INQUIRIES,
  OBSERVED_LOGINS,
  SCOPES,
  type Fact,
  type FactName,
  type Facts,
  type FactValues,
} from '../domain/facts.js';
import type { Ground } from '../domain/ruling.js';
import { readTime } from './clocks.js';
import type { Known } from './row.js';

export interface ReadFacts {
  /** Only values that may be relied on. */
  known: Known;
  /** Every fact that was given, the doubtful ones too. */
  grounds: Map<FactName, Ground>;
  /** Why a fact that was given is not relied on. */
  doubts: Map<FactName, string>;
}

/** The doubt about a member's id that Admin does not know. */
export const UNKNOWN_MEMBER = 'Admin knows no member of it';

const oneOf = (values: readonly unknown[]) => (v: unknown) => values.includes(v);
const yesOrNo = (v: unknown) => typeof v === 'boolean';
const timeOrNull = (v: unknown) => v === null || readTime(v) !== null;

const READABLE: { [K in FactName]: (v: unknown) => boolean } = {
  inquiry: oneOf([...INQUIRIES, null]),
  errorKind: oneOf([...ERROR_KINDS, null]),
  memberId: (v) => typeof v === 'string' && v.trim() !== '',
  troubleshootingDone: yesOrNo,
  bugConfirmed: yesOrNo,
  inComplianceSince: timeOrNull,
  incentiveDates: oneOf(['missing', 'unclear', 'clear']),
  ooeResult: oneOf(['excluded', 'error', 'eligible']),
  requirementsAllTrueSince: timeOrNull,
  unmetRequirements: (v) => Array.isArray(v) && v.every((x) => typeof x === 'string' && x.trim() !== ''),
  ordered: yesOrNo,
  orderTemplateCompleted: yesOrNo,
  firstSessionCompleted: yesOrNo,
  clinicalRequirementsMet: yesOrNo,
  scope: oneOf(SCOPES),
  observedLogin: oneOf(OBSERVED_LOGINS),
  securityConcern: yesOrNo,
  suspectedDefect: yesOrNo,
};
export const FACT_NAMES = Object.keys(READABLE) as FactName[];

/** Never throws, whatever the shape of the JSON. */
export function readFacts(facts: Facts): ReadFacts {
  const known: Partial<Record<FactName, FactValues[FactName]>> = {};
  const grounds: ReadFacts['grounds'] = new Map();
  const doubts: ReadFacts['doubts'] = new Map();
  for (const name of FACT_NAMES) {
    const fact = given(facts, name);
    if (!fact) continue;
    grounds.set(name, { fact: name, value: fact.value, source: fact.source, readAt: fact.readAt });
    if (fact.unknownToAdmin === true) doubts.set(name, UNKNOWN_MEMBER);
    else if (READABLE[name](fact.value)) known[name] = fact.value as FactValues[FactName];
    else doubts.set(name, 'what is there cannot be read');
  }
  const read = known as Known;
  if (contradictory(read)) {
    for (const name of ['requirementsAllTrueSince', 'unmetRequirements'] as const) {
      delete read[name];
      doubts.set(name, 'what is there contradicts the other');
    }
  }
  return { known: read, grounds, doubts };
}

/** A value without a known source is hearsay, not a fact. */
function given(facts: Facts, name: FactName): Fact | null {
  const fact: unknown = Object.hasOwn(facts ?? {}, name) ? facts[name] : null;
  if (typeof fact !== 'object' || fact === null) return null;
  const { value, source, readAt } = fact as Partial<Fact>;
  if (value === undefined || !FACT_SOURCES.some((s) => s === source) || typeof readAt !== 'string') return null;
  return fact as Fact;
}

/** "All TRUE" and "these are FALSE" at once, or "one is FALSE" and "none is". */
function contradictory({ requirementsAllTrueSince: since, unmetRequirements: unmet }: Known): boolean {
  if (since === undefined || unmet === undefined) return false;
  return (since === null) === (unmet.length === 0);
}
