/**
 * The case: one workflow per ticket, the protocol from top to bottom. Each step below is a stage; it does what
 * its cycle has not done yet, waits where the protocol waits, and says which stage comes next. So a run can
 * end at any wait, and the next one goes on in the same stage.
 */
import { CancellationScope } from '@temporalio/workflow';
import type { CaseRecord, Handoff, Stage } from '../domain/case.js';
import { isSolved } from '../domain/marks.js';
import { byJira, type Ruling } from '../domain/ruling.js';
import type { Note } from '../wording/contents.js';
import { asideDue, Diverted, filed, hasReached, hears, note, once, reading, together, trying, verbs, type Deed } from './act.js';
import { after, earlier, effectOf, needOf, now, openDesk, type Desk } from './desk.js';
import { documentAndEnd, endWith, followUpByMail, goOnFrom, recordOf } from './ending.js';
import { whoIs } from './grants.js';
import { askAgent, backToTeam, followUpWith, gone, inherit, nextCycle } from './hearing.js';
import { mailQuestion, settled, settleMail, writeToMember } from './mail.js';
import { joined, problemFor, sayGoodbye, takeIssueBack } from './membership.js';
import { heardProblem } from './problem-news.js';
import { keepOwed, oweMeanwhile, promiseTheMember } from './promise.js';
import { questionDue } from './questions.js';
import { awaitResolution, chooseWhatTheMemberHears, lookAtIssue } from './resolution.js';
import { leaveTroubleshooting, troubleshoot } from './troubleshooting-stage.js';
import { isEscalated, type CaseInput, type Message } from './state.js';

export async function escalation(input: CaseInput): Promise<CaseRecord> {
  const desk = openDesk(input); // Handlers record; the flow below acts.
  desk.run.meanwhile = () => oweMeanwhile(desk);
  // A Cancel is heard at the desk like a close, so it never cuts a step in two.
  return CancellationScope.nonCancellable(async () => {
    while (desk.state.stage !== 'ended') {
      const to = await STEPS[desk.state.stage](desk).catch(diverted);
      await leaveTroubleshooting(desk, to);
      desk.state.stage = to;
    }
    return recordOf(desk);
  });
}

const STEPS: Record<Exclude<Stage, 'ended'>, (desk: Desk) => Promise<Stage>> = {
  deciding: gatherAndDecide,
  asking: askForFacts,
  waiting: holdBack,
  holding: holdForPerson,
  'tier-1': finishInTier1,
  troubleshooting: troubleshoot,
  escalating: escalate,
  'awaiting-resolution': awaitResolution,
  choosing: chooseWhatTheMemberHears,
  'following-up': verifyAndFollowUp,
  confirming: confirmWithMember,
  closing: documentAndEnd,
};

/** Facts → ruling. The ruling says which stage comes next. */
async function gatherAndDecide(desk: Desk): Promise<Stage> {
  const { state } = desk;
  // The reading below answers every hint that lies here.
  state.inbox = state.inbox.filter((m) => m.verb !== 'ticketChanged' || m.mergedInto);
  const { past, ...told } = await reading(desk, 'consult the protocol', () =>
    verbs.consult({ ticketId: desk.ticketId, cycle: state.cycle, provided: state.provided, report: state.report, now: now(), first: !state.begun }),
  );
  const wasSolved = state.ticket !== null && isSolved(state.ticket);
  Object.assign(state, told);
  const { ruling } = told;
  const ruled = `${ruling.row}: ${ruling.reason}`;
  if (state.done['ruled'] !== ruled) desk.record('ruled', ruled, { row: ruling.row });
  state.done['ruled'] = ruled;

  if (past && !state.begun) {
    state.begun = true;
    const resumed = goOnFrom(desk, past);
    if (resumed) return resumed;
  }
  for (const message of desk.take('inherited')) inherit(desk, message);
  const left = gone(desk);
  if (left) return left;
  const { tried } = state;
  const reached = tried && !isEscalated(state) && !goesTo(ruling, tried) ? await hasReached(desk, tried) : null;
  if (reached) {
    state.handoff = { ...reached, at: now() };
    state.done['sent-before'] = true;
    return 'escalating';
  }
  if (isEscalated(state) && !state.declined) return 'awaiting-resolution';
  // A ticket that was solved before this cycle began is no end of it: the member says that it is still broken.
  if (isSolved(state.ticket!) && !wasSolved) return isEscalated(state) ? followUpWith(desk, 'closed') : endWith(desk, 'solved-in-tier-1', 'the ticket was solved');
  if (state.override) return 'escalating';

  if (state.declined && ruling.kind !== 'escalate') nextCycle(desk, 'the team sent it back, and the protocol does not escalate it now');
  switch (ruling.kind) {
    case 'ask':
      return 'asking';
    case 'wait':
      return 'waiting';
    case 'troubleshoot':
      return 'troubleshooting';
    case 'hold':
      return 'holding';
    case 'tier1':
    case 'answer':
      return 'tier-1';
    case 'escalate':
      if (!state.declined) return 'escalating';
      if (state.handoff?.team === ruling.team) return askAgent(desk, 'declined', `${ruling.team} sent the ticket back, and by ${ruling.row} it belongs there`);
      nextCycle(desk, 'the team sent it back, and the protocol names another');
      return 'escalating';
  }
}

