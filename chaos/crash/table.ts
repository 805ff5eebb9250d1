/** What came of the crash points, as a table in Markdown. */
import { EFFECTS, MOMENTS } from './points.js';
import type { PointResult } from './round.js';

/** Each cell: in order of tried, with the mails shown as unknown. */
export function crashTable(results: readonly PointResult[]): string {
  const cell = (effect: string, moment: string): string => {
    const of = results.filter((r) => r.effect === effect && r.moment === moment);
    if (of.length === 0) return '(as above)';
    const unknown = of.filter((r) => r.unknown).length;
    return `${of.filter((r) => r.wrong.length === 0).length}/${of.length}${unknown ? `, ${unknown} unknown` : ''}`;
  };
  const recovered = results.map((r) => r.recoveredMs).sort((a, b) => a - b);
  const p = (share: number) => ((recovered[Math.min(recovered.length - 1, Math.floor(recovered.length * share))] ?? 0) / 1_000).toFixed(1);
  return [
    '| killed | before the call | after it was sent | after it was done | after its answer |',
    '|---|---|---|---|---|',
    ...EFFECTS.map(({ name }) => `| ${name} | ${MOMENTS.map((m) => cell(name, m)).join(' | ')} |`),
    '',
    `${results.length} crash points, ${results.filter((r) => r.wrong.length > 0).length} not in order. From the SIGKILL until everything was there: p50 ${p(0.5)} s, p95 ${p(0.95)} s.`,
  ].join('\n');
}
