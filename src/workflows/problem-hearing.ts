/** Hearing: what cases, Jira and agents said to a problem, taken up in their order. No effects here. */
import { now } from './desk.js';
import { whoIs } from './grants.js';
import type { Room } from './problem-room.js';
import { isSystemWide, letGo, nextRound, say, takeIn, untold, type ProblemMessage, type ProblemState } from './problem-state.js';

/** Takes up everything that can be taken up now; the rest stays in the inbox. */
export function hearAll(room: Room): void {
  const { state } = room;
  const kept: ProblemMessage[] = [];
  while (state.inbox.length > 0) {
    const message = state.inbox.shift()!;
    if (!hear(room, message)) kept.push(message);
  }
  state.inbox = kept;
  if (state.stage === 'telling' && untold(state, 1).length === 0) {
    state.stage = 'resolved';
    if (kept.length > 0) hearAll(room); // Those who waited until everyone was told open the next round.
  }
  if (!state.systemWide && isSystemWide(state)) {
    Object.assign(state, { systemWide: true, priority: 'Urgent' } satisfies Partial<ProblemState>); // At once: by it the list shows ops, and fixes of its groups, what it is.
    room.record('ruled', `system-wide: ${state.groups.length} employer groups`);
  }
}

/** False to hear it later. */
function hear(room: Room, message: ProblemMessage): boolean {
  const { state } = room;
  switch (message.verb) {
    case 'join': {
      // Until Jira was looked at, nobody knows which round this is.
      if (!state.settings) return false;
      if (cameBack(state, message, message.escalatedAt)) {
        if (state.stage === 'telling') return false;
        beginNextRound(room);
      }
      if (takeIn(state, message, now())) room.record('heard', 'a case joined');
      return true;
    }
    case 'leave':
      if (letGo(state, message.ticketId, message.cycle, now())) room.record('heard', `a case left: ${message.why}`);
      return true;
    case 'absorb': {
      if (!state.settings) return false;
      if (!state.absorbed.includes(message.from)) state.absorbed.push(message.from);
      const late = message.members.filter((m) => cameBack(state, m, m.joinedAt));
      for (const { ticketId, cycle, group } of message.members) if (!late.some((m) => m.ticketId === ticketId)) takeIn(state, { ticketId, cycle, group, from: message.from }, now());
      room.record('heard', `took over cases of ${message.from}`);
      if (late.length === 0) return true;
      if (state.stage === 'resolved' && untold(state, 1).length === 0) {
        beginNextRound(room);
        for (const { ticketId, cycle, group } of late) takeIn(state, { ticketId, cycle, group, from: message.from }, now());
        return true;
      }
      message.members = late;
      return false;
    }
    case 'survivorEnded':
      if (message.problem === state.mergedInto) state.done['survivor-ended'] = true;
      return true;
    case 'issueChanged':
      if (state.stage !== 'merged' && message.key === state.issueKey) state.lookDue = true;
      return true;
    case 'mergeInto':
      if ('grant' in message) return false; // Came while others were checked; its turn is next.
      if (state.mergedInto) return true; // Two agents merged.
      Object.assign(state, { stage: 'merged', mergedInto: message.into, choice: null } satisfies Partial<ProblemState>);
      room.record('did', `merged into ${message.into} (${message.reason})`, whoIs(message.by));
      state.done['merge-reason'] = message.reason;
      return true;
    case 'choose':
      if (!state.choice) return true; // Two agents chose.
      state.choice = null;
      if (message.choice === 'follow-up') resolve(room, 'unchanged');
      else state.stage = 'open';
      return true;
  }
}

/** One that was escalated after the resolution tells that it came back; so does a case that was told of it, in its next cycle. */
const cameBack = ({ resolution, stage, members }: ProblemState, { ticketId, cycle }: { ticketId: string; cycle: number }, since: string): boolean =>
  resolution !== null && (stage === 'telling' || stage === 'resolved') && !((members[ticketId]?.c ?? 0) >= cycle) && since > resolution.at;

function beginNextRound({ state, record }: Room): void {
  nextRound(state, now());
  record('heard', `it came back: round ${state.round} begins`);
}

/** Everyone is to be told, once, what their member hears. */
export function resolve({ state, record }: Room, outcome: 'resolved' | 'unchanged'): void {
  Object.assign(state, { stage: 'telling', choice: null, resolution: { at: now(), outcome } } satisfies Partial<ProblemState>);
  say(state, { kind: 'resolved', key: state.issueKey, outcome });
  record('ruled', outcome === 'resolved' ? 'resolved: every case follows up' : 'not changed: every case follows up with that');
}

/** What was said is not so: Infra still has it. */
export function reopen({ state, record }: Room): void {
  Object.assign(state, { stage: 'open', choice: null, resolution: null } satisfies Partial<ProblemState>);
  if (state.word?.kind === 'resolved') say(state, { kind: 'reopened', key: state.issueKey });
  record('heard', 'the Jira issue was reopened', { by: 'Jira' });
}
