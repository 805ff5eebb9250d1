/**
 * Entry: `npm start`. Everything embedded, with the sandbox company: sends the sample tickets as real signed
 * webhooks, shows how each case goes on, and keeps running until Ctrl-C.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, CommanderError } from 'commander';
import type { CaseRow } from './client/cases.js';
import { TemporalAway } from './client/errors.js';
import { pairs } from './client/print.js';
import { DEFAULT_URL } from './client/session.js';
import { DEFAULT_DATA, loadDevConfig, type DevConfig } from './config.js';
import { openData, type Data } from './dev/data.js';
import { preparePlay, type Play } from './dev/play.js';
import { freePorts } from './dev/ports.js';
import { change, deed, line, standing, summary } from './dev/screen.js';
import { startSystem, type System } from './dev/system.js';
import { SAMPLES } from './sandbox/samples.js';

interface Options {
  once?: true;
  samples: boolean;
  fresh?: true;
}

/** Within this time the samples have reached their expected ends, or they are taken not to. */
const SET_MS = 120_000;
const LOOK_MS = 400;
const INTERRUPTED = 130;
/** More cases than these are not followed in the terminal. */
const SHOWN = 500;

function readArguments(argv: string[]): Options {
  return new Command('npm start --')
    .description('The whole system with its sandbox company, on this machine.')
    .option('--once', 'end after the samples; the exit code tells whether all got there')
    .option('--no-samples', 'start it bare')
    .option('--fresh', 'forget what earlier starts left')
    .showHelpAfterError('"npm start -- --help" lists the options.')
    .exitOverride()
    .parse(argv, { from: 'user' })
    .opts<Options>();
}

/** Runs until it is told to stop. Resolves to the exit code. */
async function main(options: Options, config: DevConfig, stop: AbortSignal): Promise<number> {
  const began = Date.now();
  const ports = await freePorts(config.ports);
  const data = await openData(config.dataDir, { fresh: options.fresh ?? false, apiToken: config.apiToken });
  try {
    console.log('Starting the Temporal server, the sandbox company, the worker and the gateway …');
    const system = await startSystem(config, ports, data);
    try {
      console.log(addresses(system, data, began));
      return await Promise.race([run(options, system, data, stop), failure(system)]);
    } finally {
      console.log('Ending: what is under way is finished …');
      await system.stop();
      console.log('Ended. Nothing is left running.');
    }
  } finally {
    await data.release();
  }
}

async function failure({ failed }: System): Promise<never> {
  await failed;
  throw new Error('The worker has ended by itself.');
}

async function run(options: Options, system: System, data: Data, stop: AbortSignal): Promise<number> {
  const since = new Date().toISOString();
  let names = (_ticket: string): string | undefined => undefined;
  const say = (ticket: string, what: string) => console.log(line(new Date(), ticket, names(ticket) ?? subjectOf(system, ticket), what));
  const follow = follower(system, say);
  await follow();
  let exitCode = 0;

  if (options.samples) {
    const { company, cases, gateway, config } = system;
    const play = preparePlay({ samples: SAMPLES, company, cases, data, gatewayUrl: gateway.url, holdMs: config.clocks.holdMs, say: (ticket, what) => say(ticket, deed(what)) });
    names = play.nameOf;
    exitCode = await perform(play, follow, since, stop);
  }
  if (stop.aborted) return options.once ? INTERRUPTED : 0;
  if (options.once) return exitCode;
  console.log('\nIt keeps running, and shows what changes. Ctrl-C ends it; the next start goes on where this one ended.\n');
  while (!stop.aborted) {
    await follow();
    await pause(stop, LOOK_MS * 2);
  }
  return exitCode;
}

/** Sends the samples and follows them until all are through. Resolves to the exit code. */
async function perform(play: Play, follow: Follow, since: string, stop: AbortSignal): Promise<number> {
  const unsent = play.unsent().length;
  const known = SAMPLES.length - unsent;
  if (known > 0) console.log(`${known} sample tickets of an earlier start go on; what changes is shown.`);
  if (unsent > 0) console.log(`${unsent} sample tickets go out as signed webhooks. Waits are real: where 48 hours are nearly over, it takes seconds.`);
  console.log('Below: time, ticket, sample, then what its case does (→) or a person (·).\n');
  const began = Date.now();
  const until = began + SET_MS;
  const sending = play.send();
  sending.catch(() => {});
  while (!stop.aborted && Date.now() < until) {
    const rows = await follow();
    if (rows) await play.look(rows);
    if (play.through()) break;
    await pause(stop, LOOK_MS);
  }
  await sending;
  if (stop.aborted) return 0;

  const results = await play.results(since);
  const there = results.filter((r) => r.reached).length;
  console.log(`\n${summary(results, process.stdout.columns ?? 120)}\n`);
  console.log(`${there} of ${results.length} samples have reached their expected end (${seconds(began)} s).`);
  return there === results.length ? 0 : 1;
}

type Follow = () => Promise<ReadonlyMap<string, CaseRow> | null>;

/** Shows what has changed since it last looked; answers null where Temporal did not. */
function follower({ cases }: System, say: (ticket: string, what: string) => void): Follow {
  const shown = new Map<string, CaseRow>();
  /** What earlier starts left is no news. */
  let first = true;
  return async () => {
    try {
      const rows = (await cases.list({ limit: SHOWN })).reverse();
      for (const row of rows) {
        const before = shown.get(row.ticketId);
        if (!row.stage || (before && standing(before) === standing(row))) continue;
        shown.set(row.ticketId, row);
        if (!first) say(row.ticketId, change(before, row));
      }
      first = false;
      return new Map(rows.map((row) => [row.ticketId, row]));
    } catch (error) {
      if (error instanceof TemporalAway) return null;
      throw error;
    }
  };
}

function subjectOf({ company }: System, ticket: string): string {
  return company.helpdesk.tickets().find(({ id }) => id === ticket)?.subject ?? '';
}

const seconds = (began: number): string => ((Date.now() - began) / 1000).toFixed(1);
const pause = (stop: AbortSignal, ms: number): Promise<void> => sleep(ms, undefined, { signal: stop }).catch(() => {});

function addresses(system: System, data: Data, began: number): string {
  const { gateway: { url }, company, uiUrl } = system;
  const cli = [
    ...(url === DEFAULT_URL ? [] : [`ONETOUCH_URL=${url}`]),
    ...(data.dir === DEFAULT_DATA ? [] : [`ONETOUCH_DATA=${data.dir}`]),
    'npx onetouch',
  ].join(' ');
  return [
    `Everything runs, after ${seconds(began)} s.\n`,
    pairs([
      ['  Sandbox company', `${company.page.url}  (tickets, Jira, members, mail: play every part here)`],
      ['  Mail', `${company.page.url}/#mail`],
      ['  Temporal UI', uiUrl],
      ['  API', `${url}/api/cases  (Authorization: Bearer ${data.apiToken})`],
      ['  CLI', `${cli} cases`],
      ['  Sign-in', `${cli} login  (as anyone of the company, at ${company.identity!.url})`],
      ['  Kept in', `${data.dir}  (with the logs; --fresh forgets it)`],
    ]),
    '',
  ].join('\n');
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    // The second time it is meant: the Temporal server is killed with us.
    if (stop.signal.aborted) process.exit(INTERRUPTED);
    stop.abort();
  });

try {
  process.exitCode = await main(readArguments(process.argv.slice(2)), loadDevConfig(), stop.signal);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
