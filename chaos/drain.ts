/** When a run is over: nothing is underway any more that could still have an effect, or repeat one. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import pMap from 'p-map';
import { US } from '../src/sandbox/ledger.js';
import { ESCALATION, SWEEP } from '../src/workflows/messages.js';
import { PROBLEM } from '../src/workflows/problem-messages.js';
import { TROUBLESHOOTING } from '../src/workflows/troubleshooting-messages.js';
import type { Outside } from './lines.js';

/** Longer than a stand-in keeps an answer back, and than Temporal waits for a worker that is lost with a mail or an issue. */
const QUIET_MS = 25_000;
/** One may have begun before the last fault; the next one finds what that one left. */
const SWEEPS = 2;
const LOOK_MS = 2_000;
const AT_ONCE = 8;

export interface Drain {
  client: Client;
  outside: Outside & { idle(): Promise<void> };
  /** When the last fault was over, ms since 1970. */
  calmAt: number;
  /** Waits no longer than this, ms since 1970. */
  until: number;
  say(what: string): void;
  quietMs?: number;
  /** Between two looks. */
  lookMs?: number;
}

/**
 * Waits until no webhook is on its way, no activity of a case, a problem or a group's troubleshooting is pending in Temporal, two
 * sweeps have come and gone since the last fault, and nothing was written in any ledger for a while. Answers what is
 * underway all the same when the time is over; empty when all is quiet.
 */
export async function drained({ client, outside, calmAt, until, say, quietMs = QUIET_MS, lookMs = LOOK_MS }: Drain): Promise<string[]> {
  let [lines, since, last] = [-1, Date.now(), ''];
  for (;;) {
    await outside.idle();
    const underway = await stillUnderway();
    const now = linesIn(outside);
    if (now !== lines || underway.length > 0) [lines, since] = [now, Date.now()];
    const quietFor = Date.now() - since;
    if (underway.length === 0 && quietFor >= quietMs) return [];
    if (Date.now() >= until) return underway.length > 0 ? underway : [`a line was written in a ledger ${Math.round(quietFor / 1_000)} s ago`];
    const told = underway.length > 0 ? `${underway.length} underway, among them ${underway[0]}` : 'nothing is underway; it has to stay so';
    if (told !== last) say(told);
    last = told;
    await sleep(lookMs);
  }

  async function stillUnderway(): Promise<string[]> {
    const swept = await ids(`WorkflowType = "${SWEEP}" AND ExecutionStatus = "Completed" AND StartTime > "${new Date(calmAt).toISOString()}"`);
    const running = await ids(`WorkflowType IN ("${ESCALATION}", "${PROBLEM}", "${TROUBLESHOOTING}") AND ExecutionStatus = "Running"`);
    const pending = await pMap(running, async ({ workflowId, runId }) => pendingIn(workflowId, runId), { concurrency: AT_ONCE });
    return [...(swept.length < SWEEPS ? [`sweep ${swept.length + 1} of ${SWEEPS}`] : []), ...pending.flat()];
  }

  async function ids(query: string): Promise<{ workflowId: string; runId: string }[]> {
    const found = [];
    for await (const { workflowId, runId } of client.workflow.list({ query, pageSize: 500 })) found.push({ workflowId, runId });
    return found;
  }

  async function pendingIn(workflowId: string, runId: string): Promise<string[]> {
    const { raw, status } = await client.workflow.getHandle(workflowId, runId).describe();
    if (status.name !== 'RUNNING') return [];
    const activities = (raw.pendingActivities ?? []).map(({ activityType }) => `${activityType?.name ?? 'an activity'} of ${workflowId}`);
    return [...activities, ...(raw.pendingWorkflowTask ? [`a task of ${workflowId}`] : [])];
  }
}

const linesIn = ({ helpdesk, jira, admin, mail }: Outside): number =>
  [helpdesk, jira, admin, mail].reduce((sum, { ledger }) => sum + ledger.filter(({ by }) => by === US).length, 0);
