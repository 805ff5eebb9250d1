/** Admission to group troubleshooting: who may ask for a fix, and who may approve exactly which change. */
import type { Actor, Answer } from './messages.js';
import { mayBreakGlass, mayFix, type Approve } from './troubleshooting-messages.js';
import type { GroupMessage, TroubleshootingState } from './troubleshooting-state.js';

const yes = (said: string): Answer => ({ accepted: true, said });
const no = (reason: string): Answer => ({ accepted: false, reason });

/** Answers a message at once, and again when it is read: what was open may be decided by then. */
export function admitted(state: TroubleshootingState, message: GroupMessage, now: string): Answer {
  if (state.stage === 'document' || state.stage === 'ended' || state.outcome) return no('the group troubleshooting has ended');
  if (message.verb === 'learned' || message.verb === 'stop' || message.verb === 'tellCase') return yes('Heard.');
  if (!mayFix(message.by)) return no(`${message.by.role} is no role that changes or approves anything of a group`);
  switch (message.verb) {
    case 'fix':
      if (state.fixing) return no('a fix is under way');
      if (waitsForApproval(state)) return no(`a change waits for approval already, asked for by ${state.approval!.requestedBy}`);
      if (state.diagnosis?.outcome !== 'fix' && !state.person) return no('there is no fix to ask for yet');
      return yes('It is diagnosed once more; the fix is then carried out, or proposed to a second person where it changes something of the group.');
    case 'approve':
      return approvable(state, message, now);
    case 'refuse':
      return waitsForApproval(state) ? yes('Refused. Nothing is changed.') : no('no change waits for approval');
    case 'observed':
      return yes('Recorded.');
  }
}

/** Exactly this change, still open, by somebody else. */
function approvable(state: TroubleshootingState, message: Extract<GroupMessage, { verb: 'approve' }>, now: string): Answer {
  const { approval } = state;
  if (!approval || !waitsForApproval(state)) return no('no change waits for approval');
  if (approval.expiresAt <= now) return no('the time to approve is over; the fix must be asked for anew');
  if (message.breakGlass && !mayBreakGlass(message.by)) return no('only a lead or an admin breaks the glass');
  if (!message.breakGlass && samePerson(asker(state), message.by)) return no(`${approval.requestedBy} asked for this change, so a second person approves it`);
  const other = EXACTLY.find((field) => approval[field] !== message[field]);
  if (other) return no(`what was proposed is another change (${other}): look at it again, and approve exactly that`);
  return yes('Approved. The change is applied now, and then looked at in the view of a member.');
}
const EXACTLY = ['groupId', 'field', 'from', 'to', 'version'] as const satisfies readonly (keyof Approve)[];

export const waitsForApproval = ({ approval }: TroubleshootingState): boolean => approval !== null && approval.decision === null;

/** Who asked for the change that waits. */
const asker = ({ request, approval }: TroubleshootingState): Pick<Actor, 'name' | 'subject'> =>
  ({ name: approval!.requestedBy, ...(request?.subject && { subject: request.subject }) });
/** By the ids of those who signed in; else by name, and how it is written makes no second person. */
const samePerson = (one: Pick<Actor, 'name' | 'subject'>, other: Actor): boolean =>
  one.subject && other.subject ? one.subject === other.subject : folded(one.name) === folded(other.name);
const folded = (name: string): string => name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
