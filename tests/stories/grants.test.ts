/** What is sent straight to Temporal, past the API: a privileged change without a good grant changes nothing. */
import { describe, expect, test } from 'vitest';
import type { Change, Grant } from '../../src/domain/grant.js';
import { GRANT_MS, signGrant } from '../../src/grants/grants.js';
import { caseId, close as closeUpdate, override as overrideUpdate, TASK_QUEUE, type Actor, type Answer, type Override } from '../../src/workflows/messages.js';
import { newCase } from '../../src/workflows/state.js';
import { LEAD, useTown } from './town.js';

const town = useTown({ PROMISE_OTHER_HOURS: '24' });
const WHY: Override = { team: 'Infra', reason: 'half the clinic is affected' };
const FORGED = [{ id: 'sandbox', secret: Buffer.from('not the key that the API signs with') }];

/** A Tier 1 case at rest, and hands that reach Temporal itself. */
async function open() {
  const t = town();
  const id = await t.ticket({ inquiry: 'cancellation' });
  t.expectSent('note 1:tier1-cancellation');
  const grant = async (over: Partial<Change> = {}, { keys = t.config.grantKeys, ago = 0 } = {}): Promise<Grant> =>
    signGrant(keys, { of: caseId(id), verb: 'override', cycle: 1, body: { ...WHY }, by: LEAD, ...over }, (await t.env.currentTimeMs()) - ago);
  const send = async (what: Override, given: unknown, by: Actor = LEAD): Promise<Answer> => {
    const answer = await t.client.workflow.getHandle(caseId(id)).executeUpdate(overrideUpdate, { args: [{ ...what, by, ...(given !== undefined && { grant: given as Grant }) }] });
    await t.when(Promise.resolve());
    return answer;
  };
  const refusals = async () => (await t.timeline(id)).filter((e) => e.what === 'refused').map((e) => e.text);
  return { t, id, grant, send, refusals };
}

describe('an override', () => {
  test('with its grant is carried out, and a second use of the grant is not', async () => {
    const { t, id, grant, send, refusals } = await open();
    const once = await grant();
    expect(await send(WHY, once)).toMatchObject({ accepted: true, said: expect.stringContaining('grant is checked') });
    t.expectSent('issue INFRA', 'mail 1:promise', 'note 1:promise', 'remote-link INFRA');
    expect(await t.state(id)).toMatchObject({ overrides: 1, flagged: null, handoff: { team: 'Infra', overriddenBy: 'Lee' } });

    await send(WHY, once);
    expect(await refusals()).toEqual(['refused to override the protocol: its grant was used before']);
    expect(await t.state(id)).toMatchObject({ overrides: 1, cycle: 1, flagged: 'somebody tried to override the protocol without a good grant' });
  });

  test('sent twice at once with one grant is carried out once', async () => {
    const { t, id, grant, send, refusals } = await open();
    const once = await grant();
    await Promise.all([send(WHY, once), send(WHY, once)]);
    t.expectSent('issue INFRA', 'mail 1:promise', 'note 1:promise', 'remote-link INFRA');
    expect(await t.state(id)).toMatchObject({ overrides: 1, cycle: 1 });
    expect(await refusals()).toHaveLength(1);
  });

  test.each<[string, (o: Awaited<ReturnType<typeof open>>) => Promise<unknown>, string]>([
    ['without a grant', async () => undefined, 'it takes a grant'],
    ['with a word for a grant', async () => 'please', 'it takes a grant'],
    ['with a grant of two megabytes', async ({ grant }) => ({ ...(await grant()), id: 'x'.repeat(1_500_000) }), 'it takes a grant'],
    ['with a forged grant', ({ grant }) => grant({}, { keys: FORGED }), 'not signed by the API'],
    ['with the grant of an unknown key', ({ grant }) => grant({}, { keys: [{ ...FORGED[0]!, id: 'other' }] }), 'not signed with a key of ours'],
    ['with a grant that has expired', ({ grant }) => grant({}, { ago: GRANT_MS + 1_000 }), 'has expired'],
    ["with another ticket's grant", ({ grant }) => grant({ of: 'case-1' }), 'another change'],
    ["with another verb's grant", ({ grant }) => grant({ verb: 'close' }), 'another change'],
    ["with another cycle's grant", ({ grant }) => grant({ cycle: 2 }), 'moved on'],
    ['with a grant for another team', ({ grant }) => grant({ body: { ...WHY, team: 'Tier 2' } }), 'another change'],
    ["with another person's grant", ({ grant }) => grant({ by: { ...LEAD, name: 'Lea' } }), 'another person'],
    ['with its grant made longer by hand', async ({ grant }) => ({ ...(await grant()), expiresAt: '2099-01-01T00:00:00.000Z' }), 'changed since'],
  ])('%s changes nothing, is recorded and flagged', async (_, given, why) => {
    const here = await open();
    const { t, id, send, refusals } = here;
    await send(WHY, await given(here));
    expect(await refusals()).toEqual([expect.stringMatching(new RegExp(`^refused to override the protocol: .*${why}`))]);
    expect(await t.state(id)).toMatchObject({ stage: 'tier-1', overrides: 0, handoff: null, flagged: 'somebody tried to override the protocol without a good grant' });
    expect((await t.timeline(id)).filter((e) => e.what === 'refused' || e.what === 'flagged').map((e) => e.by)).toEqual(['Lee', 'onetouch']);
  });

  test('by broken glass is carried out, counted, and flagged for ops', async () => {
    const { t, id, grant, send } = await open();
    const glass = { ...WHY, breakGlass: true };
    await send(glass, await grant({ body: glass }));
    t.expectSent('issue INFRA', 'mail 1:promise', 'note 1:promise', 'remote-link INFRA');
    expect(await t.state(id)).toMatchObject({ overrides: 1, glassBroken: 1, flagged: 'Lee broke the glass to override' });
  });
});

