/**
 * A whole site for a benchmark: the real Temporal server on a file, the sandbox company in memory, the gateway
 * here, and the worker in a process of its own, so that its memory is its own. Reads no setting of this machine but
 * where the Temporal CLI is, and leaves nothing behind.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { connectTemporal } from '../src/client/connect.js';
import { loadGatewayConfig } from '../src/config.js';
import { freePorts } from '../src/dev/ports.js';
import { startTemporal } from '../src/dev/temporal.js';
import { startGateway } from '../src/gateway.js';
import { startCompany } from '../src/sandbox/company.js';
import { withEnds } from '../tests/setup/ends.js';
import { runNode, workerServes } from '../tests/setup/process.js';

export type Site = Awaited<ReturnType<typeof openSite>>;

const NO_PORTS = { PORT: 0, TEMPORAL_PORT: 0, TEMPORAL_UI_PORT: 0, SANDBOX_PORT: 0, SANDBOX_HELPDESK_PORT: 0, SANDBOX_JIRA_PORT: 0, SANDBOX_ADMIN_PORT: 0, SANDBOX_SMTP_PORT: 0, SANDBOX_IDENTITY_PORT: 0 };

/** Starts all of it. Rejects when a part cannot start; nothing is left running then. */
export function openSite({ temporalCli, settings }: { temporalCli: string; settings: Record<string, string> }) {
  return withEnds(async (ends) => {
    const dir = await mkdtemp(join(tmpdir(), 'onetouch-bench-'));
    ends.push(() => rm(dir, { recursive: true, force: true }));
    const ports = await freePorts(NO_PORTS);
    const server = await startTemporal({
      cli: temporalCli,
      port: ports.TEMPORAL_PORT,
      uiPort: ports.TEMPORAL_UI_PORT,
      dbFile: join(dir, 'temporal.db'),
      logFile: join(dir, 'temporal.log'),
    });
    ends.push(server.stop);
    const company = await startCompany();
    ends.push(company.close);
    const env = { ...company.env, ...settings, API_TOKEN: 'bench', PORT: '0' };
    const config = loadGatewayConfig(env);
    const temporal = await connectTemporal({ payloads: config.payloads, env: { TEMPORAL_ADDRESS: server.address } });
    ends.push(temporal.close);
    const gateway = await startGateway(config, temporal, { log: pino({ level: 'silent' }) });
    ends.push(gateway.close);
    company.pointWebhooksAt({ helpdeskUrl: `${gateway.url}/webhooks/helpdesk`, jiraUrl: `${gateway.url}/webhooks/jira` });
    const worker = await startWorker({ ...env, TEMPORAL_ADDRESS: server.address });
    ends.push(worker.kill);
    return { company, client: temporal.client, worker };
  });
}

/** The worker as it runs in production, from its sources. */
async function startWorker(env: Record<string, string>) {
  const worker = runNode(['--import', 'tsx', '--import', './bench/peak-memory.mjs', 'src/worker.ts'], { ...env, LOG_LEVEL: 'info' });
  await worker.ready(workerServes);
  return {
    /** Fails when it has ended by itself. */
    async check(): Promise<void> {
      if (!worker.ended()) return;
      await worker.gone;
      throw new Error(`The worker has ended, with ${worker.end()}. It said:\n${worker.said().slice(-5_000)}`);
    },
    /** Lets it finish what is under way. Answers with the most memory that it held, in bytes. */
    async stop(): Promise<number> {
      worker.signal('SIGTERM');
      await worker.gone;
      const [, bytes] = /peak memory (\d+)/.exec(worker.said()) ?? [];
      if (!bytes) throw new Error(`The worker did not say what memory it held:\n${worker.said().slice(-2_000)}`);
      return Number(bytes);
    },
    kill: () => worker.kill(),
  };
}
