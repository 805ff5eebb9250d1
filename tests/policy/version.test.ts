import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { decide } from '../../src/policy/decide.js';
import { CHECKS } from '../../src/policy/checks/table.js';
import { FIXES } from '../../src/policy/fixes.js';
import { TRIGGERS } from '../../src/policy/triggers.js';
import { ROWS } from '../../src/policy/table.js';
import { POLICY_DIGEST, POLICY_VERSION } from '../../src/policy/version.js';
import { GROUP_PROBLEMS } from '../../src/domain/ruling.js';
import { diagnose } from '../../src/policy/diagnosis.js';
import { everyReadings, told } from './troubleshooting-support.js';
import { everyFactsOf, factsOf, NOW, ROW_INQUIRIES } from './support.js';

/** What the table says (its words) and what it does (its rulings on every combination of facts, its diagnoses of what can be wrong with a group). */
function digest(): string {
  const rulings = [...ROW_INQUIRIES.flatMap((i) => [...everyFactsOf(i)]), factsOf({ inquiry: 'app-bug', errorKind: 'price-wrong' })]
    .map((facts) => decide(facts, NOW))
    .map(({ policy: _, ...ruling }) => ruling);
  const diagnoses = GROUP_PROBLEMS.flatMap((problem) =>
    everyReadings().map((readings) => diagnose(problem, readings, told({ scope: 'whole-group' }), NOW)),
  ).map(({ policy: _, ...diagnosis }) => diagnosis);
  return createHash('sha256').update(JSON.stringify([ROWS, rulings, CHECKS, TRIGGERS, FIXES, diagnoses])).digest('hex').slice(0, 8);
}

test('the policy version names this very table', () => {
  expect(digest(), 'the table changed: set POLICY_DIGEST (and POLICY_DATE) in src/policy/version.ts, then `npm run docs`').toBe(
    POLICY_DIGEST,
  );
  expect(POLICY_VERSION).toMatch(/^\d{4}-\d{2}-\d{2}\.[0-9a-f]{8}$/);
});
