import { describe, expect, test } from 'vitest';
import { ERROR_KINDS, type Facts, INQUIRIES } from '../../src/domain/facts.js';
import { HOURS } from '../../src/policy/clocks.js';
import { decide } from '../../src/policy/decide.js';
import { POLICY_VERSION } from '../../src/policy/version.js';
import { ago, factsOf, NOW, READ_AT } from './support.js';

const ruledOut = (facts: Facts) => Object.fromEntries(decide(facts, NOW).ruledOut.map((r) => [r.row, r.why]));

describe('a fact that is not known is asked for', () => {
  const device = 'device-standard-order';
  test.each([
    ['app-bug', {}, 'app-bug/untested', ['troubleshootingDone', 'bugConfirmed']],
    ['app-bug', { bugConfirmed: true }, 'app-bug/untested', ['troubleshootingDone']],
    ['app-bug', { troubleshootingDone: true }, 'app-bug/confirmed', ['bugConfirmed']],
    ['vbid-incentives', {}, 'vbid/not-in-compliance', ['inComplianceSince', 'incentiveDates']],
    ['vbid-incentives', { incentiveDates: 'missing' }, 'vbid/not-in-compliance', ['inComplianceSince']],
    ['vbid-incentives', { inComplianceSince: ago(HOURS) }, 'vbid/settling', ['incentiveDates']],
    ['vbid-incentives', { inComplianceSince: ago(50 * HOURS) }, 'vbid/dates-missing', ['incentiveDates']],
    ['eligibility-no-programs', {}, 'eligibility/excluded', ['ooeResult']],
    ['vmp-scheduling-blocked', {}, 'vmp/unmet', ['unmetRequirements', 'requirementsAllTrueSince']],
    ['vmp-scheduling-blocked', { unmetRequirements: [] }, 'vmp/settling', ['requirementsAllTrueSince']],
    ['vmp-scheduling-blocked', { requirementsAllTrueSince: null }, 'vmp/unmet', ['unmetRequirements']],
    [device, {}, 'device/order-ready', ['ordered', 'orderTemplateCompleted', 'firstSessionCompleted', 'clinicalRequirementsMet']],
    [device, { ordered: false, firstSessionCompleted: true }, 'device/order-ready', ['orderTemplateCompleted', 'clinicalRequirementsMet']],
    [device, { ordered: true }, 'device/order-not-ready', ['orderTemplateCompleted', 'firstSessionCompleted', 'clinicalRequirementsMet']],
  ])('%s with %j: %s asks %j', (inquiry, values, row, asks) => {
    expect(decide(factsOf({ inquiry, ...values }), NOW)).toMatchObject({ kind: 'ask', row, asks, of: 'agent' });
  });

  test('but not where what is known is enough', () => {
    expect(decide(factsOf({ inquiry: 'vbid-incentives', inComplianceSince: null }), NOW).row).toBe('vbid/not-in-compliance');
    expect(decide(factsOf({ inquiry: 'vmp-scheduling-blocked', unmetRequirements: ['Consent'] }), NOW).row).toBe('vmp/unmet');
    expect(decide(factsOf({ inquiry: 'vmp-scheduling-blocked', requirementsAllTrueSince: ago(50 * HOURS) }), NOW).row).toBe('vmp/ripe');
  });

  test.each(['vbid-incentives', 'eligibility-no-programs', 'vmp-scheduling-blocked', 'device-standard-order'])(
    '%s asks the member who they are, while Admin cannot be read',
    (inquiry) => {
      const ruling = decide(factsOf({ inquiry, memberId: undefined }), NOW);
      expect(ruling).toMatchObject({ kind: 'ask', asks: ['memberId'], of: 'member' });
      expect(decide(factsOf({ inquiry, memberId: ' ' }), NOW)).toMatchObject({ asks: ['memberId'], of: 'member' });
      const wrong = decide({ ...factsOf({ inquiry, memberId: undefined }), memberId: { value: 'M-NOBODY', source: 'agent', readAt: NOW, unknownToAdmin: true } }, NOW);
      expect(wrong).toMatchObject({ kind: 'ask', asks: ['memberId'], of: 'agent', corrects: true, reason: expect.stringMatching(/Admin knows no member of the id that was given\.$/) });
      expect(wrong.restsOn).toContainEqual({ fact: 'memberId', value: 'M-NOBODY', source: 'agent', readAt: NOW });
      expect(wrong.reason).not.toContain('M-NOBODY');
    },
  );

  test("an agent's troubleshooting is no matter of the member's id", () => {
    expect(decide(factsOf({ inquiry: 'app-bug', memberId: undefined }), NOW)).toMatchObject({ of: 'agent' });
  });

  test('a member who is not known but whose facts are is not asked', () => {
    expect(decide(factsOf({ inquiry: 'eligibility-no-programs', ooeResult: 'error', memberId: undefined }), NOW).kind).toBe('escalate');
  });
});

