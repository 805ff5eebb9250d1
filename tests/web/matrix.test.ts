/**
 * Every role, and everybody who is none, at every route: the routes are the app's own, who may is written down
 * here a second time. Tokens are the real provider's where a real provider would make them.
 */
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadGatewayConfig } from '../../src/config.js';
import { ROLES, type Role } from '../../src/domain/roles.js';
import { AUDIENCE, newKey, startIdentity, type Identity } from '../../src/sandbox/identity/provider.js';
import { ACCESS, everyRouteDeclared, type Refused } from '../../src/web/access.js';
import { gatewayApp } from '../../src/web/app.js';
import { SECRETS } from '../setup/secrets.js';
import { fakeProblems, OTHER, PROBLEM } from './fake-problems.js';
import { fakeCases } from './fake-cases.js';
import { CODEC, fakeAuditor, TOKEN, town } from './town.js';

const IN_AN_HOUR = new Date(Date.now() + 3_600_000).toISOString();
const CHANGE = { groupId: 'G-7', field: 'enabled', from: false, to: true, version: '1' };
/** Who may, and a body that is good. A line for each route; a new one without a line fails. */
const ROUTES: Record<string, { may: string; body?: object }> = {
  'GET /healthz': { may: 'anybody' },
  'GET /readyz': { may: 'anybody' },
  'GET /sign-in': { may: 'anybody' },
  'POST /webhooks/helpdesk': { may: 'nobody without a signature', body: {} },
  'POST /webhooks/jira': { may: 'nobody without a signature', body: {} },
  'GET /api/me': { may: 'auditor agent ops lead admin' },
  'GET /api/cases': { may: 'auditor agent ops lead admin' },
  'GET /api/cases/:ticket': { may: 'auditor agent ops lead admin' },
  'GET /api/cases/:ticket/timeline': { may: 'auditor agent ops lead admin' },
  'GET /api/cases/:ticket/explain': { may: 'auditor agent ops lead admin' },
  'POST /api/cases/:ticket/close': { may: 'agent lead admin', body: { reason: 'x' } },
  'POST /api/cases/:ticket/re-escalate': { may: 'agent lead admin', body: { reason: 'x' } },
  'POST /api/cases/:ticket/provide': { may: 'agent lead admin', body: { facts: { bugConfirmed: true } } },
  'POST /api/cases/:ticket/confirm': { may: 'agent lead admin', body: { verdict: 'works' } },
  'POST /api/cases/:ticket/choose': { may: 'agent lead admin', body: { choice: 'keep-waiting', reason: 'x' } },
  'POST /api/cases/:ticket/promise': { may: 'agent lead admin', body: { dueAt: IN_AN_HOUR } },
  'POST /api/cases/:ticket/mail': { may: 'agent lead admin', body: { outcome: 'was-sent' } },
  'POST /api/cases/:ticket/resume': { may: 'agent ops lead admin', body: {} },
  'POST /api/cases/:ticket/override': { may: 'lead admin', body: { team: 'Infra', reason: 'x' } },
  'GET /api/cases/:ticket/group': { may: 'auditor agent ops lead admin' },
  'POST /api/cases/:ticket/fix': { may: 'agent ops lead admin', body: {} },
  'POST /api/cases/:ticket/approve': { may: 'ops lead admin', body: CHANGE },
  'POST /api/cases/:ticket/refuse': { may: 'ops lead admin', body: { reason: 'x' } },
  'POST /api/cases/:ticket/observed': { may: 'agent ops lead admin', body: { login: 'works' } },
  'POST /api/cases/:ticket/link': { may: 'agent lead admin', body: { problem: OTHER, reason: 'x' } },
  'POST /api/cases/:ticket/unlink': { may: 'agent lead admin', body: { reason: 'x' } },
  'GET /api/problems': { may: 'auditor agent ops lead admin' },
  'GET /api/problems/:problem': { may: 'auditor agent ops lead admin' },
  'GET /api/problems/:problem/members': { may: 'auditor agent ops lead admin' },
  'POST /api/problems/:problem/merge': { may: 'ops lead admin', body: { into: OTHER, reason: 'x' } },
  'POST /api/problems/:problem/choose': { may: 'agent lead admin', body: { choice: 'keep-waiting', reason: 'x' } },
  'POST /api/problems/:problem/resume': { may: 'agent ops lead admin', body: {} },
  'GET /api/cases/:ticket/audit': { may: 'auditor agent ops lead admin' },
  'GET /api/problems/:problem/audit': { may: 'auditor agent ops lead admin' },
  'GET /api/audit': { may: 'auditor admin' },
  'GET /api/audit/key': { may: 'auditor agent ops lead admin' },
  'POST /codec/decode': { may: 'auditor ops lead admin', body: { payloads: [] } },
  'POST /codec/encode': { may: 'agent ops lead admin', body: { payloads: [] } },
};
/** What a word in the body makes privileged. */
const PRIVILEGED: { route: string; may: string; body: object; of?: string }[] = [
  { route: 'POST /api/cases/:ticket/close', may: 'lead admin', body: { reason: 'x', withoutFollowUp: true } },
  { route: 'POST /api/cases/:ticket/close', may: 'lead admin', body: { reason: 'x', withoutFollowUp: true, breakGlass: true } },
  { route: 'POST /api/cases/:ticket/override', may: 'lead admin', body: { team: 'Infra', reason: 'x', breakGlass: true } },
  { route: 'POST /api/cases/:ticket/fix', may: 'agent ops lead admin', body: {}, of: 'group-5158-1' },
  { route: 'POST /api/cases/:ticket/approve', may: 'ops lead admin', body: CHANGE, of: 'group-5158-1' },
  { route: 'POST /api/cases/:ticket/approve', may: 'lead admin', body: { ...CHANGE, reason: 'x', breakGlass: true }, of: 'group-5158-1' },
  { route: 'POST /api/problems/:problem/merge', may: 'ops lead admin', body: { into: OTHER, reason: 'x' }, of: PROBLEM },
];

