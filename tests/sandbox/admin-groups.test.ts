/** Employer groups in the sandbox's Admin: what a member sees of them, and the hands that change them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { GroupFacts } from '../../src/sandbox/admin/group-state.js';
import type { Company } from '../../src/sandbox/company.js';
import { asAdmin, asNobody, clock, company } from './support.js';

let keys = 0;
/** What the member sees now. */
async function view(town: Company, memberId = 'M-1') {
  const ask = asAdmin(town);
  const opened = await ask('POST', '/impersonation-sessions', { memberId }, { 'idempotency-key': `1:1:look-${(keys += 1)}` });
  const seen = await ask('GET', `/impersonation-sessions/${opened.body.id}/view`);
  await ask('DELETE', `/impersonation-sessions/${opened.body.id}`);
  return seen.body;
}
/** A change at the present version. */
async function change(town: Company, where: string, field: string, to: boolean) {
  const ask = asAdmin(town);
  const version = (await ask('GET', where)).headers.get('etag')!;
  return ask('PATCH', where, { field, from: !to, to }, { 'idempotency-key': `1:1:change-${(keys += 1)}`, 'if-match': version });
}
async function withGroup(facts: GroupFacts): Promise<Company> {
  const town = await company();
  await town.admin.setGroup('G-1', { access: { 'M-1': {} }, ...facts });
  return town;
}

describe('what a member gets when signing in', () => {
  test.each<[string, GroupFacts, string]>([
    ['nothing is wrong', {}, 'works'],
    ['the group is disabled', { enabled: false }, 'access-denied'],
    ['not eligible', { access: { 'M-1': { eligibility: { eligible: false } } } }, 'access-denied'],
    ['eligibility not known', { access: { 'M-1': { eligibility: { eligible: null } } } }, 'access-denied'],
    ['not in the data', { access: { 'M-1': { eligibility: { listed: false, eligible: null } } } }, 'access-denied'],
    ['no permission', { access: { 'M-1': { permissions: { granted: false } } } }, 'access-denied'],
    ['a permission is missing', { access: { 'M-1': { permissions: { missing: ['app'] } } } }, 'access-denied'],
    ['no account', { access: { 'M-1': { account: { created: false } } } }, 'no-account'],
    ['locked', { access: { 'M-1': { account: { locked: true } } } }, 'locked'],
    ['password expired', { access: { 'M-1': { account: { passwordExpired: true } } } }, 'locked'],
    ['disabled before all else', { enabled: false, access: { 'M-1': { account: { created: false } } } }, 'access-denied'],
    ['the platform fails', { viewStays: 'error' }, 'error'],
  ])('%s', async (_, facts, signIn) => {
    const seen = await view(await withGroup(facts));
    expect(seen.signIn).toBe(signIn);
    // Whoever is not let in sees nothing of the group.
    if (signIn !== 'works') expect(seen).toMatchObject({ features: [], customizations: [], network: null, rewards: { visible: false, pointsAwarded: null } });
  });

  test('a member of no group is let in by their own access alone', async () => {
    const town = await company();
    await town.admin.setMember('M-5', { employerGroup: 'A group that Admin does not have' });
    expect(await view(town, 'M-5')).toMatchObject({ signIn: 'works', features: [] });
  });
});

test('a member who is let in sees what is on, what is displayed, the network, and rewards that work', async () => {
  const town = await withGroup({
    featureToggles: [
      { name: 'a', on: true, contracted: false },
      { name: 'b', on: false, contracted: true },
    ],
    customizations: [
      { name: 'logo', displayed: true, problem: null },
      { name: 'banner', displayed: false, problem: 'no image' },
      { name: 'colours', displayed: null, problem: null },
    ],
    network: { name: 'Narrow' },
  });
  expect(await view(town)).toMatchObject({ features: ['a'], customizations: ['logo'], network: 'Narrow', rewards: { visible: true, pointsAwarded: true } });
  const rewards = async (facts: GroupFacts['rewards']) => {
    await town.admin.setGroup('G-1', { rewards: facts });
    return (await view(town)).rewards;
  };
  expect(await rewards({ integration: { status: 'degraded' } })).toEqual({ visible: true, pointsAwarded: false });
  expect(await rewards({ integration: { status: 'up' }, lastSync: { at: '2026-03-01T00:00:00Z', outcome: 'failed' } })).toEqual({ visible: true, pointsAwarded: false });
  expect(await rewards({ lastSync: null })).toEqual({ visible: true, pointsAwarded: null });
  expect(await rewards({ enabled: false })).toEqual({ visible: false, pointsAwarded: false });
});

