/**
 * Payloads encrypted for Temporal: AES-256-GCM over the whole payload (its own metadata included), a fresh nonce
 * each, beside it the id of the key and the workflow that it is for. These and the format are bound to the ciphertext as
 * associated data. See docs/decisions/0022-payload-encryption.md.
 */
import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import protos from '@temporalio/proto';
import type { PayloadSettings } from './payload-keys.js';

export const ENCRYPTED = 'binary/encrypted';
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const { Payload: Wire } = protos.temporal.api.common.v1;

/** Why a payload cannot be read: the last two depend on the settings, and so may change. */
export type Unreadable = 'malformed' | 'elsewhere' | 'no-key' | 'plaintext';
export type Opened = { payload: Payload } | { unreadable: Unreadable };
/** In place of a workflow's id: typed in by hand, through the codec endpoint, which does not know what for. */
export const BY_HAND = '*';

const text = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('utf8');
const bytes = (value: string) => new Uint8Array(Buffer.from(value));
export const encodingOf = (payload: Payload): string => text(payload.metadata?.['encoding']);

/**
 * Encrypts with the first key; a payload that is encrypted already stays as it is.
 * @param owner the id of the workflow that it is for, or `BY_HAND`
 */
export function seal(payload: Payload, { keys }: PayloadSettings, owner: string): Payload {
  if (encodingOf(payload) === ENCRYPTED) return payload;
  const [[id, key]] = keys as unknown as [[string, KeyObject]];
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES }).setAAD(bound(id, owner));
  const data = Buffer.concat([nonce, cipher.update(Wire.encode(payload as object).finish()), cipher.final(), cipher.getAuthTag()]);
  return { metadata: { encoding: bytes(ENCRYPTED), 'encryption-cipher': bytes(CIPHER), 'encryption-key-id': bytes(id), 'encryption-for': bytes(owner) }, data: new Uint8Array(data) };
}

/**
 * Decrypts what `seal` made. Never throws: what cannot be read is told apart by why.
 * @param owners for whom it may have been encrypted; for anyone when absent
 */
export function open(payload: Payload, { keys, plaintext }: PayloadSettings, owners?: readonly string[]): Opened {
  if (encodingOf(payload) !== ENCRYPTED) return plaintext === 'accept' ? readable(payload) : { unreadable: isReadable(payload) ? 'plaintext' : 'malformed' };
  const id = text(payload.metadata?.['encryption-key-id']);
  const key = keys.get(id);
  if (!key) return { unreadable: 'no-key' };
  const owner = text(payload.metadata?.['encryption-for']);
  try {
    const data = Buffer.from(payload.data ?? []);
    const decipher = createDecipheriv(CIPHER, key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(bound(id, owner))
      .setAuthTag(data.subarray(-TAG_BYTES));
    const plain = Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
    if (owners && !owners.includes(owner)) return { unreadable: 'elsewhere' };
    const { metadata, data: inner } = Wire.decode(plain);
    return readable({ metadata, data: inner });
  } catch {
    return { unreadable: 'malformed' };
  }
}

/** What the format, the key and the owner are, so that none can be exchanged beside a ciphertext. No key's id has a `|`. */
const bound = (id: string, owner: string) => Buffer.from(`onetouch|${ENCRYPTED}|${CIPHER}|${id}|${owner}`);

/** A payload as it is, where the SDK's converter can read it. */
export const readable = (payload: Payload): Opened => (isReadable(payload) ? { payload } : { unreadable: 'malformed' });

/** What the SDK's default converter reads besides JSON; it throws on anything else, protobuf included. */
const PLAIN = ['binary/plain', 'binary/null'];
function isReadable(payload: Payload): boolean {
  const encoding = encodingOf(payload);
  if (encoding !== 'json/plain') return PLAIN.includes(encoding);
  try {
    JSON.parse(text(payload.data));
    return true;
  } catch {
    return false;
  }
}
