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
  /** Parsed JSON; null where the body is empty or the status is one of `answers` outside 2xx. */
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
    if (!response.ok) {
      if (answers.includes(response.status)) return { status: response.status, body: null };
      throw failureOf(system, doing, response.status, response.headers.get('retry-after'));
    }
    if (text === '') return { status: response.status, body: null };
    try {
      return { status: response.status, body: JSON.parse(text) as unknown };
    } catch {
      throw refused(system, doing, response.status, 'the answer is not JSON; is its URL the right one?');
    }
  };
}

/** 4xx that say "later", not "no". */
const LATER: readonly number[] = [408, 425, 429];

/** The failure that a status outside 2xx is. */
export function failureOf(
  system: OutsideSystem,
  doing: string,
  status: number,
  retryAfter?: string | null,
  detail?: string,
): ApplicationFailure {
  if (status >= 500 || LATER.includes(status))
    return unavailable(system, doing, `it answered ${status}`, retryAfterMs(retryAfter));
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

/** Retry-After, in seconds or as an HTTP date, in milliseconds from `now`; undefined where it says nothing. */
export function retryAfterMs(header: string | null | undefined, now = Date.now()): number | undefined {
  const value = header?.trim();
  if (!value) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.round(Number(value) * 1000);
  // Date.parse takes "-5" for a day in 2001.
  const at = /^[A-Za-z]/.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** The answer in the shape we rely on; a malformed one is refused with the field that is wrong, not its value. */
export function shaped<S extends z.ZodType>(schema: S, answer: unknown, system: OutsideSystem, doing: string): z.output<S> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const fields = [...new Set(result.error.issues.map((issue) => issue.path.join('.') || 'the whole answer'))];
  throw refused(system, doing, 'malformed answer', `not as agreed: ${fields.join(', ')}`);
}
