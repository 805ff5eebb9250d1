/** Temporal's codec server protocol, as the Temporal UI speaks it. */
import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { payloadKeys } from '../../src/client/payload-keys.js';
import { allowed, type Known } from '../../src/web/access.js';
import { gatewayApp } from '../../src/web/app.js';
import { codec } from '../../src/web/codec.js';
import { Refusal } from '../../src/web/refusal.js';
import { TEMPORAL_UI } from '../../src/workflows/messages.js';
import { fakeCases } from './fake-cases.js';
import { fakeProblems } from './fake-problems.js';
import { fakeAuditor, GRANT_KEYS } from './town.js';

const KEY = `k1:${randomBytes(32).toString('base64')}`;
const ORIGIN = 'https://temporal.example.com';
const SECRET = 'f'.repeat(48);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const text = (encoded: string) => Buffer.from(encoded, 'base64').toString();
const PLAIN = { metadata: { encoding: base64('json/plain') }, data: base64('{"reason":"done by hand"}') };
/** The same, as the endpoint encrypts it. */
const MARKED = { ...PLAIN, data: base64('{"reason":"done by hand","byHand":true}') };

function gateway(openAt?: string) {
  const lines: string[] = [];
  const { cases, calls } = fakeCases();
  const app = gatewayApp({
    cases,
    problems: fakeProblems(calls),
    auditor: fakeAuditor(calls),
    config: { helpdeskWebhookSecrets: ['a'], jiraWebhookSecrets: ['b'], apiToken: 'token', oidc: null, grantKeys: GRANT_KEYS },
    codec: { payloads: { keys: payloadKeys(KEY, (p) => expect.fail(p)), plaintext: 'refuse' }, origins: [ORIGIN], ...(openAt && { openAt }) },
    ours: { helpdesk: () => Promise.resolve(null), jira: () => Promise.resolve(null) },
    log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
  });
  const post = (path: string, body: unknown, headers: Record<string, string> = { Authorization: 'Bearer token' }) =>
    app.request(`/codec/${path}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers });
  return { app, post, lines };
}
const payloadsOf = async (response: Response) => ((await response.json()) as { payloads: (typeof PLAIN)[] }).payloads;

test('what the UI sends is encrypted, and what it shows is decrypted', async () => {
  const { post } = gateway();
  const [encoded] = await payloadsOf(await post('encode', { payloads: [PLAIN] }));
  expect(text(encoded!.metadata.encoding)).toBe('binary/encrypted');
  expect(text(encoded!.data)).not.toContain('by hand');
  const answer = await post('decode', { payloads: [encoded, PLAIN] });
  expect(answer.headers.get('Cache-Control')).toBe('no-store');
  expect(await payloadsOf(answer)).toEqual([MARKED, PLAIN]);
});

test('what cannot be read comes back as it is, and the rest is decrypted', async () => {
  const { post } = gateway();
  const [encoded] = await payloadsOf(await post('encode', { payloads: [PLAIN] }));
  const broken = { ...encoded!, data: base64('nonsense') };
  expect(await payloadsOf(await post('decode', { payloads: [broken, encoded] }))).toEqual([broken, MARKED]);
  // Encrypted twice would be read by nobody.
  expect(await payloadsOf(await post('encode', { payloads: [encoded] }))).toEqual([encoded]);
});

test('what the UI sends says that it was typed in, and is said in nobody\'s name, whatever stands in it', async () => {
  const { post } = gateway();
  const from = async (said: string) => {
    const payload = { ...PLAIN, data: base64(said) };
    const encoded = await payloadsOf(await post('encode', { payloads: [payload] }));
    return text((await payloadsOf(await post('decode', { payloads: encoded })))[0]!.data);
  };
  const ana = '{"name":"Ana","role":"lead","verified":true}';
  const nobody = { reason: 'done by hand', by: TEMPORAL_UI, byHand: true };
  expect(JSON.parse(await from(`{"reason":"done by hand","by":${ana}}`))).toEqual(nobody);
  expect(JSON.parse(await from(`{"by":null,"reason":"done by hand","\\u0062y":${ana}}`))).toEqual(nobody);
  expect(JSON.parse(await from('{"reason":"by whom?","byHand":false}'))).toEqual({ reason: 'by whom?', byHand: true });
  for (const said of ['"by"', 'null', '["by"]']) expect(await from(said)).toBe(said);
  expect((await post('encode', { payloads: [{ ...PLAIN, data: base64('{"by') }] })).status).toBe(200);
});

test('nobody gets in without the sign-in of the API', async () => {
  const { post } = gateway();
  for (const headers of [{}, { Authorization: 'Bearer wrong' }] as Record<string, string>[])
    for (const verb of ['decode', 'encode']) expect((await post(verb, { payloads: [] }, headers)).status).toBe(401);
});

/** A body without an end that is said beforehand, and how often somebody asked for more of it. */
function endless() {
  const asked = { times: 0 };
  const pull = (controller: ReadableStreamDefaultController) => {
    asked.times++;
    controller.enqueue(new Uint8Array(1024 * 1024));
  };
  return { body: new ReadableStream({ pull }, { highWaterMark: 0 }), asked };
}

test.each([
  ['decode', {}, 401, 0],
  ['encode', { Authorization: 'Bearer wrong' }, 401, 0],
  ['decode', { Authorization: 'Bearer token' }, 413, 17],
  [`${'e'.repeat(48)}/decode`, {}, 404, 0],
  [`${SECRET}/decode`, {}, 413, 17],
  ['other', {}, 404, 0],
] as [string, Record<string, string>, number, number][])('who may is asked before the body is read: %s', async (path, headers, status, megabytes) => {
  const { body, asked } = endless();
  const answer = await gateway(SECRET).app.request(`/codec/${path}`, { method: 'POST', body, headers, duplex: 'half' });
  expect([answer.status, asked.times]).toEqual([status, megabytes]);
  expect(await answer.json()).toEqual({ reason: expect.any(String) });
});

test.each([
  ['agent', 403, 200],
  ['lead', 200, 200],
  ['ops', 200, 200],
  ['admin', 200, 200],
  ['auditor', 200, 403],
])('%s: decode answers %i, encode %i', async (role, decode, encode) => {
  const door = createMiddleware<Known>(async (c, next) => {
    c.set('person', { name: 'x', subject: 'x', roles: [role as 'agent'] });
    await next();
  });
  const app = new Hono()
    .route('/codec', codec({ payloads: { keys: payloadKeys(KEY, (p) => expect.fail(p)), plaintext: 'refuse' }, origins: [] }, [door, allowed]))
    .onError((error, c) => c.json({}, error instanceof Refusal ? error.status : 500));
  const status = async (verb: string) => (await app.request(`/codec/${verb}`, { method: 'POST', body: '{"payloads":[]}' })).status;
  expect([await status('decode'), await status('encode')]).toEqual([decode, encode]);
});

test('only the page of the Temporal UI may ask from a browser', async () => {
  const { app, post } = gateway();
  const preflight = (origin: string) =>
    app.request('/codec/decode', { method: 'OPTIONS', headers: { Origin: origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization,x-namespace' } });
  const allowed = await preflight(ORIGIN);
  expect(allowed.status).toBe(204);
  expect(allowed.headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN);
  expect(allowed.headers.get('Access-Control-Allow-Headers')).toMatch(/Authorization.*X-Namespace/);
  expect((await preflight('https://evil.example')).headers.get('Access-Control-Allow-Origin')).toBeNull();
  expect((await preflight('null')).headers.get('Access-Control-Allow-Origin')).toBeNull();
  const answer = await post('decode', { payloads: [PLAIN] }, { Authorization: 'Bearer token', Origin: ORIGIN });
  expect(answer.headers.get('Access-Control-Allow-Origin')).toBe(ORIGIN);
});

test.each([
  ['{"half', 400],
  ['[]', 400],
  ['{"payloads":[{"metadata":{"encoding":"***"}}]}', 400],
  ['{"payloads":[{"data":7}]}', 400],
  [`{"payloads":[${'{},'.repeat(10_000)}{}]}`, 400],
  [`{"payloads":[{"data":"${'A'.repeat(17 * 1024 * 1024)}"}]}`, 413],
])('a body that is none is refused: %#', async (body, status) => {
  expect((await gateway().post('decode', body)).status).toBe(status);
});

test('the path of npm start: its secret opens it, nothing else does, and no log has it', async () => {
  const { app, post, lines } = gateway(SECRET);
  const open = (await post(`${SECRET}/encode`, { payloads: [PLAIN] }, {})).status;
  expect([open, (await post(`${'e'.repeat(48)}/decode`, { payloads: [] }, {})).status, (await post(`x/decode`, { payloads: [] }, {})).status]).toEqual([200, 404, 404]);
  expect((await gateway().post(`${SECRET}/decode`, { payloads: [] }, {})).status).toBe(404);
  // However it is spelled.
  for (const path of [`/%63odec/${SECRET}/decode`, `/codec/%66${SECRET.slice(1)}/decode`, `/codec/${SECRET}`, `/codec//${SECRET}/decode`]) await app.request(path, { method: 'POST', body: '{"payloads":[]}' });
  expect(lines.length).toBe(7);
  expect(lines.join()).not.toContain(SECRET.slice(1));
  expect(lines.join()).not.toContain(PLAIN.data);
});
