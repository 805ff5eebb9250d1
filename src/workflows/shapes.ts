/**
 * The shapes of what outsiders send, checked by hand (zod would add a megabyte to the workflow bundle). A
 * wrong shape never breaks a workflow task: an Update's validator refuses it, a Signal is recorded and dropped.
 */
import { ERROR_KINDS, INQUIRIES, PROVIDABLE, REPORT_FIELDS, type FactName } from '../domain/facts.js';
import { TEAMS } from '../domain/ruling.js';
import type { Verb } from './state.js';

type Check = (value: unknown) => string | null;
type Fields = Record<string, Check>;

const text: Check = (v) => (typeof v === 'string' && v.trim() !== '' && v.length <= 4_000 ? null : 'must be a text of 1 to 4,000 characters');
const flag: Check = (v) => (typeof v === 'boolean' ? null : 'must be true or false');
const time: Check = (v) => (typeof v === 'string' && !Number.isNaN(Date.parse(v)) ? null : 'must be a time in ISO 8601');
const ticket: Check = (v) => (typeof v === 'string' && /^\d{1,20}$/.test(v) ? null : 'must be a ticket number');
const count: Check = (v) => (Number.isSafeInteger(v) && (v as number) >= 0 ? null : 'must be a whole number');
const oneOf =
  (options: readonly unknown[]): Check =>
  (v) =>
    options.includes(v) ? null : `must be one of ${options.join(', ')}`;
const optional =
  (check: Check): Check =>
  (v) =>
    v === undefined ? null : check(v);
const orNull =
  (check: Check): Check =>
  (v) =>
    v === null ? null : check(v);
const texts: Check = (v) => (Array.isArray(v) && v.length <= 100 && v.every((x) => text(x) === null) ? null : 'must be a list of texts');

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

const SHAPES: Record<Verb, Fields> = {
  ticketChanged: { id: text, via: oneOf(['webhook', 'sweep']), at: time, mergedInto: optional(ticket) },
  issueChanged: { id: text, via: oneOf(['webhook', 'sweep']), at: time, key: text },
  inherited: { id: text, fromTicket: ticket, cycle: count, team: oneOf(TEAMS), row: text, issueKey: orNull(text), promiseDueAt: orNull(time) },
  close: { reason: text, withoutFollowUp: optional(flag), breakGlass: optional(flag) },
  reEscalate: { reason: text },
  provide: { facts: optional(facts), report: optional(report) },
  override: { team: oneOf(TEAMS), reason: text, breakGlass: optional(flag) },
  confirm: { verdict: oneOf(['works', 'still-broken']), how: optional(oneOf(['mail', 'call', 'ticket'])) },
  choose: { choice: oneOf(['follow-up', 'keep-waiting']), reason: text },
  resume: { note: optional(text) },
  setPromise: { dueAt: time },
  settleMail: { outcome: oneOf(['resend', 'was-sent']) },
};

/** The fields of each verb: what a grant covers. */
export const BODY_FIELDS = Object.fromEntries(Object.entries(SHAPES).map(([verb, fields]) => [verb, Object.keys(fields)])) as Record<Verb, string[]>;

/** What is wrong with a message's shape, in one sentence; null when nothing is. */
export function wrongShape(verb: Verb, value: unknown): string | null {
  if (!isRecord(value)) return `${verb} takes one object`;
  for (const [field, check] of Object.entries(SHAPES[verb])) {
    const wrong = check(value[field]);
    if (wrong) return `${verb}: ${field} ${wrong}`;
  }
  return null;
}

/** Only the fields that the verb knows, so that nothing else an outsider sends reaches the state. */
export function trimmed(verb: Verb, value: unknown): Record<string, unknown> {
  const given = value as Record<string, unknown>;
  return Object.fromEntries(Object.keys(SHAPES[verb]).flatMap((f) => (given[f] === undefined ? [] : [[f, given[f]]])));
}

const isRecord = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);
