/** What cuts in: outages, cancellations, terminations, and a case that has no more use for the troubleshooting. */
import { describe, expect, test } from 'vitest';
import { caseId } from '../../src/workflows/messages.js';
import { troubleshootingId } from '../../src/workflows/troubleshooting-messages.js';
import { awaitingApproval, group, groupTicket, OPS, proposed, written, type GroupTicket } from './groups.js';
import { AGENT, MEMBER, useTown } from './town.js';

const town = useTown();
const childOf = ({ id }: GroupTicket) => town().client.workflow.getHandle(troubleshootingId(id, 1));
const caseOf = ({ id }: GroupTicket) => town().client.workflow.getHandle(caseId(id));
/** As the sweep does for a case that was ended from outside. */
const revive = async ({ id }: GroupTicket) => town().when(town().cases.knock(id, { id: `revived-${Math.random()}`, via: 'sweep', at: await town().now() }));
/** The time-skipping server does not tell a case that its child was terminated; whatever the case hears makes it look. */
const lookedAt = ({ id }: GroupTicket) => town().provide(id, { scope: 'whole-group' });
const enabled = ({ groupId }: GroupTicket) => town().company.admin.group(groupId).employer.enabled;
const resolution = async ({ id }: GroupTicket) => (await group(town(), id)).resolution;
/**
 * Approved, and Admin does not answer the change: `undone`, or done with its answer lost. Time is not skipped once a
 * case ended before its child, so these stories hold the request itself.
 */
async function beingApplied(facts: Parameters<typeof awaitingApproval>[1] = {}, admin: 'undone' | 'done' = 'undone') {
  const t = town();
  const ticket = await awaitingApproval(t, facts);
  if (admin === 'done') t.company.admin.faults.next(/PATCH/, 'after');
  const held = t.company.admin.faults.next(/PATCH/, 'timeout');
  await t.cases.approve(ticket.id, await t.granted(ticket.id, 'approve', await proposed(t, ticket.id), OPS));
  await held.happened;
  t.sent();
  return { ticket, release: async () => {
      held.release();
      await t.sleep('2 seconds'); // The next attempt comes after one.
    },
  };
}

