/** The groups' port by itself: what it asks, that the contract knows it, and how it takes answers that are wrong. */
import { describe, expect, test } from 'vitest';
import type { AdminChange, GroupsPort } from '../../src/activities/groups-port.js';
import { connectGroups } from '../../src/adapters/admin-groups.js';
import { contract } from '../contracts/openapi.js';
import { deep, failure, STATUSES } from './failing.js';
import { recorder, type Answer } from './recorder.js';

const AT = '2026-03-01T10:00:00Z';
const ACME = {
  id: 'g-1',
  name: 'Acme',
  version: '7',
  enabled: false,
  configuration: [{ name: 'plan', value: 'basic', contracted: 'standard' }],
  featureToggles: [{ name: 'telehealth', on: false, contracted: true }],
  customizations: [{ name: 'logo', displayed: null, problem: null }],
  network: { name: null, mappingVersion: '1', latestMapping: '2', problem: 'old mapping' },
  dataIssues: [{ kind: 'inconsistent', what: 'two birth dates' }],
  securityIncident: null,
};
const ACCESS = {
  memberId: 'm-7',
  groupId: 'g-1',
  version: '9',
  eligibility: { listed: true, eligible: false, consistent: true },
  permissions: { granted: true, missing: [] },
  account: { created: true, createdAt: AT, locked: false, passwordExpired: false, lastLoginAt: null },
  browser: null,
};
const PARAMETERS = { from: '2026-02-01', to: '2026-02-28', groupId: 'g-1', metrics: ['logins'] };
const REPORT = { id: 'r-1', generatedAt: AT, parameters: PARAMETERS, requested: PARAMETERS, figures: { logins: 12 } };
const REWARDS = {
  version: '8',
  enabled: true,
  integration: { name: 'MyMedicalRewards', status: 'degraded' },
  pointRules: [{ name: 'checkup', points: 50, contracted: 100, active: true }],
  scenarios: [{ name: 'checkup', expected: 100, awarded: null }],
  lastSync: null,
};
const VIEW = { memberId: 'm-7', at: AT, signIn: 'works', features: ['telehealth'], customizations: [], network: null, rewards: { visible: true, pointsAwarded: null } };
const CHANGES = [{ at: AT, kind: 'permission', what: 'a role', by: 'Sam' }];
const IMPORTS = [{ id: 'i-1', kind: 'eligibility', startedAt: AT, status: 'partial', rows: 10, rejected: 2 }];
const LOG = [{ at: AT, level: 'error', code: 'E1', text: 'no answer' }];
const DEFINITION = { platform: ['logins'], client: null, text: 'Who signed in.' };

const ANSWERS: Record<string, Answer> = {
  'GET /employers/g-1': { body: ACME },
  'PATCH /employers/g-1': { body: { version: '10' } },
  'GET /employers/g-1/changes': { body: { changes: CHANGES } },
  'GET /employers/g-1/members': { body: { memberIds: ['m-7'], next: 'p2' } },
  'GET /employers/g-1/imports': { body: { imports: IMPORTS } },
  'GET /employers/g-1/engagement/report': { body: { report: REPORT } },
  'POST /employers/g-1/engagement/reports': { status: 201, body: { ...REPORT, id: 'r-2' } },
  'GET /employers/g-1/engagement/definition': { body: DEFINITION },
  'GET /employers/g-1/activity': { body: { from: '2026-02-01', to: '2026-02-28', figures: { logins: 12 } } },
  'GET /employers/g-1/rewards': { body: REWARDS },
  'PATCH /employers/g-1/rewards': { body: { version: '11' } },
  'GET /employers/g-1/rewards/log': { body: { entries: LOG } },
  'POST /employers/g-1/rewards/sync': { body: { outcome: 'completed', at: AT, detail: 'all of them' } },
  'GET /members/m-7/access': { body: ACCESS },
  'PATCH /members/m-7/access': { body: { version: '12' } },
  'POST /members/m-7/recovery': { body: { startedAt: AT } },
  'POST /impersonation-sessions': { status: 201, body: { id: 's-1', memberId: 'm-7', openedAt: AT } },
  'GET /impersonation-sessions/s-1/view': { body: VIEW },
  'DELETE /impersonation-sessions/s-1': { status: 204 },
};
const CHANGE: AdminChange = { on: 'employer', id: 'g-1', field: 'enabled', from: false, to: true, version: '7' };
const KEY = '5158:1:fix';

