/** The report of the crash points, as a section of docs/reliability.md. */
import { POINTS } from './crash-effect.js';
import { EFFECTS } from './crash-points.js';
import type { Crash } from './crash-run.js';

const seconds = (ms: number | undefined): string => (ms === undefined ? '' : `${(ms / 1_000).toFixed(1)} s`);
/** The smallest of the sorted values that at least this share of them does not exceed. */
const quantile = (sorted: readonly number[], share: number): number | undefined => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
const recoveries = (crashes: readonly Crash[]): number[] => crashes.flatMap(({ recoveryMs }) => recoveryMs ?? []).sort((a, b) => a - b);

/** One line for each effect and point. */
export function crashTable(crashes: readonly Crash[]): string {
  const hit = crashes.filter((c) => c.missed === null);
  const line = (name: string, point: string, of: readonly Crash[]): string => {
    const times = recoveries(of);
    const cells = [
      name,
      point,
      of.length,
      of.filter((c) => c.times === 1).length,
      of.filter((c) => c.mailInDoubt).length,
      of.filter((c) => c.wrong !== null).length,
      seconds(quantile(times, 0.5)),
      seconds(quantile(times, 0.95)),
    ];
    return `| ${cells.join(' | ')} |`;
  };
  const lines = EFFECTS.flatMap((effect) =>
    POINTS.map((point) => ({ point, of: hit.filter((c) => c.victim.effect === effect && c.victim.point === point) }))
      .filter(({ of }) => of.length > 0)
      .map(({ point, of }) => line(effect.name, point, of)),
  );
  return [
    '| effect | killed | runs | made exactly once | mail in doubt, and shown | wrong | recovery, median | p95 |',
    '|---|---|---|---|---|---|---|---|',
    ...lines,
    line('**all**', '', hit),
  ].join('\n');
}

export interface RunOfCrashes {
  /** How many cases were to be met at their point, and by how many kills that was tried. */
  wanted: number;
  rounds: number;
  command: string;
  tookMs: number;
}

/** What a run of some of the effects adds to the section of all. */
export const crashAddition = (crashes: readonly Crash[], o: RunOfCrashes): string =>
  `Run by themselves: of ${o.wanted} cases ${crashes.filter((c) => c.missed === null).length} were met at their point, by ${o.rounds} kills; wrong, of all of them: ${crashes.filter((c) => c.wrong !== null).length}.

${crashTable(crashes)}

Written by \`${o.command}\` (${Math.round(o.tookMs / 1_000)} s).`;

/** The section's text: what was done, its table, and how to read it. */
export function crashReport(crashes: readonly Crash[], o: RunOfCrashes): string {
  const missed = crashes.filter((c) => c.missed !== null);
  const wrong = crashes.filter((c) => c.wrong !== null);
  return `A worker process is killed (SIGKILL) at a known moment of one effect of one case, and another one is started. Of
${o.wanted} cases ${crashes.length - missed.length} were met at that moment, by ${o.rounds} kills that met many each. What came of it is read from the
ledgers of the stand-ins and the box of the mail server, for every effect of the case, and once more at the end.

| killed | when |
|---|---|
| before | the last request before the effect's own is stopped: what the activity looks at before it acts |
| sent | the effect's request has left the worker; by turns it is lost, or carried out although nobody waits any more |
| done | the other side did it; its answer has not arrived |
| answered | the worker has read the answer: its next request is stopped, or its completion is on the wire to Temporal and never arrives |

For a mail these are: before \`RCPT TO\` is passed on; all of \`DATA\` is said; it is kept and the 250 is on its way; the 250 was
read and the note on the ticket is about to be written. An issue's priority is set, and ops are mailed, without a look before: that is
cut off on its way.

${crashTable(crashes)}

**Exactly once**: the effect of the line. A mail that was cut short is never repeated by itself: where the ticket does not say
that it went, an agent is asked (\`Needs = mail-check\`), whether it is in the member's box or not; of a mail to ops the problem is
flagged. A look as a member that had
ended when nobody heard of it yet is taken again, under the same key: then there are two, and both have ended. A problem's
figures are set, not added to: those that nobody heard of are written again, as they are. **Wrong** are
cases with anything lost, anything twice, a mail in doubt that nobody is asked about, or another stage than expected: ${wrong.length}.
**Recovery** is from the kill to the case's next effect (where none was left to do, until the case had found that out). A worker
that is lost while it files, mails, works for a problem or looks at a group and changes it is missed after 20 s, in other activities
after 30 s, and the new one needs its start.
${missed.length === 0 ? '' : `\n${missed.length} more were somewhere else when the kill came, since the machine was busy; of these, wrong: ${missed.filter((c) => c.wrong !== null).length}.\n`}
Written by \`${o.command}\` (${Math.round(o.tookMs / 1_000)} s).`;
}
