/**
 * A whole site, as it runs in production and on one machine: the real Temporal server, the worker, the gateway on
 * a port, and the sandbox company, which sends its webhooks there. Nothing is skipped: a wait is short because
 * the configuration says so, and what has to happen is looked for until it has.
 */
import { pino, type Logger } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import { ScheduleOverlapPolicy } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { cases, type CaseRow } from '../../src/client/cases.js';
import { connectTemporal } from '../../src/client/connect.js';
import { loadGatewayConfig, loadWorkerConfig } from '../../src/config.js';
import type { CaseRecord, CaseView, Entry, Stage } from '../../src/domain/case.js';
import { freePort } from '../../src/dev/ports.js';
import type { Role } from '../../src/domain/roles.js';
import { startGateway } from '../../src/gateway.js';
import { startCompany } from '../../src/sandbox/company.js';
import type { NewTicket } from '../../src/sandbox/helpdesk/stand-in.js';
import { US, type Effect } from '../../src/sandbox/ledger.js';
import { deliverTo, type WebhookRequest } from '../../src/sandbox/webhooks.js';
import { connectPorts, createWorker, install } from '../../src/worker.js';
import type { Serving } from '../../src/web/serve.js';
import { caseId, SWEEP_SCHEDULE_ID, type Answer } from '../../src/workflows/messages.js';
import type { SweepResult } from '../../src/workflows/sweep.js';
import { withEnds } from '../setup/ends.js';
import { IMPATIENT } from '../setup/impatient-worker.js';
import { runNode, workerServes, type Running } from '../setup/process.js';
import { devServer } from '../setup/temporal.js';
import { quietRuntime } from '../setup/quiet.js';

export const HOUR_MS = 3_600_000;
/** A duration as a setting in hours. */
export const hours = (ms: number): string => String(ms / HOUR_MS);
export const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

const API_TOKEN = 'the-api-token';
const LOOK_EVERY_MS = 50;

/** Looks until `check` does not throw, and answers with what it returned; its last error when time is up. */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 30_000): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}

export interface SiteOptions {
  /** Settings of the worker on top of the company's, e.g. the clocks. */
  env?: Record<string, string>;
  /** How far Jira's search is behind. */
  searchLagMs?: number;
  /** People sign in at the company's identity provider; `signedIn` asks as one of them. */
  identity?: boolean;
  /** How often the sweep runs by itself; hardly ever when absent, since a test runs it. */
  sweepMinutes?: number;
  /** Where the worker runs; `processes` are started by the test, which may kill them. */
  worker?: 'here' | 'processes';
  /** The gateway as a process of its own, as in production, with these settings besides; `heard` gets what it writes. */
  gatewayProcess?: { env?: Record<string, string>; heard(chunk: Buffer): void };
  /** A worker that is lost is missed within seconds, and what the test holds on the wire is waited for. */
  impatient?: true;
  /** Where the worker and the gateway log to; nowhere when absent. */
  log?: Logger;
  /** Of Temporal; a test that looks at logs or metrics installs its own. */
  runtime?: 'quiet' | 'own';
  /** Where Temporal keeps its database, and leaves it. */
  dbFile?: string;
  /** The gateway's clock, in milliseconds. */
  now?: () => number;
}
export type Site = Awaited<ReturnType<typeof openSite>>;

/** One site for a file of tests. */
export function useSite(options: SiteOptions = {}): () => Site {
  let site: Site | undefined;
  beforeAll(async () => {
    site = await openSite(options);
  });
  afterAll(async () => site?.close());
  return () => site!;
}

