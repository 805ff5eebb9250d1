/** What the stand-in answers about employer groups is as docs/admin-api.yaml says, errors included. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Document } from 'openapi-backend';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { contract, type Check } from './answers.js';
import { asAdmin, asNobody, company } from './support.js';

let check: Check;
let document: Document;
beforeAll(async () => {
  document = parse(readFileSync(path.resolve(import.meta.dirname, '../../docs/admin-api.yaml'), 'utf8')) as Document;
  check = await contract(document);
});

const GROUP = {
  getEmployer: '',
  listRecentChanges: '/changes?since=2026-01-01T00:00:00Z',
  listGroupMembers: '/members',
  listImports: '/imports',
  getEngagementReport: '/engagement/report',
  getEngagementDefinition: '/engagement/definition',
  getActivity: '/activity?from=2026-01-01&to=2026-01-31',
  getRewards: '/rewards',
  listIntegrationLog: '/rewards/log',
};
const WRITES = {
  changeEmployer: ['PATCH', '/employers/G-1', 200],
  changeRewards: ['PATCH', '/employers/G-1/rewards', 200],
  changeMemberAccess: ['PATCH', '/members/M-1/access', 200],
  makeEngagementReport: ['POST', '/employers/G-1/engagement/reports', 201],
  syncRewards: ['POST', '/employers/G-1/rewards/sync', 200],
  startRecovery: ['POST', '/members/M-1/recovery', 200],
} as const;
const BODY: Record<string, object> = {
  changeEmployer: { field: 'enabled', from: false, to: true },
  changeRewards: { field: 'enabled', from: false, to: true },
  changeMemberAccess: { field: 'eligible', from: false, to: true },
  makeEngagementReport: { from: '2026-01-01', to: '2026-01-31', groupId: 'G-1', metrics: ['logins'] },
};
const POORLY = {
  name: 'Acme',
  enabled: false,
  network: { name: null, mappingVersion: null, problem: 'not mapped' },
  dataIssues: [{ kind: 'corrupted' as const, what: 'birth dates' }],
  securityIncident: 'SEC-1',
  customizations: [{ name: 'logo', displayed: null, problem: 'not found' }],
  changes: [{ at: '2026-02-01T00:00:00Z', kind: 'platform-release' as const, what: '2026.2', by: 'release train' }],
  report: null,
  definition: { client: null },
  rewards: { enabled: false, lastSync: null, integration: { status: 'down' as const } },
  access: {
    'M-1': { eligibility: { eligible: false }, browser: null },
    'M-2': { eligibility: { listed: false, eligible: null }, account: { created: false } },
  },
};

test.each([
  ['that is well', { access: { 'M-1': {}, 'M-2': {} } }],
  ['that is not', POORLY],
])('reading a group %s', async (_, facts) => {
  const town = await company();
  const ask = asAdmin(town);
  await town.admin.setGroup('G-1', { name: 'Acme', ...facts });
  for (const [operation, part] of Object.entries(GROUP)) check(operation, await ask('GET', `/employers/G-1${part}`), 200);
  for (const member of ['M-1', 'M-2']) check('getMemberAccess', await ask('GET', `/members/${member}/access`), 200);
  const found = await ask('GET', '/employers?name=ACME');
  check('findEmployers', found, 200);
  expect(found.body.employers).toHaveLength(1);
  for (const where of ['/employers/G-1', '/employers/G-1/rewards', '/members/M-1/access']) {
    const { headers, body } = await ask('GET', where);
    expect(headers.get('etag')).toBe(`"${body.version}"`);
  }
});

test('writing, and its repeat', async () => {
  const town = await company();
  const ask = asAdmin(town);
  await town.admin.setGroup('G-1', POORLY);
  for (const [operation, [method, where, status]] of Object.entries(WRITES)) {
    const headers: Record<string, string> = { 'idempotency-key': `5001:1:${operation}` };
    if (method === 'PATCH') headers['if-match'] = (await ask('GET', where)).headers.get('etag')!;
    const answer = await ask(method, where, BODY[operation], headers);
    check(operation, answer, status);
    const again = await ask(method, where, BODY[operation], headers);
    check(operation, again, status);
    expect(again.body).toEqual(answer.body);
    expect(again.headers.get('etag')).toBe(answer.headers.get('etag'));
    if (method === 'PATCH') expect(answer.headers.get('etag')).toBe(`"${answer.body.version}"`);
  }
  expect(town.admin.ledger.map((e) => /key (\S+)$/.exec(e.text)?.[1])).toEqual(Object.keys(WRITES).map((operation) => `5001:1:${operation}`));
});

test('a session from its opening to its end', async () => {
  const town = await company();
  const ask = asAdmin(town);
  await town.admin.setGroup('G-1', { access: { 'M-1': {} } });
  const key = { 'idempotency-key': '5001:1:look' };
  const opened = await ask('POST', '/impersonation-sessions', { memberId: 'M-1' }, key);
  check('openSession', opened, 201);
  check('openSession', await ask('POST', '/impersonation-sessions', { memberId: 'M-1' }, key), 200);
  const session = `/impersonation-sessions/${opened.body.id}`;
  check('getMemberView', await ask('GET', `${session}/view`), 200);
  check('endSession', await ask('DELETE', session), 204);
  check('endSession', await ask('DELETE', session), 204);
  check('getMemberView', await ask('GET', `${session}/view`), 404);
  check('openSession', await ask('POST', '/impersonation-sessions', { memberId: 'M-1' }, key), 201);
});

test('errors are problems, and did nothing', async () => {
  const town = await company();
  const ask = asAdmin(town);
  await town.admin.setGroup('G-1', POORLY);
  await town.admin.setGroup('G-2', { impersonation: false, access: { 'M-3': { impersonation: true } } });
  await town.admin.setGroup('G-3', { access: { 'M-4': { impersonation: false } } });
  const before = [town.admin.group('G-1'), town.admin.sessions()];
  const problem = async (operation: string, status: number, ...request: Parameters<typeof ask>) => {
    const answer = await ask(...request);
    check(operation, answer, status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
    return answer;
  };
  for (const [operation, part] of Object.entries(GROUP)) {
    await problem(operation, 404, 'GET', `/employers/G-9${part}`);
    check(operation, await asNobody(town.admin.url)('GET', `/employers/G-1${part}`), 401);
  }
  await problem('findEmployers', 400, 'GET', '/employers');
  await problem('listRecentChanges', 400, 'GET', '/employers/G-1/changes');
  await problem('listGroupMembers', 400, 'GET', '/employers/G-1/members?page=first');
  await problem('getActivity', 400, 'GET', '/employers/G-1/activity?from=2026-01-01');
  await problem('getMemberAccess', 404, 'GET', '/members/M-9/access');

  const key = { 'idempotency-key': '5001:1:x' };
  for (const [operation, [method, where]] of Object.entries(WRITES)) {
    check(operation, await asNobody(town.admin.url)(method, where, BODY[operation]), 401);
    await problem(operation, 400, method, where, BODY[operation], { 'if-match': '"1"' });
    await problem(operation, 404, method, where.replace('-1', '-9'), BODY[operation], key);
    if (method !== 'PATCH') continue;
    const now = (await ask('GET', where)).headers.get('etag')!;
    await problem(operation, 428, method, where, BODY[operation], key);
    const conflict = await problem(operation, 412, method, where, BODY[operation], { ...key, 'if-match': '"0"' });
    expect(conflict.headers.get('etag')).toBe(now);
    await problem(operation, 400, method, where, { field: 'colour', from: false, to: true }, { ...key, 'if-match': now });
    await problem(operation, 400, method, where, { field: 'enabled' }, { ...key, 'if-match': now });
    await problem(operation, 409, method, where, { ...BODY[operation], from: true, to: false }, { ...key, 'if-match': now });
  }
  await problem('makeEngagementReport', 400, 'POST', '/employers/G-1/engagement/reports', { ...BODY.makeEngagementReport, groupId: 'G-2' }, key);
  const unknown = (await ask('GET', '/members/M-2/access')).headers.get('etag')!;
  await problem('changeMemberAccess', 409, 'PATCH', '/members/M-2/access', BODY.changeMemberAccess, { ...key, 'if-match': unknown });
  await problem('getEmployer', 404, 'GET', '/employers/constructor');
  await problem('startRecovery', 409, 'POST', '/members/M-2/recovery', undefined, key);
  await problem('openSession', 400, 'POST', '/impersonation-sessions', {}, key);
  await problem('openSession', 400, 'POST', '/impersonation-sessions', { memberId: 'M-1' });
  await problem('openSession', 403, 'POST', '/impersonation-sessions', { memberId: 'M-3' }, key);
  await problem('openSession', 404, 'POST', '/impersonation-sessions', { memberId: 'M-9' }, key);
  await problem('openSession', 409, 'POST', '/impersonation-sessions', { memberId: 'M-4' }, key);
  await problem('endSession', 404, 'DELETE', '/impersonation-sessions/S-9');
  expect([town.admin.group('G-1'), town.admin.sessions()]).toEqual(before);
  expect(town.admin.ledger).toEqual([]);

  await ask('POST', '/employers/G-1/rewards/sync', undefined, key);
  await problem('syncRewards', 422, 'POST', '/employers/G-2/rewards/sync', undefined, key);
  await ask('POST', '/impersonation-sessions', { memberId: 'M-1' }, key);
  await problem('openSession', 422, 'POST', '/impersonation-sessions', { memberId: 'M-2' }, key);
});

test('every operation of the document about groups is tried here', () => {
  const tried = [...Object.keys(GROUP), ...Object.keys(WRITES), 'findEmployers', 'getMemberAccess', 'openSession', 'getMemberView', 'endSession'];
  const before = ['findMembers', 'getMember', 'getIncentiveProgram', 'getEligibility', 'getRequirementsToSchedule', 'getDeviceOrder', 'listNotes', 'putNote'];
  const operations = Object.values(document.paths!).flatMap((p) => Object.values(p!).flatMap((o) => (typeof o === 'object' && 'operationId' in o ? [o.operationId] : [])));
  expect(operations.sort()).toEqual([...tried, ...before].sort());
});

test.each([
  ['getEngagementReport', { report: { id: 'r', generatedAt: '2026-01-01T00:00:00Z', parameters: {}, requested: {}, figures: {} } }],
  ['getMemberAccess', { memberId: 'M-1' }],
  ['changeEmployer', { version: '"1"' }],
])('the check of %s fails on a wrong answer', (operation, body) => {
  expect(() => check(operation, { status: 200, headers: new Headers(), body }, 200)).toThrow(operation);
});
