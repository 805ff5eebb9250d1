/** Looks at how a call failed. */
import { inspect } from 'node:util';
import { ApplicationFailure } from '@temporalio/common';
import { expect } from 'vitest';

/** The failure a promise rejects with; anything but an `ApplicationFailure` fails the test. */
export async function failure(promise: Promise<unknown>): Promise<ApplicationFailure> {
  const error: unknown = await promise.then(
    () => expect.fail('it should have failed'),
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(ApplicationFailure);
  return error as ApplicationFailure;
}

/** All that can be got out of an error, hidden properties included. */
export const deep = (error: unknown): string =>
  `${JSON.stringify(error)} ${inspect(error, { depth: Infinity, showHidden: true, maxStringLength: Infinity, maxArrayLength: Infinity })}`;

/** Every status class an outside system may answer, and what a failure of it must be; of a conflict each system has its own idea. */
export const STATUSES = [
  { status: 400, type: 'Refused' },
  { status: 401, type: 'Refused' },
  { status: 403, type: 'Refused' },
  { status: 404, type: 'Refused' },
  { status: 422, type: 'Refused' },
  { status: 302, type: 'Refused' },
  { status: 408, type: 'Unavailable' },
  { status: 425, type: 'Unavailable' },
  { status: 429, type: 'Unavailable' },
  { status: 500, type: 'Unavailable' },
  { status: 502, type: 'Unavailable' },
  { status: 503, type: 'Unavailable' },
  { status: 504, type: 'Unavailable' },
] as const;
