import { join } from 'node:path';
import { cacheDir, executable, installFolder, onPath } from './cache.mjs';
import { goInstall } from './go.mjs';
import { withLock } from './lock.mjs';
import { BootstrapError } from './report.mjs';

const VERSION = '2.12.0';
const NAME = 'toxiproxy-server';

/**
 * Toxiproxy, which disturbs connections on the wire. Looked for in this order: `TOXIPROXY_SERVER`, the PATH, the cache,
 * a build with Go. Null, with the reason in the log, where it cannot be had: a fault run goes on without it.
 * Throws `BootstrapError` where `TOXIPROXY_SERVER` names nothing.
 *
 * @param {{log: (line: string) => void}} options
 * @returns {Promise<string | null>} its path
 */
export async function toxiproxyBinary({ log }) {
  const given = process.env.TOXIPROXY_SERVER;
  if (given && !(await executable(given))) throw new BootstrapError(`TOXIPROXY_SERVER names ${given}, which is not there or cannot be executed.`);
  if (given) return given;
  const installed = await onPath(NAME);
  if (installed) return installed;

  const folder = join(cacheDir(), `toxiproxy-${VERSION}`);
  const cached = join(folder, NAME);
  if (await executable(cached)) return cached;
  return withLock(`${folder}.lock`, 'getting Toxiproxy', log, async () => {
    if (await executable(cached)) return cached;
    const module = `github.com/Shopify/toxiproxy/v2/cmd/server@v${VERSION}`;
    return (await installFolder(folder, (partial) => goInstall({ module, folder: partial, name: NAME, what: `Toxiproxy ${VERSION}`, log }))) ? cached : null;
  });
}
