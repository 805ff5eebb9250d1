/** Everything in one process, but for the Temporal server: the sandbox company, the worker and the gateway. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import { pino, type Logger } from 'pino';
import { cases } from '../client/cases.js';
import { connectTemporal } from '../client/connect.js';
import { loadGatewayConfig, loadWorkerConfig, type DevConfig } from '../config.js';
import { startGateway } from '../gateway.js';
import { temporalLogger } from '../log.js';
import { startCompany } from '../sandbox/company.js';
import { connectPorts, createWorker, install } from '../worker.js';
import type { Data } from './data.js';
import type { Ports } from './ports.js';
import { startTemporal } from './temporal.js';

export type System = Awaited<ReturnType<typeof startSystem>>;

/** By either name that a browser of this machine may show. */
const originsOf = (url: string) => [url, url.replace('127.0.0.1', 'localhost')].join(',');

/** How long webhooks that are on their way are waited for at the end. */
const LAST_WEBHOOKS_MS = 3_000;

/** Starts all of it. Rejects when a part cannot start; nothing is left running then. */
export async function startSystem(config: DevConfig, ports: Ports, data: Data) {
  const log = logTo(data.path('onetouch.log'), config.settings['LOG_LEVEL']);
  // What ends this process is decided in dev.ts alone.
  Runtime.install({ logger: temporalLogger(log), shutdownSignals: [] });
  /** What has been started, each with its end. */
  const ends: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end().catch((error: unknown) => log.error({ why: String(error) }, 'a part did not end well'));
  };

  try {
    // The UI of the dev server knows no sign-in: the path by which it has payloads read is a secret itself, made anew
    // at each start and known to that UI alone.
    const openCodecAt = randomBytes(24).toString('hex');
    const server = await startTemporal({
      cli: config.temporalCli,
      port: ports.TEMPORAL_PORT,
      uiPort: ports.TEMPORAL_UI_PORT,
      dbFile: data.path('temporal.db'),
      logFile: data.path('temporal.log'),
      codecUrl: `http://127.0.0.1:${ports.PORT}/codec/${openCodecAt}`,
    });
    let stopping = false;
    const failed = server.ended.then(() => {
      if (!stopping) throw new Error(`The Temporal server has ended. What it said is in ${data.path('temporal.log')}.`);
    });
    failed.catch(() => {});
    ends.push(server.stop);

    const company = await startCompany({
      dir: data.path('company'),
      ports: {
        helpdesk: ports.SANDBOX_HELPDESK_PORT,
        jira: ports.SANDBOX_JIRA_PORT,
        admin: ports.SANDBOX_ADMIN_PORT,
        smtp: ports.SANDBOX_SMTP_PORT,
        page: ports.SANDBOX_PORT,
        identity: ports.SANDBOX_IDENTITY_PORT,
      },
      identity: true,
      secrets: data.secrets,
      temporalUi: server.uiUrl,
    });
    ends.push(company.close);

    const env = { ...company.env, ...config.settings, PORT: String(ports.PORT), API_TOKEN: data.apiToken, AUDIT_KEY: data.auditKey, TEMPORAL_UI_ORIGIN: originsOf(server.uiUrl) };
    const workerConfig = loadWorkerConfig(env);
    const temporal = await connectTemporal({ payloads: workerConfig.payloads, env: { TEMPORAL_ADDRESS: server.address } });
    ends.push(temporal.close);
    const outside = await connectPorts(workerConfig, log);
    ends.push(async () => outside.close());
    const connection = await NativeConnection.connect({ address: server.address });
    ends.push(() => connection.close());
    await install(temporal, workerConfig.sweepMinutes);
    const worker = await createWorker({ config: workerConfig, connection, client: temporal.client, namespace: temporal.namespace, ports: outside });
    const working = worker.run();
    ends.push(async () => {
      await atRest(worker);
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await working;
    });

    const gateway = await startGateway(loadGatewayConfig(env), temporal, { log, openCodecAt });
    ends.push(gateway.close);
    company.pointWebhooksAt({ helpdeskUrl: `${gateway.url}/webhooks/helpdesk`, jiraUrl: `${gateway.url}/webhooks/jira` });
    ends.push(() => Promise.race([company.idle(), sleep(LAST_WEBHOOKS_MS, undefined, { ref: false })]));

    return {
      company,
      gateway,
      cases: cases(temporal.client),
      config: workerConfig,
      uiUrl: server.uiUrl,
      /** Rejects when a part ends that should run; never resolves before the stop. */
      failed: Promise.race([failed, working]),
      /** Ends everything, last started first: what is under way is finished. */
      stop: () => {
        stopping = true;
        return stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Until the worker has had nothing to do for a while. A task that the server hands out in the moment in which a
 * worker stops asking is lost until it times out; and of a lost mail nobody knows whether it went.
 */
async function atRest(worker: Worker): Promise<void> {
  const until = Date.now() + LAST_WORK_MS;
  for (let calm = 0; calm < CALM_LOOKS && worker.getState() === 'RUNNING' && Date.now() < until; ) {
    const { numInFlightActivities, numInFlightWorkflowActivations } = worker.getStatus();
    calm = numInFlightActivities + numInFlightWorkflowActivations === 0 ? calm + 1 : 0;
    await sleep(LOOK_MS);
  }
}
const LAST_WORK_MS = 10_000;
const LOOK_MS = 50;
const CALM_LOOKS = 10;

/** The log goes to a file: the terminal is for the cases. */
function logTo(file: string, level = 'info'): Logger {
  return pino({ level }, pino.destination({ dest: file, sync: true, append: true }));
}
