/** The fixes of the other three problems, and engagement explained with the definition and the figures. */
import { describe, expect, test } from 'vitest';
import { group, groupTicket, OPS, proposed, written, type GroupInquiry, type Setup } from './groups.js';
import { useTown } from './town.js';

const town = useTown();

const APPROVED: [GroupInquiry, Setup, field: string, does: string[]][] = [
  ['group-configuration', { featureToggles: [{ name: 'telehealth', on: false, contracted: true }] }, 'featureToggles.telehealth', ['admin-change 1:apply-1', 'impersonation 1:verify-1-0-1']],
  ['group-rewards', { rewards: { enabled: false } }, 'enabled', ['admin-change 1:apply-1', 'impersonation 1:verify-1-0-1', 'rewards-sync 1:sync-1']],
  ['group-rewards', { rewards: { lastSync: { at: '2026-01-01T00:00:00.000Z', outcome: 'failed' } } }, 'sync', ['impersonation 1:verify-1-0-1', 'rewards-sync 1:sync-1']],
];

describe.each(APPROVED)('%s %o', (inquiry, facts, field, does) => {
  test('approved: applied, verified, documented', async () => {
    const t = town();
    const { id } = await groupTicket(t, inquiry, facts);
    await t.says(id, 'fix', {});
    const change = await proposed(t, id);
    expect(change.field).toBe(field);
    t.sent();
    expect(await t.says(id, 'approve', change, OPS)).toMatchObject({ accepted: true });
    t.expectSent('note 1:group-applying-1', ...does, 'note 1:group-documented');
    expect((await group(t, id)).resolution).toMatchObject({ outcome: 'fixed', verification: { verdict: 'verified' }, approval: { decidedBy: 'Olu' } });
  });

  test('refused: nothing is changed', async () => {
    const t = town();
    const ticket = await groupTicket(t, inquiry, facts);
    await t.says(ticket.id, 'fix', {});
    await t.says(ticket.id, 'refuse', { reason: 'not in the contract' }, OPS);
    expect(t.sent()).toContain('note 1:group-person-2');
    expect(written(t, ticket)).toEqual([]);
  });

  test('applied, and the member does not see it: put back where a setting was changed, and escalated', async () => {
    const t = town();
    const ticket = await groupTicket(t, inquiry, facts);
    await t.says(ticket.id, 'fix', {});
    const change = await proposed(t, ticket.id);
    await t.company.admin.setGroup(ticket.groupId, { viewStays: { features: [], rewards: { visible: false, pointsAwarded: false } } });
    t.sent();
    await t.says(ticket.id, 'approve', change, OPS);
    const sent = t.sent();
    expect(sent.includes('admin-change 1:put-back-1')).toBe(field !== 'sync');
    expect(sent).toContain('issue INFRA');
    const { employer, rewards } = t.company.admin.group(ticket.groupId);
    if (field === 'enabled') expect(rewards.enabled).toBe(false);
    if (field.startsWith('feature')) expect(employer.featureToggles[0]).toMatchObject({ on: false });
    expect((await group(t, ticket.id)).resolution).toMatchObject({ outcome: field === 'sync' ? 'escalated' : 'put-back', trigger: { id: 'defect' } });
  });
});

test('the rewards sync fails: the setting is put back, and it is escalated', async () => {
  const t = town();
  const ticket = await groupTicket(t, 'group-rewards', { rewards: { enabled: false }, sync: 'failed' });
  await t.says(ticket.id, 'fix', {});
  await t.says(ticket.id, 'approve', await proposed(t, ticket.id), OPS);
  expect(t.sent()).toContain('issue INFRA');
  expect((await group(t, ticket.id)).resolution).toMatchObject({ verification: { verdict: 'failed', text: 'The sync failed.' } });
});

describe('engagement', () => {
  test('a report of the wrong days is made anew with the right ones, once somebody asks', async () => {
    const t = town();
    const ticket = await groupTicket(t, 'group-engagement', { report: { parameters: { from: '2026-01-01', to: '2026-01-31' } } });
    expect(written(t, ticket)).toEqual([]);
    await t.says(ticket.id, 'fix', {});
    t.expectSent('note 1:group-applying-1', 'engagement-report 1:report-1', 'note 1:group-documented');
    const { parameters, requested } = t.company.admin.group(ticket.groupId).report!;
    expect(parameters).toEqual(requested);
    expect((await group(t, ticket.id)).resolution).toMatchObject({ outcome: 'fixed', approval: null, verification: { verdict: 'verified' } });
  });

  test('figures that are right are explained with the definition and the figures; nothing is changed', async () => {
    const t = town();
    const ticket = await groupTicket(t, 'group-engagement', { definition: { client: ['logins'], text: 'Whoever signed in, searched or acted.' }, activity: { perDay: { logins: 3, searches: 2, actions: 1 } } }, {});
    expect(ticket.sent).toEqual(['note 1:group-documented', 'note 1:group-missing']);
    const note = t.company.helpdesk.notesByUs(ticket.id).at(-1)!;
    for (const said of ['Whoever signed in, searched or acted.', 'the client counts logins', 'logins 90', 'searches 60', 'actions 30']) expect(note).toContain(said);
    expect(written(t, ticket)).toEqual([]);
    await t.when(t.company.helpdesk.solve(ticket.id));
    t.expectSent('note 1:record');
    expect(await t.record(ticket.id)).toMatchObject({ outcome: 'solved-in-tier-1' });
  });
});