describe('in the middle of a fix', () => {
  test('Admin is away for an hour: flagged, done once it is back, once', async () => {
    const t = town();
    const ticket = await awaitingApproval(t);
    for (let n = 0; n < 300; n++) t.company.admin.faults.next(/PATCH/, { status: 503 });
    await t.says(ticket.id, 'approve', await proposed(t, ticket.id), OPS);
    await t.sleep('5 minutes');
    t.expectSent('note 1:group-applying-1');
    expect(await t.state(ticket.id)).toMatchObject({ flagged: expect.stringContaining('cannot change the record yet') });
    t.company.admin.faults.clear();
    await t.sleep('2 hours');
    t.expectSent('admin-change 1:apply-1', 'impersonation 1:verify-1-0-1', 'note 1:group-documented');
    expect(await t.state(ticket.id)).toMatchObject({ flagged: null, needs: null });
  });

  test('the answer is lost: the repeat changes nothing twice', async () => {
    const { ticket, release } = await beingApplied({}, 'done');
    await release();
    town().sent();
    expect(written(town(), ticket)).toEqual(['admin-change']);
    expect(await resolution(ticket)).toMatchObject({ outcome: 'fixed', verification: { verdict: 'verified' } });
  });

  test('Admin refuses it: nothing was changed, and a person has it, flagged', async () => {
    const t = town();
    const ticket = await awaitingApproval(t);
    t.company.admin.faults.next(/PATCH/, { status: 403 });
    await t.says(ticket.id, 'approve', await proposed(t, ticket.id), OPS);
    t.expectSent('note 1:group-applying-1', 'note 1:group-over-1', 'note 1:group-not-applied-2');
    expect(await t.state(ticket.id)).toMatchObject({ needs: 'person', flagged: expect.stringContaining('refused the change') });
    expect(enabled(ticket)).toBe(false);
  });

  test.each([
    ['cancelled', (ticket: GroupTicket) => childOf(ticket).cancel()],
    ['its case closed', ({ id }: GroupTicket) => town().cases.close(id, { reason: 'settled', by: AGENT })],
    ['its ticket solved', (ticket: GroupTicket) => town().company.helpdesk.solve(ticket.id)],
    ['its case cancelled', (ticket: GroupTicket) => caseOf(ticket).cancel()],
  ])('%s: applied and verified all the same, then it ends with its record', async (how, happens) => {
    const { ticket, release } = await beingApplied();
    await happens(ticket);
    await release();
    expect(town().sent()).toEqual(['admin-change 1:apply-1', 'impersonation 1:verify-1-0-1', 'note 1:group-documented', ...(how === 'cancelled' ? [] : ['note 1:record'])]);
    expect(await resolution(ticket)).toMatchObject({ outcome: 'fixed', verification: { verdict: 'verified' } });
  });

  test('cancelled, and it does not help: put back all the same', async () => {
    const { ticket, release } = await beingApplied({ viewStays: 'access-denied' });
    await childOf(ticket).cancel();
    await release();
    expect(town().sent()).toEqual(expect.arrayContaining(['admin-change 1:apply-1', 'admin-change 1:put-back-1', 'note 1:group-documented']));
    expect(enabled(ticket)).toBe(false);
  });

  test('terminated after Admin did it: begun again, it goes on with the same change, which is made once and verified', async () => {
    const { ticket, release } = await beingApplied({}, 'done');
    await childOf(ticket).terminate('by hand');
    await release();
    await lookedAt(ticket);
    expect(town().sent()).toEqual(['impersonation 1:verify-1-0-1', 'note 1:group-documented']);
    expect(written(town(), ticket)).toEqual(['admin-change']);
    expect(enabled(ticket)).toBe(true);
    expect(await resolution(ticket)).toMatchObject({ outcome: 'fixed', approval: { decidedBy: 'Olu' }, verification: { verdict: 'verified' } });
    expect(await town().state(ticket.id)).toMatchObject({ stage: 'troubleshooting', needs: null });
  });

  test('terminated after Admin did it, and it does not help: put back by the next run', async () => {
    const { ticket, release } = await beingApplied({ viewStays: 'access-denied' }, 'done');
    await childOf(ticket).terminate('by hand');
    await release();
    await lookedAt(ticket);
    expect(town().sent()).toContain('issue INFRA');
    expect(written(town(), ticket)).toEqual(['admin-change', 'admin-change']);
    expect(enabled(ticket)).toBe(false);
  });
});

describe('the case begins anew in the same cycle', () => {
  test('while a change waits for approval: it finds the one that runs, and shows what it needs', async () => {
    const t = town();
    const ticket = await awaitingApproval(t);
    const change = await proposed(t, ticket.id);
    await caseOf(ticket).terminate('by hand');
    await revive(ticket);
    t.expectNothingElse();
    expect(await t.state(ticket.id)).toMatchObject({ stage: 'troubleshooting', needs: 'approval', cycle: 1 });
    await t.says(ticket.id, 'approve', change, OPS);
    expect(t.sent()).toContain('note 1:group-documented');
    expect(await t.state(ticket.id)).toMatchObject({ needs: null });
  });

  test('after it was fixed while no case listened: it takes what came of it', async () => {
    const t = town();
    const ticket = await awaitingApproval(t);
    const change = await proposed(t, ticket.id);
    await caseOf(ticket).terminate('by hand');
    await t.says(ticket.id, 'approve', change, OPS);
    t.sent();
    await revive(ticket);
    t.expectNothingElse();
    expect(await t.state(ticket.id)).toMatchObject({ stage: 'troubleshooting', needs: null });
    await t.when(t.company.helpdesk.solve(ticket.id));
    t.expectSent('note 1:record');
  });

  test('after it was escalated while no case listened: it is filed then', async () => {
    const t = town();
    const ticket = await awaitingApproval(t, { viewStays: 'access-denied' });
    const change = await proposed(t, ticket.id);
    await caseOf(ticket).terminate('by hand');
    await t.says(ticket.id, 'approve', change, OPS);
    expect(t.sent()).not.toContain('issue INFRA');
    await revive(ticket);
    t.expectSent('issue INFRA', 'remote-link INFRA', 'mail 1:promise', 'note 1:promise');
    expect(t.company.jira.issues().at(-1)!.description).toContain('enabled, and put back');
  });

  test('it was terminated while it waited: begun again, nothing is done twice', async () => {
    const t = town();
    const ticket = await awaitingApproval(t);
    await t.when(childOf(ticket).terminate('by hand'));
    await lookedAt(ticket);
    expect(written(t, ticket)).toEqual([]);
    expect(await t.state(ticket.id)).toMatchObject({ stage: 'troubleshooting', needs: 'fix' });
    t.sent();
  });
});

