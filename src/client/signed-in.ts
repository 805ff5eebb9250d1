/** Whose word the CLI takes along: a token of the environment, of `login`, or of `npm start`. */
import { CliError, EXIT, type Io } from './io.js';
import { when } from './print.js';

/** What is kept of a sign-in: for one gateway alone, so that no other is ever sent the token. */
export interface Kept {
  /** The gateway's origin. */
  gateway: string;
  token: string;
  /** ISO 8601. */
  expiresAt: string;
}

export interface Token {
  token: string;
  from: 'ONETOUCH_TOKEN' | 'API_TOKEN' | 'login' | 'npm start' | null;
  /** When the sign-in at this gateway ends, or has ended; null where there is none. */
  signedInUntil: string | null;
}

export const isThisMachine = (url: string): boolean => ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);

/** Throws `CliError` (2) where a token could be read on its way to the gateway, or somebody else could answer in its place. */
export function mustBePrivate(url: string): void {
  if (new URL(url).protocol === 'http:' && !isThisMachine(url))
    throw new CliError(EXIT.usage, `${new URL(url).origin} is plain HTTP: your token could be read on the way there, and is not sent. Use its https address (--url or ONETOUCH_URL).`);
}

const LOGIN = 'npx onetouch login';

/** The token for a gateway. Says so where a sign-in has ended and another token takes its place. */
export async function tokenFor(io: Io, url: string): Promise<Token> {
  const set = tokenSet(io);
  if (set) return { ...set, signedInUntil: null };
  const kept = await signedIn(io, url);
  const signedInUntil = kept?.expiresAt ?? null;
  if (kept && Date.parse(kept.expiresAt) > io.now().getTime()) return { token: kept.token, from: 'login', signedInUntil };
  // What npm start leaves is for this machine: no other is ever sent it.
  const token = isThisMachine(url) ? new TextDecoder().decode(await io.readFile(io.tokenFile).catch(() => new Uint8Array())).trim() : '';
  if (token && kept) io.err(`Your sign-in ended at ${when(signedInUntil)}. The token in ${io.tokenFile} is used instead, which is not yours. Sign in again: ${LOGIN}`);
  return { token, from: token ? 'npm start' : null, signedInUntil };
}

/** A token of the environment goes before any other; null where there is none. */
export function tokenSet({ env }: Io): { token: string; from: 'ONETOUCH_TOKEN' | 'API_TOKEN' } | null {
  if (env['ONETOUCH_TOKEN']) return { token: env['ONETOUCH_TOKEN'], from: 'ONETOUCH_TOKEN' };
  return env['API_TOKEN'] ? { token: env['API_TOKEN'], from: 'API_TOKEN' } : null;
}

/** Where a token came from, in words. */
export function sourceOf({ from, signedInUntil }: Token, io: Io): string {
  switch (from) {
    case 'login':
      return `the sign-in of this machine, until ${when(signedInUntil)}`;
    case 'npm start':
      return `${io.tokenFile}, where npm start leaves one`;
    case null:
      return 'none';
    default:
      return `${from} in the environment`;
  }
}

/** What to do about a token that was not taken. */
export function anotherFor(token: Token, io: Io): string {
  switch (token.from) {
    case 'login':
      return `The token came from the sign-in of this machine. Sign in again: ${LOGIN}`;
    case 'npm start':
      return `The token came from ${sourceOf(token, io)}. Is it this gateway's? Else sign in: ${LOGIN}`;
    case null:
      return token.signedInUntil ? `Your sign-in ended at ${when(token.signedInUntil)}. Sign in again: ${LOGIN}` : `There was no token. Sign in: ${LOGIN}`;
    default:
      return `The token came from ${sourceOf(token, io)}. Set another one there, or unset it and sign in: ${LOGIN}`;
  }
}

async function signedIn(io: Io, url: string): Promise<Kept | null> {
  try {
    const kept = JSON.parse(await io.signedIn.read()) as Kept;
    return kept.gateway === new URL(url).origin && !Number.isNaN(Date.parse(kept.expiresAt)) ? kept : null;
  } catch {
    return null;
  }
}
