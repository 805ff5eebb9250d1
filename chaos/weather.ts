/** The outside systems on a very bad day: what befalls each request, dealt from a seed. */
import type { Asked, Fault, Faults } from '../src/sandbox/faults.js';
import type { Company } from '../src/sandbox/company.js';
import type { Random } from './random.js';

/** How often a fault comes, as cards of a deck: of 50 writes 7 meet one, of 50 reads 1; of 25 commands to the mail server 2. */
const CHANCES = { write: [7, 50], read: [1, 50], smtp: [2, 25] } as const;
/** Of each of these, one in seven meets a fault, whatever else there is. */
const PROMISED_CHANCE = [1, 7] as const;
/** What the worker believes of Jira's search; the index may be further behind than that. */
export const BELIEVED_LAG_MS = 3_000;
const LAGS_MS = [0, 1_000, BELIEVED_LAG_MS, BELIEVED_LAG_MS, BELIEVED_LAG_MS * 3];
const LAG_CHANGES_MS = 5_000;

type Make = (r: Random) => Fault;
const tooLong = (r: Random) => ({ hangMs: r.int(16_000, 20_000) });
const busy: Make = (r) => ({ status: 429, headers: { 'retry-after': String(r.int(1, 3)) } });
const lost: Make[] = [() => 'after', () => 'after', () => 'after', () => 'cut-off', (r) => ({ ...tooLong(r), done: true })];
/** The client gives up after 15 s. */
const HTTP: readonly Make[] = [
  busy,
  busy,
  busy,
  ...[500, 502, 503].map((status) => () => ({ status })),
  ...(['reset', 'reset', 'half-close', 'half-close'] as const).map((fault) => () => fault),
  ...lost,
  ...Array.from({ length: 3 }, () => () => ({ status: 500, done: true as const })),
  tooLong,
];
const SMTP = (command: string): readonly Make[] => [
  ...[421, 451, 452, 451].map((status) => () => ({ status })),
  ...(['reset', 'reset', 'half-close'] as const).map((fault) => () => fault),
  ...(command === 'DATA' ? lost.slice(0, 3) : []),
  (r) => ({ hangMs: r.int(2_000, 5_000) }),
];

/** What a run promises to lose the answer to, by `system`: the work is done, and nobody hears of it. */
const PROMISED: Partial<Record<string, { what: string; is(asked: Asked): boolean }>> = {
  jira: { what: 'issue', is: ({ method, path }) => method === 'POST' && path.endsWith('/issue') },
  helpdesk: { what: 'note', is: ({ method, body }) => method === 'PUT' && body.includes('"comment"') },
  mail: { what: 'mail', is: ({ method }) => method === 'DATA' },
};

/** How often each fault befell, by `system fault`. */
export type Befallen = Record<string, number>;

/** What has to befall in a run of a hundred tickets or more, each by what it is called in the counts. */
export const PROMISES: readonly (readonly [promise: string, name: RegExp])[] = [
  ['429 with Retry-After', /: 429, with Retry-After$/],
  ['500', /: 500$/],
  ['no answer in time', /: no answer in time$/],
  ['reset', /: reset$/],
  ['half-close', /: half-close$/],
  ...Object.values(PROMISED).map((promised) => [`${promised!.what} done, answer lost`, new RegExp(`: ${promised!.what} done, answer lost$`)] as const),
  ["a search of Jira's that is behind", /^jira: search behind$/],
];

/** Lets it storm until `clear()`. */
export function storm({ helpdesk, jira, admin, mail }: Company, random: Random) {
  const befallen: Befallen = {};
  const count = (name: string) => (befallen[name] = (befallen[name] ?? 0) + 1);
  const begin = (system: string, faults: Faults, r: Random) => {
    const dice = (chance: readonly [number, number]) => r.deck(Array.from({ length: chance[1] }, (_, i) => i < chance[0]));
    const befalls = { write: dice(CHANCES.write), read: dice(CHANCES.read), smtp: dice(CHANCES.smtp), promised: dice(PROMISED_CHANCE) };
    const makes = { http: r.deck(HTTP), RCPT: r.deck(SMTP('RCPT')), DATA: r.deck(SMTP('DATA')), lost: r.deck(lost.slice(0, 3)) };
    const promised = PROMISED[system];
    let promisedFaults = 0;
    faults.weather = (asked) => {
      const { method, path } = asked;
      const isPromised = promised?.is(asked) ?? false;
      // Signing in is a write by its method alone.
      const isWrite = method !== 'GET' && !/search|oauth/.test(path);
      const befall = isPromised ? befalls.promised : system === 'mail' ? befalls.smtp : isWrite ? befalls.write : befalls.read;
      if (!befall()) return null;
      // Every second fault of these is the promised one, and so is the first.
      const make = isPromised && promisedFaults++ % 2 === 0 ? makes.lost : system === 'mail' ? makes[method as 'RCPT' | 'DATA'] : makes.http;
      const fault = make()(r);
      count(`${system}: ${isPromised && isLost(fault) ? `${promised!.what} ` : ''}${nameOf(fault)}`);
      if (system === 'jira' && isPromised && isLost(fault)) keepBehind();
      return fault;
    };
  };
  const all = { helpdesk, jira, admin, mail };
  for (const [system, { faults }] of Object.entries(all)) begin(system, faults, random.fork());
  const lag = random.deck(LAGS_MS);
  const behind = jira.searchesBehind;
  const countBehind = () => void (befallen['jira: search behind'] = jira.searchesBehind - behind);
  const lagging = setInterval(() => {
    jira.lagBehind(lag());
    countBehind();
  }, LAG_CHANGES_MS);
  /** Whoever lost the answer to an issue looks for it soon: until one has looked in vain, the index is then at its furthest. */
  function keepBehind(): void {
    if (jira.searchesBehind > behind) return;
    jira.lagBehind(Math.max(...LAGS_MS));
    lagging.refresh();
  }
  return {
    befallen,
    clear() {
      clearInterval(lagging);
      countBehind();
      jira.lagBehind(BELIEVED_LAG_MS);
      for (const { faults } of Object.values(all)) faults.weather = null;
    },
  };
}

const isLost = (fault: Fault): boolean => fault === 'after' || fault === 'cut-off' || (typeof fault === 'object' && 'hangMs' in fault && fault.done === true);

function nameOf(fault: Fault): string {
  if (isLost(fault)) return 'done, answer lost';
  if (typeof fault === 'string') return fault;
  const done = fault.done ? 'done, then ' : '';
  return 'status' in fault ? `${done}${fault.status}${fault.headers?.['retry-after'] ? ', with Retry-After' : ''}` : `${done}no answer in time`;
}
