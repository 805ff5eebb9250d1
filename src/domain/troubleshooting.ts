/**
 * Group troubleshooting as data: what was gathered and read, what it shows, what is to be done about it and what
 * came of that. Plain JSON, ISO 8601 times. No member data but ids, and those only where an effect needs one.
 */
import type {
  Activity,
  AdminChange,
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
} from '../activities/groups-port.js';
import type { Entry } from './case.js';
import type { Fact, FactName, FactSource, ObservedLogin, Scope } from './facts.js';
import type { GroupProblem, JiraTeam, Priority } from './ruling.js';

export { OBSERVED_LOGINS, SCOPES, type ObservedLogin, type Scope } from './facts.js';
export { GROUP_PROBLEMS, type GroupProblem } from './ruling.js';

/* What goes in */

/** What people told. The texts stay on the ticket; here only whether they are there. */
export interface Gathered {
  errorMessages: boolean;
  affectedMembers: boolean;
  stepsToReproduce: boolean;
  /** The ticket or an agent names the member; otherwise the sample member is anybody of the group. */
  memberNamed: boolean;
  /** Null as long as nobody said. */
  scope: Fact<Scope> | null;
  observedLogin: Fact<ObservedLogin> | null;
  securityConcern: Fact<boolean> | null;
  suspectedDefect: Fact<boolean> | null;
}

export interface Reading<T> {
  value: T;
  readAt: string;
}
/** What each reading of Admin holds. */
export interface ReadingValues {
  employer: Employer;
  changes: RecentChange[];
  /** Of the sample member: the ticket's own where it names one, else the first of the group. */
  access: MemberAccess;
  imports: DataImport[];
  /** Null when the group has no engagement report. */
  report: EngagementReport | null;
  definition: EngagementDefinition;
  /** Between the days that were asked for, not those that the report has. */
  activity: Activity;
  rewards: Rewards;
  integrationLog: IntegrationEntry[];
  /** Of the sample member, by impersonation; null where that is not available. */
  view: MemberView | null;
}
export type ReadingName = keyof ReadingValues;
/** Everything read from Admin for one diagnosis. What could not be read is absent. Stays inside activities. */
export type Readings = { [K in ReadingName]?: Reading<ReadingValues[K]> };

/* What it shows */

export type CheckId =
  | 'access/group-enabled'
  | 'access/eligibility'
  | 'access/permissions'
  | 'access/account-created'
  | 'access/password-or-lock'
  | 'access/browser'
  | 'access/sample-login'
  | 'engagement/report-parameters'
  | 'engagement/imports-completed'
  | 'engagement/definition'
  | 'engagement/activity-logs'
  | 'configuration/group-configuration'
  | 'configuration/feature-toggles'
  | 'configuration/customizations'
  | 'configuration/network-data'
  | 'configuration/member-view'
  | 'rewards/configuration'
  | 'rewards/point-rules'
  | 'rewards/scenarios'
  | 'rewards/integration-log'
  | 'rewards/sync';

/** What is not known is never a pass. */
export type Verdict = 'passed' | 'failed' | 'unknown';

/** The result of one check, or what a trigger saw that no check shows. */
export interface Evidence {
  check: CheckId | `trigger/${TriggerId}`;
  verdict: Verdict;
  /** What was found, in words, without member data; null when nothing is known. */
  value: string | null;
  source: Extract<FactSource, 'Admin' | 'agent'>;
  /** When it was read; null when nothing is known. */
  at: string | null;
  /** One sentence. */
  means: string;
}

export const TRIGGER_IDS = ['security', 'several-groups', 'data-corruption', 'integration-down', 'defect', 'network-mapping'] as const;
/** Why it is escalated instead of fixed; in the order in which one comes before another. */
export type TriggerId = (typeof TRIGGER_IDS)[number];

export interface Trigger {
  id: TriggerId;
  team: JiraTeam;
  priority: Priority;
  /** The Jira issue is for few eyes. */
  restricted: boolean;
  leadTold: boolean;
  /** One sentence: what was seen. */
  why: string;
  source: Extract<FactSource, 'Admin' | 'agent'>;
  /** When that was read or said. */
  at: string;
  /** What was read or said, in words, without member data. Absent in what was seen before it was kept. */
  found?: string;
  /** The check that shows it, where one does. */
  shownBy?: CheckId;
}

