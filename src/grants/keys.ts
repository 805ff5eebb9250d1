/** The keys that sign grants. Only the gateway and the worker have them: not the workflows, not the callers. */
import { namedKeys } from '../keys.js';

export type GrantKeys = readonly { id: string; secret: Buffer }[];

/** Reads GRANT_KEYS as `namedKeys` does: the first signs, each verifies. An old one may go once its last grant has expired. */
export const grantKeys = (text: string, wrong: (problem: string) => void): GrantKeys =>
  namedKeys(text, 'at least', wrong).map(({ id, bytes }) => ({ id, secret: bytes }));
