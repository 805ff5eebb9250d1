/** Reads JSON from outside: stricter than `JSON.parse`, since what two readers see differently can be abused. */
import { Refusal } from './refusal.js';

const MAX_DEPTH = 64;
/** Keys and items in all; a page of a history has some ten thousand. */
const MOST_PARTS = 200_000;

/** The value in `bytes`. Throws a `Refusal` (400) on bad UTF-8, bad JSON, a doubled key, `__proto__`, deep nesting or millions of parts. */
export function readJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refusal(400, 'The body is not UTF-8.');
  }
  checkBounds(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the body.
    throw new Refusal(400, 'The body is not JSON.');
  }
  checkKeys(text);
  return value;
}

/** Walks text of any kind: the parser itself would be busy with millions of brackets for seconds. */
function checkBounds(text: string): void {
  let [depth, parts] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++;
    } else if (c === '{' || c === '[') {
      if (++depth > MAX_DEPTH) throw new Refusal(400, `The body is nested deeper than ${MAX_DEPTH} levels.`);
    } else if (c === '}' || c === ']') {
      depth--;
    } else if (c === ',' && ++parts > MOST_PARTS) {
      throw new Refusal(400, `The body has more than ${MOST_PARTS} parts.`);
    }
  }
}

/** Walks text that is known to be JSON. */
function checkKeys(text: string): void {
  // One entry per open bracket: the keys seen for an object, null for an array.
  const open: (Set<string> | null)[] = [];
  // In an object, the string after its bracket or a comma is a key.
  let keyNext = false;
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === '{' || c === '[') {
      open.push(c === '{' ? new Set() : null);
      keyNext = c === '{';
    } else if (c === '}' || c === ']') {
      open.pop();
    } else if (c === ',') {
      keyNext = true;
    } else if (c === '"') {
      const start = at;
      for (at++; text[at] !== '"'; at++) if (text[at] === '\\') at++;
      const keys = open.at(-1);
      if (keys && keyNext) {
        keyNext = false;
        const key = JSON.parse(text.slice(start, at + 1)) as string;
        if (key === '__proto__') throw new Refusal(400, 'The body has a key that is not allowed.');
        if (keys.has(key)) throw new Refusal(400, 'The body has the same key twice.');
        keys.add(key);
      }
    }
  }
}
