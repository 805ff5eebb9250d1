/** What `login` leaves for the commands after it. */
import type { Io } from './io.js';

/** What is kept of a sign-in: for one gateway alone, so that no other is ever sent the token. */
export interface Kept {
  /** The gateway's origin. */
  gateway: string;
  token: string;
  /** ISO 8601. */
  expiresAt: string;
}

/** The token of an earlier `login` at this gateway; null where there is none that is still good. */
export async function signedInToken(io: Io, url: string): Promise<string | null> {
  try {
    const { gateway, token, expiresAt } = JSON.parse(await io.signedIn.read()) as Kept;
    return gateway === new URL(url).origin && Date.parse(expiresAt) > io.now().getTime() ? token : null;
  } catch {
    return null;
  }
}
