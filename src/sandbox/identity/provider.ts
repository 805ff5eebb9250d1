/**
 * The sandbox company's identity provider: a real OpenID Connect server (oidc-provider) on this machine, in
 * memory. People sign in with a device code, programs with their client's secret; their access tokens are JWTs
 * with a name and roles.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type Provider from 'oidc-provider';
import type { Configuration, JWK } from 'oidc-provider';
import type { Role } from '../../domain/roles.js';
import { listenError, type Served } from '../serve.js';
import { codePage, confirmPage, donePage, loginPage, page } from './pages.js';
import { PEOPLE, PROGRAMS } from './people.js';

export const AUDIENCE = 'https://onetouch.sandbox.invalid/api';
export const CLI_CLIENT_ID = 'onetouch-cli';
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const HOUR_S = 3_600;

export interface IdentityOptions {
  /** 0 takes any free one. */
  port: number;
  /** How long an access token is good. */
  ttlS?: number;
  /** The private key that signs; made up when left out. */
  key?: JWK;
}
export interface Identity extends Served {
  /** The access token of the program with this role, from the token endpoint. `audience`: for another API. */
  tokenFor(role: Role | 'guest', audience?: string): Promise<string>;
  /** What points onetouch here. */
  env: Record<string, string>;
}

/** A key as the provider takes it. */
export const newKey = (): JWK => ({ ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: randomBytes(8).toString('hex') }) as JWK;

/** Rejects with `PortTaken`. */
export async function startIdentity({ port, ttlS = HOUR_S, key = newKey() }: IdentityOptions): Promise<Identity> {
  let answer: (req: IncomingMessage, res: ServerResponse) => void = (_, res) => void res.writeHead(503).end();
  const server = createServer((req, res) => answer(req, res));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (e) => reject(listenError('identity provider', port, e)));
    server.listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const secret = randomBytes(24).toString('hex');
  const provider = await quietly(async () => new (await import('oidc-provider')).default(url, configuration(key, secret, ttlS)));
  const byProvider = provider.callback();
  answer = (req, res) => void (req.url?.startsWith('/interaction/') ? signIn(provider, req, res) : byProvider(req, res));

  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    async tokenFor(role, audience = AUDIENCE) {
      const response = await fetch(`${url}/token`, {
        method: 'POST',
        headers: { Authorization: `Basic ${Buffer.from(`program-${role}:${secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience }),
      });
      const body = (await response.json()) as { access_token?: string; error?: string };
      if (!body.access_token) throw new Error(`the sandbox's identity provider gave no token: ${body.error}`);
      return body.access_token;
    },
    env: { OIDC_ISSUER: url, OIDC_AUDIENCE: AUDIENCE, OIDC_CLI_CLIENT_ID: CLI_CLIENT_ID },
  };
}

function configuration(key: JWK, secret: string, ttlS: number): Configuration {
  return {
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(24).toString('hex')] },
    clients: [
      {
        client_id: CLI_CLIENT_ID,
        client_name: 'onetouch, the terminal',
        token_endpoint_auth_method: 'none',
        grant_types: [DEVICE_GRANT],
        response_types: [],
        redirect_uris: [],
        id_token_signed_response_alg: 'ES256',
      },
      ...PROGRAMS.map(({ id, name }) => ({
        client_id: id,
        client_name: name,
        client_secret: secret,
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        id_token_signed_response_alg: 'ES256' as const,
      })),
    ],
    // Roles and the name are in the access token: the API asks nobody else.
    extraTokenClaims: (_, token) => {
      const account = 'accountId' in token ? PEOPLE.find(({ id }) => id === token.accountId) : PROGRAMS.find(({ id }) => id === token.clientId);
      return account && { name: account.name, roles: account.roles };
    },
    findAccount: (_, id) => {
      const account = PEOPLE.find((person) => person.id === id);
      return account && { accountId: id, claims: () => ({ sub: id, name: account.name, roles: account.roles }) };
    },
    // Nobody is asked to agree to what they signed in for.
    loadExistingGrant: async (ctx) => {
      const { client, session, provider } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client!.clientId, accountId: session!.accountId });
      grant.addOIDCScope('openid profile');
      grant.addResourceScope(AUDIENCE, '');
      await grant.save();
      return grant;
    },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    ttl: { AccessToken: ttlS, ClientCredentials: ttlS, DeviceCode: 600, Grant: ttlS, Interaction: 600, Session: ttlS, IdToken: ttlS },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: (ctx, form, _out, error) => void (ctx.body = codePage(form, error !== undefined)),
        userCodeConfirmSource: (ctx, form, _client, _device, code) => void (ctx.body = confirmPage(form, code)),
        successSource: (ctx) => void (ctx.body = donePage()),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({ scope: '', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: ttlS, jwt: { sign: { alg: 'ES256' } } }),
      },
    },
    renderError: (ctx, out) => void (ctx.body = page('That did not work', `<p>${out.error.replaceAll(/[^\w ]/g, '')}</p>`)),
  };
}

/** Whoever one says one is: a sandbox has no passwords. */
async function signIn(provider: Provider, req: IncomingMessage, res: ServerResponse): Promise<void> {
  try {
    const { uid } = await provider.interactionDetails(req, res);
    const account = req.method === 'POST' ? new URLSearchParams(await text(req)).get('account') : null;
    if (account && PEOPLE.some(({ id }) => id === account)) return await provider.interactionFinished(req, res, { login: { accountId: account } });
    res.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(loginPage(uid));
  } catch {
    res.writeHead(400, { 'Content-Type': 'text/html; charset=utf-8' }).end(page('That did not work', '<p>Start again from the terminal.</p>'));
  }
}

/** It warns of what is meant here: memory only, plain HTTP, an older Node. */
async function quietly<T>(make: () => Promise<T>): Promise<T> {
  const { warn, info } = console;
  const unlessIts = (say: typeof console.warn) => (...words: unknown[]) => (/oidc-provider (WARNING|NOTICE)/.test(String(words[0])) ? undefined : say(...words));
  Object.assign(console, { warn: unlessIts(warn), info: unlessIts(info) });
  try {
    return await make();
  } finally {
    Object.assign(console, { warn, info });
  }
}
