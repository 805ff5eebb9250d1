/** Problem: one cause behind many tickets, worked once. What others may see of it. Plain JSON, ISO 8601 times. */
import type { Entry } from './case.js';
import { ERROR_KINDS, type ErrorKind } from './facts.js';
import type { Priority } from './ruling.js';

/**
 * What makes two technical errors the same problem. `page` and `code` are normalised, and at least one is known;
 * never free-text similarity.
 */
export interface Signature {
  kind: ErrorKind;
  page: string | null;
  code: string | null;
}

export const PROBLEM_STAGES = ['filing', 'open', 'choosing', 'telling', 'resolved', 'merged', 'ended'] as const;
/**
 * Where a problem stands. `telling`: resolved, and not every case has been told yet. `resolved`: all have, and
 * late joiners are still heard. `merged`: another problem has it, and whoever joins is sent there.
 */
export type ProblemStage = (typeof PROBLEM_STAGES)[number];

export const PROBLEM_OUTCOMES = ['resolved', 'unchanged', 'emptied'] as const;
/** How a round of a problem ended. `emptied`: every case left it before it was resolved. */
export type ProblemOutcome = (typeof PROBLEM_OUTCOMES)[number];

/** One case in a problem. */
export interface ProblemMember {
  ticketId: string;
  cycle: number;
  group: string | null;
  joinedAt: string;
}

/** What a problem's `state` answers. No members by name: `members` pages through them. */
export interface ProblemView {
  id: string;
  /** Null only until the first case has joined a problem that was started by a change of its issue. */
  signature: Signature | null;
  stage: ProblemStage;
  round: number;
  /** One sentence: what it waits for, and until when. */
  waitsFor: string;
  nextWake: string | null;
  issueKey: string | null;
  /** Issues of earlier rounds, oldest first. */
  earlierKeys: string[];
  priority: Priority;
  systemWide: boolean;
  /** Cases in it now. */
  members: number;
  /** Every case that has joined this round, those that left included. */
  joined: number;
  groups: string[];
  firstSeen: string | null;
  lastSeen: string | null;
  /** What a person has to do before it goes on by itself. */
  needs: 'choice' | 'resume' | null;
  flagged: string | null;
  /** What an agent is to choose about, in the issue's words, e.g. "INFRA-7: Won't Do". */
  choice: string | null;
  /** The problem that has this one, when it was merged. */
  mergedInto: string | null;
  /** Problems that were merged into this one. */
  absorbed: string[];
  /** Follow-ups that were released to cases in this round. */
  told: number;
  timeline: Entry[];
}

/** What a problem's workflow returns. */
export interface ProblemRecord {
  id: string;
  signature: Signature | null;
  round: number;
  outcome: ProblemOutcome | 'merged';
  issueKeys: string[];
  joined: number;
  groups: string[];
  systemWide: boolean;
  startedAt: string;
  endedAt: string;
  timeline: Entry[];
}

/** The Jira label of one round; the gateway and the sweep read the problem from it. */
export const problemLabel = (id: string, round: number): string => `onetouch-${id}-${round}`;

/** Of a kind that there is: what any other label or path names is no problem, and starts none. */
const ID = `problem-(?:${ERROR_KINDS.join('|')})-[0-9a-z]{8,12}`;
const LABEL = new RegExp(`^onetouch-(${ID})-(\\d{1,6})$`);
const WHOLE = new RegExp(`^${ID}$`);

/** The problem and the round that a label names; null for any other label. */
export function problemOfLabel(label: string): { id: string; round: number } | null {
  const [, id, round] = LABEL.exec(label) ?? [];
  return id && round ? { id, round: Number(round) } : null;
}

export const isProblemId = (id: string): boolean => WHOLE.test(id);
