/** One fault run, from the first ticket to the verdict. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';
import { auditor } from '../src/client/audit.js';
import type { Company } from '../src/sandbox/company.js';
import { mailAttempts } from './attempts.js';
import { drained } from './drain.js';
import { unansweredBy, type Evidence } from './doubt.js';
import { asItIs, isClean, judge, strays, wrongWith, type Verdict } from './judge.js';
import { kills, type KillCounts, type KillPlan } from './kills.js';
import { people } from './people.js';
import { post } from './post.js';
import { missing, type Storm } from './promises.js';
import { random } from './random.js';
import { startSystem } from './system.js';
import { storm, type Befallen } from './weather.js';

export interface ChaosOptions {
  tickets: number;
  seed: number;
  plan: KillPlan;
  /** How long faults are injected and tickets opened, ms. */
  stormMs: number;
  /** How long cases have to reach their ends afterwards, ms. */
  calmMs: number;
  sweepMinutes: number;
  dir: string;
  /** Where Toxiproxy is, for faults on the wire. */
  toxiproxy?: string | undefined;
  say(what: string): void;
}
export interface ChaosResult extends Storm {
  seed: number;
  kills: KillCounts;
  /** By Toxiproxy; null without it. */
  onTheWire: Befallen | null;
  verdicts: Verdict[];
  /** What was underway all the same when the last judgement was made. */
  undrained: string[];
  /** Lines in the ledgers that belong to no ticket and no problem of the run. */
  strays: string[];
  /** From what a person did until the case was seen to have reacted, ms, sorted. */
  reactedMs: number[];
  /** From the last fault until the last case was at its end, ms. */
  settledMs: number;
  tookMs: number;
  ownEnds: number;
}

const JUDGED_TOGETHER = 8;
/** Until every promised kind of fault has come, the storm goes on for so many times its length at the most. */
const LONGER = 2;
/** How long a run whose time is over may take to come to rest. */
const DRAIN_MS = 3 * 60_000;

/** Rejects only when the run itself cannot go on. */
export async function chaos(o: ChaosOptions): Promise<ChaosResult> {
  const began = Date.now();
  const r = random(o.seed);
  const [forPost, forPeople, forWeather, forKills, forWires] = [r.fork(), r.fork(), r.fork(), r.fork(), r.fork()];
  const system = await startSystem({ dir: o.dir, toxiproxy: o.toxiproxy, env: { SWEEP_MINUTES: String(o.sweepMinutes) } });
  try {
    const { company } = system;
    const way = post(system.gatewayUrl, forPost);
    company.pointWebhooksAt(way.deliver);
    const weather = storm(company, forWeather);
    const onTheWire = system.wires?.storm(forWires);
    o.say('The storm begins.');
    const crowd = people(system, o.tickets, o.stormMs * 0.9, forPeople);
    let last = '';
    const telling = setInterval(() => {
      const how = `${crowd.played.length} tickets, ${crowd.played.filter((p) => p.arrived).length} at their end`;
      if (how !== last) o.say(how);
      last = how;
    }, 15_000);
    const [killed] = await Promise.all([kills(system, o.plan, o.stormMs, forKills, o.say), crowd.opened, sleep(o.stormMs)]);
    // On a busy machine the work may lag behind the storm: what is promised has to meet it all the same.
    for (const longest = Date.now() + o.stormMs * LONGER; Date.now() < longest && missing({ tickets: o.tickets, befallen: weather.befallen }).length > 0; ) await sleep(500);
    weather.clear();
    await onTheWire?.clear();
    way.calm();
    const calmAt = Date.now();
    o.say('The storm is over.');

    const verdicts = new Map<string, Verdict>();
    const audit = auditor(system.temporal.client, { deadlineMs: 30_000 });
    const attempts = (ticket: string) => mailAttempts(system.temporal.client, ticket);
    const evidence = (): Evidence => ({
      unanswered: unansweredBy(company),
      stops: system.workers.flatMap(({ stops }) => stops),
      mailCut: onTheWire?.cut('mail') ?? [],
      temporalAway: [...killed.temporalAway, ...(onTheWire?.cut('temporal') ?? [])],
    });
    const judgeAll = async (which: (verdict: Verdict | undefined) => boolean) => {
      const now = asItIs(company);
      const those = crowd.played.filter((one) => which(verdicts.get(one.ticket)));
      await pMap(those, async (one) => verdicts.set(one.ticket, await judge(one, now, { cases: system.cases, record: audit.ofCase, attempts, evidence: evidence() })), { concurrency: JUDGED_TOGETHER });
    };
    const until = calmAt + o.calmMs;
    let arrivedAt = calmAt;
    for (;;) {
      while (!crowd.through() && Date.now() < until) await sleep(500);
      arrivedAt = Date.now();
      await company.idle();
      // What is not in order may still be on its way: the sweep comes, an activity is tried again.
      await judgeAll((verdict) => !verdict || !isClean(verdict));
      const unclean = [...verdicts.values()].filter((verdict) => !isClean(verdict));
      if (unclean.length === 0 || Date.now() >= until) break;
      o.say(`${unclean.length} are not in order yet, among them ${unclean[0]!.ticket} (${unclean[0]!.sample}): ${wrongWith(unclean[0]!).join('; ')}`);
      await sleep(3_000);
    }
    const settledMs = arrivedAt - calmAt;
    clearInterval(telling);
    await crowd.leave();
    // What comes twice may come late, and what was in order may have moved on: nothing may be underway that could still do it.
    const undrained = await drained({ client: system.temporal.client, outside: company, calmAt, until: Math.max(until, Date.now() + DRAIN_MS), say: o.say });
    await judgeAll(() => true);
    await keepLedgers(company, o.dir);
    const ownEnds = [system.gateway, ...system.workers].flatMap((part) => part.ownEnds);
    for (const words of ownEnds) o.say(`ended unasked: ${words}`);
    return {
      seed: o.seed,
      tickets: o.tickets,
      plan: o.plan,
      kills: killed,
      post: way.counts,
      befallen: weather.befallen,
      onTheWire: onTheWire?.befallen ?? null,
      verdicts: [...verdicts.values()],
      undrained,
      strays: strays(asItIs(company), crowd.played),
      reactedMs: crowd.played.flatMap((p) => p.reactedMs).sort((a, b) => a - b),
      settledMs,
      tookMs: Date.now() - began,
      ownEnds: ownEnds.length,
    };
  } finally {
    await system.close();
  }
}

/** The plan of a run of so many tickets: for 2,000, 100 workers, 20 gateways, 10 times Temporal, 20 zombies. */
export const planFor = (tickets: number): KillPlan => ({
  worker: Math.max(2, Math.round(tickets / 20)),
  gateway: Math.max(1, Math.round(tickets / 100)),
  temporal: Math.max(1, Math.round(tickets / 200)),
  zombie: Math.max(1, Math.round(tickets / 100)),
});

/** What was judged stays beside the logs. */
async function keepLedgers({ helpdesk, jira, admin, mail }: Company, dir: string): Promise<void> {
  const ledgers = { helpdesk: helpdesk.ledger, jira: jira.ledger, admin: admin.ledger, mail: mail.ledger };
  await writeFile(join(dir, 'ledgers.json'), JSON.stringify({ ...ledgers, issues: jira.issues(), messages: mail.messages }, null, 1));
}
