import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { BadQuery, Malformed, TemporalAway } from '../../src/client/errors.js';
import { gatewayApp } from '../../src/web/app.js';
import { REFUSED_PER_MINUTE } from '../../src/web/rate.js';
import { EXECUTION, fakeCases, ROW, RULING, TIMELINE, VIEW } from './fake-cases.js';
import { fakeProblems } from './fake-problems.js';
import { CODEC, fakeAuditor, GRANT_KEYS, NOW, ticketEvent, TOKEN, town } from './town.js';

const BY_API = { name: 'API', role: 'lead', verified: true };

describe('health', () => {
  test('alive and ready are two questions', async () => {
    const here = town();
    expect((await here.app.request('/healthz')).status).toBe(200);
    expect((await here.app.request('/readyz')).status).toBe(200);
    const away = town({ fails: () => new TemporalAway('Temporal did not answer in time.') });
    expect((await away.app.request('/healthz')).status).toBe(200);
    const response = await away.app.request('/readyz');
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '20']);
  });

  test('whoever asks within a second gets one answer of Temporal, be it a failure', async () => {
    const clock = { now: NOW };
    const temporal = { asked: 0, away: false };
    const { cases, calls } = fakeCases();
    const ready = () => {
      temporal.asked++;
      return temporal.away ? Promise.reject(new TemporalAway('Temporal did not answer in time.')) : Promise.resolve();
    };
    const nobody = () => Promise.resolve(null);
    const app = gatewayApp({
      cases: { ...cases, ready }, problems: fakeProblems(calls), auditor: fakeAuditor(calls), codec: CODEC,
      config: { helpdeskWebhookSecrets: [], jiraWebhookSecrets: [], apiToken: TOKEN, oidc: null, grantKeys: GRANT_KEYS },
      ours: { helpdesk: nobody, jira: nobody }, now: () => clock.now, log: pino({ level: 'silent' }),
    });
    const both = async () => [...(await Promise.all([app.request('/readyz'), app.request('/readyz')])), await app.request('/readyz')].map((r) => r.status);
    expect([await both(), temporal.asked]).toEqual([[200, 200, 200], 1]);
    clock.now += 999;
    temporal.away = true;
    expect([await both(), temporal.asked]).toEqual([[200, 200, 200], 1]);
    clock.now += 1;
    expect([await both(), temporal.asked]).toEqual([[503, 503, 503], 2]);
    temporal.away = false;
    clock.now += 1_000;
    expect([await both(), temporal.asked]).toEqual([[200, 200, 200], 3]);
    // A clock that is set back keeps no old answer.
    clock.now -= 3_600_000;
    expect([await both(), temporal.asked]).toEqual([[200, 200, 200], 4]);
  });
});

describe('what is said of members is kept by no proxy and no browser', () => {
  const kept = (response: Response) => [response.status, response.headers.get('Cache-Control')];
  test.each([
    ['GET', '/cases', 200], ['GET', '/cases/5158', 200], ['GET', '/cases/5158/timeline', 200], ['GET', '/cases/5158/audit', 200], ['POST', '/cases/5158/resume', 200],
    ['GET', '/me', 200], ['GET', '/cases/6000', 404], ['GET', '/cases?limit=0', 400], ['GET', '/nothing', 404], ['POST', '/cases/5158/close', 400], ['GET', '/audit', 403],
  ])('%s /api%s', async (method, path, status) => {
    const { api } = town();
    expect(kept(await api(method, path, method === 'POST' ? {} : undefined))).toEqual([status, 'no-store']);
  });
  test('nor what refuses somebody, or says that Temporal is away', async () => {
    const { app } = town();
    for (let i = 0; i <= REFUSED_PER_MINUTE; i++) expect(kept(await app.request('/api/cases'))).toEqual([i < REFUSED_PER_MINUTE ? 401 : 429, 'no-store']);
    expect(kept(await town({ fails: () => new TemporalAway('away') }).api('GET', '/cases'))).toEqual([503, 'no-store']);
  });
});

