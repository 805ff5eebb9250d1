/**
 * Membership: a technical error that many report is worked once, by a problem. The case joins it instead of filing
 * an issue of its own, keeps its own promise to its own member, and hears from the problem what became of it.
 */
import { patched, proxyActivities } from '@temporalio/workflow';
import type { ProblemActivities } from '../activities/problems.js';
import type { Handoff, Stage } from '../domain/case.js';
import { isProblemId } from '../domain/problem.js';
import { problemId } from '../policy/signature.js';
import { aside, note, once, reading, type Deed } from './act.js';
import { shortName, type Desk } from './desk.js';
import { progress } from './hearing.js';
import { owesGoodbye, type CaseState, type Message } from './state.js';

const named = (summary: string) =>
  proxyActivities<ProblemActivities>({
    startToCloseTimeout: '30 seconds',
    scheduleToCloseTimeout: '4 minutes',
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds', nonRetryableErrorTypes: ['Refused'] },
    summary,
  });
const verbs = {
  joinProblem: named('join the problem').joinProblem,
  leaveProblem: named('leave the problem').leaveProblem,
  askProblem: named('ask the problem').askProblem,
  closeOwnIssue: named("link the case's own issue").closeOwnIssue,
  takeBackIssue: named("take the case's own issue back").takeBackIssue,
};

/**
 * The problem that this escalation belongs to; null where it goes on by itself: nothing that could tell what it has
 * in common with others is known, a lead overrode the protocol, or the case has left that problem before.
 */
export function problemFor({ ruling, override, signature, left }: CaseState): string | null {
  if (override || ruling?.row !== 'technical-error' || !signature) return null;
  const id = problemId(signature);
  return isProblemId(id) && !left?.includes(id) ? id : null;
}

/** Joins, by signal-with-start: the problem's first case starts it. Keyed by ticket and cycle, so a repeat is harmless. */
export function joined(desk: Desk, handoff: Handoff): Deed<unknown> {
  const { state, ticketId } = desk;
  const problem = handoff.problem!;
  return {
    name: 'joined',
    text: `joined ${problem}`,
    run: () => {
      const own = state.signature && problemId(state.signature) === problem;
      const round = state.done['problem-round'] as number | undefined;
      return verbs.joinProblem({
        problem,
        join: {
          ticketId,
          cycle: state.cycle,
          group: shortName(state.ticket?.employerGroup), // As ops' lists have it: a field of the helpdesk may be longer than a problem takes.
          signature: own ? state.signature! : null, // Linked by hand: what it looks like is not the problem's look.
          escalatedAt: handoff.at,
          known: round && handoff.issueKey ? { round, key: handoff.issueKey } : null,
        },
      });
    },
  };
}

/** What a member of a problem has not done yet. */
export async function keepMembership(desk: Desk): Promise<void> {
  const { state } = desk;
  const handoff = state.handoff!;
  await sayGoodbye(desk);
  if (!handoff.problem) return;
  const isIn = 'joined' in state.done;
  if (!isIn) await once(desk, joined(desk, handoff));
  else if ('rejoin' in state.done) {
    await reading(desk, 'join the problem again', joined(desk, handoff).run);
    desk.record('did', `joined ${handoff.problem} again`);
  }
  delete state.done['rejoin'];
  const own = state.done['own-issue'] as string | undefined;
  const key = handoff.issueKey;
  if (own && key) {
    // Taken back meanwhile, it is linked anew.
    const again = isTakenBack(state) ? times(state, 'unlinked') : 0;
    const name = `own-issue-${own}${again ? `-${again + 1}` : ''}`;
    await aside(desk, { name, text: `linked ${own} to the problem's issue`, run: () => verbs.closeOwnIssue({ ticketId: desk.ticketId, cycle: state.cycle, own, key, again }) });
  }
}

/** Out of its problem again, the case waits for the issue that it had before: that one was marked as a duplicate. */
export async function takeIssueBack(desk: Desk, own: string): Promise<void> {
  const { state } = desk;
  if (!isTakenBack(state)) return;
  const again = times(state, 'unlinked');
  const name = `own-again-${again}`;
  if (name in state.done) return;
  const told = await reading(desk, 'take its own issue back', () => verbs.takeBackIssue({ ticketId: desk.ticketId, cycle: state.cycle, own, again }));
  state.done[name] = told;
  if (told) desk.record('did', `took back that ${own} is a duplicate`);
}