describe('a fix that does not help', () => {
  test('is applied, and the view stays', async () => {
    const town = await withGroup({ enabled: false, viewStays: 'access-denied' });
    expect((await change(town, '/employers/G-1', 'enabled', true)).status).toBe(200);
    expect(town.admin.group('G-1').employer.enabled).toBe(true);
    expect((await view(town)).signIn).toBe('access-denied');
    await town.admin.setGroup('G-1', { viewStays: { features: ['only this'] } });
    expect(await view(town)).toMatchObject({ signIn: 'works', features: ['only this'] });
    await town.admin.setGroup('G-1', { viewStays: null });
    expect((await view(town)).features).toContain('provider-search');
  });

  test('is answered as applied, and nothing changed but the version', async () => {
    const town = await withGroup({ enabled: false, ignoresWrites: true, rewards: { enabled: false }, access: { 'M-1': { eligibility: { eligible: false } } } });
    const was = town.admin.group('G-1');
    for (const [where, field] of [['/employers/G-1', 'enabled'], ['/employers/G-1/rewards', 'enabled'], ['/members/M-1/access', 'eligible']] as const)
      expect((await change(town, where, field, true)).status).toBe(200);
    const is = town.admin.group('G-1');
    expect(is.employer).toEqual({ ...was.employer, version: expect.not.stringMatching(`^${was.employer.version}$`) });
    expect(is.rewards).toEqual({ ...was.rewards, version: expect.not.stringMatching(`^${was.rewards.version}$`) });
    expect(is.access['M-1']!.eligibility.eligible).toBe(false);
    expect(is.changes).toEqual([]);
    expect(town.admin.ledger.map((e) => e.kind)).toEqual(['admin-change', 'admin-change', 'admin-change']);
  });

  test('a sync fails where it is told to, where rewards are off, and where the integration is down', async () => {
    const town = await withGroup({});
    const sync = async (facts: GroupFacts) => {
      await town.admin.setGroup('G-1', facts);
      return (await asAdmin(town)('POST', '/employers/G-1/rewards/sync', undefined, { 'idempotency-key': `1:1:sync-${(keys += 1)}` })).body.outcome;
    };
    expect(await sync({ sync: 'failed' })).toBe('failed');
    expect(await sync({ sync: 'works', rewards: { enabled: false } })).toBe('failed');
    expect(await sync({ rewards: { enabled: true, integration: { status: 'down' } } })).toBe('failed');
    expect(await sync({ rewards: { integration: { status: 'up' } } })).toBe('completed');
  });
});

