import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AdminChange, MemberView } from '../../src/activities/groups-port.js';
import { GROUP_PROBLEMS, type GroupProblem } from '../../src/domain/ruling.js';
import { FIX_KINDS, SCOPES, type After, type Diagnosis, type Fix, type FixKind, type Readings } from '../../src/domain/troubleshooting.js';
import { diagnose } from '../../src/policy/diagnosis.js';
import { approvalOf, approves, FIXES, fixOf, inverse, verified } from '../../src/policy/fixes.js';
import { firstTrigger, mayTouch } from '../../src/policy/triggers.js';
import { NOW, SOURCES } from './support.js';
import { readingsWith, told, VIEW, WRONG, type Changes } from './troubleshooting-support.js';

const REQUESTED = { from: '2026-02-01', to: '2026-02-28', groupId: 'G-1', metrics: ['logins', 'actions'] };
const change = (on: AdminChange['on'], id: string, field: string, version: string): AdminChange => ({ on, id, field, from: false, to: true, version });

/** How each fix comes up, and exactly what it changes. */
const FOUND: Record<FixKind, [problem: GroupProblem, changes: Changes, own: object]> = {
  'enable-group': ['access', { employer: { enabled: false } }, { change: change('employer', 'G-1', 'enabled', 'e7') }],
  'correct-eligibility': ['access', { access: { eligibility: { eligible: false } } }, { change: change('eligibility', 'M-1', 'eligible', 'm4'), memberId: 'M-1' }],
  'account-recovery': ['access', { access: { account: { locked: true } } }, { change: null, memberId: 'M-1' }],
  'regenerate-report': ['engagement', { report: { parameters: { from: '2025-02-01' } } }, { change: null, parameters: REQUESTED }],
  'enable-feature': [
    'configuration',
    { employer: { featureToggles: [{ name: 'search', on: false, contracted: true }, { name: 'chat', on: false, contracted: true }] } },
    { change: change('employer', 'G-1', 'featureToggles.chat', 'e7'), feature: 'chat', does: "the feature's toggle is enabled: chat" },
  ],
  'enable-rewards-and-sync': ['rewards', { rewards: { enabled: false } }, { change: change('rewards', 'G-1', 'enabled', 'r2'), version: 'r2' }],
};

function found(kind: FixKind, more: Changes = {}): Fix {
  const [problem, changes] = FOUND[kind];
  const d = diagnose(problem, readingsWith({ ...changes, ...more }), told({ scope: 'whole-group' }), NOW);
  if (d.outcome !== 'fix') throw new Error(`no fix but ${d.outcome}: ${d.cause}`);
  return d.fix;
}

describe('the fixes', () => {
  test.each(FIX_KINDS)('%s changes exactly this', (kind) => {
    const { needsApproval, verifies } = FIXES[kind];
    expect(found(kind)).toMatchObject({ kind, groupId: 'G-1', sampleMember: 'M-1', needsApproval, verifies, ...FOUND[kind][2] });
  });

  test.each(FIX_KINDS)('%s: its change has an inverse, and that has it again', (kind) => {
    const { change } = found(kind);
    if (!change) {
      expect(['account-recovery', 'regenerate-report']).toContain(kind);
      return;
    }
    const back = inverse(change, 'v9');
    expect(back).toEqual({ ...change, from: true, to: false, version: 'v9' });
    expect(inverse(back, change.version)).toEqual(change);
  });

  test('whatever changes a group, or a record of it, needs a second person', () => {
    expect(FIX_KINDS.filter((kind) => !FIXES[kind].needsApproval)).toEqual(['account-recovery', 'regenerate-report']);
    for (const kind of FIX_KINDS) {
      const fix = found(kind);
      expect(approvalOf(fix)).toEqual(
        fix.change ? { fix: kind, groupId: 'G-1', field: fix.change.field, from: false, to: true, version: fix.change.version } : null,
      );
    }
  });

  test('an approval is of exactly one change', () => {
    const fix = found('enable-group');
    const subject = approvalOf(fix)!;
    expect(approves(subject, fix)).toBe(true);
    for (const other of [{ groupId: 'G-2' }, { field: 'x' }, { from: true }, { to: false }, { version: 'e8' }, { fix: 'enable-feature' as const }]) {
      expect(approves({ ...subject, ...other }, fix)).toBe(false);
    }
    expect(approves(subject, found('account-recovery'))).toBe(false);
  });

  test('rewards that are enabled are only synced, and that is approved as well', () => {
    const d = diagnose('rewards', readingsWith({ rewards: { lastSync: null } }), told({ scope: 'whole-group' }), NOW);
    expect(d).toMatchObject({ outcome: 'fix', fix: { change: null, version: 'r2', needsApproval: true, does: 'the rewards are synced' } });
    expect(approvalOf((d as Extract<Diagnosis, { outcome: 'fix' }>).fix)).toEqual({ fix: 'enable-rewards-and-sync', groupId: 'G-1', field: 'sync', from: false, to: true, version: 'r2' });
  });

  test('a member of another group is no sample of this one', () => {
    for (const access of [{ groupId: 'G-2' }, { groupId: null }, undefined]) {
      expect(fixOf('enable-group', readingsWith({ employer: { enabled: false }, access }))).toMatchObject({ kind: 'enable-group', sampleMember: null });
    }
  });

  test('there is none without exactly what it takes', () => {
    const none: [FixKind, Changes][] = [
      ['enable-group', {}],
      ['enable-group', { employer: undefined }],
      ['correct-eligibility', {}],
      ['correct-eligibility', { access: { eligibility: { listed: false, eligible: null } } }],
      ['correct-eligibility', { access: { groupId: 'G-2', eligibility: { eligible: false } } }],
      ['account-recovery', { access: { groupId: null } }],
      ['account-recovery', { access: undefined }],
      ['regenerate-report', { report: null }],
      ['regenerate-report', { report: { requested: { groupId: 'G-2' } } }],
      ['regenerate-report', { report: { requested: { from: '2026-03-01' } } }],
      ['regenerate-report', { report: { requested: { metrics: [] } } }],
      ['enable-feature', {}],
      ['enable-rewards-and-sync', { rewards: undefined }],
    ];
    for (const [kind, changes] of none) expect({ kind, changes, fix: fixOf(kind, readingsWith(changes)) }).toEqual({ kind, changes, fix: null });
  });
});

