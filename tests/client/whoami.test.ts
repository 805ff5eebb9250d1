/** Whom the CLI speaks for, and what it says when that, or the server, is not the one that was meant. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { tokenFor } from '../../src/client/signed-in.js';
import { loadGatewayConfig, type GatewayConfig } from '../../src/config.js';
import { startIdentity, type Identity } from '../../src/sandbox/identity/provider.js';
import { serve } from '../../src/web/serve.js';
import { SECRETS } from '../setup/secrets.js';
import { NOW, TOKEN } from '../web/town.js';
import { onetouch, said } from './onetouch.js';

let identity: Identity;
let oidc: GatewayConfig['oidc'];
beforeAll(async () => {
  identity = await startIdentity({ port: 0 });
  oidc = loadGatewayConfig({ ...identity.env, ...SECRETS }).oidc;
});
afterAll(() => identity.close());

const NO_ENV = { API_TOKEN: '' };
const LEFT = { token: `${TOKEN}\n` };
/** A sign-in that was kept for whatever gateway the command talks to, and ends at a time. */
const kept = (expiresAt: number, token = 'a-token') => (gateway: string) => ({ ...LEFT, login: JSON.stringify({ gateway, token, expiresAt: new Date(expiresAt).toISOString() }) });

describe('whoami', () => {
  test('the name, the roles, and where the token came from', async () => {
    expect((await onetouch(['whoami'])).out).toBe('Name   API\nRoles  lead\nToken  API_TOKEN in the environment');
    expect((await onetouch(['whoami'], { env: { ...NO_ENV, ONETOUCH_TOKEN: TOKEN } })).out).toContain('ONETOUCH_TOKEN in the environment');
    expect((await onetouch(['whoami'], { env: NO_ENV, files: LEFT })).out).toContain('Token  token, where npm start leaves one');
    const token = await identity.tokenFor('agent');
    const { out } = await onetouch(['whoami'], { oidc, env: NO_ENV, files: kept(NOW + 60_000, token) });
    expect(out).toMatch(/^Name {3}Ana, Tier 1\nRoles {2}agent\nToken {2}the sign-in of this machine, until 2026-07-01 12:01Z$/);
    expect(JSON.parse((await onetouch(['whoami', '--json'])).out)).toMatchObject({ name: 'API', roles: ['lead'], token: 'API_TOKEN' });
  });
});

