import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { endGroup } from './run.mjs';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGWINCH'];

/**
 * Runs a program as if it were this one: its output, its exit code, the signals it is sent. It gets its own
 * process group, for two reasons: Ctrl-C in a terminal under npm comes here several times and goes on once,
 * and whatever the program leaves running is ended with it.
 *
 * @param {number} [echoMs] how long the same signal again is an echo of the first
 * @returns {Promise<number>} the exit code, 128 + the signal's number where a signal ended it
 */
export function foreground(command, args, env, echoMs = 500) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
    const last = {};
    const forward = (signal) => {
      const now = Date.now();
      if (now - (last[signal] ?? 0) > echoMs) child.kill(signal);
      last[signal] = now;
    };
    for (const signal of FORWARDED) process.on(signal, forward);
    // A signal to npm itself ends the shell between npm and us, which passes nothing on.
    const parent = process.ppid;
    const orphaned = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(orphaned);
      forward('SIGTERM');
    }, 1_000);
    if (!process.env.npm_lifecycle_event) clearInterval(orphaned);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(orphaned);
      for (const s of FORWARDED) process.off(s, forward);
      endGroup(child);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}
