/** What the gateway logs of a request: nothing that a terminal or a viewer of logs obeys, whoever asks. */
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { TemporalAway } from '../../src/client/errors.js';
import { TOKEN, town } from './town.js';

const PATHS = ['/%C2%9B31m', '/%E2%80%AEgnp', '/%7F', '/%E2%80%A8x', '/api/%C2%9B31m', '/api/cases/%C2%9B31m/close', '/codec/%C2%9B31m', '/webhooks/%C2%9B', '/\u009b31m', '/healthz/\u202e', '/%C2', '/%00'];

async function logged(path: string, method: string, how: Parameters<typeof town>[0] = {}, token = TOKEN) {
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const { app } = town({ ...how, log });
  const { status } = await app.request(path, { method, headers: { Authorization: `Bearer ${token}` } });
  return { status, lines: lines.join('').replaceAll('\n', '') };
}

test.each(PATHS)('%j', async (path) => {
  for (const method of ['GET', 'POST'])
    for (const how of [{}, { fails: () => new TemporalAway('away') }, { fails: () => new Error('broken') }]) {
      const { lines } = await logged(path, method, how);
      expect(lines).toContain('"path":"/');
      expect(lines).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    }
});

test('who is refused is logged so too', async () => {
  const { lines } = await logged('/api/%C2%9B31m%E2%80%AE', 'GET', {}, 'nobody');
  expect(lines).toContain('"route":"/api/%C2%9B31m%E2%80%AE"');
  expect(lines).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
});

test('a long path is cut', async () => {
  const { lines } = await logged(`/${'a'.repeat(5_000)}`, 'GET');
  expect(lines).toContain(`"path":"/${'a'.repeat(199)}"`);
});

test.each(['/api/cases/robin@example.com', '/api/cases/Robin%20Doe/close', '/api/problems/problem-robin@example.com/merge', '/api/cases/5158/robin@example.com', '/api//cases/robin@example.com'])(
  'what stands where a number should is not logged: %s',
  async (path) => {
    for (const method of ['GET', 'POST'])
      for (const token of [TOKEN, 'nobody']) {
        const { lines } = await logged(path, method, {}, token);
        expect(lines).toContain('…');
        expect(lines).not.toMatch(/robin/i);
      }
  },
);

test('a number, an id and the words of a route are', async () => {
  for (const path of ['/api/cases/5158/re-escalate', '/api/problems/problem-server-error-0a1b2c3d4e5/merge']) expect((await logged(path, 'POST')).lines).toContain(`"path":"${path}"`);
});
