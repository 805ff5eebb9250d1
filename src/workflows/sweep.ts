/**
 * The sweep: run by a Temporal Schedule, it asks each outside system what changed since its last run and
 * knocks at the cases that do not know it yet. What a webhook lost is found here.
 */
import { ActivityFailure, log, proxyActivities, setCurrentDetails, sleep, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SweepActivities } from '../activities/sweep.js';
import { beginningAt, SWEPT, type Position, type Swept } from '../domain/sweep.js';
import { escapeMarkdown } from '../wording/clean.js';
import { sweepWords } from '../wording/sweep.js';
import { LOST_AFTER } from './act.js';
import { iso } from './desk.js';
import { SEARCH } from './search-attributes.js';

const named = (summary: string) => proxyActivities<SweepActivities>({ startToCloseTimeout: '5 minutes', heartbeatTimeout: LOST_AFTER, retry: { maximumAttempts: 3 }, summary });
const ASK = {
  helpdesk: named('tickets changed').sweepTickets,
  jira: named('Jira issues changed').sweepIssues,
  temporal: named('cases ended from outside').reviveCases,
} satisfies Record<Swept, unknown>;

/** How far it has come with each system; the next run goes on from there. */
export interface SweepResult extends Record<Swept, Position> {
  /** How many cases were knocked at in this run. */
  knocked: number;
  /** Jira issues that had been made twice and were closed as duplicates in this run, and comments that were taken back. */
  healed: number;
}

/** The first run, and one after a long pause, look back this far at the least. */
const FIRST_LOOK_MS = 24 * 3_600_000;
/** A run waits out a system's rate limit, and goes on with a long list, for so long. The next one goes on from there. */
const LONGEST_MS = 4 * 60_000;

export async function sweep(): Promise<SweepResult> {
  const last = workflowInfo().lastResult as SweepResult | undefined;
  const startedAt = Date.now();
  const at = iso(startedAt);
  const from = (system: Swept): Position => {
    const before: Position | string | undefined = last?.[system];
    // An earlier build left no more than the mark.
    return typeof before === 'object' ? before : beginningAt(before ?? iso(startedAt - FIRST_LOOK_MS));
  };
  const result: SweepResult = { helpdesk: from('helpdesk'), jira: from('jira'), temporal: from('temporal'), knocked: 0, healed: 0 };
  const stopped: Partial<Record<Swept, string>> = {};

  await Promise.all(SWEPT.map(through));
  show();
  return result;

  /** Goes on until the system's list is at its end, it cannot be asked, or the run is long enough. */
  async function through(system: Swept): Promise<void> {
    for (let isThrough = false; !isThrough && Date.now() - startedAt < LONGEST_MS; ) {
      if (!(await mayAsk(system))) return;
      try {
        const walked = await ASK[system](result[system], at);
        result[system] = walked.position;
        result.knocked += walked.knocked;
        result.healed += walked.healed;
        isThrough = walked.isThrough;
        if (!walked.stopped) delete stopped[system];
        else if (!heldUp(system, walked.stopped)) return;
      } catch (error) {
        if (!(error instanceof ActivityFailure)) throw error;
        heldUp(system, { why: error.cause?.message ?? 'no answer', waitMs: 0 });
        return;
      }
    }
  }

  /** Waits until the system may be asked again; false where that is not in this run. */
  async function mayAsk(system: Swept): Promise<boolean> {
    const { notBefore } = result[system];
    if (notBefore === null) return true;
    if (Date.parse(notBefore) - startedAt > LONGEST_MS) {
      stopped[system] ??= `it asked not to be asked again before ${notBefore}`;
      return false;
    }
    const waitMs = Date.parse(notBefore) - Date.now();
    if (waitMs > 0) await sleep(waitMs, { summary: `${system} asked to wait` });
    result[system].notBefore = null;
    return true;
  }

  /** Notes what held it up; true where it is only a matter of time. */
  function heldUp(system: Swept, { why, waitMs }: { why: string; waitMs: number }): boolean {
    stopped[system] = why;
    log.warn('the sweep was held up; it goes on from there', { system, why });
    if (waitMs > 0) result[system].notBefore = iso(Date.now() + waitMs);
    return waitMs > 0;
  }

  /** Shows ops how far it came; flagged, where something stays behind. */
  function show(): void {
    const { text, flagged } = sweepWords({ at, stopped, ...result });
    setCurrentDetails(escapeMarkdown(text));
    upsertSearchAttributes([{ key: SEARCH.flagged, value: flagged }]);
    if (flagged) log.warn(text);
  }
}
