/** What the Admin stand-in keeps of employer groups and of their members' access, and what may be set of them. */
import type {
  DataImport,
  Employer,
  EngagementDefinition,
  EngagementReport,
  IntegrationEntry,
  MemberAccess,
  MemberView,
  RecentChange,
  ReportParameters,
  Rewards,
} from '../../activities/groups-port.js';

export interface GroupRecord {
  employer: Employer;
  changes: RecentChange[];
  imports: DataImport[];
  report: EngagementReport | null;
  definition: EngagementDefinition;
  activity: GroupActivity;
  rewards: Omit<Rewards, 'scenarios'> & { scenarios: Scenario[] };
  log: IntegrationEntry[];
  plays: Plays;
}
/** What members do every day, by metric, and the days on which it was otherwise. */
export interface GroupActivity {
  perDay: Record<string, number>;
  days: Record<string, Record<string, number>>;
}
/** `awarded` left out is what a working integration awards. */
export interface Scenario {
  name: string;
  expected: number;
  awarded?: number | null;
}
/** How the stand-in behaves about a group. */
export interface Plays {
  /** Shown to members whatever is fixed; a word is what they get when they sign in. */
  viewStays: MemberView['signIn'] | Partial<MemberView> | null;
  /** Every change is answered as applied, with a new version, and nothing changes. */
  ignoresWrites: boolean;
  impersonation: boolean;
  /** What comes of the next syncs; `works` depends on the integration alone. */
  sync: 'works' | 'failed';
}
export interface AccessRecord extends Omit<MemberAccess, 'memberId' | 'groupId'> {
  impersonation: boolean;
  recoveryStartedAt: string | null;
}

/** What may be set of a group; what is left out stays as it is, and starts as healthy. */
export interface GroupFacts extends Partial<Omit<Employer, 'id' | 'version' | 'network'>>, Partial<Plays> {
  network?: Partial<Employer['network']>;
  changes?: RecentChange[];
  imports?: DataImport[];
  /** Figures left out are counted from the activity. Null: there is no report. */
  report?: { parameters?: Partial<ReportParameters>; requested?: Partial<ReportParameters>; figures?: Record<string, number>; generatedAt?: string } | null;
  definition?: Partial<EngagementDefinition>;
  activity?: Partial<GroupActivity>;
  rewards?: Partial<Omit<Rewards, 'version' | 'integration' | 'scenarios'>> & { integration?: Partial<Rewards['integration']>; scenarios?: Scenario[] };
  log?: IntegrationEntry[];
  /** By member ID; members who are not there yet are made, in this group. */
  access?: Record<string, AccessFacts>;
}
export interface AccessFacts {
  eligibility?: Partial<MemberAccess['eligibility']>;
  permissions?: Partial<MemberAccess['permissions']>;
  account?: Partial<MemberAccess['account']>;
  browser?: MemberAccess['browser'];
  impersonation?: boolean;
}

const DAY_MS = 86_400_000;
export const METRICS = ['logins', 'searches', 'actions'];
const iso = (ms: number): string => new Date(ms).toISOString();
export const dayOf = (ms: number): string => iso(ms).slice(0, 10);

/** A group of which nothing was said works: enabled, complete, as contracted. */
export function newGroup(id: string, at: number, version: () => string): GroupRecord {
  const imported = (kind: DataImport['kind'], n: number): DataImport => ({
    id: `${id}-import-${n}`,
    kind,
    startedAt: iso(at - n * 3_600_000),
    status: 'completed',
    rows: 120,
    rejected: 0,
  });
  const group: GroupRecord = {
    employer: {
      id,
      name: `Group ${id}`,
      version: version(),
      enabled: true,
      configuration: [
        { name: 'plan', value: 'standard', contracted: 'standard' },
        { name: 'language', value: 'en', contracted: null },
      ],
      featureToggles: [
        { name: 'provider-search', on: true, contracted: true },
        { name: 'price-compare', on: true, contracted: true },
        { name: 'telehealth', on: false, contracted: false },
      ],
      customizations: [{ name: 'logo', displayed: true, problem: null }],
      network: { name: 'Broad Network', mappingVersion: '2026.1', latestMapping: '2026.1', problem: null },
      dataIssues: [],
      securityIncident: null,
    },
    changes: [],
    imports: [imported('eligibility', 5), imported('members', 6)],
    report: null,
    definition: { platform: [...METRICS], client: [...METRICS], text: 'A member is engaged who signed in, searched or acted within the period.' },
    activity: { perDay: { logins: 4, searches: 2, actions: 1 }, days: {} },
    rewards: {
      version: version(),
      enabled: true,
      integration: { name: 'MyMedicalRewards', status: 'up' },
      pointRules: [{ name: 'annual-checkup', points: 100, contracted: 100, active: true }],
      scenarios: [{ name: 'annual-checkup', expected: 100 }],
      lastSync: { at: iso(at - 3_600_000), outcome: 'completed' },
    },
    log: [{ at: iso(at - 3_600_000), level: 'info', code: 'SYNC-OK', text: 'The sync completed.' }],
    plays: { viewStays: null, ignoresWrites: false, impersonation: true, sync: 'works' },
  };
  const parameters = { from: dayOf(at - 30 * DAY_MS), to: dayOf(at - DAY_MS), groupId: id, metrics: [...METRICS] };
  group.report = newReport(group, `${id}-report-1`, parameters, parameters, iso(at - DAY_MS / 2));
  return group;
}

