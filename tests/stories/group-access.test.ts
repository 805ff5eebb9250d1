/** A group whose members cannot get in: from the diagnosis to the documented fix. */
import { expect, test } from 'vitest';
import { awaitingApproval, group, groupTicket, HOUR, OPS, proposed, written } from './groups.js';
import { AGENT, useTown } from './town.js';

const town = useTown();

test('the group is disabled: asked for, approved by a second person, applied, verified, documented', async () => {
  const t = town();
  const { id, groupId, sent } = await groupTicket(t, 'group-access', { enabled: false });
  expect(sent).toEqual(['impersonation 1:test-0-1', 'impersonation 1:test-0-2', 'note 1:group-fix-enable-group', 'note 1:group-missing', 'note 1:group-person-1']);
  expect(await t.state(id)).toMatchObject({ stage: 'troubleshooting', needs: 'fix', flagged: null });
  expect(await group(t, id)).toMatchObject({ stage: 'fix', diagnosis: { outcome: 'fix', decidedBy: 'access/group-enabled' } });

  expect(await t.says(id, 'fix', {})).toMatchObject({ accepted: true });
  t.expectSent('impersonation 1:test-0-3', 'note 1:group-approval-1');
  expect(await t.state(id)).toMatchObject({ needs: 'approval' });
  expect(t.company.admin.group(groupId).employer.enabled).toBe(false);

  expect(await t.says(id, 'approve', await proposed(t, id), OPS)).toMatchObject({ accepted: true });
  t.expectSent('note 1:group-applying-1', 'admin-change 1:apply-1', 'impersonation 1:verify-1-0-1', 'note 1:group-documented');
  expect(t.company.admin.group(groupId).employer.enabled).toBe(true);
  const notes = t.company.helpdesk.notesByUs(id);
  expect(notes.at(-2)).toContain('The value before it is off');
  const note = notes.at(-1)!;
  expect(note).toContain('The group is disabled');
  expect(note).toMatch(/Asked for by Ana .* approved by Olu/);
  expect(note).toContain('Verification: verified');
  expect(note).toContain('access/group-enabled: FAILED');
  expect(await t.state(id)).toMatchObject({ stage: 'troubleshooting', needs: null, flagged: null });
  expect(await t.says(id, 'fix', {})).toMatchObject({ accepted: false });
  expect(await t.says(id, 'reEscalate', { reason: 'please' })).toMatchObject({ accepted: false, row: 'group/access' });

  await t.when(t.company.helpdesk.solve(id));
  t.expectSent('note 1:record');
  expect(await t.record(id)).toMatchObject({ outcome: 'solved-in-tier-1', row: 'group/access' });
});

test('eligibility is corrected by a second person too, and no note names the member', async () => {
  const t = town();
  const { id, memberId } = await groupTicket(t, 'group-access', { member: { eligibility: { eligible: false } } });
  await t.says(id, 'fix', {});
  t.sent();
  expect(await t.says(id, 'approve', await proposed(t, id), OPS)).toMatchObject({ accepted: true });
  t.expectSent('note 1:group-applying-1', 'admin-change 1:apply-1', 'impersonation 1:verify-1-0-1', 'note 1:group-documented');
  expect(t.company.helpdesk.notesByUs(id).join('\n')).not.toContain(memberId);
  expect(JSON.stringify(await t.timeline(id))).not.toContain(memberId);
});

test('an id that Admin does not know names nobody: the first of the group stays a sample, whose record is not touched', async () => {
  const t = town();
  const { groupId } = await groupTicket(t, 'group-access', { member: { eligibility: { eligible: false } } }, {});
  const id = await t.ticket({ inquiry: 'group-access', employerGroup: groupId, member: { name: 'Jo', email: 'nobody-knows@example.com' } });
  await t.provide(id, { scope: 'one-member', memberId: 'M-NOBODY' });
  expect((await group(t, id)).diagnosis).toMatchObject({ outcome: 'person', decidedBy: 'access/eligibility', person: { asks: ['memberId'] } });
  t.sent();
});

test('account recovery is begun once somebody asks, without a second person; the member ends it', async () => {
  const t = town();
  const ticket = await groupTicket(t, 'group-access', { member: { account: { locked: true } } });
  expect(written(t, ticket)).toEqual([]);
  await t.says(ticket.id, 'fix', {});
  expect(t.sent()).toEqual(['impersonation 1:test-0-3', 'impersonation 1:verify-1-0-1', 'note 1:group-applying-1', 'note 1:group-documented', 'recovery 1:recovery-1']);
  expect(t.company.helpdesk.notesByUs(ticket.id).at(-1)).toContain('Guide the member through the rest');
});

test('where nobody can be impersonated, an agent watches a login', async () => {
  const t = town();
  const { id } = await groupTicket(t, 'group-access', { enabled: false, impersonation: false });
  await t.says(id, 'fix', {});
  await t.says(id, 'approve', await proposed(t, id), OPS);
  expect(t.sent()).toContain('note 1:group-observe-1');
  expect(await t.state(id)).toMatchObject({ needs: 'observed-login' });
  await t.sleep(24 * HOUR);
  t.expectSent('note 1:group-observe-1-reminder-1');
  expect(await t.says(id, 'observed', { login: 'works' })).toMatchObject({ accepted: true });
  t.expectSent('note 1:group-documented');
  expect((await group(t, id)).resolution).toMatchObject({ outcome: 'fixed', verification: { verdict: 'verified' } });
  expect((await t.state(id)).waitsFor).toMatch(/^With Tier 1, since the group troubleshooting has fixed it /);
});

test('a watched login that fails puts the change back', async () => {
  const t = town();
  const { id, groupId } = await awaitingApproval(t, { impersonation: false });
  await t.says(id, 'approve', await proposed(t, id), OPS);
  t.sent();
  await t.says(id, 'observed', { login: 'fails' }, AGENT);
  t.expectSent('admin-change 1:put-back-1', 'note 1:group-over-1', 'note 1:group-documented', 'issue INFRA', 'remote-link INFRA', 'mail 1:promise', 'note 1:promise');
  expect(t.company.admin.group(groupId).employer.enabled).toBe(false);
});