async function town(over: Record<string, Answer> = {}) {
  const server = await recorder(({ method, path, query }) => {
    const name = `${method} ${path}`;
    if (over[name]) return over[name];
    if (path === '/employers') return { body: { employers: query['name'] === 'Acme' ? [ACME] : [] } };
    return ANSWERS[name] ?? { status: 404, body: { title: 'There is no such thing', status: 404 } };
  });
  return { server, groups: connectGroups({ url: server.url, token: 'hush-hush' }), asked: () => server.asked.map((a) => `${a.method} ${a.path}`) };
}

test('reads what the contract says, by requests that the contract knows', async () => {
  const { server, groups } = await town();
  expect(await groups.findGroup('g-1')).toEqual(ACME);
  expect(await groups.findGroup('Acme')).toEqual(ACME);
  expect(await groups.employer('g-1')).toEqual(ACME);
  expect(await groups.recentChanges('g-1', AT)).toEqual(CHANGES);
  expect(await groups.members('g-1')).toEqual({ memberIds: ['m-7'], next: 'p2' });
  expect(await groups.members('g-1', 'p2')).toEqual({ memberIds: ['m-7'], next: 'p2' });
  expect(server.asked.at(-1)!.query).toEqual({ page: 'p2' });
  expect(await groups.memberAccess('m-7')).toEqual(ACCESS);
  expect(await groups.imports('g-1')).toEqual(IMPORTS);
  expect(await groups.engagementReport('g-1')).toEqual(REPORT);
  expect(await groups.engagementDefinition('g-1')).toEqual(DEFINITION);
  expect(await groups.activity('g-1', '2026-02-01', '2026-02-28')).toMatchObject({ figures: { logins: 12 } });
  expect(await groups.rewards('g-1')).toEqual(REWARDS);
  expect(await groups.integrationLog('g-1')).toEqual(LOG);
  const by = await contract('admin');
  expect(server.asked.map(by)).toEqual([
    'getEmployer',
    'getEmployer',
    'findEmployers',
    'getEmployer',
    'listRecentChanges',
    'listGroupMembers',
    'listGroupMembers',
    'getMemberAccess',
    'listImports',
    'getEngagementReport',
    'getEngagementDefinition',
    'getActivity',
    'getRewards',
    'listIntegrationLog',
  ]);
  expect(server.asked.every((a) => a.headers['authorization'] === 'Bearer hush-hush' && a.method === 'GET')).toBe(true);
});

test('acts by requests that the contract knows, each with its key', async () => {
  const { server, groups } = await town();
  expect(await groups.apply(CHANGE, KEY)).toEqual({ outcome: 'applied', version: '10' });
  expect(server.asked[0]).toMatchObject({ headers: { 'if-match': '"7"' }, body: { field: 'enabled', from: false, to: true } });
  expect(await groups.apply({ ...CHANGE, on: 'rewards', version: '8' }, KEY)).toEqual({ outcome: 'applied', version: '11' });
  expect(await groups.apply({ ...CHANGE, on: 'eligibility', id: 'm-7', field: 'eligible' }, KEY)).toEqual({ outcome: 'applied', version: '12' });
  expect(await groups.regenerateReport('g-1', PARAMETERS, KEY)).toEqual({ ...REPORT, id: 'r-2' });
  expect(await groups.startRecovery('m-7', KEY)).toEqual({ startedAt: AT });
  expect(await groups.syncRewards('g-1', KEY)).toEqual({ outcome: 'completed', at: AT, detail: 'all of them' });
  expect(await groups.memberView('m-7', KEY)).toEqual(VIEW);
  const by = await contract('admin');
  expect(server.asked.map(by)).toEqual([
    'changeEmployer',
    'changeRewards',
    'changeMemberAccess',
    'makeEngagementReport',
    'startRecovery',
    'syncRewards',
    'openSession',
    'getMemberView',
    'endSession',
  ]);
  expect(server.asked.slice(0, 7).map((a) => a.headers['idempotency-key'])).toEqual(Array(7).fill(KEY));
});

