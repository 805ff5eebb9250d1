/** All rounds of the crash points, on one system. */
import { startSystem } from '../system.js';
import { wireTo, type Wire } from './between.js';
import { POINTS } from './points.js';
import { round, type PointResult } from './round.js';

export interface CrashOptions {
  times: number;
  dir: string;
  from?: 'dist' | 'sources';
  say?: (what: string) => void;
}

/** Kills a worker at every point, so many times. Rejects only when the system itself does not run. */
export async function crash({ times, dir, from, say = () => {} }: CrashOptions): Promise<PointResult[]> {
  let wire: Wire | undefined;
  const between = async (temporal: string) => (wire = await wireTo(temporal)).address;
  const whole = await startSystem({ dir, workers: 1, between, from, env: { SWEEP_MINUTES: '0.5' } });
  try {
    whole.company.pointWebhooksAt({ helpdeskUrl: `${whole.gatewayUrl}/webhooks/helpdesk`, jiraUrl: `${whole.gatewayUrl}/webhooks/jira` });
    const results: PointResult[] = [];
    for (let n = 1; n <= times; n++) {
      const some = await round(whole, wire!, POINTS, String(n));
      results.push(...some);
      say(`round ${n} of ${times}: ${some.filter((r) => r.wrong.length === 0).length} of ${some.length} points in order`);
    }
    return results;
  } finally {
    await whole.stop();
    await wire?.close();
  }
}
