/**
 * Crash points: for each outside effect the worker is killed before its request, after it was sent, after it was
 * done and after its answer. `npm run crash` does it as often as it is told.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EFFECTS, POINTS } from '../../chaos/crash-points.js';
import { crashRound, verdict } from '../../chaos/crash-run.js';
import { openCrashSite, type CrashSite } from '../../chaos/crash-site.js';

let site: CrashSite;
beforeAll(async () => {
  site = await openCrashSite(['--import', 'tsx', 'src/worker.ts']);
});
afterAll(() => site?.close());

test('SIGKILL at every point of every effect: each effect is there exactly once, and a mail in doubt is a person’s', { timeout: 300_000 }, async () => {
  const wanted = EFFECTS.flatMap((effect, i) => POINTS.map((point) => ({ effect, point, carriedOut: i % 2 === 1 })));
  const { crashes, missed } = await crashRound({ site, worker: await site.startWorker(), nth: 0 }, wanted);
  expect(missed.map((m) => `${m.victim.effect.name}, ${m.victim.point}: ${m.why}`)).toEqual([]);
  expect(crashes.map((c) => `${c.victim.effect.name}, ${c.victim.point}: ${c.wrong}, ${c.recoveryMs} ${c.mails} ${c.mailInDoubt}`)).toEqual([]);
  for (const { victim } of crashes) expect(await verdict(site, victim)).toBe(null);
});
