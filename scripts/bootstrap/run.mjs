import { spawn } from 'node:child_process';

/** Ends what is left of the process group that `child`, spawned as `detached`, leads. */
export function endGroup(child) {
  if (!child.pid) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nothing is left.
  }
}

/**
 * Runs a command to its end. Never rejects: `missing` says that there is no such command.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {object} [options] `env` and `cwd` as for spawn; `echo` repeats stderr as it comes; `still` is
 *   called with the seconds gone, every 15 s, so that a long silence is explained; `giveUp` is asked every
 *   second for a reason to end the command, and is null while there is none.
 * @returns {Promise<{ok: boolean, missing: boolean, output: string, gaveUp: string | null, seconds: number}>}
 */
export function run(command, args, { env = process.env, cwd, echo = false, still, giveUp } = {}) {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  return new Promise((resolve) => {
    let output = '';
    let gaveUp = null;
    // Its own group, so that giving up ends its children too.
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const stop = () => endGroup(child);
    // Whatever ends us ends it, and others that run beside it.
    const interrupted = (signal) => process.exit(signal === 'SIGINT' ? 130 : 143);
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted).once('exit', stop);
    const reporter = still && setInterval(() => still(seconds()), 15_000);
    const judge =
      giveUp &&
      setInterval(() => {
        gaveUp ??= giveUp();
        if (gaveUp) stop();
      }, 1000);
    const done = (ok, missing = false) => {
      clearInterval(reporter);
      clearInterval(judge);
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted).off('exit', stop);
      resolve({ ok, missing, output, gaveUp, seconds: seconds() });
    };
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => {
      output += chunk;
      if (echo) process.stderr.write(chunk);
    });
    child.on('error', (error) => done(false, error.code === 'ENOENT'));
    child.on('close', (code) => done(code === 0 && gaveUp === null));
  });
}
