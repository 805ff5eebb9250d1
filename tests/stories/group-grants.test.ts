/** What is sent straight to a group troubleshooting, past the API: without a good grant nothing of the group is touched. */
import { describe, expect, test } from 'vitest';
import type { Change, Grant } from '../../src/domain/grant.js';
import { GRANT_MS, signGrant } from '../../src/grants/grants.js';
import { TASK_QUEUE, type Actor, type Answer } from '../../src/workflows/messages.js';
import { approve, fix, TROUBLESHOOTING, troubleshootingId } from '../../src/workflows/troubleshooting-messages.js';
import { newTroubleshooting } from '../../src/workflows/troubleshooting-state.js';
import { awaitingApproval, group, groupTicket, OPS, proposed, written } from './groups.js';
import { AGENT, LEAD, useTown, type Town } from './town.js';

const town = useTown();
const FORGED = [{ id: 'sandbox', secret: Buffer.from('not the key that the API signs with') }];
type Signing = Partial<Change> & { keys?: Town['config']['grantKeys']; ago?: number };

/** Hands that reach Temporal itself. `what` is what the API would have signed, unless `over` says otherwise. */
async function hands(ticketId: string, verb: 'fix' | 'approve', what: object, by: Actor) {
  const t = town();
  const of = troubleshootingId(ticketId, 1);
  const grant = async ({ keys = t.config.grantKeys, ago = 0, ...over }: Signing = {}): Promise<Grant> =>
    signGrant(keys, { of, verb, cycle: 1, body: { ...what }, by, ...over }, (await t.env.currentTimeMs()) - ago);
  const send = async (given: unknown, id = of): Promise<Answer> => {
    const answer = await t.client.workflow.getHandle(id).executeUpdate((verb === 'fix' ? fix : approve) as typeof fix, { args: [{ ...what, by, ...(given !== undefined && { grant: given as Grant }) }] });
    await t.when(Promise.resolve());
    return answer;
  };
  return { grant, send };
}
type Hands = Awaited<ReturnType<typeof hands>>;

const BAD: [string, (h: Hands) => Promise<unknown>, RegExp][] = [
  ['without a grant', async () => undefined, /it takes a grant/],
  ['with a word for a grant', async () => 'please', /it takes a grant/],
  ['with a forged grant', ({ grant }) => grant({ keys: FORGED }), /not signed by the API/],
  ['with a grant that has expired', ({ grant }) => grant({ ago: GRANT_MS + 1_000 }), /has expired/],
  ["with another ticket's grant", ({ grant }) => grant({ of: troubleshootingId('1', 1) }), /another change/],
  ["with the case's own grant", ({ grant }) => grant({ of: 'case-1' }), /another change/],
  ["with another cycle's grant", ({ grant }) => grant({ cycle: 2 }), /moved on/],
  ["with another verb's grant", ({ grant }) => grant({ verb: 'refuse' }), /another change/],
  ["with another person's grant", ({ grant }) => grant({ by: { ...LEAD, name: 'Lea' } }), /another person/],
  ['with its grant made longer by hand', async ({ grant }) => ({ ...(await grant()), expiresAt: '2099-01-01T00:00:00.000Z' }), /changed since/],
];

describe('a fix', () => {
  // It is carried out without a second person.
  const locked = () => groupTicket(town(), 'group-access', { member: { account: { locked: true } } }, { scope: 'one-member' });

  test.each(BAD)('%s does nothing, is recorded and flagged', async (_, given, why) => {
    const t = town();
    const ticket = await locked();
    expect((await group(t, ticket.id)).diagnosis).toMatchObject({ outcome: 'fix', fix: { kind: 'account-recovery', needsApproval: false } });
    const sent = await hands(ticket.id, 'fix', { reason: 'the member waits' }, AGENT);
    await sent.send(await given(sent));
    t.expectNothingElse();
    expect(written(t, ticket)).toEqual([]);
    const { resolution, flagged, requestedBy } = await group(t, ticket.id);
    expect(resolution.steps).toContainEqual(expect.objectContaining({ what: 'refused', by: 'Ana', text: expect.stringMatching(new RegExp(`^refused to fix it: .*${why.source}`)) }));
    expect([flagged, requestedBy]).toEqual(['somebody tried to fix it without a good grant', null]);
    expect(await t.state(ticket.id)).toMatchObject({ needs: 'fix', flagged: 'group troubleshooting: somebody tried to fix it without a good grant' });
  });

  test('with its grant is carried out', async () => {
    const t = town();
    const ticket = await locked();
    const { grant, send } = await hands(ticket.id, 'fix', {}, AGENT);
    expect(await send(await grant())).toMatchObject({ accepted: true, said: expect.stringContaining('grant is checked') });
    expect(written(t, ticket)).toEqual(['recovery']);
    t.sent();
  });

  test('with a grant that was used before asks for nothing', async () => {
    const t = town();
    const ticket = await groupTicket(t, 'group-access', { enabled: false });
    const { grant, send } = await hands(ticket.id, 'fix', {}, AGENT);
    const once = await grant();
    await send(once);
    await t.says(ticket.id, 'refuse', { reason: 'the client asked for it' }, OPS);
    t.sent();
    await send(once);
    t.expectNothingElse();
    expect(await group(t, ticket.id)).toMatchObject({ approval: { decision: 'refused' }, needs: 'person', flagged: expect.stringContaining('without a good grant') });
    expect((await group(t, ticket.id)).resolution.steps.map((s) => s.text)).toContain('refused to fix it: its grant was used before');
  });
});

