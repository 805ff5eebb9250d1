/**
 * The contract of group troubleshooting: how the case, people and other workflows talk to it, and what it tells
 * its case. Beside `messages.ts`, by the same rules.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Need } from '../domain/case.js';
import type { FactValues } from '../domain/facts.js';
import type { GroupStage } from '../domain/group-stage.js';
import type { Approval, ApprovalSubject, Diagnosis, Resolution } from '../domain/troubleshooting.js';
import type { Actor, Answer, Said } from './messages.js';

/** The workflow type, by the name of its function. */
export const TROUBLESHOOTING = 'troubleshooting';
/** `group-5158-1`: one a cycle of a case. */
export const troubleshootingId = (ticketId: string, cycle: number): string => `group-${ticketId}-${cycle}`;
/** The ticket that a troubleshooting's id names; null for another workflow's id. */
export const ticketOfTroubleshooting = (workflowId: string): string | null => /^group-(\d{1,20})-\d+$/.exec(workflowId)?.[1] ?? null;

/* What is said to it */

/** Facts that came up elsewhere: an agent's at the case, or that several groups have the same problem. */
export interface Learned {
  facts: Partial<FactValues>;
}
/** The case does not need it any more; it ends at the next point that leaves nothing half done. */
export interface Stop {
  reason: string;
}
/** Asks for the fix that was diagnosed; where a second person approves it, proposes it to them. Takes a grant. */
export interface FixIt {
  reason?: string;
}
/**
 * Approves exactly this change and no other. Takes a grant. With `breakGlass` a lead or an admin approves what they
 * asked for themselves, and says why.
 */
export type Approve = Pick<ApprovalSubject, 'groupId' | 'field' | 'from' | 'to' | 'version'> & { breakGlass?: boolean; reason?: string };
export interface Refuse {
  reason: string;
}
/** A login that an agent watched. */
export interface Observed {
  login: 'works' | 'fails';
}

export const learned = defineSignal<[Learned]>('learned');
export const stop = defineSignal<[Stop]>('stop');
/** A case that began anew asks where it stands. */
export const tellCase = defineSignal<[]>('tellCase');
export const fix = defineUpdate<Answer, [Said<FixIt>]>('fix');
export const approve = defineUpdate<Answer, [Said<Approve>]>('approve');
export const refuse = defineUpdate<Answer, [Said<Refuse>]>('refuse');
export const observed = defineUpdate<Answer, [Said<Observed>]>('observed');
export const groupView = defineQuery<GroupView>('group');

/* What it tells its case */

/** Where it stands, for the case's own lists. */
export interface GroupNews {
  id: string;
  stage: GroupStage;
  needs: Need | null;
  flagged: string | null;
}
export interface Troubleshot {
  id: string;
  outcome: GroupOutcome;
  resolution: Resolution;
  /** It was the case that stopped it. */
  byCase?: boolean;
}
/** `person`: it ended without a fix, and a person works the ticket. `stopped`: the case said so. */
export type GroupOutcome = 'fixed' | 'explained' | 'escalate' | 'person' | 'stopped';

export const groupNews = defineSignal<[GroupNews]>('groupNews');
export const troubleshot = defineSignal<[Troubleshot]>('troubleshot');

/* What others see */

export interface GroupView {
  ticketId: string;
  cycle: number;
  stage: GroupStage;
  waitsFor: string;
  nextWake: string | null;
  needs: Need | null;
  flagged: string | null;
  diagnosis: Diagnosis | null;
  /** The change that waits for a second person, or was decided last. */
  approval: Approval | null;
  /** Who asked for the fix. */
  requestedBy: string | null;
  resolution: Resolution;
}

/** Who may approve their own change in an emergency. */
export const mayBreakGlass = ({ role, verified }: Actor): boolean => verified && (role === 'lead' || role === 'admin');
/** Who may ask for a fix, and who may approve one. Auditors, systems and unverified signals may not. */
export const mayFix = ({ role, verified }: Actor): boolean => verified && ['agent', 'lead', 'ops', 'admin'].includes(role);
