/** The keys that payloads are encrypted with, as the setting PAYLOAD_KEYS names them. */
import { createSecretKey, type KeyObject } from 'node:crypto';
import { namedKeys } from '../keys.js';

export interface PayloadSettings {
  /** By id, in the setting's order: the first encrypts, each decrypts. */
  keys: ReadonlyMap<string, KeyObject>;
  /** What is done with a payload that nobody encrypted: `accept` only while cases from before encryption still run. */
  plaintext: 'accept' | 'refuse';
}

/** Reads the setting as `namedKeys` does; AES-256 takes keys of 32 bytes alone. */
export const payloadKeys = (text: string, wrong: (problem: string) => void): Map<string, KeyObject> =>
  new Map(namedKeys(text, 'exactly', wrong).map(({ id, bytes }) => [id, createSecretKey(bytes)]));
