import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { decide } from '../../src/policy/decide.js';
import { ROWS } from '../../src/policy/table.js';
import { POLICY_DIGEST, POLICY_VERSION } from '../../src/policy/version.js';
import { everyFactsOf, factsOf, NOW, ROW_INQUIRIES } from './support.js';

/** What the table says (its words) and what it does (its rulings on every combination of facts). */
function digest(): string {
  const rulings = [...ROW_INQUIRIES.flatMap((i) => [...everyFactsOf(i)]), factsOf({ inquiry: 'app-bug', errorKind: 'price-wrong' })]
    .map((facts) => decide(facts, NOW))
    .map(({ policy: _, ...ruling }) => ruling);
  return createHash('sha256').update(JSON.stringify([ROWS, rulings])).digest('hex').slice(0, 8);
}

test('the policy version names this very table', () => {
  expect(digest(), 'the table changed: set POLICY_DIGEST (and POLICY_DATE) in src/policy/version.ts, then `npm run docs`').toBe(
    POLICY_DIGEST,
  );
  expect(POLICY_VERSION).toMatch(/^\d{4}-\d{2}-\d{2}\.[0-9a-f]{8}$/);
});
