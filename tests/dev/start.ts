/** `npm start` without its bootstrap: `src/dev.ts` as a process of its own, in a process group of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const ANY_PORTS = Object.fromEntries(
  ['PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT', 'SANDBOX_PORT', 'SANDBOX_HELPDESK_PORT', 'SANDBOX_JIRA_PORT', 'SANDBOX_ADMIN_PORT', 'SANDBOX_SMTP_PORT', 'SANDBOX_IDENTITY_PORT'].map((name) => [name, '0']),
);

export type Started = ReturnType<typeof start>;

/** Starts it on free ports. End it in the test: `stop`, or by its own end. */
export function start(dataDir: string, args: string[] = [], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/dev.ts', ...args], {
    // vitest has a MODE of its own.
    env: { ...process.env, MODE: '', ...ANY_PORTS, ONETOUCH_DATA: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  const heard = new EventTarget();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += String(chunk);
      heard.dispatchEvent(new Event('said'));
    });
  const exit = once(child, 'exit').then(([code]) => code as number | null);

  return {
    output: () => said,
    exit,
    /** Resolves to the match once it was said; rejects when the process ends before. */
    async says(pattern: RegExp): Promise<RegExpExecArray> {
      let ended = false;
      void exit.then(() => {
        ended = true;
        heard.dispatchEvent(new Event('said'));
      });
      for (;;) {
        const match = pattern.exec(said);
        if (match) return match;
        if (ended) throw new Error(`It ended before it said ${pattern}:\n${said}`);
        await new Promise((resolve) => heard.addEventListener('said', resolve, { once: true }));
      }
    },
    async stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): Promise<number | null> {
      child.kill(signal);
      return exit;
    },
    /** Is anything of its process group still there? */
    left(): boolean {
      try {
        process.kill(-child.pid!, 0);
        return true;
      } catch {
        return false;
      }
    },
    /** Whatever the test found, nothing of it outlives the test. */
    kill(): void {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // Nothing is left.
      }
    },
  };
}
