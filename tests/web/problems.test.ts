import { describe, expect, test } from 'vitest';
import { BadQuery, TemporalAway } from '../../src/client/errors.js';
import { EXECUTION } from './fake-cases.js';
import { ENDED, MEMBERS, MERGED, OTHER, PROBLEM, PROBLEM_ROW, PROBLEM_VIEW, RESOLVED } from './fake-problems.js';
import { town } from './town.js';

const BY_API = { name: 'API', role: 'lead', verified: true };

describe('looking', () => {
  test('a problem, with its execution and its members', async () => {
    const { api, calls } = town();
    const view = (await (await api('GET', `/problems/${PROBLEM}`)).json()) as object;
    expect(view).toEqual({ ...PROBLEM_VIEW, execution: { ...EXECUTION, workflowId: PROBLEM } });
    expect(await (await api('GET', `/problems/${PROBLEM}/members`)).json()).toEqual({ members: MEMBERS });
    await api('GET', `/problems/${PROBLEM}/members?offset=1000&limit=1000`);
    expect(calls.filter(([verb]) => verb === 'problem members').map(([, , page]) => page)).toEqual([{ offset: 0, limit: 100 }, { offset: 1000, limit: 1000 }]);
  });
  test('a list is one visibility query', async () => {
    const { api, calls } = town();
    const query = new URLSearchParams({ query: 'JiraKey = "INFRA-7" OR Priority = "Urgent"', status: 'open', stage: 'telling', flagged: 'true', limit: '5' });
    expect(await (await api('GET', `/problems?${query}`)).json()).toEqual({ problems: [PROBLEM_ROW] });
    await api('GET', '/problems');
    await api('GET', '/problems?status=ended');
    expect(calls.map(([, listing]) => listing)).toEqual([
      { query: '(JiraKey = "INFRA-7" OR Priority = "Urgent") AND ExecutionStatus = "Running" AND Stage = "telling" AND Flagged = true', limit: 5 },
      { limit: 100 },
      { query: 'ExecutionStatus != "Running"', limit: 100 },
    ]);
  });
  test('one that is not there is a 404 that names it', async () => {
    const missing = 'problem-price-wrong-99999999999';
    const response = await town().api('GET', `/problems/${missing}`);
    expect([response.status, await response.json()]).toEqual([404, { reason: expect.stringContaining(missing) }]);
  });
  test.each(['5158', 'case-5158', 'problem-', 'problem-x', 'problem-server-error-0a1b2c3d4e5%22', 'PROBLEM-server-error-0a1b2c3d4e5'])('"%s" is no problem', async (id) => {
    const { api, calls } = town();
    expect([(await api('GET', `/problems/${id}`)).status, calls]).toEqual([400, []]);
  });
  test.each(['stage=deciding', 'limit=0', 'flagged=yes', 'colour=red', 'query='])('a list by "%s" is a 400', async (query) => {
    const { api, calls } = town();
    expect([(await api('GET', `/problems?${query}`)).status, calls]).toEqual([400, []]);
  });
  test.each(['offset=-1', 'limit=1001', 'page=2'])('members by "%s" are a 400', async (query) => {
    const { api, calls } = town();
    expect([(await api('GET', `/problems/${PROBLEM}/members?${query}`)).status, calls]).toEqual([400, []]);
  });
  test.each([
    [new BadQuery('Temporal does not understand the query: x'), 400],
    [new TemporalAway('away'), 503],
  ])('%s is a %i', async (error, status) => {
    expect((await town({ fails: () => error }).api('GET', '/problems')).status).toBe(status);
  });
  test('nobody looks without the token', async () => {
    const { app, calls } = town();
    expect([(await app.request('/api/problems')).status, calls]).toEqual([401, []]);
  });
});

