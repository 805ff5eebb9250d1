/** `npm run bench:NAME -- …`: gets what is missing, then runs one benchmark of `bench/`. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDependencies } from './bootstrap/dependencies.mjs';
import { foreground } from './bootstrap/foreground.mjs';
import { log, main } from './bootstrap/report.mjs';
import { temporalBinary } from './bootstrap/temporal.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name, ...options] = process.argv.slice(2);

await main(async () => {
  await installDependencies({ root, log });
  const env = { ...process.env, TEMPORAL_CLI: await temporalBinary({ log }) };
  process.chdir(root);
  return foreground(process.execPath, ['--import', 'tsx', join('bench', `${name}.ts`), ...options], env);
});
