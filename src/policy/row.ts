/** What a row of the protocol is made of, and the helpers that rows are written with. */
import type { FactName, FactValues, Inquiry } from '../domain/facts.js';
import type { GroupProblem, Priority, RowId, Team } from '../domain/ruling.js';

/** Facts as far as they are known. */
export type Known = Partial<FactValues>;
/** A ticket whose inquiry is empty, or names nothing the protocol knows, stands under `unknown`. */
export type RowInquiry = Inquiry | 'unknown';
/** Facts that hold a moment: since when a condition holds. */
export type SinceFact = 'inComplianceSince' | 'requirementsAllTrueSince';

interface Does {
  /** What is done, as half a sentence in the present, without a full stop. */
  does: string;
}
/** What a row rules. */
export type Then = Does &
  (
    | { kind: 'tier1'; names: (f: Known) => string[] }
    | { kind: 'answer' }
    | { kind: 'ask'; asks: FactName[]; of: 'agent' }
    /** Until the hold has passed since the fact's moment, and `plusMs` more. */
    | { kind: 'wait'; since: SinceFact; plusMs: number }
    | { kind: 'escalate'; team: Team; priority: Priority; endsAtHandOver: boolean }
    | { kind: 'troubleshoot'; problem: GroupProblem }
    | { kind: 'hold' }
  );

interface RowOf<N extends FactName> {
  id: RowId;
  /** The document and its section. */
  source: string;
  /** What the document leaves open here, and how we settled it. */
  ourReading?: string;
  inquiry: RowInquiry;
  /** The facts without which `when` cannot be answered. */
  needs: readonly N[];
  /** Does the row apply? Asked only when all it needs is known. Times in ms. */
  when: (f: Pick<FactValues, N>, now: number, holdMs: number) => boolean;
  /** `when` in words, with the clock at its default. */
  whenSaid: string;
  /** `when` in words with this case's figures; without it `whenSaid` serves. No member data. */
  because?: (f: Known, now: number, holdMs: number) => string;
  /** What in the known facts rules the row out; null while nothing does. No member data. */
  whyNot: (f: Known, now: number, holdMs: number) => string | null;
  then: Then;
}
/** A row, for any facts: `needs` says which must be there before `when` is asked. */
export type Row = RowOf<FactName>;

/** Declares a row; `when` sees exactly the facts that the row needs. */
export function row<const N extends FactName>(spec: RowOf<N>): Row {
  return spec;
}

/** For rows that apply to every ticket of their inquiry. */
export const always: { needs: readonly never[]; when: () => boolean; whenSaid: string; whyNot: () => null } = {
  needs: [],
  when: () => true,
  whenSaid: 'always',
  whyNot: () => null,
};

/** Tier 1 resolves it; `names` says what exactly fails or is unmet. */
export const tier1 = (does: string, names: (f: Known) => string[] = () => []): Then => ({ kind: 'tier1', does, names });

/** Tier 1, with an answer that the system gives the member. */
export const answer = (does: string): Then => ({ kind: 'answer', does });

/** The agent is asked for what only a person can find out. */
export const askAgent = (does: string, asks: FactName[]): Then => ({ kind: 'ask', does, asks, of: 'agent' });

/** Held back until the hold has been reached ("less than") or, with 1 ms more, passed ("more than"). */
export const waitOut = (does: string, since: SinceFact, plusMs: 0 | 1): Then => ({ kind: 'wait', does, since, plusMs });

/** Escalated. The priority is Normal unless the protocol names one. */
export const escalateTo = (
  team: Team,
  does: string,
  { priority = 'Normal', endsAtHandOver = false }: { priority?: Priority; endsAtHandOver?: boolean } = {},
): Then => ({ kind: 'escalate', team, does, priority, endsAtHandOver });

/** Diagnosed by the checks of its problem, in src/policy/checks. */
export const troubleshoot = (problem: GroupProblem, does: string): Then => ({ kind: 'troubleshoot', problem, does });

/** Held for a person. */
export const hold = (does: string): Then => ({ kind: 'hold', does });