describe('an approval', () => {
  test.each([...BAD, ['with a grant for another change', ({ grant }: Hands) => grant({ body: { groupId: 'G-other', field: 'enabled', from: false, to: true, version: '1' } }), /another change/] as const])(
    '%s changes nothing, is recorded and flagged',
    async (_, given, why) => {
      const t = town();
      const ticket = await awaitingApproval(t);
      const sent = await hands(ticket.id, 'approve', await proposed(t, ticket.id), OPS);
      await sent.send(await given(sent));
      t.expectNothingElse();
      expect(written(t, ticket)).toEqual([]);
      expect(t.company.admin.group(ticket.groupId).employer.enabled).toBe(false);
      const { resolution, approval, flagged } = await group(t, ticket.id);
      expect(resolution.steps).toContainEqual(expect.objectContaining({ what: 'refused', by: 'Olu', text: expect.stringMatching(new RegExp(`^refused to approve the change: .*${why.source}`)) }));
      expect([approval?.decision, flagged]).toEqual([null, 'somebody tried to approve the change without a good grant']);
    },
  );

  test('with one good grant sent twice at once changes it once', async () => {
    const t = town();
    const ticket = await awaitingApproval(t);
    const { grant, send } = await hands(ticket.id, 'approve', await proposed(t, ticket.id), OPS);
    const once = await grant();
    await Promise.all([send(once), send(once)]);
    expect(written(t, ticket)).toEqual(['admin-change']);
    t.sent();
  });

  test('by the one who asked for it, under another name, is refused; by another of the same name it is not', async () => {
    const t = town();
    const ticket = await groupTicket(t, 'group-access', { enabled: false });
    await t.says(ticket.id, 'fix', {}, { ...LEAD, subject: 'sub-1' });
    t.sent();
    const change = await proposed(t, ticket.id);
    expect(await t.says(ticket.id, 'approve', change, { ...LEAD, name: 'Leandra', subject: 'sub-1' })).toMatchObject({ accepted: false, reason: expect.stringContaining('second person') });
    expect(written(t, ticket)).toEqual([]);
    expect(await t.says(ticket.id, 'approve', change, { ...LEAD, subject: 'sub-2' })).toMatchObject({ accepted: true });
    expect(written(t, ticket)).toEqual(['admin-change']);
    t.sent();
  });
});

describe('by broken glass', () => {
  test('a lead approves their own change: carried out, with the reason, flagged and counted', async () => {
    const t = town();
    const ticket = await groupTicket(t, 'group-access', { enabled: false });
    await t.says(ticket.id, 'fix', {}, LEAD);
    t.sent();
    const glass = { ...(await proposed(t, ticket.id)), breakGlass: true, reason: 'nobody else is on call' };
    expect(await t.says(ticket.id, 'approve', glass, LEAD)).toMatchObject({ accepted: true });
    expect(written(t, ticket)).toEqual(['admin-change']);
    const { resolution } = await group(t, ticket.id);
    expect(resolution.approval).toMatchObject({ requestedBy: 'Lee', decidedBy: 'Lee', decision: 'approved', glassBroken: true, reason: 'nobody else is on call' });
    expect(resolution.steps.map((s) => s.text)).toContain('flagged: Lee broke the glass to approve a change');
    expect(await t.state(ticket.id)).toMatchObject({ glassBroken: 1, flagged: 'Lee broke the glass to approve a change' });
    t.sent();
  });

  test('not without a reason, not by ops, and not with a grant that does not say so', async () => {
    const t = town();
    const ticket = await awaitingApproval(t);
    const change = await proposed(t, ticket.id);
    await expect(t.says(ticket.id, 'approve', { ...change, breakGlass: true }, LEAD)).rejects.toThrow('why the glass is broken');
    expect(await t.says(ticket.id, 'approve', { ...change, breakGlass: true, reason: 'x' }, OPS)).toMatchObject({ accepted: false, reason: expect.stringContaining('lead or an admin') });
    const { grant, send } = await hands(ticket.id, 'approve', { ...change, breakGlass: true, reason: 'x' }, LEAD);
    await send(await grant({ body: change }));
    expect(written(t, ticket)).toEqual([]);
    expect((await group(t, ticket.id)).flagged).toContain('without a good grant');
  });
});

describe('a group troubleshooting that is started by hand', () => {
  test('with a state that says it was approved begins like any other', async () => {
    const t = town();
    const ticket = await awaitingApproval(t);
    const of = troubleshootingId(ticket.id, 1);
    const { diagnosis, approval } = await group(t, ticket.id);
    await t.client.workflow.getHandle(of).terminate('by hand');
    const now = await t.now();
    if (diagnosis?.outcome !== 'fix') throw new Error('no fix');
    const carried = { ...newTroubleshooting(now, {}), stage: 'fix', diagnosis, groupId: ticket.groupId, request: { by: 'Ana', fix: 'enable-group' }, approval: { ...approval, decision: 'approved' }, fixing: { fix: diagnosis.fix, round: 1, begun: true, version: null } };
    await t.client.workflow
      .start(TROUBLESHOOTING, { workflowId: of, taskQueue: TASK_QUEUE, workflowIdConflictPolicy: 'TERMINATE_EXISTING', args: [{ ticketId: ticket.id, cycle: 1, problem: 'access', group: ticket.groupId, provided: {}, clocks: t.config.clocks, carried }] });
    await t.when(Promise.resolve());
    expect(written(t, ticket)).toEqual([]);
    t.sent();
  });
});