const log = pino({ level: 'silent' });
let identity: Identity;
let impostor: Identity;
let tokens: Record<string, string>;

/** A gateway whose people sign in, over cases that only write down what they are told. */
function gateway({ now = Date.now } = {}) {
  const { cases, calls } = fakeCases();
  const refused: Refused[] = [];
  const config = loadGatewayConfig({ ...SECRETS, ...identity.env, AUDIT_KEY: AUDIT_PEM });
  const app = gatewayApp({ cases, problems: fakeProblems(calls), auditor: fakeAuditor(calls), config, codec: CODEC, ours: { helpdesk: async () => null, jira: async () => null }, now, log, onRefused: (who) => refused.push(who) });
  const ask = (route: string, token: string | null, body?: object, headers: Record<string, string> = {}) => {
    const [method, path] = route.split(' ') as [string, string];
    return app.request(path.replace(':ticket', '5158').replace(':problem', PROBLEM), {
      method,
      ...(body && { body: JSON.stringify(body) }),
      headers: { ...(token !== null && { Authorization: `Bearer ${token}` }), ...headers },
    });
  };
  return { app, calls, refused, ask, told: () => calls.filter(([verb]) => !['state', 'problem state', 'problem running'].includes(verb)) };
}

const AUDIT_PEM = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

beforeAll(async () => {
  const key = newKey();
  identity = await startIdentity({ port: 0, key });
  impostor = await startIdentity({ port: 0, key });
  const admin = await identity.tokenFor('admin');
  const [header, payload, signature] = admin.split('.') as [string, string, string];
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
  const { alg, kid, typ } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg: string; kid: string; typ: string };
  const own = await generateKeyPair(alg);
  const { d: _, ...publicKey } = key as { d?: string };
  const { exp: _exp, ...endless } = claims;
  const { sub: _sub, ...nameless } = claims;
  const right = await importJWK(key as never, alg);
  const signed = (what: Record<string, unknown>) => new SignJWT(what).setProtectedHeader({ alg, kid, typ }).sign(right);
  tokens = {
    'no end': await signed(endless),
    'nobody': await signed(nameless),
    'not yet': await signed({ ...claims, nbf: Math.floor(Date.now() / 1000) + 3_600 }),
    'an ID token': await signed({ ...claims, nonce: 'n' }),
    'of a sign-out': await new SignJWT({ ...claims, events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }).setProtectedHeader({ alg, kid, typ: 'logout+jwt' }).sign(right),
    'of nobody': await signed({ ...claims, sub: '' }),
    'a list of audiences without ours': await signed({ ...claims, aud: ['https://a.invalid', `${AUDIENCE}/`] }),
    'no token': '',
    'a word': 'let-me-in',
    'the static token of another installation': TOKEN,
    'three dots': '..',
    'for another API': await identity.tokenFor('admin', 'https://elsewhere.invalid/api'),
    "another issuer's, with the same key": await impostor.tokenFor('admin'),
    'another key, with the id of the right one': await new SignJWT(claims).setProtectedHeader({ alg, kid, typ }).sign(own.privateKey),
    'a claim changed after it was signed': `${header}.${base64url({ ...claims, name: 'Somebody Else' })}.${signature}`,
    'the signature cut off': `${header}.${payload}.`,
    'alg none': `${base64url({ alg: 'none', typ: 'at+jwt' })}.${payload}.`,
    'alg None, with the signature': `${base64url({ alg: 'None', kid, typ })}.${payload}.${signature}`,
    'HS256, with the public key as the secret': await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid, typ }).sign(Buffer.from(JSON.stringify(publicKey))),
    'its own key in its head': await new SignJWT(claims).setProtectedHeader({ alg, typ, jwk: await exportJWK(own.publicKey) }).sign(own.privateKey),
    'its own key at an address of its own': await new SignJWT(claims).setProtectedHeader({ alg, kid, typ, jku: 'http://127.0.0.1:9/keys' }).sign(own.privateKey),
    'a condition that nobody knows': await new SignJWT(claims).setProtectedHeader({ alg, kid, typ, crit: ['exp2'], exp2: true }).sign(right, { crit: { exp2: true } }),
    'far too long': `${admin}${'A'.repeat(20_000)}`,
  };
});
afterAll(async () => {
  await identity.close();
  await impostor.close();
});