/** An account that works, of a member who is eligible. */
export const newAccess = (version: string): AccessRecord => ({
  version,
  eligibility: { listed: true, eligible: true, consistent: true },
  permissions: { granted: true, missing: [] },
  account: { created: true, createdAt: '2025-01-15T09:00:00.000Z', locked: false, passwordExpired: false, lastLoginAt: '2026-01-10T09:00:00.000Z' },
  browser: { name: 'Firefox 140', supported: true },
  impersonation: true,
  recoveryStartedAt: null,
});

/** The group as these facts leave it. Versions of what they touch are new. */
export function withGroupFacts(before: GroupRecord, facts: GroupFacts, at: number, version: () => string): GroupRecord {
  const group = structuredClone(before);
  const { employer, plays } = group;
  const own = picked(facts, ['name', 'enabled', 'configuration', 'featureToggles', 'customizations', 'dataIssues', 'securityIncident']);
  Object.assign(employer, own);
  Object.assign(employer.network, facts.network);
  if (facts.network || Object.keys(own).length > 0) employer.version = version();
  Object.assign(plays, picked(facts, ['viewStays', 'ignoresWrites', 'impersonation', 'sync']));
  Object.assign(group, picked(facts, ['changes', 'imports', 'log']));
  Object.assign(group.definition, facts.definition);
  Object.assign(group.activity, facts.activity);
  if (facts.rewards) {
    const { integration, ...rest } = facts.rewards;
    Object.assign(group.rewards, rest);
    Object.assign(group.rewards.integration, integration);
    group.rewards.version = version();
  }
  if (facts.report === null) group.report = null;
  else if (facts.report || facts.activity) {
    const was = group.report;
    const { parameters, requested, figures, generatedAt } = facts.report ?? {};
    const base = was?.parameters ?? { from: dayOf(at - 30 * DAY_MS), to: dayOf(at - DAY_MS), groupId: employer.id, metrics: [...METRICS] };
    const report = newReport(group, was?.id ?? `${employer.id}-report-1`, { ...base, ...parameters }, { ...(was?.requested ?? base), ...requested }, generatedAt ?? was?.generatedAt ?? iso(at));
    group.report = { ...report, figures: figures ?? report.figures };
  }
  return structuredClone(group);
}

/** The member's access as these facts leave it, at a new version. */
export function withAccessFacts(before: AccessRecord, facts: AccessFacts, version: string): AccessRecord {
  const access = structuredClone(before);
  Object.assign(access.eligibility, facts.eligibility);
  Object.assign(access.permissions, facts.permissions);
  Object.assign(access.account, facts.account);
  if (!access.account.created) Object.assign(access.account, { createdAt: null, lastLoginAt: null });
  return structuredClone({ ...access, ...picked(facts, ['browser', 'impersonation']), version });
}

/** A report counts what its parameters say. */
export function newReport(group: GroupRecord, id: string, parameters: ReportParameters, requested: ReportParameters, generatedAt: string): EngagementReport {
  return structuredClone({ id, generatedAt, parameters, requested, figures: counted(group.activity, parameters) });
}

/** What members did from the first day to the last, both included, by metric. */
export function counted({ perDay, days }: GroupActivity, { from, to, metrics }: { from: string; to: string; metrics?: string[] }): Record<string, number> {
  const figures: Record<string, number> = Object.fromEntries((metrics ?? Object.keys(perDay)).map((m) => [m, 0]));
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS)
    for (const metric of Object.keys(figures)) figures[metric]! += (days[dayOf(at)] ?? perDay)[metric] ?? 0;
  return figures;
}

/** Rewards as Admin's own test of them finds them. */
export const rewardsOf = ({ rewards }: GroupRecord): Rewards => ({
  ...rewards,
  scenarios: rewards.scenarios.map(({ name, expected, awarded }) => ({
    name,
    expected,
    awarded: awarded === undefined ? (rewards.enabled && rewards.integration.status === 'up' ? expected : null) : awarded,
  })),
});

/** What a member who signs in gets. Without a group, only their own access counts. */
export function viewOf(memberId: string, access: AccessRecord, group: GroupRecord | null, at: string): MemberView {
  const { eligibility, permissions, account } = access;
  const signIn = ((): MemberView['signIn'] => {
    if (group && !group.employer.enabled) return 'access-denied';
    if (!eligibility.listed || eligibility.eligible !== true) return 'access-denied';
    if (!permissions.granted || permissions.missing.length > 0) return 'access-denied';
    if (!account.created) return 'no-account';
    return account.locked || account.passwordExpired ? 'locked' : 'works';
  })();
  const stays = group?.plays.viewStays ?? null;
  const says = typeof stays === 'string' ? { signIn: stays } : stays;
  const seen = (says?.signIn ?? signIn) === 'works' ? group : null;
  return {
    memberId,
    at,
    signIn,
    features: seen?.employer.featureToggles.filter((t) => t.on).map((t) => t.name) ?? [],
    customizations: seen?.employer.customizations.filter((c) => c.displayed === true).map((c) => c.name) ?? [],
    network: seen?.employer.network.name ?? null,
    rewards: seen
      ? { visible: seen.rewards.enabled, pointsAwarded: pointsAwarded(seen.rewards) }
      : { visible: false, pointsAwarded: null },
    ...says,
  };
}
function pointsAwarded({ enabled, integration, lastSync }: GroupRecord['rewards']): boolean | null {
  if (!enabled) return false;
  return lastSync && integration.status === 'up' && lastSync.outcome === 'completed';
}

function picked<T extends object, K extends keyof T>(from: T, keys: K[]): Pick<T, K> {
  return Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]]))) as Pick<T, K>;
}
