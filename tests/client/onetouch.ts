import { expect } from 'vitest';
import { main } from '../../src/client/cli.js';
import type { Io } from '../../src/client/io.js';
import { serve } from '../../src/web/serve.js';
import { NOW, TOKEN, town } from '../web/town.js';

/** Runs the CLI against an in-process gateway over fake cases and problems. */
export async function onetouch(
  argv: string[],
  {
    stdin = '',
    files: given = {},
    env = {},
    ...how
  }: Parameters<typeof town>[0] & { stdin?: string; files?: Record<string, string> | ((gateway: string) => Record<string, string>); env?: NodeJS.ProcessEnv } = {},
) {
  const { app, calls } = town(how);
  const gateway = await serve(app, { port: 0, host: '127.0.0.1' });
  const files = typeof given === 'function' ? given(gateway.url) : given;
  const out: string[] = [];
  const err: string[] = [];
  const io: Io = {
    env: { ONETOUCH_URL: gateway.url, API_TOKEN: TOKEN, ...env },
    out: (line) => void out.push(line),
    err: (line) => void err.push(line),
    stdin: () => Promise.resolve(stdin),
    readFile: (path) =>
      path in files
        ? Promise.resolve(new TextEncoder().encode(files[path]))
        : Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' })),
    tokenFile: 'token',
    signedIn: { read: async () => files['login'] ?? '', write: async () => {} },
    width: 120,
    now: () => new Date(NOW),
  };
  const code = await main(argv, io);
  await gateway.close();
  return { code, out: out.join('\n'), err: err.join('\n'), calls };
}
/** A body as it is said, by whom. */
export const said = (body: object, name = 'API') => ({ ...body, by: { name, role: 'lead', verified: true }, id: expect.stringMatching(/^[0-9a-f]{64}$/) });
