/** Ending: what is owed goes out, the record is put on the ticket; and how a new run goes on from the last one. */
import type { CaseRecord, Handoff, Outcome, Stage } from '../domain/case.js';
import { isNews, isSolved, type Past, type RecordMark } from '../domain/marks.js';
import { byJira } from '../domain/ruling.js';
import type { FollowUpOutcome, RecordSummary } from '../wording/contents.js';
import { note, once, reading, verbs } from './act.js';
import { now, type Desk } from './desk.js';
import { followUpWith } from './hearing.js';
import { untilSettled, writeToMember, type Telling } from './mail.js';
import { sayGoodbye } from './membership.js';
import { isEscalated, owesGoodbye } from './state.js';

/** Ends the case after what is owed has gone out. */
export function endWith(desk: Desk, outcome: Outcome, reason: string, by = 'onetouch'): Stage {
  desk.state.ending = { outcome, by, reason, withoutFollowUp: false };
  return 'closing';
}

/** Writes to the member, and to those of tickets merged into this one, and asks whether it works. */
export async function followUpByMail(desk: Desk, outcome: FollowUpOutcome): Promise<void> {
  const { state } = desk;
  const telling: Telling = { letter: { say: 'follow-up', outcome }, note: { say: 'follow-up', outcome, mail: 'sent', issueKey: state.handoff?.issueKey ?? null } };
  await writeToMember(desk, 'follow-up', () => ({ ...telling, data: state.handoff ? { handoff: state.handoff } : {} }));
  for (const ticketId of state.alsoOwed) await writeToMember(desk, `follow-up-${ticketId}`, () => telling, ticketId);
  state.stillOwed = null;
}

/** What is owed goes out first; then the record is put on the ticket, and the case ends. */
export async function documentAndEnd(desk: Desk): Promise<Stage> {
  const { state } = desk;
  const ending = state.ending!;
  const owesFollowUp = isEscalated(state) && !('follow-up' in state.done);
  const ends = ending.outcome === 'closed' || ending.outcome === 'solved-in-tier-1';
  if ((owesFollowUp || state.stillOwed) && !ending.withoutFollowUp && ends) {
    await followUpByMail(desk, 'closed');
    state.followUp = { outcome: 'closed', at: now(), doubt: null };
  }
  const handsOver = ending.outcome === 'merged' && (owesFollowUp || state.stillOwed !== null);
  if (handsOver) await survivorKnown(desk);
  if (handsOver && state.ticket!.mergedInto) {
    const { team, row, issueKey = null, problem } = owesFollowUp ? state.handoff! : ({} as Partial<Handoff>);
    const promiseDueAt = (owesFollowUp ? state.promise : state.stillOwed)?.dueAt ?? null;
    const survivor = state.ticket!.mergedInto;
    // Tickets that were merged into this one before move on with it.
    for (const fromTicket of [...state.alsoOwed, desk.ticketId]) {
      const of = fromTicket === desk.ticketId ? '' : `-${fromTicket}`;
      await once(desk, {
        name: `handed-to-survivor${of}`,
        text: `handed what was owed to ticket ${survivor}`,
        run: () => verbs.handToSurvivor({ survivor, inherited: { id: desk.effect(`inherit${of}`), fromTicket, cycle: state.cycle, ...(team && row ? { team, row } : {}), issueKey, promiseDueAt, ...(problem ? { problem } : {}) } }),
      });
    }
  }
  if (!ending.withoutFollowUp) await untilSettled(desk);
  owesGoodbye(state, ending.outcome === 'merged' || ending.outcome === 'deleted' ? ending.outcome : 'closed');
  await sayGoodbye(desk);
  state.needs = null;
  desk.record('ended', `${ending.outcome}: ${ending.reason}`, { by: ending.by });
  if (ending.outcome !== 'nothing-new' && ending.outcome !== 'deleted') {
    // A merged ticket is closed and takes no note: its record goes to the surviving one.
    const on = ending.outcome === 'merged' && state.ticket!.mergedInto ? { on: state.ticket!.mergedInto } : {};
    await once(desk, note(desk, 'record', { say: 'record', summary: summaryOf(desk) }, { ...on, data: { record: recordMarkOf(desk) } }));
  }
  desk.ended();
  // What came in at the last moment is not lost: it starts as a change after the end.
  if (state.inbox.some((m) => m.verb === 'ticketChanged' || m.verb === 'inherited')) await desk.restart();
  return 'ended';
}

/** A merge whose surviving ticket is not known would lose what is owed: the ticket is read again, or a person closes. */
async function survivorKnown(desk: Desk): Promise<void> {
  const { state } = desk;
  while (state.ticket!.mergedInto === '') {
    desk.need('surviving-ticket');
    desk.flag(NO_SURVIVOR);
    const message = await desk.next(null, ['ticketChanged', 'resume', 'close']);
    if (message === 'due') continue;
    if (message.verb === 'close') {
      state.ending = { ...state.ending!, by: message.by.name, reason: message.reason };
      break;
    }
    const named = message.verb === 'ticketChanged' ? message.mergedInto : undefined;
    const mergedInto = named ?? (await reading(desk, 'read the ticket', () => verbs.readTicket(desk.ticketId))).mergedInto;
    state.ticket = { ...state.ticket!, mergedInto: mergedInto ?? '' };
  }
  desk.need(null);
  if (state.flagged === NO_SURVIVOR) state.flagged = null;
}
const NO_SURVIVOR = 'the ticket was merged, and into which is not known';

/**
 * The first consultation of a run reads what earlier runs left on the ticket. Ended and nothing new: the run
 * ends without an effect. Ended and news: the next cycle. Ended from outside (terminated) in the middle: the
 * same cycle goes on where its marks say it stood.
 */
