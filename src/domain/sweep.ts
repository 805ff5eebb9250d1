/** How far the sweep has come. Plain JSON: carried from attempt to attempt, and from run to run. */

export const SWEPT = ['helpdesk', 'jira', 'temporal'] as const;
export type Swept = (typeof SWEPT)[number];

/** How far it has come with one system. Times as ISO 8601. */
export interface Position {
  /** What changed up to then was looked at, but for what is named below. */
  mark: string;
  /** Where the list goes on, in its system's own terms; null is at the mark, or a little before. */
  cursor: string | null;
  /**
   * Of the page at the cursor, what was looked at already, each with when it had changed: what came since, or changed once more,
   * was not. Null, as in what an earlier build left, is nothing.
   */
  done?: string[] | null;
  /** What could not be looked at, by its name: a ticket, an issue, a label, a workflow. */
  left: Record<string, LeftOut>;
  /** The system asked not to be asked before. */
  notBefore: string | null;
}
export interface LeftOut {
  why: string;
  /** The first time, and how often since. */
  since: string;
  times: number;
  againAt: string;
  /** It only has to wait for what is under way elsewhere. */
  expected?: true;
}

export const beginningAt = (mark: string): Position => ({ mark, cursor: null, done: null, left: {}, notBefore: null });

const AGAIN_MS = 5 * 60_000;
const LONGEST_MS = 3_600_000;
/** Names what could not be looked at. It is tried again at once, and then at growing intervals, an hour at most. */
export function leaveOut(position: Position, id: string, at: string, why: string, expected = false): void {
  const before = position.left[id];
  const times = (before?.times ?? 0) + 1;
  const waitMs = times === 1 ? 0 : Math.min(AGAIN_MS * 2 ** (times - 2), LONGEST_MS);
  const againAt = new Date(Date.parse(at) + waitMs).toISOString();
  position.left[id] = { why, since: before?.since ?? at, times, againAt, ...(expected && { expected }) };
}
