/**
 * A walk through what changed in one system: page by page, and six at once. What cannot be looked at is named and holds
 * up no other; where it stops, it goes on the next time.
 */
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import pMap from 'p-map';
import { leaveOut, type Position } from '../domain/sweep.js';
import { askedToWaitMs, isGivenUp, isRefused, statusOf } from './failures.js';
import { keep } from './lease.js';

export interface Walked {
  position: Position;
  /** Cases and problems that were told, and Jira issues that had been made twice and were closed. */
  knocked: number;
  healed: number;
  /** The list's end was reached. */
  isThrough: boolean;
  /** Why it came to no end; `waitMs` is for how long the system asked to be left alone, else 0. */
  stopped: { why: string; waitMs: number } | null;
}
export interface Page<T> {
  /** By their names, each with when it changed. */
  items: readonly (readonly [id: string, item: T, changed: string | null])[];
  /** Where the list goes on after this page. */
  next: string | null;
  /** Everything that changed before is in this page, or was in one before; null where the page does not tell. ISO 8601. */
  upTo: string | null;
  isEnd: boolean;
}
export interface Walk<T> {
  /** The page at the position's cursor. */
  page(position: Position): Promise<Page<T>>;
  /** Looks at one. Without the item it is one that could not be looked at before. 'later' is not a failure: it is tried again. */
  look(id: string, item: T | null, tally: Tally): Promise<void | { later: string }>;
}
export type Tally = Pick<Walked, 'knocked' | 'healed'>;

/** So many are looked at at once: in a bad hour thousands have changed, and the outside systems have their rate limits. */
const TOGETHER = 6;
/** An attempt hands back where it stands after this; what is under way then is a minute's work at most. */
const LONGEST_MS = 90_000;
/** So many in a row that fail for a passing reason are no matter of each: the system is away. */
const IN_A_ROW = 12;
/** With so many left out the list waits until their refusal was looked into; so many of them are tried again at a time. */
const MOST_LEFT = 2_000;
const AGAIN = 100;
/** A rate limit that does not say how long it lasts counts by the minute. */
const LIMIT_MS = 60_000;
const LONGEST_WHY = 120;

/** @param at when the sweep began: up to then it has come at the end of the list. ISO 8601. */
export async function walk<T>(from: Position, at: string, { page, look }: Walk<T>, longestMs = LONGEST_MS): Promise<Walked> {
  const context = Context.current();
  const tiredAt = Date.now() + longestMs;
  const walked = (context.info.heartbeatDetails as Walked | undefined) ?? { position: structuredClone(from), knocked: 0, healed: 0, isThrough: false, stopped: null };
  const { position } = walked;
  keep(walked);

  const goesOn = () => !walked.stopped && Date.now() < tiredAt;
  const isFull = () => Object.keys(position.left).length >= MOST_LEFT;
  while (goesOn() && !walked.isThrough && !isFull()) {
    const listed = await list();
    if (!listed) break;
    await lookAtAll(stillOpen());
    if (stillOpen().length > 0) break;
    position.cursor = listed.next;
    position.done = null;
    walked.isThrough = listed.isEnd;
    if (listed.isEnd) position.mark = at;
    else if (listed.upTo && listed.upTo > position.mark) position.mark = listed.upTo;

    // The page was listed anew: it may have grown since an attempt or a run before this one began with it.
    function stillOpen(): Page<T>['items'] {
      const done = new Set(position.done);
      return listed!.items.filter(([id, , changed]) => !done.has(`${id} ${changed}`));
    }
  }
  // Once more at once what failed just now, and what failed before when its time has come.
  if (goesOn()) await lookAtAll(dueAgain());
  if (!walked.stopped && !walked.isThrough && isFull()) stop(`${MOST_LEFT} could not be looked at`);
  return walked;

  function dueAgain(): [string, null][] {
    const due = Object.entries(position.left).filter(([, { againAt }]) => againAt <= at);
    due.sort(([, a], [, b]) => (a.againAt < b.againAt ? -1 : 1));
    return due.slice(0, AGAIN).map(([id]) => [id, null]);
  }

  function stop(why: string, waitMs = 0): void {
    walked.stopped ??= { why, waitMs };
  }

  async function list(): Promise<Page<T> | null> {
    try {
      return await page(position);
    } catch (error) {
      if (isGivenUp(error)) throw error;
      stop(whyOf(error), limitMs(error) ?? 0);
      return null;
    }
  }

  async function lookAtAll(items: readonly (readonly [id: string, item: T | null, changed?: string | null])[]): Promise<void> {
    let inARow = 0;
    await pMap(items, lookAt, { concurrency: TOGETHER, signal: context.cancellationSignal });

    async function lookAt([id, item, changed]: readonly [string, T | null, (string | null)?]): Promise<void> {
      if (!goesOn()) return;
      try {
        const found = await look(id, item, walked);
        if (found) leaveOut(position, id, at, found.later, true);
        else delete position.left[id];
        inARow = 0;
      } catch (error) {
        if (isGivenUp(error) || context.cancellationSignal.aborted) throw error;
        const waitMs = limitMs(error);
        // It is not to blame, and is looked at as soon as there is room for it.
        if (waitMs !== null) return stop(whyOf(error), waitMs);
        leaveOut(position, id, at, whyOf(error));
        inARow = isRefused(error) ? 0 : inARow + 1;
        if (inARow >= IN_A_ROW) stop(whyOf(error));
      }
      if (changed !== undefined) (position.done ??= []).push(`${id} ${changed}`);
    }
  }
}

/** How long a rate limit lasts; null of any other failure. */
function limitMs(error: unknown): number | null {
  const asked = askedToWaitMs(error);
  return asked > 0 ? asked : statusOf(error) === 429 ? LIMIT_MS : null;
}

/** Our own failures carry no member data; of any other error only its kind is told. */
const whyOf = (error: unknown): string => (error instanceof ApplicationFailure ? error.message.slice(0, LONGEST_WHY) : error instanceof Error ? error.name : 'no error');
