import { describe, expect, test } from 'vitest';
import { GROUP_PROBLEMS, type GroupProblem } from '../../src/domain/ruling.js';
import type { CheckId, Diagnosis, Verdict } from '../../src/domain/troubleshooting.js';
import { CHECKS } from '../../src/policy/checks/table.js';
import { diagnose, gatheredFrom, readingsOf } from '../../src/policy/diagnosis.js';
import { factsOf, NOW, READ_AT } from './support.js';
import { importsOf, readingsWith, told, type Changes } from './troubleshooting-support.js';

const ids = (problem: GroupProblem) => CHECKS[problem].checks.map((c) => c.id);
const problemOf = (check: CheckId) => check.split('/')[0] as GroupProblem;

/** What is different, the verdict, what was found, and what the diagnosis is (and by which check, where another decides). */
type Line = [check: CheckId, changes: Changes, verdict: Verdict, value: string | null, leads: string, by?: CheckId | null];

const noView = { view: null };
const mapping = { mappingVersion: '2' };
const LINES: Line[] = [
  ['access/group-enabled', {}, 'passed', 'enabled', 'person', null],
  ['access/group-enabled', { employer: { enabled: false } }, 'failed', 'disabled', 'enable-group'],
  ['access/group-enabled', { employer: undefined }, 'unknown', null, 'person'],
  ['access/eligibility', {}, 'passed', 'in the eligibility data, eligible', 'person', null],
  ['access/eligibility', { access: { eligibility: { eligible: false } } }, 'failed', 'in the eligibility data, not eligible', 'correct-eligibility'],
  ['access/eligibility', { access: { eligibility: { listed: false, eligible: false } } }, 'failed', 'not in the eligibility data', 'correct-eligibility'],
  ['access/eligibility', { access: { eligibility: { listed: false, eligible: null } } }, 'failed', 'not in the eligibility data', 'person'],
  ['access/eligibility', { access: { groupId: 'G-2', eligibility: { eligible: false } } }, 'failed', 'a member of another group', 'person'],
  ['access/eligibility', { access: { groupId: null } }, 'unknown', 'in the eligibility data, which does not say for what', 'person'],
  ['access/eligibility', { access: { eligibility: { eligible: null } } }, 'unknown', 'in the eligibility data, which does not say for what', 'person'],
  ['access/eligibility', { access: undefined }, 'unknown', null, 'person'],
  ['access/permissions', {}, 'passed', 'granted', 'person', null],
  ['access/permissions', { access: { permissions: { granted: false, missing: ['portal', 'app'] } } }, 'failed', 'missing: portal, app', 'person'],
  ['access/permissions', { access: { permissions: { granted: false } } }, 'failed', 'not granted', 'person'],
  ['access/permissions', { access: undefined }, 'unknown', null, 'person', 'access/eligibility'],
  ['access/account-created', {}, 'passed', 'created', 'person', null],
  ['access/account-created', { access: { account: { created: false } } }, 'failed', 'not created', 'person'],
  ['access/account-created', { access: undefined }, 'unknown', null, 'person', 'access/eligibility'],
  ['access/password-or-lock', {}, 'passed', 'not locked, password valid', 'person', null],
  ['access/password-or-lock', { access: { account: { locked: true } } }, 'failed', 'locked', 'account-recovery'],
  ['access/password-or-lock', { access: { account: { locked: true, passwordExpired: true } } }, 'failed', 'locked, password expired', 'account-recovery'],
  ['access/password-or-lock', { access: undefined }, 'unknown', null, 'person', 'access/eligibility'],
  ['access/browser', {}, 'passed', 'supported', 'person', null],
  ['access/browser', { access: { browser: { supported: false } } }, 'failed', 'not supported', 'person'],
  ['access/browser', { access: { browser: null } }, 'unknown', 'no attempt yet', 'person'],
  ['access/browser', { access: { browser: null }, view: { signIn: 'error' } }, 'unknown', 'no attempt yet', 'defect', 'access/sample-login'],
  ['access/sample-login', {}, 'passed', 'impersonated: works', 'person', null],
  ['access/sample-login', { view: { signIn: 'error' } }, 'failed', 'impersonated: error', 'defect'],
  ['access/sample-login', { view: { signIn: 'access-denied' }, employer: { enabled: false } }, 'failed', 'impersonated: access-denied', 'enable-group', 'access/group-enabled'],
  ['access/sample-login', noView, 'unknown', 'impersonation is not available', 'person'],
  ['access/sample-login', { view: undefined }, 'unknown', null, 'person'],

  ['engagement/report-parameters', { report: { parameters: { to: '2026-01-31' } } }, 'failed', 'made for 2026-02-01 to 2026-01-31, group G-1, logins, actions; asked for 2026-02-01 to 2026-02-28, group G-1, logins, actions', 'regenerate-report'],
  ['engagement/report-parameters', { report: { parameters: { metrics: ['logins'] } } }, 'failed', 'made for 2026-02-01 to 2026-02-28, group G-1, logins; asked for 2026-02-01 to 2026-02-28, group G-1, logins, actions', 'regenerate-report'],
  ['engagement/report-parameters', { report: { requested: { groupId: 'G-2' } } }, 'failed', 'made for 2026-02-01 to 2026-02-28, group G-1, logins, actions; asked for 2026-02-01 to 2026-02-28, group G-2, logins, actions', 'person'],
  ['engagement/report-parameters', { report: null }, 'unknown', 'no report', 'person'],
  ['engagement/report-parameters', { report: undefined }, 'unknown', null, 'person'],
  ['engagement/imports-completed', {}, 'passed', 'eligibility: completed, members: completed', 'explanation', null],
  ['engagement/imports-completed', { imports: importsOf('running') }, 'failed', 'eligibility: running, members: completed', 'person'],
  ['engagement/imports-completed', { imports: importsOf('completed', 'partial') }, 'failed', 'eligibility: completed, members: partial', 'person'],
  ['engagement/imports-completed', { imports: importsOf('failed') }, 'failed', 'eligibility: failed, members: completed', 'person'],
  ['engagement/imports-completed', { imports: importsOf('completed').slice(1) }, 'unknown', 'eligibility: completed, members: never', 'person'],
  ['engagement/imports-completed', { imports: undefined }, 'unknown', null, 'person'],
  ['engagement/definition', {}, 'passed', 'platform: logins, actions; client: actions, logins', 'explanation', null],
  ['engagement/definition', { definition: { client: ['logins'] } }, 'failed', 'platform: logins, actions; client: logins', 'explanation'],
  ['engagement/definition', { definition: { client: ['logins'] }, report: { figures: { logins: 1 } } }, 'failed', 'platform: logins, actions; client: logins', 'regenerate-report', 'engagement/activity-logs'],
  ['engagement/definition', { definition: { client: ['logins'] }, activity: undefined }, 'failed', 'platform: logins, actions; client: logins', 'person'],
  ['engagement/definition', { definition: { client: null } }, 'unknown', 'platform: logins, actions; client: not written down', 'explanation'],
  ['engagement/definition', { definition: undefined }, 'unknown', null, 'person'],
  ['engagement/activity-logs', {}, 'passed', 'the same', 'explanation', null],
  ['engagement/activity-logs', { report: { figures: { logins: 99 } } }, 'failed', 'differ: logins', 'regenerate-report'],
  ['engagement/activity-logs', { activity: { from: '2026-01-01' } }, 'unknown', 'not of the same days or metrics', 'person'],
  ['engagement/activity-logs', { activity: { figures: { logins: undefined as unknown as number } } }, 'unknown', 'not of the same days or metrics', 'person'],
  ['engagement/activity-logs', { activity: undefined }, 'unknown', null, 'person'],

  ['configuration/group-configuration', {}, 'passed', 'as contracted', 'person', null],
  ['configuration/group-configuration', { employer: { enabled: false } }, 'failed', 'not as contracted: the group is disabled', 'enable-group'],
  ['configuration/group-configuration', { employer: { configuration: [{ name: 'plan', value: 'basic', contracted: 'standard' }] } }, 'failed', 'not as contracted: plan', 'person'],
  ['configuration/group-configuration', { employer: undefined }, 'unknown', null, 'person'],
  ['configuration/feature-toggles', { employer: { featureToggles: [{ name: 'search', on: false, contracted: true }] } }, 'failed', 'off: search', 'enable-feature'],
  ['configuration/feature-toggles', { employer: { featureToggles: [{ name: 'chat', on: true, contracted: false }] } }, 'failed', 'on without contract: chat', 'person'],
  ['configuration/feature-toggles', { employer: undefined }, 'unknown', null, 'person', 'configuration/group-configuration'],
  ['configuration/customizations', { employer: { customizations: [{ name: 'logo', displayed: false, problem: null }] } }, 'failed', 'not displayed: logo', 'person'],
  ['configuration/customizations', { employer: { customizations: [{ name: 'logo', displayed: true, problem: 'blurred' }] } }, 'failed', 'not displayed: logo', 'person'],
  ['configuration/customizations', { employer: { customizations: [{ name: 'logo', displayed: null, problem: null }] } }, 'unknown', 'not known: logo', 'person'],
  ['configuration/network-data', { employer: { network: mapping } }, 'failed', 'an older mapping', 'network-mapping'],
  ['configuration/network-data', { employer: { network: { problem: 'wrong prices' } } }, 'failed', 'wrong network data', 'network-mapping'],
  ['configuration/network-data', { employer: { network: { latestMapping: null } } }, 'unknown', null, 'person'],
  ['configuration/member-view', {}, 'passed', 'as configured', 'person', null],
  ['configuration/member-view', { view: { features: [], customizations: [], network: 'Narrow' } }, 'failed', 'not seen: search, logo, the network', 'defect'],
  ['configuration/member-view', { view: { signIn: 'locked', features: [] } }, 'unknown', 'the sample member cannot sign in', 'person'],
  ['configuration/member-view', noView, 'unknown', 'impersonation is not available', 'person'],
  ['configuration/member-view', { view: undefined }, 'unknown', null, 'person'],

  ['rewards/configuration', {}, 'passed', 'enabled', 'person', null],
  ['rewards/configuration', { rewards: { enabled: false } }, 'failed', 'disabled', 'enable-rewards-and-sync'],
  ['rewards/configuration', { rewards: undefined }, 'unknown', null, 'person'],
  ['rewards/point-rules', { rewards: { pointRules: [{ name: 'checkup', points: 50, contracted: 100, active: true }] } }, 'failed', 'not as contracted: checkup', 'person'],
  ['rewards/point-rules', { rewards: { pointRules: [{ name: 'checkup', points: 100, contracted: 100, active: false }] } }, 'failed', 'not as contracted: checkup', 'person'],
  ['rewards/point-rules', { rewards: { pointRules: [] } }, 'unknown', 'no point rules', 'person'],
  ['rewards/scenarios', { rewards: { scenarios: [{ name: 'checkup', expected: 100, awarded: 0 }] } }, 'failed', 'wrong points: checkup', 'defect'],
  ['rewards/scenarios', { rewards: { scenarios: [{ name: 'checkup', expected: 100, awarded: 0 }], lastSync: null } }, 'failed', 'wrong points: checkup', 'enable-rewards-and-sync', 'rewards/sync'],
  ['rewards/scenarios', { rewards: { scenarios: [{ name: 'checkup', expected: 100, awarded: null }] } }, 'unknown', 'not tested: checkup', 'person'],
  ['rewards/scenarios', { rewards: { scenarios: [] } }, 'unknown', 'no scenarios', 'person'],
  ['rewards/integration-log', { integrationLog: [{ at: '2026-03-09T08:00:00.000Z', level: 'error', code: 'E42', text: 'x' }] }, 'failed', 'errors: E42', 'person'],
  ['rewards/integration-log', { integrationLog: [{ at: '2026-03-08T08:00:00.000Z', level: 'error', code: 'E42', text: 'x' }] }, 'passed', 'no errors', 'person', null],
  ['rewards/integration-log', { integrationLog: [{ at: '2026-03-09T08:00:00.000Z', level: 'warning', code: 'W1', text: 'x' }] }, 'passed', 'no errors', 'person', null],
  ['rewards/integration-log', { integrationLog: undefined }, 'unknown', null, 'person'],
  ['rewards/sync', { rewards: { lastSync: { outcome: 'failed' } } }, 'failed', 'failed at 2026-03-09T00:00:00.000Z', 'enable-rewards-and-sync'],
  ['rewards/sync', { rewards: { lastSync: null } }, 'failed', 'never', 'enable-rewards-and-sync'],
  ['rewards/sync', { rewards: undefined }, 'unknown', null, 'person', 'rewards/configuration'],
];

