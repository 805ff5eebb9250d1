/** The activity that checks a grant again before a workflow acts on it: workflows have no keys. */
import type { Change, Verdict } from '../domain/grant.js';
import { checkGrant } from '../grants/grants.js';
import type { GrantKeys } from '../grants/keys.js';

export function createGrantActivities({ grantKeys }: { grantKeys: GrantKeys }) {
  return {
    /** Is the grant ours, and for exactly this change? `at`: when it was asked for, ISO 8601. */
    async verifyGrant(input: { grant: unknown; change: Change; at: string }): Promise<Verdict> {
      return checkGrant(grantKeys, input.grant, input.change, input.at);
    },
  };
}
export type GrantActivities = ReturnType<typeof createGrantActivities>;
