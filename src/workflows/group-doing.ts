/** What group troubleshooting does to the outside: tried until it is answered, noted once, asked again. */
import { proxyActivities } from '@temporalio/workflow';
import type { TroubleshootingActivities } from '../activities/troubleshooting.js';
import type { MarkData } from '../domain/marks.js';
import type { Note } from '../wording/contents.js';
import { failureOf, LOST_AFTER, verbs as caseVerbs } from './act.js';
import type { Bench } from './bench.js';
import { after, now } from './desk.js';

/** What touches the group or a member is tried a few times only with what was known when it began; then with what is known by now. */
const TOUCHES = 3;

const named = (summary: string, maximumAttempts?: number) =>
  proxyActivities<TroubleshootingActivities>({
    startToCloseTimeout: '60 seconds',
    scheduleToCloseTimeout: '4 minutes',
    heartbeatTimeout: LOST_AFTER,
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds', nonRetryableErrorTypes: ['Refused'], ...(maximumAttempts ? { maximumAttempts } : {}) },
    summary,
  });
export const groupVerbs = {
  gatherGroup: named('gather what people told').gatherGroup,
  lookForTriggers: named('look for a reason to escalate').lookForTriggers,
  recentChanges: named('read the recent changes').recentChanges,
  diagnoseGroup: named('go through the checks', TOUCHES).diagnoseGroup,
  applyChange: named('change the record', TOUCHES).applyChange,
  syncRewards: named('sync the rewards', TOUCHES).syncRewards,
  regenerateReport: named('make the report anew', TOUCHES).regenerateReport,
  startRecovery: named('start the account recovery', TOUCHES).startRecovery,
  verifyFix: named("verify it in the member's view", TOUCHES).verifyFix,
};

const BACKOFF_MS = [30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000];

export type Tried<T> = { ok: true; value: T } | { ok: false; why: string };

/**
 * Does one thing, through outages, until it is answered; the answer may be a refusal for good. Between a change
 * and its verification nothing is `heeded`, so that it is never left half done.
 */
export async function tried<T>(bench: Bench, doing: string, run: () => Promise<T>, { heeding }: { heeding: boolean }): Promise<Tried<T>> {
  const before = bench.state.flagged;
  for (let round = 0; ; round++) {
    try {
      const value = await run();
      if (round > 0) bench.flag(before);
      return { ok: true, value };
    } catch (error) {
      const failure = failureOf(error);
      if (!failure) throw error;
      if (failure.refused) {
        if (round > 0) bench.flag(before);
        return { ok: false, why: failure.why };
      }
      bench.flag(`cannot ${doing} yet: ${failure.why}`);
      await bench.pause(Math.max(BACKOFF_MS[Math.min(round, BACKOFF_MS.length - 1)]!, failure.waitMs), heeding);
    }
  }
}

/** What a write of the fix under way starts from, with everything that was learned up to now. */
export function aboutWrite(bench: Bench, name: string) {
  bench.catchUp();
  const { ticketId, problem, state } = bench;
  return { ticketId, problem, provided: state.provided, groupId: state.fixing!.fix.groupId, now: now(), key: bench.effect(name) };
}

/** An internal note on the ticket, once by its name. It is owed, so a refusal is flagged and tried again. */
export async function noted(bench: Bench, name: string, note: Note, data: MarkData = {}): Promise<void> {
  const { state, ticketId, cycle } = bench;
  const effect = state.begins > 0 ? `${name}-again-${state.begins}` : name;
  if (effect in state.done) return;
  const doing = `note ${name} on the ticket`;
  for (let round = 0; ; round++) {
    const told = await tried(bench, doing, () => caseVerbs.note.executeWithOptions({ startToCloseTimeout: '30 seconds', scheduleToCloseTimeout: '4 minutes', summary: `note: ${name}` }, [{ ticketId, cycle, effect, note, data }]), { heeding: false });
    if (told.ok) {
      state.done[effect] = told.value;
      return;
    }
    bench.flag(`cannot ${doing}: ${told.why}`);
    await bench.pause(BACKOFF_MS[Math.min(round + 3, BACKOFF_MS.length - 1)]!, false);
  }
}

const WEEK_MS = 7 * 24 * 3_600_000;

/** Asks a person by a note, and again at growing intervals. Returns when to look again. */
export async function asked(bench: Bench, about: string, say: (reminder: number) => Note): Promise<string> {
  const { state, clocks } = bench;
  const question = (state.questions[about] ??= { asked: -1, againAt: now() });
  if (question.againAt <= now()) {
    question.asked += 1;
    const { asked: reminder } = question;
    await noted(bench, reminder === 0 ? about : `${about}-reminder-${reminder}`, say(reminder));
    question.againAt = after(now(), Math.min(clocks.askRemindMs * 2 ** reminder, Math.max(WEEK_MS, clocks.askRemindMs)));
  }
  return question.againAt;
}
