/** Records the stories' histories anew: `npm run histories`. See tests/histories/replay.test.ts. */
import { rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const recorded = join(root, 'tests', 'histories', 'recorded');
rmSync(recorded, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'test.mjs'), 'tests/stories'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ONETOUCH_RECORD: recorded },
});
process.exitCode = status ?? 1;
