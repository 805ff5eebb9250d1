/**
 * One small wrapper around fetch for the outside systems that have no client library: a timeout, JSON, and
 * failures that say whether trying again can help. No message carries a body, a query string or a header.
 */
import type { ApplicationFailure } from '@temporalio/common';
import type { z } from 'zod';
import { refused, unavailable, type OutsideSystem } from '../activities/failures.js';

export const TIMEOUT_MS = 15_000;
export interface Patience {
  /** How long an answer may take; `TIMEOUT_MS` where it is not said. */
  timeoutMs?: number;
}

export interface HttpCall {
  /** What it is for, in words that go into a failure: "read the ticket". */
  doing: string;
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the base URL on, with a leading slash; ids in it encoded. May have a query string. */
  path: string;
  query?: Record<string, string | number>;
  body?: unknown;
  headers?: Record<string, string>;
  /** Statuses that are an answer here, not a failure. */
  answers?: readonly number[];
}
export interface HttpAnswer {
  status: number;
  /** Parsed JSON; null where there is nothing to read, or where one of `answers` outside 2xx is not JSON. */
  body: unknown;
}
export type Http = (call: HttpCall) => Promise<HttpAnswer>;

/**
 * @param baseUrl with or without a slash at the end
 * Rejects with `Refused` or `Unavailable`.
 */
export function http(
  system: OutsideSystem,
  baseUrl: string,
  { fetch = globalThis.fetch, timeoutMs = TIMEOUT_MS }: { fetch?: typeof globalThis.fetch } & Patience = {},
): Http {
  const base = baseUrl.replace(/\/+$/, '');
  return async ({ doing, method = 'GET', path, query = {}, body, headers = {}, answers = [] }) => {
    const url = new URL(base + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));

    let response: Response;
    let text: string;
    try {
      response = await fetch(url, {
        method,
        // A redirect would turn a PUT into a GET, or carry the credentials elsewhere: the URL's setting is wrong.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (error) {
      throw unreachable(system, doing, error);
    }
    const { status } = response;
    if (!response.ok && !answers.includes(status)) throw failureOf(system, doing, status, response.headers.get('retry-after'));
    // A write that is answered with nothing was done; whose answer is read has one.
    if (response.ok && text === '' && (status === 204 || method === 'PUT' || method === 'DELETE')) return { status, body: null };
    const said = json(text);
    if (response.ok && said === undefined) throw notJson(system, doing);
    return { status, body: said ?? null };
  };
}

const json = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** It broke off, or a proxy on the way answered with a page of its own. Where the URL is wrong it is so for ever, and flagged. */
export const notJson = (system: OutsideSystem, doing: string): ApplicationFailure =>
  unavailable(system, doing, 'the answer is not JSON; is its URL the right one?');

/**
 * Makes sure that a status outside 2xx is the system's own word. A proxy, or another server at a wrong URL, answers with a
 * page of its own, which tells nothing of what was asked for. Throws `Unavailable`.
 */
export function saidByItself(own: z.ZodType, { status, body }: HttpAnswer, system: OutsideSystem, doing: string): void {
  if (!own.safeParse(body).success) throw unavailable(system, doing, `it answered ${status}, but not in its own words; is its URL the right one?`);
}

/** 4xx that say "later", not "no". */
const LATER: readonly number[] = [408, 425, 429];
/**
 * Where a conflict, too, says "later": somebody else changed it at the same moment. Zendesk calls it a database collision, Jira
 * a conflicting update, to be tried again. Admin says by it that a thing cannot be done, and a gap in a version by 412.
 */
const COLLIDES: readonly OutsideSystem[] = ['helpdesk', 'Jira'];

/** The failure that a status outside 2xx is. */
export function failureOf(
  system: OutsideSystem,
  doing: string,
  status: number,
  retryAfter?: string | null,
  detail?: string,
): ApplicationFailure {
  if (status >= 500 || LATER.includes(status) || (status === 409 && COLLIDES.includes(system)))
    return unavailable(system, doing, `it answered ${status}`, { status, retryAfterMs: retryAfterMs(retryAfter) });
  if (status >= 300 && status < 400) return refused(system, doing, status, 'it redirects; its URL is not the right one');
  return refused(system, doing, status, detail);
}

/** No answer at all: a timeout or a lost connection. Says the code of the error, never its text. */
export function unreachable(system: OutsideSystem, doing: string, error: unknown): ApplicationFailure {
  const name = error instanceof Error ? error.name : '';
  if (name === 'TimeoutError') return unavailable(system, doing, 'it did not answer in time');
  const code = codeOf(error) ?? codeOf((error as { cause?: unknown } | null)?.cause);
  return unavailable(system, doing, code ? `the connection failed (${code})` : 'the connection failed');
}
const codeOf = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' && /^[A-Z0-9_]+$/.test(code) ? code : undefined;
};

/** Nobody is away for longer than this by intention. */
const LONGEST_WAIT_MS = 24 * 3_600_000;

/**
 * Retry-After, in seconds or as an HTTP date, in milliseconds from `now`, a day at most. Undefined where it says nothing, or
 * now: a delay of 0 means to Temporal that there is to be no next attempt at all.
 */
export function retryAfterMs(header: string | null | undefined, now = Date.now()): number | undefined {
  const value = header?.trim() ?? '';
  const ms = /^\d+(\.\d+)?$/.test(value)
    ? Math.round(Number(value) * 1000)
    : // Date.parse takes "-5" for a day in 2001.
      (/^[A-Za-z]/.test(value) ? Date.parse(value) : NaN) - now;
  return ms > 0 ? Math.min(ms, LONGEST_WAIT_MS) : undefined;
}

/** The answer in the shape we rely on; a malformed one is refused with the field that is wrong, not its value. */
export function shaped<S extends z.ZodType>(schema: S, answer: unknown, system: OutsideSystem, doing: string): z.output<S> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const fields = [...new Set(result.error.issues.map((issue) => issue.path.join('.') || 'the whole answer'))];
  throw refused(system, doing, 'malformed answer', `not as agreed: ${fields.join(', ')}`);
}

/** A time as the system wrote it, in ISO 8601; null where it is none. */
export function isoTime(said: unknown): string | null {
  const at = typeof said === 'string' ? Date.parse(said) : NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
