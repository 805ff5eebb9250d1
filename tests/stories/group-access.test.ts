/** A group whose members cannot get in: from the diagnosis to the documented fix. */
import { expect, test } from 'vitest';
import { group, groupTicket, OPS, proposed } from './groups.js';
import { useTown } from './town.js';

const town = useTown();

test('the group is disabled: asked for, approved by a second person, applied, verified, documented', async () => {
  const t = town();
  const { id, groupId } = await groupTicket(t, 'group-access', { enabled: false });
  t.expectSent('note 1:group-missing', 'impersonation 1:test-0-1', 'impersonation 1:test-0-2', 'note 1:group-person-1', 'note 1:group-fix-enable-group');
  expect(await t.state(id)).toMatchObject({ stage: 'troubleshooting', needs: 'fix', flagged: null });
  expect(await group(t, id)).toMatchObject({ stage: 'fix', diagnosis: { outcome: 'fix', decidedBy: 'access/group-enabled' } });

  expect(await t.says(id, 'fix', {})).toMatchObject({ accepted: true });
  t.expectSent('impersonation 1:test-0-3', 'note 1:group-approval-1');
  expect(await t.state(id)).toMatchObject({ needs: 'approval' });
  expect(t.company.admin.group(groupId).employer.enabled).toBe(false);

  expect(await t.says(id, 'approve', await proposed(t, id), OPS)).toMatchObject({ accepted: true });
  t.expectSent('note 1:group-applying-1', 'admin-change 1:apply-1', 'impersonation 1:verify-1-0-1', 'note 1:group-documented');
  expect(t.company.admin.group(groupId).employer.enabled).toBe(true);
  const note = t.company.helpdesk.notesByUs(id).at(-1)!;
  expect(note).toContain('The group is disabled');
  expect(note).toMatch(/Asked for by Ana .* approved by Olu/);
  expect(note).toContain('Verification: verified');
  expect(note).toContain('access/group-enabled: FAILED');
  expect(await t.state(id)).toMatchObject({ stage: 'troubleshooting', needs: null, flagged: null });

  await t.when(t.company.helpdesk.solve(id));
  t.expectSent('note 1:record');
  expect(await t.record(id)).toMatchObject({ outcome: 'solved-in-tier-1', row: 'group/access' });
});
