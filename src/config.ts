/**
 * The only reader of the environment. Everything is validated at start with zod; what is missing or
 * malformed is named, with what it is for. Temporal's own address comes from the standard `TEMPORAL_*`
 * variables and `temporal.toml` (see `client/connect.ts`).
 */
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { auditKey } from './audit/chain.js';
import { payloadKeys } from './client/payload-keys.js';
import { REPORT_FIELDS, type ReportField } from './domain/facts.js';
import { grantKeys } from './grants/keys.js';
import { roleNames, TOKEN_ALGORITHMS } from './domain/roles.js';
import { unsafe } from './config-safety.js';

const HOUR_MS = 3_600_000;

const required = (what: string) => z.string({ error: `is missing: ${what}` }).trim().min(1, `is empty: ${what}`);
const url = (what: string, protocols = /^https?$/) =>
  required(what).pipe(z.url({ protocol: protocols, error: `is not a URL: ${what}` }));
const hours = (byDefault: number, what: string) =>
  z.coerce
    .number({ error: `is not a number of hours: ${what}` })
    .positive(`must be more than 0 hours: ${what}`)
    .default(byDefault)
    .transform((h) => Math.round(h * HOUR_MS));
const optional = z
  .string()
  .trim()
  .optional()
  .transform((s) => (s ? s : null));
const named = (byDefault: string) => z.string().trim().min(1).default(byDefault);
const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text;
const list = (s: string) => s.split(',').map((x) => x.trim()).filter(Boolean);
const secrets = (what: string) => required(what).transform(list).pipe(z.array(z.string()).min(1, `is empty: ${what}`));

