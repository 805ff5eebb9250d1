import { describe, expect, test } from 'vitest';
import { GROUP_PROBLEMS, type GroupProblem } from '../../src/domain/ruling.js';
import { TRIGGER_IDS, type TriggerId } from '../../src/domain/troubleshooting.js';
import { diagnose } from '../../src/policy/diagnosis.js';
import { firstTrigger, fixDidNotHold, mayTouch, TRIGGERS, withTrigger } from '../../src/policy/triggers.js';
import { NOW, READ_AT } from './support.js';
import { readingsWith, told, type Changes } from './troubleshooting-support.js';

type Told = Parameters<typeof told>[0];
const ALL = GROUP_PROBLEMS;

/** What shows the trigger, in which problems it is looked for, and by whom it was seen. */
const SIGNS: [id: TriggerId, changes: Changes, said: Told, problems: readonly GroupProblem[], source: 'Admin' | 'agent'][] = [
  ['security', { employer: { securityIncident: 'INC-7' } }, {}, ALL, 'Admin'],
  ['security', { employer: { securityIncident: 'INC-7' } }, { securityConcern: false }, ALL, 'Admin'],
  ['security', {}, { securityConcern: true }, ALL, 'agent'],
  ['security', { employer: undefined }, { securityConcern: true }, ALL, 'agent'],
  ['several-groups', {}, { scope: 'several-groups' }, ALL, 'agent'],
  ['data-corruption', { employer: { dataIssues: [{ kind: 'corrupted', what: 'birth dates' }] } }, {}, ALL, 'Admin'],
  ['data-corruption', { employer: { dataIssues: [{ kind: 'inconsistent', what: 'plans' }] } }, {}, ALL, 'Admin'],
  ['data-corruption', { access: { eligibility: { consistent: false } } }, {}, ALL, 'Admin'],
  ['integration-down', { rewards: { integration: { status: 'down' } } }, {}, ['rewards'], 'Admin'],
  ['defect', {}, { suspectedDefect: true }, ALL, 'agent'],
  ['defect', { view: { signIn: 'error' } }, {}, ['access'], 'Admin'],
  ['defect', { view: { features: [] } }, {}, ['configuration'], 'Admin'],
  ['defect', { rewards: { scenarios: [{ name: 'checkup', expected: 100, awarded: 5 }] } }, {}, ['rewards'], 'Admin'],
  ['network-mapping', { employer: { network: { latestMapping: '4' } } }, {}, ['configuration'], 'Admin'],
  ['network-mapping', { employer: { network: { problem: 'wrong prices' } } }, {}, ['configuration'], 'Admin'],
];
const NOT_SIGNS: [Changes, Told][] = [
  [{}, {}],
  [{}, { securityConcern: false, suspectedDefect: false, scope: 'whole-group' }],
  [{ rewards: { integration: { status: 'degraded' } } }, {}],
  [{ employer: { network: { mappingVersion: null } } }, {}],
  [{ imports: [] }, {}],
  [{ view: null }, {}],
];

