/** Which tokens are access tokens for here, and who they say somebody is. */
import { generateKeyPairSync } from 'node:crypto';
import { SignJWT, type JWK } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { loadGatewayConfig } from '../../src/config.js';
import { verifyTokens } from '../../src/web/tokens.js';
import { SECRETS } from '../setup/secrets.js';

const ISSUER = 'https://sign-in.example.com';
const AUDIENCE = 'https://onetouch.example.com/api';
const KEYS = `${ISSUER}/keys`;
const CLAIMS = { iss: ISSUER, aud: AUDIENCE, sub: 'ana@idp', name: 'Ana', roles: ['agent'] };

// For any algorithm of its kind: it names none.
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicKey = { ...pair.publicKey.export({ format: 'jwk' }), kid: 'k1' } as JWK;

let asked: string[];
let configuration: object;
beforeEach(() => {
  asked = [];
  configuration = { issuer: ISSUER, jwks_uri: KEYS };
  vi.stubGlobal('fetch', async (url: string | URL) => {
    asked.push(String(url));
    return Response.json(String(url).endsWith('/.well-known/openid-configuration') ? configuration : { keys: [publicKey] });
  });
});
afterEach(() => void vi.unstubAllGlobals());

const signed = (claims: object, { alg = 'RS256', typ = 'at+jwt' as string | undefined } = {}) =>
  new SignJWT({ exp: Math.floor(Date.now() / 1_000) + 60, ...claims }).setProtectedHeader({ alg, kid: 'k1', ...(typ !== undefined && { typ }) }).sign(pair.privateKey);
const verifier = (over: Record<string, string> = {}) => verifyTokens(loadGatewayConfig({ ...SECRETS, OIDC_ISSUER: ISSUER, OIDC_AUDIENCE: AUDIENCE, ...over }).oidc!, Date.now);
const person = async (claims: object, head?: Parameters<typeof signed>[1]) => verifier()(await signed({ ...CLAIMS, ...claims }, head));
const REFUSED = { name: 'Refusal', status: 401 };

test.each([[undefined], ['JWT'], ['jwt'], ['at+jwt'], ['AT+JWT'], ['application/at+jwt']])('an access token may have the type %s', async (typ) => {
  expect(await person({}, { typ })).toEqual({ name: 'Ana', subject: 'ana@idp', roles: ['agent'] });
});

describe('a token of the right issuer and audience is none for here', () => {
  test.each(['logout+jwt', 'secevent+jwt', 'dpop+jwt', 'token-introspection+jwt', 'application/jwt', 'id_token', ''])('of the type %s', async (typ) => {
    await expect(person({}, { typ })).rejects.toMatchObject({ ...REFUSED, message: expect.stringContaining('type') });
  });
  test.each([{ nonce: 'n' }, { at_hash: 'h' }, { events: {} }, { cnf: { jkt: 'x' } }, { nonce: null }])('with %j', async (claims) => {
    await expect(person(claims)).rejects.toMatchObject({ ...REFUSED, message: expect.stringContaining(Object.keys(claims)[0]!) });
  });
  test.each([[''], [' '], [7], [null], [{}], [['ana@idp']], [true], ['a\u009bb'], ['a\u202eb']])('of the subject %j', async (sub) => {
    await expect(person({ sub })).rejects.toMatchObject({ ...REFUSED, message: expect.stringContaining('sub') });
  });
  test('signed by our issuer\'s key with an algorithm that is not allowed', async () => {
    const token = await signed(CLAIMS, { alg: 'RS512' });
    await expect(verifier()(token)).rejects.toMatchObject({ ...REFUSED, message: expect.stringContaining('algorithm') });
    expect(await verifier({ OIDC_ALGORITHMS: 'RS512' })(token)).toMatchObject({ name: 'Ana' });
  });
});

describe('the issuer', () => {
  test.each([`${ISSUER}/`, 'https://other.example.com', 'HTTPS://sign-in.example.com', undefined])('that names itself %s is none of ours: no key of it is asked for', async (issuer) => {
    configuration = { issuer, jwks_uri: KEYS };
    await expect(person({})).rejects.toMatchObject({ name: 'IssuerAway', message: expect.stringContaining('OIDC_ISSUER') });
    expect(asked).toEqual([`${ISSUER}/.well-known/openid-configuration`]);
  });
  test.each(['http://sign-in.example.com/keys', 'ftp://sign-in.example.com/keys', '/keys', undefined])('whose keys are at %s is not believed: nobody asks there', async (jwks_uri) => {
    configuration = { issuer: ISSUER, jwks_uri };
    await expect(person({})).rejects.toMatchObject({ name: 'IssuerAway', message: expect.stringContaining('https') });
    expect(asked).toEqual([`${ISSUER}/.well-known/openid-configuration`]);
  });
});

describe('the name', () => {
  test('is one line, without what a terminal obeys, and is cut', async () => {
    expect((await person({ name: ' Ana\u001b[31m\r\nrole: admin\u202e\u2028\u009b1m ' })).name).toBe('Ana [31m role: admin 1m');
    expect([...(await person({ name: '😀'.repeat(300) })).name]).toHaveLength(64);
    expect((await person({ name: '\u0007', preferred_username: 'ana' })).name).toBe('ana');
  });
  test.each(['onetouch', 'OneTouch ', 'helpdesk', 'Jira', 'JIRA', 'member', 'problem', 'outside', 'group troubleshooting', 'Temporal', 'Temporal UI, unverified', 'Ana, unverified', 'ｏｎｅｔｏｕｃｈ', 'on\u00adetouch', 'one-touch', 'Infra', 'Tier 2', 'an agent, on the ticket', 'API token'])('%s reads as one of us: the subject stands beside it', async (name) => {
    expect((await person({ name })).name).toMatch(/ \(ana@idp\)$/);
  });
  test.each(['Ana', 'Ana, Tier 1', 'Member Services', 'Jiranek', 'Problem Solver'])('%s is a person\'s', async (name) => expect((await person({ name })).name).toBe(name));
});
