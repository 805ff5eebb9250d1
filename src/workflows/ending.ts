/** Ending: what is owed goes out, the record is put on the ticket; and how a new run goes on from the last one. */
import type { CaseRecord, Outcome, Stage } from '../domain/case.js';
import { isNews, isSolved, type Past, type RecordMark } from '../domain/marks.js';
import type { FollowUpOutcome, Note, RecordSummary } from '../wording/contents.js';
import { note, once, verbs, writeToMember } from './act.js';
import { now, type Desk } from './desk.js';
import { isEscalated } from './state.js';

/** Ends the case after what is owed has gone out. */
export function endWith(desk: Desk, outcome: Outcome, reason: string, by = 'onetouch'): Stage {
  desk.state.ending = { outcome, by, reason, withoutFollowUp: false };
  return 'closing';
}

/** Writes to the member, and to those of tickets merged into this one, and asks whether it works. */
export async function followUpByMail(desk: Desk, outcome: FollowUpOutcome): Promise<void> {
  const { state } = desk;
  const content: Note = { say: 'follow-up', outcome, mail: 'sent', issueKey: state.handoff?.issueKey ?? null };
  await writeToMember(desk, 'follow-up', { say: 'follow-up', outcome }, content, state.handoff ? { handoff: state.handoff } : {});
  for (const ticketId of state.alsoOwed) {
    await writeToMember(desk, `follow-up-${ticketId}`, { say: 'follow-up', outcome }, content, {}, ticketId);
  }
}

/** What is owed goes out first; then the record is put on the ticket, and the case ends. */
export async function documentAndEnd(desk: Desk): Promise<Stage> {
  const { state } = desk;
  const ending = state.ending!;
  if (isEscalated(state) && !('follow-up' in state.done) && !ending.withoutFollowUp && ending.outcome === 'closed') {
    await followUpByMail(desk, 'closed');
    state.followUp = { outcome: 'closed', at: now(), doubt: null };
  }
  if (ending.outcome === 'merged' && isEscalated(state) && !state.followUp) await survivorKnown(desk);
  if (ending.outcome === 'merged' && state.ticket!.mergedInto && isEscalated(state) && !state.followUp) {
    const handoff = state.handoff!;
    await once(desk, {
      name: 'handed-to-survivor',
      text: `handed what was owed to ticket ${state.ticket!.mergedInto}`,
      run: () => verbs.handToSurvivor({ survivor: state.ticket!.mergedInto!, inherited: { id: desk.effect('inherit'), fromTicket: desk.ticketId, cycle: state.cycle, team: handoff.team, row: handoff.row, issueKey: handoff.issueKey, promiseDueAt: state.promise?.dueAt ?? null } }),
    });
  }
  state.needs = null;
  desk.record('ended', `${ending.outcome}: ${ending.reason}`, { by: ending.by });
  if (ending.outcome !== 'nothing-new' && ending.outcome !== 'deleted') {
    // A merged ticket is closed and takes no note: its record goes to the surviving one.
    const on = ending.outcome === 'merged' && state.ticket!.mergedInto ? { on: state.ticket!.mergedInto } : {};
    await once(desk, note(desk, 'record', { say: 'record', summary: summaryOf(desk) }, { ...on, data: { record: recordMarkOf(desk) } }));
  }
  desk.ended();
  // What came in at the last moment is not lost: it starts as a change after the end.
  if (desk.state.inbox.length > 0) await desk.restart();
  return 'ended';
}

/** A merge whose surviving ticket nobody names would lose what is owed: a person must name it, or close. */
async function survivorKnown(desk: Desk): Promise<void> {
  const { state } = desk;
  while (state.ticket!.mergedInto === '') {
    desk.need('surviving-ticket');
    desk.flag('the ticket was merged, and into which is not known');
    const message = await desk.next(null, ['ticketChanged', 'resume']);
    if (message === 'due' || message.verb === 'resume') return;
    if (message.verb === 'ticketChanged' && message.mergedInto) state.ticket!.mergedInto = message.mergedInto;
  }
}

/**
 * The first consultation of a run reads what earlier runs left on the ticket. Ended and nothing new: the run
 * ends without an effect. Ended and news: the next cycle. Ended from outside (terminated) in the middle: the
 * same cycle goes on where its marks say it stood.
 */
export function goOnFrom(desk: Desk, past: Past): Stage | null {
  const { state } = desk;
  const ticket = state.ticket!;
  if (past.cycle === 0) return state.handoff === null && isSolved(ticket) ? endWith(desk, 'nothing-new', 'the ticket was solved before the case began') : null;

  if (past.record) {
    if (!isNews(past.record, ticket)) return state.handoff ? null : endWith(desk, 'nothing-new', `nothing has changed since cycle ${past.cycle} ended as ${past.record.outcome}`);
    state.cycle = past.cycle + 1;
    if (past.handoff) state.earlier = [past.handoff];
    const recategorised = ticket.inquiry !== past.record.inquiry || ticket.errorKind !== past.record.errorKind;
    if (!past.record.escalated || recategorised) return null;
    const doubt = past.record.solved && !isSolved(ticket) ? 'reopened' : 'member-replied';
    state.followUp = { outcome: 'resolved', at: now(), doubt };
    return 'confirming';
  }

  state.cycle = past.cycle;
  state.handoff ??= past.handoff;
  state.promise ??= past.promise;
  for (const [name, data] of Object.entries(past.done)) state.done[name] = { mail: data.mail ?? 'sent', noted: true };
  if (past.handoff?.issueKey) state.done['issue'] = { key: past.handoff.issueKey };
  desk.record('heard', 'goes on where the last run was ended from outside', { by: 'onetouch' });
  if (ticket.mergedInto !== null || ticket.status === 'deleted') return null;
  if (past.followedUpAt) {
    state.followUp = { outcome: 'resolved', at: past.followedUpAt, doubt: null };
    return 'confirming';
  }
  if (!past.handoff) return null;
  if (!('promise' in past.done) && !('thanks' in past.done)) return 'escalating';
  // Jira may have spoken while nobody listened.
  if (past.handoff.issueKey) state.inbox.unshift({ verb: 'issueChanged', id: 'restart', via: 'sweep', at: now(), key: past.handoff.issueKey });
  return 'awaiting-resolution';
}

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
