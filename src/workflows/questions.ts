/** A question to a person: asked by a note, and again at growing intervals until it is answered. */
import type { Note } from '../wording/contents.js';
import { note, once } from './act.js';
import { after, now, type Desk } from './desk.js';

const WEEK_MS = 7 * 24 * 3_600_000;

/**
 * Asks, or reminds when a reminder is due. Returns when to look again. `about` names the question within the
 * cycle; `first: 'asked already'` leaves out the first note, where another has just said the same.
 */
export async function questionDue(desk: Desk, about: string, say: (reminder: number) => Note, first: 'ask' | 'asked already' = 'ask'): Promise<string> {
  const { state } = desk;
  const intervalMs = state.clocks!.askRemindMs;
  const question = state.questions[about];
  if (!question?.open) {
    const times = (question?.times ?? 0) + 1;
    const name = named(about, times);
    if (first === 'ask') await once(desk, note(desk, name, say(0)));
    let asked = 0;
    while (`${name}-reminder-${asked + 1}` in state.done) asked += 1; // by the run before a restart
    state.questions[about] = { open: true, times, asked, againAt: after(now(), intervalMs) };
  } else if (question.againAt <= now()) {
    const asked = question.asked + 1;
    await once(desk, note(desk, `${named(about, question.times)}-reminder-${asked}`, say(asked)));
    question.asked = asked;
    question.againAt = after(now(), Math.min(intervalMs * 2 ** asked, Math.max(WEEK_MS, intervalMs)));
  }
  return state.questions[about]!.againAt;
}

/** The same question may come up again in a cycle, and is then asked anew. */
const named = (about: string, times: number): string => (times === 1 ? about : `${about}-${times}`);
