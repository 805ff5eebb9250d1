/** `login`: a person signs in at the identity provider, in any browser, by a device code. */
import { allowInsecureRequests, discovery, initiateDeviceAuthorization, None, pollDeviceAuthorizationGrant } from 'openid-client';
import { reach } from '../api.js';
import { CliError, EXIT } from '../io.js';
import { plain } from '../print.js';
import type { Session } from '../session.js';
import type { Kept } from '../signed-in.js';

/** When a provider names none. */
const DEFAULT_LIFE_S = 600;

/** Throws `CliError`: 1 where there is no sign-in or it failed, 5 when the gateway is away. */
export async function login({ io, url }: Session): Promise<void> {
  const response = await reach(new URL('/sign-in', url), {});
  const { issuer, clientId, scope, reason } = (await response.json().catch(() => ({}))) as Record<string, string | undefined>;
  if (!issuer || !clientId) throw new CliError(EXIT.error, reason ?? `The gateway at ${url} does not say how to sign in.`);
  try {
    const provider = await discovery(new URL(issuer), clientId, undefined, None(), { execute: isThisMachine(issuer) ? [allowInsecureRequests] : [] });
    const device = await initiateDeviceAuthorization(provider, { scope: scope ?? 'openid' });
    io.err(`Open ${plain(device.verification_uri_complete ?? device.verification_uri)} in a browser and sign in. The code is ${plain(device.user_code)}.`);
    const tokens = await pollDeviceAuthorizationGrant(provider, device);
    const expiresAt = new Date(io.now().getTime() + (tokens.expires_in ?? DEFAULT_LIFE_S) * 1000).toISOString();
    await io.signedIn.write(JSON.stringify({ gateway: new URL(url).origin, token: tokens.access_token, expiresAt } satisfies Kept));
    io.out(`Signed in until ${expiresAt}.`);
  } catch (error) {
    throw new CliError(EXIT.error, `The sign-in failed: ${plain(error instanceof Error ? error.message : error)}`);
  }
}

/** Forgets the sign-in on this machine. */
export async function logout({ io }: Session): Promise<void> {
  await io.signedIn.write('');
  io.out('Signed out on this machine.');
}

const isThisMachine = (issuer: string): boolean => /^(127\.0\.0\.1|localhost|\[::1\])$/.test(new URL(issuer).hostname);
