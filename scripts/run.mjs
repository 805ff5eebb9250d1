/**
 * Runs a TypeScript file that needs the Temporal server, as `npm run chaos` and `npm run bench:NAME` do: gets what is
 * missing, with `--build` builds what runs in production, with `--toxiproxy` gets that where it can be had, then runs the file
 * with the options that follow.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDependencies } from './bootstrap/dependencies.mjs';
import { foreground } from './bootstrap/foreground.mjs';
import { log, main } from './bootstrap/report.mjs';
import { temporalBinary } from './bootstrap/temporal.mjs';
import { toxiproxyBinary } from './bootstrap/toxiproxy.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const words = process.argv.slice(2);
const at = words.findIndex((word) => !word.startsWith('--'));
const [ours, [file, ...options]] = [words.slice(0, at), words.slice(at)];

await main(async () => {
  await installDependencies({ root, log });
  const env = { ...process.env, TEMPORAL_CLI: await temporalBinary({ log }) };
  const toxiproxy = ours.includes('--toxiproxy') ? await toxiproxyBinary({ log }) : null;
  if (toxiproxy) env.TOXIPROXY_SERVER = toxiproxy;
  process.chdir(root);
  const built = ours.includes('--build') ? await foreground('npm', ['run', '--silent', 'build'], env) : 0;
  return built || foreground(process.execPath, ['--import', 'tsx', file, ...options], env);
});
