/** The groups' port over the wire to the stand-in: what is set there is read here, and what is done here is done there, once. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AdminChange, GroupsPort } from '../../src/activities/groups-port.js';
import { connectGroups } from '../../src/adapters/admin-groups.js';
import { startCompany, type Company } from '../../src/sandbox/company.js';
import { failure } from './failing.js';

const NOW = Date.parse('2026-03-02T09:00:00Z');
let company: Company;
let groups: GroupsPort;
beforeEach(async () => {
  company = await startCompany({ now: () => NOW });
  groups = connectGroups({ url: company.env['ADMIN_URL']!, token: company.env['ADMIN_TOKEN']! });
});
afterEach(() => company.close());

const enable = async (groupId: string): Promise<AdminChange> => ({
  on: 'employer',
  id: groupId,
  field: 'enabled',
  from: false,
  to: true,
  version: (await groups.employer(groupId)).version,
});
const done = () => company.admin.ledger.map((e) => `${e.by} ${e.kind} ${e.on}: ${e.text}`);

describe('reading', () => {
  test('a group of which nothing was said works in every respect', async () => {
    await company.admin.setGroup('G-1', { name: 'Acme' });
    await company.admin.setMember('M-1', { employerGroup: 'acme' });
    const group = await groups.employer('G-1');
    expect(group).toMatchObject({ id: 'G-1', name: 'Acme', enabled: true, dataIssues: [], securityIncident: null });
    expect(group.featureToggles.every((t) => t.on === t.contracted)).toBe(true);
    expect(group.configuration.every((c) => c.contracted === null || c.contracted === c.value)).toBe(true);
    expect(group.network.mappingVersion).toBe(group.network.latestMapping);
    expect(await groups.recentChanges('G-1', '2026-01-01T00:00:00Z')).toEqual([]);
    expect((await groups.imports('G-1')).map((i) => [i.kind, i.status])).toEqual([['eligibility', 'completed'], ['members', 'completed']]);
    const { parameters, requested, figures } = (await groups.engagementReport('G-1'))!;
    expect(parameters).toEqual(requested);
    expect(await groups.activity('G-1', parameters.from, parameters.to)).toEqual({ from: parameters.from, to: parameters.to, figures });
    expect(figures).toEqual({ logins: 120, searches: 60, actions: 30 });
    const definition = await groups.engagementDefinition('G-1');
    expect(definition.client).toEqual(definition.platform);
    const rewards = await groups.rewards('G-1');
    expect(rewards).toMatchObject({ enabled: true, integration: { status: 'up' }, lastSync: { outcome: 'completed' } });
    expect(rewards.scenarios.every((s) => s.awarded === s.expected)).toBe(true);
    expect((await groups.integrationLog('G-1')).map((e) => e.level)).toEqual(['info']);
    expect(await groups.members('G-1')).toEqual({ memberIds: ['M-1'], next: null });
    expect(await groups.memberAccess('M-1')).toMatchObject({
      groupId: 'G-1',
      eligibility: { listed: true, eligible: true, consistent: true },
      permissions: { granted: true, missing: [] },
      account: { created: true, locked: false, passwordExpired: false },
      browser: { supported: true },
    });
    expect(await groups.memberView('M-1', '1:1:look')).toMatchObject({ signIn: 'works', rewards: { visible: true, pointsAwarded: true } });
  });

  test('a group is found by its id or its exact name, and by nothing else', async () => {
    await company.admin.setGroup('G-1', { name: 'Acme' });
    await company.admin.setGroup('G-2', { name: 'Twin' });
    await company.admin.setGroup('G-3', { name: 'TWIN' });
    const found = async (text: string) => (await groups.findGroup(text))?.id ?? null;
    expect(await Promise.all(['G-1', ' acme ', 'Acm', 'Twin', '', ' ', '..', '.', 'G/1?name=Acme'].map(found))).toEqual(['G-1', 'G-1', null, null, null, null, null, null, null]);
  });

  test('members come a page at a time, each once', async () => {
    const ids = Array.from({ length: 120 }, (_, i) => `M-${String(i).padStart(3, '0')}`);
    await company.admin.setGroup('G-1', { access: Object.fromEntries(ids.map((id) => [id, {}])) });
    const got: string[] = [];
    let pages = 0;
    for (let page: string | undefined; ; ) {
      const { memberIds, next } = await groups.members('G-1', page);
      got.push(...memberIds);
      pages += 1;
      if (next === null) break;
      page = next;
    }
    expect(got).toEqual(ids);
    expect(pages).toBe(3);
  });

  test('what is not there is refused', async () => {
    const asking = [() => groups.employer('G-9'), () => groups.memberAccess('M-9'), () => groups.rewards('G-9'), () => groups.employer('..')];
    for (const ask of asking) expect((await failure(ask())).type).toBe('Refused');
  });
});

describe('changing', () => {
  test('one field at the version it was read at, once a key', async () => {
    await company.admin.setGroup('G-1', { enabled: false, access: { 'M-1': {} } });
    expect(await groups.memberView('M-1', '1:1:before')).toMatchObject({ signIn: 'access-denied', features: [] });
    const change = await enable('G-1');
    const applied = await groups.apply(change, '1:1:enable');
    expect(applied.outcome).toBe('applied');
    expect(applied.version).not.toBe(change.version);
    expect(await groups.apply(change, '1:1:enable')).toEqual(applied);
    expect(await groups.employer('G-1')).toMatchObject({ enabled: true, version: applied.version });
    expect(await groups.memberView('M-1', '1:1:after')).toMatchObject({ signIn: 'works' });
    expect(await groups.recentChanges('G-1', '2026-03-02T09:00:00Z')).toMatchObject([{ by: 'onetouch', what: 'enabled: true' }]);
    expect(done()).toEqual([
      'onetouch impersonation M-1: key 1:1:before',
      'onetouch admin-change G-1: enabled: false to true, key 1:1:enable',
      'onetouch impersonation M-1: key 1:1:after',
    ]);
  });

  test('a repeat after the answer was lost changes nothing and answers the same', async () => {
    await company.admin.setGroup('G-1', { enabled: false });
    const change = await enable('G-1');
    company.admin.faults.next(/^PATCH /, 'after');
    expect((await failure(groups.apply(change, '1:1:enable'))).type).toBe('Unavailable');
    expect(await groups.apply(change, '1:1:enable')).toEqual({ outcome: 'applied', version: (await groups.employer('G-1')).version });
    expect(done()).toHaveLength(1);
  });

  test('what somebody else changed meanwhile is a conflict, and stays', async () => {
    await company.admin.setGroup('G-1', { enabled: false });
    const change = await enable('G-1');
    const { employer } = await company.admin.changedByHand('G-1');
    expect(await groups.apply(change, '1:1:enable')).toEqual({ outcome: 'conflict', version: employer.version });
    expect((await groups.employer('G-1')).enabled).toBe(false);
    expect(done()).toEqual(['Sam admin-change G-1: looked through and kept as it was']);
  });

  test('a toggle, the rewards, a member\'s eligibility; and back again', async () => {
    await company.admin.setGroup('G-1', {
      featureToggles: [{ name: 'telehealth', on: false, contracted: true }],
      rewards: { enabled: false },
      access: { 'M-1': { eligibility: { eligible: false } } },
    });
    const changes: Omit<AdminChange, 'version'>[] = [
      { on: 'employer', id: 'G-1', field: 'featureToggles.telehealth', from: false, to: true },
      { on: 'rewards', id: 'G-1', field: 'enabled', from: false, to: true },
      { on: 'eligibility', id: 'M-1', field: 'eligible', from: false, to: true },
    ];
    const version = async (on: AdminChange['on']) =>
      (on === 'employer' ? await groups.employer('G-1') : on === 'rewards' ? await groups.rewards('G-1') : await groups.memberAccess('M-1')).version;
    const before = await groups.memberView('M-1', '1:1:before');
    for (const change of changes) expect((await groups.apply({ ...change, version: await version(change.on) }, `1:1:${change.on}`)).outcome).toBe('applied');
    expect(await groups.memberView('M-1', '1:1:after')).toMatchObject({ signIn: 'works', features: ['telehealth'], rewards: { visible: true } });
    for (const change of changes) {
      const back = { ...change, from: true, to: false, version: await version(change.on) };
      expect((await groups.apply(back, `1:1:back-${change.on}`)).outcome).toBe('applied');
    }
    expect(await groups.memberView('M-1', '1:1:again')).toEqual(before);
  });

  test('a field that is not there, a value that is another, a key of another change: refused', async () => {
    await company.admin.setGroup('G-1', { enabled: true });
    const change = await enable('G-1');
    const refusals = await Promise.all([
      failure(groups.apply(change, '1:1:a')),
      failure(groups.apply({ ...change, field: 'featureToggles.nothing' }, '1:1:b')),
      failure(groups.apply({ ...change, id: 'G-9' }, '1:1:c')),
    ]);
    expect(refusals.map((r) => r.message)).toEqual([409, 400, 404].map((status) => `Admin refused to change the record (${status})`));
    await groups.apply({ ...change, from: true, to: false }, '1:1:d');
    expect((await failure(groups.apply({ ...change, from: false, to: true }, '1:1:d'))).message).toMatch(/\(422\)/);
    expect(done()).toHaveLength(1);
  });
});

describe('doing', () => {
  test('a report is made anew once a key, with its own parameters, and the group stays as it is', async () => {
    await company.admin.setGroup('G-1', { report: { parameters: { from: '2026-01-01', to: '2026-01-02' }, requested: { from: '2026-02-01', to: '2026-02-28' } } });
    const { version } = await groups.employer('G-1');
    const wrong = (await groups.engagementReport('G-1'))!;
    expect(wrong.figures).toEqual({ logins: 8, searches: 4, actions: 2 });
    const made = await groups.regenerateReport('G-1', wrong.requested, '1:1:report');
    expect(made).toMatchObject({ parameters: wrong.requested, figures: { logins: 112, searches: 56, actions: 28 } });
    expect(await groups.regenerateReport('G-1', wrong.requested, '1:1:report')).toEqual(made);
    expect(await groups.engagementReport('G-1')).toEqual(made);
    expect((await groups.employer('G-1')).version).toBe(version);
    expect(done()).toEqual(['onetouch engagement-report G-1: 2026-02-01 to 2026-02-28: logins searches actions, key 1:1:report']);
  });

  test('a recovery is started once a key, and the member ends it', async () => {
    await company.admin.setGroup('G-1', { access: { 'M-1': { account: { locked: true, passwordExpired: true } }, 'M-2': { account: { created: false } } } });
    const started = await groups.startRecovery('M-1', '1:1:recovery');
    expect(await groups.startRecovery('M-1', '1:1:recovery')).toEqual(started);
    expect(await groups.memberView('M-1', '1:1:look')).toMatchObject({ signIn: 'locked' });
    await company.admin.finishRecovery('M-1');
    expect(await groups.memberView('M-1', '1:1:look')).toMatchObject({ signIn: 'works' });
    expect((await failure(groups.startRecovery('M-2', '1:1:nobody'))).type).toBe('Refused');
    expect(done().filter((line) => line.includes('recovery'))).toEqual(['onetouch recovery M-1: key 1:1:recovery']);
  });

  test('a sync says what came of it', async () => {
    await company.admin.setGroup('G-1', { rewards: { lastSync: { at: '2026-03-01T09:00:00Z', outcome: 'failed' } }, access: { 'M-1': {} } });
    expect(await groups.memberView('M-1', '1:1:before')).toMatchObject({ rewards: { visible: true, pointsAwarded: false } });
    const { version } = await groups.rewards('G-1');
    const completed = await groups.syncRewards('G-1', '1:1:sync');
    expect(completed).toMatchObject({ outcome: 'completed' });
    expect(await groups.syncRewards('G-1', '1:1:sync')).toEqual(completed);
    expect(await groups.rewards('G-1')).toMatchObject({ lastSync: { outcome: 'completed' } });
    // No setting changed: a change that was approved before the sync still goes through.
    expect((await groups.rewards('G-1')).version).toBe(version);
    expect(await groups.memberView('M-1', '1:1:after')).toMatchObject({ rewards: { pointsAwarded: true } });
    await company.admin.setGroup('G-1', { sync: 'failed' });
    expect(await groups.syncRewards('G-1', '1:2:sync')).toMatchObject({ outcome: 'failed' });
    expect((await groups.integrationLog('G-1')).map((e) => e.code)).toContain('SYNC-FAILED');
  });
});

describe('looking as a member', () => {
  test('every session ends, also where the view could not be read, and a repeat looks again', async () => {
    await company.admin.setGroup('G-1', { access: { 'M-1': {} } });
    company.admin.faults.next(/^GET \/impersonation-sessions/, { status: 503 });
    expect((await failure(groups.memberView('M-1', '1:1:look'))).type).toBe('Unavailable');
    expect(company.admin.sessions().map((s) => s.endedAt !== null)).toEqual([true]);
    expect(await groups.memberView('M-1', '1:1:look')).toMatchObject({ memberId: 'M-1', signIn: 'works' });
    expect(company.admin.sessions().map((s) => [s.key, s.endedAt !== null])).toEqual([['1:1:look', true], ['1:1:look', true]]);
  });

  test('a session whose opening was not heard of is found again, and one that could not be ended', async () => {
    await company.admin.setGroup('G-1', { access: { 'M-1': {} } });
    company.admin.faults.next(/^POST \/impersonation-sessions/, 'after');
    await failure(groups.memberView('M-1', '1:1:look'));
    company.admin.faults.next(/^DELETE \/impersonation-sessions/, { status: 503 });
    expect((await failure(groups.memberView('M-1', '1:1:look'))).type).toBe('Unavailable');
    expect(await groups.memberView('M-1', '1:1:look')).not.toBeNull();
    expect(company.admin.sessions().map((s) => s.endedAt !== null)).toEqual([true]);
    expect(done()).toEqual(['onetouch impersonation M-1: key 1:1:look']);
  });

  test('where nobody is impersonated there is no view, and nothing on the ledger', async () => {
    await company.admin.setGroup('G-1', { impersonation: false, access: { 'M-1': {} } });
    await company.admin.setGroup('G-2', { access: { 'M-2': { impersonation: false } } });
    for (const member of ['M-1', 'M-2', 'M-9']) expect(await groups.memberView(member, `1:1:look-${member}`)).toBeNull();
    expect(done()).toEqual([]);
  });
});
