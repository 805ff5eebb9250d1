/**
 * The sweep: run by a Temporal Schedule, it asks each outside system what changed since its last run and
 * knocks at the cases that do not know it yet. What a webhook lost is found here.
 */
import { ActivityFailure, log, patched, proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { HealActivities } from '../activities/heal.js';
import type { SweepActivities } from '../activities/sweep.js';
import { LOST_AFTER } from './act.js';

const named = (summary: string) =>
  proxyActivities<SweepActivities & HealActivities>({ startToCloseTimeout: '10 minutes', heartbeatTimeout: LOST_AFTER, retry: { maximumAttempts: 3 }, summary });
const { sweepTickets } = named('tickets changed');
const { sweepIssues } = named('Jira issues changed');
const { healIssues } = named('Jira issues made twice');
const { reviveCases } = named('cases ended from outside');

/** Each system's own mark: it moves on only when that system was asked with success. ISO 8601. */
export interface SweepResult {
  helpdesk: string;
  jira: string;
  temporal: string;
  /** How many cases were knocked at in this run. */
  knocked: number;
  /** Jira issues that had been made twice and were closed as duplicates in this run, and comments that were taken back. */
  healed?: number;
}

/** What changed while the last run was still asking is asked for again. */
const OVERLAP_MS = 10 * 60_000;
/** The first run, and one after a long pause, look back this far at the least. */
const FIRST_LOOK_MS = 24 * 3_600_000;

export async function sweep(): Promise<SweepResult> {
  const last = workflowInfo().lastResult as SweepResult | undefined;
  const startedAt = Date.now();
  const iso = (ms: number) => new Date(ms).toISOString();
  const marks = {
    helpdesk: last?.helpdesk ?? iso(startedAt - FIRST_LOOK_MS),
    jira: last?.jira ?? iso(startedAt - FIRST_LOOK_MS),
    temporal: last?.temporal ?? iso(startedAt - FIRST_LOOK_MS),
  };
  let knocked = 0;
  let healed = 0;
  const ask = async (system: keyof typeof marks, find: (since: string) => Promise<number>) => {
    try {
      const found = await find(iso(Date.parse(marks[system]) - OVERLAP_MS)); // `knocked += await` would lose what the others found.
      knocked += found;
      marks[system] = iso(startedAt);
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      log.warn('the sweep could not ask a system; it asks again from the same mark', { system, why: error.cause?.message });
    }
  };
  await Promise.all([
    ask('helpdesk', sweepTickets),
    ask('jira', async (since) => {
      const told = await sweepIssues(since);
      // A sweep that was under way when this came in goes on without it.
      if (patched('heal-issues')) healed += await healIssues(since);
      return told;
    }),
    ask('temporal', reviveCases),
  ]);
  return { ...marks, knocked, healed };
}
