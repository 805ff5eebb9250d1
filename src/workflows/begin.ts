/** What a run begins with. Anybody who reaches Temporal can start one: only what an earlier run of ours handed on is believed. */
import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { isByHand, mustBeRead, whyUnreadable } from './unreadable.js';

/**
 * What the run before this one carried over; undefined in a first run. Only the server says that a run goes on from
 * another, and one that is tried again, or begun by a calendar, has merely been started so: its input is what somebody gave.
 */
export function carriedOver<S>(what: string, input: { carried?: S }): S | undefined {
  const { continuedFromExecutionRunId, attempt, cronSchedule } = workflowInfo();
  const goesOn = continuedFromExecutionRunId !== undefined && attempt === 1 && !cronSchedule;
  return goesOn ? mustBeRead(what, input).carried : undefined;
}

/** What the workflow's own name says. One that somebody began under another name ends: it would act in another's. */
export function named<T>(what: string, said: T | null): T {
  if (said === null) throw notOurs(`${what} is not named ${workflowInfo().workflowId}.`);
  return said;
}

/** Whether onetouch wrote it, and can read it. */
export const isOurs = (input: unknown): boolean => typeof input === 'object' && input !== null && !whyUnreadable(input) && !isByHand(input);

/** What cannot be done without. A key that is missing may come: until then the task is tried again. Anything else ends the run. */
export function mustBeOurs<T>(what: string, input: T): T {
  const isMissing = (input as { undecodable?: unknown } | null | undefined)?.undecodable === 'no-key';
  if (!isOurs(input) && !isMissing) throw notOurs(`${what} was not written by onetouch.`);
  return mustBeRead(what, input);
}

/** Ends a run that nobody of ours began: the next one that is begun takes its place. */
const notOurs = (why: string) => ApplicationFailure.nonRetryable(why, 'NotOurs');
