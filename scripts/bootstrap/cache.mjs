import { access, constants, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Where what was built or downloaded is kept: outside the clone, so that the next clone finds it. */
export const cacheDir = (env = process.env) =>
  env.ONETOUCH_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'onetouch');

/** True where `path` is a file that may be executed. */
export const executable = (path) =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

/** The first `name` on the PATH, or null. */
export async function onPath(name, env = process.env) {
  for (const folder of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    if (await executable(join(folder, name))) return join(folder, name);
  }
  return null;
}

/**
 * Fills a folder and moves it into place in one step, so that a half-made one is never found. Whoever calls
 * it holds the folder's lock.
 *
 * @param {string} folder the final place
 * @param {(partial: string) => Promise<boolean>} fill true when the folder is complete
 */
export async function installFolder(folder, fill) {
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    if (!(await fill(partial))) return false;
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
    return true;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
