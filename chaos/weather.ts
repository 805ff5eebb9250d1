/** The outside systems on a very bad day: what befalls each request, by chance from a seed. */
import type { Fault, Faults } from '../src/sandbox/faults.js';
import type { Company } from '../src/sandbox/company.js';
import type { Random } from './random.js';

/** How often a write meets a fault, and how often a read does. */
const WRITES = 0.14;
const READS = 0.02;
/** What the worker believes of Jira's search; the index may be further behind than that. */
export const BELIEVED_LAG_MS = 3_000;
const LAGS_MS = [0, 1_000, BELIEVED_LAG_MS, BELIEVED_LAG_MS, BELIEVED_LAG_MS * 3];
const LAG_CHANGES_MS = 5_000;

/** By how often they come. The client gives up after 15 s. */
const HTTP: (r: Random) => Fault = (r) =>
  r.weighted<() => Fault>([
    [3, () => ({ status: 429, headers: { 'retry-after': String(r.int(1, 3)) } })],
    [3, () => ({ status: r.pick([500, 502, 503]) })],
    [2, () => 'reset'],
    [2, () => 'half-close'],
    [3, () => 'after'],
    [1, () => 'cut-off'],
    [3, () => ({ status: 500, done: true })],
    [1, () => ({ hangMs: r.int(16_000, 20_000) })],
    [1, () => ({ hangMs: r.int(16_000, 20_000), done: true })],
  ])();
const SMTP: (r: Random, command: string) => Fault = (r, command) =>
  r.weighted<() => Fault>([
    [4, () => ({ status: r.pick([421, 451, 452]) })],
    [3, () => 'reset'],
    [command === 'DATA' ? 3 : 0, () => 'after'],
    [1, () => ({ hangMs: r.int(2_000, 5_000) })],
  ])();

/** How often each fault befell, by `system fault`. */
export type Befallen = Record<string, number>;

/** Lets it storm until `clear()`. */
export function storm({ helpdesk, jira, admin, mail }: Company, random: Random) {
  const befallen: Befallen = {};
  const begin = (system: string, faults: Faults, r: Random) => {
    faults.weather = ({ method, path }) => {
      // Signing in is a write by its method alone.
      const isWrite = method !== 'GET' && !/search|oauth/.test(path);
      const chance = system === 'mail' ? 0.08 : isWrite ? WRITES : READS;
      if (!r.chance(chance)) return null;
      const fault = system === 'mail' ? SMTP(r, method) : HTTP(r);
      const name = `${system}: ${nameOf(fault)}`;
      befallen[name] = (befallen[name] ?? 0) + 1;
      return fault;
    };
  };
  const all = { helpdesk, jira, admin, mail };
  for (const [system, { faults }] of Object.entries(all)) begin(system, faults, random.fork());
  const r = random.fork();
  const lagging = setInterval(() => jira.lagBehind(r.pick(LAGS_MS)), LAG_CHANGES_MS);
  return {
    befallen,
    clear() {
      clearInterval(lagging);
      jira.lagBehind(BELIEVED_LAG_MS);
      for (const { faults } of Object.values(all)) faults.weather = null;
    },
  };
}

function nameOf(fault: Fault): string {
  if (fault === 'after' || fault === 'cut-off') return 'done, answer lost';
  if (typeof fault === 'string') return fault;
  const done = fault.done ? 'done, then ' : '';
  return 'status' in fault ? `${done}${fault.status}` : `${done}no answer in time`;
}
