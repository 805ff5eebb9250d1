/**
 * Admission: which messages the protocol lets onto the desk as the case stands now. A refusal cites its row
 * and is recorded; it never depends on who asks (roles are the gateway's).
 */
import type { Ruling } from '../domain/ruling.js';
import type { Answer } from './messages.js';
import { isEscalated, mustBeSettled, type CaseState, type Message } from './state.js';

const yes = (said: string): Answer => ({ accepted: true, said });
const no = (reason: string, ruling?: Ruling | null): Answer => ({
  accepted: false,
  reason,
  ...(ruling ? { row: ruling.row } : {}),
});

/** What systems say; people's words are refused once the case is ending. */
const FROM_OUTSIDE: readonly Message['verb'][] = ['ticketChanged', 'issueChanged', 'inherited', 'problemSays', 'groupNews', 'troubleshot'];

export function admit(state: CaseState, message: Message, now: string): Answer {
  const { ruling, handoff } = state;
  const outsideWord = FROM_OUTSIDE.includes(message.verb);
  // Closed by a person, where what is owed would go to a ticket that nobody can name.
  const givesUp = message.verb === 'close' && state.needs === 'surviving-ticket';
  const settles = ['settleMail', 'confirm', 'close'].includes(message.verb) && state.unsettled.some(mustBeSettled);
  if (state.ending && !outsideWord && message.verb !== 'resume' && !givesUp && !settles) return no(`the case is ending (${state.ending.outcome})`);

  switch (message.verb) {
    case 'reEscalate':
      if (isEscalated(state) || state.followUp) return yes('The next cycle starts.');
      if (handoff) return no(REFUSALS.escalate(), ruling);
      if (!ruling) return no('the case has not been decided yet');
      return no(REFUSALS[ruling.kind](ruling), ruling);
    case 'override':
      if (!ruling) return no('the case has not been decided yet');
      return yes(`The case goes to ${message.team} against ${ruling.row}.`);
    case 'confirm':
      return state.followUp || (state.needs === 'call' && isEscalated(state))
        ? yes(message.verdict === 'works' ? 'Recorded as confirmed.' : 'The next cycle starts.')
        : no('the member has not been followed up with yet', ruling);
    case 'choose':
      return state.choice ? yes('The case goes on.') : no('the case waits for no choice', ruling);
    case 'resume':
      // A flag for silence, or for a call to make, is no step that could be tried again.
      return state.parked || Object.keys(state.aside ?? {}).length > 0 || state.flagged?.startsWith('cannot ') ? yes('The case tries again.') : no('no step of the case is held up');
    case 'setPromise':
      if (!state.promise || state.followUp) return no('no promise to the member is open', ruling);
      return message.dueAt > now ? yes('The member is told the new time.') : no('the new time lies in the past');
    case 'settleMail':
      return settling(state.unsettled.map(({ effect }) => effect), message.mail);
    case 'provide':
      return message.facts || message.report ? yes('The case decides again with it.') : no('nothing was provided');
    case 'link':
      if (!isEscalated(state) || state.followUp) return no('only a case that waits for its team can be linked to a problem', ruling);
      if (handoff?.team !== 'Infra') return no('only what is with Infra can be one problem with others', ruling);
      return handoff.problem === message.problem ? no(`it is in ${message.problem} already`) : yes(`The case goes over to ${message.problem}. The member is not written to.`);
    case 'unlink':
      if (!isEscalated(state) || state.followUp) return no('the case does not wait for a problem', ruling);
      return handoff?.problem ? yes('The case leaves its problem and gets an issue of its own.') : no('the case is in no problem', ruling);
    case 'close':
      if (givesUp || state.ending) return yes('The case ends.');
      return yes((isEscalated(state) || state.stillOwed) && !state.followUp && !message.withoutFollowUp ? 'The member is written to first; then the case ends.' : 'The case ends.');
    default:
      return yes('Heard.');
  }
}

function settling(open: readonly string[], named: string | undefined): Answer {
  if (open.length === 0) return no('no mail is in doubt');
  if (named !== undefined && !open.includes(named)) return no(`no mail "${named}" is in doubt; there is ${open.join(', ')}`);
  return named === undefined && open.length > 1 ? no(`several mails are in doubt, name the one: ${open.join(', ')}`) : yes('Recorded.');
}

/** Why an agent's request to escalate is refused before any escalation. */
const REFUSALS = {
  tier1: (r: Ruling) => `Tier 1 resolves this: ${r.reason}`,
  answer: (r: Ruling) => `Tier 1 resolves this: ${r.reason}`,
  ask: (r: Ruling) => `facts are missing first: ${r.reason}`,
  wait: (r: Ruling) => `it is too early: ${r.reason}`,
  troubleshoot: (r: Ruling) => `the group's problem is diagnosed first: ${r.reason}`,
  hold: (r: Ruling) => `a person must say what the ticket is about first: ${r.reason}`,
  escalate: () => 'it is being escalated already',
} satisfies Record<Ruling['kind'], (r: Ruling) => string>;
