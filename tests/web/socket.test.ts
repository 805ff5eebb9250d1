/** Bodies and requests that break off on a real socket: a refusal in the log, never an internal error, and no effect. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { serve } from '../../src/web/serve.js';
import { TOKEN, town } from './town.js';

interface Line {
  path: string;
  status: number;
  level: number;
}

/** Sends the pieces to a gateway, ends as it is told, and returns what was answered and logged. */
async function sent(pieces: string[], end: 'destroyed' | 'half-closed' | 'left open') {
  const lines: Line[] = [];
  const { app, calls } = town({ log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) }) });
  const gateway = await serve(app, { port: 0, host: '127.0.0.1', graceMs: 0 });
  let answer = '';
  try {
    const socket = connect(gateway.port, '127.0.0.1');
    socket.on('data', (data) => (answer += String(data))).on('error', () => undefined);
    await once(socket, 'connect');
    for (const piece of pieces) {
      socket.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    if (end === 'destroyed') socket.destroy();
    if (end === 'half-closed') socket.end();
    await vi.waitFor(() => expect(lines.some((line) => line.status)).toBe(true), { timeout: 5_000 });
    socket.destroy();
  } finally {
    await gateway.close();
  }
  return { answer, lines, calls };
}

const head = (path: string) => `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n`;
const PATHS = ['/webhooks/helpdesk', '/webhooks/jira', '/api/cases/5158/resume', '/codec/decode'];
const BREAKS: [string, string[], Parameters<typeof sent>[1]][] = [
  ['destroyed in the middle', ['5\r\nabc'], 'destroyed'],
  ['destroyed before its first chunk', [''], 'destroyed'],
  ['half-closed between chunks', ['3\r\nabc\r\n'], 'half-closed'],
  ['half-closed in the middle', ['5\r\nabc'], 'half-closed'],
  ['with a chunk size that is none', ['3\r\nabc\r\nzz\r\nabc\r\n0\r\n\r\n'], 'left open'],
  ['with a chunk that is longer than it says', ['3\r\nabcdef\r\n0\r\n\r\n'], 'left open'],
];

test.each(BREAKS)('a chunked body %s is a 400', async (_, body, end) => {
  for (const path of PATHS) {
    const { answer, lines, calls } = await sent([head(path), ...body], end);
    expect(lines.filter((line) => line.status), path).toMatchObject([{ path, status: 400 }]);
    expect(lines.filter((line) => line.level >= 50), path).toEqual([]);
    expect(answer, path).not.toMatch(/^HTTP\/1\.1 5/m);
    expect(calls, path).toEqual([]);
  }
});
