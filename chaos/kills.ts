/** Who is killed or stood still, and when. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Span } from './doubt.js';
import type { Random } from './random.js';
import type { Part, System } from './system.js';

export interface KillPlan {
  /** How many of each. */
  worker: number;
  gateway: number;
  temporal: number;
  /** Workers that stand still for longer than it takes to be missed, and then go on. */
  zombie: number;
}
export type KillCounts = KillPlan & {
  /** How long each part did not serve after it was killed, in ms. */
  downMs: { worker: number[]; gateway: number[]; temporal: number[] };
  /** When Temporal was away. */
  temporalAway: Span[];
};

/** One that has just come up is let do some work first: on a busy machine nothing would ever be done. */
const SERVES_MS = 6_000;
/** A worker is missed after 20 or 30 s. */
const ZOMBIE_MS = [22_000, 40_000] as const;
/** The first time Temporal is away for longer; a whole minute where it is killed more often. */
const AWAY_MS = 10_000;
const LONG_AWAY_MS = 60_000;

/** Spreads the plan over so long, by chance. Resolves when every part serves again. */
export async function kills(system: System, plan: KillPlan, withinMs: number, r: Random, say: (what: string) => void): Promise<KillCounts> {
  const done: KillCounts = { worker: 0, gateway: 0, temporal: 0, zombie: 0, downMs: { worker: [], gateway: [], temporal: [] }, temporalAway: [] };
  const acts = (Object.keys(plan) as (keyof KillPlan)[]).flatMap((what) =>
    Array.from({ length: plan[what] }, (_, i) => ({ what, at: ((i + r.next()) / plan[what]) * withinMs, chance: r.fork() })),
  );
  acts.sort((a, b) => a.at - b.at);
  const began = Date.now();
  const underway: Promise<void>[] = [];
  let temporalKills = 0;
  for (const { what, at, chance } of acts) {
    await sleep(Math.max(0, began + at - Date.now()));
    const acting = act(what, chance);
    underway.push(acting);
    // Temporal is killed once at a time.
    if (what === 'temporal') await acting;
    // Two parts may be down at once; one part is not killed twice at once.
    await sleep(50);
  }
  await Promise.all(underway);
  return done;

  async function theOne(chance: Random): Promise<System['workers'][number]> {
    for (;;) {
      const up = system.workers.filter((w) => !w.down && !w.still && Date.now() - w.servesSince > SERVES_MS);
      if (up.length > 0) return chance.pick(up);
      await sleep(100);
    }
  }

  async function killOf(what: 'worker' | 'gateway', part: Part, restartAfterMs: number): Promise<void> {
    while (part.down) await sleep(100); // It comes up just now.
    const downMs = await part.kill(restartAfterMs);
    done[what] += 1;
    done.downMs[what].push(downMs);
  }

  async function act(what: keyof KillPlan, chance: Random): Promise<void> {
    if (what === 'gateway') return killOf('gateway', system.gateway, chance.int(0, 3_000));
    if (what === 'worker') return killOf('worker', await theOne(chance), chance.int(0, 2_000));
    if (what === 'zombie') {
      const worker = await theOne(chance);
      const ms = chance.int(...ZOMBIE_MS);
      say(`${worker.name} stands still for ${Math.round(ms / 1_000)} s`);
      await worker.standStill(ms);
      done.zombie += 1;
      return;
    }
    const awayMs = temporalKills++ > 0 ? chance.int(500, 6_000) : plan.temporal > 1 ? LONG_AWAY_MS : AWAY_MS;
    say(`Temporal is killed, and away for ${Math.round(awayMs / 1_000)} s`);
    const from = Date.now();
    const away: Span = { from };
    done.temporalAway.push(away);
    await system.server.kill();
    await sleep(awayMs);
    await system.server.restart();
    away.to = Date.now();
    done.temporal += 1;
    done.downMs.temporal.push(Date.now() - from);
  }
}
