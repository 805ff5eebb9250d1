/** The second person: who approves what, until when, and what stops a change that nobody has made yet. */
import { describe, expect, test } from 'vitest';
import { learned, troubleshootingId } from '../../src/workflows/troubleshooting-messages.js';
import { awaitingApproval, group, HOUR, OPS, proposed, written } from './groups.js';
import { AGENT, LEAD, useTown } from './town.js';

const town = useTown();
const ESCALATED = ['issue INFRA', 'remote-link INFRA', 'mail 1:promise', 'note 1:promise'];

describe('who approves', () => {
  test('not the one who asked for it, however the name is written: refused and recorded', async () => {
    const t = town();
    const ticket = await awaitingApproval(t);
    for (const name of [AGENT.name, ' aNa '])
      expect(await t.says(ticket.id, 'approve', await proposed(t, ticket.id), { ...LEAD, name })).toMatchObject({ accepted: false, reason: expect.stringContaining('second person') });
    t.expectNothingElse();
    expect((await group(t, ticket.id)).resolution.steps).toContainEqual(expect.objectContaining({ text: expect.stringContaining('refused to approve'), by: 'Ana' }));
    expect(written(t, ticket)).toEqual([]);
  });

  test.each([['system', true], ['unverified', false], ['auditor', true], ['lead', false]] as const)('neither %s (verified: %s), who may ask for nothing either', async (role, verified) => {
    const t = town();
    const ticket = await awaitingApproval(t);
    const by = { name: 'Max', role: role as 'lead', verified };
    expect(await t.says(ticket.id, 'approve', await proposed(t, ticket.id), by)).toMatchObject({ accepted: false });
    expect(await t.says(ticket.id, 'refuse', { reason: 'no' }, by)).toMatchObject({ accepted: false });
    expect(await t.says(ticket.id, 'fix', {}, by)).toMatchObject({ accepted: false });
    expect(written(t, ticket)).toEqual([]);
  });

  test.each([{ groupId: 'G-other' }, { field: 'featureToggles.x' }, { from: true }, { to: false }, { version: 'v0' }])('not another change: %o', async (other) => {
    const t = town();
    const ticket = await awaitingApproval(t);
    expect(await t.says(ticket.id, 'approve', { ...(await proposed(t, ticket.id)), ...other }, OPS)).toMatchObject({ accepted: false, reason: expect.stringContaining(Object.keys(other)[0]!) });
    expect(written(t, ticket)).toEqual([]);
  });

  test('the same approval twice changes it once', async () => {
    const t = town();
    const ticket = await awaitingApproval(t);
    const change = await proposed(t, ticket.id);
    const [a, b] = await Promise.all([t.cases.approve(ticket.id, { ...(await t.granted(ticket.id, 'approve', change, OPS)), id: 'one' }), t.cases.approve(ticket.id, { ...(await t.granted(ticket.id, 'approve', change, OPS)), id: 'two' })]);
    expect([a.accepted, b.accepted]).toContain(true);
    await t.when(Promise.resolve());
    t.sent();
    expect(written(t, ticket)).toEqual(['admin-change']);
  });
});

test('refused: nothing is changed, a person has it, and it can be asked for anew', async () => {
  const t = town();
  const ticket = await awaitingApproval(t);
  expect(await t.says(ticket.id, 'refuse', { reason: 'the client asked for it' }, OPS)).toMatchObject({ accepted: true });
  t.expectSent('note 1:group-person-2');
  expect(await t.state(ticket.id)).toMatchObject({ needs: 'person' });
  expect(await t.says(ticket.id, 'approve', { groupId: ticket.groupId, field: 'enabled', from: false, to: true, version: '1' }, OPS)).toMatchObject({ accepted: false });
  expect(written(t, ticket)).toEqual([]);
  expect(await t.says(ticket.id, 'fix', {}, LEAD)).toMatchObject({ accepted: true });
  expect(t.sent()).toContain('note 1:group-approval-2');
  expect((await group(t, ticket.id)).approval).toMatchObject({ requestedBy: LEAD.name, decision: null });
});

test('expired: too late to approve, asked for anew, reminded', async () => {
  const t = town();
  const ticket = await awaitingApproval(t);
  const change = await proposed(t, ticket.id);
  await t.sleep(24 * HOUR);
  t.expectSent('note 1:group-fix-enable-group-2');
  expect(await t.says(ticket.id, 'approve', change, OPS)).toMatchObject({ accepted: false });
  expect(await group(t, ticket.id)).toMatchObject({ approval: { decision: 'expired' }, needs: 'fix' });
  await t.sleep(24 * HOUR);
  t.expectSent('note 1:group-fix-enable-group-2-reminder-1');
  expect(t.company.helpdesk.notesByUs(ticket.id).at(-1)).toContain('Nobody approved it in time');
  expect(written(t, ticket)).toEqual([]);
});

