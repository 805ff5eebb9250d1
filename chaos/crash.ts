/** Command: `npm run crash -- --times 20`. Kills a worker at every crash point. Exit code 1 when an effect is lost or done twice. */
import { Command, InvalidArgumentError } from 'commander';
import { quietRuntime } from '../tests/setup/quiet.js';
import { POINTS } from './crash-effect.js';
import { EFFECTS, type Wanted } from './crash-points.js';
import { crashAddition, crashReport } from './crash-report.js';
import { crashAll, type Crash } from './crash-run.js';
import { openCrashSite } from './crash-site.js';
import { writeSection } from './report.js';

const whole = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('must be a whole number, at least 1.');
  return Number(text);
};
/** So many kills at one site: what its ledgers hold is looked through at every request, and takes longer each time. */
const KILLS_PER_SITE = 2;

const options = new Command('npm run crash --')
  .description('Kills a worker before, in and after every outside effect, and counts in the outside systems what is there.')
  .option('--times <n>', 'how often at each point', whole, 1)
  .option('--together <n>', 'how often at each point by one kill', whole, 1)
  .option('--only <pattern>', 'the effects whose name matches, without regard to case')
  .option('--report <file>', 'writes its section of this document')
  .parse()
  .opts<{ times: number; together: number; only?: string; report?: string }>();

const { times, together, only } = options;
const effects = EFFECTS.filter(({ name }) => new RegExp(only ?? '', 'i').test(name));
if (effects.length === 0) throw new Error(`No effect has a name like "${only}". There are: ${EFFECTS.map((e) => e.name).join('; ')}.`);

const began = Date.now();
quietRuntime();
const points = effects.flatMap((effect) => POINTS.map((point) => ({ effect, point })));
const wanted: Wanted[] = Array.from({ length: times }, (_, i) => points.map((p) => ({ ...p, carriedOut: i % 2 === 1 }))).flat();
const crashes: Crash[] = [];
const atOnce = together * points.length;
let rounds = 0;
for (let at = 0; at < wanted.length; at += KILLS_PER_SITE * atOnce) {
  const site = await openCrashSite(['dist/worker.js']);
  try {
    const these = wanted.slice(at, at + KILLS_PER_SITE * atOnce);
    crashes.push(...(await crashAll(site, these, atOnce, (what) => console.log(`kill ${++rounds}: ${what}, after ${at} before`))));
  } finally {
    await site.close();
  }
}
const hit = crashes.filter((c) => c.missed === null).length;
const wrong = crashes.filter((c) => c.wrong !== null);
const command = ['npm run crash --', `--times ${times}`, together === 1 ? [] : `--together ${together}`, only ? `--only ${JSON.stringify(only)}` : [], options.report ? `--report ${options.report}` : []].flat().join(' ');
const text = (only ? crashAddition : crashReport)(crashes, { wanted: wanted.length, rounds, command, tookMs: Date.now() - began });
console.log(`\n${text}\n`);
for (const { victim, wrong: what } of wrong) console.log(`WRONG ticket ${victim.ticketId}, ${victim.effect.name}, ${victim.point}: ${what}`);
if (hit < wanted.length) console.log(`Only ${hit} of ${wanted.length} were hit at their point.`);
if (options.report) await writeSection(options.report, only ? `crash ${only}` : 'crash', text);
process.exitCode = wrong.length > 0 || hit < wanted.length ? 1 : 0;