test('a case that is started by hand, with a state that says it was overridden, begins like any other', async () => {
  const { t, id } = await open();
  const handle = t.client.workflow.getHandle(caseId(id));
  await handle.terminate('by hand');
  const override = { ...WHY, by: 'Lee' };
  const inbox = [{ verb: 'override', ...WHY, by: LEAD, at: await t.now() }];
  const carried = { ...newCase(await t.now()), begun: true, stage: 'escalating', override, overrides: 1, inbox };
  await t.client.workflow.start('escalation', { workflowId: caseId(id), taskQueue: TASK_QUEUE, args: [{ ticketId: id, carried }] });
  await t.when(Promise.resolve());
  expect(await t.state(id)).toMatchObject({ stage: 'tier-1', overrides: 0, handoff: null });
});

describe('a close without the follow-up', () => {
  /** With ProdOps, so that the member is owed a follow-up. */
  async function escalated() {
    const t = town();
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member: { name: 'Robin Doe', email: 'robin@example.com', memberId: await blocked() } });
    t.expectSent('issue PRODOPS', 'mail 1:promise', 'note 1:promise', 'remote-link PRODOPS');
    return { t, id, handle: t.client.workflow.getHandle(caseId(id)) };
  }
  async function blocked(): Promise<string> {
    const t = town();
    await t.company.admin.setMember('M-100', { email: 'robin@example.com', requirements: [{ name: 'Consent', met: true, since: await t.ago(49 * 3_600_000) }] });
    return 'M-100';
  }

  test('by a plain Signal is refused and flagged; one that follows up is not', async () => {
    const { t, id, handle } = await escalated();
    await t.when(handle.signal('close', { reason: 'enough', withoutFollowUp: true, breakGlass: true, grant: { id: 'x' } }));
    expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', flagged: 'somebody tried to close the case without a good grant' });
    expect((await t.timeline(id)).find((e) => e.what === 'refused')).toMatchObject({ by: 'Temporal UI, unverified', text: expect.stringContaining('it takes a grant') });

    await handle.signal('close', { reason: 'enough' });
    expect(await t.record(id)).toMatchObject({ outcome: 'closed' });
    t.expectSent('mail 1:follow-up', 'note 1:follow-up', 'note 1:record');
  });

  test('by an Update takes a grant; an ordinary close takes none', async () => {
    const { t, id, handle } = await escalated();
    const what = { reason: 'the member asked not to be written to', withoutFollowUp: true };
    expect(await handle.executeUpdate(closeUpdate, { args: [{ ...what, by: LEAD }] })).toMatchObject({ accepted: false });
    const grant = signGrant(t.config.grantKeys, { of: caseId(id), verb: 'close', cycle: 1, body: what, by: LEAD }, await t.env.currentTimeMs());
    expect(await handle.executeUpdate(closeUpdate, { args: [{ ...what, by: LEAD, grant }] })).toMatchObject({ accepted: true });
    expect(await t.record(id)).toMatchObject({ outcome: 'closed' });
    t.expectSent('note 1:record');
  });
});
