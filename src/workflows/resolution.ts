/** Resolution: what Jira, the team or an agent says of an escalated case, and what it means. */
import type { Stage } from '../domain/case.js';
import { hears, once, reading, verbs } from './act.js';
import { effectOf, type Desk } from './desk.js';
import { askAgent, followUpWith, nextCycle, progress } from './hearing.js';
import { keepPromise, promiseAgain, settleMail } from './promise.js';
import { questionDue } from './questions.js';
import type { Message } from './state.js';

/** Waits for Jira, the team or an agent, and keeps the promise meanwhile. */
export async function awaitResolution(desk: Desk): Promise<Stage> {
  const { state } = desk;
  const handoff = state.handoff!;
  if (handoff.issueKey && state.alsoOwed.length > 0) await follow(desk, handoff.issueKey);
  for (;;) {
    const message = await desk.next(await keepPromise(desk));
    if (message === 'due') continue;
    const to = await heardEscalated(desk, message);
    if (to) return to;
  }
}

/** What is heard while a team has the case; the same while an agent chooses. */
async function heardEscalated(desk: Desk, message: Message): Promise<Stage | null> {
  const { state } = desk;
  switch (message.verb) {
    case 'issueChanged':
      return message.key === state.handoff!.issueKey || state.handoff!.issueKey === null ? resolutionOf(desk) : null;
    case 'reEscalate':
      return nextCycle(desk, `re-escalated: ${message.reason}`);
    case 'setPromise':
      return promiseAgain(desk, message.dueAt);
    case 'settleMail':
      return settleMail(desk, message.outcome);
    case 'confirm':
      state.unsettled = null; // An agent called the member, whom no mail reaches.
      desk.need(null);
      return message.verdict === 'works' ? followUpWith(desk, 'closed') : null;
    case 'provide': {
      await hears(desk, message);
      const { report } = message;
      if (!report || !state.handoff!.issueKey) return null;
      const name = `report-${Object.keys(state.done).length}`;
      await once(desk, {
        name,
        text: 'added to the Jira issue what was asked for',
        run: () => verbs.commentIssue({ ...effectOf(desk, name), key: state.handoff!.issueKey!, comment: { say: 'report', report, by: message.by.name } }),
      });
      return null;
    }
    default:
      return hears(desk, message);
  }
}

/** What Jira says counts. */
async function resolutionOf(desk: Desk): Promise<Stage | null> {
  const { state } = desk;
  const before = state.issue;
  await lookAtIssue(desk);
  const issue = state.issue;
  if (!issue) return null;
  if (issue.category !== 'done') {
    const was = before ?? { status: null, assigneeId: null, lastForeignComment: null };
    const moved = (['status', 'assigneeId', 'lastForeignComment'] as const).some((k) => was[k] !== issue[k] && (before || k !== 'status' || issue.category !== 'new'));
    if (moved) progress(desk);
    return state.stage === 'choosing' && (before?.category === 'done') ? backToTeam(desk) : null;
  }
  const resolution = issue.resolution ?? 'Done';
  if (before?.category === 'done' && before.resolution === issue.resolution && state.stage === 'choosing') return null;
  desk.record('heard', `${issue.key} is ${resolution}`, { by: 'Jira' });
  switch (MEANING[resolution.toLowerCase()] ?? 'other') {
    case 'resolved':
      state.choice = null;
      return followUpWith(desk, 'resolved');
    case 'duplicate':
      if (!issue.duplicateOf) return askAgent(desk, 'other', `${issue.key} was closed as a duplicate, and of which issue is not linked`);
      return follow(desk, issue.duplicateOf);
    case 'wont-do':
      return askAgent(desk, 'wont-do', `${issue.key}: ${resolution}`);
    case 'cannot-reproduce':
      return askAgent(desk, 'cannot-reproduce', `${issue.key}: ${resolution}`);
    case 'other':
      return askAgent(desk, 'other', `${issue.key}: ${resolution}`);
  }
}

const MEANING: Record<string, 'resolved' | 'duplicate' | 'wont-do' | 'cannot-reproduce'> = {
  fixed: 'resolved',
  done: 'resolved',
  resolved: 'resolved',
  completed: 'resolved',
  duplicate: 'duplicate',
  "won't do": 'wont-do',
  "won't fix": 'wont-do',
  declined: 'wont-do',
  'cannot reproduce': 'cannot-reproduce',
};

export function backToTeam(desk: Desk): Stage {
  desk.state.choice = null;
  desk.need(null);
  desk.record('heard', 'the Jira issue was reopened', { by: 'Jira' });
  return 'awaiting-resolution';
}

export async function lookAtIssue(desk: Desk): Promise<void> {
  const { state } = desk;
  const key = state.handoff?.issueKey;
  if (key) state.issue = await reading(desk, 'read the Jira issue', () => verbs.readIssue(key));
}

/** The case moves to the surviving issue of a duplicate. */
async function follow(desk: Desk, key: string): Promise<Stage | null> {
  const { state } = desk;
  const name = `follow-${key}`;
  if (name in state.done && state.handoff!.issueKey === key) return null;
  state.handoff!.issueKey = key;
  state.issue = null;
  await once(desk, { name, text: `follows ${key}`, run: () => verbs.followIssue({ ticketId: desk.ticketId, cycle: state.cycle, key }) });
  return resolutionOf(desk);
}

/** Won't Do, Cannot Reproduce, a decline: an agent says what the member hears, and nothing goes out before. */
export async function chooseWhatTheMemberHears(desk: Desk): Promise<Stage> {
  const { state } = desk;
  const { why, detail } = state.choice!;
  const about = `choose-${why}-${slug(detail)}`;
  desk.need('choice');
  for (;;) {
    const asked = await questionDue(desk, about, (reminder) => ({ say: 'choose', why, detail, issueKey: state.handoff!.issueKey, reminder }));
    const message = await desk.next(earlier(asked, await keepPromise(desk)));
    if (message === 'due') continue;
    if (message.verb === 'choose') {
      desk.record('heard', `chose ${message.choice}`, { by: message.by.name });
      state.choice = null;
      state.question = null;
      desk.need(null);
      state.declined = false;
      return message.choice === 'follow-up' ? followUpWith(desk, 'unchanged') : 'awaiting-resolution';
    }
    const to = await heardEscalated(desk, message);
    if (!to) continue;
    if (to !== 'choosing' && state.needs === 'choice') desk.need(null);
    return to;
  }
}


const slug = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 40);
const earlier = (a: string | null, b: string | null): string | null => (a === null ? b : b === null ? a : a < b ? a : b);
