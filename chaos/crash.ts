/** Command: `npm run crash -- --times 20`. Kills a worker at every crash point. Exit code 1 when an effect is lost or done twice. */
import { Command, InvalidArgumentError } from 'commander';
import { quietRuntime } from '../tests/setup/quiet.js';
import { POINTS, type CrashEffect } from './crash-effect.js';
import { EFFECTS, FAMILIES, type Wanted } from './crash-points.js';
import { crashAddition, crashReport } from './crash-report.js';
import { crashAll, type Crash } from './crash-run.js';
import { openCrashSite } from './crash-site.js';
import { writeSection } from './report.js';

const whole = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('must be a whole number, at least 1.');
  return Number(text);
};
/** So many kills at one site: what its ledgers hold is looked through at every request, and takes longer each time. */
const KILLS_PER_SITE = 3;
/** So many cases one machine brings to their points at once; those of joined problems need others, which take their time. */
const AT_ONCE = 60;
const AT_ONCE_JOINED = 28;
/** One family after the other, at a site each; the lanes side by side, since a lost worker is waited for most of the time. */
const LANES = [[FAMILIES.cases], [FAMILIES.groups, FAMILIES.joined]];

const options = new Command('npm run crash --')
  .description('Kills a worker before, in and after every outside effect, and counts in the outside systems what is there.')
  .option('--times <n>', 'how often at each point', whole, 1)
  .option('--only <pattern>', 'the effects whose name matches, without regard to case')
  .option('--report <file>', 'writes its section of this document')
  .parse()
  .opts<{ times: number; only?: string; report?: string }>();

const { times, only } = options;
const isWanted = ({ name }: CrashEffect) => new RegExp(only ?? '', 'i').test(name);
const wanted = times * POINTS.length * EFFECTS.filter(isWanted).length;
if (wanted === 0) throw new Error(`No effect has a name like "${only}". There are: ${EFFECTS.map((e) => e.name).join('; ')}.`);

// Whatever was started goes with us.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
const began = Date.now();
quietRuntime();
const crashes: Crash[] = [];
let rounds = 0;
await Promise.all(LANES.map(async (families) => {
  for (const family of families) await crashFamily(family.filter(isWanted));
}));

async function crashFamily(effects: readonly CrashEffect[]): Promise<void> {
  const atOnce = effects.some((effect) => FAMILIES.joined.includes(effect)) ? AT_ONCE_JOINED : AT_ONCE;
  const points = effects.flatMap((effect) => POINTS.map((point) => ({ effect, point })));
  const all: Wanted[] = Array.from({ length: times }, (_, i) => points.map((p) => ({ ...p, carriedOut: i % 2 === 1 }))).flat();
  for (let at = 0; at < all.length; at += KILLS_PER_SITE * atOnce) {
    const site = await openCrashSite(['dist/worker.js']);
    try {
      const these = all.slice(at, at + KILLS_PER_SITE * atOnce);
      crashes.push(...(await crashAll(site, these, atOnce, (what) => console.log(`${Math.round((Date.now() - began) / 1_000)} s, kill ${++rounds}: ${what}; ${at} of ${all.length} before`))));
    } finally {
      await site.close();
    }
  }
}

const hit = crashes.filter((c) => c.missed === null).length;
const wrong = crashes.filter((c) => c.wrong !== null);
const command = ['npm run crash --', `--times ${times}`, only ? `--only ${JSON.stringify(only)}` : [], options.report ? `--report ${options.report}` : []].flat().join(' ');
const text = (only ? crashAddition : crashReport)(crashes, { wanted, rounds, command, tookMs: Date.now() - began });
console.log(`\n${text}\n`);
for (const { victim, wrong: what } of wrong) console.log(`WRONG ticket ${victim.ticketId}, ${victim.effect.name}, ${victim.point}: ${what}`);
if (hit < wanted) console.log(`Only ${hit} of ${wanted} were hit at their point.`);
if (options.report) await writeSection(options.report, only ? `crash ${only}` : 'crash', text);
process.exitCode = wrong.length > 0 || hit < wanted ? 1 : 0;
