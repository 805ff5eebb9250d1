/** `npm run chaos` and `npm run crash`: gets what is missing, builds what runs in production, then runs chaos/NAME.ts. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installDependencies } from './bootstrap/dependencies.mjs';
import { foreground } from './bootstrap/foreground.mjs';
import { log, main } from './bootstrap/report.mjs';
import { temporalBinary } from './bootstrap/temporal.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name, ...rest] = process.argv.slice(2);

await main(async () => {
  await installDependencies({ root, log });
  const env = { ...process.env, TEMPORAL_CLI: await temporalBinary({ log }) };
  process.chdir(root);
  const built = await foreground('npm', ['run', '--silent', 'build'], env);
  if (built !== 0) return built;
  return foreground(process.execPath, ['--import', 'tsx', join('chaos', `${name}.ts`), ...rest], env);
});
