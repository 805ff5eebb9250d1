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
import { Diverted, filed, hears, note, once, reading, together, verbs, writeToMember, type Deed } from './act.js';
import { after, earlier, effectOf, now, openDesk, type Desk } from './desk.js';
import { documentAndEnd, endWith, followUpByMail, goOnFrom, recordOf } from './ending.js';
import { whoIs } from './grants.js';
import { askAgent, backToTeam, followUpWith, gone, inherit, nextCycle } from './hearing.js';
import { joined, problemFor, sayGoodbye, takeIssueBack } from './membership.js';
import { heardProblem } from './problem-news.js';
import { keepOwed, promiseTheMember, settleMail } from './promise.js';
import { questionDue } from './questions.js';
import { awaitResolution, chooseWhatTheMemberHears, lookAtIssue } from './resolution.js';
import { leaveTroubleshooting, troubleshoot } from './troubleshooting-stage.js';
import { isEscalated, type CaseInput, type Message } from './state.js';

export async function escalation(input: CaseInput): Promise<CaseRecord> {
  const desk = openDesk(input); // Handlers record; the flow below acts.
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
  return message === 'due' ? 'asking' : ((await hearsBefore(desk, message)) ?? 'asking');
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
  await settleMail(desk, message.outcome);
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
  await writeToMember(desk, 'acknowledgement', { say: 'acknowledgement' }, held);
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
    const told = await once(
      desk,
      note(
        desk,
        'handed-over',
        { say: 'handed-over', handoff, ruling, earlier: state.earlier },
        { group: handoff.team, priority: handoff.priority, status: 'open', data: { handoff } },
      ),
    );
    // Our own change: the next reading is held against it.
    if (told !== 'observed') state.ticket = { ...state.ticket!, group: state.groups![handoff.team as keyof NonNullable<typeof state.groups>], status: 'open' };
  }
  state.override = null;
  if (!state.promise) handoff.at = now(); // An outage may have held it up: the hours run from when the team has it.

  if (ruling.kind === 'escalate' && ruling.endsAtHandOver && !handoff.overriddenBy) {
    await writeToMember(desk, 'thanks', { say: 'thanks' }, { say: 'escalated', handoff, dueAt: null, mail: 'sent' }, { handoff });
    return endWith(desk, 'handed-over', `passed to ${handoff.team}; nobody waits for it`);
  }
  await promiseTheMember(desk, handoff);
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
  state.flagged = state.unsettled ? state.flagged : null;
  return 'confirming';
}

/** The member may confirm, say it still fails, or stay silent; what they write, an agent reads. */
async function confirmWithMember(desk: Desk): Promise<Stage> {
  const { state } = desk;
  const followUp = state.followUp!;
  for (;;) {
    const message = await desk.next(await confirmationDue(desk));
    if (message === 'due') {
      if (followUp.doubt || state.unsettled || after(followUp.at, state.clocks!.confirmMs) > now()) continue;
      return endWith(desk, 'followed-up-unconfirmed', 'the member was followed up with and stayed silent');
    }
    if (message.verb === 'confirm') {
      const how = message.how === 'call' ? ' by call' : '';
      desk.record('heard', `${message.verdict === 'works' ? 'it works for the member' : 'still broken for the member'}${how}`, whoIs(message.by));
      state.unsettled = null;
      desk.need(null);
      if (message.verdict === 'works') return endWith(desk, 'confirmed', `confirmed${how}`, message.by.name);
      return nextCycle(desk, 'still broken');
    }
    if (message.verb === 'settleMail') {
      await settleMail(desk, message.outcome);
      if (!state.unsettled) followUp.at = now();
      continue;
    }
    if (message.verb === 'reEscalate') return nextCycle(desk, `re-escalated: ${message.reason}`);
    if (message.verb === 'problemSays') {
      heardProblem(desk, message);
      continue;
    }
    if (message.verb === 'issueChanged') {
      if (state.handoff?.problem) continue; // The problem tells.
      const before = state.issue;
      await lookAtIssue(desk);
      if (before?.category === 'done' && state.issue?.category !== 'done') followUp.doubt ??= 'issue-reopened';
      continue;
    }
    const to = await hears(desk, message);
    if (to) return to;
  }
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
  if (state.unsettled) {
    const say = state.unsettled.fate === 'unknown' ? 'mail-check' : 'call';
    // The note that the follow-up left says so already; from then on it is a reminder.
    return questionDue(desk, `${say}-follow-up`, (reminder) => ({ say, about: 'follow-up', reminder }), 'asked already');
  }
  return after(at, state.clocks!.confirmMs);
}

const ANSWERS = { 'eligibility/excluded': 'excluded', 'device/withings': 'withings', 'device/philips': 'philips' } as const;
