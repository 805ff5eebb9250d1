/** How the Admin stand-in takes writes of groups: once a key, and of a record only at the version that was read. */
import type { Context } from 'hono';
import { US } from '../ledger.js';
import type { Books, KeptAnswer } from './books.js';
import { problem } from './problem.js';

/** What was done: for the ledger, and as the answer to this key from now on. */
export interface Done extends Omit<KeptAnswer, 'request' | 'headers'> {
  headers?: Record<string, string>;
  effect: { kind: string; on: string; text: string };
}

/** Does the work once for the request's key; a repeat is answered as the first was. */
export async function once(c: Context, books: Books, work: (body: unknown, at: number) => Done | Response): Promise<Response> {
  const text = await c.req.text();
  const body: unknown = text === '' ? null : JSON.parse(text);
  const at = await books.now();
  const key = c.req.header('idempotency-key');
  if (!key) return problem(c, 400, 'No key', 'Name the request with the header Idempotency-Key.');
  const request = `${c.req.method} ${c.req.path} ${JSON.stringify(body)}`;
  const known = books.state.answers[key];
  if (known)
    return known.request === request
      ? c.json(known.body, known.status, known.headers)
      : problem(c, 422, 'The key was used before', 'A key names one request. Use another for this one.');
  const done = work(body, at);
  if (done instanceof Response) return done;
  const { effect, headers = {}, ...answer } = done;
  books.state.answers[key] = structuredClone({ ...answer, headers, request });
  books.record(at, US, effect.kind, effect.on, `${effect.text}${effect.text && ', '}key ${key}`);
  return c.json(answer.body, answer.status, headers);
}

/** One record that can be changed field by field. */
export interface Writable {
  id: string;
  version(): string;
  /** The value of a field that can be changed; undefined where there is no such field. */
  read(field: string): boolean | null | undefined;
  /** Sets the field; the version is new afterwards. */
  write(field: string, to: boolean, at: number): void;
}

/** `PATCH` of one field, under If-Match. Answers with the version after it. */
export function change(c: Context, books: Books, record: Writable): Promise<Response> {
  return once(c, books, (body, at) => {
    const wanted = c.req.header('if-match');
    if (!wanted) return problem(c, 428, 'No version', 'Name the version that you read in the header If-Match.');
    const { field, from, to } = (body ?? {}) as Record<string, unknown>;
    if (typeof field !== 'string' || typeof from !== 'boolean' || typeof to !== 'boolean')
      return problem(c, 400, 'Not a change', 'Send {"field": "...", "from": true or false, "to": true or false}.');
    if (wanted !== etag(record.version()))
      return problem(c, 412, 'Changed meanwhile', 'The record has another version by now. Read it again.', { etag: etag(record.version()) });
    const value = record.read(field);
    if (value === undefined) return problem(c, 400, 'No such field', 'The record has no field of this name that can be changed.');
    if (value !== from) return problem(c, 409, 'Not as said', 'The field has another value than the change says.');
    record.write(field, to, at);
    const version = record.version();
    return { status: 200, body: { version }, headers: { etag: etag(version) }, effect: { kind: 'admin-change', on: record.id, text: `${field}: ${from} to ${to}` } };
  });
}

export const etag = (version: string): string => `"${version}"`;
