import { defineConfig } from 'vitest/config';
import LongestFirst from './tests/setup/sequence.js';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Workers and servers of Temporal are native code: a process each. Each file may start servers of its own.
    pool: 'forks',
    // Twice the two cores this must be quick on: most files wait half of their time, e.g. for a killed worker to be missed.
    maxWorkers: 4,
    globalSetup: ['tests/setup/bundle.ts'],
    sequence: { sequencer: LongestFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', './tests/setup/counts.ts'],
  },
});
