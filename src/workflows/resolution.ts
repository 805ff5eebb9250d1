/** Resolution: what Jira, the team or an agent says of an escalated case, and what it means. */
import { whoIs } from './grants.js';
import type { Stage } from '../domain/case.js';
import type { Filed } from '../activities/index.js';
import type { ReportField } from '../domain/facts.js';
import { fingerprint } from '../domain/fingerprint.js';
import { byJira } from '../domain/ruling.js';
import { meaningOf } from '../policy/resolutions.js';
import type { IssueComment } from '../wording/contents.js';
import { aside, asideDue, glance, hears, note, once, verbs } from './act.js';
import { earlier, effectOf, now, type Desk } from './desk.js';
import { askAgent, backToTeam, followUpWith, nextCycle, progress } from './hearing.js';
import { settled, settleMail } from './mail.js';
import { checkIn, keepMembership, linkTo, unlinkFrom } from './membership.js';
import { heardProblem } from './problem-news.js';
import { besidePromise, keepPromise, promiseAgain, promiseTheMember } from './promise.js';
import { questionDue } from './questions.js';
import type { Message } from './state.js';

/** Waits for Jira, the team or an agent, and keeps the promise meanwhile. */
export async function awaitResolution(desk: Desk): Promise<Stage> {
  const { state } = desk;
  if (state.needs === 'choice') desk.need(null);
  for (;;) {
    // What lies on the desk goes first: it may be the resolution.
    const to = desk.idle() ? await catchUp(desk) : null;
    if (to) return to;
    const message = await desk.next(await dueNext(desk));
    if (message === 'due') {
      await checkIn(desk);
      continue;
    }
    const next = await heardEscalated(desk, message);
    if (next) return next;
  }
}

/** When the promise, or something that is held up, has to be looked at; what lies on the desk goes first. */
const dueNext = async (desk: Desk): Promise<string | null> => (desk.idle() ? earlier(await keepPromise(desk), asideDue(desk)) : now());

/** What has to be done and has not been yet, since something else came before it. */
async function catchUp(desk: Desk): Promise<Stage | null> {
  const { state } = desk;
  const handoff = state.handoff!;
  if ('inherited' in state.done) await takeOver(desk);
  else if (!('promise' in state.done)) await promiseTheMember(desk, handoff);
  // Filed and resolved at once, taken over, moved to, or not listened to for a while: what does it say?
  await keepMembership(desk);
  return besides(desk);
}

/** What goes beside the way, and could not be done yet. Returns the stage to go to, where the issue says so. */
async function besides(desk: Desk): Promise<Stage | null> {
  const { state } = desk;
  const handoff = state.handoff!;
  for (const deed of besidePromise(desk)) if (state.aside && deed.name in state.aside) await aside(desk, deed);
  const to = await lookAgain(desk);
  if (to) return to;
  for (const from of state.alsoOwed) await aside(desk, note(desk, `inherited-${from}`, { say: 'inherited', fromTicket: from, team: handoff.team, issueKey: handoff.issueKey }));
  await passOnReport(desk);
  return null;
}

/** What the issue says, where it has not been read yet, or could not be. */
async function lookAgain(desk: Desk): Promise<Stage | null> {
  const { state } = desk;
  const handoff = state.handoff!;
  if (!handoff.issueKey || handoff.problem) return null;
  if (!state.issue) {
    const filed = state.done['issue'] as Filed | undefined;
    const isOurs = filed?.key === handoff.issueKey || `follow-${handoff.issueKey}` in state.done;
    return isOurs ? resolutionOf(desk) : follow(desk, handoff.issueKey);
  }
  return state.aside && LOOK in state.aside ? resolutionOf(desk) : null;
}
const LOOK = 'read the Jira issue';

/** A merged ticket's escalation goes on here, and its team finds this ticket. */
async function takeOver(desk: Desk): Promise<void> {
  const { state } = desk;
  const handoff = state.handoff!;
  const from = String(state.done['inherited']);
  const content = { say: 'inherited', fromTicket: from, team: handoff.team, issueKey: handoff.issueKey } as const;
  const data = { handoff, ...(state.promise ? { promise: state.promise } : {}) };
  const { team } = handoff;
  const told = await once(desk, note(desk, `inherited-${from}`, content, { data, ...(byJira(team) ? {} : { group: team, status: 'open' }) }));
  if (told === 'told' && !byJira(team)) state.ticket = { ...state.ticket!, group: state.groups![team], status: 'open' };
}

/** What agents provided of the error report, and what was filled in on the ticket, since it was filed. */
async function passOnReport(desk: Desk): Promise<void> {
  const { handoff, ticket, done, report } = desk.state;
  if (handoff!.problem) {
    // The first few put their reports on the problem's issue; those of the others stay on their tickets.
    if (!('report-wanted' in done) || !handoff!.issueKey) return;
    await aside(desk, {
      name: 'problem-report',
      text: "put its error report on the problem's issue",
      run: () => verbs.commentIssue({ ...effectOf(desk, 'problem-report'), key: handoff!.issueKey!, comment: { say: 'report', report, by: 'the ticket' }, fields: ticket!.reportFields as ReportField[] }),
    });
  }
  const provided = (done['to-report'] ?? []) as Extract<IssueComment, { say: 'report' }>[];
  while (handoff!.issueKey && provided[0]) {
    if (!(await addToReport(desk, provided[0]))) return;
    provided.shift();
  }
  if (handoff!.row !== 'technical-error' || !handoff!.issueKey) return;
  const there = (done['reported'] ??= ticket!.reportFields) as string[];
  const fields = ticket!.reportFields.filter((f) => !there.includes(f)) as ReportField[];
  if (fields.length === 0) return;
  if (await addToReport(desk, { say: 'report', report: {}, by: 'an agent, on the ticket' }, fields)) done['reported'] = ticket!.reportFields;
}