describe('commands', () => {
  test.each<[string, object, unknown[]]>([
    [`/problems/${PROBLEM}/merge`, { into: OTHER, reason: ' one cause ' }, ['problem merge', PROBLEM, { into: OTHER, reason: 'one cause' }]],
    [`/problems/${PROBLEM}/choose`, { choice: 'follow-up', reason: 'x' }, ['problem choose', PROBLEM, { choice: 'follow-up', reason: 'x' }]],
    [`/problems/${PROBLEM}/resume`, {}, ['problem resume', PROBLEM, {}]],
    [`/problems/${PROBLEM}/resume`, { note: 'the token is new' }, ['problem resume', PROBLEM, { note: 'the token is new' }]],
    ['/cases/5158/link', { problem: OTHER, reason: 'x' }, ['link', '5158', { problem: OTHER, reason: 'x' }]],
    ['/cases/5158/unlink', { reason: 'x' }, ['unlink', '5158', { reason: 'x' }]],
  ])('%s %j is said by whom the token names', async (path, body, [verb, id, said]) => {
    const { api, calls } = town();
    const response = await api('POST', path, body, { 'Idempotency-Key': 'k' });
    expect([response.status, await response.json()]).toEqual([200, { accepted: true, said: expect.any(String) }]);
    const grant = verb === 'problem merge' && { grant: expect.objectContaining({ of: PROBLEM, verb: 'merge', cycle: 2 }) };
    expect(calls.filter(([call]) => call !== 'problem running' && call !== 'problem state')).toEqual([[verb, id, { ...(said as object), by: BY_API, ...grant, id: expect.stringMatching(/^[0-9a-f]{64}$/) }]]);
  });

  test.each([
    [`/problems/${PROBLEM}/merge`, { into: ENDED, reason: 'x' }],
    ['/cases/5158/link', { problem: ENDED, reason: 'x' }],
    ['/cases/5158/link', { problem: 'problem-price-wrong-99999999999', reason: 'x' }],
  ])('%s %j: a problem that does not run is refused, and not said', async (path, body) => {
    const { api, calls } = town();
    const response = await api('POST', path, body);
    expect([response.status, await response.json()]).toEqual([409, { accepted: false, reason: expect.stringContaining('is not a problem that is running') }]);
    expect(calls.map(([call]) => call).filter((call) => call !== 'problem state')).toEqual(['problem running']);
  });

  test.each([
    [`/problems/${PROBLEM}/merge`, { into: RESOLVED, reason: 'x' }, /is resolved.*reopen INFRA-7 in Jira/],
    [`/problems/${PROBLEM}/merge`, { into: MERGED, reason: 'x' }, new RegExp(`was merged into ${OTHER}: name that one`)],
  ])('%s %j: who is sent to a problem that is not open would hear what is not so; it is refused with what to do', async (path, body, why) => {
    const { api, calls } = town();
    const response = await api('POST', path, body);
    expect([response.status, await response.json()]).toEqual([409, { accepted: false, reason: expect.stringMatching(why) }]);
    expect(calls.map(([call]) => call).filter((call) => call === 'problem merge')).toEqual([]);
  });
  test.each([
    [RESOLVED, /is resolved.*its member is followed up with now/],
    [MERGED, /took it up/],
  ])('a link to %s, which is not open, is for one case, and says what the member hears', async (problem, said) => {
    const { api, calls } = town();
    const response = await api('POST', '/cases/5158/link', { problem, reason: 'x' });
    expect([response.status, await response.json()]).toEqual([200, { accepted: true, said: expect.stringMatching(said) }]);
    expect(calls.map(([call]) => call)).toContain('link');
  });

  test('a problem is not merged into itself', async () => {
    const { api, calls } = town();
    const response = await api('POST', `/problems/${PROBLEM}/merge`, { into: PROBLEM, reason: 'x' });
    expect([response.status, calls.filter(([call]) => call !== 'problem state')]).toEqual([409, []]);
  });

  test.each<[string, unknown, RegExp]>([
    [`/problems/${PROBLEM}/merge`, { into: OTHER }, /reason/],
    [`/problems/${PROBLEM}/merge`, { into: '5158', reason: 'x' }, /into/],
    [`/problems/${PROBLEM}/merge`, { into: OTHER, reason: 'x', quietly: true }, /quietly/],
    [`/problems/${PROBLEM}/choose`, { choice: 'wait', reason: 'x' }, /choice/],
    [`/problems/${PROBLEM}/resume`, { note: '' }, /note/],
    ['/cases/5158/link', { problem: `${OTHER}"`, reason: 'x' }, /problem/],
    ['/cases/5158/link', { problem: OTHER }, /reason/],
    ['/cases/5158/unlink', {}, /reason/],
    ['/cases/5158/unlink', { reason: 'x', by: { name: 'x' } }, /by/],
  ])('%s %j is a 400 that says why, and nobody hears of it', async (path, body, why) => {
    const { api, calls } = town();
    const response = await api('POST', path, body);
    expect([response.status, calls]).toEqual([400, []]);
    expect(((await response.json()) as { reason: string }).reason).toMatch(why);
  });

  test('a refusal by the problem is a 409', async () => {
    const answer = { accepted: false, reason: 'There is nothing to choose.' } as const;
    const response = await town({ answer }).api('POST', `/problems/${PROBLEM}/choose`, { choice: 'follow-up', reason: 'x' });
    expect([response.status, await response.json()]).toEqual([409, answer]);
  });

  test('the same key for two problems is two commands', async () => {
    const { api, calls } = town();
    for (const id of [PROBLEM, PROBLEM, OTHER]) await api('POST', `/problems/${id}/resume`, {}, { 'Idempotency-Key': 'k' });
    const [one, again, other] = calls.map(([, id, said]) => [id, (said as { id: string }).id]);
    expect(again).toEqual(one);
    expect(other![0]).toBe(OTHER);
  });
});
