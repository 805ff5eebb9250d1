/** The gateway's HTTP side: webhooks, health, the API. No effect but a message to Temporal. */
import { Hono, type MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { Logger } from 'pino';
import type { Cases } from '../client/cases.js';
import { BadQuery, Malformed, NoSuchCase, NoSuchProblem, TemporalAway } from '../client/errors.js';
import type { Problems } from '../client/problems.js';
import type { GatewayConfig } from '../config.js';
import type { AuditKey } from '../audit/chain.js';
import type { Auditor } from '../client/audit.js';
import { auditApi } from './api/audit.js';
import { allowed, everyRouteDeclared, routesOf, type Known, type Refused } from './access.js';
import { api } from './api/routes.js';
import { limited } from './body.js';
import { codec, openCodec, type CodecOptions } from './codec.js';
import { loggable } from './loggable.js';
import { perCaller, perRefused } from './rate.js';
import { IssuerAway, Refusal } from './refusal.js';
import { webhooks } from './webhooks/routes.js';
import { who } from './who.js';

export interface GatewayDeps {
  cases: Cases;
  problems: Problems;
  auditor: Auditor;
  config: Pick<GatewayConfig, 'helpdeskWebhookSecrets' | 'jiraWebhookSecrets' | 'apiToken' | 'oidc' | 'grantKeys'> & { auditKey?: AuditKey | null };
  codec: CodecOptions;
  /** Our own users' ids; null while not known. */
  ours: { helpdesk(): Promise<string | null>; jira(): Promise<string | null> };
  /** Milliseconds since 1970; the wall clock when absent. */
  now?: () => number;
  /** Hears who was refused what, for the audit. */
  onRefused?: (refused: Refused) => void;
  log: Logger;
}

/** Under 60 s, or the helpdesk does not try again. */
const RETRY_AFTER_S = '20';
/** So long an answer to `/readyz` stands: anybody may ask, and each question is a call to Temporal. */
const READY_MS = 1_000;

/** The app. Every answer is JSON; every one that is not 2xx has a `reason`. */
export function gatewayApp({ cases, problems, auditor, config, codec: codecs, ours, now = Date.now, onRefused, log }: GatewayDeps) {
  const app = new Hono<Known>();

  app.use(async (c, next) => {
    const started = performance.now();
    await next();
    // Who looked at what, by their id. Never a body or a query string: what is logged here is kept.
    log.info({ method: c.req.method, path: loggable(c), status: c.res.status, ms: Math.round(performance.now() - started), by: c.get('person')?.subject });
  });
  app.use(secureHeaders());
  app.use('/webhooks/*', perRefused(), limited);
  const [signedIn, counted] = [who(config, now), perCaller()];
  app.use('/api/*', unstored, perRefused(), signedIn, counted, limited, allowed);

  app.get('/healthz', (c) => c.json({ ok: true }));
  const ready = shared(() => cases.ready(), READY_MS, now);
  app.get('/readyz', async (c) => {
    await ready();
    return c.json({ ok: true });
  });
  app.get('/sign-in', (c) => {
    const { issuer, cli } = config.oidc ?? {};
    return c.json(issuer && cli ? { issuer, ...cli } : { reason: 'There is no sign-in for the terminal here.' }, issuer && cli ? 200 : 404);
  });
  app.route('/webhooks', webhooks({ cases, problems, config, ours, now }));
  app.route('/api', api({ cases, problems, grantKeys: config.grantKeys, now }));
  app.route('/api', auditApi({ auditor, key: config.auditKey ?? null, now }));
  app.route('/codec', codec(codecs, [perRefused(), signedIn, counted, allowed]));
  everyRouteDeclared(app.routes);
  if (codecs.openAt) app.route('/codec', openCodec(codecs, codecs.openAt));

  app.notFound((c) => c.json({ reason: `There is no ${c.req.method} ${c.req.path} here.` }, 404));
  app.onError((error, c) => {
    if (error instanceof Refusal) {
      const { status, message: reason, problems } = error;
      if (status === 401 || status === 403) {
        const { method, path } = c.req;
        const { name, subject, roles } = c.get('person') ?? {};
        const refused: Refused = { method, route: routesOf(c)[0]?.path ?? loggable(c), path, status, reason, by: roles ? { name, subject, roles } : null };
        log.warn({ ...refused, path: undefined, by: refused.by && { subject, roles } }, 'refused');
        onRefused?.(refused);
      }
      return c.json({ reason, ...(problems && { problems }) }, status);
    }
    if (error instanceof NoSuchCase || error instanceof NoSuchProblem) return c.json({ reason: error.message }, 404);
    if (error instanceof BadQuery || error instanceof Malformed) return c.json({ reason: error.message }, 400);
    if (error instanceof TemporalAway || error instanceof IssuerAway) {
      log.warn({ path: loggable(c), why: error.message }, error instanceof IssuerAway ? 'the identity provider is away' : 'Temporal is away');
      return c.json({ reason: error.message }, 503, { 'Retry-After': RETRY_AFTER_S });
    }
    // Without its message, which may quote what was sent.
    const at = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 8);
    log.error({ path: loggable(c), error: error.name, at }, 'a request failed');
    return c.json({ reason: 'Something went wrong here; it is in the log.' }, 500);
  });
  return app;
}

/** Middleware: no proxy and no browser keeps what is said of members. */
const unstored: MiddlewareHandler = async (c, next) => {
  await next();
  c.res.headers.set('Cache-Control', 'no-store');
};

/** Asks once for all who want to know until the answer is `forMs` old; a failure is an answer too. */
function shared<T>(ask: () => Promise<T>, forMs: number, now: () => number): () => Promise<T> {
  let last: { answer: Promise<T>; at: number | null } | undefined;
  return () => {
    if (last && (last.at === null || Math.abs(now() - last.at) < forMs)) return last.answer;
    const asked: NonNullable<typeof last> = { answer: ask(), at: null };
    const answered = () => void (asked.at = now());
    asked.answer.then(answered, answered);
    return (last = asked).answer;
  };
}
