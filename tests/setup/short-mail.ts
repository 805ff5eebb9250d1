/** For workflows in tests of a mail that never comes to an end: it is waited for by seconds. Everything else is as in production. */
import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';

export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      scheduleActivity: (input, next) => next(input.activityType === 'write' ? { ...input, options: { ...input.options, startToCloseTimeout: '6 seconds' } } : input),
    },
  ],
});