function openSite({ env = {}, searchLagMs = 0, identity = false, sweepMinutes = 24 * 60, worker = 'here', impatient, log = pino({ level: 'silent' }), runtime = 'quiet', dbFile, now, gatewayProcess }: SiteOptions) {
  return withEnds(async (ends) => {
    const server = await devServer({ ...(dbFile && { dbFile }) });
    ends.push(() => server.stop());
    const company = await startCompany({ searchLagMs, identity });
    ends.push(() => company.close());
    const settings = { ...company.env, ...env, SWEEP_MINUTES: String(sweepMinutes), API_TOKEN, PORT: '0' };
    const gatewayConfig = loadGatewayConfig(settings);
    const temporal = await connectTemporal({ payloads: gatewayConfig.payloads, env: { TEMPORAL_ADDRESS: server.address } });
    ends.push(() => temporal.close());
    const { client } = temporal;
    const gateway = gatewayProcess ? await gatewayAsProcess() : await startGateway(gatewayConfig, temporal, { log, ...(now && { now }) });
    ends.push(() => gateway.close());

    const urls = { helpdeskUrl: `${gateway.url}/webhooks/helpdesk`, jiraUrl: `${gateway.url}/webhooks/jira` };
    const post = deliverTo(urls);
    const webhooks: WebhookRequest[] = [];
    let lost = false;
    company.pointWebhooksAt((request) => {
      webhooks.push(request);
      return lost ? 200 : post(request);
    });

    if (worker === 'here') (await prepareWorker())();
    else await install(temporal, sweepMinutes);

    async function gatewayAsProcess(): Promise<Pick<Serving, 'url' | 'close'>> {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const { env: more = {}, heard } = gatewayProcess!;
      const started = runNode(['--import', 'tsx', 'src/gateway.ts'], { ...settings, TEMPORAL_ADDRESS: server.address, PORT: String(port), ...more }, heard);
      await started.ready(() => fetch(`${url}/healthz`).then((answer) => answer.ok, () => false));
      return { url, close: () => started.kill() };
    }

    /** Makes a worker in this process, which takes up its work when what this answers with is called. */
    async function prepareWorker(): Promise<() => void> {
      // Warnings are what these tests bring about: workers that are killed, a server that is away.
      if (runtime === 'quiet') quietRuntime();
      const config = loadWorkerConfig(settings);
      const connection = await NativeConnection.connect({ address: server.address });
      const ports = await connectPorts(config, log);
      await install(temporal, sweepMinutes);
      const working = await createWorker({ config, connection, client, ports, options: { shutdownGraceTime: 0, ...(impatient && { interceptors: { workflowModules: IMPATIENT } }) } });
      return () => {
        const running = working.run();
        ends.push(async () => {
          working.shutdown();
          await running;
          ports.close();
          await connection.close();
        });
      };
    }

    const handle = (ticketId: string, runId?: string) => client.workflow.getHandle(caseId(ticketId), runId);

    const headers = { authorization: `Bearer ${API_TOKEN}`, 'x-onetouch-actor': 'Lee' };
    async function api<T>(path: string, body?: object): Promise<{ status: number; body: T }> {
      const answer = await fetch(`${gateway.url}/api${path}`, {
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
        headers,
      });
      return { status: answer.status, body: (await answer.json()) as T };
    }
    /** The same, as the company's program with this role. */
    async function signedIn<T>(role: Role | 'guest', path: string, body?: object): Promise<{ status: number; body: T }> {
      const answer = await fetch(`${gateway.url}/api${path}`, {
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
        headers: { authorization: `Bearer ${await company.identity!.tokenFor(role)}`, 'x-onetouch-actor': 'Somebody Else' },
      });
      return { status: answer.status, body: (await answer.json()) as T };
    }
    async function get<T>(path: string): Promise<T> {
      const { status, body } = await api<T>(path);
      if (status !== 200) throw new Error(`GET ${path} answered ${status}: ${JSON.stringify(body)}`);
      return body;
    }

    /** Throws while something of the case is under way: a webhook, an activity, a workflow task. */
    async function atRest(ticketId: string): Promise<void> {
      await company.idle();
      const { pendingActivities, pendingWorkflowTask } = (await handle(ticketId).describe()).raw;
      if (pendingActivities?.length || pendingWorkflowTask) throw new Error(`case ${ticketId} does not come to rest`);
    }

    const site = {
      server, temporal, client, company, gateway, api, headers, signedIn, get, handle,
      cases: cases(client),

      /** A member writes in; the helpdesk's webhook says so. */
      ticket: (t: Partial<NewTicket> & { member: NewTicket['member'] }): Promise<string> =>
        company.helpdesk.openTicket({ subject: 'I need help', description: 'It does not work for me.', ...t }),
      /** A member whom HGP blocks, with all requirements TRUE since then. */
      blocked: async (memberId: string, since: string): Promise<NewTicket['member']> => {
        const email = `${memberId.toLowerCase()}@example.com`;
        await company.admin.setMember(memberId, { email, requirements: [{ name: 'Consent', met: true, since }] });
        return { name: 'Robin Doe', email, memberId };
      },

      state: (ticketId: string) => get<CaseView>(`/cases/${ticketId}`),
      timeline: async (ticketId: string) => (await get<{ timeline: Entry[] }>(`/cases/${ticketId}/timeline`)).timeline,
      list: async (filter: Record<string, string>) =>
        (await get<{ cases: CaseRow[] }>(`/cases?${new URLSearchParams(filter)}`)).cases,
      /** The case's state, once it stands there and has done what is to be done there. */
      at: (ticketId: string, stage: Stage, withinMs?: number): Promise<CaseView> =>
        eventually(async () => {
          await atRest(ticketId);
          const view = await site.state(ticketId);
          if (view.stage !== stage) throw new Error(`case ${ticketId} is at ${view.stage}, not at ${stage}: ${view.waitsFor}`);
          return view;
        }, withinMs),
      settled: (ticketId: string): Promise<void> => eventually(() => atRest(ticketId)),
      /** Somebody says something through the API. Throws what is no 2xx. */
      async say(ticketId: string, verb: string, what: object): Promise<Answer> {
        const { status, body } = await api<Answer>(`/cases/${ticketId}/${verb}`, what);
        if (status !== 200) throw new Error(`${verb} was answered with ${status}: ${JSON.stringify(body)}`);
        return body;
      },
      /** What the case returned, when it has ended. */
      record: (ticketId: string): Promise<CaseRecord> => handle(ticketId).result() as Promise<CaseRecord>,
      events: async (ticketId: string, runId?: string) => (await handle(ticketId, runId).fetchHistory()).events ?? [],

      /** Every webhook that was sent, lost ones too, oldest first. */
      webhooks,
      /** From now on no webhook arrives, or they do again. */
      loseWebhooks: (losing: boolean) => void (lost = losing),
      /** Posts a webhook to the gateway, byte for byte. */
      post: (request: WebhookRequest) => fetch(`${gateway.url}${request.path}`, { method: 'POST', headers: request.headers, body: new Uint8Array(request.body) }),

      /** Runs the sweep now and answers with its result. */
      async sweep(): Promise<SweepResult> {
        const schedule = client.schedule.getHandle(SWEEP_SCHEDULE_ID);
        const before = (await schedule.describe()).info.numActionsTaken;
        await schedule.trigger(ScheduleOverlapPolicy.BUFFER_ONE);
        const workflowId = await eventually(async () => {
          const { recentActions, numActionsTaken } = (await schedule.describe()).info;
          if (numActionsTaken <= before) throw new Error('the sweep has not started');
          return recentActions.at(-1)!.action.workflow.workflowId;
        });
        return (await client.workflow.getHandle(workflowId).result()) as SweepResult;
      },

      /** What onetouch did to the outside for one ticket, one line an effect, in the order of the alphabet. */
      effects(ticketId: string): string[] {
        const ours = (ledger: readonly Effect[]) => ledger.filter((effect) => effect.by === US);
        const keys = company.jira.issues().filter((i) => i.labels.some((l) => l.startsWith(`onetouch-${ticketId}-`))).map((i) => i.key);
        // The helpdesk mails a public reply by itself.
        const helpdesk = ours(company.helpdesk.ledger).filter(({ on, kind }) => on === ticketId && kind !== 'mail');
        const jira = ours(company.jira.ledger).filter(({ on }) => keys.includes(on));
        const admin = ours(company.admin.ledger).filter(({ text }) => text.includes(`Ticket ${ticketId}:`));
        return [...[...helpdesk, ...jira, ...admin].map(line), ...site.mails(ticketId).map((name) => `mail ${name}`)].sort();
      },
      /** The names of the mails that went out for a ticket, e.g. `1:promise`, oldest first. */
      mails: (ticketId: string): string[] =>
        company.mail.messages.flatMap(({ messageId }) => {
          const [, ticket, name] = /^<(\d+)\.([^@]+)@/.exec(messageId) ?? [];
          return ticket === ticketId ? [name!.replaceAll('.', ':')] : [];
        }),
      /** Everything that was done anywhere, by anyone. */
      everything: () => [company.helpdesk, company.jira, company.admin, company.mail].flatMap(({ ledger }) => ledger.map((e) => `${e.by}: ${e.kind}`)),

      prepareWorker,
      /** A worker as a process of its own, as in production; resolves when it is ready. `heard` gets what it writes. */
      async startWorker(more: Record<string, string> = {}, { entry = impatient ? 'tests/setup/impatient-worker.ts' : 'src/worker.ts', heard }: { entry?: string; heard?: (chunk: Buffer) => void } = {}): Promise<Running> {
        const started = runNode(['--import', 'tsx', entry], { ...settings, TEMPORAL_ADDRESS: server.address, LOG_LEVEL: 'info', ...more }, heard);
        ends.push(() => started.kill());
        await started.ready(workerServes);
        return started;
      },
    };
    return site;
  });
}

/** `note 1:promise`, `issue PRODOPS`, `group Tier 2`: an effect by its own name where it has one. */
function line({ kind, text, on }: Effect): string {
  const name = /\[onetouch \d+:(\d+:[^\s\]]+)/.exec(text)?.[1] ?? /^Ref\. \d+:(\d+:\S+)/m.exec(text)?.[1];
  if (name) return `${kind} ${name}`;
  if (['issue', 'remote-link', 'labels'].includes(kind)) return `${kind} ${on.replace(/-\d+$/, '')}`;
  return kind === 'account-note' ? kind : `${kind} ${text}`;
}
