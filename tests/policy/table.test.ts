import { describe, expect, test } from 'vitest';
import { HOLD_MS, HOURS } from '../../src/policy/clocks.js';
import { decide } from '../../src/policy/decide.js';
import { isTier1Row, ROWS, rowById, rowsOf } from '../../src/policy/table.js';
import { ago, factsOf, NOW, ROW_INQUIRIES } from './support.js';

const tier1 = (...names: string[]) => ({ kind: 'tier1', names });
const escalate = (team: string, priority = 'Normal', endsAtHandOver = false) => ({ kind: 'escalate', team, priority, endsAtHandOver });
const wait = (until: string) => ({ kind: 'wait', until });
const answer = { kind: 'answer' };
const hold = { kind: 'hold' };

const ready = { ordered: false, orderTemplateCompleted: true, firstSessionCompleted: true, clinicalRequirementsMet: true };

/** One line a row: the facts, the row, its ruling, and the facts that the ruling rests on. */
const CASES = [
  ['cancellation', { inquiry: 'cancellation' }, tier1(), []],
  ['scheduling', { inquiry: 'scheduling' }, tier1(), []],
  ['specific-employee', { inquiry: 'specific-employee' }, tier1(), []],
  ['general-feedback', { inquiry: 'general-feedback' }, escalate('ProdOps', 'Normal', true), []],
  ['positive-feedback', { inquiry: 'positive-feedback' }, escalate('Coach Support', 'Normal', true), []],
  ['app-bug/untested', { inquiry: 'app-bug', troubleshootingDone: false }, { kind: 'ask', asks: ['troubleshootingDone', 'bugConfirmed'], of: 'agent' }, ['troubleshootingDone']],
  ['app-bug/confirmed', { inquiry: 'app-bug', troubleshootingDone: true, bugConfirmed: true }, escalate('Infra'), ['troubleshootingDone', 'bugConfirmed']],
  ['app-bug/not-a-bug', { inquiry: 'app-bug', troubleshootingDone: true, bugConfirmed: false }, tier1(), ['troubleshootingDone', 'bugConfirmed']],
  ['vbid/not-in-compliance', { inquiry: 'vbid-incentives', inComplianceSince: null, incentiveDates: 'missing' }, tier1(), ['inComplianceSince']],
  ['vbid/settling', { inquiry: 'vbid-incentives', inComplianceSince: ago(40 * HOURS), incentiveDates: 'missing' }, wait(ago(-8 * HOURS)), ['inComplianceSince', 'incentiveDates']],
  ['vbid/dates-missing', { inquiry: 'vbid-incentives', inComplianceSince: ago(50 * HOURS), incentiveDates: 'missing' }, escalate('Tier 2'), ['inComplianceSince', 'incentiveDates']],
  ['vbid/unclear', { inquiry: 'vbid-incentives', inComplianceSince: ago(HOURS), incentiveDates: 'unclear' }, tier1(), ['inComplianceSince', 'incentiveDates']],
  ['vbid/unclear', { inquiry: 'vbid-incentives', inComplianceSince: ago(50 * HOURS), incentiveDates: 'unclear' }, tier1(), ['inComplianceSince', 'incentiveDates']],
  ['vbid/dates-present', { inquiry: 'vbid-incentives', inComplianceSince: ago(HOURS), incentiveDates: 'clear' }, tier1(), ['inComplianceSince', 'incentiveDates']],
  ['vbid/dates-present', { inquiry: 'vbid-incentives', inComplianceSince: ago(50 * HOURS), incentiveDates: 'clear' }, tier1(), ['inComplianceSince', 'incentiveDates']],
  ['webinar-missing', { inquiry: 'webinar-missing' }, escalate('Coach Support', 'Urgent'), []],
  ['eligibility/excluded', { inquiry: 'eligibility-no-programs', ooeResult: 'excluded' }, answer, ['ooeResult']],
  ['eligibility/error', { inquiry: 'eligibility-no-programs', ooeResult: 'error' }, escalate('ProdOps'), ['ooeResult']],
  ['eligibility/eligible', { inquiry: 'eligibility-no-programs', ooeResult: 'eligible' }, tier1(), ['ooeResult']],
  ['vmp/unmet', { inquiry: 'vmp-scheduling-blocked', requirementsAllTrueSince: null, unmetRequirements: ['Consent', 'Baseline survey'] }, tier1('Consent', 'Baseline survey'), ['unmetRequirements']],
  ['vmp/settling', { inquiry: 'vmp-scheduling-blocked', requirementsAllTrueSince: ago(40 * HOURS), unmetRequirements: [] }, wait(ago(-8 * HOURS - 1)), ['requirementsAllTrueSince']],
  ['vmp/ripe', { inquiry: 'vmp-scheduling-blocked', requirementsAllTrueSince: ago(50 * HOURS), unmetRequirements: [] }, escalate('ProdOps'), ['requirementsAllTrueSince']],
  ['device/order-ready', { inquiry: 'device-standard-order', ...ready }, escalate('Tier 2'), Object.keys(ready)],
  ['device/order-not-ready', { inquiry: 'device-standard-order', ...ready, ordered: true }, tier1('not ordered yet'), Object.keys(ready)],
  ['device/cgm', { inquiry: 'device-cgm-order', ...ready }, tier1(), []],
  ['device/withings', { inquiry: 'device-withings' }, answer, []],
  ['device/philips', { inquiry: 'device-philips' }, answer, []],
  ['technical-error', { inquiry: 'technical-error' }, escalate('Infra', 'High'), []],
  ['group/access', { inquiry: 'group-access' }, { kind: 'troubleshoot', problem: 'access' }, []],
  ['group/engagement', { inquiry: 'group-engagement' }, { kind: 'troubleshoot', problem: 'engagement' }, []],
  ['group/configuration', { inquiry: 'group-configuration' }, { kind: 'troubleshoot', problem: 'configuration' }, []],
  ['group/rewards', { inquiry: 'group-rewards' }, { kind: 'troubleshoot', problem: 'rewards' }, []],
  ['unknown', { inquiry: null }, hold, []],
  ['unknown', { inquiry: 'parking' }, hold, []],
] as const;