describe('nothing is guessed', () => {
  test.each(['last Tuesday', '', '2026-03-08', '2026-03-08T12:00:00', '2026-02-30T12:00:00Z', 0, 1773144000000, {}, [], true])(
    'a time such as %j is not known',
    (since) => {
      const vbid = decide(factsOf({ inquiry: 'vbid-incentives', incentiveDates: 'missing', inComplianceSince: since }), NOW);
      expect(vbid).toMatchObject({ kind: 'ask', asks: ['inComplianceSince'], of: 'agent' });
      expect(vbid.reason).toContain('since when the member is in compliance (what is there cannot be read)');
      expect(vbid.restsOn).toContainEqual({ fact: 'inComplianceSince', value: since, source: 'HGP', readAt: READ_AT });
      const vmp = decide(factsOf({ inquiry: 'vmp-scheduling-blocked', unmetRequirements: [], requirementsAllTrueSince: since }), NOW);
      expect(vmp).toMatchObject({ kind: 'ask', asks: ['requirementsAllTrueSince'], of: 'agent' });
    },
  );

  test.each([
    [ago(50 * HOURS), ['Consent']],
    [null, []],
  ])('requirements that contradict each other (%j, %j) are both asked for', (requirementsAllTrueSince, unmetRequirements) => {
    const ruling = decide(factsOf({ inquiry: 'vmp-scheduling-blocked', requirementsAllTrueSince, unmetRequirements }), NOW);
    expect(ruling).toMatchObject({ kind: 'ask', asks: ['unmetRequirements', 'requirementsAllTrueSince'] });
    expect(ruling.reason).toContain('contradicts');
  });

  test('a value without a source is not a fact', () => {
    const bare = { inquiry: { value: 'cancellation' }, ooeResult: 'error' } as unknown as Facts;
    expect(decide(bare, NOW).row).toBe('unknown');
  });

  test.each([null, undefined, 5, 'facts', [], { inquiry: null }, { inquiry: 7 }, JSON.parse('{"__proto__": {"inquiry": {}}}')])(
    'facts of the shape %j are held for a person',
    (facts) => expect(decide(facts as Facts, NOW)).toMatchObject({ row: 'unknown', kind: 'hold', restsOn: [] }),
  );

  test.each(['constructor', 'toString', 'Cancellation', ['cancellation']])('the inquiry %j is none', (inquiry) => {
    expect(decide(factsOf({ inquiry }), NOW).row).toBe('unknown');
  });

  test('a now or a hold that is none is refused', () => {
    for (const now of ['', 'now', '2026-03-10']) expect(() => decide({}, now)).toThrow(/`now` must be an ISO 8601 time/);
    for (const holdMs of [-1, NaN, Infinity]) expect(() => decide({}, NOW, { holdMs })).toThrow(/`holdMs` must be a length of time/);
  });
});

describe('what the ticket is about', () => {
  test.each(ERROR_KINDS)('the error kind %s makes it a technical error whatever its inquiry field says', (errorKind) => {
    for (const inquiry of [...INQUIRIES, null, undefined]) {
      const ruling = decide(factsOf({ inquiry, errorKind }), NOW);
      expect(ruling).toMatchObject({ row: 'technical-error', kind: 'escalate', team: 'Infra', priority: 'High', ruledOut: [] });
      expect(ruling.restsOn.map((g) => g.fact)).toContain('errorKind');
      expect(ruling.reason).toContain(errorKind);
    }
  });

  test('an empty or unheard-of error kind leaves it to the inquiry', () => {
    for (const errorKind of [null, undefined, 'gremlins']) {
      expect(decide(factsOf({ inquiry: 'cancellation', errorKind }), NOW).row).toBe('cancellation');
      expect(decide(factsOf({ inquiry: 'technical-error', errorKind }), NOW).row).toBe('technical-error');
    }
  });
});

describe('a ruling explains itself', () => {
  test('with the policy, the time and the facts it rests on', () => {
    const facts = factsOf({ inquiry: 'vmp-scheduling-blocked', requirementsAllTrueSince: ago(50 * HOURS), ooeResult: 'error' });
    expect(decide(facts, NOW)).toMatchObject({
      policy: POLICY_VERSION,
      at: NOW,
      reason: 'All "Requirements to Schedule" have been TRUE for 50 h, more than 48 h: a Jira issue is filed to ProdOps.',
      restsOn: [
        { fact: 'inquiry', value: 'vmp-scheduling-blocked', source: 'HGP', readAt: READ_AT },
        { fact: 'requirementsAllTrueSince', value: ago(50 * HOURS), source: 'HGP', readAt: READ_AT },
      ],
    });
  });

  test('with the figures by which the other rows did not apply', () => {
    expect(ruledOut(factsOf({ inquiry: 'vmp-scheduling-blocked', requirementsAllTrueSince: ago(40 * HOURS) }))).toEqual({
      'vmp/unmet': 'all "Requirements to Schedule" are TRUE',
      'vmp/ripe': 'TRUE for 40 h, not yet more than 48 h',
    });
    expect(ruledOut(factsOf({ inquiry: 'vbid-incentives', incentiveDates: 'missing', inComplianceSince: ago(48 * HOURS - 1) }))).toEqual({
      'vbid/not-in-compliance': 'the member is in compliance',
      'vbid/dates-missing': 'in compliance for 47 h 59 min 59.999 s, not yet 48 h',
      'vbid/unclear': 'the dates are missing',
      'vbid/dates-present': 'the dates are missing',
    });
    expect(
      ruledOut(factsOf({ inquiry: 'device-standard-order', ordered: true, orderTemplateCompleted: true, firstSessionCompleted: false, clinicalRequirementsMet: true })),
    ).toEqual({ 'device/order-ready': 'it fails "not ordered yet", "first session completed"' });
  });

  test('with what is still not known', () => {
    expect(ruledOut(factsOf({ inquiry: 'app-bug', troubleshootingDone: true }))).toEqual({
      'app-bug/untested': 'the troubleshooting is done',
      'app-bug/not-a-bug': 'not decided: it must be known whether the troubleshooting confirmed a bug',
    });
  });

  test('without the names of unmet requirements, which may be health words', () => {
    const ruling = decide(factsOf({ inquiry: 'vmp-scheduling-blocked', unmetRequirements: ['Blood test', 'Consent'] }), NOW);
    expect(ruling.reason).toBe('2 of the "Requirements to Schedule" are FALSE: Tier 1 tells the member exactly which are unmet.');
    expect(JSON.stringify([ruling.reason, ruling.ruledOut])).not.toContain('Blood test');
  });
});