describe('hands', () => {
  test('what is set leaves the rest, and gives a new version to what it touches alone', async () => {
    const town = await withGroup({ name: 'Acme', dataIssues: [{ kind: 'corrupted', what: 'x' }] });
    const one = town.admin.group('G-1');
    await town.admin.setGroup('G-1', { rewards: { enabled: false } });
    const two = town.admin.group('G-1');
    expect(two.employer).toEqual(one.employer);
    expect(two.access).toEqual(one.access);
    expect(two.rewards.version).not.toBe(one.rewards.version);
    await town.admin.setGroup('G-1', { network: { problem: 'old' } });
    const three = town.admin.group('G-1');
    expect(three.employer).toMatchObject({ name: 'Acme', dataIssues: [{ what: 'x' }], network: { name: 'Broad Network', problem: 'old' } });
    expect(three.rewards.version).toBe(two.rewards.version);
    expect(new Set([one, two, three].map((g) => g.employer.version)).size).toBe(2);
    expect(town.admin.ledger).toEqual([]);
  });

  test('somebody else changes a group: another version, a recent change, and their name on the ledger', async () => {
    const time = clock();
    const town = await company({ now: time.now });
    await town.admin.setGroup('G-1', { enabled: false, access: { 'M-1': {} } });
    const was = town.admin.group('G-1');
    const untouched = await town.admin.changedByHand('G-1');
    expect(untouched.employer).toEqual({ ...was.employer, version: untouched.employer.version });
    expect(untouched.employer.version).not.toBe(was.employer.version);
    const now = await town.admin.changedByHand('G-1', { access: { 'M-1': { account: { locked: true } } } }, 'Kim');
    expect(now.employer.version).toBe(untouched.employer.version);
    expect(now.access['M-1']).toMatchObject({ account: { locked: true } });
    expect(now.access['M-1']!.version).not.toBe(was.access['M-1']!.version);
    expect(now.changes.map((c) => [c.kind, c.by])).toEqual([['group-setting', 'Sam'], ['permission', 'Kim']]);
    expect(town.admin.ledger.map((e) => [e.by, e.kind, e.on])).toEqual([['Sam', 'admin-change', 'G-1'], ['Kim', 'admin-change', 'G-1']]);
    expect((await asAdmin(town)('GET', '/employers/G-1/changes?since=2026-03-02T09:00:01Z')).body.changes).toEqual([]);
  });

  test('members are made in the group, and those who were elsewhere move to it', async () => {
    const town = await company();
    await town.admin.setMember('M-1', { name: 'Ada', employerGroup: 'Other' });
    await town.admin.setGroup('G-1', { name: 'Acme', access: { 'M-1': {}, 'M-2': {} } });
    expect(town.admin.member('M-1').member).toMatchObject({ name: 'Ada', employerGroup: 'Acme' });
    expect(town.admin.member('M-2').member.employerGroup).toBe('Acme');
    expect(Object.keys(town.admin.group('G-1').access)).toEqual(['M-1', 'M-2']);
    expect(() => town.admin.group('G-9')).toThrow(/no employer group G-9/);
    await expect(town.admin.changedByHand('G-9')).rejects.toThrow(/G-9/);
    await expect(town.admin.finishRecovery('M-1')).rejects.toThrow(/No account recovery/);
  });

  test('figures are counted from what members did, a day at a time', async () => {
    const town = await withGroup({
      activity: { perDay: { logins: 1 }, days: { '2026-01-02': { logins: 10 } } },
      report: { parameters: { from: '2026-01-01', to: '2026-01-03', metrics: ['logins'] }, requested: { from: '2026-02-01', to: '2026-02-28' } },
    });
    expect(town.admin.group('G-1').report).toMatchObject({ figures: { logins: 12 }, requested: { from: '2026-02-01' } });
    await town.admin.setGroup('G-1', { report: { figures: { logins: 99 } } });
    expect(town.admin.group('G-1').report).toMatchObject({ figures: { logins: 99 }, parameters: { from: '2026-01-01' } });
    await town.admin.setGroup('G-1', { report: null });
    expect((await asAdmin(town)('GET', '/employers/G-1/engagement/report')).body).toEqual({ report: null });
  });

  test('facts can be patched from outside, with the token, and wrong ones are named', async () => {
    const town = await company();
    const ask = asAdmin(town);
    expect((await ask('PATCH', '/sandbox/employers/G-1', { name: 'Acme', enabled: false, access: { 'M-1': { account: { locked: true } } } })).status).toBe(200);
    expect(town.admin.group('G-1')).toMatchObject({ employer: { name: 'Acme', enabled: false }, access: { 'M-1': { account: { locked: true } } } });
    const wrong = await ask('PATCH', '/sandbox/employers/G-1', { enabled: 'perhaps', colour: 'red' });
    expect(wrong.status).toBe(400);
    expect(wrong.body.detail).toMatch(/enabled.*colour/s);
    expect((await asNobody(town.admin.url)('PATCH', '/sandbox/employers/G-1', { enabled: true })).status).toBe(401);
    expect(town.admin.group('G-1').employer.enabled).toBe(false);
  });

  test('groups, keys and open sessions are there again after a restart', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'sandbox-'));
    try {
      const key = { 'idempotency-key': '1:1:sync' };
      const first = await company({ dir });
      await first.admin.setGroup('G-1', { name: 'Acme', access: { 'M-1': {} } });
      const synced = await asAdmin(first)('POST', '/employers/G-1/rewards/sync', undefined, key);
      const opened = await asAdmin(first)('POST', '/impersonation-sessions', { memberId: 'M-1' }, { 'idempotency-key': '1:1:look' });
      const kept = first.admin.group('G-1');
      await first.close();
      const second = await company({ dir });
      expect(second.admin.group('G-1')).toEqual(kept);
      expect((await asAdmin(second)('POST', '/employers/G-1/rewards/sync', undefined, key)).body).toEqual(synced.body);
      expect((await asAdmin(second)('GET', `/impersonation-sessions/${opened.body.id}/view`)).status).toBe(200);
      expect(second.admin.ledger.map((e) => e.kind)).toEqual(['rewards-sync', 'impersonation']);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
