/**
 * Anything at all, said to every workflow by every name it listens to: encrypted with our own key, so that nothing but
 * the workflows' own care is tried. No workflow task fails, nothing is done outside, and whoever asks is answered.
 */
import type { WorkflowHandle } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import protos from '@temporalio/proto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { caseId } from '../../src/workflows/messages.js';
import { BODY_FIELDS } from '../../src/workflows/shapes.js';
import { groupFields } from '../../src/workflows/troubleshooting-shapes.js';
import { troubleshootingId } from '../../src/workflows/troubleshooting-messages.js';
import { awaitingApproval } from '../stories/groups.js';
import { CLAIMS_ID, claimsError } from '../stories/problem-support.js';
import { MEMBER, useTown, type Town } from '../stories/town.js';

const { WorkflowTaskFailedCause } = protos.temporal.api.enums.v1;
const town = useTown();
const MESSAGES = 20;
const SEED = 20_261_124;

const BY = { name: 'Ana', role: 'agent', verified: true };
const AT = '2026-07-01T12:00:00Z';
/** Values of which each is right somewhere, so that a message gets past the first of the checks. */
const KNOWN = [
  BY, { ...BY, role: 'lead', subject: 'x' }, 'x', '1', 1, 0, true, false, null, [], {}, AT, 'INFRA-7', '5158', 'works', 'Infra', 'escalate', 'fixed', 'stopped', 'moved', 'resolved', 'reopened', 'filed',
  'keep-waiting', 'follow-up', 'still-broken', 'resend', 'webhook', 'ticket', 'closed', 'problem-price-wrong-99999999999', 'test', 'approval', 'mergeInto', 'nope', 'group/access',
  { steps: [], evidence: [], cause: 'x', trigger: null, approval: null }, { steps: [{}], evidence: [], cause: 'x', trigger: {}, approval: {} }, { scope: 'several-groups' }, { scope: {} }, { errorText: 'x' },
  [{ ticketId: '5158', cycle: 1, group: null, joinedAt: AT }], { kind: 'server-error', page: '/x', code: null }, { id: 'x', key: 'sandbox' }, { undecodable: 'no-key' },
];
const FIELDS = [
  'verb', 'by', 'id', 'at', 'via', 'key', 'grant', 'asked', 'reason', 'mergedInto', 'fromTicket', 'cycle', 'team', 'row', 'issueKey', 'promiseDueAt', 'problem', 'stage', 'needs', 'flagged', 'outcome', 'resolution', 'byCase',
  'withoutFollowUp', 'breakGlass', 'facts', 'report', 'verdict', 'how', 'choice', 'note', 'dueAt', 'what', 'why', 'round', 'ticketId', 'kind', 'wantsReport', 'to', 'into', 'from', 'members', 'group', 'signature', 'escalatedAt',
  'known', 'groupId', 'field', 'version', 'login', 'undecodable', '__proto__', 'constructor', 'toString',
];
const value = fc.oneof({ weight: 5, arbitrary: fc.constantFrom<unknown>(...KNOWN) }, { weight: 1, arbitrary: fc.jsonValue() });
/** What each is looked at for; `by` and `id` besides. */
const LOOKED_AT: Record<string, readonly string[]> = {
  ...BODY_FIELDS,
  denied: ['what', 'why', 'by'], learned: ['facts', 'report'], stop: ['reason'], tellCase: [],
  fix: groupFields('fix'), approve: groupFields('approve'), refuse: groupFields('refuse'), observed: groupFields('observed'),
  join: ['ticketId', 'cycle', 'group', 'signature', 'escalatedAt', 'known'], leave: ['ticketId', 'cycle', 'why'], absorb: ['from', 'into', 'issueKey', 'members'], survivorEnded: ['problem'],
  mergeInto: ['into', 'reason', 'grant'],
};
/** Most of the fields that it is looked at for, with values that are right somewhere; some others; now and then no object at all. */
const messageTo = (name: string) => {
  const [most, some] = [fc.record(Object.fromEntries(['by', 'id', ...(LOOKED_AT[name] ?? [])].map((field) => [field, value])), { requiredKeys: [] }), fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 3, noNullPrototype: true })];
  return fc.oneof({ weight: 9, arbitrary: fc.tuple(most, some).map(([one, other]) => ({ ...one, ...other })) }, { weight: 1, arbitrary: fc.jsonValue() });
};

