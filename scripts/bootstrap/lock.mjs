import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BootstrapError } from './report.mjs';

const PATIENCE_MS = 20 * 60_000;

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/**
 * Does `work` while no other process does the same. The lock is a file with its owner's process id; one left
 * behind by a process that is gone is taken over.
 *
 * @template T
 * @param {string} path the lock file
 * @param {string} what what the other one is doing, for the line that explains the waiting
 * @param {(line: string) => void} log
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, what, log, work) {
  await mkdir(dirname(path), { recursive: true });
  // Written whole, then linked: a lock that can be seen always names its owner.
  const mine = `${path}.${process.pid}`;
  await writeFile(mine, String(process.pid));
  try {
    await take(path, mine, what, log);
    try {
      return await work();
    } finally {
      await rm(path, { force: true });
    }
  } finally {
    await rm(mine, { force: true });
  }
}

async function take(path, mine, what, log) {
  const until = Date.now() + PATIENCE_MS;
  let told = false;
  for (;;) {
    try {
      return await link(mine, path);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = Number(await readFile(path, 'utf8').catch(() => ''));
    if (owner && !alive(owner)) {
      // Moved aside before it is removed: of two that see the same dead owner, one gets it.
      await rename(path, `${mine}.left`).catch(() => {});
      await rm(`${mine}.left`, { force: true });
      continue;
    }
    if (Date.now() > until) {
      throw new BootstrapError(`Process ${owner} has been ${what} for too long. If it is not, remove ${path}.`);
    }
    if (!told) log(`process ${owner} is ${what}; waiting for it …`);
    told = true;
    await sleep(500);
  }
}
