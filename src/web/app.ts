/** The gateway's HTTP side: webhooks, health, the API. No effect but a message to Temporal. */
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { Logger } from 'pino';
import type { Cases } from '../client/cases.js';
import { BadQuery, Malformed, NoSuchCase, TemporalAway } from '../client/errors.js';
import type { GatewayConfig } from '../config.js';
import { api } from './api/routes.js';
import { limited } from './body.js';
import { codec, loggable, type CodecOptions } from './codec.js';
import { Refusal } from './refusal.js';
import { webhooks } from './webhooks/routes.js';
import { who } from './who.js';

export interface GatewayDeps {
  cases: Cases;
  config: Pick<GatewayConfig, 'helpdeskWebhookSecrets' | 'jiraWebhookSecrets' | 'apiToken'>;
  /** The codec endpoint; without it there is none. */
  codec?: CodecOptions;
  /** Our own users' ids; null while not known. */
  ours: { helpdesk(): Promise<string | null>; jira(): Promise<string | null> };
  /** Milliseconds since 1970; the wall clock when absent. */
  now?: () => number;
  log: Logger;
}

/** Under 60 s, or the helpdesk does not try again. */
const RETRY_AFTER_S = '20';

/** The app. Every answer is JSON; every one that is not 2xx has a `reason`. */
export function gatewayApp({ cases, config, codec: codecs, ours, now = Date.now, log }: GatewayDeps) {
  const app = new Hono();

  app.use(async (c, next) => {
    const started = performance.now();
    await next();
    // Never a body or a query string: what is logged here is kept.
    log.info({ method: c.req.method, path: loggable(c.req.path), status: c.res.status, ms: Math.round(performance.now() - started) });
  });
  app.use(secureHeaders());
  app.use('/webhooks/*', limited);
  const door = who(config.apiToken);
  app.use('/api/*', door, limited);

  app.get('/healthz', (c) => c.json({ ok: true }));
  app.get('/readyz', async (c) => {
    await cases.ready();
    return c.json({ ok: true });
  });
  app.route('/webhooks', webhooks({ cases, config, ours, now }));
  app.route('/api', api({ cases, now }));
  if (codecs) app.route('/codec', codec(codecs, door));

  app.notFound((c) => c.json({ reason: `There is no ${c.req.method} ${c.req.path} here.` }, 404));
  app.onError((error, c) => {
    if (error instanceof Refusal) {
      const { status, message: reason, problems } = error;
      return c.json({ reason, ...(problems && { problems }) }, status);
    }
    if (error instanceof NoSuchCase) return c.json({ reason: error.message }, 404);
    if (error instanceof BadQuery || error instanceof Malformed) return c.json({ reason: error.message }, 400);
    if (error instanceof TemporalAway) {
      log.warn({ path: c.req.path, why: error.message }, 'Temporal is away');
      return c.json({ reason: error.message }, 503, { 'Retry-After': RETRY_AFTER_S });
    }
    // Without its message, which may quote what was sent.
    const at = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 8);
    log.error({ path: loggable(c.req.path), error: error.name, at }, 'a request failed');
    return c.json({ reason: 'Something went wrong here; it is in the log.' }, 500);
  });
  return app;
}
