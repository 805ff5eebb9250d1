/** A grant covers exactly one change, for a few minutes: whatever is changed in either, it covers nothing. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, type Change, type Grant } from '../../src/domain/grant.js';
import { checkGrant, GRANT_MS, signGrant } from '../../src/grants/grants.js';
import { grantKeys } from '../../src/grants/keys.js';

const NOW = Date.parse('2026-07-01T12:00:00Z');
const at = (ms: number) => new Date(NOW + ms).toISOString();
const key = (id: string) => ({ id, secret: randomBytes(32) });
const [first, second] = [key('2026-07'), key('2026-01')];
const CHANGE: Change = {
  of: 'case-5158',
  verb: 'override',
  cycle: 2,
  body: { team: 'Infra', reason: 'half the clinic is affected' },
  by: { name: 'Lee', role: 'lead', subject: 'u-1' },
};
const signed = (change: Partial<Change> = {}) => signGrant([first], { ...CHANGE, ...change }, NOW);
const reason = (grant: unknown, change: Partial<Change> = {}, when = at(0), keys = [first]) => {
  const verdict = checkGrant(keys, grant, { ...CHANGE, ...change }, when);
  return verdict.valid ? 'valid' : verdict.reason;
};

describe('a grant', () => {
  test('is good for its change, once it is made and until it expires', () => {
    for (const when of [at(-60_000), at(0), at(GRANT_MS)]) expect(reason(signed(), {}, when)).toBe('valid');
    expect(reason(signed(), {}, at(GRANT_MS + 1))).toContain('expired');
    expect(reason(signed(), {}, at(-60_001))).toContain('future');
    expect(reason(signed(), {}, 'whenever')).toContain('expired');
  });
  test('does not care in which order a body was written', () => {
    expect(reason(signed(), { body: { reason: CHANGE.body['reason'], team: 'Infra', breakGlass: undefined } })).toBe('valid');
  });
  test.each<[string, Partial<Change>, string]>([
    ['ticket', { of: 'case-5159' }, 'another change'],
    ['verb', { verb: 'close' }, 'another change'],
    ['cycle', { cycle: 3 }, 'moved on'],
    ['team', { body: { ...CHANGE.body, team: 'Tier 2' } }, 'another change'],
    ['reason', { body: { ...CHANGE.body, reason: 'x' } }, 'another change'],
    ['more in the body', { body: { ...CHANGE.body, breakGlass: true } }, 'another change'],
    ['name', { by: { ...CHANGE.by, name: 'Lea' } }, 'another person'],
    ['role', { by: { ...CHANGE.by, role: 'admin' } }, 'another person'],
    ['subject', { by: { ...CHANGE.by, subject: 'u-2' } }, 'another person'],
    ['no subject', { by: { name: 'Lee', role: 'lead' } }, 'another person'],
  ])('is for no other %s', (_, change, why) => expect(reason(signed(), change)).toContain(why));

  test('says whether the glass was broken, and covers that too', () => {
    const grant = signed({ body: { ...CHANGE.body, breakGlass: true } });
    expect([signed().breakGlass, grant.breakGlass]).toEqual([false, true]);
    expect(reason({ ...grant, breakGlass: false }, { body: { ...CHANGE.body, breakGlass: true } })).toContain('changed since');
  });

  test('of which anything was changed is none', () => {
    const grant = signed();
    const names = Object.keys(grant) as (keyof Grant)[];
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.jsonValue(), (name, value) => {
        fc.pre(canonical(value) !== canonical(grant[name]));
        expect(reason({ ...grant, [name]: value })).toMatch(/not signed/);
      }),
      { numRuns: 2_000 },
    );
    for (const name of names) {
      const { [name]: _, ...rest } = grant;
      expect(reason(rest)).not.toBe('valid');
    }
  });
  test('that is anything else is none, and breaks nothing', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(reason(value)).not.toBe('valid');
      }),
      { numRuns: 2_000 },
    );
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(reason({ ...signed(), by: deep })).toContain('cannot be read');
  });
});

describe('keys', () => {
  test('while one is rotated both are good; afterwards the old one is not', () => {
    const [before, after] = [signGrant([second], CHANGE, NOW), signGrant([first, second], CHANGE, NOW)];
    expect([before.key, after.key]).toEqual(['2026-01', '2026-07']);
    expect(reason(before, {}, at(0), [first, second])).toBe('valid');
    expect(reason(after, {}, at(0), [first, second])).toBe('valid');
    expect(reason(before, {}, at(0), [first])).toContain('key of ours');
  });
  test('an id with another secret is another key', () => {
    expect(reason(signed(), {}, at(0), [{ ...key('x'), id: first.id }])).toContain('not signed by the API');
  });

  const parsed = (text: string) => {
    const problems: string[] = [];
    return { keys: grantKeys(text, (problem) => problems.push(problem)), problems };
  };
  const base64 = () => randomBytes(32).toString('base64');
  test('are read as id:base64, the first in front', () => {
    const [a, b] = [base64(), base64()];
    expect(parsed(` 2026-07:${a}, 2026-01:${b} `)).toEqual({
      keys: [{ id: '2026-07', secret: Buffer.from(a, 'base64') }, { id: '2026-01', secret: Buffer.from(b, 'base64') }],
      problems: [],
    });
  });
  test.each([
    ['nothing', '', 'place 1'],
    ['commas', ' , ', 'place 1'],
    ['a key without an id', base64(), 'no "id:base64"'],
    ['an empty id', `:${base64()}`, 'no "id:base64"'],
    ['a short key', 'a:c2hvcnQ=', 'not at least 32 bytes'],
    ['a key of zeros', `a:${'A'.repeat(44)}`, 'not random'],
    ['an id twice', `a:${base64()},a:${base64()}`, 'id "a" twice'],
  ])('%s is refused, and not quoted', (_, text, why) => {
    const { problems } = parsed(text);
    expect(problems.join()).toContain(why);
    for (const part of text.split(/[:,]/)) if (part.length > 8) expect(problems.join()).not.toContain(part);
  });
});