const leads = (d: Diagnosis): string =>
  d.outcome === 'fix' ? d.fix.kind : d.outcome === 'trigger' ? d.trigger.id : d.outcome;

describe('every check', () => {
  test.each(LINES)('%s with %j %s', (check, changes, verdict, value, leadsTo, by = check) => {
    const diagnosis = diagnose(problemOf(check), readingsWith(changes), told({ scope: 'whole-group' }), NOW);
    const own = diagnosis.evidence.find((e) => e.check === check);
    expect(own).toMatchObject({ verdict, value });
    const row = CHECKS[problemOf(check)].checks.find((c) => c.id === check)!;
    expect(own!.means).toBe({ passed: row.passes, failed: row.fails, unknown: row.unknown }[verdict]);
    expect({ leads: leads(diagnosis), by: diagnosis.decidedBy }).toEqual({ leads: leadsTo, by });
  });

  test('fails and is unknown somewhere above; none is left out', () => {
    const all = GROUP_PROBLEMS.flatMap(ids);
    const seen = (verdict: Verdict) => new Set(LINES.filter((l) => l[2] === verdict).map(([check]) => check));
    expect(seen('failed')).toEqual(new Set(all));
    expect(seen('unknown')).toEqual(new Set(all));
  });

  test('passes when everything is right', () => {
    for (const problem of GROUP_PROBLEMS) {
      const { evidence, decidedBy } = diagnose(problem, readingsWith(), told(), NOW);
      expect(evidence.map((e) => [e.check, e.verdict, e.source, e.at])).toEqual(ids(problem).map((id) => [id, 'passed', 'Admin', READ_AT]));
      expect(decidedBy).toBeNull();
    }
  });

  test('is unknown when nothing was read: never a pass', () => {
    for (const problem of GROUP_PROBLEMS) {
      const { evidence, outcome } = diagnose(problem, {}, told(), NOW);
      expect(evidence.map((e) => [e.verdict, e.value, e.at])).toEqual(ids(problem).map(() => ['unknown', null, null]));
      expect(outcome).toBe('person');
    }
  });

  test('cites a section, and says in sentences what it means', () => {
    for (const c of GROUP_PROBLEMS.flatMap((p) => CHECKS[p].checks)) {
      expect(c.source).toMatch(/^Group Troubleshooting, .+/);
      for (const text of [c.passes, c.fails, c.unknown, ...c.guidance]) expect(text).toMatch(/^[A-Z].*\.$/);
      expect(c.reads.length).toBeGreaterThan(0);
    }
  });
});

