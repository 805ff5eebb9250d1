/** What a CLI command may touch, so that tests run it in-process. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DEFAULT_DATA } from '../config.js';

export interface Io {
  env: NodeJS.ProcessEnv;
  /** Writes a line for the caller. */
  out(line: string): void;
  /** Writes a line about what went wrong. */
  err(line: string): void;
  stdin(): Promise<string>;
  readFile(path: string): Promise<Uint8Array>;
  /** Where `npm start` leaves the token it made up. */
  tokenFile: string;
  /** What `login` keeps between two commands; for this user's eyes alone. */
  signedIn: { read(): Promise<string>; write(text: string): Promise<void> };
  /** Columns of the terminal. */
  width: number;
  now(): Date;
}

const LOGIN_FILE = join(homedir(), '.config', 'onetouch', 'login.json');

/** The real terminal. */
export const terminal = (): Io => ({
  env: process.env,
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  stdin: () => text(process.stdin),
  readFile: (path) => readFile(path),
  tokenFile: join(process.env['ONETOUCH_DATA'] || DEFAULT_DATA, 'api-token'),
  signedIn: {
    read: () => readFile(LOGIN_FILE, 'utf8'),
    write: async (kept) => {
      await mkdir(dirname(LOGIN_FILE), { recursive: true, mode: 0o700 });
      await writeFile(LOGIN_FILE, kept, { mode: 0o600 });
    },
  },
  width: process.stdout.columns ?? 120,
  now: () => new Date(),
});

/** Exit codes, as the README lists them. */
export const EXIT = { ok: 0, error: 1, usage: 2, refused: 3, notFound: 4, unreachable: 5 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a message and an exit code. */
export class CliError extends Error {
  override name = 'CliError';
  constructor(
    readonly exitCode: ExitCode,
    message: string,
  ) {
    super(message);
  }
}
