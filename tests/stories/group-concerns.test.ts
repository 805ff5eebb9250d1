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

test('ended from outside before the change was made, and Admin has an incident when it is begun again: it is not made', async () => {
  const t = town();
  const ticket = await awaitingApproval(t);
  t.company.admin.faults.next(/PATCH/, { status: 503 });
  const held = t.company.admin.faults.next(/PATCH/, 'timeout');
  await t.cases.approve(ticket.id, { ...(await proposed(t, ticket.id)), by: OPS });
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

test('a member whose own record Admin refuses to show is not impersonated', async () => {
  const t = town();
  for (let n = 0; n < 20; n++) t.company.admin.faults.next(/GET \/members\/[^/]+\/access/, { status: 403 });
  const ticket = await groupTicket(t, 'group-configuration', { featureToggles: [{ name: 'telehealth', on: false, contracted: true }] });
  t.company.admin.faults.clear();
  expect(touched(t, ticket)).toEqual([]);
});
