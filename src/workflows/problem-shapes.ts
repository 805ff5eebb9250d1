/** The shapes of what is said to a problem, and about one to a case. A wrong one never breaks a workflow task. */
import { ERROR_KINDS } from '../domain/facts.js';
import { isProblemId } from '../domain/problem.js';
import { flag, isRecord, oneOf, only, optional, orNull, text, ticket, count, time, wrongIn, type Check, type Fields } from './checks.js';
import type { ProblemMessage } from './problem-state.js';

export const problem: Check = (v) => (typeof v === 'string' && isProblemId(v) ? null : 'must be a problem, e.g. problem-server-error-0abc1def2gh');
const signature: Check = (v) => (isRecord(v) ? wrongIn({ kind: oneOf(ERROR_KINDS), page: orNull(text), code: orNull(text) }, v) : 'must be a signature');
const known: Check = (v) => (isRecord(v) ? wrongIn({ round: count, key: text }, v) : 'must be a round and its issue');
const member = { ticketId: ticket, cycle: count, group: orNull(text), joinedAt: time };
const members: Check = (v) => (Array.isArray(v) && v.every((m) => isRecord(m) && wrongIn(member, m) === null) ? null : 'must be a list of members');

const SHAPES: Record<ProblemMessage['verb'], Fields> = {
  join: { ticketId: ticket, cycle: count, group: orNull(text), signature: orNull(signature), escalatedAt: time, known: optional(orNull(known)) },
  leave: { ticketId: ticket, cycle: count, why: text },
  absorb: { from: problem, into: optional(problem), issueKey: orNull(text), members },
  survivorEnded: { problem },
  issueChanged: { id: text, via: oneOf(['webhook', 'sweep']), at: time, key: text },
  mergeInto: { into: problem, reason: text },
  choose: { choice: oneOf(['follow-up', 'keep-waiting']), reason: text },
};

/** A message with this verb and the fields that it knows, whatever else was sent; or what is wrong with it, in one sentence. */
export function problemMessage(verb: ProblemMessage['verb'], value: unknown): { wrong: string } | { message: ProblemMessage } {
  if (!isRecord(value)) return { wrong: `${verb} takes one object` };
  const wrong = wrongIn(SHAPES[verb], value);
  return wrong ? { wrong: `${verb}: ${wrong}` } : { message: { ...only(SHAPES[verb], value), verb } as unknown as ProblemMessage };
}

/** What a problem says to a case, and people to a case about problems: for `shapes.ts`. */
export const ON_THE_CASE = {
  problemSays: {
    problem, round: count, ticketId: ticket, cycle: count,
    kind: oneOf(['filed', 'resolved', 'reopened', 'moved', 'rejoin']),
    key: optional(orNull(text)), wantsReport: optional(flag), outcome: optional(oneOf(['resolved', 'unchanged'])), to: optional(problem),
  },
  link: { problem, reason: text },
  unlink: { reason: text },
} satisfies Record<string, Fields>;
