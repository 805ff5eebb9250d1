/** The way of the webhooks: repeated, out of order, never delivered. */
import { setTimeout as sleep } from 'node:timers/promises';
import { deliverTo, type Deliver, type Receipt, type WebhookRequest } from '../src/sandbox/webhooks.js';
import type { Random } from './random.js';

export const SHARES = { repeated: 0.3, late: 0.3, lost: 0.05 } as const;
/** In the deck of webhooks. */
export const CARDS = 20;
const LATE_MS = 4_000;
/** One that is late waits until another has overtaken it, but no longer than this on top. */
const OVERTAKEN_MS = 10_000;

interface Card {
  lost: boolean;
  repeated: boolean;
  late: boolean;
}
/** Dealt, not diced: of every twenty as many as there should be. One that is lost is nothing else besides. */
function cards(r: Random): Card[] {
  const lost = CARDS * SHARES.lost;
  const some = (share: number) => new Set(r.shuffled(Array.from({ length: CARDS - lost }, (_, i) => i + lost)).slice(0, CARDS * share));
  const [repeated, late] = [some(SHARES.repeated), some(SHARES.late)];
  return Array.from({ length: CARDS }, (_, i) => ({ lost: i < lost, repeated: repeated.has(i), late: late.has(i) }));
}

export interface PostCounts {
  sent: number;
  repeated: number;
  late: number;
  /** Of the late ones: a webhook that was sent later was answered before. */
  overtaken: number;
  lost: number;
  /** Answers by status; `none` where nobody answered. */
  answers: Record<string, number>;
  /** 503 and 429 that say when to try again; each of them should. */
  saidWhen: number;
}

/** Webhooks to the gateway, until `calm()` the way they go in bad times. */
export function post(gatewayUrl: string, random: Random) {
  const counts: PostCounts = { sent: 0, repeated: 0, late: 0, overtaken: 0, lost: 0, answers: {}, saidWhen: 0 };
  let bad = true;
  const carry = deliverTo({ helpdeskUrl: `${gatewayUrl}/webhooks/helpdesk`, jiraUrl: `${gatewayUrl}/webhooks/jira` });
  const bring = async (request: WebhookRequest): Promise<Receipt> => {
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
  const deal = random.deck(cards(random));
  /** The number of the latest webhook that was brought: one with a smaller number was overtaken. */
  let latest = 0;
  const deliver: Deliver = async (request) => {
    if (!bad) return bring(request);
    const nth = (counts.sent += 1);
    const card = deal();
    if (card.lost) {
      counts.lost += 1;
      return 200; // Nobody tries again what he takes for delivered.
    }
    if (card.repeated) {
      counts.repeated += 1;
      void sleep(random.int(0, LATE_MS), undefined, { ref: false }).then(() => bring(request)).catch(() => {});
    }
    if (card.late) {
      counts.late += 1;
      await sleep(random.int(100, LATE_MS), undefined, { ref: false });
      for (const until = Date.now() + OVERTAKEN_MS; latest < nth && bad && Date.now() < until; ) await sleep(50, undefined, { ref: false });
      if (latest > nth) counts.overtaken += 1;
    }
    return bring(request).finally(() => (latest = Math.max(latest, nth)));
  };
  return { counts, deliver, calm: () => void (bad = false) };
}