const ON_CASE = {
  signals: ['ticketChanged', 'issueChanged', 'inherited', 'denied', 'groupNews', 'troubleshot', 'problemSays', 'close', 'reEscalate', 'provide'],
  updates: ['close', 'reEscalate', 'provide', 'override', 'confirm', 'choose', 'resume', 'setPromise', 'settleMail', 'link', 'unlink'],
  query: 'state',
};
const KINDS: [string, { signals: string[]; updates: string[]; query: string }, (t: Town) => Promise<string>][] = [
  ['a case in Tier 1', ON_CASE, async (t) => caseId(await t.ticket({ inquiry: 'cancellation', member: MEMBER }))],
  ['an escalated case', ON_CASE, async (t) => caseId(await claimsError(t))],
  ['a case whose group is troubleshot', ON_CASE, async (t) => caseId((await awaitingApproval(t)).id)],
  ['a group troubleshooting', { signals: ['learned', 'stop', 'tellCase'], updates: ['fix', 'approve', 'refuse', 'observed'], query: 'group' }, async (t) => troubleshootingId((await awaitingApproval(t)).id, 1)],
  ['a problem', { signals: ['join', 'leave', 'absorb', 'survivorEnded', 'issueChanged', 'denied'], updates: ['mergeInto', 'choose', 'resume'], query: 'state' }, async (t) => (await claimsError(t), CLAIMS_ID)],
];

/** What became of a promise, in words; it may well be refused, and must not take for ever. */
const answered = <T>(said: Promise<T>): Promise<string> =>
  Promise.race([said.then(() => 'taken', (error: Error) => error.name), new Promise<string>((resolve) => setTimeout(resolve, 10_000, 'no answer'))]);
/** Why workflow tasks failed; that a message came while the run was about to end is no failure of ours. */
async function failures(handle: WorkflowHandle): Promise<string[]> {
  const failed = ((await handle.fetchHistory()).events ?? []).flatMap(({ workflowTaskFailedEventAttributes: why }) => why ?? []);
  const ours = failed.filter(({ cause }) => cause !== WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND);
  const { loadedDataConverter } = town().client.options;
  return Promise.all(ours.map(async ({ failure }) => (await decodeOptionalFailureToOptionalError(loadedDataConverter, failure))?.stack ?? 'failed'));
}

describe.each(KINDS)('%s', (_, { signals, updates, query }, begin) => {
  const named = fc.constantFrom<[string, string][]>(...signals.map((name): [string, string] => ['signal', name]), ...updates.map((name): [string, string] => ['update', name]));
  const said = fc.sample(named.chain(([how, name]) => messageTo(name).map((what) => ({ how, name, what }))), { numRuns: MESSAGES * (signals.length + updates.length), seed: SEED });

  test(`takes or refuses anything, and goes on (${said.length} messages)`, { timeout: 120_000 }, async () => {
    const t = town();
    const writes = () => t.company.admin.ledger.filter(({ by, kind }) => by === 'onetouch' && ['admin-change', 'rewards-sync', 'recovery', 'engagement-report'].includes(kind)).length;
    const before = writes();
    let handle = t.client.workflow.getHandle(await begin(t));
    for (const { how, name, what } of said) {
      const outcome = await answered(how === 'signal' ? handle.signal(name, what) : handle.executeUpdate(name, { args: [what] }));
      if (outcome === 'no answer') expect([JSON.stringify({ [name]: what }), await failures(handle)]).toEqual(['', []]);
      if (outcome !== 'WorkflowNotFoundError') continue;
      expect(await failures(handle)).toEqual([]);
      handle = t.client.workflow.getHandle(await begin(t)); // It was closed, as anybody may.
    }
    expect(await answered(handle.query(query))).toBe('taken');
    expect(await failures(handle)).toEqual([]);
    // What takes a grant did not happen.
    expect(writes()).toBe(before);
    t.sent();
  });
});