/** Does the protocol send it where it was on its way to? */
const goesTo = (ruling: Ruling, { team, row }: Handoff): boolean => ruling.kind === 'escalate' && ruling.team === team && ruling.row === row;

/** A fact that no system knows is asked for, with reminders. A case never guesses. */
async function askForFacts(desk: Desk): Promise<Stage> {
  const { state } = desk;
  const ruling = state.ruling as Extract<Ruling, { kind: 'ask' }>;
  const { asks, of } = ruling;
  const about = `ask-${asks.join('+')}${ruling.corrects ? nthWrong(desk, ruling) : ''}`;
  const question = (reminder: number): Note => ({ say: 'ask', ruling, asks, of, reminder });
  const askMember = (name: string): Deed<unknown> => ({
    name,
    text: 'asked the member on the ticket',
    run: () => verbs.reply({ ...effectOf(desk, name), reply: { say: 'ask-member', asks } }),
  });
  desk.need('facts');
  await together(desk, [...(of === 'member' ? [askMember(`${about}-member`)] : []), note(desk, about, question(0), opening(desk))]);
  opened(desk);

  if (of === 'member') {
    // What a member writes is never interpreted: an agent reads it and provides the fact.
    const askedAfter = `${about}-asked-after`;
    const wrote = state.ticket!.lastMemberComment;
    if (!(askedAfter in state.done)) state.done[askedAfter] = wrote;
    if (wrote !== null && wrote !== state.done[askedAfter]) await once(desk, note(desk, `${about}-reply-${wrote}`, { say: 'member-replied', asks }));
    const asked = state.questions[about];
    if (asked?.open && asked.againAt <= now()) await once(desk, askMember(`${about}-member-reminder`));
  }
  const message = await desk.next(earlier(await questionDue(desk, about, question), await keepOwed(desk)));
  // Before anybody is asked again, the facts are read again: the answer may be there, and the word of it lost.
  return message === 'due' ? 'deciding' : ((await hearsBefore(desk, message)) ?? 'asking');
}

/** A wrong answer is a question of its own, and so is the next one. */
function nthWrong({ state }: Desk, { asks, restsOn }: Extract<Ruling, { kind: 'ask' }>): string {
  const wrong = (state.done['wrong'] ??= []) as string[];
  const given = JSON.stringify(restsOn.filter((g) => asks.includes(g.fact)).map((g) => g.value));
  if (!wrong.includes(given)) wrong.push(given);
  const nth = wrong.indexOf(given) + 1;
  return `-unknown${nth > 1 ? `-${nth}` : ''}`;
}

/** What is heard while no team has the case. */
async function hearsBefore(desk: Desk, message: Message): Promise<Stage | null> {
  if (message.verb !== 'settleMail') return hears(desk, message);
  await settleMail(desk, message);
  return desk.state.stage; // The step says anew what it needs.
}

/** A note to act on opens a solved ticket: "still broken" is no end of it. */
const opening = (desk: Desk) => (isSolved(desk.state.ticket!) ? { status: 'open' as const } : {});
function opened(desk: Desk): void {
  const { state } = desk;
  if (isSolved(state.ticket!)) state.ticket = { ...state.ticket!, status: 'open' };
}

/** Held back until the row's clock is over; then the facts are read again. */
async function holdBack(desk: Desk): Promise<Stage> {
  const ruling = desk.state.ruling as Extract<Ruling, { kind: 'wait' }>;
  desk.need(null);
  await once(desk, note(desk, `wait-${ruling.row.replace('/', '-')}-${ruling.until}`, { say: 'wait', ruling }));
  return untilChanged(desk, ruling.until);
}

/** Waits for anything that may change the ruling, or for its clock; then the case decides again. */
async function untilChanged(desk: Desk, until: string | null = null): Promise<Stage> {
  for (;;) {
    const message = await desk.next(earlier(until, await keepOwed(desk)));
    if (message === 'due') {
      if (until && until <= now()) return 'deciding';
      continue;
    }
    const to = await hearsBefore(desk, message);
    if (to) return to;
  }
}

