/** Entry: the gateway. Config → Temporal client → webhooks and API; the only file that joins them. */
import { pathToFileURL } from 'node:url';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { helpdeskSession } from './adapters/helpdesk-session.js';
import { connectJira } from './adapters/jira.js';
import { auditor } from './client/audit.js';
import { cases } from './client/cases.js';
import { connectTemporal } from './client/connect.js';
import { problems } from './client/problems.js';
import { loadGatewayConfig, type GatewayConfig } from './config.js';
import { logger } from './log.js';
import { gatewayApp, type GatewayDeps } from './web/app.js';
import type { Refused } from './web/access.js';
import { attempts } from './web/attempts.js';
import { ourselves } from './web/ours.js';
import { serve, type Serving } from './web/serve.js';

/**
 * Starts the gateway. The client may be lazy: while Temporal is away, webhooks and the API answer 503. Rejects
 * when the port is taken, naming PORT.
 */
export async function startGateway(
  config: GatewayConfig,
  { client }: { client: Client },
  options: Partial<Pick<GatewayDeps, 'ours' | 'log' | 'now' | 'onRefused'>> & { openCodecAt?: string } = {},
): Promise<Serving> {
  const log = options.log ?? logger(config.logLevel);
  const ours = options.ours ?? ourselvesIn(config, log);
  const [talk, many] = [cases(client), problems(client)];
  const record = attempts(talk, many, (error) => log.warn({ why: error instanceof Error ? error.message : String(error) }, 'a refused attempt is in this log alone'));
  const onRefused = (refused: Refused): void => {
    options.onRefused?.(refused);
    record.refused(refused);
  };
  const codec = { payloads: config.payloads, origins: config.temporalUiOrigins, ...(options.openCodecAt && { openAt: options.openCodecAt }) };
  const app = gatewayApp({ cases: talk, problems: many, auditor: auditor(client), config, codec, ours, log, ...(options.now && { now: options.now }), onRefused });
  const serving = await serve(app, { port: config.port, host: config.host });
  // Asked for now, so that the first webhook need not wait for it.
  void ours.helpdesk();
  void ours.jira();
  log.info({ url: serving.url }, 'the gateway serves');
  const close = async (): Promise<void> => {
    await serving.close();
    await record.close();
  };
  return { ...serving, close };
}

/** Our own users' ids, where the configuration has the credentials to ask for them. */
function ourselvesIn({ helpdesk, jira }: GatewayConfig, log: Logger): GatewayDeps['ours'] {
  const nobody = () => Promise.resolve(null);
  const failed = (system: string) => () =>
    log.warn(`${system} does not tell who we are; until it does, our own changes there are heard too`);
  return {
    helpdesk: helpdesk ? ourselves(() => helpdeskSession(helpdesk).whoAmI(), failed('the helpdesk')) : nobody,
    jira: jira ? ourselves(() => connectJira(jira).whoAmI(), failed('Jira')) : nobody,
  };
}

async function main(): Promise<void> {
  const config = loadGatewayConfig();
  // Lazy: a gateway that starts before Temporal answers 503 instead of not at all.
  const temporal = await connectTemporal({ payloads: config.payloads, lazy: true });
  let gateway: Serving;
  try {
    gateway = await startGateway(config, temporal);
  } catch (error) {
    await temporal.close();
    throw error;
  }
  const stop = async (): Promise<void> => {
    await gateway.close();
    await temporal.close();
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