describe('the order', () => {
  test("is the protocol's", () => {
    expect(GROUP_PROBLEMS.map((p) => ids(p).map((id) => id.split('/')[1]))).toEqual([
      ['group-enabled', 'eligibility', 'permissions', 'account-created', 'password-or-lock', 'browser', 'sample-login'],
      ['report-parameters', 'imports-completed', 'definition', 'activity-logs'],
      ['group-configuration', 'feature-toggles', 'customizations', 'network-data', 'member-view'],
      ['configuration', 'point-rules', 'scenarios', 'integration-log', 'sync'],
    ]);
  });

  test('of reading: the employer record first, the view last, and only where a check looks at it', () => {
    expect(readingsOf('access')).toEqual(['employer', 'changes', 'access', 'view']);
    expect(readingsOf('engagement')).toEqual(['employer', 'changes', 'access', 'report', 'imports', 'definition', 'activity']);
    expect(readingsOf('configuration')).toEqual(['employer', 'changes', 'access', 'view']);
    expect(readingsOf('rewards')).toEqual(['employer', 'changes', 'access', 'rewards', 'integrationLog']);
  });

  test('decides: the first failure counts, whatever fails after it', () => {
    const everything = { employer: { enabled: false }, access: { permissions: { granted: false }, account: { locked: true }, browser: { supported: false } }, view: { signIn: 'access-denied' } } as const;
    expect(diagnose('access', readingsWith(everything), told({ scope: 'whole-group' }), NOW)).toMatchObject({ outcome: 'fix', decidedBy: 'access/group-enabled' });
  });

  test('decides: what is not known is not passed over', () => {
    const doubt = { access: { eligibility: { eligible: null }, account: { locked: true } } };
    expect(diagnose('access', readingsWith(doubt), told(), NOW)).toMatchObject({ outcome: 'person', decidedBy: 'access/eligibility' });
  });
});

