/**
 * The sandbox company: a helpdesk, a Jira, an Admin/HGP and a mail server on this machine, as real servers that
 * onetouch reaches by their URLs alone, and one page on which a newcomer plays every part.
 */
import { randomBytes } from 'node:crypto';
import { loadWorkerConfig } from '../config.js';
import { startAdmin } from './admin/stand-in.js';
import { startHelpdesk } from './helpdesk/stand-in.js';
import { startIdentity } from './identity/provider.js';
import { startJira } from './jira/stand-in.js';
import type { Clock } from './ledger.js';
import { startMail } from './mail.js';
import { startPage } from './page.js';
import { Courier, deliverTo, helpdeskRetries, jiraRetries, type Deliver } from './webhooks.js';

export interface CompanyPorts {
  helpdesk: number;
  jira: number;
  admin: number;
  smtp: number;
  page: number;
  identity: number;
}
/** Whole URLs, e.g. `http://127.0.0.1:8080/webhooks/helpdesk`. */
export interface WebhookUrls {
  helpdeskUrl?: string;
  jiraUrl?: string;
}
export interface CompanySecrets {
  helpdeskClientSecret: string;
  helpdeskWebhookSecret: string;
  jiraApiToken: string;
  jiraWebhookSecret: string;
  adminToken: string;
  /** Base64: what the gateway signs grants with. */
  grantKey: string;
  /** The key of what onetouch keeps in Temporal: nobody else's secret, but made and kept like the others. */
  payloadKey: string;
}
export interface CompanyOptions {
  /** Where state and ledgers are kept, one JSON file a system; in memory only without it. */
  dir?: string;
  /** 0, or left out, takes any free port. */
  ports?: Partial<CompanyPorts>;
  /** The company's clock. A test's own where time is skipped. */
  now?: Clock;
  /** Where webhooks go: URLs, a function that takes each one, or null for nowhere. */
  webhooks?: WebhookUrls | Deliver | null;
  /** Made up at each start where left out. */
  secrets?: Partial<CompanySecrets>;
  /** The helpdesk's groups, the first of them Tier 1. */
  groups?: readonly string[];
  /** How far Jira's search index is behind. */
  searchLagMs?: number;
  /** What the helpdesk's export leaves out because it is too new; a minute in the real one, 0 here. */
  exportLagMs?: number;
  /** Wait before a webhook is sent again, where the receiver names no time. */
  webhookRetryMs?: number;
  /** With an identity provider, so that sign-in is on. */
  identity?: boolean;
  /** Shown as a link on the page. */
  temporalUi?: string;
}

export type Company = Awaited<ReturnType<typeof startCompany>>;

const SYSTEMS = ['helpdesk', 'jira', 'admin', 'smtp', 'page'] as const;
const PORTS = [...SYSTEMS, 'identity'] as const;

/** Made up anew at each call. */
export function newSecrets(): CompanySecrets {
  const secret = () => randomBytes(24).toString('hex');
  return {
    helpdeskClientSecret: secret(),
    helpdeskWebhookSecret: secret(),
    jiraApiToken: secret(),
    jiraWebhookSecret: secret(),
    adminToken: secret(),
    grantKey: randomBytes(32).toString('base64'),
    payloadKey: randomBytes(32).toString('base64'),
  };
}

/**
 * Starts every part. Rejects with `PortTaken`, or when kept state cannot be read; nothing is left running then.
 */
