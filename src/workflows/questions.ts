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
  if (state.question?.about !== about) {
    if (first === 'ask') await once(desk, note(desk, about, say(0)));
    state.question = { about, asked: 0, againAt: after(now(), intervalMs) };
  } else if (state.question.againAt <= now()) {
    const { question } = state;
    question.asked += 1;
    await once(desk, note(desk, `${about}-reminder-${question.asked}`, say(question.asked)));
    question.againAt = after(now(), Math.min(intervalMs * 2 ** question.asked, Math.max(WEEK_MS, intervalMs)));
  }
  return state.question!.againAt;
}