describe('what people told', () => {
  test('is taken from facts that can be read; of the report only what is there', () => {
    const facts = factsOf({ scope: 'one-member', observedLogin: 'perhaps', securityConcern: false, memberId: undefined }, 'agent');
    expect(gatheredFrom(facts, { errorText: 'Access denied', impact: 'all of us' })).toEqual({
      errorMessages: true, affectedMembers: true, stepsToReproduce: false, memberNamed: false,
      scope: facts.scope, observedLogin: null, securityConcern: facts.securityConcern, suspectedDefect: null,
    });
    expect(gatheredFrom({}, ['stepsToReproduce'])).toMatchObject({ stepsToReproduce: true, memberNamed: false, scope: null });
  });

  test('a watched login stands in where nobody can be impersonated', () => {
    const login = (observedLogin: string, changes: Changes = noView) => diagnose('access', readingsWith(changes), told({ observedLogin }), NOW);
    expect(login('works')).toMatchObject({ outcome: 'person', decidedBy: null });
    expect(login('works').evidence.at(-1)).toMatchObject({ verdict: 'passed', source: 'agent', at: READ_AT, value: 'watched by an agent: works' });
    expect(login('fails')).toMatchObject({ outcome: 'trigger', trigger: { id: 'defect', source: 'agent' } });
    // In a browser that nobody knows, a failed login proves nothing of the platform.
    expect(login('fails', { ...noView, access: { browser: null } })).toMatchObject({ outcome: 'person', decidedBy: 'access/sample-login' });
    expect(login('fails', {}).evidence.at(-1)).toMatchObject({ verdict: 'passed', source: 'Admin' });
  });

  test('a change waits for the scope; what changes no group does not', () => {
    const ask = (problem: GroupProblem, changes: Changes) => diagnose(problem, readingsWith(changes), told(), NOW);
    expect(ask('access', { employer: { enabled: false } })).toMatchObject({ outcome: 'person', person: { asks: ['scope'] }, cause: expect.stringContaining('disabled') });
    expect(ask('access', { access: { account: { locked: true } } })).toMatchObject({ outcome: 'fix' });
    expect(ask('engagement', { report: { parameters: { from: '2026-01-01' } } })).toMatchObject({ outcome: 'fix' });
  });

  test('the record of a member who is only a sample is not touched', () => {
    const sampled = gatheredFrom(factsOf({ scope: 'whole-group', memberId: undefined }), []);
    for (const changes of [{ access: { account: { locked: true } } }, { access: { eligibility: { eligible: false } } }]) {
      expect(diagnose('access', readingsWith(changes), sampled, NOW)).toMatchObject({ outcome: 'person', person: { asks: ['memberId'] } });
    }
    expect(diagnose('access', readingsWith({ employer: { enabled: false } }), sampled, NOW)).toMatchObject({ outcome: 'fix' });
  });
});

