/** The way of the webhooks: repeated, out of order, never delivered. */
import { setTimeout as sleep } from 'node:timers/promises';
import { deliverTo, type Deliver, type Receipt } from '../src/sandbox/webhooks.js';
import type { Random } from './random.js';

const REPEATED = 0.3;
const OUT_OF_ORDER = 0.3;
const LOST = 0.05;
const LATE_MS = 4_000;

export interface PostCounts {
  sent: number;
  repeated: number;
  late: number;
  lost: number;
  /** Answers by status; `none` where nobody answered. */
  answers: Record<string, number>;
  /** 503 and 429 that say when to try again; each of them should. */
  saidWhen: number;
}

/** Webhooks to the gateway, until `calm()` the way they go in bad times. */
export function post(gatewayUrl: string, random: Random) {
  const counts: PostCounts = { sent: 0, repeated: 0, late: 0, lost: 0, answers: {}, saidWhen: 0 };
  const lost = new Set<string>();
  let bad = true;
  const carry = deliverTo({ helpdeskUrl: `${gatewayUrl}/webhooks/helpdesk`, jiraUrl: `${gatewayUrl}/webhooks/jira` });
  const bring: Deliver = async (request) => {
    try {
      const receipt = (await carry(request)) as Receipt;
      counts.answers[receipt.status] = (counts.answers[receipt.status] ?? 0) + 1;
      if (receipt.retryAfterSeconds !== undefined && [429, 503].includes(receipt.status)) counts.saidWhen += 1;
      return receipt;
    } catch (error) {
      counts.answers['none'] = (counts.answers['none'] ?? 0) + 1;
      throw error;
    }
  };
  const deliver: Deliver = async (request) => {
    if (!bad) return bring(request);
    counts.sent += 1;
    const name = request.body.toString();
    if (lost.has(name) || random.chance(LOST)) {
      lost.add(name);
      counts.lost += 1;
      return 200; // Nobody tries again what he takes for delivered.
    }
    if (random.chance(REPEATED)) {
      counts.repeated += 1;
      void sleep(random.int(0, LATE_MS), undefined, { ref: false }).then(() => bring(request)).catch(() => {});
    }
    if (random.chance(OUT_OF_ORDER)) {
      counts.late += 1;
      await sleep(random.int(100, LATE_MS), undefined, { ref: false });
    }
    return bring(request);
  };
  return { counts, deliver, calm: () => void (bad = false) };
}
