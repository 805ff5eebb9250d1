import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checked } from '../../src/audit/chain.js';
import { loadGatewayConfig } from '../../src/config.js';
import { startIdentity, type Identity } from '../../src/sandbox/identity/provider.js';
import { SECRETS } from '../setup/secrets.js';
import { ENDED, PROBLEM } from './fake-problems.js';
import { AUDIT, AUDIT_KEY, PROBLEM_AUDIT, town } from './town.js';

let identity: Identity;
let config: ReturnType<typeof loadGatewayConfig>;
/** An auditor's header, as the identity provider gives out the token. */
let auditor: Record<string, string>;
beforeAll(async () => {
  identity = await startIdentity({ port: 0 });
  config = loadGatewayConfig({ ...identity.env, ...SECRETS });
  auditor = { Authorization: `Bearer ${await identity.tokenFor('auditor')}` };
});
afterAll(() => identity.close());

describe('the audit', () => {
  test('one case, for a reader', async () => {
    const { api } = town();
    expect(await (await api('GET', '/cases/5158/audit')).json()).toEqual({ audit: AUDIT });
    expect((await api('GET', '/cases/6000/audit')).status).toBe(404);
  });

  test('one problem, for a reader', async () => {
    const { api } = town();
    expect(await (await api('GET', `/problems/${PROBLEM}/audit`)).json()).toEqual({ audit: PROBLEM_AUDIT });
    expect((await api('GET', `/problems/${ENDED}/audit`)).status).toBe(404);
    expect((await api('GET', '/problems/5158/audit')).status).toBe(400);
  });

  test('the export is signed, and says who asked for what', async () => {
    const { api, calls } = town({ oidc: config.oidc });
    const response = await api('GET', '/audit?from=2026-07-01T02:00:00%2B02:00', undefined, auditor);
    expect(response.headers.get('Content-Type')).toBe('application/x-ndjson');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(checked(await response.text(), AUDIT_KEY.publicPem)).toMatchObject({
      ok: true,
      entries: AUDIT.length,
      scope: { from: '2026-07-01T00:00:00.000Z', to: null, exportedAt: '2026-07-01T12:00:00.000Z' },
    });
    expect(calls).toEqual([['audit', '2026-07-01T00:00:00.000Z', null]]);
    expect(await (await api('GET', '/audit/key', undefined, auditor)).json()).toEqual({ id: AUDIT_KEY.id, publicKey: AUDIT_KEY.publicPem });
  });

  test('who looked at what is in the log, by their id', async () => {
    const lines: string[] = [];
    const { api } = town({ oidc: config.oidc, log: pino({}, { write: (line: string) => void lines.push(line) }) });
    await api('GET', '/cases/5158/audit', undefined, auditor);
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([expect.objectContaining({ method: 'GET', path: '/api/cases/5158/audit', status: 200, by: 'program-auditor' })]);
  });

  test('without a key nothing is exported, and the reason says what to set', async () => {
    const { api, calls } = town({ auditKey: null, oidc: config.oidc });
    const response = await api('GET', '/audit', undefined, auditor);
    expect([response.status, calls]).toEqual([404, []]);
    expect(await response.json()).toEqual({ reason: expect.stringContaining('AUDIT_KEY') });
  });
  test.each(['9999-12-31T23:59:59-14:00', '0000-01-01T00:00:00Z', '0001-01-01T00:00:00%2B14:00', '1969-12-31T23:59:59Z'])('%s is no time that Temporal knows', async (at) => {
    const { api, calls } = town({ oidc: config.oidc });
    for (const bound of ['from', 'to']) {
      const response = await api('GET', `/audit?${bound}=${at}`, undefined, auditor);
      expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ reason: expect.stringContaining('1970 to 9999') })]);
    }
    expect(calls).toEqual([]);
    expect((await api('GET', '/audit?from=1970-01-01T00:00:00Z&to=9999-12-31T23:59:59Z', undefined, auditor)).status).toBe(200);
  });
  test('a time that is none is refused', async () => {
    const { api, calls } = town({ oidc: config.oidc });
    expect([(await api('GET', '/audit?from=yesterday', undefined, auditor)).status, (await api('GET', '/audit?since=x', undefined, auditor)).status, calls]).toEqual([400, 400, []]);
  });
});
