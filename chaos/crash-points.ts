/**
 * The crash points: for each outside effect, the case that makes it, and at which request of the worker each of
 * the four moments is.
 */
import type { NewTicket } from '../src/sandbox/helpdesk/stand-in.js';
import { problemId, signatureOf } from '../src/policy/signature.js';
import { caseId } from '../src/workflows/messages.js';
import { troubleshootingId } from '../src/workflows/troubleshooting-messages.js';
import { CASE_EFFECTS } from './crash-cases.js';
import { answerTo, type CrashEffect, type Point, type Spot, type Subject } from './crash-effect.js';
import { GROUP_EFFECTS } from './crash-groups.js';
import { JOINED_EFFECTS } from './crash-joined.js';
import { PROBLEM_EFFECTS } from './crash-problems.js';
import type { CrashSite } from './crash-site.js';
import type { Hold } from './crash-wire.js';

export const EFFECTS: readonly CrashEffect[] = [...CASE_EFFECTS, ...PROBLEM_EFFECTS, ...JOINED_EFFECTS, ...GROUP_EFFECTS];
/** Those that take about as long to be brought to their points, so that one kill meets them all. */
export const FAMILIES = { cases: [...CASE_EFFECTS, ...PROBLEM_EFFECTS], groups: GROUP_EFFECTS, joined: JOINED_EFFECTS } as const;

/** One crash to be brought about. */
export interface Wanted {
  effect: CrashEffect;
  point: Point;
  /** A request that was sent is carried out although nobody waits any more; else it is lost. */
  carriedOut: boolean;
}
/** A ticket that is brought to one point of one effect. */
export type Victim = Wanted & Subject;

/** Opens the ticket of a victim; `beforehand` is called with it before the worker can have heard of it. */
export async function open(site: CrashSite, { effect, point, carriedOut }: Wanted, nth: number, beforehand: (v: Victim) => void): Promise<Victim> {
  const { admin, helpdesk, jira } = site.company;
  const memberId = `M-${nth}`;
  const email = `m-${nth}@example.com`;
  const group = effect.group ? `G-${nth}` : '';
  const since = new Date(Date.now() - 49 * 3_600_000).toISOString();
  await admin.setMember(memberId, { email, requirements: [{ name: 'Consent', met: true, since }], ...(group && { employerGroup: group }) });
  if (effect.group) await admin.setGroup(group, { name: `Group ${nth}`, ...effect.group(memberId) });
  const survivor = effect.hasSurvivor ? await jira.file('PRODOPS', 'The one that survives') : '';
  const openOne = async (ticket: Partial<NewTicket>, from: string, member: NewTicket['member']) => {
    // Where the error's text is known the page is its own, and so is its problem.
    const report = ticket.report && { ...ticket.report, pageOrFeature: `Page ${from}` };
    const signature = report && signatureOf(ticket.errorKind, report);
    const ticketId = await helpdesk.openTicket({ subject: 'I need help', description: 'It does not work for me.', ...ticket, ...(report && { report }), member });
    return { ticketId, problem: signature ? problemId(signature) : '' };
  };
  const other = effect.other ? await openOne(effect.other, `o${nth}`, { name: 'Sam Roe', email: `o-${nth}@example.com` }) : { ticketId: '', problem: '' };
  const its = await openOne({ ...effect.ticket, ...(group && { employerGroup: group }) }, `m${nth}`, { name: 'Robin Doe', email, memberId });
  const victim = { ...its, memberId, email, survivor, group, other: other.ticketId, otherProblem: other.problem, effect, point, carriedOut };
  beforehand(victim);
  return victim;
}

/** Orders the stop at which the victim's worker is to be killed. */
export function arm(site: CrashSite, victim: Victim): Hold {
  const { before, effect, next } = victim.effect.spots(victim, site);
  const at: Record<Point, Spot> = { before, sent: effect, done: answerTo(effect), answered: next === 'completion' ? answerTo(effect) : next };
  const { on, matches, moment = 'asked' } = at[victim.point];
  return site.wires[on].hold(moment, matches);
}

/** The workflows whose work it is: the case first. */
export const workflowsOf = ({ ticketId, problem, group, other, otherProblem }: Subject): string[] =>
  [caseId(ticketId), problem, group && troubleshootingId(ticketId, 1), other && caseId(other), otherProblem].filter((id) => id !== '');
/** The one that makes the effect. */
export const workflowAt = (v: Victim): string => v.effect.workflow?.(v) ?? caseId(v.ticketId);

/** The activity that is cut short. */
export const activityAt = ({ effect, point }: Victim): string => (point === 'before' && effect.activityBefore) || effect.activity;

/** Must its answer be let go, and its completion be kept from Temporal? */
export const keepsCompletion = (site: CrashSite, v: Victim): boolean => v.point === 'answered' && v.effect.spots(v, site).next === 'completion';