describe('every row of the protocol', () => {
  test.each(CASES)('%s by %j', (row, values, effect, restsOn) => {
    const { policy: _, reason, restsOn: grounds, ruledOut: __, ...ruling } = decide(factsOf(values), NOW);
    expect(ruling).toEqual({ row, ...effect, at: NOW });
    expect(grounds.map((g) => g.fact)).toEqual(['inquiry', ...restsOn]);
    expect(reason).toMatch(/^[A-Z\d].*\.$/);
  });

  test('none is left out above', () => {
    expect(new Set(CASES.map(([row]) => row))).toEqual(new Set(ROWS.map((r) => r.id)));
  });
});

describe('the 48 hours', () => {
  const vbid = (held: number, holdMs?: number) =>
    decide(factsOf({ inquiry: 'vbid-incentives', incentiveDates: 'missing', inComplianceSince: ago(held) }), NOW, { holdMs });
  const vmp = (held: number, holdMs?: number) =>
    decide(factsOf({ inquiry: 'vmp-scheduling-blocked', unmetRequirements: [], requirementsAllTrueSince: ago(held) }), NOW, { holdMs });

  test('VBID holds back below 48 h', () => {
    expect(vbid(HOLD_MS - 1)).toMatchObject({ row: 'vbid/settling', until: ago(-1) });
    expect(vbid(HOLD_MS)).toMatchObject({ row: 'vbid/dates-missing', team: 'Tier 2' });
    expect(vbid(HOLD_MS + 1)).toMatchObject({ row: 'vbid/dates-missing', team: 'Tier 2' });
  });

  test('VMP needs more than 48 h', () => {
    expect(vmp(HOLD_MS - 1)).toMatchObject({ row: 'vmp/settling', until: ago(-2) });
    expect(vmp(HOLD_MS)).toMatchObject({ row: 'vmp/settling', until: ago(-1) });
    expect(vmp(HOLD_MS + 1)).toMatchObject({ row: 'vmp/ripe', team: 'ProdOps' });
  });

  test('follow the setting', () => {
    expect([999, 1000, 1001].map((held) => vbid(held, 1000).row)).toEqual(['vbid/settling', 'vbid/dates-missing', 'vbid/dates-missing']);
    expect([999, 1000, 1001].map((held) => vmp(held, 1000).row)).toEqual(['vmp/settling', 'vmp/settling', 'vmp/ripe']);
    expect(vmp(1000, 1000).reason).toContain('TRUE for 1 s, not yet more than 1 s');
    expect(vbid(40 * HOURS, 41 * HOURS).reason).not.toContain('48');
  });

  test('a start that lies ahead counts as just now', () => {
    expect(vbid(-HOURS)).toMatchObject({ row: 'vbid/settling', until: ago(-HOURS - HOLD_MS) });
    expect(vmp(-HOURS)).toMatchObject({ row: 'vmp/settling', until: ago(-HOURS - HOLD_MS - 1) });
  });

  test('an offset is part of the time', () => {
    const facts = (since: string) => factsOf({ inquiry: 'vmp-scheduling-blocked', requirementsAllTrueSince: since });
    expect(decide(facts('2026-03-08T14:00:00+02:00'), NOW).row).toBe('vmp/settling');
    expect(decide(facts('2026-03-08T13:59:59.999+02:00'), NOW).row).toBe('vmp/ripe');
  });
});