describe('verified in the view of a member', () => {
  const view = (more: Partial<MemberView>): After => ({ view: { ...VIEW, ...more } });
  const synced = { outcome: 'completed', at: NOW, detail: '' } as const;
  const report = { id: 'R-2', generatedAt: NOW, parameters: REQUESTED, requested: REQUESTED, figures: { logins: 120, actions: 30 } };
  const activity = { from: '2026-02-01', to: '2026-02-28', figures: { logins: 120, actions: 30 } };
  const LINES: [FixKind, After, 'verified' | 'failed' | 'unknown'][] = [
    ...(['enable-group', 'correct-eligibility'] as const).flatMap((kind): [FixKind, After, 'verified' | 'failed' | 'unknown'][] => [
      [kind, view({}), 'verified'],
      [kind, view({ signIn: 'access-denied' }), 'failed'],
      [kind, view({ signIn: 'error' }), 'failed'],
      [kind, view({ signIn: 'locked' }), 'unknown'],
      [kind, view({ signIn: 'no-account' }), 'unknown'],
      [kind, { view: null }, 'unknown'],
      [kind, {}, 'unknown'],
      [kind, { view: null, observedLogin: 'works' }, 'verified'],
      [kind, { view: null, observedLogin: 'fails' }, 'failed'],
      [kind, { ...view({ signIn: 'access-denied' }), observedLogin: 'works' }, 'failed'],
    ]),
    ['account-recovery', view({}), 'verified'],
    ['account-recovery', view({ signIn: 'locked' }), 'unknown'],
    ['account-recovery', view({ signIn: 'error' }), 'failed'],
    ['regenerate-report', { report, activity }, 'verified'],
    ['regenerate-report', { report: { ...report, parameters: { ...REQUESTED, from: '2026-01-01' } }, activity }, 'failed'],
    ['regenerate-report', { report: { ...report, figures: { logins: 1, actions: 30 } }, activity }, 'failed'],
    ['regenerate-report', { report, activity: { ...activity, to: '2026-03-01' } }, 'unknown'],
    ['regenerate-report', { report }, 'unknown'],
    ['regenerate-report', { report: null, activity }, 'unknown'],
    ['enable-feature', view({ features: ['chat'] }), 'verified'],
    ['enable-feature', view({ features: ['search'] }), 'failed'],
    ['enable-feature', view({ signIn: 'locked', features: [] }), 'unknown'],
    ['enable-feature', { view: null, observedLogin: 'works' }, 'unknown'],
    ['enable-rewards-and-sync', { ...view({}), sync: synced }, 'verified'],
    ['enable-rewards-and-sync', { ...view({}), sync: { ...synced, outcome: 'failed' } }, 'failed'],
    ['enable-rewards-and-sync', { ...view({ rewards: { visible: false, pointsAwarded: null } }), sync: synced }, 'failed'],
    ['enable-rewards-and-sync', { ...view({ rewards: { visible: true, pointsAwarded: false } }), sync: synced }, 'failed'],
    ['enable-rewards-and-sync', { ...view({ rewards: { visible: true, pointsAwarded: null } }), sync: synced }, 'unknown'],
    ['enable-rewards-and-sync', { ...view({ signIn: 'locked' }), sync: synced }, 'unknown'],
    ['enable-rewards-and-sync', view({}), 'unknown'],
    ['enable-rewards-and-sync', { view: null, sync: synced }, 'unknown'],
  ];
  test.each(LINES)('%s by %j: %s', (kind, after, verdict) => {
    expect(verified(found(kind), after, NOW)).toEqual({ verdict, at: NOW, text: expect.stringMatching(/^[A-Z].*\.$/) });
  });

  test('every fix is verified somewhere, and unknown somewhere', () => {
    for (const verdict of ['verified', 'unknown']) expect(new Set(LINES.filter((l) => l[2] === verdict).map(([kind]) => kind))).toEqual(new Set(FIX_KINDS));
  });
});

