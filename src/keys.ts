/** Keys as settings name them: `id:base64,id:base64`. The first is used for what is new, each for what is there. */
import { guessableKey } from './guessable.js';

export interface NamedKey {
  id: string;
  bytes: Buffer;
}

const BYTES = 32;
const ID = /^[\w.-]{1,64}$/;
const MAKE = 'make one with: openssl rand -base64 32';

/**
 * Reads a list of keys. What is wrong is told to `wrong`, one sentence each and never with the key; the keys that are
 * well formed are returned all the same. A key is rotated by putting the new one in front, and taking the old one out
 * when nothing needs it any more.
 *
 * @param length whether 32 bytes are all that a key may have, or the least
 */
export function namedKeys(text: string, length: 'exactly' | 'at least', wrong: (problem: string) => void): NamedKey[] {
  const keys: NamedKey[] = [];
  for (const [nth, part] of text.split(',').map((p) => p.trim()).entries()) {
    const [, id, encoded] = /^([^:]*):(.*)$/.exec(part) ?? [];
    const bytes = Buffer.from(encoded ?? '', 'base64');
    const fits = bytes.length === BYTES || (length === 'at least' && bytes.length > BYTES);
    const guessable = fits && guessableKey(bytes);
    if (id === undefined || !ID.test(id)) wrong(`holds no "id:base64" in place ${nth + 1}; an id is 1 to 64 letters, digits, dots, dashes or underscores`);
    else if (!fits || unpadded(bytes.toString('base64')) !== unpadded(encoded!)) wrong(`holds a key ("${id}") that is not ${length} ${BYTES} bytes in base64; ${MAKE}`);
    else if (guessable) wrong(`holds a key ("${id}") that is not random but ${guessable}; ${MAKE}`);
    else if (keys.some((key) => key.id === id)) wrong(`holds the id "${id}" twice`);
    else keys.push({ id, bytes });
  }
  return keys;
}

const unpadded = (base64: string): string => base64.replace(/=+$/, '');
