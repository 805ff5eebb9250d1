/** The worker as a process of its own, in tests in which it is lost: see `impatient.ts`. */
import { fileURLToPath } from 'node:url';
import { serve } from '../../src/worker.js';

/** Modules for a worker's workflows. */
export const IMPATIENT = [fileURLToPath(new URL('./impatient.ts', import.meta.url))];
/** Takes one task at a time, so that hardly anything is handed to it while it stands still: Temporal waits for each. */
export const ONE_BY_ONE = { ONE_BY_ONE: '1' };

const ONE = { type: 'simple-maximum', maximum: 1 } as const;

if (process.argv[1] === fileURLToPath(import.meta.url))
  await serve({
    interceptors: { workflowModules: IMPATIENT },
    stickyQueueScheduleToStartTimeout: '1 second',
    ...(process.env['ONE_BY_ONE'] && { maxCachedWorkflows: 0, workflowTaskPollerBehavior: ONE, activityTaskPollerBehavior: ONE }),
  });
