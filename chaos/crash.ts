/** Command: `npm run crash -- --times 20`. Kills a worker at every crash point. Exit code 1 when an effect is lost or done twice. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { crash } from './crash/run.js';
import { crashTable } from './crash/table.js';
import { writeSection } from './report.js';

const whole = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('must be a whole number, at least 1.');
  return Number(text);
};
const { times, report } = new Command('npm run crash --')
  .description('SIGKILLs a worker before, in and after every outside effect, and counts what is there in the end.')
  .option('--times <n>', 'how often each point', whole, 1)
  .option('--report <file>', 'writes its section of this document')
  .parse()
  .opts<{ times: number; report?: string }>();

// Whatever was started goes with us.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
const dir = await mkdtemp(join(tmpdir(), 'onetouch-crash-'));
const results = await crash({ times, dir, say: (what) => console.log(what) });
const wrong = results.filter((r) => r.wrong.length > 0);
const table = crashTable(results);
console.log(`\n${table}\n`);
for (const r of wrong) console.log(`WRONG ${r.ticket} (${r.effect}, ${r.moment}): ${r.wrong.join(', ')}`);
if (report) await writeSection(report, 'crash', `${table}\n\nWritten by \`npm run crash -- --times ${times} --report ${report}\` on ${new Date().toISOString().slice(0, 10)}.`);
if (wrong.length === 0) await rm(dir, { recursive: true, force: true });
else console.log(`Logs: ${dir}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
