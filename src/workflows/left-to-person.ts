/** Where no quick fix goes on by itself: a person looks, and what they find out is diagnosed anew. */
import type { ForPerson } from '../domain/troubleshooting.js';
import type { Bench } from './bench.js';
import { asked } from './group-doing.js';
import type { GroupStage } from '../domain/group-stage.js';

/** Leaves it to a person, flagged where something went wrong. Returns the stage to go on with, once somebody has. */
export function leaveToPerson(bench: Bench, person: ForPerson, name = 'person', flag: string | null = null): Promise<GroupStage> {
  bench.state.person = person;
  bench.state.persons += 1;
  bench.state.done['person'] = `group-${name}-${bench.state.persons}`;
  if (flag) bench.flag(flag);
  bench.record('ruled', `left to a person: ${person.why}`);
  return waitForPerson(bench);
}

/** Waits until somebody provides a fact or asks for the fix. The run may end here: `person` is in the state. */
export async function waitForPerson(bench: Bench): Promise<GroupStage> {
  const { state } = bench;
  const person = state.person!;
  const about = String((state.done['person'] ??= `group-person-${state.persons}`));
  bench.need(person.asks.length > 0 ? 'facts' : 'person');
  for (;;) {
    const due = await asked(bench, about, (reminder) => ({ say: 'group-person', person, reminder }));
    const message = await bench.next(due, { mayEnd: true });
    if (message === 'due') continue;
    if (message.verb === 'learned') bench.learn(message.facts, message.by);
    else if (message.verb === 'observed') bench.learn({ observedLogin: message.login }, message.by);
    else if (message.verb === 'fix') {
      bench.record('did', `asked to go on${message.reason ? ` (${message.reason})` : ''}`, message.by);
      state.request = state.diagnosis?.outcome === 'fix' ? { by: message.by.name, ...(message.by.subject && { subject: message.by.subject }), fix: state.diagnosis.fix.kind } : null;
    } else continue;
    state.person = null;
    delete state.done['person'];
    bench.flag(null);
    return 'gather';
  }
}
