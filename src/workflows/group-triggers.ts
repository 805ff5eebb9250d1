/** The triggers: why a group's problem is escalated instead of fixed. Looked for first, and again at the end. */
import type { Trigger } from '../domain/troubleshooting.js';
import type { Bench } from './bench.js';
import { now } from './desk.js';
import { groupVerbs, tried } from './group-doing.js';

/** Is there a reason to escalate? Reads, and impersonates nobody. A refused reading leaves it to a person. */
export async function triggered(bench: Bench, heeding: boolean): Promise<Trigger | 'refused' | null> {
  const { state } = bench;
  const look = await tried(bench, 'look for a reason to escalate', () => {
    bench.catchUp();
    return groupVerbs.lookForTriggers({ ticketId: bench.ticketId, problem: bench.problem, provided: state.provided, now: now() });
  }, { heeding });
  if (!look.ok) {
    state.person = { why: `Admin refused a reading: ${look.why}`, guidance: [], asks: [] };
    return 'refused';
  }
  if (!look.value) return null;
  const { trigger } = look.value;
  state.diagnosis ??= look.value;
  state.trigger = trigger;
  state.outcome = 'escalate';
  bench.record('ruled', `escalated instead of fixed (${trigger.id}): ${trigger.why}`);
  return trigger;
}
