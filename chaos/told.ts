/** What a fault run found, in words. */
import type { Cause } from './doubt.js';
import { isClean, wrongWith } from './judge.js';
import { broken } from './promises.js';
import type { ChaosResult } from './run.js';

export interface Sums {
  lost: number;
  stuck: number;
  duplicates: number;
  odd: number;
  hidden: number;
  unknown: number;
  unexplained: number;
  healed: number;
}
export function sums({ verdicts, strays }: ChaosResult): Sums {
  const count = (of: (v: ChaosResult['verdicts'][number]) => readonly unknown[]) => verdicts.reduce((sum, v) => sum + of(v).length, 0);
  return {
    lost: count((v) => v.lost),
    stuck: verdicts.filter((v) => v.stuck.length > 0).length,
    duplicates: count((v) => v.twice),
    odd: count((v) => v.odd) + strays.length,
    hidden: count((v) => v.hidden),
    unknown: count((v) => v.unknown),
    unexplained: count((v) => v.unexplained),
    healed: count((v) => v.healed),
  };
}
export const failed = (result: ChaosResult): boolean => wrongs(result).length > 0;

const at = (sorted: readonly number[], share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const s = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** How many befell, of those whose name holds `word`. */
const count = (befallen: ChaosResult['befallen'], word = ''): number => Object.entries(befallen).reduce((sum, [name, n]) => (name.includes(word) ? sum + n : sum), 0);

/** A table in Markdown. */
export function told(result: ChaosResult): string {
  const { lost, stuck, duplicates, odd, hidden, unknown, unexplained, healed } = sums(result);
  const { plan, kills, post, befallen, onTheWire, reactedMs } = result;
  const causes = (cause: Cause) => result.verdicts.reduce((sum, v) => sum + v.causes.filter((one) => one === cause).length, 0);
  const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b);
  const down = (list: readonly number[]) => `p50 ${s(at(sorted(list), 0.5))}, p95 ${s(at(sorted(list), 0.95))}`;
  const rows: [string, string | number][] = [
    ['tickets', result.tickets],
    ['SIGKILL: worker, gateway, Temporal; planned', `${kills.worker}, ${kills.gateway}, ${kills.temporal}; ${plan.worker}, ${plan.gateway}, ${plan.temporal}`],
    ['workers that stood still and went on; planned', `${kills.zombie}; ${plan.zombie}`],
    ['processes that ended unasked', result.ownEnds],
    ['webhooks sent', post.sent],
    ['of them repeated, out of order, never delivered', `${post.repeated}, ${post.late}, ${post.lost} (${[post.repeated, post.late, post.lost].map((n) => `${Math.round((n / post.sent) * 100)}%`).join(', ')})`],
    ['of those out of order: overtaken for real', post.overtaken],
    ['webhooks answered 2xx; 503, with Retry-After; not at all', `${post.answers['202'] ?? 0}; ${post.answers['503'] ?? 0}, ${post.saidWhen}; ${post.answers['none'] ?? 0}`],
    ['faults of the outside systems', count(befallen) - count(befallen, 'behind')],
    ['of them: the work done, and no or a wrong answer', count(befallen, 'done')],
    ['of these, with the answer lost: an issue, a note, a mail', `${count(befallen, 'issue done')}, ${count(befallen, 'note done')}, ${count(befallen, 'mail done')}`],
    ['429 with Retry-After, 500, no answer in time, reset, half-close', `${count(befallen, ': 429')}, ${count(befallen, ': 500')}, ${count(befallen, 'no answer in time')}, ${count(befallen, ': reset')}, ${count(befallen, ': half-close')}`],
    ['searches of Jira that were behind', count(befallen, 'search behind')],
    ['faults on the wire (Toxiproxy), to the outside systems and to Temporal', onTheWire ? `${count(onTheWire)}, of them to Temporal ${count(onTheWire, 'temporal')}` : 'none: Toxiproxy was not there'],
    ['**lost** (an expected effect that is not there)', lost],
    ['**stuck** (a case that is not at its expected end)', stuck],
    ['**duplicates** (notes, replies, Admin, mail, open Jira issues)', duplicates],
    ['lines in a ledger that nobody expects', odd],
    ['Jira issues made twice and closed by the sweep (healed)', healed],
    ['mails of which nobody can know; not shown and flagged', `${unknown}; ${hidden}`],
    ['why: the mail server lost its answer to that mail; the worker that had it was killed or stood still', `${causes('answer lost')}; ${causes('worker stopped')}`],
    ['why, by time alone: the wire to the mail server was cut, or Temporal was away, while a worker had it', `${causes('wire cut')}; ${causes('Temporal away')}`],
    ['**unexplained**: in doubt, and nothing was done that is the cause', unexplained],
    ['reaction of a case, under all this: p50, p95, longest', `${s(at(reactedMs, 0.5))}, ${s(at(reactedMs, 0.95))}, ${s(reactedMs.at(-1) ?? 0)}`],
    ['recovery: a worker serves again after its SIGKILL', down(kills.downMs.worker)],
    ['recovery: the gateway', down(kills.downMs.gateway)],
    ['recovery: Temporal, with the time it was kept away', down(kills.downMs.temporal)],
    ['from the last fault until every case was at its end', s(result.settledMs)],
    ['still underway in Temporal when the last judgement was made', result.undrained.length],
    ['the whole run', s(result.tookMs)],
  ];
  return ['| | |', '|---|---|', ...rows.map(([what, n]) => `| ${what} | ${n} |`)].join('\n');
}

/** What is wrong, a line a ticket, and what the run did not do. */
export const wrongs = (result: ChaosResult): string[] => [
  ...broken(result).map((what) => `not as promised: ${what}`),
  ...(result.verdicts.length < result.tickets ? [`of ${result.tickets} tickets only ${result.verdicts.length} were judged`] : []),
  ...result.verdicts.flatMap((v) => (isClean(v) ? [] : [`${v.ticket} (${v.sample}): ${wrongWith(v).join('; ')}`])),
  ...result.undrained.map((what) => `still underway at the end: ${what}`),
  ...result.strays.map((line) => `of no ticket: ${line}`),
];
