import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FactName, Facts } from '../../src/domain/facts.js';
import { decide } from '../../src/policy/decide.js';
import { FACT_NAMES, readFacts } from '../../src/policy/read-facts.js';
import { HOLD_MS } from '../../src/policy/clocks.js';
import { rowsOf } from '../../src/policy/table.js';
import type { Ruling } from '../../src/domain/ruling.js';
import { everyFactsOf, NOW, ROW_INQUIRIES, SOURCES, WORTH_TRYING } from './support.js';

/** Any facts: sensible ones, missing ones, and any JSON in their place. */
const anyFacts = fc
  .record(
    Object.fromEntries(
      FACT_NAMES.map((name: FactName) => [
        name,
        fc.oneof(
          { weight: 6, arbitrary: fc.record({ value: fc.constantFrom(...WORTH_TRYING[name]), source: fc.constantFrom(...SOURCES), readAt: fc.constant(NOW) }) },
          { weight: 1, arbitrary: fc.record({ value: fc.anything(), source: fc.constantFrom(...SOURCES), readAt: fc.constant(NOW) }) },
          { weight: 1, arbitrary: fc.jsonValue() },
        ),
      ]),
    ),
    { requiredKeys: [] },
  )
  .map((facts) => facts as Facts);

const anyTime = fc.date({ min: new Date('1970-01-01'), max: new Date('2199-12-31'), noInvalidDate: true }).map((d) => d.toISOString());

function inquiryOf({ known }: ReturnType<typeof readFacts>) {
  return known.errorKind ? 'technical-error' : (known.inquiry ?? 'unknown');
}

/** What is wrong with a ruling on these facts; nothing is, for any. */
function flaws(ruling: Ruling, facts: Facts, now: string, holdMs = HOLD_MS): string[] {
  const read = readFacts(facts);
  const { known } = read;
  const rows = rowsOf(inquiryOf(read));
  const ready = rows.filter((r) => r.needs.every((n) => n in known));
  const applying = ready.filter((r) => r.when(known as never, Date.parse(now), holdMs));
  const ids = [ruling.row, ...ruling.ruledOut.map((r) => r.row)];
  const checks: [string, boolean][] = [
    ['its row and those ruled out are all rows of the inquiry, each once', sorted(ids) === sorted(rows.map((r) => r.id))],
    ['each of those says why', ruling.ruledOut.every(({ why }) => why.trim() !== '' && !why.trimEnd().endsWith('it must be known'))],
    ['it rests on facts as given', ruling.restsOn.every((g) => Object.is(facts[g.fact]?.value, g.value) && facts[g.fact]?.source === g.source)],
    ['no two rows apply', applying.length <= 1],
    ['one applies once all facts are known', applying.length === 1 || ready.length < rows.length],
    ['the row that applies is ruled; without one it is asked', applying[0] ? ruling.row === applying[0].id : ruling.kind === 'ask'],
    // A row's `when` and `whyNot` tell the same story.
    ['what applies is not ruled out, and the rest is', ready.every((r) => (r.whyNot(known, Date.parse(now), holdMs) === null) === (r === applying[0]))],
  ];
  if (ruling.kind === 'wait') checks.push(['a wait ends later', Date.parse(ruling.until) > Date.parse(now)]);
  if (ruling.kind === 'ask') {
    checks.push(['an ask asks', ruling.asks.length > 0]);
    checks.push(['the member is asked for the id alone', ruling.of === 'agent' || ruling.asks.join() === 'memberId']);
    // The outcome of a troubleshooting still to come is asked whatever was said of it before.
    checks.push(['only what is not known is asked', ruling.asks.every((n) => !(n in known)) || known.troubleshootingDone === false]);
  }
  return checks.flatMap(([what, holds]) => (holds ? [] : [what]));
}
const sorted = (ids: string[]) => ids.toSorted().join();

describe('every set of facts gets exactly one ruling', () => {
  test('of any facts, at any time', () => {
    const ruled = fc.property(anyFacts, anyTime, fc.integer({ min: 1, max: 2 * HOLD_MS }), (facts, now, holdMs) => {
      const ruling = decide(facts, now, { holdMs });
      expect(flaws(ruling, facts, now, holdMs)).toEqual([]);
      expect(decide(facts, now, { holdMs })).toEqual(ruling);
    });
    fc.assert(ruled, { numRuns: 2_000 });
  });

  test('of anything at all', () => {
    const ruled = fc.property(fc.anything(), (anything) => {
      const facts = anything as Facts;
      expect(flaws(decide(facts, NOW), facts ?? {}, NOW)).toEqual([]);
    });
    fc.assert(ruled);
  });

  test.each(ROW_INQUIRIES)('of %s, in every combination', (inquiry) => {
    const met = new Set<string>();
    for (const facts of everyFactsOf(inquiry)) {
      const ruling = decide(facts, NOW);
      expect({ facts, flaws: flaws(ruling, facts, NOW) }).toEqual({ facts, flaws: [] });
      met.add(ruling.row);
    }
    expect([...met].sort()).toEqual(rowsOf(inquiry).map((r) => r.id).sort());
  });

  test('and a wait that has ended no longer waits', () => {
    const waits = (['vbid-incentives', 'vmp-scheduling-blocked'] as const)
      .flatMap((inquiry) => [...everyFactsOf(inquiry)])
      .flatMap((facts) => {
        const ruling = decide(facts, NOW);
        return ruling.kind === 'wait' ? [{ facts, until: ruling.until }] : [];
      });
    expect(waits.length).toBeGreaterThan(10);
    for (const { facts, until } of waits) {
      const justBefore = new Date(Date.parse(until) - 1).toISOString();
      expect(decide(facts, justBefore)).toMatchObject({ kind: 'wait', until });
      expect(decide(facts, until).kind).toBe('escalate');
    }
  });
});
