import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { askedToWaitMs } from '../../src/activities/failures.js';
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

test('a conflict (409) is refused: by its contract Admin says so what cannot be done', async () => {
  const { send } = await answering({ status: 409, body: { title: 'No account', status: 409 } });
  expect((await failure(send({ doing: 'start the recovery', path: '/x' }))).type).toBe('Refused');
});

describe('Retry-After', () => {
  const DAY_MS = 24 * 3_600_000;
  test('in seconds, for Temporal and for whoever tries again after it', async () => {
    const { send } = await answering({ status: 429, headers: { 'retry-after': '93' } });
    const failed = await failure(send({ doing: 'read', path: '/x' }));
    expect([failed.nextRetryDelay, askedToWaitMs(failed)]).toEqual([93_000, 93_000]);
  });
  test('as a date, from now', () => {
    const now = Date.parse('2026-03-01T10:00:00Z');
    expect(retryAfterMs('Sun, 01 Mar 2026 10:02:30 GMT', now)).toBe(150_000);
  });
  test('a day at most', async () => {
    const { send } = await answering({ status: 503, headers: { 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' } });
    expect((await failure(send({ doing: 'read', path: '/x' }))).nextRetryDelay).toBe(DAY_MS);
    expect(retryAfterMs('99999999999999999999')).toBe(DAY_MS);
  });
  // Temporal takes a delay of 0 for "never again".
  test.each([null, '', 'soon', '-5', '0', '0.0', 'Sun, 01 Mar 2026 09:00:00 GMT'])('%j says nothing', async (header) => {
    expect(retryAfterMs(header, Date.parse('2026-03-01T09:00:00Z'))).toBeUndefined();
    const { send } = await answering({ status: 503, ...(header && { headers: { 'retry-after': header } }) });
    const failed = await failure(send({ doing: 'read', path: '/x' }));
    expect([failed.nextRetryDelay, askedToWaitMs(failed)]).toEqual([undefined, 0]);
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

describe('an answer that is not JSON', () => {
  test.each([
    ['a page of somebody else', 'GET', '<html>pat@example.com</html>'],
    ['the beginning of one', 'GET', '{"email": "pat@example.com'],
    ['none at all', 'GET', ''],
    ['none at all, to a write whose answer is read', 'POST', ''],
  ] as const)('%s: it is asked again', async (_, method, body) => {
    const { send } = await answering({ body });
    const failed = await failure(send({ doing: 'read', method, path: '/x' }));
    expect(failed).toMatchObject({ type: 'Unavailable', nonRetryable: false, message: 'Admin could not read: the answer is not JSON; is its URL the right one?' });
    expect(deep(failed)).not.toContain('pat@example');
  });
  test('a write that is answered with nothing was done; one that is answered with a page was not', async () => {
    const { send } = await answering({});
    expect(await send({ doing: 'note', method: 'PUT', path: '/x', body: {} })).toEqual({ status: 200, body: null });
    const page = await answering({ body: '<html>Sign in</html>' });
    expect((await failure(page.send({ doing: 'note', method: 'PUT', path: '/x', body: {} }))).type).toBe('Unavailable');
  });
  test('a connection that ends in the middle of it, without a length', async () => {
    const server = createServer((request) => request.socket.end('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"ticket": {"id": 1, "subj'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const send = http('helpdesk', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(await failure(send({ doing: 'read the ticket', path: '/x' }))).toMatchObject({ type: 'Unavailable', nonRetryable: false });
  });
});

test('a status the caller waits for is an answer, with its body where it is JSON', async () => {
  const wait = { doing: 'read', path: '/x', answers: [404] };
  expect(await (await answering({ status: 404, body: 'whatever' })).send(wait)).toEqual({ status: 404, body: null });
  expect(await (await answering({ status: 404, body: { error: 'gone' } })).send(wait)).toEqual({ status: 404, body: { error: 'gone' } });
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
