import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir, executable, installFolder, onPath } from './cache.mjs';
import { goInstall } from './go.mjs';
import { withLock } from './lock.mjs';
import { BootstrapError } from './report.mjs';
import { run } from './run.mjs';
import { vendorDownload } from './vendor.mjs';

/** Server 1.29.1 and UI 2.42.1; the newest that `go install` can build (later ones replace a module). */
const VERSION = '1.5.1';
const PACKAGE = `github.com/temporalio/cli/cmd/temporal@v${VERSION}`;

/** The first line of `temporal --version`, or null where the file is no Temporal CLI. */
async function versionOf(path) {
  const { ok, output } = await run(path, ['--version']);
  return ok && /^temporal version/i.test(output) ? output.trim().split('\n')[0] : null;
}

/**
 * The Temporal CLI, which holds the dev server. Looked for in this order: `TEMPORAL_CLI`, the PATH, the cache,
 * the vendor's download, a build with Go. Throws `BootstrapError` with what to install.
 *
 * @param {{log: (line: string) => void}} options
 * @returns {Promise<string>} its path
 */
export async function temporalBinary({ log }) {
  const given = process.env.TEMPORAL_CLI;
  if (given) {
    if (!(await executable(given))) {
      throw new BootstrapError(`TEMPORAL_CLI names ${given}, which is not there or cannot be executed.`);
    }
    if (!(await versionOf(given))) {
      throw new BootstrapError(`TEMPORAL_CLI names ${given}, which does not answer "--version" as the Temporal CLI.`);
    }
    return given;
  }

  const installed = await onPath('temporal');
  if (installed) {
    if (await versionOf(installed)) return installed;
    log(`${installed} does not run as the Temporal CLI; looking further.`);
  }

  const folder = join(cacheDir(), `temporal-cli-${VERSION}`);
  const cached = join(folder, 'temporal');
  if (await executable(cached)) return cached;
  return withLock(`${folder}.lock`, 'getting the Temporal server', log, async () => {
    // Whoever held the lock may just have put it there.
    if (await executable(cached)) return cached;
    for (const get of [download, build]) {
      if (await installFolder(folder, (partial) => get(partial, log))) return cached;
    }
    throw new BootstrapError(
      [
        'The Temporal server was not found and could not be made. Do one of these, then start again:',
        '  install the Temporal CLI (https://docs.temporal.io/cli) so that "temporal" is on the PATH;',
        '  or set TEMPORAL_CLI to where it is;',
        `  or install Go 1.24 or newer (https://go.dev/dl), from which version ${VERSION} is built.`,
      ].join('\n'),
    );
  });
}

const download = (folder, log) =>
  vendorDownload({ kind: 'dev-server', version: `v${VERSION}`, folder, name: 'temporal', log });

async function build(folder, log) {
  if (await onPath('go')) log(`building the Temporal server ${VERSION} with Go; the first time takes three to five minutes …`);
  if (!(await goInstall({ module: PACKAGE, folder, name: 'temporal', what: 'the Temporal server', log }))) return false;
  if (await versionOf(join(folder, 'temporal'))) return true;
  log('what was built does not run as the Temporal CLI.');
  await rm(join(folder, 'temporal'), { force: true });
  return false;
}
