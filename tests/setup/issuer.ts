/** An identity provider of the smallest kind: its published keys, and tokens for whomever a test makes up. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Role } from '../../src/domain/roles.js';

const AUDIENCE = 'https://onetouch.invalid/api';
const alg = 'ES256';

export interface SomeonesClaims {
  sub: string;
  name: string;
  email: string;
  roles: readonly Role[];
}

/** Starts it on any free port. */
export async function startIssuer() {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const keys = { keys: [{ ...(await exportJWK(publicKey)), alg, use: 'sig', kid: 'k1' }] };
  let url = '';
  const server = createServer((request, response) => {
    const answer = request.url === '/keys' ? keys : { issuer: url, jwks_uri: `${url}/keys` };
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    /** What points a gateway here. */
    env: { OIDC_ISSUER: url, OIDC_AUDIENCE: AUDIENCE },
    tokenFor: (claims: SomeonesClaims): Promise<string> =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg, kid: 'k1', typ: 'at+jwt' }).setIssuer(url).setAudience(AUDIENCE).setIssuedAt().setExpirationTime('1 hour').sign(privateKey),
    close(): void {
      server.close();
      server.closeAllConnections();
    },
  };
}
