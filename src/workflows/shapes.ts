/**
 * The shapes of what outsiders send, checked by hand (zod would add a megabyte to the workflow bundle). A
 * wrong shape never breaks a workflow task: an Update's validator refuses it, a Signal is recorded and dropped.
 */
import { ERROR_KINDS, INQUIRIES, OBSERVED_LOGINS, PROVIDABLE, REPORT_FIELDS, SCOPES, type FactName } from '../domain/facts.js';
import { NEEDS } from '../domain/case.js';
import { byJira, PRIORITIES, TEAMS } from '../domain/ruling.js';
import { flag, isRecord, count, oneOf, only, optional, orNull, text, texts, ticket, time, wrongIn, type Check, type Fields } from './checks.js';
import { ON_THE_CASE, problem } from './problem-shapes.js';
import type { Resolution } from '../domain/troubleshooting.js';
import type { Verb } from './state.js';
import { GROUP_STAGES } from '../domain/group-stage.js';

const FACTS: Record<FactName, Check> = {
  inquiry: oneOf(INQUIRIES),
  errorKind: oneOf(ERROR_KINDS),
  memberId: text,
  troubleshootingDone: flag,
  bugConfirmed: flag,
  inComplianceSince: orNull(time),
  incentiveDates: oneOf(['missing', 'unclear', 'clear']),
  ooeResult: oneOf(['excluded', 'error', 'eligible']),
  requirementsAllTrueSince: orNull(time),
  unmetRequirements: texts,
  ordered: flag,
  orderTemplateCompleted: flag,
  firstSessionCompleted: flag,
  clinicalRequirementsMet: flag,
  scope: oneOf(SCOPES),
  observedLogin: oneOf(OBSERVED_LOGINS),
  securityConcern: flag,
  suspectedDefect: flag,
};

const facts: Check = (v) => {
  if (!isRecord(v)) return 'must be an object of facts';
  for (const [name, value] of Object.entries(v)) {
    if (!(PROVIDABLE as readonly string[]).includes(name)) return `has no fact "${name}"; there are ${PROVIDABLE.join(', ')}`;
    const wrong = FACTS[name as FactName](value);
    if (wrong) return `${name} ${wrong}`;
  }
  return null;
};
const report: Check = (v) => {
  if (!isRecord(v)) return 'must be an object of report fields';
  for (const [name, value] of Object.entries(v)) {
    if (!(REPORT_FIELDS as readonly string[]).includes(name)) return `has no field "${name}"; there are ${REPORT_FIELDS.join(', ')}`;
    if (text(value)) return `${name} ${text(value)}`;
  }
  return null;
};

const listOf = (fields: Fields): Check => (v) => (Array.isArray(v) && v.every((one) => isRecord(one) && wrongIn(fields, one) === null) ? null : 'must be a list');
const part = (fields: Fields): Check => (v) => (isRecord(v) ? wrongIn(fields, v) : 'must be an object');
const word: Check = (v) => (typeof v === 'string' ? null : 'must be a text');
/** Our own words, as a workflow of ours sends them: what the case and its wording read of it is looked at. */
const resolved = part({
  cause: word,
  steps: listOf({ at: time, text: word, by: word }),
  evidence: listOf({ check: word, verdict: word, means: word, source: word }),
  trigger: orNull(part({ id: word, team: oneOf(TEAMS.filter(byJira)), priority: oneOf(PRIORITIES), why: word, restricted: flag, leadTold: flag })),
  approval: orNull(part({ decidedBy: orNull(word), requestedBy: word })),
});

const SHAPES: Record<Verb, Fields> = {
  ticketChanged: { id: text, via: oneOf(['webhook', 'sweep']), at: time, mergedInto: optional(ticket) },
  issueChanged: { id: text, via: oneOf(['webhook', 'sweep']), at: time, key: text },
  inherited: { id: text, fromTicket: ticket, cycle: count, team: optional(oneOf(TEAMS)), row: optional(text), issueKey: orNull(text), promiseDueAt: orNull(time), problem: optional(problem) },
  groupNews: { id: text, stage: oneOf(GROUP_STAGES), needs: orNull(oneOf(NEEDS)), flagged: orNull(text) },
  troubleshot: { id: text, outcome: oneOf(['fixed', 'explained', 'escalate', 'person', 'stopped']), resolution: resolved, byCase: optional(flag) },
  close: { reason: text, withoutFollowUp: optional(flag), breakGlass: optional(flag) },
  reEscalate: { reason: text },
  provide: { facts: optional(facts), report: optional(report) },
  override: { team: oneOf(TEAMS), reason: text, breakGlass: optional(flag) },
  confirm: { verdict: oneOf(['works', 'still-broken']), how: optional(oneOf(['mail', 'call', 'ticket'])) },
  choose: { choice: oneOf(['follow-up', 'keep-waiting']), reason: text },
  resume: { note: optional(text) },
  setPromise: { dueAt: time },
  settleMail: { outcome: oneOf(['resend', 'was-sent']), mail: optional(text) },
  ...ON_THE_CASE,
};

/** What only some of a verb's messages have to say. */
const MISSING: Partial<Record<Verb, Check>> = {
  troubleshot: (v) => (isRecord(v) && v['outcome'] === 'escalate' && (v['resolution'] as Resolution).trigger === null ? 'resolution must say to whom it is escalated, and why' : null),
  inherited: (v) => (isRecord(v) && (v['team'] === undefined) !== (v['row'] === undefined) ? 'team and row belong together' : null),
  problemSays: (v) => (isRecord(v) && v['kind'] === 'moved' && v['to'] === undefined ? 'to must be a problem' : null),
};

/** The fields of each verb: what a grant covers. */
export const BODY_FIELDS = Object.fromEntries(Object.entries(SHAPES).map(([verb, fields]) => [verb, Object.keys(fields)])) as Record<Verb, string[]>;

/** What is wrong with a message's shape, in one sentence; null when nothing is. */
export function wrongShape(verb: Verb, value: unknown): string | null {
  if (!isRecord(value)) return `${verb} takes one object`;
  const wrong = wrongIn(SHAPES[verb], value) ?? MISSING[verb]?.(value) ?? null;
  return wrong && `${verb}: ${wrong}`;
}

/** Only the fields that the verb knows. */
export const trimmed = (verb: Verb, value: unknown): Record<string, unknown> => only(SHAPES[verb], value as Record<string, unknown>);
