/**
 * Access tokens: JWTs of one issuer, for our audience, checked against the issuer's published keys. What the
 * token says is who asks; nothing else is believed.
 */
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyResult } from 'jose';
import type { GatewayConfig } from '../config.js';
import { rolesIn, type Role } from '../domain/roles.js';
import { apart, oneLine } from './names.js';
import { IssuerAway, Refusal } from './refusal.js';

export interface Person {
  name: string;
  /** The token's `sub`. */
  subject: string;
  roles: Role[];
}
export type VerifyToken = (token: string) => Promise<Person>;

type Oidc = NonNullable<GatewayConfig['oidc']>;

const PATIENCE_MS = 5_000;
/** A key that is not known is asked for again, and an issuer that was away tried again, not more often than this. */
const COOLDOWN_MS = 10_000;
/** Far more than any access token needs. */
const LONGEST_TOKEN = 16_384;

/**
 * The issuer is asked for its keys at the first token, and again when a key is new.
 * @param now milliseconds since 1970
 * The verifier throws a `Refusal` (401) for a token that is not good, `IssuerAway` when the keys cannot be had.
 */
export function verifyTokens(oidc: Oidc, now: () => number): VerifyToken {
  const keys = keysOf(oidc.issuer);
  return async (token) => {
    if (token.length > LONGEST_TOKEN) throw new Refusal(401, 'The token is too long to be one.');
    let verified: JWTVerifyResult;
    try {
      verified = await jwtVerify(token, await keys(), {
        issuer: oidc.issuer,
        audience: oidc.audience,
        algorithms: oidc.algorithms,
        clockTolerance: oidc.toleranceS,
        currentDate: new Date(now()),
        requiredClaims: ['exp', 'sub'],
      });
    } catch (error) {
      throw refused(error);
    }
    const { payload: claims, protectedHeader } = verified;
    const other = otherThanAccess(protectedHeader, claims);
    if (other) throw new Refusal(401, `The token is not an access token: ${other}.`);
    const subject = claims.sub!.slice(0, 200);
    const names = [claims[oidc.nameClaim], claims['preferred_username'], subject];
    const name = names.map((n) => (typeof n === 'string' ? oneLine(n) : '')).find(Boolean);
    return { name: apart(name ?? 'no name', subject), subject, roles: rolesIn(claims, oidc.rolesClaim, oidc.roleNames) };
  };
}

/** An access token says so (RFC 9068), or says nothing: providers that came before it write JWT, or no type. */
const TYPES: readonly unknown[] = [undefined, 'jwt', 'at+jwt', 'application/at+jwt'];
/** What stands in tokens that are for something else: a sign-in, a sign-out, or a holder who has to prove a key too. */
const OF_OTHERS = ['nonce', 'at_hash', 'events', 'cnf'] as const;

/** A JWT of the right issuer and audience that is no access token: null where it is one. */
function otherThanAccess({ typ }: { typ?: unknown }, claims: JWTPayload): string | null {
  if (!TYPES.includes(typeof typ === 'string' ? typ.toLowerCase() : typ)) return 'its type is another';
  const foreign = OF_OTHERS.find((claim) => claims[claim] !== undefined);
  if (foreign) return `it has the claim "${foreign}"`;
  // Two people must not be one in the record, nor one be nobody.
  return typeof claims.sub === 'string' && claims.sub.trim() !== '' && !/\p{C}/u.test(claims.sub) ? null : 'its claim "sub" names nobody';
}

/** The issuer's keys, by its published configuration. */
function keysOf(issuer: string): () => Promise<JWTVerifyGetKey> {
  let known: Promise<JWTVerifyGetKey> | null = null;
  let notBefore = 0;
  return () => {
    if (known) return known;
    if (Date.now() < notBefore) return Promise.reject(new IssuerAway('the identity provider could not be reached a moment ago'));
    known = discover(issuer).catch((error: unknown) => {
      known = null;
      notBefore = Date.now() + COOLDOWN_MS;
      throw new IssuerAway(error instanceof Error ? error.message : 'the identity provider does not answer');
    });
    return known;
  };
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const at = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(at, { redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
  if (!response?.ok) throw new Error(`the identity provider does not answer at its configuration${response ? ` (${response.status})` : ''}`);
  const found = (await response.json().catch(() => ({}))) as { issuer?: unknown; jwks_uri?: unknown };
  if (found.issuer !== issuer) throw new Error('the identity provider names itself otherwise than OIDC_ISSUER; they must be the same to the letter');
  const uri = typeof found.jwks_uri === 'string' && URL.canParse(found.jwks_uri) ? new URL(found.jwks_uri) : null;
  // Keys that came over plain HTTP would be anybody's.
  if (!uri || (uri.protocol !== 'https:' && new URL(issuer).protocol === 'https:')) throw new Error('the identity provider names no https address for its keys');
  return createRemoteJWKSet(uri, { timeoutDuration: PATIENCE_MS, cooldownDuration: COOLDOWN_MS });
}

/** Which claim or what else was wrong, without quoting the token. */
function refused(error: unknown): Error {
  if (error instanceof IssuerAway) return error;
  if (error instanceof errors.JWTExpired) return new Refusal(401, 'The token has expired. Sign in again.');
  if (error instanceof errors.JWTClaimValidationFailed) return new Refusal(401, `The token is not for here: its claim "${error.claim}" is ${error.reason === 'missing' ? 'missing' : 'another'}.`);
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return new Refusal(401, 'The token is not signed by an algorithm that is allowed here.');
  if (error instanceof errors.JWKSTimeout) return new IssuerAway('the identity provider does not tell its keys in time');
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSMultipleMatchingKeys)
    return new Refusal(401, "The token is not signed by the identity provider's keys.");
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return new Refusal(401, 'The token is not one that can be read.');
  // What is left is a key set that could not be fetched or read.
  return new IssuerAway("the identity provider's keys cannot be had");
}
