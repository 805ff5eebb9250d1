/** A workflow whose activity is given up after a second, and handed to a second attempt. */
import { proxyActivities } from '@temporalio/workflow';

const { act } = proxyActivities<{ act(): Promise<void> }>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '1 second',
  retry: { initialInterval: '1 millisecond', maximumAttempts: 2 },
});

export const handedOn = (): Promise<void> => act();
