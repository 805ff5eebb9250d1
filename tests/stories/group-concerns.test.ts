/** A security concern that comes up in the middle of a fix: from then on nothing is written, and nobody is impersonated. */
import { expect, test } from 'vitest';
import { troubleshootingId } from '../../src/workflows/troubleshooting-messages.js';
import { awaitingApproval, group, groupTicket, OPS, proposed, touched, written, type GroupTicket } from './groups.js';
import { useTown } from './town.js';

const town = useTown();
const resolution = async ({ id }: GroupTicket) => (await group(town(), id)).resolution;
const away = (what: RegExp) => {
  for (let n = 0; n < 200; n++) town().company.admin.faults.next(what, { status: 503 });
};
/** Approved, and what matches is away for a while; meanwhile this happens. */
async function approvedWhileAway(ticket: GroupTicket, what: RegExp, happens: () => Promise<unknown>) {
  const t = town();
  away(what);
  await t.says(ticket.id, 'approve', await proposed(t, ticket.id), OPS);
  await t.sleep('10 minutes');
  const before = touched(t, ticket);
  await happens();
  t.company.admin.faults.clear();
  await t.sleep('2 hours');
  return before;
}
const KNOWN = [
  ['Admin has an incident', ({ groupId }: GroupTicket) => town().company.admin.setGroup(groupId, { securityIncident: 'SEC-9' })],
  ['an agent has it', ({ id }: GroupTicket) => town().provide(id, { securityConcern: true })],
] as const;

test.each(KNOWN)('after the approval, while the change cannot be made yet, and %s: it is not made', async (_, happens) => {
  const ticket = await awaitingApproval(town());
  const before = await approvedWhileAway(ticket, /PATCH/, () => happens(ticket));
  expect(touched(town(), ticket)).toEqual(before);
  expect(written(town(), ticket)).toEqual([]);
  expect(await resolution(ticket)).toMatchObject({ outcome: 'escalated', trigger: { id: 'security' } });
  expect(town().sent()).toEqual(expect.arrayContaining(['issue INFRA', 'note 1:tell-lead']));
});

test.each(KNOWN)('between the change and its verification, and %s: nobody is impersonated, and what was changed is in the record', async (_, happens) => {
  const ticket = await awaitingApproval(town());
  const before = await approvedWhileAway(ticket, /POST \/impersonation-sessions/, () => happens(ticket));
  expect(before).toContain('admin-change');
  expect(touched(town(), ticket)).toEqual(before);
  expect(await resolution(ticket)).toMatchObject({ outcome: 'escalated', change: { field: 'enabled' }, verification: { verdict: 'unknown' }, trigger: { id: 'security' } });
  town().sent();
});

test.each(KNOWN)('before it is put back, and %s: that is not written either', async (_, happens) => {
  const t = town();
  const ticket = await awaitingApproval(t, { impersonation: false });
  await t.says(ticket.id, 'approve', await proposed(t, ticket.id), OPS);
  away(/PATCH/);
  await t.says(ticket.id, 'observed', { login: 'fails' });
  await t.sleep('10 minutes');
  const before = touched(t, ticket);
  await happens(ticket);
  t.company.admin.faults.clear();
  await t.sleep('2 hours');
  expect(touched(t, ticket)).toEqual(before);
  expect(await resolution(ticket)).toMatchObject({ outcome: 'escalated', change: { field: 'enabled' }, trigger: { id: 'security' } });
  t.sent();
});

test('a member whose own record Admin refuses to show is not impersonated', async () => {
  const t = town();
  for (let n = 0; n < 20; n++) t.company.admin.faults.next(/GET \/members\/[^/]+\/access/, { status: 403 });
  const ticket = await groupTicket(t, 'group-configuration', { featureToggles: [{ name: 'telehealth', on: false, contracted: true }] });
  t.company.admin.faults.clear();
  expect(touched(t, ticket)).toEqual([]);
});