/** Nothing the protocol knows: a person must say what it is about. The member hears that we have it. */
async function holdForPerson(desk: Desk): Promise<Stage> {
  const ruling = desk.state.ruling!;
  desk.need(ruling.row === 'unknown' ? 'inquiry' : 'person');
  const heldFor = `hold-${ruling.row.replace('/', '-')}`;
  const held: Note = { say: 'hold', ruling, mail: 'sent' };
  // One acknowledgement, with its note; held for another row afterwards, the agent hears that too.
  if (!('acknowledgement' in desk.state.done)) desk.state.done[heldFor] = true;
  await writeToMember(desk, 'acknowledgement', () => ({ letter: { say: 'acknowledgement' }, note: held }));
  await once(desk, note(desk, heldFor, held, opening(desk)));
  opened(desk);
  return untilChanged(desk);
}

/** One-touch resolution: the agent is told how, or the member is answered. It ends when the ticket is solved. */
async function finishInTier1(desk: Desk): Promise<Stage> {
  const { state } = desk;
  const ruling = state.ruling!;
  const row = ruling.row.replace('/', '-');
  desk.need(null);
  if (ruling.kind === 'answer') {
    const reply = { say: ANSWERS[ruling.row as keyof typeof ANSWERS] };
    const told = await once(desk, { name: `answer-${row}`, text: 'answered the member on the ticket', run: () => verbs.reply({ ...effectOf(desk, `answer-${row}`), reply }) });
    await once(desk, note(desk, `tier1-${row}`, { say: 'answer', ruling, ...(typeof told === 'object' ? { gap: told.gap } : {}) }, opening(desk)));
  } else {
    // The same row may name other things later on; each is told once.
    const named = ruling.kind === 'tier1' ? ruling.names.join('\n') : '';
    const told = (state.done[`told-${row}`] ??= []) as string[];
    if (!told.includes(named)) told.push(named);
    const nth = told.indexOf(named) + 1;
    await once(desk, note(desk, `tier1-${row}${nth > 1 ? `-${nth}` : ''}`, { say: 'tier1', ruling }, opening(desk)));
  }
  opened(desk);
  return untilChanged(desk);
}

/** Every criterion of the row is met: to the team, once; then the member hears who has it and by when. */
async function escalate(desk: Desk): Promise<Stage> {
  const { state } = desk;
  const ruling = state.ruling!;
  desk.need(null);
  state.declined = false;
  const { tried, override } = state;
  const reached = tried && override && tried.team !== override.team && !isEscalated(state) ? await hasReached(desk, tried) : null;
  if (reached && override) {
    // It is with that team as well: that was a cycle of its own, and is told to the next team.
    state.handoff = reached;
    nextCycle(desk, `overridden: ${override.reason}`);
  }
  state.handoff ??= handoffBy(desk, ruling);
  const handoff = state.handoff;
  await sayGoodbye(desk);

  if (handoff.problem) {
    // The problem files; the member hears from us whether or not it could yet.
    await once(desk, joined(desk, handoff));
  } else if (byJira(handoff.team)) {
    state.done['reported'] ??= state.ticket!.reportFields;
    const { key, issue } = await once(desk, filed(desk, handoff));
    handoff.issueKey = key;
    // One that is resolved by now is to be heard as such.
    if (issue?.category !== 'done') state.issue ??= issue;
    if (key) await takeIssueBack(desk, key);
  } else {
    const handOver = note(
      desk,
      'handed-over',
      { say: 'handed-over', handoff, ruling, earlier: state.earlier },
      { group: handoff.team, priority: handoff.priority, status: 'open', data: { handoff } },
    );
    const told = await once(desk, { ...handOver, run: () => trying(desk, handoff, handOver.run) });
    // Our own change: the next reading is held against it.
    if (told !== 'observed') state.ticket = { ...state.ticket!, group: state.groups![handoff.team as keyof NonNullable<typeof state.groups>], status: 'open' };
  }
  state.override = null;
  if (!state.promise) handoff.at = now(); // An outage may have held it up: the hours run from when the team has it.

  if (ruling.kind === 'escalate' && ruling.endsAtHandOver && !handoff.overriddenBy) {
    await writeToMember(desk, 'thanks', () => ({ letter: { say: 'thanks' }, note: { say: 'escalated', handoff, dueAt: null, mail: 'sent' }, data: { handoff } }));
    return endWith(desk, 'handed-over', `passed to ${handoff.team}; nobody waits for it`);
  }
  await promiseTheMember(desk, handoff);
  // It had reached a team that the protocol does not name any more: where it goes from there, a person says.
  if ('sent-before' in state.done) return askAgent(desk, 'recategorised', `from ${handoff.row} to ${ruling.row}`);
  return 'awaiting-resolution';
}

