import { expect, test } from 'vitest';
import { connectAdmin } from '../../src/adapters/admin.js';
import { contract } from '../contracts/openapi.js';
import { deep, failure } from './failing.js';
import { recorder, type Answer } from './recorder.js';

const PAT = { id: 'm-7', name: 'Pat Doe', email: 'pat@example.com', employerGroup: 'Acme' };

const ANSWERS: Record<string, Answer> = {
  '/members/m-7': { body: PAT },
  '/members/m-7/incentive-program': {
    body: { inCompliance: true, inComplianceSince: '2026-03-01T10:00:00Z', startDate: '2026-01-01', endDate: null },
  },
  '/members/m-7/eligibility': { body: { ooeResult: 'excluded' } },
  '/members/m-7/requirements-to-schedule': {
    body: { requirements: [{ name: 'Consent', met: true, since: '2026-03-01T10:00:00.000Z' }], allTrueSince: '2026-03-01T10:00:00.000Z' },
  },
  '/members/m-7/device-order': {
    body: { ordered: false, orderTemplateCompleted: null, firstSessionCompleted: true, clinicalRequirements: [{ name: 'A1c', met: true }] },
  },
  '/members/m-7/notes/5158%3A1%3Aescalated': { status: 201, body: { key: '5158:1:escalated', body: 'x', at: '2026-03-01T10:00:00Z' } },
};

async function town(over: Record<string, Answer> = {}) {
  const server = await recorder(({ path, query }) => {
    if (over[path]) return over[path];
    if (path === '/members') return { body: { members: query['email'] === PAT.email ? [PAT] : [] } };
    return ANSWERS[path] ?? { status: 404, body: { title: 'There is no such member', status: 404 } };
  });
  return { server, admin: connectAdmin({ url: server.url, token: 'hush-hush' }) };
}

test('reads what the contract says, by requests that the contract knows', async () => {
  const { server, admin } = await town();
  expect(await admin.findMember({ memberId: 'm-7', email: 'other@example.com' })).toEqual(PAT);
  expect(await admin.findMember({ email: PAT.email })).toEqual(PAT);
  expect(await admin.incentiveProgram('m-7')).toEqual(ANSWERS['/members/m-7/incentive-program']!.body);
  expect(await admin.eligibility('m-7')).toEqual({ ooeResult: 'excluded' });
  expect(await admin.requirementsToSchedule('m-7')).toEqual(ANSWERS['/members/m-7/requirements-to-schedule']!.body);
  expect(await admin.deviceOrder('m-7')).toEqual(ANSWERS['/members/m-7/device-order']!.body);
  await admin.noteAccount('m-7', { key: '5158:1:escalated', body: 'With ProdOps.' });
  expect(server.asked.at(-1)).toMatchObject({ method: 'PUT', body: { body: 'With ProdOps.' } });

  const by = await contract('admin');
  expect(server.asked.map(by)).toEqual([
    'getMember',
    'findMembers',
    'getIncentiveProgram',
    'getEligibility',
    'getRequirementsToSchedule',
    'getDeviceOrder',
    'putNote',
  ]);
  expect(server.asked.every((a) => a.headers['authorization'] === 'Bearer hush-hush')).toBe(true);
});

test('no member is null: an unknown id, an unknown address, an address that two members share, nothing to go by', async () => {
  const { admin } = await town();
  expect(await admin.findMember({ memberId: 'm-8', email: PAT.email })).toBeNull();
  expect(await admin.findMember({ email: 'nobody@example.com' })).toBeNull();
  expect(await admin.findMember({})).toBeNull();
  const shared = await town({ '/members': { body: { members: [PAT, { ...PAT, id: 'm-9' }] } } });
  expect(await shared.admin.findMember({ email: PAT.email })).toBeNull();
});

test("a proxy's page is not Admin's word that there is no such member", async () => {
  const { admin } = await town({ '/members/m-7': { status: 404, body: '<html>Not found</html>' } });
  expect(await failure(admin.findMember({ memberId: 'm-7' }))).toMatchObject({ type: 'Unavailable', nonRetryable: false });
});

test('ids are encoded into the path', async () => {
  const { server, admin } = await town();
  expect(await admin.findMember({ memberId: '../members?email=a' })).toBeNull();
  expect(server.asked[0]).toMatchObject({ path: '/members/..%2Fmembers%3Femail%3Da', query: {} });
});

test.each(['.', '..', '\ud800', 'm-7\udfff'])('%j is no id: it names nobody, and nothing is sent', async (id) => {
  // What a server without a guard would answer with: all members, or the root.
  const { server, admin } = await town({ '/': { body: PAT }, '/members/': { body: PAT } });
  expect(await admin.findMember({ memberId: id, email: PAT.email })).toBeNull();
  for (const ask of [admin.incentiveProgram, admin.eligibility, admin.requirementsToSchedule, admin.deviceOrder]) expect((await failure(ask(id))).type).toBe('Refused');
  expect((await failure(admin.noteAccount(id, { key: 'k', body: 'x' }))).type).toBe('Refused');
  expect((await failure(admin.noteAccount('m-7', { key: '..', body: 'x' }))).type).toBe('Refused');
  expect(server.asked).toEqual([]);
});

test.each([
  ['/members/m-7/eligibility', { ooeResult: 'perhaps' }, /ooeResult/, 'eligibility'],
  ['/members/m-7/eligibility', {}, /ooeResult/, 'eligibility'],
  ['/members/m-7/incentive-program', { inCompliance: true, inComplianceSince: 'last week', startDate: null, endDate: null }, /inComplianceSince/, 'incentiveProgram'],
  ['/members/m-7/requirements-to-schedule', { requirements: [{ name: 'A', met: 'yes', since: null }], allTrueSince: null }, /requirements\.0\.met/, 'requirementsToSchedule'],
  ['/members/m-7/device-order', null, /the whole answer/, 'deviceOrder'],
] as const)('a malformed answer of %s is refused and names the field', async (path, body, names, method) => {
  const { admin } = await town({ [path]: { body: JSON.stringify(body) } });
  const failed = await failure(admin[method]('m-7'));
  expect(failed.type).toBe('Refused');
  expect(failed.message).toMatch(names);
});

test('a failure says neither the token nor the address', async () => {
  const { admin } = await town({ '/members': { status: 403 } });
  const failed = await failure(admin.findMember({ email: PAT.email }));
  expect(failed.message).toBe('Admin refused to find the member (403)');
  expect(deep(failed)).not.toMatch(/hush-hush|pat@example/);
});

test('a fact of a member who is not there is refused, not guessed', async () => {
  const { admin } = await town();
  expect((await failure(admin.eligibility('m-8'))).type).toBe('Refused');
});
