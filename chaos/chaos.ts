/**
 * Command: `npm run chaos -- --tickets N --seed S`. Runs the whole system in bad times and holds every ticket against
 * what is expected of it. Exit code 1 when anything is lost, stuck, done twice, odd, hidden or unexplained, or the run did not
 * do what it promises.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { commit } from './build.js';
import { anySeed } from './random.js';
import { seedsIn } from './seeds.js';
import { writeSection } from './report.js';
import { chaos, planFor } from './run.js';
import { failed, told, wrongs } from './told.js';

/** Seeds that found something once. */
const KEPT = fileURLToPath(new URL('../tests/chaos/seeds', import.meta.url));

const number = (text: string): number => {
  const n = Number(text);
  if (!Number.isFinite(n) || n < 0) throw new InvalidArgumentError('must be a number.');
  return n;
};
const options = new Command('npm run chaos --')
  .description('A fault run: kills, faults of the outside systems, webhooks lost; at the end everything is compared.')
  .option('--tickets <n>', 'how many; with --kept, no more than so many of each', number)
  .option('--seed <n>', 'makes the same choices again', number)
  .option('--kept', 'the seeds that found something once, one run each')
  .option('--in-turn', 'with --kept, one of them: the next one each day')
  .option('--kills-of <tickets>', 'as many kills as in a run of so many tickets', number)
  .option('--minutes <n>', 'how long the storm lasts; by the number of tickets when absent', number)
  .option('--calm <minutes>', 'how long the cases have to reach their ends afterwards', number, 8)
  .option('--sweep <minutes>', 'how often what a webhook lost is looked for', number)
  .option('--keep', 'leaves logs and database behind')
  .option('--report <file>', 'writes its section of this document')
  .parse()
  .opts<{ tickets?: number; seed?: number; kept?: true; inTurn?: true; killsOf?: number; minutes?: number; calm: number; sweep?: number; keep?: true; report?: string }>();

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MS_A_TICKET = 420;
const SHORTEST_MS = 60_000;
const MANY = 500;

const build = await commit(options.report);
// Whatever was started goes with us.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
const runs = options.kept ? await keptSeeds(options.tickets) : [{ seed: options.seed ?? anySeed(), tickets: options.tickets ?? 100 }];
for (const run of runs) if (!(await one(run))) process.exitCode = 1;

async function one(run: { seed: number; tickets: number }): Promise<boolean> {
  const dir = await mkdtemp(join(tmpdir(), 'onetouch-chaos-'));
  const plan = planFor(options.killsOf ?? run.tickets);
  const stormMs = options.minutes ? options.minutes * MINUTE_MS : Math.max(SHORTEST_MS, run.tickets * MS_A_TICKET);
  const sweepMinutes = options.sweep ?? (run.tickets > MANY ? 1 : 0.2);
  const began = Date.now();
  const say = (what: string) => console.log(`${String(Math.round((Date.now() - began) / 1_000)).padStart(5)} s  ${what}`);
  console.log(`Commit ${build}: ${said({ ...run, stormMs, sweepMinutes })}`);
  console.log(`Seed ${run.seed}, ${run.tickets} tickets over ${Math.round(stormMs / 1_000)} s, kills: ${JSON.stringify(plan)}; logs in ${dir}`);
  const result = await chaos({ ...run, plan, toxiproxy: process.env['TOXIPROXY_SERVER'], stormMs, calmMs: options.calm * MINUTE_MS, sweepMinutes, dir, say });
  console.log(`\n${told(result)}\n`);
  for (const line of wrongs(result)) console.log(`WRONG ${line}`);
  const ok = !failed(result);
  console.log(ok ? `Seed ${run.seed}: nothing lost, nothing stuck, nothing twice.` : `Seed ${run.seed} FAILED. Keep it in tests/chaos/seeds: "${run.seed} ${run.tickets}". Logs: ${dir}`);
  if (options.report) {
    const wrong = wrongs(result).map((line) => `- ${line}`).join('\n');
    const command = `npm run chaos -- ${said({ ...run, stormMs, sweepMinutes })} --report ${options.report}`;
    await writeSection(options.report, 'chaos', `${told(result)}\n\n${wrong ? `${wrong}\n\n` : ''}Written by \`${command}\` on ${new Date().toISOString().slice(0, 10)}, at commit ${build}${process.env['TOXIPROXY_SERVER'] ? '' : ', without Toxiproxy'}.`);
  }
  if (ok && !options.keep) await rm(dir, { recursive: true, force: true });
  return ok;
}

/** Every option as it was in force, those that were not given included: the same line makes the same run. */
function said({ seed, tickets, stormMs, sweepMinutes }: { seed: number; tickets: number; stormMs: number; sweepMinutes: number }): string {
  const all = { tickets, seed, 'kills-of': options.killsOf ?? tickets, minutes: stormMs / MINUTE_MS, calm: options.calm, sweep: sweepMinutes };
  return Object.entries(all).map(([name, value]) => `--${name} ${value}`).join(' ');
}

/** Lines of `seed tickets`, with what it found after a `#`. */
async function keptSeeds(most = Infinity): Promise<{ seed: number; tickets: number }[]> {
  const runs = seedsIn(await readFile(KEPT, 'utf8')).map(({ seed, tickets }) => ({ seed, tickets: Math.min(tickets, most) }));
  // Cut to as many tickets, two may be the same.
  const kept = runs.filter((run, i) => runs.findIndex(({ seed, tickets }) => seed === run.seed && tickets === run.tickets) === i);
  return options.inTurn ? kept.slice(Math.floor(Date.now() / DAY_MS) % kept.length).slice(0, 1) : kept;
}