describe('the case has no more use for it', () => {
  const other = { ...MEMBER, email: 'other@example.com', memberId: 'M-800' };
  test.each([
    ['closed', (ticket: GroupTicket) => town().says(ticket.id, 'close', { reason: 'settled by phone' }), 'closed'],
    ['solved', (ticket: GroupTicket) => town().when(town().company.helpdesk.solve(ticket.id)), 'solved-in-tier-1'],
    ['cancelled', (ticket: GroupTicket) => town().when(caseOf(ticket).cancel()), 'closed'],
    ['deleted', (ticket: GroupTicket) => town().when(town().company.helpdesk.delete(ticket.id)), 'deleted'],
    [
      'merged',
      async (ticket: GroupTicket) => {
        const survivor = await town().ticket({ inquiry: 'cancellation', member: other });
        await town().when(town().company.helpdesk.merge(ticket.id, survivor));
      },
      'merged',
    ],
  ] as [string, (ticket: GroupTicket) => Promise<unknown>, string][])('%s while a change waits for approval: withdrawn, nothing is changed', async (_, happens, outcome) => {
    const t = town();
    const ticket = await awaitingApproval(t);
    const change = await proposed(t, ticket.id);
    await happens(ticket);
    // A ticket that was merged is looked at once more, by a run that finds nothing new.
    if (outcome !== 'merged') expect(await t.record(ticket.id)).toMatchObject({ outcome });
    t.sent();
    expect(await resolution(ticket)).toMatchObject({ outcome: 'left-to-a-person', approval: { decision: 'refused', reason: expect.stringContaining('withdrawn') } });
    await expect.poll(async () => (await childOf(ticket).describe()).status.name).toBe('COMPLETED');
    expect(await t.says(ticket.id, 'approve', change, OPS)).toMatchObject({ accepted: false });
    expect(written(t, ticket)).toEqual([]);
  });

  test('recategorised: stopped; recategorised back: diagnosed anew in the same cycle', async () => {
    const t = town();
    const ticket = await groupTicket(t, 'group-access', { enabled: false });
    await t.when(t.company.helpdesk.setField(ticket.id, 'inquiry', 'cancellation'));
    t.expectSent('note 1:tier1-cancellation', 'note 1:group-documented');
    expect(await t.state(ticket.id)).toMatchObject({ stage: 'tier-1', needs: null });
    await t.when(t.company.helpdesk.setField(ticket.id, 'inquiry', 'group-access'));
    t.expectSent('impersonation 1:test-1-1', 'note 1:group-fix-enable-group-again-1');
    expect(await t.state(ticket.id)).toMatchObject({ stage: 'troubleshooting', needs: 'fix' });
  });

  test('a lead overrides: stopped, and escalated without what was found', async () => {
    const t = town();
    const ticket = await awaitingApproval(t);
    await t.says(ticket.id, 'override', { team: 'ProdOps', reason: 'they know it' });
    expect(t.sent()).toEqual(expect.arrayContaining(['issue PRODOPS', 'note 1:group-documented', 'mail 1:promise']));
    expect(written(t, ticket)).toEqual([]);
  });
});

test('a group that Admin does not know is left to a person, and nobody is impersonated', async () => {
  const t = town();
  const id = await t.ticket({ inquiry: 'group-access', employerGroup: 'Nowhere Ltd' });
  t.expectSent('note 1:group-missing', 'note 1:group-person-1');
  expect(await t.state(id)).toMatchObject({ stage: 'troubleshooting', needs: 'person' });
  expect(await t.says(id, 'fix', {})).toMatchObject({ accepted: true });
  t.sent();
});
