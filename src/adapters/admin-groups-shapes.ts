/** What Admin answers about employer groups, in the shapes that `docs/admin-api.yaml` promises. */
import { z } from 'zod';
import type {
  Activity,
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

const time = z.iso.datetime({ offset: true });
const day = z.iso.date();
const id = z.string().min(1);
/** It goes back in a header as it came, between quotes. */
const version = z.string().regex(/^[A-Za-z0-9._-]{1,100}$/);
const figures = z.record(z.string(), z.number());

export const employer = z.object({
  id,
  name: z.string(),
  version,
  enabled: z.boolean(),
  configuration: z.array(z.object({ name: z.string(), value: z.string(), contracted: z.string().nullable() })),
  featureToggles: z.array(z.object({ name: z.string(), on: z.boolean(), contracted: z.boolean() })),
  customizations: z.array(z.object({ name: z.string(), displayed: z.boolean().nullable(), problem: z.string().nullable() })),
  network: z.object({
    name: z.string().nullable(),
    mappingVersion: z.string().nullable(),
    latestMapping: z.string().nullable(),
    problem: z.string().nullable(),
  }),
  dataIssues: z.array(z.object({ kind: z.enum(['corrupted', 'inconsistent']), what: z.string() })),
  securityIncident: z.string().nullable(),
}) satisfies z.ZodType<Employer>;
export const employers = z.object({ employers: z.array(employer) });

const recentChange = z.object({
  at: time,
  kind: z.enum(['group-setting', 'permission', 'platform-release']),
  what: z.string(),
  by: z.string(),
}) satisfies z.ZodType<RecentChange>;
export const recentChanges = z.object({ changes: z.array(recentChange) });

export const memberPage = z.object({ memberIds: z.array(id), next: z.string().min(1).nullable() });

export const memberAccess = z.object({
  memberId: id,
  groupId: z.string().nullable(),
  version,
  eligibility: z.object({ listed: z.boolean(), eligible: z.boolean().nullable(), consistent: z.boolean() }),
  permissions: z.object({ granted: z.boolean(), missing: z.array(z.string()) }),
  account: z.object({
    created: z.boolean(),
    createdAt: time.nullable(),
    locked: z.boolean(),
    passwordExpired: z.boolean(),
    lastLoginAt: time.nullable(),
  }),
  browser: z.object({ name: z.string(), supported: z.boolean() }).nullable(),
}) satisfies z.ZodType<MemberAccess>;

const dataImport = z.object({
  id,
  kind: z.enum(['eligibility', 'members']),
  startedAt: time,
  status: z.enum(['running', 'completed', 'failed', 'partial']),
  rows: z.number().int().nonnegative(),
  rejected: z.number().int().nonnegative(),
}) satisfies z.ZodType<DataImport>;
export const imports = z.object({ imports: z.array(dataImport) });

const reportParameters = z.object({ from: day, to: day, groupId: id, metrics: z.array(z.string()) }) satisfies z.ZodType<ReportParameters>;
export const engagementReport = z.object({
  id,
  generatedAt: time,
  parameters: reportParameters,
  requested: reportParameters,
  figures,
}) satisfies z.ZodType<EngagementReport>;
export const latestReport = z.object({ report: engagementReport.nullable() });
export const engagementDefinition = z.object({
  platform: z.array(z.string()),
  client: z.array(z.string()).nullable(),
  text: z.string(),
}) satisfies z.ZodType<EngagementDefinition>;
export const activity = z.object({ from: day, to: day, figures }) satisfies z.ZodType<Activity>;

export const rewards = z.object({
  version,
  enabled: z.boolean(),
  integration: z.object({ name: z.string(), status: z.enum(['up', 'degraded', 'down']) }),
  pointRules: z.array(z.object({ name: z.string(), points: z.number(), contracted: z.number(), active: z.boolean() })),
  scenarios: z.array(z.object({ name: z.string(), expected: z.number(), awarded: z.number().nullable() })),
  lastSync: z.object({ at: time, outcome: z.enum(['completed', 'failed']) }).nullable(),
}) satisfies z.ZodType<Rewards>;
const integrationEntry = z.object({
  at: time,
  level: z.enum(['info', 'warning', 'error']),
  code: z.string(),
  text: z.string(),
}) satisfies z.ZodType<IntegrationEntry>;
export const integrationLog = z.object({ entries: z.array(integrationEntry) });

export const session = z.object({ id });
export const memberView = z.object({
  memberId: id,
  at: time,
  signIn: z.enum(['works', 'access-denied', 'locked', 'no-account', 'error']),
  features: z.array(z.string()),
  customizations: z.array(z.string()),
  network: z.string().nullable(),
  rewards: z.object({ visible: z.boolean(), pointsAwarded: z.boolean().nullable() }),
}) satisfies z.ZodType<MemberView>;

export const changed = z.object({ version });
export const recovery = z.object({ startedAt: time });
export const synced = z.object({ outcome: z.enum(['completed', 'failed']), at: time, detail: z.string() });
