/** Hearing: what every wait of a case does alike with what it reads on its desk. */
import { isSolved } from '../domain/marks.js';
import type { Stage } from '../domain/case.js';
import { byJira } from '../domain/ruling.js';
import type { TicketSnapshot } from '../domain/ticket.js';
import type { Desk } from './desk.js';
import { whoIs } from './grants.js';
import { isEscalated, owesGoodbye, type Message } from './state.js';

/**
 * Handles what means the same in every stage. Returns the stage to go to, or null when the message is the
 * stage's own matter. `look` reads the ticket; null when it cannot be read now.
 */
export async function heardByAll(desk: Desk, message: Message, look: () => Promise<TicketSnapshot | null>): Promise<Stage | null> {
  const { state } = desk;
  switch (message.verb) {
    case 'close':
      state.ending = { outcome: 'closed', by: message.by.name, reason: message.reason, withoutFollowUp: message.withoutFollowUp ?? false };
      brokeGlass(desk, message);
      return 'closing';
    case 'override':
      state.override = { team: message.team, reason: message.reason, by: message.by.name };
      state.overrides += 1;
      if (isEscalated(state) || state.followUp) nextCycle(desk, `overridden: ${message.reason}`);
      state.handoff = null;
      brokeGlass(desk, message);
      return 'escalating';
    case 'provide':
      desk.learn(message, whoIs(message.by));
      return isEscalated(state) || state.followUp ? null : again(desk);
    case 'inherited':
      return inherit(desk, message);
    case 'resume':
      for (const held of Object.values(state.aside ?? {})) held.againAt = new Date(Date.now()).toISOString();
      return null;
    case 'ticketChanged': {
      if (!state.followUp && !isEscalated(state)) return again(desk);
      const before = state.ticket;
      const ticket = await look();
      if (!ticket) return null;
      state.ticket = ticket;
      // That it was merged, the ticket says; a hint only names the survivor where the ticket does not.
      if (message.mergedInto && state.ticket.mergedInto === '') state.ticket.mergedInto = message.mergedInto;
      return gone(desk) ?? changed(desk, before);
    }
    default:
      return null;
  }
}

/** An emergency's change is for ops to look at afterwards. */
function brokeGlass(desk: Desk, { verb, by, grant }: Extract<Message, { verb: 'close' | 'override' }>): void {
  if (!grant?.breakGlass) return;
  desk.state.glassBroken = (desk.state.glassBroken ?? 0) + 1;
  desk.flag(`${by.name} broke the glass to ${verb}`);
}

/** Nothing has reached a team yet: consulting reads the ticket anyway, and decides again. */
function again(desk: Desk): Stage {
  desk.state.handoff = null;
  return 'deciding';
}

/** The ticket is not there any more for this case: deleted, or merged into another. */
export function gone(desk: Desk): Stage | null {
  const { state } = desk;
  if (state.ending) return null;
  const ticket = state.ticket!;
  const end = (outcome: 'deleted' | 'merged', reason: string): Stage => {
    state.ending = { outcome, by: 'helpdesk', reason, withoutFollowUp: true };
    return 'closing';
  };
  if (ticket.mergedInto !== null) return end('merged', `merged into ticket ${ticket.mergedInto || 'that is not known yet'}`);
  if (ticket.status === 'deleted') return end('deleted', 'the ticket was deleted');
  return null;
}

/** What a change of an escalated case's ticket means. */
function changed(desk: Desk, before: TicketSnapshot | null): Stage | null {
  const { state } = desk;
  const ticket = state.ticket!;
  const { handoff } = state;
  if (!before) return null;
  const of = (name: keyof TicketSnapshot) => before[name] !== ticket[name];

  if (state.stage === 'confirming') {
    const reopened = isSolved(before) && !isSolved(ticket);
    const replied = of('lastMemberComment');
    if (replied || reopened) state.followUp!.doubt ??= replied ? 'member-replied' : 'reopened';
    return replied || reopened ? 'confirming' : null;
  }
  if (state.stage === 'following-up') {
    const reopened = isSolved(before) && !isSolved(ticket);
    if (reopened && handoff && !byJira(handoff.team) && !('follow-up' in state.done)) return backToTeam(desk, 'the ticket was reopened');
    if (of('lastMemberComment') || reopened) state.followUp!.doubt ??= of('lastMemberComment') ? 'member-replied' : 'reopened';
    return null; // The follow-up is on its way; whatever else there is waits for it.
  }
  if (!handoff) return null;
  if (of('lastMemberComment')) desk.record('heard', 'the member wrote on the ticket', { by: 'member' });
  if (isSolved(ticket) && !isSolved(before)) {
    const team = handoff.team === 'Tier 2' || handoff.team === 'Coach Support';
    desk.record('heard', `the ticket was solved${team ? ` by ${handoff.team}` : ' before the Jira issue was'}`, { by: 'helpdesk' });
    return followUpWith(desk, team ? 'resolved' : 'closed');
  }
  if (of('inquiry') || of('errorKind')) return askAgent(desk, 'recategorised', `from ${before.errorKind ?? before.inquiry ?? 'nothing'} to ${ticket.errorKind ?? ticket.inquiry ?? 'nothing'}`);
  const group = handoff.team === 'Tier 2' || handoff.team === 'Coach Support' ? state.groups![handoff.team] : null;
  if (group && before.group === group && ticket.group !== group) {
    desk.record('heard', `${handoff.team} gave the ticket back`, { by: handoff.team });
    state.declined = true;
    return 'deciding';
  }
  if (group && (of('status') || of('assigneeId') || of('lastOtherComment'))) progress(desk);
  return null;
}

