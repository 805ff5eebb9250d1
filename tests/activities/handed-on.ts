/** A workflow whose activity is given up after three seconds, and handed to a second attempt. */
import { proxyActivities } from '@temporalio/workflow';

const { act } = proxyActivities<{ act(): Promise<void> }>({
  startToCloseTimeout: '3 seconds',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '1 millisecond', maximumAttempts: 2 },
});

export const handedOn = (): Promise<void> => act();
