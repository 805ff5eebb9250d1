/**
 * What jira.js throws, as one of our failures. Its errors carry the Authorization header in `cause` and the request
 * in `config`, so nothing of them is kept but the status, the names of the refused fields and Retry-After.
 */
import type { ApplicationFailure } from '@temporalio/common';
import { refused } from '../activities/failures.js';
import { failureOf, unreachable } from './http.js';

interface Thrown {
  isAxiosError?: boolean;
  name?: string;
  code?: string;
  status?: number;
  response?: { data?: unknown };
  cause?: { isAxiosError?: boolean; response?: { headers?: Record<string, unknown> } };
}

export function jiraFailure(doing: string, error: unknown): ApplicationFailure {
  const thrown = (error ?? {}) as Thrown;
  // Answered: an HttpException around axios's error.
  if (thrown.cause?.isAxiosError && typeof thrown.status === 'number') {
    // The answer began well and broke off: what was asked may have been done.
    if (thrown.status < 300) return unreachable('Jira', doing, { code: (thrown.cause as Thrown).code });
    const retryAfter = thrown.cause.response?.headers?.['retry-after'];
    return failureOf('Jira', doing, thrown.status, typeof retryAfter === 'string' ? retryAfter : null, refusedFields(thrown.response?.data));
  }
  // Not answered: axios's own error.
  if (thrown.isAxiosError) {
    const timedOut = thrown.code === 'ECONNABORTED' || thrown.code === 'ETIMEDOUT';
    return unreachable('Jira', doing, timedOut ? Object.assign(new Error(), { name: 'TimeoutError' }) : { code: thrown.code });
  }
  return refused('Jira', doing, 'not sent', 'the client could not make the request');
}

/** Jira's errors are keyed by field: `{errors: {priority: "…"}}`. The texts may quote what was sent. */
function refusedFields(data: unknown): string {
  const errors = (data as { errors?: unknown } | null | undefined)?.errors;
  const names = errors && typeof errors === 'object' ? Object.keys(errors).filter((name) => /^[\w-]{1,60}$/.test(name)) : [];
  return names.length > 0 ? `about ${names.join(', ')}` : '';
}