describe('the triggers', () => {
  test.each(SIGNS)('%s by %j %j', (id, changes, said, problems, source) => {
    const row = TRIGGERS.find((t) => t.id === id)!;
    for (const problem of ALL) {
      const diagnosis = diagnose(problem, readingsWith(changes), told(said), NOW);
      if (!problems.includes(problem)) {
        expect({ problem, outcome: diagnosis.outcome }).not.toMatchObject({ outcome: 'trigger' });
        continue;
      }
      const { team, priority, restricted, leadTold } = row;
      expect(diagnosis).toMatchObject({ problem, outcome: 'trigger', trigger: { id, team, priority, restricted, leadTold, source, at: READ_AT } });
      expect(diagnosis.cause).toMatch(/^[A-Z].*\.$/);
    }
  });

  test.each(SIGNS)('%s by %j %j is among the evidence once, first where no check shows it', (_, changes, said, [problem]) => {
    const { evidence, ...diagnosis } = diagnose(problem!, readingsWith(changes), told(said), NOW);
    const { trigger } = diagnosis as Extract<typeof diagnosis, { outcome: 'trigger' }>;
    const all = withTrigger(evidence, trigger);
    const own = all.filter((e) => (trigger.shownBy ? e.check === trigger.shownBy : e.check === `trigger/${trigger.id}`));
    expect(own).toEqual([expect.objectContaining({ verdict: 'failed', value: expect.any(String), source: trigger.source, at: trigger.at })]);
    expect(all.filter((e) => e !== own[0])).toEqual(evidence.filter((e) => e !== own[0]));
    // What was looked at before it came up does not show it.
    const before = evidence.map((e) => ({ ...e, verdict: 'passed' as const }));
    expect(withTrigger(before, trigger)[0]).toMatchObject({ check: `trigger/${trigger.id}`, verdict: 'failed', means: trigger.why });
  });

  test.each(NOT_SIGNS)('none by %j %j', (changes, said) => {
    for (const problem of ALL) expect(firstTrigger(problem, readingsWith(changes), told(said))).toBeNull();
  });

  test('are the six, in their order, each with a test above', () => {
    expect(TRIGGERS.map((t) => t.id)).toEqual(TRIGGER_IDS);
    expect(new Set(SIGNS.map(([id]) => id))).toEqual(new Set(TRIGGER_IDS));
  });

  test('go to the teams of the protocol', () => {
    expect(Object.fromEntries(TRIGGERS.map((t) => [t.id, `${t.team}${t.restricted ? ', restricted' : ''}${t.leadTold ? ', lead told' : ''}`]))).toEqual({
      security: 'Infra, restricted, lead told',
      'several-groups': 'Infra',
      'data-corruption': 'ProdOps',
      'integration-down': 'Infra',
      defect: 'Infra',
      'network-mapping': 'ProdOps',
    });
  });

  test('come one before another: security first', () => {
    const all: Changes = {
      employer: { securityIncident: 'INC-7', dataIssues: [{ kind: 'corrupted', what: 'x' }], network: { problem: 'x' } },
      rewards: { integration: { status: 'down' } },
    };
    const first = (problem: GroupProblem, changes: Changes, said: Told) => firstTrigger(problem, readingsWith(changes), told(said))?.id;
    const said = { scope: 'several-groups', suspectedDefect: true };
    expect(first('rewards', all, said)).toBe('security');
    const { securityIncident: _, ...employer } = all.employer!;
    expect(first('rewards', { ...all, employer }, said)).toBe('several-groups');
    expect(first('rewards', { ...all, employer }, { suspectedDefect: true })).toBe('data-corruption');
    expect(first('rewards', { rewards: all.rewards! }, { suspectedDefect: true })).toBe('integration-down');
    expect(first('configuration', { employer: { network: { problem: 'x' } } }, { suspectedDefect: true })).toBe('defect');
    expect(first('configuration', { employer: { network: { problem: 'x' } } }, {})).toBe('network-mapping');
  });

  test('stand before a fix that would be there', () => {
    for (const said of [{ securityConcern: true }, { scope: 'several-groups' }, { suspectedDefect: true }]) {
      expect(diagnose('access', readingsWith({ employer: { enabled: false } }), told(said), NOW).outcome).toBe('trigger');
    }
  });

  test('a fix that did not hold makes a defect suspected', () => {
    expect(fixDidNotHold(NOW)).toMatchObject({ id: 'defect', team: 'Infra', at: NOW });
  });
});

describe('before anybody is impersonated or anything is changed', () => {
  const before = (changes: Changes, said: Told = {}) => mayTouch('access', readingsWith({ ...changes, view: undefined }), told(said));
  test('the employer record must have been read, and show no trigger', () => {
    expect(before({})).toBe(true);
    expect(before({ employer: { enabled: false } })).toBe(true);
    expect(before({ employer: undefined })).toBe(false);
    expect(before({ employer: { securityIncident: 'INC-7' } })).toBe(false);
    expect(before({ employer: { securityIncident: undefined as unknown as null } })).toBe(false);
    expect(before({}, { securityConcern: true })).toBe(false);
    expect(before({}, { scope: 'several-groups' })).toBe(false);
  });

  test('the member must be of the group whose record was read', () => {
    expect(before({ access: { groupId: 'G-2' } })).toBe(false);
    expect(before({ access: { groupId: null } })).toBe(false);
    expect(before({ access: undefined })).toBe(true);
  });
});
