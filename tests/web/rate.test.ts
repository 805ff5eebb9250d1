import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CALLS_PER_MINUTE, REFUSED_PER_MINUTE } from '../../src/web/rate.js';
import { serve } from '../../src/web/serve.js';
import { ticketEvent, TOKEN, town } from './town.js';

test('who is refused too often holds up nobody at another address', async () => {
  const serving = await serve(town().app, { port: 0, host: '127.0.0.1' });
  const status = (localAddress: string) =>
    new Promise<number>((resolve, reject) => {
      request(`${serving.url}/api/cases`, { localAddress, agent: false }, (answer) => (answer.resume(), resolve(answer.statusCode!))).on('error', reject).end();
    });
  try {
    for (let i = 0; i < REFUSED_PER_MINUTE; i++) expect(await status('127.0.0.1')).toBe(401);
    expect([await status('127.0.0.1'), await status('127.0.0.2')]).toEqual([429, 401]);
  } finally {
    await serving.close();
  }
});

describe('how often', () => {
  beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-07-01T12:00:00Z') }));
  afterEach(() => void vi.useRealTimers());

  test('unsigned webhooks past the budget are a 429 with Retry-After, and signed ones still come through', async () => {
    const { helpdesk, calls } = town();
    const bad = () => helpdesk(ticketEvent(), { secret: 'wrong' });
    for (let i = 0; i < REFUSED_PER_MINUTE; i++) expect((await bad()).status).toBe(401);
    const over = await bad();
    expect([over.status, Number(over.headers.get('Retry-After'))]).toEqual([429, 60]);
    expect(await over.json()).toEqual({ reason: expect.stringContaining('60 s') });
    expect(calls).toEqual([]);
    expect((await helpdesk(ticketEvent())).status).toBe(202);
    vi.advanceTimersByTime(60_001);
    expect((await bad()).status).toBe(401);
  });

  test('a wrong token past the budget is a 429; the right one still works', async () => {
    const { app, api } = town();
    const bad = () => app.request('/api/cases', { headers: { Authorization: 'Bearer guess' } });
    for (let i = 0; i < REFUSED_PER_MINUTE; i++) expect((await bad()).status).toBe(401);
    expect((await bad()).status).toBe(429);
    expect((await api('GET', '/cases')).status).toBe(200);
  });

  test('one caller has a budget; another has its own', async () => {
    const { api } = town();
    const as = (name: string) => api('GET', '/cases', undefined, { 'X-Onetouch-Actor': name });
    for (let i = 0; i < CALLS_PER_MINUTE; i++) await as('Ana');
    const over = await as('Ana');
    expect([over.status, over.headers.get('Retry-After')]).toEqual([429, '60']);
    expect((await as('Lee')).status).toBe(200);
  });

  test('the codec endpoint has the same budgets: who guesses a token there, and who reads too much', async () => {
    const { app, api } = town();
    const decode = (token: string) => app.request('/codec/decode', { method: 'POST', body: '{"payloads":[]}', headers: { Authorization: `Bearer ${token}` } });
    for (let i = 0; i < REFUSED_PER_MINUTE; i++) expect((await decode('guess')).status).toBe(401);
    const guessed = await decode('guess');
    expect([guessed.status, guessed.headers.get('Retry-After')]).toEqual([429, '60']);
    for (let i = 0; i < CALLS_PER_MINUTE; i++) expect((await decode(TOKEN)).status).toBe(200);
    const over = await decode(TOKEN);
    expect([over.status, over.headers.get('Retry-After')]).toEqual([429, '60']);
    // It is one budget, wherever it is spent.
    expect((await api('GET', '/cases')).status).toBe(429);
  });
});

test('a caller that never finishes its headers is cut off', async () => {
  const times = { headersTimeout: 50, requestTimeout: 50, connectionsCheckingInterval: 10 };
  const serving = await serve(town().app, { port: 0, host: '127.0.0.1', times });
  const socket = connect(serving.port, '127.0.0.1');
  socket.write('POST /webhooks/helpdesk HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  let said = '';
  socket.on('data', (chunk) => (said += String(chunk)));
  await new Promise((resolve) => socket.once('close', resolve));
  expect(said).toMatch(/^HTTP\/1\.1 408 /);
  await serving.close();
});
