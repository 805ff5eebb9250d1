/** The keys that sign grants. Only the gateway and the worker have them: not the workflows, not the callers. */

export type GrantKeys = readonly { id: string; secret: Buffer }[];

const SHORTEST_BYTES = 32;

/**
 * Reads `id:base64,id:base64`. The first signs and each verifies, so that a key is rotated by putting the new
 * one in front, and taking the old one out once its last grant has expired. Problems never quote a key.
 */
export function grantKeys(text: string, problem: (what: string) => void): GrantKeys {
  const keys = text.split(',').map((part) => part.trim()).filter(Boolean).map((part, nth) => {
    const at = part.indexOf(':');
    const id = part.slice(0, Math.max(at, 0)).trim();
    const secret = Buffer.from(part.slice(at + 1).trim(), 'base64');
    if (!/^[\w.-]{1,40}$/.test(id)) problem(`has no id before its colon at place ${nth + 1}; it is id:base64`);
    else if (secret.length < SHORTEST_BYTES) problem(`has a key "${id}" of less than ${SHORTEST_BYTES} bytes; make one with openssl rand -base64 32`);
    else if (new Set(secret).size < 8) problem(`has a key "${id}" that is not random; make one with openssl rand -base64 32`);
    return { id, secret };
  });
  if (keys.length === 0) problem('has no key');
  if (new Set(keys.map((key) => key.id)).size < keys.length) problem('has the same id twice');
  return keys;
}
