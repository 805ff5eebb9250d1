/**
 * Records the stories' histories, to be replayed against later code: `npm run histories`. It only adds: what a story
 * recorded before stays, since a running case may have just that history. See tests/histories.
 *
 *     npm run histories -- [--anew] [--into FOLDER] [STORY FILE…]
 *
 * `--anew` throws all recordings away first: for changes that no running case can meet. `--into` names another folder.
 */
import { rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { anew: { type: 'boolean', default: false }, into: { type: 'string', default: join(root, 'tests', 'histories', 'recorded') } },
});
if (values.anew && positionals.length > 0) {
  console.error('--anew records every story: name none.');
  process.exit(2);
}
const folder = resolve(values.into);
if (values.anew) rmSync(folder, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'test.mjs'), ...(positionals.length > 0 ? positionals : ['tests/stories'])], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, ONETOUCH_RECORD: folder },
});
if (status !== 0) console.error('Not every story was recorded. "npm run histories" adds those that are missing.');
process.exitCode = status ?? 1;