export function goOnFrom(desk: Desk, past: Past): Stage | null {
  const { state } = desk;
  const ticket = state.ticket!;
  // What a merged ticket owed starts a cycle by itself.
  const takesOver = state.handoff !== null || desk.peek('inherited');
  if (past.cycle === 0) return !takesOver && isSolved(ticket) ? endWith(desk, 'nothing-new', 'the ticket was solved before the case began') : null;

  state.left = past.problems;
  if (past.record) {
    if (!isNews(past.record, ticket) && !takesOver) return endWith(desk, 'nothing-new', `nothing has changed since cycle ${past.cycle} ended as ${past.record.outcome}`);
    state.cycle = past.cycle + 1;
    if (past.handoff) state.earlier = [past.handoff];
    const recategorised = ticket.inquiry !== past.record.inquiry || ticket.errorKind !== past.record.errorKind;
    if (takesOver || !past.record.escalated || recategorised) return null;
    const doubt = past.record.solved && !isSolved(ticket) ? 'reopened' : 'member-replied';
    state.followUp = { outcome: 'resolved', at: now(), doubt };
    return 'confirming';
  }

  state.cycle = past.cycle;
  state.handoff ??= past.handoff;
  if (state.handoff) state.promise ??= past.promise;
  if (!state.promise) state.stillOwed = past.owed;
  for (const [name, data] of Object.entries(past.done)) state.done[name] = { mail: data.mail ?? 'sent', noted: true };
  // Whoever joined is asked to tell again.
  if (past.handoff?.problem) Object.assign(state.done, { joined: null, rejoin: true });
  else if (past.handoff?.issueKey) state.done['issue'] = { key: past.handoff.issueKey, issue: null };
  desk.record('heard', 'goes on where the last run was ended from outside', { by: 'onetouch' });
  if (ticket.mergedInto !== null || ticket.status === 'deleted') return null;
  for (const name of Object.keys(past.done)) {
    const from = /^inherited-(\d+)$/.exec(name)?.[1];
    if (from) state.alsoOwed.push(from);
    if (from && past.done[name]!.handoff) state.done['inherited'] = from;
  }
  const inherited = 'inherited' in state.done;
  if (past.followedUpAt) {
    const asked = DOUBTS.find((why) => `confirm-${why}` in past.done);
    state.followUp = { outcome: 'resolved', at: past.followedUpAt, doubt: asked ?? (past.memberWroteSince ? 'member-replied' : null) };
    // Where nobody knows that it arrived, that is taken up again.
    return reached(past, 'follow-up') ? 'confirming' : 'following-up';
  }
  if (!past.handoff) return null;
  const team = past.handoff.team;
  // The ticket, and Jira, may have spoken while nobody listened.
  if (isSolved(ticket) && !(inherited && byJira(team))) return followUpWith(desk, byJira(team) ? 'closed' : 'resolved');
  if (!byJira(team) && ticket.group !== state.groups![team] && ('handed-over' in past.done || inherited)) {
    state.declined = true;
    return null;
  }
  // Taken out of its problem, and terminated before it had an issue of its own.
  if (byJira(team) && !past.handoff.issueKey && !past.handoff.problem && !inherited) return 'escalating';
  // Passed on to whom nobody waits for: only the record was missing.
  if ('thanks' in past.done && reached(past, 'thanks')) return endWith(desk, 'handed-over', `passed to ${team}; nobody waits for it`);
  const known = inherited || ('promise' in past.done && reached(past, 'promise'));
  return known ? 'awaiting-resolution' : 'escalating';
}
const DOUBTS = ['member-replied', 'reopened', 'issue-reopened'] as const;

/** Did the mail arrive, as far as the ticket tells? */
const reached = ({ done }: Past, mail: string): boolean => (done[mail]?.mail ?? 'sent') === 'sent' || `${mail}-again` in done;

/** What the workflow returns: what came in, every ruling, everything done, by whom, when. */
export function recordOf(desk: Desk): CaseRecord {
  const { cycle, ending, ruling, startedAt, earlier, handoff, timeline } = desk.state;
  return { ticketId: desk.ticketId, cycle, outcome: ending!.outcome, row: ruling?.row ?? null, startedAt, endedAt: now(), handoffs: handoff ? [...earlier, handoff] : earlier, timeline };
}

function summaryOf(desk: Desk): RecordSummary {
  const { cycle, ending, ruling, earlier, handoff, followUp, timeline } = desk.state;
  return {
    cycle,
    outcome: ending!.outcome,
    row: ruling?.row ?? null,
    reason: ruling?.reason ?? null,
    handoffs: handoff ? [...earlier, handoff] : earlier,
    followedUpAt: followUp?.at || null,
    lines: timeline.filter((e) => e.text !== 'heard: the ticket changed' && e.text !== 'heard: the Jira issue changed').slice(-LINES).map((e) => `${e.at.slice(0, 16).replace('T', ' ')} UTC  ${e.text}${e.by === 'onetouch' ? '' : ` (${e.by})`}${e.times ? ` ×${e.times}` : ''}`),
  };
}
const LINES = 60;

function recordMarkOf(desk: Desk): RecordMark {
  const { ending, ruling, ticket, earlier, handoff } = desk.state;
  return {
    outcome: ending!.outcome,
    row: ruling?.row ?? null,
    escalated: handoff !== null || earlier.length > 0,
    solved: isSolved(ticket!),
    memberComment: ticket!.lastMemberComment,
    inquiry: ticket!.inquiry,
    errorKind: ticket!.errorKind,
  };
}