test('a write without its version, or an effect without its key, is not as the contract says', async () => {
  const by = await contract('admin');
  const body = { field: 'enabled', from: false, to: true };
  expect(by({ method: 'PATCH', path: '/employers/g-1', headers: { 'idempotency-key': KEY }, body })).toMatch(/^changeEmployer: .*if-match/i);
  expect(by({ method: 'PATCH', path: '/employers/g-1', headers: { 'idempotency-key': KEY, 'if-match': '7' }, body })).toMatch(/^changeEmployer: .*pattern/);
  expect(by({ method: 'POST', path: '/members/m-7/recovery', headers: {} })).toMatch(/^startRecovery: .*idempotency-key/i);
});

describe('finding a group', () => {
  test('none, or several of the name, is null; so is nothing to go by', async () => {
    const twins = await town({ 'GET /employers': { body: { employers: [ACME, { ...ACME, id: 'g-2' }] } } });
    expect(await twins.groups.findGroup('Acme')).toBeNull();
    const { groups, server } = await town();
    expect(await groups.findGroup('Nobody')).toBeNull();
    const before = server.asked.length;
    expect(await groups.findGroup('  ')).toBeNull();
    expect(server.asked).toHaveLength(before);
  });

  test('what a ticket says goes nowhere else than it should', async () => {
    const { groups, asked, server } = await town();
    for (const text of ['..', '.', '../members?email=a', 'a/rewards']) expect(await groups.findGroup(text)).toBeNull();
    expect(asked()).toEqual([
      'GET /employers',
      'GET /employers',
      'GET /employers/..%2Fmembers%3Femail%3Da',
      'GET /employers',
      'GET /employers/a%2Frewards',
      'GET /employers',
    ]);
    expect(server.asked[0]!.query).toEqual({ name: '..' });
  });

  test('an id that would lead elsewhere is refused, and nothing is sent', async () => {
    const { groups, server } = await town();
    for (const ask of [() => groups.employer('..'), () => groups.memberAccess('.'), () => groups.rewards(''), () => groups.syncRewards('..', KEY), () => groups.apply({ ...CHANGE, id: '..' }, KEY)])
      expect((await failure(ask())).type).toBe('Refused');
    expect(server.asked).toEqual([]);
  });
});

test('another version by now is a conflict, with the version that it is', async () => {
  const { groups, asked } = await town({ 'PATCH /employers/g-1': { status: 412 }, 'PATCH /employers/g-1/rewards': { status: 412 }, 'PATCH /members/m-7/access': { status: 412 } });
  expect(await groups.apply({ ...CHANGE, version: '6' }, KEY)).toEqual({ outcome: 'conflict', version: '7' });
  expect(await groups.apply({ ...CHANGE, on: 'rewards' }, KEY)).toEqual({ outcome: 'conflict', version: '8' });
  expect(await groups.apply({ ...CHANGE, on: 'eligibility', id: 'm-7' }, KEY)).toEqual({ outcome: 'conflict', version: '9' });
  expect(asked()).toHaveLength(6);
});

describe('a session as the member', () => {
  test.each([403, 404, 409])('that is not available (%i) is no view, and nothing else is asked', async (status) => {
    const { groups, asked } = await town({ 'POST /impersonation-sessions': { status, body: { title: 'Not now', status } } });
    expect(await groups.memberView('m-7', KEY)).toBeNull();
    expect(asked()).toEqual(['POST /impersonation-sessions']);
  });

  test("a proxy's page is not Admin's word that there is none, nor that there is no such group", async () => {
    const page = { status: 404, body: '<html>Not found</html>' };
    const { groups } = await town({ 'POST /impersonation-sessions': page, 'GET /employers/Acme': page });
    for (const call of [() => groups.memberView('m-7', KEY), () => groups.findGroup('Acme')]) expect(await failure(call())).toMatchObject({ type: 'Unavailable', nonRetryable: false });
  });

  test.each<[string, Answer, string]>([
    ['refused', { status: 403 }, 'Refused'],
    ['not answered', { drop: true }, 'Unavailable'],
    ['malformed', { body: { ...VIEW, signIn: 'perhaps' } }, 'Refused'],
  ])('is ended where its view is %s', async (_, answer, type) => {
    const { groups, asked } = await town({ 'GET /impersonation-sessions/s-1/view': answer });
    const failed = await failure(groups.memberView('m-7', KEY));
    expect(failed.type).toBe(type);
    expect(failed.message).toMatch(/look as the member/);
    expect(asked().at(-1)).toBe('DELETE /impersonation-sessions/s-1');
  });

  test('that cannot be ended fails, so that it is tried again; why the view failed goes before it', async () => {
    const end = { 'DELETE /impersonation-sessions/s-1': { status: 503 } };
    expect((await failure((await town(end)).groups.memberView('m-7', KEY))).message).toMatch(/end the session/);
    const both = await town({ ...end, 'GET /impersonation-sessions/s-1/view': { status: 500 } });
    expect((await failure(both.groups.memberView('m-7', KEY))).message).toMatch(/look as the member/);
  });

  test('that is gone has ended', async () => {
    const { groups } = await town({ 'DELETE /impersonation-sessions/s-1': { status: 404 } });
    expect(await groups.memberView('m-7', KEY)).toEqual(VIEW);
  });
});