test('an explanation has the definition and the figures', () => {
  const d = diagnose('engagement', readingsWith({ definition: { client: ['logins'] } }), told(), NOW);
  expect(d).toMatchObject({
    outcome: 'explanation',
    explanation: {
      definition: 'Whoever signs in or acts.', platformMetrics: ['logins', 'actions'], clientMetrics: ['logins'],
      from: '2026-02-01', to: '2026-02-28', figures: { logins: 120, actions: 30 }, activity: { logins: 120, searches: 60, actions: 30 },
      text: 'The platform counts logins, actions as engagement; the client counts logins. From 2026-02-01 to 2026-02-28 the report has logins 120, actions 30, which is what the activity logs have.',
    },
  });
});

test('a diagnosis is stamped, keeps at most ten recent changes, and refuses a time that is none', () => {
  const changes = Array.from({ length: 12 }, (_, i) => ({ at: READ_AT, kind: 'group-setting' as const, what: `change ${i}`, by: 'ops' }));
  const d = diagnose('access', readingsWith({ changes }), told(), NOW);
  expect(d).toMatchObject({ at: NOW, groupId: 'G-1', problem: 'access', policy: expect.stringMatching(/^\d{4}-/) });
  expect(d.recentChanges.map((c) => c.what)).toEqual(changes.slice(0, 10).map((c) => c.what));
  expect(() => diagnose('access', readingsWith(), told(), 'today')).toThrow(TypeError);
});