test('each route of the app is in the matrix, and the other way round', () => {
  const there = gateway().app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`);
  // What stands before a route's handler is registered for the same route.
  expect([...new Set(there)].sort()).toEqual(Object.keys(ROUTES).sort());
  expect(Object.keys(ACCESS).sort()).toEqual(Object.keys(ROUTES).sort());
});

test('a route that the table does not have is not mounted, nor one under /api that lets anybody in', () => {
  const { routes } = gateway().app;
  expect(() => everyRouteDeclared([...routes, { method: 'POST', path: '/api/cases/:ticket/delete' }])).toThrow('POST /api/cases/:ticket/delete');
  expect(() => everyRouteDeclared([...routes, { method: 'ALL', path: '/api/anything' }])).toThrow('/api/anything');
  expect(() => everyRouteDeclared(routes, { ...ACCESS, 'GET /api/ghost': ['admin'] })).toThrow('GET /api/ghost');
  expect(() => everyRouteDeclared(routes, { ...ACCESS, 'GET /api/cases': 'open' })).toThrow('GET /api/cases');
});

describe.each(Object.entries(ROUTES))('%s', (route, { may, body }) => {
  const isApi = / \/(api|codec)\//.test(route);
  const isCommand = route.startsWith('POST /api');

  test.each(ROLES)('as %s', async (role: Role) => {
    const { ask, calls, told, refused } = gateway();
    const response = await ask(route, await identity.tokenFor(role), body);
    if (!isApi) return expect(response.status).not.toBe(403);
    if (may.split(' ').includes(role)) {
      expect(response.status).toBe(200);
      expect(refused).toEqual([]);
      for (const [, , said] of body ? told() : []) expect(said).toMatchObject({ by: { role, verified: true, subject: `program-${role}` } });
      if (isCommand) expect(told()).toHaveLength(1);
    } else {
      expect([response.status, calls]).toEqual([403, []]);
      expect(((await response.json()) as { reason: string }).reason).toContain(`you are ${role}`);
      expect(refused).toEqual([expect.objectContaining({ status: 403, route: route.split(' ')[1], by: { name: expect.any(String), subject: `program-${role}`, roles: [role] } })]);
    }
  });

  test('signed in, with no role', async () => {
    const { ask, calls, refused } = gateway();
    const response = await ask(route, await identity.tokenFor('guest'), body);
    if (!isApi) return expect(response.status).toBe(may === 'anybody' ? 200 : 401);
    expect([response.status, calls]).toEqual([403, []]);
    expect(((await response.json()) as { reason: string }).reason).toContain('you have no role here');
    expect(refused).toHaveLength(1);
  });

  test('whose token is none of ours', async () => {
    for (const [what, token] of Object.entries(tokens)) {
      const { ask, calls, refused } = gateway();
      const response = await ask(route, token, body);
      if (may === 'anybody') expect(response.status, what).toBe(200);
      else expect([response.status, calls], what).toEqual([401, []]);
      if (isApi) expect([refused.length, response.headers.get('WWW-Authenticate')], what).toEqual([1, 'Bearer']);
    }
  });

  test('whose token has expired', async () => {
    const { ask, calls } = gateway({ now: () => Date.now() + 3_600_000 + 31_000 });
    const response = await ask(route, await identity.tokenFor('admin'), body);
    if (may === 'anybody') return expect(response.status).toBe(200);
    expect([response.status, calls]).toEqual([401, []]);
    if (isApi) expect(((await response.json()) as { reason: string }).reason).toContain('expired');
  });
});

describe.each(PRIVILEGED)('$route with $body', ({ route, may, body, of = 'case-5158' }) => {
  test.each(ROLES)('as %s', async (role) => {
    const { ask, calls, told } = gateway();
    const response = await ask(route, await identity.tokenFor(role), body);
    if (!may.split(' ').includes(role)) return expect([response.status, calls]).toEqual([403, []]);
    expect(response.status).toBe(200);
    expect(told()[0]![2]).toMatchObject({ grant: { of, cycle: of === PROBLEM ? 2 : 1, by: { role }, breakGlass: 'breakGlass' in body } });
  });
});

describe('who it is', () => {
  test('comes from the token alone: no header and no body is believed', async () => {
    const { ask, told, calls } = gateway();
    const token = await identity.tokenFor('agent');
    await ask('POST /api/cases/:ticket/resume', token, {}, { 'X-Onetouch-Actor': 'The Boss' });
    expect(told()).toEqual([['resume', '5158', { by: { name: 'Ana, Tier 1', role: 'agent', verified: true, subject: 'program-agent' } }]]);
    const before = calls.length;
    const response = await ask('POST /api/cases/:ticket/resume', token, { by: { name: 'The Boss', role: 'admin', verified: true } });
    expect([response.status, calls.length]).toEqual([400, before]);
  });

  test('is nobody by name with the static token of a sandbox, where others sign in', async () => {
    const { app, calls } = town({ oidc: loadGatewayConfig({ ...SECRETS, ...identity.env }).oidc });
    const headers = { Authorization: `Bearer ${TOKEN}`, 'X-Onetouch-Actor': 'The Boss' };
    expect((await app.request('/api/cases/5158/resume', { method: 'POST', headers })).status).toBe(200);
    expect(calls).toEqual([['resume', '5158', { by: { name: 'API token', role: 'lead', verified: true } }]]);
  });

  test('breaking the glass is for what takes a grant', async () => {
    const { ask, calls } = gateway();
    const response = await ask('POST /api/cases/:ticket/close', await identity.tokenFor('admin'), { reason: 'x', breakGlass: true });
    expect([response.status, calls]).toEqual([400, []]);
  });

  test('is told by /api/me, and how to sign in by /sign-in', async () => {
    const { ask } = gateway();
    expect(await (await ask('GET /api/me', await identity.tokenFor('ops'))).json()).toEqual({ name: 'Oona, ops', subject: 'program-ops', roles: ['ops'] });
    expect(await (await ask('GET /sign-in', null)).json()).toEqual({ issuer: identity.url, clientId: 'onetouch-cli', scope: 'openid profile' });
    expect((await town().app.request('/sign-in')).status).toBe(404);
  });

  test('cannot be told while the identity provider is away: that is a 503, and no one is let in', async () => {
    const gone = await startIdentity({ port: 0 });
    const token = await gone.tokenFor('agent');
    await gone.close();
    const { app } = town({ oidc: loadGatewayConfig({ ...SECRETS, ...gone.env }).oidc });
    const response = await app.request('/api/cases', { headers: { Authorization: `Bearer ${token}` } });
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '20']);
  });
});

test('whatever stands in the header, it is a 401, or a 429: never a 5xx, and nobody is let in', async () => {
  const { ask, calls } = gateway();
  const good = await identity.tokenFor('admin');
  const part = fc.oneof(fc.base64String(), fc.json().map((json) => Buffer.from(json).toString('base64url')), fc.constantFrom(...good.split('.')), fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((c) => String.fromCharCode(c)) }));
  const header = fc.oneof(
    fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.')),
    // The good one with a character exchanged, left out or put in.
    fc.tuple(fc.nat(good.length - 1), fc.constantFrom('A', 'b', '_', '.', '')).map(([i, c]) => good.slice(0, i) + c + good.slice(i + 1)),
  );
  await fc.assert(
    fc.asyncProperty(header, async (token) => {
      fc.pre(signatureOf(token) !== signatureOf(good));
      const response = await ask('GET /api/cases', token.trim());
      // Past the budget of a minute they are not even answered with a reason.
      expect([401, 429]).toContain(response.status);
    }),
    { numRuns: 2_000 },
  );
  expect(calls).toEqual([]);
});
/** What a token says, and under which signature: the last bits of base64url may differ and mean the same. */
const signatureOf = (token: string) => {
  const [head, body, signature = '', ...rest] = token.trim().split('.');
  return JSON.stringify([head, body, Buffer.from(signature, 'base64url').toString('hex'), rest]);
};