type Call = (groups: GroupsPort) => Promise<unknown>;
test.each<[string, unknown, RegExp, Call]>([
  ['GET /employers/g-1', { ...ACME, enabled: 'yes' }, /: enabled$/, (g) => g.employer('g-1')],
  ['GET /employers/g-1', { ...ACME, version: '7"\r\nx: y' }, /: version$/, (g) => g.findGroup('g-1')],
  ['GET /employers', {}, /: employers$/, (g) => g.findGroup('Acme')],
  ['GET /employers/g-1/changes', { changes: [{ ...CHANGES[0], at: 'yesterday' }] }, /changes\.0\.at/, (g) => g.recentChanges('g-1', AT)],
  ['GET /employers/g-1/members', { memberIds: [''], next: null }, /memberIds\.0/, (g) => g.members('g-1')],
  ['GET /employers/g-1/members', { memberIds: [] }, /next/, (g) => g.members('g-1')],
  ['GET /members/m-7/access', { ...ACCESS, account: { ...ACCESS.account, locked: null } }, /account\.locked/, (g) => g.memberAccess('m-7')],
  ['GET /employers/g-1/imports', { imports: [{ ...IMPORTS[0], status: 'done' }] }, /imports\.0\.status/, (g) => g.imports('g-1')],
  ['GET /employers/g-1/engagement/report', {}, /report/, (g) => g.engagementReport('g-1')],
  ['GET /employers/g-1/engagement/definition', { ...DEFINITION, client: undefined }, /client/, (g) => g.engagementDefinition('g-1')],
  ['GET /employers/g-1/activity', { from: 'x', to: '2026-02-28', figures: {} }, /from/, (g) => g.activity('g-1', '2026-02-01', '2026-02-28')],
  ['GET /employers/g-1/rewards', { ...REWARDS, integration: { name: 'x', status: 'off' } }, /integration\.status/, (g) => g.rewards('g-1')],
  ['GET /employers/g-1/rewards/log', { entries: null }, /entries/, (g) => g.integrationLog('g-1')],
  ['PATCH /employers/g-1', null, /the whole answer/, (g) => g.apply(CHANGE, KEY)],
  ['POST /impersonation-sessions', { session: 's-1' }, /: id$/, (g) => g.memberView('m-7', KEY)],
  ['POST /employers/g-1/engagement/reports', { ...REPORT, figures: { logins: 'many' } }, /figures\.logins/, (g) => g.regenerateReport('g-1', PARAMETERS, KEY)],
  ['POST /members/m-7/recovery', {}, /startedAt/, (g) => g.startRecovery('m-7', KEY)],
  ['POST /employers/g-1/rewards/sync', { outcome: 'fine', at: AT, detail: '' }, /outcome/, (g) => g.syncRewards('g-1', KEY)],
])('a malformed answer of %s is refused and names the field (%#)', async (request, body, names, call) => {
  const { groups } = await town({ [request]: { body: JSON.stringify(body) } });
  const failed = await failure(call(groups));
  expect(failed.type).toBe('Refused');
  expect(failed.message).toMatch(names);
});

test('no report is null', async () => {
  const { groups } = await town({ 'GET /employers/g-1/engagement/report': { body: { report: null } } });
  expect(await groups.engagementReport('g-1')).toBeNull();
});

test.each(STATUSES)('a change that is answered $status is $type', async ({ status, type }) => {
  const { groups } = await town({ 'PATCH /members/m-7/access': { status } });
  const failed = await failure(groups.apply({ ...CHANGE, on: 'eligibility', id: 'm-7', field: 'eligible' }, KEY));
  expect(failed.type).toBe(type);
  expect(deep(failed)).not.toMatch(/hush-hush|m-7/);
});
