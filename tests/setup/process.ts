/** A process of its own, as in production, so that it may be killed, stood still and measured. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const READY_MS = 60_000;
const LOOK_EVERY_MS = 50;
/** So much of what it says is kept, in characters. */
const KEPT = 100_000;

export type Running = ReturnType<typeof run>;

/** True once the worker says that it serves. */
export const workerServes = (said: string): boolean => said.includes('the worker is ready');

/** Starts node, e.g. with `['dist/worker.js']`. */
export const runNode = (args: readonly string[], env: Record<string, string>, heard?: (chunk: Buffer) => void): Running => run(process.execPath, args, env, heard);

/** What the workers of a run of the tests find their workflows in; see `bundle.ts`. */
const BUNDLE: Record<string, string> = process.env['TEST_WORKFLOW_BUNDLE'] ? { TEST_WORKFLOW_BUNDLE: process.env['TEST_WORKFLOW_BUNDLE'] } : {};

/**
 * Starts a program, at the root of the project; it ends with this process.
 *
 * @param env all that it gets of the environment, but for PATH
 * @param heard gets what it writes, as it comes
 */
export function run(command: string, args: readonly string[], env: Record<string, string>, heard?: (chunk: Buffer) => void) {
  const child = spawn(command, [...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', ...BUNDLE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      heard?.(chunk);
      said = (said + String(chunk)).slice(-KEPT);
    });
  // What it said last comes after its end.
  const gone = once(child, 'close').then(() => void process.off('exit', killWithUs));
  const ended = () => child.exitCode !== null || child.signalCode !== null;

  return {
    /** Its process id; 0 where it could not be started. */
    pid: child.pid ?? 0,
    gone,
    ended,
    /** What it wrote lately. */
    said: () => said,
    /** SIGSTOP, or SIGCONT: it goes on as if nothing had been. */
    signal: (signal: NodeJS.Signals): void => void child.kill(signal),
    /** How it ended: the signal's name or the exit code; null while it runs. */
    end: (): string | number | null => child.signalCode ?? child.exitCode,
    /** SIGKILL: it gets to say nothing to anyone. Resolves when it is gone. */
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await gone;
    },
    /** Resolves when it serves. Kills it and rejects, with what it said, when it has ended or a minute has passed. */
    async ready(serves: (said: string) => boolean | Promise<boolean>): Promise<void> {
      for (const until = Date.now() + READY_MS; !(await serves(said)); await sleep(LOOK_EVERY_MS)) {
        const over = ended();
        if (!over && Date.now() < until) continue;
        await this.kill();
        throw new Error(`${[command, ...args].join(' ')} ${over ? 'ended at its start' : 'does not get ready'}:\n${said.slice(-2_000)}`);
      }
    },
  };
}
