/** The keys that payloads are encrypted with, as the setting PAYLOAD_KEYS names them. */
import { createSecretKey, type KeyObject } from 'node:crypto';

export interface PayloadSettings {
  /** By id, in the setting's order: the first encrypts, each decrypts. */
  keys: ReadonlyMap<string, KeyObject>;
  /** What is done with a payload that nobody encrypted: `accept` only while cases from before encryption still run. */
  plaintext: 'accept' | 'refuse';
}

const KEY_BYTES = 32;
const ID = /^[\w.-]{1,64}$/;

/**
 * Reads `id:base64,id:base64`. What is wrong is told to `wrong`, one sentence each and without the key; the keys
 * that are well formed are returned all the same.
 */
export function payloadKeys(text: string, wrong: (problem: string) => void): Map<string, KeyObject> {
  const keys = new Map<string, KeyObject>();
  for (const [i, part] of text.split(',').map((p) => p.trim()).entries()) {
    const [, id, encoded] = /^([^:]*):(.*)$/.exec(part) ?? [];
    const bytes = Buffer.from(encoded ?? '', 'base64');
    if (id === undefined || !ID.test(id)) wrong(`holds no "id:base64" in place ${i + 1}; an id is 1 to 64 letters, digits, dots, dashes or underscores`);
    else if (bytes.length !== KEY_BYTES || bytes.toString('base64').replace(/=+$/, '') !== encoded!.replace(/=+$/, ''))
      wrong(`holds a key ("${id}") that is not ${KEY_BYTES} bytes in base64; make one with: openssl rand -base64 32`);
    else if (bytes.every((byte) => byte === bytes[0])) wrong(`holds a key ("${id}") that anybody could guess; make one with: openssl rand -base64 32`);
    else if (keys.has(id)) wrong(`holds the id "${id}" twice`);
    else keys.set(id, createSecretKey(bytes));
  }
  return keys;
}
