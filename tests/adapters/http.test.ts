import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { http, retryAfterMs, shaped } from '../../src/adapters/http.js';
import { STATUSES, deep, failure } from './failing.js';
import { freePort } from '../../src/dev/ports.js';
import { recorder, type Answer } from './recorder.js';

const answering = async (answer: Answer) => {
  const server = await recorder(() => answer);
  return { server, send: http('Admin', `${server.url}/`) };
};
const secret = { authorization: 'Bearer hush-hush' };

test.each(STATUSES)('$status is $type', async ({ status, type }) => {
  const { send } = await answering({ status, body: { said: 'pat@example.com' } });
  const failed = await failure(send({ doing: 'read', path: '/members', query: { email: 'pat@example.com' }, headers: secret }));
  expect(failed.type).toBe(type);
  expect(failed.nonRetryable).toBe(type === 'Refused');
  expect(failed.message).toContain(String(status));
  expect(deep(failed)).not.toMatch(/hush-hush|pat@example|email=/);
});

describe('Retry-After', () => {
  test('in seconds', async () => {
    const { send } = await answering({ status: 429, headers: { 'retry-after': '93' } });
    expect((await failure(send({ doing: 'read', path: '/x' }))).nextRetryDelay).toBe(93_000);
  });
  test('as a date, from now', () => {
    const now = Date.parse('2026-03-01T10:00:00Z');
    expect(retryAfterMs('Sun, 01 Mar 2026 10:02:30 GMT', now)).toBe(150_000);
    expect(retryAfterMs('Sun, 01 Mar 2026 09:00:00 GMT', now)).toBe(0);
  });
  test('as a date in an answer', async () => {
    const { send } = await answering({ status: 503, headers: { 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' } });
    expect((await failure(send({ doing: 'read', path: '/x' }))).nextRetryDelay).toBeGreaterThan(1_000_000_000);
  });
  test.each([null, '', 'soon', '-5'])('%j says nothing', (header) => {
    expect(retryAfterMs(header)).toBeUndefined();
  });
});

test('a connection that is refused or lost is unavailable, with its code alone', async () => {
  const { server, send } = await answering({ drop: true });
  const lost = await failure(send({ doing: 'read', path: '/members', query: { email: 'pat@example.com' }, headers: secret }));
  expect(lost.type).toBe('Unavailable');
  expect(deep(lost)).not.toMatch(/hush-hush|pat@example/);
  expect(server.asked).toHaveLength(1);

  const refusedPort = await failure(http('Admin', `http://127.0.0.1:${await freePort()}`)({ doing: 'read', path: '/x', headers: secret }));
  expect(refusedPort).toMatchObject({ type: 'Unavailable', message: 'Admin could not read: the connection failed (ECONNREFUSED)' });
});

test('every request has a time limit, and reaching it is unavailable', async () => {
  let signal: AbortSignal | null | undefined;
  const slow: typeof fetch = async (_url, init) => {
    signal = init?.signal;
    throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  };
  const failed = await failure(http('Admin', 'http://admin.invalid', { fetch: slow })({ doing: 'read', path: '/x' }));
  expect(signal).toBeInstanceOf(AbortSignal);
  expect(failed).toMatchObject({ type: 'Unavailable', message: 'Admin could not read: it did not answer in time' });
});

test.each([301, 302, 303, 307, 308])('a redirect (%i) is refused, and not followed: the token goes nowhere else', async (status) => {
  const elsewhere = await recorder(() => ({ body: {} }));
  for (const location of [`${elsewhere.url}/members`, '/other']) {
    const { server, send } = await answering({ status, headers: { location } });
    const failed = await failure(send({ doing: 'read', method: 'POST', path: '/members', body: { email: 'pat@example.com' }, headers: secret }));
    expect(failed).toMatchObject({ type: 'Refused', message: expect.stringContaining('it redirects') });
    expect(server.asked.map((a) => a.path)).toEqual(['/members']);
  }
  expect(elsewhere.asked).toEqual([]);
});

test('an answer that is not JSON is refused', async () => {
  const { send } = await answering({ body: '<html>pat@example.com</html>' });
  const failed = await failure(send({ doing: 'read', path: '/x' }));
  expect(failed.type).toBe('Refused');
  expect(failed.message).toMatch(/not JSON/);
  expect(deep(failed)).not.toContain('pat@example');
});

test('a status the caller waits for is an answer', async () => {
  const { send } = await answering({ status: 404, body: 'whatever' });
  expect(await send({ doing: 'read', path: '/x', answers: [404] })).toEqual({ status: 404, body: null });
});

test('a malformed answer names its fields, not their values', () => {
  const schema = z.object({ member: z.object({ email: z.string(), met: z.boolean() }) });
  try {
    shaped(schema, { member: { email: 7, met: 'pat@example.com' } }, 'Admin', 'find the member');
    expect.fail('it should have failed');
  } catch (error) {
    expect(error).toMatchObject({ type: 'Refused', nonRetryable: true });
    expect((error as Error).message).toMatch(/member\.email, member\.met/);
    expect(deep(error)).not.toContain('pat@example');
  }
});