/** Engagement figures that are right, and why they are not those expected. Nothing is changed. */
export interface Explanation {
  /** The definition in Admin's words. */
  definition: string;
  platformMetrics: string[];
  /** What the client counts; null when nobody wrote it down. */
  clientMetrics: string[] | null;
  /** Days, both included. */
  from: string;
  to: string;
  /** By metric, of the whole group: the report's, and those of the activity logs. */
  figures: Record<string, number>;
  activity: Record<string, number>;
  /** One sentence or more, for the agent to pass on. */
  text: string;
}

/** A step that no quick fix covers: what a person should do, and the facts that would help to decide again. */
export interface ForPerson {
  /** One sentence. */
  why: string;
  guidance: string[];
  /** What an agent may provide; then it is diagnosed again. */
  asks: FactName[];
}

interface DiagnosisBase {
  problem: GroupProblem;
  /** The policy's version. */
  policy: string;
  at: string;
  groupId: string | null;
  /** All checks of the problem, in the protocol's order. */
  evidence: Evidence[];
  /** The check that decided: the first that failed, else that is not known; null when all passed. */
  decidedBy: CheckId | null;
  /** One sentence. */
  cause: string;
  /** The newest first; at most ten. */
  recentChanges: RecentChange[];
}
export type Diagnosis = DiagnosisBase &
  (
    | { outcome: 'fix'; fix: Fix }
    | { outcome: 'explanation'; explanation: Explanation }
    | { outcome: 'person'; person: ForPerson }
    | { outcome: 'trigger'; trigger: Trigger }
  );

/* What is done about it */

export const FIX_KINDS = [
  'enable-group',
  'correct-eligibility',
  'account-recovery',
  'regenerate-report',
  'enable-feature',
  'enable-rewards-and-sync',
] as const;
export type FixKind = (typeof FIX_KINDS)[number];

interface FixBase {
  groupId: string;
  /** The member in whose view it is verified; null when the group has none that is known. */
  sampleMember: string | null;
  /** A second person approves it first: whatever changes a group or a member's record in it. */
  needsApproval: boolean;
  /** What is done, as half a sentence. */
  does: string;
  /** What the verification looks at, as half a sentence. */
  verifies: string;
}
export type Fix = FixBase &
  (
    | { kind: 'enable-group'; change: AdminChange }
    | { kind: 'correct-eligibility'; change: AdminChange; memberId: string }
    /** The member ends it by the platform's mail. */
    | { kind: 'account-recovery'; change: null; memberId: string }
    | { kind: 'regenerate-report'; change: null; parameters: ReportParameters }
    | { kind: 'enable-feature'; change: AdminChange; feature: string }
    /** `change` is null where rewards are enabled already and only the sync is missing. */
    | { kind: 'enable-rewards-and-sync'; change: AdminChange | null; version: string }
  );

/** What was seen after a fix; absent where it was not looked at. */
export interface After {
  /** Null where impersonation is not available. */
  view?: MemberView | null;
  observedLogin?: ObservedLogin | null;
  report?: EngagementReport | null;
  activity?: Activity;
  sync?: { outcome: 'completed' | 'failed'; at: string; detail: string };
}
export interface Verification {
  /** `unknown` is not verified: a person has to look. Only `failed` is put back. */
  verdict: 'verified' | 'failed' | 'unknown';
  at: string;
  /** One sentence. */
  text: string;
}

/** Exactly what a second person approves. */
export interface ApprovalSubject {
  fix: FixKind;
  groupId: string;
  /** As in `AdminChange`; `sync` where only the rewards sync is run. */
  field: string;
  from: boolean;
  to: boolean;
  /** The version of the record that the change was read from. */
  version: string;
}
export interface Approval extends ApprovalSubject {
  askedAt: string;
  requestedBy: string;
  expiresAt: string;
  /** Null as long as it is open. */
  decision: 'approved' | 'refused' | 'expired' | null;
  decidedBy: string | null;
  decidedAt: string | null;
  /** Why it was refused, where it was said; or why the glass was broken. */
  reason: string | null;
  /** The one who asked for it approved it too, in an emergency. Absent otherwise. */
  glassBroken?: true;
}

/** How the troubleshooting ended, documented. */
export interface Resolution {
  problem: GroupProblem;
  groupId: string | null;
  scope: Scope | null;
  outcome: 'fixed' | 'explained' | 'escalated' | 'put-back' | 'left-to-a-person';
  cause: string;
  /** Its record: what was done, heard and refused, in order. */
  steps: Entry[];
  evidence: Evidence[];
  fix: FixKind | null;
  /** The change with the value before it; null when nothing was changed. */
  change: AdminChange | null;
  approval: Approval | null;
  verification: Verification | null;
  trigger: Trigger | null;
  explanation: Explanation | null;
  startedAt: string;
  endedAt: string;
}
