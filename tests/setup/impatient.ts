/**
 * For workflows in tests of workers that are lost: one is missed after seconds, not after 20 or 30; and what a test
 * holds on the wire is waited for. Everything else is as in production.
 */
import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';

export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      scheduleActivity: (input, next) =>
        next({ ...input, options: { ...input.options, heartbeatTimeout: '5 seconds', startToCloseTimeout: '5 minutes', scheduleToCloseTimeout: '10 minutes' } }),
    },
  ],
});
