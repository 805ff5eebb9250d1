/** Facts of a group as they come from outside the process, in a request to the sandbox. */
import { z } from 'zod';
import type { GroupFacts } from './group-state.js';

const time = z.iso.datetime();
const day = z.iso.date();
const figures = z.record(z.string(), z.number());
const signIn = z.enum(['works', 'access-denied', 'locked', 'no-account', 'error']);
const parameters = z.strictObject({ from: day, to: day, groupId: z.string(), metrics: z.array(z.string()) }).partial();
const access = z
  .strictObject({
    eligibility: z.strictObject({ listed: z.boolean(), eligible: z.boolean().nullable(), consistent: z.boolean() }).partial(),
    permissions: z.strictObject({ granted: z.boolean(), missing: z.array(z.string()) }).partial(),
    account: z
      .strictObject({ created: z.boolean(), createdAt: time.nullable(), locked: z.boolean(), passwordExpired: z.boolean(), lastLoginAt: time.nullable() })
      .partial(),
    browser: z.strictObject({ name: z.string(), supported: z.boolean() }).nullable(),
    impersonation: z.boolean(),
  })
  .partial();
const rewards = z
  .strictObject({
    enabled: z.boolean(),
    integration: z.strictObject({ name: z.string(), status: z.enum(['up', 'degraded', 'down']) }).partial(),
    pointRules: z.array(z.strictObject({ name: z.string(), points: z.number(), contracted: z.number(), active: z.boolean() })),
    scenarios: z.array(z.strictObject({ name: z.string(), expected: z.number(), awarded: z.number().nullable().optional() })),
    lastSync: z.strictObject({ at: time, outcome: z.enum(['completed', 'failed']) }).nullable(),
  })
  .partial();
const view = z
  .strictObject({
    signIn,
    features: z.array(z.string()),
    customizations: z.array(z.string()),
    network: z.string().nullable(),
    rewards: z.strictObject({ visible: z.boolean(), pointsAwarded: z.boolean().nullable() }),
  })
  .partial();

export const groupFactsSchema: z.ZodType<GroupFacts> = z
  .strictObject({
    name: z.string().min(1),
    enabled: z.boolean(),
    configuration: z.array(z.strictObject({ name: z.string(), value: z.string(), contracted: z.string().nullable() })),
    featureToggles: z.array(z.strictObject({ name: z.string(), on: z.boolean(), contracted: z.boolean() })),
    customizations: z.array(z.strictObject({ name: z.string(), displayed: z.boolean().nullable(), problem: z.string().nullable() })),
    network: z
      .strictObject({ name: z.string().nullable(), mappingVersion: z.string().nullable(), latestMapping: z.string().nullable(), problem: z.string().nullable() })
      .partial(),
    dataIssues: z.array(z.strictObject({ kind: z.enum(['corrupted', 'inconsistent']), what: z.string() })),
    securityIncident: z.string().nullable(),
    changes: z.array(z.strictObject({ at: time, kind: z.enum(['group-setting', 'permission', 'platform-release']), what: z.string(), by: z.string() })),
    imports: z.array(
      z.strictObject({
        id: z.string(),
        kind: z.enum(['eligibility', 'members']),
        startedAt: time,
        status: z.enum(['running', 'completed', 'failed', 'partial']),
        rows: z.number(),
        rejected: z.number(),
      }),
    ),
    report: z.strictObject({ parameters, requested: parameters, figures, generatedAt: time }).partial().nullable(),
    definition: z.strictObject({ platform: z.array(z.string()), client: z.array(z.string()).nullable(), text: z.string() }).partial(),
    activity: z.strictObject({ perDay: figures, days: z.record(day, figures) }).partial(),
    rewards,
    log: z.array(z.strictObject({ at: time, level: z.enum(['info', 'warning', 'error']), code: z.string(), text: z.string() })),
    access: z.record(z.string().min(1), access),
    viewStays: z.union([signIn, view]).nullable(),
    ignoresWrites: z.boolean(),
    impersonation: z.boolean(),
    sync: z.enum(['works', 'failed']),
  })
  .partial();
