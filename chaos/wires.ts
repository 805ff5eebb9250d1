/**
 * Faults on the wire, by Toxiproxy: between onetouch and each outside system, and between onetouch and Temporal, stands a
 * proxy that slows, slices, stops or resets what passes, for a few seconds at a time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../src/dev/ports.js';
import { run } from '../tests/setup/process.js';
import type { Span } from './doubt.js';
import type { Random } from './random.js';
import type { Befallen } from './weather.js';

export type WireName = 'helpdesk' | 'jira' | 'admin' | 'mail' | 'temporal';

export interface Wires {
  /** `host:port` of each proxy. */
  at: Record<WireName, string>;
  storm(random: Random): WireStorm;
  close(): Promise<void>;
}

export interface WireStorm {
  befallen: Befallen;
  /** When what passed on this wire was cut off, stopped or reset. */
  cut(wire: WireName): Span[];
  /** Resolves when every wire is as it was. Rejects when Toxiproxy failed at any time. */
  clear(): Promise<void>;
}

/** How often faults begin, and how long each lasts: shorter than a client waits, and longer. */
const BETWEEN_MS = [800, 3_000] as const;
const LASTS_MS = [500, 6_000] as const;

/** By how often they are disturbed: all that is done passes the one to Temporal. */
const WEIGHTS: Record<WireName, number> = { helpdesk: 3, jira: 3, admin: 2, mail: 3, temporal: 1 };
const TRIES = 5;
const DONE_BEFORE: Partial<Record<string, number>> = { POST: 409, DELETE: 404 };

/** By how often they come. Times in ms, but for the slicer's delay, which is in µs; the rate in KB/s. */
const TOXICS: readonly (readonly [weight: number, type: string, attributes: (r: Random) => Record<string, number>])[] = [
  [4, 'latency', (r) => ({ latency: r.int(50, 2_000), jitter: r.int(0, 500) })],
  [3, 'reset_peer', (r) => ({ timeout: r.int(0, 300) })],
  [2, 'timeout', (r) => ({ timeout: r.int(100, 4_000) })],
  [2, 'limit_data', (r) => ({ bytes: r.int(50, 6_000) })],
  [2, 'slicer', (r) => ({ average_size: r.int(20, 200), size_variation: 10, delay: r.int(100, 3_000) })],
  [1, 'bandwidth', (r) => ({ rate: r.int(5, 50) })],
  [1, 'slow_close', (r) => ({ delay: r.int(200, 3_000) })],
];

/**
 * Starts the proxies. Rejects when Toxiproxy does not start; nothing is left running then.
 *
 * @param server the path of `toxiproxy-server`
 * @param to `host:port` of what each leads to
 */
export async function openWires(server: string, to: Record<WireName, string>): Promise<Wires> {
  const port = await freePort();
  const api = `http://127.0.0.1:${port}`;
  const toxiproxy = run(server, ['-host', '127.0.0.1', '-port', String(port)], {});
  await toxiproxy.ready(() => fetch(`${api}/version`).then((r) => r.ok, () => false));
  const ask = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    for (let tries = 1; ; tries++) {
      const answer = await fetch(`${api}${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
      if (answer.ok) return answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>);
      const why = await answer.text();
      // It waits for who stands still and does not read, and says so after half a minute; then it may have done it after all.
      if (tries > 1 && DONE_BEFORE[method] === answer.status) return {};
      if (answer.status !== 503 || tries === TRIES) throw new Error(`Toxiproxy answered ${answer.status} to ${method} ${path}: ${why}`);
    }
  };
  const names = Object.keys(to) as WireName[];
  try {
    const made = await Promise.all(names.map((name) => ask('POST', '/proxies', { name, listen: '127.0.0.1:0', upstream: to[name], enabled: true })));
    const at = Object.fromEntries(names.map((name, i) => [name, String(made[i]!['listen'])])) as Record<WireName, string>;
    return { at, storm: (random) => storm(names, ask, random), close: () => toxiproxy.kill() };
  } catch (error) {
    await toxiproxy.kill();
    throw error;
  }
}

/** Those that end a connection, or let it wait until somebody does. The others only slow it down. */
const CUTS = ['reset_peer', 'timeout', 'limit_data'];

function storm(names: readonly WireName[], ask: (method: string, path: string, body?: object) => Promise<unknown>, r: Random): WireStorm {
  const cuts: { wire: WireName; span: Span }[] = [];
  const befallen: Befallen = {};
  const calm = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: calm.signal }).catch(() => {});
  const underway = new Set<Promise<void>>();
  const failures: unknown[] = [];
  // Toxiproxy lets one of two on the same stream wait for the other for ever: what closes does not read any more.
  const disturbed = new Set<string>();

  async function befall(nth: number): Promise<void> {
    const [name, [, type, attributes]] = [r.weighted(names.map((wire) => [WEIGHTS[wire], wire] as const)), r.weighted(TOXICS.map((toxic) => [toxic[0], toxic] as const))];
    const [stream, toxicity, lastsMs] = [r.pick(['upstream', 'downstream']), r.pick([0.3, 1]), r.int(...LASTS_MS)];
    const [toxic, where] = [`${type}-${nth}`, `${name} ${stream}`];
    if (disturbed.has(where)) return;
    disturbed.add(where);
    const span: Span = { from: Date.now() };
    if (CUTS.includes(type)) cuts.push({ wire: name, span });
    await ask('POST', `/proxies/${name}/toxics`, { name: toxic, type, stream, toxicity, attributes: attributes(r) });
    befallen[`${name}: ${type}`] = (befallen[`${name}: ${type}`] ?? 0) + 1;
    await pause(lastsMs);
    await ask('DELETE', `/proxies/${name}/toxics/${toxic}`);
    span.to = Date.now();
    disturbed.delete(where);
  }

  const storming = (async () => {
    for (let nth = 1; !calm.signal.aborted; nth++) {
      const one = befall(nth).catch((error: unknown) => failures.push(error)).then(() => void underway.delete(one));
      underway.add(one);
      await pause(r.int(...BETWEEN_MS));
    }
    await Promise.all(underway);
  })();
  return {
    befallen,
    cut: (wire) => cuts.flatMap((cut) => (cut.wire === wire ? [cut.span] : [])),
    async clear(): Promise<void> {
      calm.abort();
      await storming;
      if (failures.length > 0) throw failures[0];
    },
  };
}