export async function startCompany(o: CompanyOptions = {}) {
  const now = o.now ?? Date.now;
  const secrets: CompanySecrets = { ...newSecrets(), ...o.secrets };
  const ports = Object.fromEntries(PORTS.map((s) => [s, o.ports?.[s] ?? 0])) as unknown as CompanyPorts;
  // The company is set up as the configuration's defaults expect it.
  const plan = loadWorkerConfig(environment(PLACEHOLDERS, secrets, o.searchLagMs));
  const courier = new Courier();
  const pointWebhooksAt = (to: WebhookUrls | Deliver | null): void => {
    courier.deliver = to === null ? null : typeof to === 'function' ? to : deliverTo(to);
  };
  pointWebhooksAt(o.webhooks ?? null);

  const started: { close(): Promise<void> }[] = [];
  const closeAll = async () => {
    courier.close();
    await Promise.all(started.map((s) => s.close()));
  };
  const start = async <T extends { close(): Promise<void> }>(part: Promise<T>): Promise<T> => {
    const running = await part;
    started.push(running);
    return running;
  };
  try {
    const { fields, groups } = plan.helpdesk;
    const helpdesk = await start(
      startHelpdesk({
        dir: o.dir,
        port: ports.helpdesk,
        now,
        courier,
        groups: o.groups ?? ['Tier 1', groups['Tier 2'], groups['Coach Support']],
        fields: { inquiry: fields.inquiry, errorKind: fields.errorKind, memberId: fields.memberId, employerGroup: fields.employerGroup, ...fields.report },
        clientId: plan.helpdesk.clientId,
        clientSecret: secrets.helpdeskClientSecret,
        webhookSecret: secrets.helpdeskWebhookSecret,
        exportLagMs: o.exportLagMs,
        retries: helpdeskRetries(o.webhookRetryMs),
      }),
    );
    const { issueTypes: types, projects } = plan.jira;
    const jira = await start(
      startJira({
        dir: o.dir,
        port: ports.jira,
        now,
        courier,
        projects: {
          [projects.ProdOps]: [...new Set([types['general-feedback'], types['eligibility/error'], types['vmp/ripe'], types.override])],
          [projects.Infra]: [...new Set([types['app-bug/confirmed'], types['technical-error'], types.override])],
        },
        email: plan.jira.email,
        apiToken: secrets.jiraApiToken,
        webhookSecret: secrets.jiraWebhookSecret,
        searchLagMs: o.searchLagMs,
        retries: jiraRetries(o.webhookRetryMs),
      }),
    );
    const admin = await start(startAdmin({ dir: o.dir, port: ports.admin, now, token: secrets.adminToken }));
    const mail = await start(startMail({ dir: o.dir, port: ports.smtp, now }));
    const page = await start(startPage({ helpdesk, jira, admin, mail, now, temporalUi: o.temporalUi }, ports.page));

    const identity = o.identity ? await start(startIdentity({ port: ports.identity })) : null;

    return {
      helpdesk,
      jira,
      admin,
      mail,
      page,
      /** Null unless asked for. */
      identity,
      /** The environment variables that point onetouch at this company. */
      env: {
        ...environment(
          { helpdesk: helpdesk.url, jira: jira.url, admin: admin.url, smtp: mail.url, page: page.url },
          secrets,
          o.searchLagMs,
        ),
        ...identity?.env,
      },
      /** Where webhooks go from now on. */
      pointWebhooksAt,
      /** Resolves when no webhook is underway. */
      idle: () => courier.idle(),
      /** Stops everything; what was done is on disk when this resolves. */
      close: closeAll,
    };
  } catch (e) {
    await closeAll();
    throw e;
  }
}

type Urls = Record<(typeof SYSTEMS)[number], string>;

/** For reading the configuration's defaults before any port is known. */
const PLACEHOLDERS: Urls = {
  helpdesk: 'http://sandbox.invalid',
  jira: 'http://sandbox.invalid',
  admin: 'http://sandbox.invalid',
  smtp: 'smtp://sandbox.invalid',
  page: 'http://sandbox.invalid',
};

function environment(urls: Urls, secrets: CompanySecrets, searchLagMs = 0): Record<string, string> {
  return {
    // Plain HTTP, and no one to hide from.
    ONETOUCH_ENV: 'development',
    GRANT_KEYS: `sandbox:${secrets.grantKey}`,
    HELPDESK_URL: urls.helpdesk,
    HELPDESK_CLIENT_ID: 'onetouch-sandbox',
    HELPDESK_CLIENT_SECRET: secrets.helpdeskClientSecret,
    HELPDESK_WEBHOOK_SECRET: secrets.helpdeskWebhookSecret,
    JIRA_URL: urls.jira,
    JIRA_EMAIL: 'onetouch@company.invalid',
    JIRA_API_TOKEN: secrets.jiraApiToken,
    JIRA_WEBHOOK_SECRET: secrets.jiraWebhookSecret,
    JIRA_PROJECT_PRODOPS: 'PRODOPS',
    JIRA_PROJECT_INFRA: 'INFRA',
    JIRA_SEARCH_LAG_SECONDS: String(Math.ceil(searchLagMs / 1000)),
    ADMIN_URL: urls.admin,
    ADMIN_TOKEN: secrets.adminToken,
    PAYLOAD_KEYS: `sandbox:${secrets.payloadKey}`,
    SMTP_URL: urls.smtp,
    MAIL_FROM: 'Member Services <help@company.invalid>',
    MAIL_REPLY_TO: 'support+id{ticket}@company.invalid',
    ARTICLE_SWITCH_PROVIDER: `${urls.page}/kb/switch-provider`,
    ARTICLE_SPECIFIC_EMPLOYEE: `${urls.page}/kb/specific-employee`,
    ARTICLE_DELL: `${urls.page}/kb/dell`,
    ARTICLE_DEVICE_GUIDE_CGM: `${urls.page}/kb/device-guide-cgm`,
    WITHINGS_SUPPORT_URL: `${urls.page}/kb/withings-support`,
    WITHINGS_FOLLOW_ON: 'Reply here with what their support told you, and a colleague of ours takes it from there.',
  };
}
