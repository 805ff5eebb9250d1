/** The bodies of the API's commands, by `workflows/messages.ts`. An unknown field is an error, not ignored. */
import { z } from 'zod';
import { ERROR_KINDS, INQUIRIES, OBSERVED_LOGINS, REPORT_FIELDS, SCOPES, type ErrorReport, type FactValues } from '../../domain/facts.js';
import { TEAMS } from '../../domain/ruling.js';
import type * as g from '../../workflows/troubleshooting-messages.js';
import type * as m from '../../workflows/messages.js';
import type * as p from '../../workflows/problem-messages.js';
import { problemName } from '../ids.js';
import { time } from './query.js';

/** Text of people: lines and tabs, no other control characters, and not what stands in a note for words to be filled in. */
const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(max)
    .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$/, 'must not have control characters')
    .regex(/^$|[^\s….?"']/, 'must be in your own words: … stands for what you fill in');
const reason = text(2_000);

/** The bodies, checked against a `now` in milliseconds. */
export function bodies(now: () => number) {
  const past = time.refine((iso) => Date.parse(iso) <= now(), 'must not be in the future').nullable();
  const facts = z.strictObject({
    inquiry: z.enum(INQUIRIES).nullable(),
    errorKind: z.enum(ERROR_KINDS).nullable(),
    memberId: text(100),
    troubleshootingDone: z.boolean(),
    bugConfirmed: z.boolean(),
    inComplianceSince: past,
    incentiveDates: z.enum(['missing', 'unclear', 'clear']),
    ooeResult: z.enum(['excluded', 'error', 'eligible']),
    requirementsAllTrueSince: past,
    unmetRequirements: z.array(text(200)).max(50),
    ordered: z.boolean(),
    orderTemplateCompleted: z.boolean(),
    firstSessionCompleted: z.boolean(),
    clinicalRequirementsMet: z.boolean(),
    scope: z.enum(SCOPES),
    observedLogin: z.enum(OBSERVED_LOGINS),
    securityConcern: z.boolean(),
    suspectedDefect: z.boolean(),
  } satisfies { [K in keyof FactValues]: z.ZodType<FactValues[K]> });
  const report = z.partialRecord(z.enum(REPORT_FIELDS), text(4_000)) satisfies z.ZodType<ErrorReport>;

  return {
    close: z.strictObject({ reason, withoutFollowUp: z.boolean().optional(), breakGlass: z.boolean().optional() }) satisfies z.ZodType<m.Close>,
    reEscalate: z.strictObject({ reason }) satisfies z.ZodType<m.ReEscalate>,
    override: z.strictObject({ team: z.enum(TEAMS), reason, breakGlass: z.boolean().optional() }) satisfies z.ZodType<m.Override>,
    provide: z
      .strictObject({ facts: facts.partial().optional(), report: report.optional() })
      .refine(
        (body) => Object.keys({ ...body.facts, ...body.report }).length > 0,
        'provides nothing: it needs "facts" or "report"',
      ) satisfies z.ZodType<m.Provide>,
    confirm: z.strictObject({
      verdict: z.enum(['works', 'still-broken']),
      how: z.enum(['mail', 'call', 'ticket']).optional(),
    }) satisfies z.ZodType<m.Confirm>,
    choose: z.strictObject({ choice: z.enum(['follow-up', 'keep-waiting']), reason }) satisfies z.ZodType<m.Choose>,
    resume: z.strictObject({ note: text(2_000).optional() }) satisfies z.ZodType<m.Resume>,
    setPromise: z.strictObject({
      dueAt: time.refine((iso) => Date.parse(iso) > now(), 'must be in the future'),
    }) satisfies z.ZodType<m.SetPromise>,
    settleMail: z.strictObject({ outcome: z.enum(['resend', 'was-sent']), mail: text(200).optional() }) satisfies z.ZodType<m.SettleMail>,
    fix: z.strictObject({ reason: reason.optional() }) satisfies z.ZodType<g.FixIt>,
    approve: z
      .strictObject({ groupId: text(200), field: text(200), from: z.boolean(), to: z.boolean(), version: text(200), breakGlass: z.boolean().optional(), reason: reason.optional() })
      .refine((body) => !body.breakGlass || body.reason !== undefined, { path: ['reason'], error: 'must say why the glass is broken' }) satisfies z.ZodType<g.Approve>,
    refuse: z.strictObject({ reason }) satisfies z.ZodType<g.Refuse>,
    observed: z.strictObject({ login: z.enum(['works', 'fails']) }) satisfies z.ZodType<g.Observed>,
    merge: z.strictObject({ into: problemName, reason }) satisfies z.ZodType<p.MergeInto>,
    link: z.strictObject({ problem: problemName, reason }) satisfies z.ZodType<p.LinkProblem>,
    unlink: z.strictObject({ reason }) satisfies z.ZodType<p.UnlinkProblem>,
  };
}