async function addToReport(desk: Desk, comment: IssueComment, fields?: ReportField[]): Promise<boolean> {
  const { state } = desk;
  const key = state.handoff!.issueKey!;
  // By what it says: a run that is reset or starts again says it under the same name.
  const name = `report-${fingerprint(JSON.stringify([comment, fields]))}`;
  return aside(desk, {
    name,
    text: 'added to the Jira issue what was asked for',
    run: () => verbs.commentIssue({ ...effectOf(desk, name), key, comment, ...(fields ? { fields } : {}) }),
  });
}

/** What is heard while a team has the case; the same while an agent chooses. */
async function heardEscalated(desk: Desk, message: Message): Promise<Stage | null> {
  const { state } = desk;
  switch (message.verb) {
    case 'issueChanged':
      if (state.handoff!.problem) return null; // The problem looks, and tells.
      // Whatever its key: one that was moved to another project is told of under the new one.
      return resolutionOf(desk);
    case 'reEscalate':
      return nextCycle(desk, `re-escalated: ${message.reason}`);
    case 'problemSays':
      return heardProblem(desk, message);
    case 'link':
      return linkTo(desk, message);
    case 'unlink':
      return unlinkFrom(desk, message);
    case 'setPromise':
      return promiseAgain(desk, message.dueAt);
    case 'settleMail':
      return settleMail(desk, message);
    case 'confirm':
      settled(desk, ({ memberOf }) => !memberOf); // An agent called the member, whom no mail reaches.
      desk.need(null);
      return message.verdict === 'works' ? followUpWith(desk, 'closed') : null;
    case 'provide': {
      await hears(desk, message);
      const { report, by } = message;
      if (!report) return null;
      ((state.done['to-report'] ??= []) as IssueComment[]).push({ say: 'report', report, by: by.name });
      await passOnReport(desk);
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
  if (!issue || issue === before) return null; // It cannot be read now.
  if (issue.category !== 'done') {
    // At a first look (a restart, a surviving issue) nobody knows since when it has been as it is.
    if (before && (['status', 'assigneeId', 'lastForeignComment'] as const).some((k) => before[k] !== issue[k])) progress(desk);
    return state.stage === 'choosing' && (before?.category === 'done') ? backToTeam(desk, 'the Jira issue was reopened') : null;
  }
  const resolution = issue.resolution ?? 'Done';
  // Heard before: an agent is choosing, or has chosen to wait on.
  if (before?.category === 'done' && before.resolution === issue.resolution && before.duplicateOf === issue.duplicateOf) return null;
  desk.record('heard', `${issue.key} is ${resolution}`, { by: 'Jira' });
  switch (meaningOf(issue.resolution)) {
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

export async function lookAtIssue(desk: Desk): Promise<void> {
  const { state } = desk;
  const { handoff } = state;
  const key = handoff?.issueKey;
  if (!key) return;
  const issue = await glance(desk, LOOK, () => verbs.glanceAtIssue(key));
  if (!issue) return;
  state.issue = issue;
  if (issue.key === key) return;
  handoff.issueKey = issue.key; // Jira answers to the old key, and tells of changes under the new one.
  desk.record('heard', `${key} was moved to ${issue.key}`, { by: 'Jira' });
}

/** The case moves to the surviving issue of a duplicate. */
async function follow(desk: Desk, key: string): Promise<Stage | null> {
  const { state } = desk;
  const name = `follow-${key}`;
  if (name in state.done) return state.handoff!.issueKey === key ? null : askAgent(desk, 'other', `${state.handoff!.issueKey} and ${key} are closed as duplicates of each other`);
  state.handoff!.issueKey = key;
  state.issue = null;
  const isFollowed = await aside(desk, { name, text: `follows ${key}`, run: () => verbs.followIssue({ ticketId: desk.ticketId, cycle: state.cycle, key }) });
  const to = isFollowed ? await resolutionOf(desk) : null;
  if (to || state.stage !== 'choosing') return to;
  state.choice = null; // What was asked of the agent was about the other issue.
  desk.answered('choose-');
  return 'awaiting-resolution';
}

/** Won't Do, Cannot Reproduce, a decline: an agent says what the member hears, and nothing goes out before. */
export async function chooseWhatTheMemberHears(desk: Desk): Promise<Stage> {
  const { state } = desk;
  const { why, detail } = state.choice!;
  const about = `choose-${why}-${slug(detail)}`;
  desk.need('choice');
  for (;;) {
    const asked = await questionDue(desk, about, (reminder) => ({ say: 'choose', why, detail, issueKey: state.handoff!.issueKey, reminder }));
    const beside = desk.idle() ? await besides(desk) : null;
    if (beside) return leave(beside);
    const message = await desk.next(earlier(asked, await dueNext(desk)));
    if (message === 'due') continue;
    if (message.verb === 'choose') {
      desk.record('heard', `chose ${message.choice}`, whoIs(message.by));
      state.choice = null;
      desk.answered('choose-');
      desk.need(null);
      state.declined = false;
      return message.choice === 'follow-up' ? followUpWith(desk, 'unchanged') : 'awaiting-resolution';
    }
    const to = await heardEscalated(desk, message);
    if (!to) continue;
    return leave(to);
  }

  function leave(to: Stage): Stage {
    if (to !== 'choosing' && state.needs === 'choice') desk.need(null);
    return to;
  }
}

const slug = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 40);
