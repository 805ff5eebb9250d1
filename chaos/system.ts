/**
 * The whole system under test, each part a process of its own as in production, but for the sandbox company: it
 * lives here, so that its ledgers judge. Whatever ends unasked is started again, as a supervisor would.
 */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectTemporal, type Temporal } from '../src/client/connect.js';
import { cases, type Cases } from '../src/client/cases.js';
import { loadWorkerConfig } from '../src/config.js';
import { freePort } from '../src/dev/ports.js';
import { startCompany, type Company } from '../src/sandbox/company.js';
import { withEnds } from '../tests/setup/ends.js';
import { runNode, workerServes, type Running } from '../tests/setup/process.js';
import { devServer, type DevServer } from '../tests/setup/temporal.js';
import type { Stop } from './doubt.js';
import { BELIEVED_LAG_MS } from './weather.js';
import { openWires, type Wires } from './wires.js';

/** Of what a process said before it ended unasked, in characters. */
const LAST_WORDS = 1_000;
/** A list of all cases takes its time on a busy machine. */
const PATIENCE_MS = 30_000;

export interface System {
  company: Company;
  temporal: Temporal;
  server: DevServer;
  /** Null without Toxiproxy. */
  wires: Wires | null;
  cases: Cases;
  gatewayUrl: string;
  workers: Part[];
  gateway: Part;
  close(): Promise<void>;
}
export interface SystemOptions {
  /** Logs and the database go here. */
  dir: string;
  workers?: number;
  /** Where Toxiproxy is; what passes on the wire is not disturbed when absent. */
  toxiproxy?: string | undefined;
  /** Settings on top of the company's. */
  env?: Record<string, string>;
}

/** Starts everything. Rejects when a part does not start; nothing is left running then. */
export async function startSystem({ dir, workers = 2, toxiproxy, env = {} }: SystemOptions): Promise<System> {
  await mkdir(dir, { recursive: true });
  return withEnds(async (ends) => {
    const server = await devServer({ dbFile: join(dir, 'temporal.db') });
    ends.push(() => server.stop());
    const company = await startCompany({ searchLagMs: BELIEVED_LAG_MS, identity: true });
    ends.push(() => company.close());
    const { payloads } = loadWorkerConfig(company.env);
    const temporal = await connectTemporal({ payloads, lazy: true, env: { TEMPORAL_ADDRESS: server.address } });
    ends.push(() => temporal.close());
    const port = await freePort();
    const wires = toxiproxy ? await openWires(toxiproxy, { ...urlsOf(company), temporal: server.address }) : null;
    if (wires) ends.push(() => wires.close());
    const wired = wires && {
      HELPDESK_URL: `http://${wires.at.helpdesk}`,
      JIRA_URL: `http://${wires.at.jira}`,
      ADMIN_URL: `http://${wires.at.admin}`,
      SMTP_URL: `smtp://${wires.at.mail}`,
      TEMPORAL_ADDRESS: wires.at.temporal,
    };
    const settings = { ...company.env, TEMPORAL_ADDRESS: server.address, ...wired, PORT: String(port), LOG_LEVEL: 'warn', ...env };
    const gatewayUrl = `http://127.0.0.1:${port}`;
    const answers = () => fetch(`${gatewayUrl}/healthz`).then((r) => r.ok, () => false);
    const gateway = new Part('gateway', { dir, settings, ready: answers });
    const forWorkers = { ...settings, LOG_LEVEL: 'info' };
    const all = Array.from({ length: workers }, (_, i) => new Part(`worker-${i + 1}`, { dir, settings: forWorkers, ready: workerServes }));
    ends.push(() => Promise.all([gateway, ...all].map((part) => part.end())));
    await Promise.all([gateway.start(), ...all.map((worker) => worker.start())]);
    return { company, temporal, server, wires, cases: cases(temporal.client, { deadlineMs: PATIENCE_MS }), gatewayUrl, workers: all, gateway };
  });
}

const urlsOf = ({ helpdesk, jira, admin, mail }: Company) => ({ helpdesk: new URL(helpdesk.url).host, jira: new URL(jira.url).host, admin: new URL(admin.url).host, mail: new URL(mail.url).host });

interface PartOptions {
  dir: string;
  settings: Record<string, string>;
  /** Does it serve? `said` is what it wrote since its start. */
  ready(said: string): boolean | Promise<boolean>;
}

/** One process that may be killed, stood still and started again. */
export class Part {
  private running: Running | null = null;
  private ended = false;
  /** True between SIGSTOP and SIGCONT. */
  still = false;
  /** True from a kill until it serves again. */
  down = false;
  /** Since when it serves, ms since 1970. */
  servesSince = 0;
  /** What it said last each time it ended unasked, and was started again. */
  readonly ownEnds: string[] = [];
  /** When which of its processes was killed, ended unasked or stood still. */
  readonly stops: Stop[] = [];

  constructor(
    readonly name: string,
    private readonly o: PartOptions,
  ) {}

  /** Starts it; resolves when it serves. Rejects when it does not within a minute. */
  async start(): Promise<void> {
    const name = this.name.startsWith('worker') ? 'worker' : 'gateway';
    const log = createWriteStream(join(this.o.dir, `${this.name}.log`), { flags: 'a' });
    const running = runNode(['--max-old-space-size=1024', join('dist', `${name}.js`)], this.o.settings, (chunk) => log.write(chunk));
    this.running = running;
    void running.gone.then(() => {
      log.end();
      if (this.running !== running || this.ended || this.down) return;
      this.ownEnds.push(`${this.name} (${running.end()}): ${running.said().slice(-LAST_WORDS).trim()}`);
      this.down = true;
      this.stops.push({ pid: running.pid, from: Date.now() });
      void this.again(1_000);
    });
    await running.ready(this.o.ready);
    this.down = false;
    this.servesSince = Date.now();
  }

  /** SIGKILL, then, after a while, started again. Resolves to how long it did not serve, in ms. */
  async kill(restartAfterMs: number): Promise<number> {
    const began = Date.now();
    this.down = true;
    if (this.running) this.stops.push({ pid: this.running.pid, from: began });
    await this.running?.kill();
    await this.again(restartAfterMs);
    return Date.now() - began;
  }

  /** SIGSTOP for so long, then SIGCONT: it goes on as if nothing had been. */
  async standStill(ms: number): Promise<void> {
    this.still = true;
    const stop: Stop = { pid: this.running?.pid ?? 0, from: Date.now() };
    this.stops.push(stop);
    this.running?.signal('SIGSTOP');
    await sleep(ms);
    this.running?.signal('SIGCONT');
    stop.to = Date.now();
    this.still = false;
  }

  async end(): Promise<void> {
    this.ended = true;
    await this.running?.kill();
  }

  /** While Temporal is away a worker does not come up: it is tried until it does. */
  private async again(afterMs: number): Promise<void> {
    await sleep(afterMs);
    while (!this.ended) {
      try {
        return await this.start();
      } catch {
        await sleep(1_000);
      }
    }
  }
}