function handoffBy(desk: Desk, ruling: Ruling): Handoff {
  const { override } = desk.state;
  const base = { row: ruling.row, at: now(), issueKey: null };
  if (override) return { ...base, team: override.team, priority: 'Normal', overriddenBy: override.by, reason: override.reason };
  const { team, priority } = ruling as Extract<Ruling, { kind: 'escalate' }>;
  const problem = problemFor(desk.state);
  return { ...base, team, priority, ...(problem ? { problem } : {}) };
}

/** Looks once more whether it is resolved, then writes to the member and asks whether it works for them. */
async function verifyAndFollowUp(desk: Desk): Promise<Stage> {
  const { state } = desk;
  const { handoff } = state;
  const followUp = state.followUp!;
  desk.need(null);
  let sentBack: Stage | null = null;
  for (const said of desk.take('problemSays')) sentBack = heardProblem(desk, said) ?? sentBack;
  if (sentBack) return sentBack;
  if (desk.peek('issueChanged') && followUp.outcome === 'resolved' && handoff?.issueKey && !handoff.problem) {
    desk.take('issueChanged');
    await lookAtIssue(desk);
    if (state.issue!.category !== 'done') return backToTeam(desk, 'the Jira issue was reopened');
  }
  await followUpByMail(desk, followUp.outcome);
  followUp.at = now();
  if (state.unsettled.length === 0) state.flagged = null;
  return 'confirming';
}

/** The member may confirm, say it still fails, or stay silent; what they write, an agent reads. */
async function confirmWithMember(desk: Desk): Promise<Stage> {
  const { state } = desk;
  const followUp = state.followUp!;
  for (;;) {
    if (desk.idle() && state.aside && !(await stillDone(desk))) followUp.doubt ??= 'issue-reopened';
    const message = await desk.next(desk.idle() ? earlier(await confirmationDue(desk), asideDue(desk)) : now());
    if (message === 'due') {
      if (followUp.doubt || state.unsettled.length > 0 || after(followUp.at, state.clocks!.confirmMs) > now()) continue;
      return endWith(desk, 'followed-up-unconfirmed', 'the member was followed up with and stayed silent');
    }
    if (message.verb === 'confirm') {
      const how = message.how === 'call' ? ' by call' : '';
      desk.record('heard', `${message.verdict === 'works' ? 'it works for the member' : 'still broken for the member'}${how}`, whoIs(message.by));
      settled(desk, ({ memberOf }) => !memberOf);
      desk.need(null);
      if (message.verdict === 'works') return endWith(desk, 'confirmed', `confirmed${how}`, message.by.name);
      return nextCycle(desk, 'still broken');
    }
    if (message.verb === 'settleMail') {
      await settleMail(desk, message);
      if (state.unsettled.length === 0) followUp.at = now();
      continue;
    }
    if (message.verb === 'reEscalate') return nextCycle(desk, `re-escalated: ${message.reason}`);
    if (message.verb === 'problemSays') {
      heardProblem(desk, message);
      continue;
    }
    if (message.verb === 'issueChanged') {
      if (state.handoff?.problem) continue; // The problem tells.
      if (!(await stillDone(desk))) followUp.doubt ??= 'issue-reopened';
      continue;
    }
    const to = await hears(desk, message);
    if (to) return to;
  }
}

/** False when the issue was done and is so no more; while it cannot be read, nothing is said against it. */
async function stillDone(desk: Desk): Promise<boolean> {
  const before = desk.state.issue;
  await lookAtIssue(desk);
  return before?.category !== 'done' || desk.state.issue?.category === 'done';
}

async function diverted(thrown: unknown): Promise<Stage> {
  if (thrown instanceof Diverted) return thrown.to;
  throw thrown;
}

/** When the confirmation has to be looked at again: the silence is over, or a question to an agent is due. */
async function confirmationDue(desk: Desk): Promise<string> {
  const { state } = desk;
  const { doubt, at } = state.followUp!;
  if (doubt) {
    desk.need('confirmation');
    return questionDue(desk, `confirm-${doubt}`, (reminder) => ({ say: 'ask-confirmation', why: doubt, reminder }));
  }
  const [open] = state.unsettled;
  if (open) {
    desk.need(needOf(open));
    return mailQuestion(desk, open);
  }
  return after(at, state.clocks!.confirmMs);
}

const ANSWERS = { 'eligibility/excluded': 'excluded', 'device/withings': 'withings', 'device/philips': 'philips' } as const;
