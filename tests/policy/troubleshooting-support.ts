/** A group with which everything is right, and one thing after another that can be wrong with it. */
import type {
  Activity,
  Employer,
  EngagementReport,
  MemberAccess,
  MemberView,
  ReportParameters,
  Rewards,
} from '../../src/activities/groups-port.js';
import type { Facts } from '../../src/domain/facts.js';
import type { Gathered, Readings, ReadingName, ReadingValues } from '../../src/domain/troubleshooting.js';
import { gatheredFrom } from '../../src/policy/diagnosis.js';
import { factsOf, READ_AT } from './support.js';

type Deep<T> = T extends unknown[] ? T : T extends object ? { [K in keyof T]?: Deep<T[K]> } : T;
export type Changes = { [K in ReadingName]?: ReadingValues[K] extends unknown[] | null ? ReadingValues[K] : Deep<ReadingValues[K]> | null | undefined };

const MARCH: ReportParameters = { from: '2026-02-01', to: '2026-02-28', groupId: 'G-1', metrics: ['logins', 'actions'] };
const employer: Employer = {
  id: 'G-1',
  name: 'Northwind',
  version: 'e7',
  enabled: true,
  configuration: [
    { name: 'plan', value: 'standard', contracted: 'standard' },
    { name: 'language', value: 'en', contracted: null },
  ],
  featureToggles: [
    { name: 'search', on: true, contracted: true },
    { name: 'chat', on: false, contracted: false },
  ],
  customizations: [{ name: 'logo', displayed: true, problem: null }],
  network: { name: 'Broad', mappingVersion: '3', latestMapping: '3', problem: null },
  dataIssues: [],
  securityIncident: null,
};
const access: MemberAccess = {
  memberId: 'M-1',
  groupId: 'G-1',
  version: 'm4',
  eligibility: { listed: true, eligible: true, consistent: true },
  permissions: { granted: true, missing: [] },
  account: { created: true, createdAt: '2025-01-01T00:00:00.000Z', locked: false, passwordExpired: false, lastLoginAt: null },
  browser: { name: 'Firefox 140', supported: true },
};
const report: EngagementReport = { id: 'R-1', generatedAt: '2026-03-01T00:00:00.000Z', parameters: MARCH, requested: MARCH, figures: { logins: 120, actions: 30 } };
const activity: Activity = { from: MARCH.from, to: MARCH.to, figures: { logins: 120, searches: 60, actions: 30 } };
const rewards: Rewards = {
  version: 'r2',
  enabled: true,
  integration: { name: 'MyMedicalRewards', status: 'up' },
  pointRules: [{ name: 'checkup', points: 100, contracted: 100, active: true }],
  scenarios: [{ name: 'checkup', expected: 100, awarded: 100 }],
  lastSync: { at: '2026-03-09T00:00:00.000Z', outcome: 'completed' },
};
export const VIEW: MemberView = {
  memberId: 'M-1',
  at: READ_AT,
  signIn: 'works',
  features: ['search'],
  customizations: ['logo'],
  network: 'Broad',
  rewards: { visible: true, pointsAwarded: true },
};
const imported = (kind: 'eligibility' | 'members', status: 'completed' | 'running' | 'failed' | 'partial' = 'completed', day = 9) => ({
  id: `${kind}-${day}`,
  kind,
  startedAt: `2026-03-0${day}T00:00:00.000Z`,
  status,
  rows: 10,
  rejected: 0,
});
export const importsOf = (eligibility: Parameters<typeof imported>[1], members: Parameters<typeof imported>[1] = 'completed') => [
  imported('members', members),
  imported('eligibility', eligibility),
  imported('eligibility', 'completed', 2),
];

const RIGHT: ReadingValues = {
  employer,
  changes: [{ at: '2026-03-08T00:00:00.000Z', kind: 'permission', what: 'roles changed', by: 'ops' }],
  access,
  imports: importsOf('completed'),
  report,
  definition: { platform: ['logins', 'actions'], client: ['actions', 'logins'], text: 'Whoever signs in or acts.' },
  activity,
  rewards,
  integrationLog: [{ at: '2026-03-09T00:00:00.000Z', level: 'info', code: 'OK', text: 'done' }],
  view: VIEW,
};

