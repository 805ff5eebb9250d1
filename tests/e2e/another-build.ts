/** A case as no build of ours writes it: what this one left in a history, ours cannot replay. */
import { sleep } from '@temporalio/workflow';

export const escalation = (): Promise<void> => sleep('30 days');