describe('what stops it', () => {
  test.each([
    ['an agent provides it', async (id: string) => void (await town().provide(id, { scope: 'several-groups' }))],
    ['another workflow knows it', (id: string) => town().when(town().client.workflow.getHandle(troubleshootingId(id, 1)).signal(learned, { facts: { scope: 'several-groups' } }))],
  ])('several groups are affected, and %s: withdrawn and escalated as system-wide', async (_, says) => {
    const t = town();
    const ticket = await awaitingApproval(t);
    const change = await proposed(t, ticket.id);
    await says(ticket.id);
    t.expectSent('note 1:group-documented', ...ESCALATED);
    expect(await t.says(ticket.id, 'approve', change, OPS)).toMatchObject({ accepted: false });
    const { resolution } = await group(t, ticket.id);
    expect(resolution).toMatchObject({ outcome: 'escalated', trigger: { id: 'several-groups' }, approval: { decision: 'refused', reason: expect.stringContaining('withdrawn') } });
    expect(t.company.jira.issues().at(-1)).toMatchObject({ priority: 'Highest' });
    expect(written(t, ticket)).toEqual([]);
  });

  test('what is learned of no matter leaves it open', async () => {
    const t = town();
    const ticket = await awaitingApproval(t);
    await t.provide(ticket.id, { observedLogin: 'fails' });
    t.expectNothingElse();
    expect(await group(t, ticket.id)).toMatchObject({ approval: { decision: null }, needs: 'approval' });
    expect(await t.state(ticket.id)).toMatchObject({ needs: 'approval' });
  });

  test('the version changed under us: nothing is overwritten, a person looks, flagged', async () => {
    const t = town();
    const ticket = await awaitingApproval(t);
    const change = await proposed(t, ticket.id);
    await t.company.admin.changedByHand(ticket.groupId);
    expect(await t.says(ticket.id, 'approve', change, OPS)).toMatchObject({ accepted: true });
    t.expectSent('note 1:group-applying-1', 'note 1:group-over-1', 'note 1:group-not-applied-2');
    expect(written(t, ticket)).toEqual([]);
    expect(t.company.admin.group(ticket.groupId).employer.enabled).toBe(false);
    expect(await t.state(ticket.id)).toMatchObject({ needs: 'person', flagged: expect.stringContaining('Somebody changed the record') });

    // Asked for again, it is read, proposed and approved anew.
    await t.says(ticket.id, 'fix', {}, LEAD);
    expect((await proposed(t, ticket.id)).version).not.toBe(change.version);
    await t.says(ticket.id, 'approve', await proposed(t, ticket.id), OPS);
    expect(t.sent()).toContain('admin-change 1:apply-2');
    expect(await t.state(ticket.id)).toMatchObject({ needs: null, flagged: null });
  });
});

describe('applied, and not verified', () => {
  test('put back, and escalated to Infra as a suspected defect', async () => {
    const t = town();
    const ticket = await awaitingApproval(t, { viewStays: 'access-denied' });
    await t.says(ticket.id, 'approve', await proposed(t, ticket.id), OPS);
    t.expectSent('note 1:group-applying-1', 'admin-change 1:apply-1', 'impersonation 1:verify-1-0-1', 'admin-change 1:put-back-1', 'note 1:group-over-1', 'note 1:group-documented', ...ESCALATED);
    expect(t.company.admin.group(ticket.groupId).employer.enabled).toBe(false);
    expect(await t.state(ticket.id)).toMatchObject({ stage: 'awaiting-resolution', handoff: { team: 'Infra', row: 'group/access' } });
    const { summary, description } = t.company.jira.issues().at(-1)!;
    expect(summary).toContain('Group troubleshooting: access');
    for (const said of ['access/group-enabled: FAILED', 'enabled, and put back', 'proposed to a second person']) expect(description).toContain(said);
  });

  test('somebody changed it meanwhile: it is not put back, nothing is overwritten, a person has it, flagged', async () => {
    const t = town();
    const ticket = await awaitingApproval(t, { impersonation: false });
    await t.says(ticket.id, 'approve', await proposed(t, ticket.id), OPS);
    t.sent();
    await t.company.admin.changedByHand(ticket.groupId, { customizations: [] });
    await t.says(ticket.id, 'observed', { login: 'fails' });
    t.expectSent('note 1:group-over-1', 'note 1:group-not-put-back-2');
    expect(written(t, ticket)).toEqual(['admin-change']);
    expect(t.company.admin.group(ticket.groupId).employer.enabled).toBe(true);
    expect(await t.state(ticket.id)).toMatchObject({ stage: 'troubleshooting', needs: 'person', flagged: expect.stringContaining('not put back') });
  });
});
