/** `login`: a person signs in at the identity provider, in any browser, by a device code. And `whoami`: as whom. */
import { allowInsecureRequests, discovery, initiateDeviceAuthorization, None, pollDeviceAuthorizationGrant } from 'openid-client';
import { callApi, noGateway, reach } from '../api.js';
import { CliError, EXIT } from '../io.js';
import { json, pairs, plain, when } from '../print.js';
import type { Session } from '../session.js';
import { isThisMachine, mustBePrivate, sourceOf, tokenSet, type Kept } from '../signed-in.js';

/** When a provider names none. */
const DEFAULT_LIFE_S = 600;

/** What the gateway takes somebody for. */
interface Me {
  name: string;
  subject: string;
  roles: string[];
}

/** Throws `CliError`: 1 where there is no sign-in or it failed, 2 where it would not be private, 5 when the gateway is away. */
export async function login({ io, url }: Session): Promise<void> {
  mustBePrivate(url);
  const response = await reach(new URL('/sign-in', url), {});
  const { issuer, clientId, scope, reason } = (await response.json().catch(() => ({}))) as Record<string, string | undefined>;
  if ((!issuer || !clientId) && !reason) throw noGateway(url);
  if (!issuer || !clientId) throw new CliError(EXIT.error, reason ?? '');
  let kept: Kept;
  try {
    const provider = await discovery(new URL(issuer), clientId, undefined, None(), { execute: isThisMachine(issuer) ? [allowInsecureRequests] : [] });
    const device = await initiateDeviceAuthorization(provider, { scope: scope ?? 'openid' });
    io.err(`Open ${plain(device.verification_uri_complete ?? device.verification_uri)} in a browser and sign in. The code is ${plain(device.user_code)}.`);
    const tokens = await pollDeviceAuthorizationGrant(provider, device);
    const expiresAt = new Date(io.now().getTime() + (tokens.expires_in ?? DEFAULT_LIFE_S) * 1000).toISOString();
    kept = { gateway: new URL(url).origin, token: tokens.access_token, expiresAt };
    await io.signedIn.write(JSON.stringify(kept));
  } catch (error) {
    throw new CliError(EXIT.error, `The sign-in failed: ${plain(error instanceof Error ? error.message : error)}`);
  }
  const { token, expiresAt } = kept;
  const me = (await callApi(io, { url, token: async () => ({ token, from: 'login', signedInUntil: expiresAt }) }, '/me')) as Me;
  io.out(`Signed in as ${plain(me.name)} (${me.roles.map(plain).join(', ')}) until ${when(expiresAt)}.`);
  const set = tokenSet(io);
  if (set) io.err(`${set.from} is set in the environment and goes before this sign-in: unset it.`);
}

/** As whom the commands on this machine speak, and by which token. */
export async function whoAmI({ io, get, token, json: asJson }: Session): Promise<void> {
  const { name, subject, roles } = (await get('/me')) as Me;
  const its = await token();
  if (asJson) return io.out(json({ name, subject, roles, token: its.from, signedInUntil: its.signedInUntil }));
  io.out(pairs([['Name', name], ['Roles', roles.join(', ') || 'none'], ['Token', sourceOf(its, io)]]));
}

/** Forgets the sign-in on this machine. */
export async function logout({ io }: Session): Promise<void> {
  await io.signedIn.write('');
  io.out('Signed out on this machine.');
}