/** Everything right but for these changes; undefined leaves a reading out. */
export function readingsWith(changes: Changes = {}): Readings {
  const values = (Object.keys(RIGHT) as ReadingName[]).flatMap((name) => {
    if (!(name in changes)) return [[name, { value: RIGHT[name], readAt: READ_AT }]];
    const change = changes[name];
    return change === undefined ? [] : [[name, { value: merged(RIGHT[name], change), readAt: READ_AT }]];
  });
  return Object.fromEntries(values) as Readings;
}

function merged(base: unknown, change: unknown): unknown {
  const isPlain = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);
  if (!isPlain(base) || !isPlain(change)) return change;
  return { ...base, ...Object.fromEntries(Object.entries(change).map(([k, v]) => [k, merged(base[k], v)])) };
}

/** What people told, of a ticket that names its member. */
export const told = (facts: { [K in keyof Facts]?: unknown } = {}): Gathered => gatheredFrom(factsOf(facts, 'agent'), []);

/** One thing that is wrong, or not known, by the name of the reading; `expects` in checks-table form. */
export const WRONG: readonly Changes[] = [
  {},
  { employer: { enabled: false } },
  { employer: { securityIncident: 'INC-1' } },
  { employer: { dataIssues: [{ kind: 'corrupted', what: 'dates' }] } },
  { employer: { configuration: [{ name: 'plan', value: 'basic', contracted: 'standard' }] } },
  { employer: { featureToggles: [{ name: 'search', on: false, contracted: true }, { name: 'chat', on: false, contracted: true }] } },
  { employer: { featureToggles: [{ name: 'search', on: true, contracted: true }, { name: 'chat', on: true, contracted: false }] } },
  { employer: { customizations: [{ name: 'logo', displayed: false, problem: null }] } },
  { employer: { customizations: [{ name: 'logo', displayed: null, problem: null }] } },
  { employer: { network: { problem: 'wrong prices' } } },
  { employer: { network: { latestMapping: '4' } } },
  { employer: { network: { mappingVersion: null } } },
  { access: { groupId: 'G-2' } },
  { access: { groupId: null } },
  { access: { eligibility: { listed: false, eligible: null } } },
  { access: { eligibility: { eligible: false } } },
  { access: { eligibility: { eligible: null } } },
  { access: { eligibility: { consistent: false } } },
  { access: { permissions: { granted: false, missing: ['portal'] } } },
  { access: { account: { created: false } } },
  { access: { account: { locked: true } } },
  { access: { account: { passwordExpired: true } } },
  { access: { browser: null } },
  { access: { browser: { supported: false } } },
  { imports: [] },
  { imports: importsOf('running') },
  { imports: importsOf('completed', 'partial') },
  { imports: importsOf('failed') },
  { report: null },
  { report: { parameters: { from: '2026-01-01' } } },
  { report: { requested: { groupId: 'G-2' } } },
  { report: { parameters: { metrics: ['logins'] } } },
  { report: { figures: { logins: 99 } } },
  { definition: { client: null } },
  { definition: { client: ['logins'] } },
  { activity: { from: '2026-01-01' } },
  { activity: { figures: { logins: 90 } } },
  { rewards: { enabled: false } },
  { rewards: { integration: { status: 'down' } } },
  { rewards: { integration: { status: 'degraded' } } },
  { rewards: { pointRules: [] } },
  { rewards: { pointRules: [{ name: 'checkup', points: 50, contracted: 100, active: true }] } },
  { rewards: { pointRules: [{ name: 'checkup', points: 100, contracted: 100, active: false }] } },
  { rewards: { scenarios: [] } },
  { rewards: { scenarios: [{ name: 'checkup', expected: 100, awarded: 0 }] } },
  { rewards: { scenarios: [{ name: 'checkup', expected: 100, awarded: null }] } },
  { rewards: { lastSync: null } },
  { rewards: { lastSync: { outcome: 'failed' } } },
  { integrationLog: [{ at: '2026-03-09T08:00:00.000Z', level: 'error', code: 'E42', text: 'refused' }] },
  { view: null },
  { view: { signIn: 'access-denied' } },
  { view: { signIn: 'error' } },
  { view: { features: [] } },
  { view: { customizations: [] } },
  { view: { network: null } },
  { view: { rewards: { visible: false, pointsAwarded: null } } },
  { employer: undefined },
  { changes: undefined },
  { access: undefined },
  { imports: undefined },
  { report: undefined },
  { definition: undefined },
  { activity: undefined },
  { rewards: undefined },
  { integrationLog: undefined },
  { view: undefined },
];
export const everyReadings = (): Readings[] => WRONG.map(readingsWith);