const common = {
  /** Node's own: read to refuse it. */
  NODE_TLS_REJECT_UNAUTHORIZED: z.string().optional(),
  ONETOUCH_ENV: z.enum(['production', 'development'], { error: 'is neither "production" nor "development"' }).default('production'),
  GRANT_KEYS: required('the keys that sign privileged changes, e.g. 2026-07:<openssl rand -base64 32>; the first signs, each verifies').transform(
    (text, ctx) => grantKeys(text, (problem) => ctx.addIssue({ code: 'custom', message: problem })),
  ),
  PAYLOAD_KEYS: required('the keys that everything said to Temporal is encrypted with, e.g. 2026-07:<openssl rand -base64 32>; the first encrypts, each decrypts').transform(
    (text, ctx) => payloadKeys(text, (problem) => ctx.addIssue({ code: 'custom', message: problem })),
  ),
  PAYLOAD_PLAINTEXT: z.enum(['accept', 'refuse'], { error: 'is neither "accept" nor "refuse"' }).default('refuse'),
  MODE: z.enum(['act', 'observe'], { error: 'is neither "act" nor "observe"' }).default('act'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
};

const NO_SECONDS = 'is not a number of seconds, more than 0: how long the helpdesk, Jira and Admin may take to answer';

const outside = {
  HELPDESK_URL: url('the helpdesk (Zendesk), e.g. https://company.zendesk.com'),
  HELPDESK_CLIENT_ID: required('the OAuth client onetouch signs in to the helpdesk with'),
  HELPDESK_CLIENT_SECRET: required("that OAuth client's secret"),
  HELPDESK_GROUP_TIER_2: named('Tier 2'),
  HELPDESK_GROUP_COACH_SUPPORT: named('Coach Support'),
  HELPDESK_FIELD_INQUIRY: named('Inquiry'),
  HELPDESK_FIELD_ERROR_KIND: named('Error kind'),
  HELPDESK_FIELD_MEMBER_ID: named('Member ID'),
  HELPDESK_FIELD_EMPLOYER_GROUP: named('Employer group'),
  HELPDESK_FIELD_STARTED_WHEN: named('Started when'),
  HELPDESK_FIELD_TRYING_TO: named('Trying to'),
  HELPDESK_FIELD_ERROR_TEXT: named('Error text'),
  HELPDESK_FIELD_STEPS_TO_REPRODUCE: named('Steps to reproduce'),
  HELPDESK_FIELD_IMPACT: named('Impact'),
  HELPDESK_FIELD_PAGE_OR_FEATURE: named('Page or feature'),
  HELPDESK_FIELD_ENVIRONMENT: named('App, browser and device'),
  HELPDESK_FIELD_SAFE_STEPS_TRIED: named('Safe steps tried'),
  JIRA_URL: url('Jira Cloud, e.g. https://company.atlassian.net'),
  JIRA_EMAIL: required('the account onetouch signs in to Jira with'),
  JIRA_API_TOKEN: required("that account's API token"),
  ADMIN_URL: url('the Admin portal and HGP, by docs/admin-api.yaml'),
  ADMIN_TOKEN: required('the bearer token for the Admin API'),
  OUTSIDE_TIMEOUT_SECONDS: z.coerce.number({ error: NO_SECONDS }).positive(NO_SECONDS).default(15),
};

const NO_GROUPS = 'is not a number of groups: a whole number, 2 or more, of employer groups that make a problem system-wide';

const workerSchema = z.object({
  ...common,
  ...outside,
  JIRA_PROJECT_PRODOPS: required("the key of ProdOps' Jira project"),
  JIRA_PROJECT_INFRA: required("the key of Infra's Jira project"),
  JIRA_TYPE_GENERAL_FEEDBACK: named('[System] Service Request'),
  JIRA_TYPE_APP_BUG: named('Bug'),
  JIRA_TYPE_TECHNICAL_ERROR: named('Bug'),
  JIRA_TYPE_ELIGIBILITY_ERROR: named('Task'),
  JIRA_TYPE_VMP_RIPE: named('Task'),
  JIRA_TYPE_OVERRIDE: named('Task'),
  JIRA_SEARCH_LAG_SECONDS: z.coerce.number().min(0).default(60),
  SMTP_URL: url('the mail server, e.g. smtps://user:password@mail.example.com', /^smtps?$/),
  MAIL_FROM: required('the sender of our mail, e.g. Member Services <help@example.com>'),
  MAIL_REPLY_TO: required("the helpdesk's support address with {ticket} where the ticket's number belongs, so that a member's answer lands on it"),
  ARTICLE_SWITCH_PROVIDER: optional,
  ARTICLE_SPECIFIC_EMPLOYEE: optional,
  ARTICLE_DELL: optional,
  ARTICLE_DEVICE_GUIDE_CGM: optional,
  WITHINGS_SUPPORT_URL: optional,
  WITHINGS_FOLLOW_ON: optional,
  HOLD_HOURS: hours(48, 'how long a condition must hold before it is escalated'),
  PROMISE_REMIND_HOURS: hours(2, 'when Infra is reminded'),
  PROMISE_DUE_HOURS: hours(4, 'when a member whose case is with Infra hears at the latest'),
  PROMISE_OTHER_HOURS: hours(24, 'when a member whose case is with another team hears at the latest'),
  ASK_REMIND_HOURS: hours(24, 'when an unanswered question is asked again'),
  CONFIRM_HOURS: hours(72, 'how long a followed-up member may stay silent'),
  APPROVAL_HOURS: hours(24, 'how long a proposed change of a group may be approved'),
  PROBLEM_WINDOW_HOURS: hours(24, 'within which time the employer groups of one problem are counted'),
  PROBLEM_GROUPS: z.coerce.number({ error: NO_GROUPS }).int(NO_GROUPS).min(2, NO_GROUPS).default(2),
  PROBLEM_QUIET_HOURS: hours(72, 'how long a resolved problem still hears who joins late'),
  OPS_EMAIL: optional.pipe(z.email('is not an e-mail address: who is told of a system-wide problem').nullable()),
  WORKER_DEPLOYMENT_NAME: named('onetouch'),
  WORKER_BUILD_ID: optional,
  SWEEP_MINUTES: z.coerce.number().positive().default(5),
});

const gatewaySchema = z.object({
  ...common,
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  HOST: named('127.0.0.1'),
  HELPDESK_WEBHOOK_SECRET: secrets("the signing secret of the helpdesk's webhook (comma-separated while rotating)"),
  JIRA_WEBHOOK_SECRET: secrets("the secret of Jira's webhook (comma-separated while rotating)"),
  AUDIT_KEY: optional.transform((text, context) => {
    try {
      return text === null ? null : auditKey(text);
    } catch (error) {
      context.addIssue(`${(error as Error).message}; it signs exports of the audit (openssl genpkey -algorithm ed25519)`);
      return z.NEVER;
    }
  }),
  OIDC_ISSUER: url('the identity provider whose access tokens the API takes, e.g. https://company.okta.com/oauth2/default').optional(),
  OIDC_AUDIENCE: optional,
  OIDC_ROLES_CLAIM: named('roles'),
  OIDC_ROLES: z
    .string()
    .default('')
    .transform((text, ctx) => roleNames(text, (problem) => ctx.addIssue({ code: 'custom', message: problem }))),
  OIDC_NAME_CLAIM: named('name'),
  OIDC_ALGORITHMS: named('RS256,PS256,ES256,EdDSA')
    .transform(list)
    .pipe(z.array(z.enum(TOKEN_ALGORITHMS, { error: `knows only ${TOKEN_ALGORITHMS.join(', ')}` })).min(1)),
  OIDC_CLOCK_TOLERANCE_SECONDS: z.coerce.number().min(0).max(300).default(30),
  OIDC_CLI_CLIENT_ID: optional,
  OIDC_CLI_SCOPE: named('openid profile'),
  API_TOKEN: optional,
  TEMPORAL_UI_ORIGIN: z.string().default('').transform(list).pipe(z.array(z.string().refine(isOrigin, { error: 'is not an origin like https://temporal.example.com' }))),
  HELPDESK_URL: outside.HELPDESK_URL.optional(),
  HELPDESK_CLIENT_ID: optional,
  HELPDESK_CLIENT_SECRET: optional,
  JIRA_URL: outside.JIRA_URL.optional(),
  JIRA_EMAIL: optional,
  JIRA_API_TOKEN: optional,
});

const NO_PORT = 'is not a port: a whole number, 0 to 65535';
const port = (byDefault: number) =>
  z.coerce.number({ error: NO_PORT }).int(NO_PORT).min(0, NO_PORT).max(65_535, NO_PORT).default(byDefault);

/** Where `npm start` keeps what it needs again: beside package.json. */
export const DEFAULT_DATA = fileURLToPath(new URL('../.data', import.meta.url));

const devSchema = z.object({
  ONETOUCH_DATA: named(DEFAULT_DATA),
  PORT: port(8080),
  API_TOKEN: optional,
  TEMPORAL_CLI: required('the Temporal CLI; "npm start" finds or gets one'),
  TEMPORAL_PORT: port(7233),
  TEMPORAL_UI_PORT: port(8233),
  SANDBOX_PORT: port(4100),
  SANDBOX_HELPDESK_PORT: port(4101),
  SANDBOX_JIRA_PORT: port(4102),
  SANDBOX_ADMIN_PORT: port(4103),
  SANDBOX_SMTP_PORT: port(4125),
  SANDBOX_IDENTITY_PORT: port(4104),
});

/** What is wrong with the environment, one line a variable. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  constructor(readonly problems: string[]) {
    super(`The configuration is not complete:\n${problems.map((p) => `  ${p}`).join('\n')}\nSee .env.example.`);
  }
}

function parse<T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv): z.output<T> {
  // An empty variable is the same as one that is not there.
  const given = Object.fromEntries(Object.entries(env).filter(([, v]) => v !== undefined && v !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((i) => `${i.path.join('.')} ${i.message}`));
}

/** Throws `ConfigError` where production would run on what only a sandbox may. */
function refuseUnsafe(env: { ONETOUCH_ENV: 'production' | 'development' } & Record<string, unknown>): void {
  const problems = env.ONETOUCH_ENV === 'production' ? unsafe(env) : [];
  if (problems.length > 0) throw new ConfigError(problems);
}

/** The workflows as a run of the tests has bundled them; undefined everywhere else. */
export const bundleOfTests = (env: NodeJS.ProcessEnv = process.env): string | undefined => env['TEST_WORKFLOW_BUNDLE'];

/** The worker's configuration. Throws `ConfigError`. */
export function loadWorkerConfig(env: NodeJS.ProcessEnv = process.env) {
  const e = parse(workerSchema, env);
  refuseUnsafe(e);
  const field = (name: ReportField) =>
    e[`HELPDESK_FIELD_${name.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase()}` as keyof typeof e] as string;
  return {
    mode: e.MODE,
    logLevel: e.LOG_LEVEL,
    grantKeys: e.GRANT_KEYS,
    payloads: { keys: e.PAYLOAD_KEYS, plaintext: e.PAYLOAD_PLAINTEXT },
    helpdesk: {
      url: e.HELPDESK_URL,
      clientId: e.HELPDESK_CLIENT_ID,
      clientSecret: e.HELPDESK_CLIENT_SECRET,
      groups: { 'Tier 2': e.HELPDESK_GROUP_TIER_2, 'Coach Support': e.HELPDESK_GROUP_COACH_SUPPORT },
      fields: {
        inquiry: e.HELPDESK_FIELD_INQUIRY,
        errorKind: e.HELPDESK_FIELD_ERROR_KIND,
        memberId: e.HELPDESK_FIELD_MEMBER_ID,
        employerGroup: e.HELPDESK_FIELD_EMPLOYER_GROUP,
        // What happened is the ticket's description.
        report: Object.fromEntries(
          REPORT_FIELDS.filter((f) => f !== 'whatHappened').map((f) => [f, field(f)]),
        ) as Record<Exclude<ReportField, 'whatHappened'>, string>,
      },
    },
    jira: {
      url: e.JIRA_URL,
      email: e.JIRA_EMAIL,
      apiToken: e.JIRA_API_TOKEN,
      projects: { ProdOps: e.JIRA_PROJECT_PRODOPS, Infra: e.JIRA_PROJECT_INFRA },
      issueTypes: {
        'general-feedback': e.JIRA_TYPE_GENERAL_FEEDBACK,
        'app-bug/confirmed': e.JIRA_TYPE_APP_BUG,
        'technical-error': e.JIRA_TYPE_TECHNICAL_ERROR,
        'eligibility/error': e.JIRA_TYPE_ELIGIBILITY_ERROR,
        'vmp/ripe': e.JIRA_TYPE_VMP_RIPE,
        override: e.JIRA_TYPE_OVERRIDE,
      },
      searchLagMs: e.JIRA_SEARCH_LAG_SECONDS * 1000,
    },
    admin: { url: e.ADMIN_URL, token: e.ADMIN_TOKEN },
    outsideTimeoutMs: e.OUTSIDE_TIMEOUT_SECONDS * 1000,
    mail: { url: e.SMTP_URL, from: e.MAIL_FROM, replyTo: e.MAIL_REPLY_TO },
    articles: {
      switchProvider: e.ARTICLE_SWITCH_PROVIDER,
      specificEmployee: e.ARTICLE_SPECIFIC_EMPLOYEE,
      dell: e.ARTICLE_DELL,
      deviceGuideCgm: e.ARTICLE_DEVICE_GUIDE_CGM,
      withingsSupport: e.WITHINGS_SUPPORT_URL,
      withingsFollowOn: e.WITHINGS_FOLLOW_ON,
    },
    clocks: {
      holdMs: e.HOLD_HOURS,
      promiseRemindMs: e.PROMISE_REMIND_HOURS,
      promiseDueMs: e.PROMISE_DUE_HOURS,
      promiseOtherMs: e.PROMISE_OTHER_HOURS,
      askRemindMs: e.ASK_REMIND_HOURS,
      confirmMs: e.CONFIRM_HOURS,
      approvalMs: e.APPROVAL_HOURS,
    },
    problem: {
      windowMs: e.PROBLEM_WINDOW_HOURS,
      groups: e.PROBLEM_GROUPS,
      quietMs: e.PROBLEM_QUIET_HOURS,
      opsEmail: e.OPS_EMAIL,
    },
    deployment: { name: e.WORKER_DEPLOYMENT_NAME, buildId: e.WORKER_BUILD_ID },
    sweepMinutes: e.SWEEP_MINUTES,
  };
}
export type WorkerConfig = ReturnType<typeof loadWorkerConfig>;
export type Clocks = WorkerConfig['clocks'];
export type Articles = WorkerConfig['articles'];

/** The gateway's configuration. Throws `ConfigError`. */
export function loadGatewayConfig(env: NodeJS.ProcessEnv = process.env) {
  const e = parse(gatewaySchema, env);
  refuseUnsafe(e);
  if (e.OIDC_ISSUER && !e.OIDC_AUDIENCE) throw new ConfigError(['OIDC_AUDIENCE is missing: the API\'s own name at the identity provider, which each token must be for']);
  // The provider's ID tokens are for its client: they would pass for access tokens.
  if (e.OIDC_AUDIENCE && e.OIDC_AUDIENCE === e.OIDC_CLI_CLIENT_ID) throw new ConfigError(["OIDC_AUDIENCE is OIDC_CLI_CLIENT_ID: give the API a name of its own at the identity provider, or what signs people in there is a token here"]);
  if (!e.OIDC_ISSUER && !e.API_TOKEN) throw new ConfigError(['OIDC_ISSUER is missing: the identity provider whose access tokens the API takes']);
  const helpdesk = { url: e.HELPDESK_URL, clientId: e.HELPDESK_CLIENT_ID, clientSecret: e.HELPDESK_CLIENT_SECRET };
  const jira = { url: e.JIRA_URL, email: e.JIRA_EMAIL, apiToken: e.JIRA_API_TOKEN };
  const whole = <T extends Record<string, unknown>>(o: T) =>
    Object.values(o).every(Boolean) ? (o as { [K in keyof T]: string }) : null;
  return {
    mode: e.MODE,
    logLevel: e.LOG_LEVEL,
    payloads: { keys: e.PAYLOAD_KEYS, plaintext: e.PAYLOAD_PLAINTEXT },
    port: e.PORT,
    host: e.HOST,
    helpdeskWebhookSecrets: e.HELPDESK_WEBHOOK_SECRET,
    jiraWebhookSecrets: e.JIRA_WEBHOOK_SECRET,
    grantKeys: e.GRANT_KEYS,
    /** Sign-in by access tokens; null where there is none, in development. */
    oidc: e.OIDC_ISSUER
      ? {
          issuer: e.OIDC_ISSUER,
          audience: e.OIDC_AUDIENCE!,
          rolesClaim: e.OIDC_ROLES_CLAIM,
          roleNames: e.OIDC_ROLES,
          nameClaim: e.OIDC_NAME_CLAIM,
          algorithms: e.OIDC_ALGORITHMS,
          toleranceS: e.OIDC_CLOCK_TOLERANCE_SECONDS,
          /** What `onetouch login` signs in with; null where the provider has no client for it. */
          cli: e.OIDC_CLI_CLIENT_ID ? { clientId: e.OIDC_CLI_CLIENT_ID, scope: e.OIDC_CLI_SCOPE } : null,
        }
      : null,
    /** A static token, in development alone. */
    apiToken: e.API_TOKEN,
    /** Signs exports of the audit; null where nothing is signed, in development. */
    auditKey: e.AUDIT_KEY,
    temporalUiOrigins: e.TEMPORAL_UI_ORIGIN,
    /** Credentials let the gateway learn its own user ids and leave out its own changes; optional. */
    helpdesk: whole(helpdesk),
    jira: whole(jira),
  };
}
export type GatewayConfig = ReturnType<typeof loadGatewayConfig>;

const PORT_SETTINGS = [
  'PORT',
  'TEMPORAL_PORT',
  'TEMPORAL_UI_PORT',
  'SANDBOX_PORT',
  'SANDBOX_HELPDESK_PORT',
  'SANDBOX_JIRA_PORT',
  'SANDBOX_ADMIN_PORT',
  'SANDBOX_SMTP_PORT',
  'SANDBOX_IDENTITY_PORT',
] as const;
export type PortSetting = (typeof PORT_SETTINGS)[number];

/** The outside systems of `npm start` are its sandbox company's, whatever else the environment names. */
const KEPT_WITH_THE_SANDBOX = /^(MODE|LOG_LEVEL|HOST|PAYLOAD_PLAINTEXT|SWEEP_MINUTES|PROBLEM_GROUPS|OPS_EMAIL|[A-Z_]+_HOURS)$/;
const keptSchema = z.object(
  Object.fromEntries(Object.entries({ ...gatewaySchema.shape, ...workerSchema.shape }).filter(([name]) => KEPT_WITH_THE_SANDBOX.test(name))),
);
/** A lost webhook is found while somebody is still looking. */
const DEV_SWEEP_MINUTES = '1';

/** The configuration of `npm start`. Throws `ConfigError`. */
export function loadDevConfig(env: NodeJS.ProcessEnv = process.env) {
  const e = parse(devSchema, env);
  parse(keptSchema, env); // What is wrong with these is said before anything is started.
  return {
    dataDir: e.ONETOUCH_DATA,
    temporalCli: e.TEMPORAL_CLI,
    /** By the setting that changes it; 0 takes any free one. */
    ports: Object.fromEntries(PORT_SETTINGS.map((name) => [name, e[name]])) as Record<PortSetting, number>,
    apiToken: e.API_TOKEN,
    /** What the worker and the gateway take from the environment beside what the sandbox company gives them. */
    settings: {
      SWEEP_MINUTES: DEV_SWEEP_MINUTES,
      ...Object.fromEntries(Object.entries(env).filter(([name, value]) => value && KEPT_WITH_THE_SANDBOX.test(name))),
    } as Record<string, string>,
  };
}
export type DevConfig = ReturnType<typeof loadDevConfig>;

/** Every name that is read here, and by whom, so that tests can hold `.env.example` and docker-compose.yml against them. */
export const READ_BY = { worker: Object.keys(workerSchema.shape), gateway: Object.keys(gatewaySchema.shape), 'npm start': Object.keys(devSchema.shape) };
export const VARIABLES = [...new Set(Object.values(READ_BY).flat())];