test.each([
  ['a security concern', { securityConcern: true }, 'security'],
  ['that several groups are affected', { scope: 'several-groups' }, 'several-groups'],
] as const)('said after it was fixed, %s: it is begun anew, and escalated', async (_, says, trigger) => {
  const t = town();
  const ticket = await awaitingApproval(t);
  await t.says(ticket.id, 'approve', await proposed(t, ticket.id), OPS);
  expect(await resolution(ticket)).toMatchObject({ outcome: 'fixed' });
  const before = touched(t, ticket);
  t.sent();
  await t.provide(ticket.id, says);
  expect(await t.state(ticket.id)).toMatchObject({ stage: 'awaiting-resolution', handoff: { team: 'Infra', priority: 'Urgent' } });
  expect(t.sent()).toEqual(expect.arrayContaining(['issue INFRA', 'note 1:group-documented-again-1', 'mail 1:promise']));
  expect(await resolution(ticket)).toMatchObject({ outcome: 'escalated', trigger: { id: trigger } });
  expect(touched(t, ticket)).toEqual(before);
});

test('said while its end is being documented, a security concern: it is not lost', async () => {
  const t = town();
  const ticket = await awaitingApproval(t);
  for (let n = 0; n < 200; n++) t.company.helpdesk.faults.next(({ method, body }) => method === 'PUT' && body.includes('group-documented'), { status: 503 });
  await t.says(ticket.id, 'approve', await proposed(t, ticket.id), OPS);
  await t.sleep('10 minutes');
  expect((await group(t, ticket.id)).stage).toBe('document');
  await t.provide(ticket.id, { securityConcern: true });
  t.company.helpdesk.faults.clear();
  await t.sleep('2 hours');
  expect(await t.state(ticket.id)).toMatchObject({ stage: 'awaiting-resolution', handoff: { priority: 'Urgent' } });
  expect(t.sent()).toEqual(expect.arrayContaining(['issue INFRA', 'note 1:tell-lead-again-1']));
});

test('cancelled while a login is to be watched, and nobody says anything: it ends a day later, and says that it was not verified', async () => {
  const t = town();
  const ticket = await awaitingApproval(t, { impersonation: false });
  await t.says(ticket.id, 'approve', await proposed(t, ticket.id), OPS);
  await t.when(t.client.workflow.getHandle(troubleshootingId(ticket.id, 1)).cancel());
  await t.sleep('25 hours');
  expect(await resolution(ticket)).toMatchObject({ outcome: 'left-to-a-person', change: { field: 'enabled' }, verification: { verdict: 'unknown' } });
  expect(await t.state(ticket.id)).toMatchObject({ stage: 'troubleshooting', needs: 'person' });
  t.sent();
});

// From here on time is not skipped any more: a case ended before its child, or a child was terminated.
test('ended from outside before the change was made, and Admin has an incident when it is begun again: it is not made', async () => {
  const t = town();
  const ticket = await awaitingApproval(t);
  t.company.admin.faults.next(/PATCH/, { status: 503 });
  const held = t.company.admin.faults.next(/PATCH/, 'timeout');
  await t.cases.approve(ticket.id, await t.granted(ticket.id, 'approve', await proposed(t, ticket.id), OPS));
  await held.happened;
  await t.client.workflow.getHandle(troubleshootingId(ticket.id, 1)).terminate('by hand');
  held.release();
  const before = touched(t, ticket);
  await t.company.admin.setGroup(ticket.groupId, { securityIncident: 'SEC-9' });
  await t.sleep('5 seconds');
  await t.provide(ticket.id, { scope: 'whole-group' });
  expect(touched(t, ticket)).toEqual(before);
  expect(await resolution(ticket)).toMatchObject({ outcome: 'escalated', trigger: { id: 'security' } });
  t.sent();
});

test.each([
  ['cancelled', ({ id }: GroupTicket) => town().client.workflow.getHandle(troubleshootingId(id, 1)).cancel()],
  ['its case closed', ({ id }: GroupTicket) => town().cases.close(id, { reason: 'settled', by: OPS })],
] as const)('%s while a login is to be watched: what the agent saw still counts, and the change is put back', async (_, happens) => {
  const t = town();
  const ticket = await awaitingApproval(t, { impersonation: false });
  await t.says(ticket.id, 'approve', await proposed(t, ticket.id), OPS);
  await t.when(happens(ticket));
  expect(t.company.admin.group(ticket.groupId).employer.enabled).toBe(true);
  expect(await t.says(ticket.id, 'observed', { login: 'fails' })).toMatchObject({ accepted: true });
  expect(t.company.admin.group(ticket.groupId).employer.enabled).toBe(false);
  expect(await resolution(ticket)).toMatchObject({ outcome: 'put-back' });
  t.sent();
});
