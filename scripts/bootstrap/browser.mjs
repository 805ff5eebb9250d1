import { executable, onPath } from './cache.mjs';
import { BootstrapError, lastLines } from './report.mjs';
import { run } from './run.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const installed = async () => {
  for (const name of NAMES) {
    const path = await onPath(name);
    if (path) return path;
  }
  return null;
};

/**
 * Chromium, for the tests that need a browser. Looked for in this order: `CHROMIUM`, the PATH, and in CI alone Debian's
 * package, since nothing is installed on somebody's own machine unasked. Null, with the reason in the log, where it cannot be
 * had: these tests are skipped then, and say so. Throws `BootstrapError` where `CHROMIUM` names nothing.
 *
 * @param {{log: (line: string) => void}} options
 * @returns {Promise<string | null>} its path
 */
export async function chromiumBinary({ log }) {
  const given = process.env.CHROMIUM;
  if (given && !(await executable(given))) throw new BootstrapError(`CHROMIUM names ${given}, which is not there or cannot be executed.`);
  if (given) return given;
  const found = await installed();
  if (found) return found;
  const apt = process.env.CI && process.getuid?.() === 0 ? await onPath('apt-get') : null;
  if (!apt) {
    log('Chromium was not found; the tests that need a browser are skipped. Install Chromium, or name it by CHROMIUM.');
    return null;
  }
  log('installing Chromium, for the tests that need a browser …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const words of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const done = await run(apt, ['-qq', ...words], { env, still: (seconds) => log(`still installing Chromium, ${seconds} s …`) });
    if (done.ok) continue;
    log(`Chromium could not be installed; the tests that need a browser are skipped:\n${lastLines(done.output)}`);
    return null;
  }
  return installed();
}