describe("a standard device order's sixteen combinations", () => {
  const bits = Array.from({ length: 16 }, (_, i) => [8, 4, 2, 1].map((b) => (i & b) !== 0));
  test.each(bits)('ordered %s, template %s, session %s, clinical %s', (ordered, orderTemplateCompleted, firstSessionCompleted, clinicalRequirementsMet) => {
    const ruling = decide(
      factsOf({ inquiry: 'device-standard-order', ordered, orderTemplateCompleted, firstSessionCompleted, clinicalRequirementsMet }),
      NOW,
    );
    const names = [
      ...(ordered ? ['not ordered yet'] : []),
      ...(orderTemplateCompleted ? [] : ['order template completed']),
      ...(firstSessionCompleted ? [] : ['first session completed']),
      ...(clinicalRequirementsMet ? [] : ['all clinical requirements met']),
    ];
    expect(ruling).toMatchObject(
      names.length
        ? { row: 'device/order-not-ready', kind: 'tier1', names }
        : { row: 'device/order-ready', kind: 'escalate', team: 'Tier 2' },
    );
  });
});

describe('the table', () => {
  test('has each row once, under its inquiry', () => {
    expect(new Set(ROWS.map((r) => r.id)).size).toBe(ROWS.length);
    expect(ROW_INQUIRIES.flatMap((i) => rowsOf(i))).toHaveLength(ROWS.length);
    for (const row of ROWS) expect(rowById(row.id)).toBe(row);
    expect(rowsOf(null)).toEqual(rowsOf('unknown'));
    expect(() => rowById('vmp/gone' as 'vmp/ripe')).toThrow(/no row "vmp\/gone"/);
  });

  test('knows which rows refuse an escalation', () => {
    expect(ROWS.filter((r) => isTier1Row(r.id)).map((r) => r.id)).toEqual([
      'cancellation',
      'scheduling',
      'specific-employee',
      'app-bug/untested',
      'app-bug/not-a-bug',
      'vbid/not-in-compliance',
      'vbid/unclear',
      'vbid/dates-present',
      'eligibility/excluded',
      'eligibility/eligible',
      'vmp/unmet',
      'device/order-not-ready',
      'device/cgm',
      'device/withings',
      'device/philips',
    ]);
    expect(isTier1Row('vmp/gone' as 'vmp/ripe')).toBe(false);
  });

  test('cites a document and a section for every row that one names', () => {
    const cited = /^(Routing protocols, .+, .+|Technical Errors & Bugs, .+|Group Troubleshooting, .+)$/;
    expect(ROWS.filter((r) => !cited.test(r.source)).map((r) => r.id)).toEqual(['unknown']);
  });
});
