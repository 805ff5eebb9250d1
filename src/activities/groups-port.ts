/**
 * The employer groups' port: what group troubleshooting asks of Admin, by `docs/admin-api.yaml`. Reads keep the
 * version they were read at; a write goes through only at that version. Every method rejects with one of
 * `failures.ts`. A value nobody knows is null. Times are ISO 8601 in UTC.
 */
export interface GroupsPort {
  /** By the ticket's employer group: its id, else its exact name, ignoring case; null when there is none, or several. */
  findGroup(idOrName: string): Promise<Employer | null>;
  employer(groupId: string): Promise<Employer>;
  /** Changes of group settings, permissions and platform releases at or after `since`, newest first. */
  recentChanges(groupId: string, since: string): Promise<RecentChange[]>;
  /** A page of the group's members: their ids, in a stable order; `next` is null at the end. */
  members(groupId: string, page?: string): Promise<{ memberIds: string[]; next: string | null }>;
  /** Account, lock, permissions and eligibility of one member. */
  memberAccess(memberId: string): Promise<MemberAccess>;
  /** The newest eligibility and member imports, newest first. */
  imports(groupId: string): Promise<DataImport[]>;
  /** The group's latest engagement report, with the parameters that it was made with; null when there is none. */
  engagementReport(groupId: string): Promise<EngagementReport | null>;
  /** How engagement is defined: by the platform, and what the client expects. */
  engagementDefinition(groupId: string): Promise<EngagementDefinition>;
  /** What members of the group really did between two days, both included. */
  activity(groupId: string, from: string, to: string): Promise<Activity>;
  rewards(groupId: string): Promise<Rewards>;
  /** The newest entries of the rewards integration's log, newest first. */
  integrationLog(groupId: string): Promise<IntegrationEntry[]>;

  /**
   * Looks at the platform as this member sees it, in a session that is opened and ended by this one call and
   * kept in Admin's own log under `key`. Null where impersonation is not available for the member.
   */
  memberView(memberId: string, key: string): Promise<MemberView | null>;

  /**
   * Applies one change at the version it was read at, once per `key`: a repeat with the same key answers the same.
   * `conflict` says that the record's version is another one by now, and nothing was changed.
   */
  apply(change: AdminChange, key: string): Promise<{ outcome: 'applied'; version: string } | { outcome: 'conflict'; version: string }>;
  /** Makes the engagement report anew with these parameters, once per `key`. Changes no setting of the group. */
  regenerateReport(groupId: string, parameters: ReportParameters, key: string): Promise<EngagementReport>;
  /** Starts the member's account recovery (a mail by the platform to the address on the account), once per `key`. */
  startRecovery(memberId: string, key: string): Promise<{ startedAt: string }>;
  /** Runs the rewards sync, once per `key`, and answers with what came of it. */
  syncRewards(groupId: string, key: string): Promise<{ outcome: 'completed' | 'failed'; at: string; detail: string }>;
}

export interface Employer {
  id: string;
  name: string;
  /** The version of this record, for If-Match. */
  version: string;
  enabled: boolean;
  /** Settings as they are, and as the client's contract has them where it names them. */
  configuration: { name: string; value: string; contracted: string | null }[];
  featureToggles: { name: string; on: boolean; contracted: boolean }[];
  customizations: { name: string; displayed: boolean | null; problem: string | null }[];
  network: { name: string | null; mappingVersion: string | null; latestMapping: string | null; problem: string | null };
  /** Marks that Admin itself puts on the group's data. */
  dataIssues: { kind: 'corrupted' | 'inconsistent'; what: string }[];
  /** An open security incident of the group, by its reference; null when there is none. */
  securityIncident: string | null;
}

export interface RecentChange {
  at: string;
  kind: 'group-setting' | 'permission' | 'platform-release';
  what: string;
  by: string;
}

export interface MemberAccess {
  memberId: string;
  groupId: string | null;
  /** The version of the member's access record, for If-Match. */
  version: string;
  /** In the eligibility data, and whether that says eligible. */
  eligibility: { listed: boolean; eligible: boolean | null; consistent: boolean };
  permissions: { granted: boolean; missing: string[] };
  account: { created: boolean; createdAt: string | null; locked: boolean; passwordExpired: boolean; lastLoginAt: string | null };
  /** The browser of the last attempt, and whether the platform supports it; null when there was no attempt. */
  browser: { name: string; supported: boolean } | null;
}

export interface DataImport {
  id: string;
  kind: 'eligibility' | 'members';
  startedAt: string;
  status: 'running' | 'completed' | 'failed' | 'partial';
  rows: number;
  rejected: number;
}

export interface ReportParameters {
  /** Days, both included. */
  from: string;
  to: string;
  groupId: string;
  metrics: string[];
}
export interface EngagementReport {
  id: string;
  generatedAt: string;
  parameters: ReportParameters;
  /** What the client asked for; the parameters should say the same. */
  requested: ReportParameters;
  figures: Record<string, number>;
}
export interface EngagementDefinition {
  /** The metrics that count as engagement here, of logins, searches, actions. */
  platform: string[];
  /** Those the client counts; null when nobody wrote it down. */
  client: string[] | null;
  text: string;
}
export interface Activity {
  from: string;
  to: string;
  /** By metric: logins, searches, actions. */
  figures: Record<string, number>;
}

export interface Rewards {
  /** The version of this record, for If-Match. */
  version: string;
  enabled: boolean;
  integration: { name: string; status: 'up' | 'degraded' | 'down' };
  /** Rules as they are and, where they differ from the contract, what is wrong. */
  pointRules: { name: string; points: number; contracted: number; active: boolean }[];
  /** What Admin's own test of each scenario awards. */
  scenarios: { name: string; expected: number; awarded: number | null }[];
  lastSync: { at: string; outcome: 'completed' | 'failed' } | null;
}
export interface IntegrationEntry {
  at: string;
  level: 'info' | 'warning' | 'error';
  code: string;
  text: string;
}

export interface MemberView {
  memberId: string;
  at: string;
  /** What the member gets when signing in. */
  signIn: 'works' | 'access-denied' | 'locked' | 'no-account' | 'error';
  features: string[];
  customizations: string[];
  network: string | null;
  rewards: { visible: boolean; pointsAwarded: boolean | null };
}

/** One change: exactly this field of this record, from this to that, at this version. */
export interface AdminChange {
  /** What is changed: a group's record, its rewards, or one member's eligibility. */
  on: 'employer' | 'rewards' | 'eligibility';
  /** The group's id; for `eligibility` the member's. */
  id: string;
  /** `enabled`, `featureToggles.<name>`, `eligible`. */
  field: string;
  from: boolean;
  to: boolean;
  version: string;
}
