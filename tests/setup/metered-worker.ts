/**
 * The worker as a process of its own whose runtime serves metrics at `METRICS_ADDRESS`, as an operator would have it,
 * and whose core says everything that it can say.
 */
import { makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { serve } from '../../src/worker.js';

const install = Runtime.install.bind(Runtime);
Runtime.install = (options) =>
  install({
    ...options,
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'DEBUG', other: 'INFO' }) },
      metrics: { prometheus: { bindAddress: process.env['METRICS_ADDRESS']! } },
    },
  });
await serve();