describe('who is asking', () => {
  test.each([
    ['no header', {}],
    ['no scheme', { Authorization: TOKEN }],
    ['another token', { Authorization: 'Bearer another' }],
    ['a prefix of the token', { Authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['an empty token', { Authorization: 'Bearer ' }],
  ])('%s is a 401 before anything is read', async (_, headers) => {
    const { app, calls } = town();
    const response = await app.request('/api/cases/5158/close', { method: 'POST', body: '{', headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer');
    expect(await response.json()).toEqual({ reason: expect.stringContaining('API_TOKEN') });
    expect(calls).toEqual([]);
  });

  test.each([
    ['Dana Fox', 'Dana Fox'],
    [encodeURIComponent('Zoë  \u001b[31m\nÅström\u202e'), 'Zoë [31m Åström'],
    ['100%', '100%'],
    ['   ', 'API'],
    [encodeURIComponent('🙂'.repeat(100)), '🙂'.repeat(64)],
  ])('the name %j is recorded as %j', async (header, name) => {
    const { api, calls } = town();
    await api('POST', '/cases/5158/resume', {}, { 'X-Onetouch-Actor': header });
    expect(calls).toEqual([['resume', '5158', { by: { name, role: 'lead', verified: true } }]]);
  });

  test('who it is never comes from the body', async () => {
    const { api, calls } = town();
    const response = await api('POST', '/cases/5158/close', { reason: 'done', by: { name: 'x', role: 'admin', verified: true } });
    expect([response.status, calls]).toEqual([400, []]);
  });
});

describe('looking', () => {
  test('a case, with its execution', async () => {
    const response = await town().api('GET', '/cases/5158');
    expect(await response.json()).toEqual({ ...VIEW, execution: EXECUTION });
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
  });
  test('its timeline and its ruling', async () => {
    const { api } = town();
    expect(await (await api('GET', '/cases/5158/timeline')).json()).toEqual({ timeline: TIMELINE });
    expect(await (await api('GET', '/cases/5158/explain')).json()).toEqual({ ruling: RULING });
  });
  test('a ticket without a case is a 404 with a reason, as is an unknown path', async () => {
    const { api } = town();
    const response = await api('GET', '/cases/6000');
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ reason: expect.stringContaining('6000') });
    expect((await api('POST', '/cases/6000/close', { reason: 'x' })).status).toBe(404);
    expect(await (await api('GET', '/nothing')).json()).toEqual({ reason: 'There is no GET /api/nothing here.' });
  });
  test.each(['abc', '0', '-1', '1'.repeat(21), '5158%22', '%E0%A4%A'])('"%s" is no ticket', async (ticket) => {
    const { api, calls } = town();
    expect([(await api('GET', `/cases/${ticket}`)).status, calls]).toEqual([400, []]);
  });

  test('a list is one visibility query', async () => {
    const { api, calls } = town();
    const query = new URLSearchParams({ query: 'PromiseDue < "2026-07-02T00:00:00Z" OR Cycle > 1', team: 'ProdOps', status: 'open', flagged: 'true', limit: '5' });
    expect(await (await api('GET', `/cases?${query}`)).json()).toEqual({ cases: [ROW] });
    await api('GET', '/cases');
    await api('GET', '/cases?stage=tier-1&needs=mail-check&status=ended');
    expect(calls.map(([, listing]) => listing)).toEqual([
      {
        query: '(PromiseDue < "2026-07-02T00:00:00Z" OR Cycle > 1) AND ExecutionStatus = "Running" AND Team = "ProdOps" AND Flagged = true',
        limit: 5,
      },
      { limit: 100 },
      { query: 'ExecutionStatus != "Running" AND Stage = "tier-1" AND Needs = "mail-check"', limit: 100 },
    ]);
  });
  test.each(['team=Marketing', 'stage="x"', 'limit=0', 'limit=many', 'flagged=yes', 'colour=red', 'query='])('"%s" is a 400', async (query) => {
    const { api, calls } = town();
    expect([(await api('GET', `/cases?${query}`)).status, calls]).toEqual([400, []]);
  });
  test.each(['\u0000', '\u0007', '\r', '\u009b', '\u202e'])('a query with %j is refused before it is asked', async (control) => {
    const { api, calls } = town();
    for (const list of ['/cases', '/problems']) expect((await api('GET', `${list}?${new URLSearchParams({ query: `Stage="${control}"` })}`)).status).toBe(400);
    expect(calls).toEqual([]);
  });
  test('a query that Temporal does not understand is a 400', async () => {
    const response = await town({ fails: () => new BadQuery('Temporal does not understand the query: x') }).api('GET', '/cases?query=x');
    expect([response.status, await response.json()]).toEqual([400, { reason: 'Temporal does not understand the query: x' }]);
  });
});

describe('commands', () => {
  const good: [string, unknown, string, unknown?][] = [
    ['close', { reason: ' solved by phone\nyesterday ' }, 'close', { reason: 'solved by phone\nyesterday' }],
    ['close', { reason: 'x', withoutFollowUp: true }, 'close'],
    ['re-escalate', { reason: 'x' }, 'reEscalate'],
    ['override', { team: 'Tier 2', reason: 'x' }, 'override'],
    ['provide', { facts: { bugConfirmed: true, inquiry: null, unmetRequirements: ['Consent'] }, report: { errorText: 'Error 500' } }, 'provide'],
    [
      'provide',
      { facts: { inComplianceSince: '2026-06-30T14:00:00+02:00', requirementsAllTrueSince: null } },
      'provide',
      { facts: { inComplianceSince: '2026-06-30T12:00:00.000Z', requirementsAllTrueSince: null } },
    ],
    ['confirm', { verdict: 'works', how: 'call' }, 'confirm'],
    ['choose', { choice: 'keep-waiting', reason: 'x' }, 'choose'],
    ['resume', {}, 'resume'],
    ['resume', { note: 'the address is right now' }, 'resume'],
    ['promise', { dueAt: '2026-07-01T15:00:00+02:00' }, 'setPromise', { dueAt: '2026-07-01T13:00:00.000Z' }],
    ['mail', { outcome: 'was-sent' }, 'settleMail'],
    ['fix', {}, 'fix'],
    ['approve', { groupId: 'G-1', field: 'enabled', from: false, to: true, version: '3' }, 'approve'],
    ['refuse', { reason: 'x' }, 'refuse'],
    ['observed', { login: 'fails' }, 'observed'],
  ];
  test.each(good)('%s %j reaches the case', async (verb, body, said, meant = body) => {
    const { api, calls } = town();
    const response = await api('POST', `/cases/5158/${verb}`, body);
    expect([response.status, await response.json()]).toEqual([200, { accepted: true, said: 'The case took it up.' }]);
    // A privileged one asks for the cycle first, and takes its grant along.
    const onGroup = said === 'fix' || said === 'approve';
    const privileged = onGroup || said === 'override' || 'withoutFollowUp' in (body as object);
    expect(calls).toEqual([...(privileged ? [['state', '5158']] : []), [said, '5158', { ...(meant as object), by: BY_API, ...(privileged && { grant: expect.objectContaining({ of: onGroup ? 'group-5158-1' : 'case-5158', verb: said }) }) }]]);
  });

  const bad: [string, unknown, RegExp][] = [
    ['close', {}, /reason/],
    ['close', { reason: '   ' }, /reason/],
    ['close', { reason: 'x'.repeat(2_001) }, /reason/],
    ['close', { reason: 'a\u0000b' }, /control/],
    ['close', { reason: 'x', withoutFollowUp: 'yes' }, /withoutFollowUp/],
    ['close', { reason: 'x', force: true }, /force/],
    ['close', '{"reason":"x","reason":"y"}', /twice/],
    ['close', '[]', /object/],
    ['close', 'reason=x', /JSON/],
    ['override', { team: 'Tier 1', reason: 'x' }, /team/],
    ['provide', {}, /facts/],
    ['provide', { facts: {}, report: {} }, /facts/],
    ['provide', { facts: { bugConfirmed: 'yes' } }, /bugConfirmed/],
    ['provide', { facts: { mood: 'bad' } }, /mood/],
    ['provide', { facts: { inquiry: 'weather' } }, /inquiry/],
    ['provide', { facts: { inComplianceSince: '2026-06-30' } }, /inComplianceSince/],
    ['provide', { facts: { inComplianceSince: '2026-07-01T12:00:01Z' } }, /future/],
    ['provide', { facts: { unmetRequirements: 'Consent' } }, /unmetRequirements/],
    ['provide', { report: { colour: 'red' } }, /colour|report/],
    ['provide', { report: { errorText: 500 } }, /errorText/],
    ['confirm', { verdict: 'maybe' }, /verdict/],
    ['choose', { choice: 'follow-up' }, /reason/],
    ['promise', { dueAt: '2026-07-01T11:59:59Z' }, /future/],
    ['promise', { dueAt: 'tomorrow' }, /dueAt/],
    ['mail', { outcome: 'lost' }, /outcome/],
    ['approve', { groupId: 'G-1', field: 'enabled', from: false, to: true }, /version/],
    ['approve', { groupId: 'G-1', field: 'enabled', from: 'off', to: true, version: '3' }, /from/],
    ['refuse', {}, /reason/],
    ['observed', { login: 'perhaps' }, /login/],
  ];
  test.each(bad)('%s %j is a 400 that says why, and the case does not hear of it', async (verb, body, why) => {
    const { api, calls } = town();
    const response = await api('POST', `/cases/5158/${verb}`, body);
    expect([response.status, calls]).toEqual([400, []]);
    expect(((await response.json()) as { reason: string }).reason).toMatch(why);
  });

  test('a refusal by the protocol is a 409 with the row', async () => {
    const answer = { accepted: false, row: 'cancellation', reason: 'Tier 1 processes it.' } as const;
    const response = await town({ answer }).api('POST', '/cases/5158/re-escalate', { reason: 'x' });
    expect([response.status, await response.json()]).toEqual([409, answer]);
  });

  test('an Idempotency-Key makes one command of two, not of different ones', async () => {
    const { api, calls } = town();
    const key = { 'Idempotency-Key': 'member@example.com' };
    await api('POST', '/cases/5158/close', { reason: 'x' }, key);
    await api('POST', '/cases/5158/close', { reason: 'x' }, key);
    await api('POST', '/cases/5158/re-escalate', { reason: 'x' }, key);
    await api('POST', '/cases/5158/close', { reason: 'x' }, { ...key, 'X-Onetouch-Actor': 'Dana' });
    const ids = calls.map(([, , said]) => (said as { id: string }).id);
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(3);
    // It becomes an update's id, where no member data may be.
    expect(ids[0]).toMatch(/^[0-9a-f]{64}$/);
    expect((await api('POST', '/cases/5158/resume', {}, { 'Idempotency-Key': 'two words' })).status).toBe(400);
  });

  test.each([
    [new TemporalAway('away'), 503],
    [new Malformed('close: reason must be a text'), 400],
    [new Error('a bug, with member data'), 500],
  ])('%s is a %i', async (error, status) => {
    const response = await town({ fails: () => error }).api('POST', '/cases/5158/close', { reason: 'x' });
    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain('member data');
  });

  test('a body of more than 1 MB is a 413', async () => {
    expect((await town().api('POST', '/cases/5158/close', { reason: 'x'.repeat(1024 * 1024) })).status).toBe(413);
  });
});

test('the log has the path and the status, never a body, a query or a token', async () => {
  let written = '';
  const log = pino(new Writable({ write: (chunk: Buffer, _, done) => ((written += chunk.toString()), done()) }));
  const { api, helpdesk } = town({ log });
  await api('POST', '/cases/5158/close', { reason: 'Jane Doe called' });
  await api('GET', '/cases?query=Group%20%3D%20%22acme%22');
  await helpdesk(ticketEvent({ detail: { id: '5158', subject: 'Jane Doe cannot log in' } }));
  expect(written).toContain('"path":"/api/cases/5158/close","status":200');
  expect(written).toContain('"path":"/webhooks/helpdesk","status":202');
  expect(written).not.toMatch(/Jane|acme|a-token/);
});
