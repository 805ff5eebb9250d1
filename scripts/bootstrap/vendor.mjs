/**
 * The vendor's own download of the Temporal servers, as the SDK does it. Run as a program, so that it can be
 * ended when nothing comes: `node vendor.mjs dev-server|time-skipping VERSION FOLDER`.
 */
import { chmod, readdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastLines } from './report.mjs';
import { run } from './run.mjs';

const SILENCE_MS = 15_000;
const MB = 1024 * 1024;
const self = fileURLToPath(import.meta.url);

/**
 * Downloads a server into `folder` as `name`. Gives up after 15 s without a byte, so that a network without
 * the vendor's site costs little.
 *
 * @param {'dev-server' | 'time-skipping'} kind
 * @returns {Promise<boolean>} false where the vendor cannot be reached
 */
export async function vendorDownload({ kind, version, folder, name, log }) {
  if (process.env.ONETOUCH_NO_DOWNLOAD === '1') {
    log("not asking the vendor's site: ONETOUCH_NO_DOWNLOAD is set.");
    return false;
  }
  log(`asking the vendor's site for ${name} ${version} …`);
  let heard = { bytes: 0, at: Date.now() };
  let bytes = 0;
  const look = async () => {
    bytes = await size(folder);
    if (bytes > heard.bytes) heard = { bytes, at: Date.now() };
  };
  const watch = setInterval(() => void look(), 1000);
  const download = await run(process.execPath, [self, kind, version, folder], {
    // The SDK is found from the project, wherever this was started.
    cwd: dirname(self),
    still: (seconds) => log(`downloading ${name}: ${Math.round(bytes / MB)} MB, ${seconds} s …`),
    giveUp: () => (Date.now() - heard.at > SILENCE_MS ? 'nothing came for 15 s' : null),
  });
  clearInterval(watch);
  const [file] = await readdir(folder);
  if (!download.ok || !file) {
    log(`the vendor's site did not give it: ${download.gaveUp ?? why(download.output)}.`);
    return false;
  }
  await rename(join(folder, file), join(folder, name));
  await chmod(join(folder, name), 0o755);
  log(`downloaded ${name} ${version} in ${download.seconds} s.`);
  return true;
}

const why = (output) =>
  /dns error|client error|error sending request/i.test(output) ? 'it cannot be reached' : lastLines(output, 1);

async function size(folder) {
  const files = await readdir(folder).catch(() => []);
  const stats = await Promise.all(files.map((f) => stat(join(folder, f)).catch(() => null)));
  return stats.reduce((sum, s) => sum + (s?.size ?? 0), 0);
}

if (process.argv[1] === self) {
  const [kind, version, downloadDir] = process.argv.slice(2);
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const { Runtime, DefaultLogger } = await import('@temporalio/worker');
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const server = { executable: { type: 'cached-download', version, downloadDir } };
  try {
    // The SDK offers the download only together with a start, which shows at once that the file runs.
    const env =
      kind === 'dev-server'
        ? await TestWorkflowEnvironment.createLocal({ server })
        : await TestWorkflowEnvironment.createTimeSkipping({ server });
    await env.teardown();
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
