/** Webhooks of the stand-ins: signed like the real ones, and lost like the real ones. */
import { createHmac } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface WebhookRequest {
  path: '/webhooks/helpdesk' | '/webhooks/jira';
  headers: Record<string, string>;
  body: Buffer;
}
/** The receiver's answer. */
export interface Receipt {
  status: number;
  retryAfterSeconds?: number;
}
/** Hands a webhook over; rejects when nobody answers. */
export type Deliver = (request: WebhookRequest) => number | Receipt | Promise<number | Receipt>;

/** Zendesk's signature: base64 of HMAC-SHA256 over the timestamp and then the raw body. */
export const signHelpdesk = (secret: string, timestamp: string, body: Buffer): string =>
  createHmac('sha256', secret).update(timestamp).update(body).digest('base64');

/** Jira's signature, the value of `X-Hub-Signature`. */
export const signJira = (secret: string, body: Buffer): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/**
 * When a sender tries again: milliseconds to wait, or null to give up.
 * @param attempt how many were made, 1 after the first
 * @param receipt null when nobody answered
 */
export type RetryRule = (attempt: number, receipt: Receipt | null) => number | null;

/** Zendesk: a 409 three times; 429 and 503 only with a Retry-After under 60 s; everything else is lost. */
export const helpdeskRetries =
  (waitMs = 1000): RetryRule =>
  (attempt, receipt) => {
    if (!receipt || attempt > 3) return null;
    if (receipt.status === 409) return waitMs;
    const after = receipt.retryAfterSeconds;
    return (receipt.status === 429 || receipt.status === 503) && after !== undefined && after < 60 ? after * 1000 : null;
  };

/** Jira: five times on 408, 409, 425, 429, 5xx and no answer; 5-15 minutes apart there, sooner here. */
export const jiraRetries =
  (waitMs = 2000): RetryRule =>
  (attempt, receipt) => {
    const passing = !receipt || [408, 409, 425, 429].includes(receipt.status) || receipt.status >= 500;
    return passing && attempt <= 5 ? waitMs : null;
  };

/** Carries webhooks out, each on its own: a slow one holds up no other, and no order is promised. */
export class Courier {
  /** Where webhooks go; null drops them. */
  deliver: Deliver | null = null;
  private readonly underway = new Set<Promise<void>>();
  private readonly stop = new AbortController();

  constructor() {
    // Each webhook that waits for its next attempt listens for the end.
    setMaxListeners(0, this.stop.signal);
  }

  send(request: WebhookRequest, retries: RetryRule): void {
    const { deliver } = this;
    if (!deliver || this.stop.signal.aborted) return;
    const carried = this.carry(deliver, request, retries).finally(() => this.underway.delete(carried));
    this.underway.add(carried);
  }

  private async carry(deliver: Deliver, request: WebhookRequest, retries: RetryRule): Promise<void> {
    await Promise.resolve(); // A change is finished before anybody hears of it.
    for (let attempt = 1; !this.stop.signal.aborted; attempt++) {
      const receipt = await attemptOnce(deliver, request);
      if (receipt && receipt.status < 300) return;
      const waitMs = retries(attempt, receipt);
      if (waitMs === null) return; // Lost, as it would be in the real world: the sweep finds what it said.
      await sleep(waitMs, undefined, { signal: this.stop.signal, ref: false }).catch(() => {});
    }
  }

  /** Resolves when nothing is underway, retries included. */
  async idle(): Promise<void> {
    while (this.underway.size > 0) await Promise.all(this.underway);
  }

  /** Gives up what is underway. */
  close(): void {
    this.deliver = null;
    this.stop.abort();
  }
}

async function attemptOnce(deliver: Deliver, request: WebhookRequest): Promise<Receipt | null> {
  try {
    const answer = await deliver(request);
    return typeof answer === 'number' ? { status: answer } : answer;
  } catch {
    return null;
  }
}

/** Delivers over HTTP, with the senders' time limit of 10 s. */
export function deliverTo(urls: { helpdeskUrl?: string; jiraUrl?: string }): Deliver {
  return async ({ path, headers, body }) => {
    const url = path === '/webhooks/helpdesk' ? urls.helpdeskUrl : urls.jiraUrl;
    if (!url) return 200;
    const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) });
    await answer.arrayBuffer();
    const after = Number(answer.headers.get('retry-after') ?? NaN);
    return { status: answer.status, retryAfterSeconds: Number.isFinite(after) ? after : undefined };
  };
}