describe('the token', () => {
  test('that of npm start is sent to this machine alone', async () => {
    const io = { env: {}, readFile: () => Promise.resolve(new TextEncoder().encode('left\n')), tokenFile: 'token', signedIn: { read: async () => '' }, now: () => new Date(NOW) } as never;
    expect(await tokenFor(io, 'http://localhost:8080')).toMatchObject({ token: 'left', from: 'npm start' });
    expect(await tokenFor(io, 'https://onetouch.company.com')).toMatchObject({ token: '', from: null });
  });

  test.each([
    ['of the environment', ['show', '5158'], { ONETOUCH_TOKEN: TOKEN }, {}],
    ['of a sign-in', ['close', '5158', '-r', 'x'], NO_ENV, { login: JSON.stringify({ gateway: 'http://onetouch.company.invalid', token: TOKEN, expiresAt: new Date(NOW + 60_000).toISOString() }) }],
    ['that a sign-in would give', ['login'], NO_ENV, {}],
  ] as [string, string[], NodeJS.ProcessEnv, Record<string, string>][])('one %s is not sent by plain HTTP to another machine', async (_, argv, env, files) => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    const { code, err } = await onetouch(argv, { env: { ...env, ONETOUCH_URL: 'http://onetouch.company.invalid' }, files });
    expect([code, err]).toEqual([2, expect.stringContaining('plain HTTP: your token could be read')]);
    expect(err).not.toContain(TOKEN);
    expect(fetched).not.toHaveBeenCalled();
    // Who has none has none to lose, and this machine is no way to go.
    fetched.mockResolvedValue(Response.json({ reason: 'no' }, { status: 401 }));
    expect((await onetouch(['show', '5158'], { env: { ...NO_ENV, ONETOUCH_URL: 'http://onetouch.company.invalid' } })).err).toContain('There was no token');
    for (const here of ['http://localhost:9', 'http://[::1]:9', 'https://onetouch.company.invalid']) expect((await onetouch(['show', '5158'], { env: { ...env, API_TOKEN: TOKEN, ONETOUCH_URL: here } })).code).toBe(1);
    fetched.mockRestore();
  });

  test('a sign-in that has ended, with the token of npm start instead: said once, beside the answer', async () => {
    const { code, err, out } = await onetouch(['show', '5158'], { env: NO_ENV, files: kept(NOW - 60_000) });
    expect(code).toBe(0);
    expect(out).toContain('5158');
    expect(err).toBe('Your sign-in ended at 2026-07-01 11:59Z. The token in token is used instead, which is not yours. Sign in again: npx onetouch login');
    expect((await onetouch(['show', '5158'], { env: NO_ENV, files: kept(NOW + 60_000, TOKEN) })).err).toBe('');
    // Somebody who sets a token means that one.
    expect((await onetouch(['show', '5158'], { files: kept(NOW - 60_000) })).err).toBe('');
  });

  test.each<[string, NodeJS.ProcessEnv, Parameters<typeof onetouch>[1] & object, RegExp]>([
    ['ONETOUCH_TOKEN', { ...NO_ENV, ONETOUCH_TOKEN: 'bad' }, {}, /The token came from ONETOUCH_TOKEN in the environment\. .*unset it.*npx onetouch login/],
    ['API_TOKEN', { API_TOKEN: 'bad' }, {}, /The token came from API_TOKEN in the environment\./],
    ['the sign-in', NO_ENV, { files: kept(NOW + 60_000, 'bad') }, /The token came from the sign-in of this machine\. Sign in again: npx onetouch login/],
    ['npm start', NO_ENV, { files: { token: 'of another start' } }, /The token came from token, where npm start leaves one\..*npx onetouch login/],
    ['nowhere', NO_ENV, {}, /There was no token\. Sign in: npx onetouch login/],
    ['a sign-in that has ended', NO_ENV, { files: (gateway: string) => ({ ...kept(NOW - 60_000)(gateway), token: '' }) }, /Your sign-in ended at 2026-07-01 11:59Z\. Sign in again: npx onetouch login/],
  ])('refused, it says that it came from %s and how to get another', async (_, env, how, words) => {
    const { code, err } = await onetouch(['cases'], { ...how, env });
    expect(code).toBe(1);
    expect(err).toMatch(words);
    expect(err).not.toMatch(/\bbad\b|of another start/);
  });
});

describe('--as', () => {
  test('is heard where nobody signs in', async () => {
    const { err, calls } = await onetouch(['resume', '5158', '--as', 'Zoë']);
    expect([err, calls]).toEqual(['', [['resume', '5158', said({}, 'Zoë')]]]);
  });
  test('where there is a sign-in it is not, and that is said', async () => {
    const { code, err, calls } = await onetouch(['resume', '5158', '--as', 'Zoë'], { oidc });
    expect([code, calls]).toEqual([0, [['resume', '5158', said({}, 'API token')]]]);
    expect(err).toBe('The record says "API token" and not "Zoë": --as is heard only by a gateway without a sign-in. To say who you are: npx onetouch login');
  });
});

describe('what is not there', () => {
  test.each([['show', ''], ['show', ' '], ['explain', '..'], ['resume', ''], ['group', '.'], ['problem show', '']])('%s "%s": bad input', async (command, name) => {
    const { code, err, calls } = await onetouch([...command.split(' '), name]);
    expect([code, calls]).toEqual([2, []]);
    expect(err).toMatch(/^<(ticket|problem)> must be named/);
  });

  test.each<[string, () => Response]>([
    ['404 and a page', () => new Response('<h1>Not here</h1>', { status: 404 })],
    ['404 and JSON of its own', () => Response.json({ error: 'RecordNotFound' }, { status: 404 })],
    ['405', () => new Response('', { status: 405 })],
    ['a page for everything', () => new Response('<!doctype html>')],
  ])('a server that answers %s is no gateway of ours', async (_, answer) => {
    const other = await serve({ fetch: answer }, { port: 0, host: '127.0.0.1' });
    for (const argv of [['show', '5158'], ['resume', '5158'], ['whoami'], ['login']]) {
      const { code, err } = await onetouch([...argv, '--url', other.url]);
      expect([argv, code, err]).toEqual([argv, 5, `What answers at ${other.url} is not a onetouch gateway. Another address: --url or ONETOUCH_URL.`]);
    }
    await other.close();
  });
  test('a case that is not there is still that', async () => {
    expect(await onetouch(['show', '6000'])).toMatchObject({ code: 4, err: expect.stringContaining('6000') });
  });
});
