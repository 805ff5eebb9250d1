import { rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cacheDir, onPath } from './cache.mjs';
import { lastLines } from './report.mjs';
import { run } from './run.mjs';

/**
 * Builds a program with Go into `folder`, under `name`. False, with the reason in the log, where there is no Go or the
 * build fails.
 *
 * @param {{module: string, folder: string, name: string, what: string, log: (line: string) => void}} options `module` with its
 *   version, e.g. `example.com/cmd/tool@v1.2.3`; `what` names it in the log
 * @returns {Promise<boolean>}
 */
export async function goInstall({ module, folder, name, what, log }) {
  const go = await onPath('go');
  if (!go) {
    log(`Go is not installed, so ${what} cannot be built.`);
    return false;
  }
  // Nobody debugs it: without what a debugger needs it is compiled in five sixths of the time.
  const built = await run(go, ['install', '-gcflags=all=-dwarf=false', '-ldflags', '-s -w', module], {
    env: { ...process.env, GOBIN: folder, GOWORK: 'off' },
    cwd: folder,
    still: (seconds) => log(`still building ${what}, ${seconds} s …`),
  });
  if (!built.ok) {
    log(`the build of ${what} with Go failed:\n${lastLines(built.output)}`);
    return false;
  }
  // Go names a program by its folder.
  const made = basename(module.replace(/@.*/, ''));
  if (made !== name) await rename(join(folder, made), join(folder, name));
  log(`built ${what} in ${built.seconds} s; kept in ${cacheDir()}.`);
  return true;
}
