/**
 * Grants: a privileged change is acted on only when the API's signed word for it has been found good. Workflows
 * have no keys, so an activity looks; what has no good grant is recorded as refused, flagged, and dropped.
 */
import { ActivityFailure, proxyActivities } from '@temporalio/workflow';
import type { Entry } from '../domain/case.js';
import type { GrantActivities } from '../activities/grants.js';
import type { Change, Grant, Verdict } from '../domain/grant.js';
import { isRecord, text } from './checks.js';
import { TEMPORAL_UI, type Actor, type Denied } from './messages.js';
import type { Message, Verb } from './state.js';
import { isByHand, NOT_BY_HAND } from './unreadable.js';

/** It asks nobody outside; where it cannot be done in this time, the change is not made. */
const { verifyGrant } = proxyActivities<GrantActivities>({
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '2 minutes',
  retry: { initialInterval: '1 second', maximumInterval: '10 seconds' },
  summary: 'verify the grant',
});

/** A message that may only be acted on with a good grant. */
export type Guarded<M extends Said> = Extract<M, { by: Actor }> & { grant: Grant; /** When it was asked for, ISO 8601. */ asked: string };
type Said = { verb: string };
export const isGuarded = <M extends Said>(message: M): message is Guarded<M> => 'grant' in message;

/** What takes a grant. A verb that is not here takes none; a new privileged one is one line. */
const PRIVILEGED: Partial<Record<Verb, (message: Message) => boolean>> = {
  override: () => true,
  close: (message) => message.verb === 'close' && message.withoutFollowUp === true,
};
export const isPrivileged = (message: Message): boolean => PRIVILEGED[message.verb]?.(message) ?? false;

/** The grant that came with a message; null where there is none, or where it has not the shape of one. */
export function readGrant(value: unknown): Grant | null {
  const given = (value as { grant?: unknown }).grant as Record<keyof Grant, unknown> | null | undefined;
  if (typeof given !== 'object' || given === null) return null;
  const { id, key, of, verb, cycle, digest, by, breakGlass, issuedAt, expiresAt, signature } = given;
  const texts = [id, key, of, verb, digest, issuedAt, expiresAt, signature];
  const person = readActor(by);
  if (!person || !texts.every((text) => typeof text === 'string' && text.length <= LONGEST_TEXT)) return null;
  if (typeof breakGlass !== 'boolean' || !(cycle === null || Number.isSafeInteger(cycle))) return null;
  const { name, role, subject } = person;
  return { id, key, of, verb, cycle, digest, by: { name, role, ...(subject && { subject }) }, breakGlass, issuedAt, expiresAt, signature } as Grant;
}

/** Who an Update says it is from, and no more than that; null where it has not the shape of a person. */
export function readActor(by: unknown): Actor | null {
  const { name, role, verified, subject } = (typeof by === 'object' && by !== null ? by : {}) as Record<keyof Actor, unknown>;
  const texts = [name, role, ...(subject === undefined ? [] : [subject])];
  if (!texts.every((text) => typeof text === 'string' && text !== '' && text.length <= LONGEST_TEXT)) return null;
  return { name, role, verified: verified === true, ...(subject !== undefined && { subject }) } as Actor;
}
const LONGEST_TEXT = 200;

/** Somebody as a record names them: two people may have one name. A system has nothing but its name. */
export const whoIs = ({ name, role, subject }: Actor): Pick<Entry, 'by' | 'role' | 'subject'> =>
  ({ by: name, ...(role !== 'system' && { role }), ...(subject && { subject }) });

/** How an attempt that the gateway refused stands in a record: its text, and who it was. Anyone may send one by hand. */
export function attempted(value: unknown): Pick<Entry, 'text' | 'by' | 'role' | 'subject'> {
  const malformed = (wrong: string) => ({ text: `refused a malformed message: ${wrong}`, ...whoIs(TEMPORAL_UI) });
  if (isByHand(value)) return { text: NOT_BY_HAND, ...whoIs(TEMPORAL_UI) };
  if (!isRecord(value)) return malformed('denied takes one object');
  const { what, why, by } = value as Record<keyof Denied, unknown>;
  if (text(what) || text(why)) return malformed('denied: what and why must be texts of 1 to 4,000 characters');
  const person = readActor(by);
  return person ? { text: `refused to ${String(what)}: ${String(why)}`, ...whoIs(person) } : malformed('denied: by must say who it is');
}

/** What a guarded message asks of the workflow `of` as it stands now. `covered`: the fields that the grant covers. */
export function changeOf<M extends Said>(message: Guarded<M>, covered: readonly string[], of: string, cycle: number): Change {
  const fields = message as unknown as Record<string, unknown>;
  const body = Object.fromEntries(covered.flatMap((field) => (fields[field] === undefined ? [] : [[field, fields[field]]])));
  return { of, verb: message.verb, cycle, body, by: message.by };
}

/**
 * Is the grant good for this change, asked for at that time (ISO 8601)? One that was good is spent by it, which is
 * remembered in `state`: of a case, or of any workflow that takes grants.
 */
export async function verdictOn(state: { spentGrants?: Record<string, string> }, change: Change, { grant, asked }: { grant: Grant; asked: string }): Promise<Verdict> {
  let verdict: Verdict;
  try {
    verdict = await verifyGrant({ grant, change, at: asked });
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    verdict = { valid: false, reason: 'its grant could not be checked' };
  }
  if (!verdict.valid) return verdict;
  if (verdict.of !== grant.signature || verdict.at !== asked) return { valid: false, reason: 'the answer of the check is not about its grant' };
  const spent = (state.spentGrants ??= {});
  if (grant.id in spent) return { valid: false, reason: 'its grant was used before' };
  // Kept for as long as it would be good otherwise.
  for (const [id, until] of Object.entries(spent)) if (until < asked) delete spent[id];
  spent[grant.id] = grant.expiresAt;
  return verdict;
}
