/** `npm test`: gets what is missing, then runs vitest with the arguments given. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumBinary } from './bootstrap/browser.mjs';
import { installDependencies } from './bootstrap/dependencies.mjs';
import { foreground } from './bootstrap/foreground.mjs';
import { log, main } from './bootstrap/report.mjs';
import { temporalBinary } from './bootstrap/temporal.mjs';
import { testServerBinary } from './bootstrap/test-server.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

await main(async () => {
  await installDependencies({ root, log });
  // Side by side: one is compiled, the others are waited for.
  const [cli, testServer, chromium] = await Promise.all([temporalBinary({ log }), testServerBinary({ log }), chromiumBinary({ log })]);
  const env = { ...process.env, TEMPORAL_CLI: cli, TEMPORAL_TEST_SERVER: testServer };
  if (chromium) env.CHROMIUM = chromium;
  process.chdir(root);
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  return foreground(process.execPath, [vitest, 'run', ...process.argv.slice(2)], env);
});