/** Was it in a problem by hand, and taken out? Cases from before have left the marks as they were. */
const isTakenBack = (state: CaseState): boolean => times(state, 'linked') > 0 && times(state, 'unlinked') > 0 && patched('own-again');

/** Woken by its own promise, a member looks whether it is still known to its problem, and what is new there. */
export async function checkIn(desk: Desk): Promise<void> {
  const { state } = desk;
  const { handoff } = state;
  if (!handoff?.problem || !('joined' in state.done)) return;
  const { problem } = handoff;
  const known = await reading(desk, 'ask the problem', () => verbs.askProblem({ problem, ticketId: desk.ticketId, cycle: state.cycle }));
  if (!known?.member) {
    state.done['rejoin'] = true;
    return;
  }
  if (known.key) handoff.issueKey = known.key;
  const seen = (state.done['progress-seen'] as string | undefined) ?? handoff.at;
  if (known.progressAt && known.progressAt > seen) {
    state.done['progress-seen'] = known.progressAt;
    progress(desk);
  }
}

/** An agent puts the case into a problem: no issue of its own any more, and the member is not written to. */
export async function linkTo(desk: Desk, said: Extract<Message, { verb: 'link' }>): Promise<Stage> {
  const { state } = desk;
  const handoff = state.handoff!;
  if (handoff.problem === said.problem) return state.stage;
  if (handoff.problem) owesGoodbye(state, 'linked-elsewhere');
  else if (handoff.issueKey) state.done['own-issue'] = handoff.issueKey;
  forget(state);
  handoff.problem = said.problem;
  // It stays escalated all the while: where it was in another problem, it joins this one as if again.
  if ('joined' in state.done) state.done['rejoin'] = true;
  const own = (state.done['own-issue'] as string | undefined) ?? null;
  await once(desk, note(desk, nth(state, 'linked'), { say: 'linked', problem: said.problem, reason: said.reason, own }, { data: { handoff } }));
  await keepMembership(desk);
  return settled(desk);
}

/** An agent takes the case out of its problem: it is escalated with an issue of its own. */
export async function unlinkFrom(desk: Desk, said: Extract<Message, { verb: 'unlink' }>): Promise<Stage> {
  const { state } = desk;
  const handoff = state.handoff!;
  const { problem } = handoff;
  if (!problem) return state.stage;
  owesGoodbye(state, 'unlinked');
  state.left = [...(state.left ?? []), problem];
  forget(state);
  delete state.done['joined'];
  delete handoff.problem;
  // The issue that it had before it was linked is its own again, and is looked at anew.
  const before = state.done['issue'] as { key: string | null } | undefined;
  if (before) state.done['issue'] = { ...before, issue: null };
  await once(desk, note(desk, nth(state, 'unlinked'), { say: 'unlinked', problem, reason: said.reason }, { data: { handoff } }));
  await sayGoodbye(desk);
  settled(desk);
  return 'escalating';
}

/** Tells the problems that the case has left. */
export async function sayGoodbye(desk: Desk): Promise<void> {
  const { state } = desk;
  while (state.leaving?.[0]) {
    const { problem, cycle, why } = state.leaving[0];
    await reading(desk, 'leave the problem', () => verbs.leaveProblem({ problem, leave: { ticketId: desk.ticketId, cycle, why } }));
    desk.record('did', `left ${problem}: ${why}`);
    state.leaving.shift();
  }
}

/** What was said by the problem that the case is in no longer. */
function forget(state: CaseState): void {
  for (const name of ['rejoin', 'released', 'report-wanted', 'problem-round', 'progress-seen']) delete state.done[name];
  state.handoff!.issueKey = null;
  state.issue = null;
  state.inbox = state.inbox.filter((m) => m.verb !== 'problemSays');
}

/** Whatever an agent was asked to choose was about the issue before. */
function settled(desk: Desk): Stage {
  const { state } = desk;
  state.choice = null;
  desk.answered('choose-');
  if (state.needs === 'choice') desk.need(null);
  return 'awaiting-resolution';
}

/** It may be linked and unlinked more than once in a cycle. */
const nth = (state: CaseState, name: string): string => `${name}-${times(state, name) + 1}`;
const times = (state: CaseState, name: string): number => Object.keys(state.done).filter((done) => done.startsWith(`${name}-`)).length;
