/**
 * The contract of a problem: what cases, Jira and people say to it, what it says to its cases, and what it
 * answers. Imported by the gateway, the client and the workflows; imports types only.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Entry } from '../domain/case.js';
import type { ProblemMember, ProblemView, Signature } from '../domain/problem.js';
import type { Answer, Choose, IssueChanged, Resume, Said } from './messages.js';

export { isProblemId, problemLabel, problemOfLabel } from '../domain/problem.js';
export { problemId } from '../policy/signature.js';

/** The workflow type; one workflow per signature, `problemId(signature)`. */
export const PROBLEM = 'problem';

/** A problem's first run takes this; `carried` is what an earlier run hands on. */
export interface ProblemStart {
  id: string;
  /** Null where a change of its Jira issue starts it again: the first case that joins brings it. */
  signature: Signature | null;
  /** A run is continued as new at its next wait past this many events; for tests. */
  eventsPerRun?: number;
}

/* What cases say to a problem. Repeats are harmless: everything is keyed by ticket and cycle. */

/** By signal-with-start. The problem answers the case with `problemSays`. */
export interface Join {
  ticketId: string;
  cycle: number;
  group: string | null;
  signature: Signature | null;
  /** When the case was escalated, ISO 8601: one that began before the resolution is told of it, a later one starts the next round. */
  escalatedAt: string;
  /** What an earlier answer told the case, for a problem that was started again from outside. */
  known?: { round: number; key: string } | null;
}
export interface Leave {
  ticketId: string;
  cycle: number;
  why: 'still-broken' | 'unlinked' | 'linked-elsewhere' | 're-escalated' | 'closed' | 'merged' | 'deleted' | 'recategorised';
}
/** Another problem was merged into this one: its members, in as many parts as it takes. */
export interface Absorb {
  from: string;
  /** This one: what was said to another problem is not for it. Absent in what was sent before there was this field. */
  into?: string;
  issueKey: string | null;
  members: ProblemMember[];
}

export const join = defineSignal<[Join]>('join');
export const leave = defineSignal<[Leave]>('leave');
export const absorb = defineSignal<[Absorb]>('absorb');
/** To a problem that was merged into another: that one has ended. */
export const survivorEnded = defineSignal<[{ problem: string }]>('survivorEnded');
/** The same name and shape as a case's. Sent by signal-with-start, with `{ id, signature: null }` as its input. */
export const problemIssueChanged = defineSignal<[IssueChanged]>('issueChanged');

/* What people say to a problem. */

/** All cases of this problem go over to another one; its issue becomes that one's duplicate. Takes a grant. */
export interface MergeInto {
  /** The surviving problem's id. The caller has made sure that it runs. */
  into: string;
  reason: string;
}
export const mergeInto = defineUpdate<Answer, [Said<MergeInto>]>('mergeInto');
/** After Won't Do, Cannot Reproduce and the like: once for all cases of the problem. */
export const chooseForAll = defineUpdate<Answer, [Said<Choose>]>('choose');
/** Tries again at once what is held up. */
export const resumeProblem = defineUpdate<Answer, [Said<Resume>]>('resume');

export const problemState = defineQuery<ProblemView>('state');
/** Its cases, oldest first: `offset` and `limit` (at most 1,000). */
export const problemMembers = defineQuery<ProblemMember[], [{ offset?: number; limit?: number }?]>('members');
export const problemTimeline = defineQuery<Entry[]>('timeline');
/** What the problem knows of its issue, so that the sweep only knocks where something is new. */
export const problemSeen = defineQuery<{ round: number; issue: { key: string; digest: string } | null }>('seen');

/** What a problem knows of one case, so that a case that has not heard for a while can ask. */
export interface Membership {
  member: boolean;
  round: number;
  key: string | null;
  /** The last progress in Jira since Infra was reminded, ISO 8601. */
  progressAt: string | null;
  /** The problem that has this one, when it was merged. */
  mergedInto: string | null;
}
export const membership = defineQuery<Membership, [{ ticketId: string; cycle: number }]>('membership');

/* What a problem says to a case, and people to a case about problems. */

export type ProblemSays = { problem: string; round: number; ticketId: string; cycle: number } & (
  | { kind: 'filed'; key: string; /** True for the first few: their report goes to the issue. */ wantsReport: boolean }
  | { kind: 'resolved'; key: string | null; outcome: 'resolved' | 'unchanged' }
  | { kind: 'reopened'; key: string | null }
  /** The problem was merged: the case belongs to `to` from now on. The member is not written to. */
  | { kind: 'moved'; to: string; key: string | null }
  /** The problem was started again from outside and asks who belongs to it. */
  | { kind: 'rejoin' }
);
/** On the case. */
export const problemSays = defineSignal<[ProblemSays]>('problemSays');

/** On the case: an agent puts it into a problem. The caller has made sure that the problem runs. */
export interface LinkProblem {
  problem: string;
  reason: string;
}
/** On the case: an agent takes it out of its problem; it files its own issue. */
export interface UnlinkProblem {
  reason: string;
}
export const link = defineUpdate<Answer, [Said<LinkProblem>]>('link');
export const unlink = defineUpdate<Answer, [Said<UnlinkProblem>]>('unlink');
