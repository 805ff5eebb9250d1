import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { BootstrapError, lastLines } from './report.mjs';
import { run } from './run.mjs';

const OLDEST_NODE = [20, 11];
const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/;

/** Throws `BootstrapError` where Node is older than the project needs. */
export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new BootstrapError(`This is Node ${version}; ${OLDEST_NODE.join('.')} or newer is needed (https://nodejs.org).`);
}

/** npm says what went wrong first, and then how it is used. */
const reason = (output) =>
  output
    .split('\n')
    .filter((line) => /^npm error \S/.test(line))
    .slice(0, 5)
    .join('\n') || lastLines(output);

const packagesOf = (path) =>
  readFile(path, 'utf8').then(
    (text) => JSON.parse(text).packages,
    () => null,
  );

/** Optional packages are there for one platform each; the C library of ours is not known here. */
const belongsHere = (p) =>
  !p.libc &&
  (!p.os || p.os.includes(process.platform)) &&
  (!p.cpu || p.cpu.includes(process.arch)) &&
  (!p.optional || Boolean(p.os || p.cpu));

/**
 * True when node_modules holds what package-lock.json names. npm writes its own list at the end of an install,
 * so an interrupted one, another platform's, or one older than the lock is told apart.
 */
export async function dependenciesAreCurrent(root) {
  const wanted = await packagesOf(join(root, 'package-lock.json'));
  const there = await packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (!wanted || !there) return false;
  const same = ([path, p]) => there[path]?.version === p.version && there[path]?.integrity === p.integrity;
  return (
    Object.entries(wanted).every(([path, p]) => path === '' || !belongsHere(p) || same([path, p])) &&
    Object.keys(there).every((path) => path in wanted)
  );
}

/**
 * Installs the dependencies where they are missing or not those of package-lock.json. Throws `BootstrapError`.
 *
 * @param {{root: string, log: (line: string) => void}} options
 */
export async function installDependencies({ root, log }) {
  checkNode();
  if (await dependenciesAreCurrent(root)) return;
  await withLock(join(root, '.data', 'dependencies.lock'), 'installing the dependencies', log, async () => {
    if (await dependenciesAreCurrent(root)) return;
    log('installing the dependencies (npm ci) …');
    const installed = await run('npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: root,
      echo: true,
      still: (seconds) => log(`still installing, ${seconds} s …`),
    });
    if (installed.ok) return log(`installed the dependencies in ${installed.seconds} s.`);
    if (installed.missing) throw new BootstrapError('npm was not found; it comes with Node.js (https://nodejs.org).');
    throw new BootstrapError(
      UNREACHABLE.test(installed.output)
        ? 'The npm registry could not be reached. Check the network, and the address in "npm config get registry".'
        : `npm ci failed:\n${reason(installed.output)}`,
    );
  });
}
