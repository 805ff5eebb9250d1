/**
 * The problem: one workflow per signature, one Jira issue per round, many cases. What was said is heard first; then
 * the first of the steps below that is due is done; then it waits. A step that fails is held back and tried again
 * at growing intervals, and never keeps the others waiting.
 */
import { CancellationScope } from '@temporalio/workflow';
import type { ProblemRecord } from '../domain/problem.js';
import { failureOf } from './act.js';
import { after, earlier, now } from './desk.js';
import { hearAll } from './problem-hearing.js';
import { openRoom, type Room } from './problem-room.js';
import type { ProblemInput } from './problem-state.js';
import { STEPS, type ProblemStep } from './problem-steps.js';

const BACKOFF_MS = [30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000];
const REFUSED_MS = 3_600_000;

export async function problem(input: ProblemInput): Promise<ProblemRecord> {
  const room = openRoom(input);
  return CancellationScope.nonCancellable(async () => {
    while (room.state.stage !== 'ended') {
      await room.checkGrants();
      hearAll(room);
      const due = STEPS.find((step) => (dueAt(room, step) ?? '9') <= now());
      if (due) await take(room, due);
      else await room.rest(STEPS.map((step) => dueAt(room, step)).reduce(earlier, null));
    }
    room.publish();
    return room.result();
  });
}

/** When a step is to be done; null when there is nothing for it to do. */
function dueAt({ state }: Room, step: ProblemStep): string | null {
  const at = step.dueAt(state);
  const held = state.held[step.name];
  return at !== null && held && held.until > at ? held.until : at;
}

async function take(room: Room, step: ProblemStep): Promise<void> {
  const { state } = room;
  await room.breathe();
  try {
    await step.run(room);
    delete state.held[step.name];
  } catch (error) {
    const failure = failureOf(error);
    if (!failure) throw error; // Not an outside failure: a bug, for the workflow task to fail on.
    const tries = (state.held[step.name]?.tries ?? 0) + 1;
    const waitMs = failure.refused ? REFUSED_MS : Math.max(BACKOFF_MS[Math.min(tries, BACKOFF_MS.length) - 1]!, failure.waitMs);
    room.record('flagged', `cannot ${step.name} yet: ${failure.why}`);
    state.held[step.name] = { until: after(now(), waitMs), tries, why: failure.why, refused: failure.refused };
  }
}
