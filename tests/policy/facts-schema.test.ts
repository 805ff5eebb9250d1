import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FactName } from '../../src/domain/facts.js';
import { readTime } from '../../src/policy/clocks.js';
import { factsJsonSchema, FactsError, factsSchema, parseFacts } from '../../src/policy/facts-schema.js';
import { FACT_NAMES, readFacts } from '../../src/policy/read-facts.js';
import { ago, factsOf, NOW, READ_AT, WORTH_TRYING } from './support.js';

const ajv = new Ajv2020.default({ strict: true });
addFormats.default(ajv);
const valid = ajv.compile(factsJsonSchema());

const refusal = (json: unknown): string[] => {
  try {
    parseFacts(json, NOW);
  } catch (error) {
    if (error instanceof FactsError) return error.problems;
    throw error;
  }
  return [];
};

describe('parseFacts', () => {
  test('takes facts in full, and bare values as what an agent said now', () => {
    const full = { value: ago(5), source: 'HGP', readAt: READ_AT } as const;
    expect(parseFacts({ inquiry: 'vmp-scheduling-blocked', errorKind: null, requirementsAllTrueSince: full, unmetRequirements: [] }, NOW)).toEqual({
      inquiry: { value: 'vmp-scheduling-blocked', source: 'agent', readAt: NOW },
      errorKind: { value: null, source: 'agent', readAt: NOW },
      requirementsAllTrueSince: full,
      unmetRequirements: { value: [], source: 'agent', readAt: NOW },
    });
    expect(parseFacts({}, NOW)).toEqual({});
    expect(() => parseFacts({}, 'today')).toThrow(TypeError);
  });

  test.each([
    [null, /expected object/],
    [[], /expected object/],
    ['{}', /expected object/],
    [{ colour: 'red' }, /colour/],
    [{ inquiry: 'parking' }, /^inquiry: .*"cancellation"/],
    [{ ordered: 'yes' }, /^ordered: .*boolean/],
    [{ ordered: null }, /^ordered: .*boolean/],
    [{ ordered: { source: 'agent', readAt: NOW } }, /^ordered: /],
    [{ memberId: ' ' }, /^memberId: must not be empty/],
    [{ unmetRequirements: ['Consent', 3] }, /^unmetRequirements\.1: /],
    [{ inComplianceSince: '2026-03-08' }, /^inComplianceSince: must be an ISO 8601 time with a zone/],
    [{ ordered: { value: true, source: 'rumour', readAt: NOW } }, /^ordered\.source: /],
    [{ ordered: { value: true, source: 'agent', readAt: 'today' } }, /^ordered\.readAt: must be an ISO 8601 time/],
    [{ ordered: { value: true, source: 'agent', readAt: NOW, sure: true } }, /^ordered: .*sure/],
  ])('refuses %j', (json, why) => {
    const problems = refusal(json);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(why);
  });

  test('names every problem, and none of the values', () => {
    expect(refusal({ inquiry: 'jane@example.com', ordered: 'jane@example.com', ooeResult: 1 })).toHaveLength(3);
    expect(refusal({ inquiry: 'jane@example.com', inComplianceSince: 'jane@example.com' }).join()).not.toContain('jane');
  });
});

test('what the schema lets through is what decide() can read', () => {
  for (const name of FACT_NAMES) {
    for (const value of WORTH_TRYING[name]) {
      const facts = factsOf({ memberId: undefined, [name as FactName]: value });
      expect({ name, value, ok: factsSchema.safeParse(facts).success }).toEqual({ name, value, ok: readFacts(facts).doubts.size === 0 });
    }
  }
  const timeish = fc.oneof(
    fc.date({ noInvalidDate: true }).map((d) => d.toISOString()),
    fc.stringMatching(/^2\d{3}-[01]\d-[0-3]\dT[0-2]\d:[0-6]\d(:[0-6]\d(\.\d{1,9})?)?(Z|[+-][0-2]\d:[0-6]\d)?$/),
    fc.string(),
  );
  fc.assert(
    fc.property(timeish, (since) => {
      const facts = factsOf({ inComplianceSince: since });
      expect(factsSchema.safeParse(facts).success).toBe(readTime(since) !== null);
    }),
    { numRuns: 2_000 },
  );
});

describe('docs/facts.schema.json', () => {
  test('agrees with parseFacts', () => {
    for (const name of FACT_NAMES) {
      for (const value of [...WORTH_TRYING[name], null, 'x', 7, {}]) {
        for (const json of [{ [name]: value }, { [name]: { value, source: 'HGP', readAt: READ_AT } }, { [name]: { value } }]) {
          expect({ json, ok: valid(json) }).toEqual({ json, ok: refusal(json).length === 0 });
        }
      }
    }
    expect(valid({ colour: 'red' })).toBe(false);
  });
});