/** The team is at it: the promise's reminder is not needed, and a flag for silence comes off. */
export function progress(desk: Desk): void {
  desk.state.progressAt = new Date(Date.now()).toISOString();
  if (desk.state.flagged === SILENT) desk.state.flagged = null;
  desk.record('heard', `${desk.state.handoff!.team} is making progress`, { by: desk.state.handoff!.team });
}
export const SILENT = 'the promise to the member fell due without progress';

/** What the follow-up was to say is not so: the team still has it. */
export function backToTeam(desk: Desk, why: string): Stage {
  const { state } = desk;
  state.choice = null;
  state.followUp = null;
  desk.answered('choose-');
  if (state.needs === 'choice') desk.need(null);
  desk.record('heard', why, { by: state.handoff!.team });
  return 'awaiting-resolution';
}

/** An agent must choose what the member hears. */
export function askAgent(desk: Desk, why: NonNullable<Desk['state']['choice']>['why'], detail: string): Stage {
  desk.state.choice = { why, detail };
  desk.answered('choose-');
  return 'choosing';
}

/** What was to be told to the team beside the way is of no use to anyone now. */
function dropAside(desk: Desk): void {
  const { state } = desk;
  for (const name of Object.keys(state.aside ?? {})) if (state.flagged?.startsWith(`cannot ${name}`)) state.flagged = null;
  if (state.aside && state.needs === 'resume') desk.need(null);
  delete state.aside;
}

export function followUpWith(desk: Desk, outcome: 'resolved' | 'unchanged' | 'closed'): Stage {
  dropAside(desk);
  desk.state.choice = null;
  desk.state.followUp = { outcome, at: '', doubt: null };
  return 'following-up';
}

/** The next cycle: what was done before is its history, and nothing of it is done again. */
export function nextCycle(desk: Desk, why: string): Stage {
  const { state } = desk;
  const escalated = state.handoff !== null;
  dropAside(desk);
  const promised = 'promise' in state.done || 'inherited' in state.done;
  const stillOwed = state.promise && promised && !('follow-up' in state.done) ? state.promise : state.stillOwed;
  if (state.handoff?.problem) {
    owesGoodbye(state, why === 'still broken' ? 'still-broken' : 're-escalated');
    state.left = [...(state.left ?? []), state.handoff.problem];
  }
  if (state.handoff) state.earlier.push(state.handoff);
  delete state.tried;
  if (escalated) desk.record('heard', `cycle ${state.cycle} ended: ${why}`);
  Object.assign(state, {
    // A run that began with a reopened ticket is in its cycle already, and keeps what it did in it.
    ...(escalated ? { cycle: state.cycle + 1, done: {} } : {}),
    handoff: null, issue: null, promise: null, stillOwed, reminded: false, progressAt: null, questions: {}, choice: null,
    followUp: null, unsettled: state.unsettled.filter(({ memberOf }) => memberOf), declined: false, needs: null, flagged: null,
  } satisfies Partial<Desk['state']>);
  return 'deciding';
}

/** What a merged ticket still owed is kept by this one: its issue is followed, its member heard. */
export function inherit(desk: Desk, from: Extract<Message, { verb: 'inherited' }>): Stage | null {
  const { state } = desk;
  if (!state.alsoOwed.includes(from.fromTicket)) state.alsoOwed.push(from.fromTicket);
  desk.record('heard', `took over what ticket ${from.fromTicket} owed its member`, { by: 'onetouch' });
  // This case's own follow-up is over: what was owed there is followed in a cycle of its own.
  if (state.stage === 'confirming') nextCycle(desk, `ticket ${from.fromTicket} was merged into this one`);
  if (isEscalated(state)) return null;
  if (!from.team || !from.row) {
    if (from.promiseDueAt && !state.stillOwed) state.stillOwed = { dueAt: from.promiseDueAt, remindAt: null, renewals: 0 };
    return null;
  }
  state.done['inherited'] = from.fromTicket;
  state.handoff = { team: from.team, row: from.row, priority: 'Normal', at: new Date(Date.now()).toISOString(), issueKey: from.issueKey, ...(from.problem ? { problem: from.problem } : {}) };
  if (from.promiseDueAt) state.promise = { dueAt: from.promiseDueAt, remindAt: null, renewals: 0 };
  return state.begun ? 'awaiting-resolution' : 'deciding';
}
