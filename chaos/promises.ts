/** What a run has to have done before it may say that nothing was found: a storm that did not come proves nothing. */
import { CARDS, SHARES, type PostCounts } from './post.js';
import type { KillCounts, KillPlan } from './kills.js';
import { PROMISES, type Befallen } from './weather.js';

export interface Storm {
  tickets: number;
  plan: KillPlan;
  kills: Pick<KillCounts, keyof KillPlan>;
  post: PostCounts;
  befallen: Befallen;
}

/** From so many tickets on, every kind of fault has to have come. */
const MANY = 100;
/** Of those that are held back, so many have to be overtaken for real. */
const OVERTAKEN = 0.8;

/** What was promised and did not happen, in words; empty when all did. */
export function broken({ tickets, plan, kills, post, befallen }: Storm): string[] {
  const fewer = (Object.keys(plan) as (keyof KillPlan)[]).flatMap((what) => (kills[what] < plan[what] ? [`${what}: ${kills[what]} instead of ${plan[what]}`] : []));
  // The last deck may not have been dealt to its end.
  const shares = (Object.keys(SHARES) as (keyof typeof SHARES)[]).flatMap((what) =>
    Math.abs(post[what] - SHARES[what] * post.sent) > SHARES[what] * CARDS ? [`webhooks ${what}: ${post[what]} of ${post.sent} instead of ${SHARES[what] * 100}%`] : [],
  );
  const silent = post.sent < tickets ? [`webhooks: only ${post.sent} for ${tickets} tickets`] : [];
  const overtaken = post.overtaken < post.late * OVERTAKEN ? [`webhooks out of order: only ${post.overtaken} of ${post.late} that were held back were overtaken`] : [];
  return [...fewer, ...silent, ...shares, ...overtaken, ...missing({ tickets, befallen }).map((promise) => `it never came to: ${promise}`)];
}

/** Kinds of faults that have to come in so long a run, and did not yet. */
export function missing({ tickets, befallen }: Pick<Storm, 'tickets' | 'befallen'>): string[] {
  const happened = (name: RegExp) => Object.entries(befallen).some(([fault, n]) => n > 0 && name.test(fault));
  return tickets >= MANY ? PROMISES.flatMap(([promise, name]) => (happened(name) ? [] : [promise])) : [];
}
