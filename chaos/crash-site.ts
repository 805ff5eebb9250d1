/**
 * The site of the crash points: the real Temporal server, the gateway and the sandbox company in this process, and
 * the worker as a process of its own, which reaches everything over wires that can stop it at a known moment.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { WorkflowNotFoundError } from '@temporalio/client';
import { connectTemporal } from '../src/client/connect.js';
import { loadGatewayConfig } from '../src/config.js';
import { startGateway } from '../src/gateway.js';
import { startCompany } from '../src/sandbox/company.js';
import { install } from '../src/worker.js';
import { caseId } from '../src/workflows/messages.js';
import { SEARCH } from '../src/workflows/search-attributes.js';
import { devServer } from '../tests/setup/temporal.js';
import type { NeedsAndStage, Outside } from './crash-ledger.js';
import { temporalWire } from './crash-temporal.js';
import { httpWire, mailWire } from './crash-wire.js';

/** Jira's search learns of an issue this late, and the worker knows. */
const LAG_MS = 2_000;
const READY_MS = 60_000;
const LOOK_EVERY_MS = 50;

export type CrashSite = Awaited<ReturnType<typeof openCrashSite>>;

/** @param worker what node is given to run the worker, e.g. `['dist/worker.js']` */
export async function openCrashSite(worker: readonly string[]) {
  const open: (() => unknown)[] = [];
  const close = async () => {
    for (const end of open.splice(0).reverse()) await end();
  };
  try {
    return await build();
  } catch (error) {
    await close();
    throw error;
  }

  async function build() {
    const server = await devServer();
    open.push(() => server.stop());
    const company = await startCompany({ searchLagMs: LAG_MS });
    open.push(() => company.close());
    const gatewayConfig = loadGatewayConfig({ ...company.env, API_TOKEN: 'the-api-token', PORT: '0' });
    const temporal = await connectTemporal({ payloads: gatewayConfig.payloads, env: { TEMPORAL_ADDRESS: server.address } });
    open.push(() => temporal.close());
    await install(temporal, 24 * 60);

    const wires = {
      helpdesk: await httpWire(company.helpdesk.url),
      jira: await httpWire(company.jira.url),
      admin: await httpWire(company.admin.url),
      mail: await mailWire(company.mail.url),
      temporal: await temporalWire(server.address),
    };
    for (const wire of Object.values(wires)) open.push(() => wire.close());

    const gateway = await startGateway(gatewayConfig, temporal, { log: pino({ level: 'silent' }) });
    open.push(() => gateway.close());
    company.pointWebhooksAt({ helpdeskUrl: `${gateway.url}/webhooks/helpdesk`, jiraUrl: `${gateway.url}/webhooks/jira` });

    const settings: Record<string, string> = {
      ...company.env,
      HELPDESK_URL: wires.helpdesk.url,
      JIRA_URL: wires.jira.url,
      ADMIN_URL: wires.admin.url,
      SMTP_URL: wires.mail.url,
      TEMPORAL_ADDRESS: wires.temporal.address,
      SWEEP_MINUTES: String(24 * 60),
    };
    const handle = (ticketId: string) => temporal.client.workflow.getHandle(caseId(ticketId));
    const outside: Outside = company;

    return {
      company, outside, wires, close, handle,
      /** Starts a worker; resolves when it is ready. */
      async startWorker(): Promise<WorkerProcess> {
        const started = await workerProcess(worker, settings);
        open.push(() => started.kill());
        return started;
      },
      /** Where the case stands, and which of its activities Temporal waits for. */
      async look(ticketId: string): Promise<NeedsAndStage & { atRest: boolean; waitsFor: string[] }> {
        const described = await handle(ticketId).describe().catch(notYet);
        if (!described) return { stage: null, needs: null, waitsFor: [], atRest: false };
        const { typedSearchAttributes: of, raw } = described;
        const waitsFor = (raw.pendingActivities ?? []).map((a) => a.activityType?.name ?? '');
        return { stage: of.get(SEARCH.stage) ?? null, needs: of.get(SEARCH.needs) ?? null, waitsFor, atRest: waitsFor.length === 0 && !raw.pendingWorkflowTask };
      },
      /** When, after `sinceMs`, the case first heard of an activity that was done; milliseconds since 1970. */
      async firstDone(ticketId: string, sinceMs: number): Promise<number | null> {
        const { events } = await handle(ticketId).fetchHistory();
        const done = (events ?? []).filter((e) => e.activityTaskCompletedEventAttributes).map((e) => msOf(e.eventTime));
        return done.find((at) => at > sinceMs) ?? null;
      },
    };
  }
}

/** The webhook of its ticket is still on its way. */
function notYet(error: unknown): null {
  if (error instanceof WorkflowNotFoundError) return null;
  throw error;
}

export interface WorkerProcess {
  /** SIGKILL: it gets to say nothing to anyone. Resolves when it is gone. */
  kill(): Promise<void>;
}

async function workerProcess(args: readonly string[], env: Record<string, string>): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env, LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      if (said.length < 100_000) said += String(chunk);
    });
  const gone = once(child, 'exit').then(() => void process.off('exit', killWithUs));
  for (const until = Date.now() + READY_MS; !said.includes('the worker is ready'); await sleep(LOOK_EVERY_MS)) {
    if (child.exitCode !== null) throw new Error(`The worker ended at its start:\n${said}`);
    if (Date.now() < until) continue;
    child.kill('SIGKILL');
    throw new Error(`The worker does not get ready:\n${said}`);
  }
  return {
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

interface Timestamp {
  seconds?: unknown;
  nanos?: number | null;
}
const msOf = (time: Timestamp | null | undefined): number => Number(String(time?.seconds ?? 0)) * 1_000 + Math.floor((time?.nanos ?? 0) / 1e6);
