/** The protocol's 48 hours: clock hours that measure a condition, not the ticket. Pure arithmetic in ms. */

export const HOURS = 3_600_000;
const MINUTES = 60_000;
const SECONDS = 1_000;

/** How long a condition must hold before it is escalated, unless the configuration says otherwise. */
export const HOLD_MS = 48 * HOURS;

const ISO_TIME =
  /^(\d{4})-(\d{2})-(\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * Reads an ISO 8601 time into ms since 1970. Null when it is not one: a bare date or a time without seconds or
 * zone could be many moments, and a clock is never started by a guess.
 */
export function readTime(text: unknown): number | null {
  const parts = typeof text === 'string' ? ISO_TIME.exec(text) : null;
  if (!parts) return null;
  const [year, month, day] = parts.slice(1, 4).map(Number) as [number, number, number];
  // Date rolls "31 February" over into March instead of refusing it.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return Date.parse(parts[0]);
}

/** Reads the `now` that a caller passes in. Throws a TypeError when it is none: that is the caller's mistake. */
export function readNow(now: string): number {
  const ms = readTime(now);
  if (ms === null) throw new TypeError('`now` must be an ISO 8601 time with a zone, e.g. 2025-03-01T12:00:00Z.');
  return ms;
}

/**
 * How long a condition has held, in ms; null when it does not hold (null) or nobody knows (undefined).
 * A start that lies ahead (two clocks that differ) counts as holding since just now.
 */
export function heldMs(since: string | null | undefined, now: number): number | null {
  const start = readTime(since);
  return start === null ? null : Math.max(0, now - start);
}

/** A length of time to the ms: "48 h", "47 h 59 min 59.999 s", "0 h". */
export function span(ms: number): string {
  const parts: string[] = [];
  const h = Math.floor(ms / HOURS);
  const min = Math.floor((ms % HOURS) / MINUTES);
  const s = Math.floor(ms % MINUTES) / SECONDS;
  if (h) parts.push(`${h} h`);
  if (min) parts.push(`${min} min`);
  if (s) parts.push(`${s} s`);
  return parts.join(' ') || '0 h';
}

/** How long a condition has held, in words: to the minute, and to the ms where that decides. */
export function heldFor(held: number, holdMs: number): string {
  return span(Math.abs(held - holdMs) < MINUTES ? held : held - (held % MINUTES));
}
