/** decide(): the facts and the time in, exactly one ruling out. Pure; the table says what, this says how. */
import type { FactName, Facts } from '../domain/facts.js';
import type { Ground, RowId, Ruling } from '../domain/ruling.js';
import { HOLD_MS, readNow, readTime } from './clocks.js';
import { FACT_WORDS, SYSTEM_FACTS } from './fact-words.js';
import { readFacts, UNKNOWN_MEMBER, type ReadFacts } from './read-facts.js';
import type { Known, Row } from './row.js';
import { rowById, rowsOf } from './table.js';
import { POLICY_VERSION } from './version.js';

export interface DecideOptions {
  /** How long a condition must hold before it is escalated, ms; 48 h by default. */
  holdMs?: number;
}

const LONGEST_HOLD_MS = 1e15;

/**
 * What the protocol says to do with these facts.
 *
 * @param facts what is known, of any shape: a fact that is absent, unreadable or contradicted is asked for.
 * @param now ISO 8601 with a zone; the time it is decided for.
 * @throws TypeError when `now` is not such a time, RangeError when `holdMs` is not a length of time.
 */
export function decide(facts: Facts, now: string, { holdMs = HOLD_MS }: DecideOptions = {}): Ruling {
  const nowMs = readNow(now);
  if (!(holdMs >= 0 && holdMs <= LONGEST_HOLD_MS)) throw new RangeError('decide: `holdMs` must be a length of time in milliseconds.');

  const read = readFacts(facts);
  const { known } = read;
  const rows = rowsOf(known.errorKind ? 'technical-error' : (known.inquiry ?? 'unknown'));
  const lacks = (r: Row) => r.needs.filter((n) => !(n in known));
  const whyNot = (r: Row) => r.whyNot(known, nowMs, holdMs);
  const base = (r: Row, reason: string, needs: readonly FactName[]) => ({
    row: r.id,
    policy: POLICY_VERSION,
    reason,
    restsOn: groundsOf(read, needs),
    ruledOut: rows
      .filter((other) => other !== r)
      .map((other): { row: RowId; why: string } => ({
        row: other.id,
        why: whyNot(other) ?? `not decided: it must be known ${listed(lacks(other), read)}`,
      })),
    at: now,
  });

  const applies = rows.find((r) => lacks(r).length === 0 && r.when(known as Required<Known>, nowMs, holdMs));
  if (applies) return { ...base(applies, reasonOf(applies, known, nowMs, holdMs), applies.needs), ...effectOf(applies, known, holdMs) };

  const open = rows.filter((r) => lacks(r).length > 0 && whyNot(r) === null);
  const cited = open[0];
  // No table that passes its tests comes here. One that does not is held for a person, never guessed.
  if (!cited) return { ...base(rowById('unknown'), 'No row of the protocol applies to these facts.', []), kind: 'hold' };

  const missing = [...new Set(open.flatMap(lacks))];
  const needs = [...new Set(rows.flatMap((r) => r.needs))];
  const lacking = `it must be known ${listed(missing, read)}, before ${cited.id} can be decided`;
  if (known.memberId === undefined && missing.some((n) => SYSTEM_FACTS.has(n))) {
    const once = `${lacking}; Admin and HGP tell once ${FACT_WORDS.memberId} is known`;
    // One that was given and is wrong is for whoever can look it up, not for the member.
    if (read.doubts.get('memberId') === UNKNOWN_MEMBER)
      return { ...base(cited, sentence(`${once}, and Admin knows no member of the id that was given`), [...needs, 'memberId']), kind: 'ask', asks: ['memberId'], of: 'agent', corrects: true };
    return { ...base(cited, sentence(once), needs), kind: 'ask', asks: ['memberId'], of: 'member' };
  }
  return { ...base(cited, sentence(lacking), needs), kind: 'ask', asks: missing, of: 'agent' };
}

type Effect<R = Ruling> = R extends Ruling ? Omit<R, 'row' | 'policy' | 'reason' | 'restsOn' | 'ruledOut' | 'at'> : never;

function effectOf({ then }: Row, known: Known, holdMs: number): Effect {
  switch (then.kind) {
    case 'tier1':
      return { kind: 'tier1', names: then.names(known) };
    case 'ask':
      return { kind: 'ask', asks: [...then.asks], of: then.of };
    case 'wait':
      return { kind: 'wait', until: new Date((readTime(known[then.since]) ?? 0) + holdMs + then.plusMs).toISOString() };
    case 'escalate':
      return { kind: 'escalate', team: then.team, priority: then.priority, endsAtHandOver: then.endsAtHandOver };
    case 'troubleshoot':
      return { kind: 'troubleshoot', problem: then.problem };
    case 'answer':
    case 'hold':
      return { kind: then.kind };
  }
}

function reasonOf({ because, whenSaid, then }: Row, known: Known, now: number, holdMs: number): string {
  const why = because?.(known, now, holdMs) ?? whenSaid;
  return sentence(why === 'always' ? then.does : `${why}: ${then.does}`);
}

/** The inquiry, a set error kind, and those of the needed facts that were given. */
function groundsOf({ grounds, known }: ReadFacts, needs: readonly FactName[]): Ground[] {
  const names: FactName[] = ['inquiry', ...(known.errorKind ? (['errorKind'] as const) : []), ...needs];
  return names.flatMap((n) => grounds.get(n) ?? []);
}

function listed(names: FactName[], { doubts }: ReadFacts): string {
  return names.map((n) => (doubts.has(n) ? `${FACT_WORDS[n]} (${doubts.get(n)})` : FACT_WORDS[n])).join(', and ');
}

const sentence = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