/* Any readings: each left out, right, or wrong in any of the ways above, whatever the others are. */
const anyReadings: fc.Arbitrary<Readings> = fc
  .subarray([...WRONG])
  .chain((some) => fc.shuffledSubarray(some))
  .map((changes) => readingsWith(deepMerged(changes)));
const anyTold = fc
  .record(
    { scope: fc.constantFrom(...SCOPES), observedLogin: fc.constantFrom('works', 'fails'), securityConcern: fc.boolean(), suspectedDefect: fc.boolean(), memberId: fc.constantFrom('M-1', undefined) },
    { requiredKeys: [] },
  )
  .map((facts) => told(facts));

function deepMerged(all: readonly Changes[]): Changes {
  const merged: Record<string, unknown> = {};
  for (const changes of all) {
    for (const [name, value] of Object.entries(changes)) {
      const before = merged[name];
      const both = typeof before === 'object' && before && typeof value === 'object' && value && !Array.isArray(value);
      merged[name] = both ? { ...before, ...value } : value;
    }
  }
  return merged as Changes;
}

describe('of any readings', () => {
  const anyProblem = fc.constantFrom(...GROUP_PROBLEMS);
  const PARTS = { fix: 'fix', explanation: 'explanation', person: 'person', trigger: 'trigger' } as const;

  test('exactly one of a fix, an explanation, a person or a trigger comes', () => {
    const met = new Set<string>();
    const holds = fc.property(anyProblem, anyReadings, anyTold, (problem, readings, gathered) => {
      const d = diagnose(problem, readings, gathered, NOW);
      met.add(d.outcome);
      expect(Object.keys(PARTS).filter((part) => part in d)).toEqual([PARTS[d.outcome]]);
      expect(diagnose(problem, readings, gathered, NOW)).toEqual(d);
      expect(d.evidence.every((e) => e.verdict === 'unknown' || (e.at !== null && e.value !== null))).toBe(true);
      expect(d.cause).toMatch(/^[A-Z].*\.$/);
      if (d.outcome !== 'fix') return;
      expect(firstTrigger(problem, readings, gathered)).toBeNull();
      expect(readings.employer).toBeDefined();
      expect(d.fix.sampleMember === null || mayTouch(problem, readings, gathered)).toBe(true);
      expect(d.evidence.find((e) => e.check === d.decidedBy)?.verdict).toBe('failed');
      expect(d.fix.change === null || (d.fix.change.from !== d.fix.change.to && d.fix.change.version !== '')).toBe(true);
      if (d.fix.needsApproval) expect([approvalOf(d.fix) !== null, gathered.scope !== null]).toEqual([true, true]);
    });
    fc.assert(holds, { numRuns: 3_000 });
    expect([...met].sort()).toEqual(Object.keys(PARTS).sort());
  });

  test('a security concern: never a fix, and nobody is impersonated', () => {
    let met = 0;
    const holds = fc.property(anyProblem, anyReadings, anyTold, fc.constantFrom(...SOURCES), fc.boolean(), (problem, readings, gathered, source, byAgent) => {
      const concerned = byAgent ? { ...gathered, securityConcern: { value: true, source, readAt: NOW } } : gathered;
      const { employer } = readings;
      const seen: Readings = byAgent || !employer ? readings : { ...readings, employer: { ...employer, value: { ...employer.value, securityIncident: 'INC-1' } } };
      if (!byAgent && !employer) {
        // Without the record nobody knows of an incident, and nothing is done either.
        expect(mayTouch(problem, seen, concerned)).toBe(false);
        expect(diagnose(problem, seen, concerned, NOW).outcome).not.toBe('fix');
        return;
      }
      met += 1;
      expect(diagnose(problem, seen, concerned, NOW)).toMatchObject({ outcome: 'trigger', trigger: { id: 'security', restricted: true, leadTold: true } });
      // The same without the view, which is when it is asked.
      const { view: _, ...before } = seen;
      expect(mayTouch(problem, before, concerned)).toBe(false);
      expect(firstTrigger(problem, before, concerned)?.id).toBe('security');
    });
    fc.assert(holds, { numRuns: 1_000 });
    expect(met).toBeGreaterThan(500);
  });
});
