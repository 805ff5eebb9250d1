/**
 * Runs a TypeScript file that needs the Temporal server, as `npm run chaos` and `npm run bench:NAME` do: gets what is
 * missing, with `--build` builds what runs in production, then runs it with the options that follow.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDependencies } from './bootstrap/dependencies.mjs';
import { foreground } from './bootstrap/foreground.mjs';
import { log, main } from './bootstrap/report.mjs';
import { temporalBinary } from './bootstrap/temporal.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const build = process.argv[2] === '--build';
const [file, ...options] = process.argv.slice(build ? 3 : 2);

await main(async () => {
  await installDependencies({ root, log });
  const env = { ...process.env, TEMPORAL_CLI: await temporalBinary({ log }) };
  process.chdir(root);
  const built = build ? await foreground('npm', ['run', '--silent', 'build'], env) : 0;
  return built || foreground(process.execPath, ['--import', 'tsx', file, ...options], env);
});
