/** The real client against a port where no Temporal is. */
import { WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cases } from '../../src/client/cases.js';
import { connectTemporal, temporalAddress, type Temporal } from '../../src/client/connect.js';
import { problems } from '../../src/client/problems.js';
import { TemporalAway, understood } from '../../src/client/errors.js';
import { loadGatewayConfig } from '../../src/config.js';
import { freePort } from '../../src/dev/ports.js';
import { startGateway } from '../../src/gateway.js';
import { SECRETS } from '../setup/secrets.js';
import { OTHER, PROBLEM } from '../web/fake-problems.js';

const HOST = '127.0.0.1';
let temporal: Temporal;

beforeAll(async () => {
  temporal = await connectTemporal({ payloads: null, lazy: true, env: { TEMPORAL_ADDRESS: `${HOST}:${await freePort()}`, TEMPORAL_NAMESPACE: 'escalations' } });
});
afterAll(() => temporal.close());

const message = { id: 'a', via: 'webhook', at: '2026-07-01T12:00:00Z' } as const;
const by = { name: 'API', role: 'lead', verified: true } as const;

test('every call ends by its deadline as TemporalAway', async () => {
  const away = cases(temporal.client, { deadlineMs: 100 });
  const awayProblems = problems(temporal.client, { deadlineMs: 100 });
  const calls = [
    away.knock('5158', message),
    away.issueChanged('5158', { ...message, key: 'OPS-7' }),
    away.describe('5158'),
    away.list(),
    away.byIssue('OPS-7'),
    away.state('5158'),
    away.timeline('5158'),
    away.explain('5158'),
    away.close('5158', { reason: 'x', by, id: 'k' }),
    away.link('5158', { problem: PROBLEM, reason: 'x', by, id: 'k' }),
    away.ready(),
    awayProblems.list(),
    awayProblems.running(PROBLEM),
    awayProblems.byIssue('OPS-7'),
    awayProblems.state(PROBLEM),
    awayProblems.members(PROBLEM),
    awayProblems.timeline(PROBLEM),
    awayProblems.issueChanged(PROBLEM, { ...message, key: 'OPS-7' }),
    awayProblems.merge(PROBLEM, { into: OTHER, reason: 'x', by, id: 'k' }),
  ];
  for (const ended of await Promise.allSettled(calls)) expect(ended).toMatchObject({ status: 'rejected', reason: expect.any(TemporalAway) });
});

test('one that does not answer in time: what the cases do meanwhile, and what to do', () => {
  const late = understood(new WorkflowUpdateRPCTimeoutOrCancelledError('deadline'), () => new Error('missing'));
  expect(late).toMatchObject({ name: 'TemporalAway', message: expect.stringMatching(/in time\. The cases go on by themselves; try again/) });
});

test('a connection closed in the middle of a retry takes nobody down', async () => {
  const mine = await connectTemporal({ payloads: null, lazy: true, env: { TEMPORAL_ADDRESS: temporal.address } });
  const calls = Promise.allSettled([cases(mine.client).describe('5158'), cases(mine.client).describe('5159')]);
  await expect(cases(mine.client, { deadlineMs: 100 }).ready()).rejects.toThrow(TemporalAway);
  await mine.close();
  // An uncaught error in a timer would fail the run.
  for (const ended of await calls) expect(ended).toMatchObject({ status: 'rejected', reason: expect.any(TemporalAway) });
});

const config = (port: number) =>
  loadGatewayConfig({ ...SECRETS, PORT: String(port), API_TOKEN: 't' });
const log = pino({ level: 'silent' });

test('the gateway starts all the same: alive, not ready', async () => {
  const gateway = await startGateway(config(0), temporal, { log });
  try {
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${gateway.url}/readyz`);
    expect([ready.status, ready.headers.get('Retry-After')]).toEqual([503, '20']);
  } finally {
    await gateway.close();
  }
}, 30_000);

test('a taken port is said, with the setting that changes it', async () => {
  const gateway = await startGateway(config(0), temporal, { log });
  try {
    await expect(startGateway(config(gateway.port), temporal, { log })).rejects.toThrow(
      `Port ${gateway.port} on 127.0.0.1 is taken. Set PORT to a free one`,
    );
  } finally {
    await gateway.close();
  }
});

test('the address is the standard variables', () => {
  expect(temporal.namespace).toBe('escalations');
  const { namespace, options } = temporalAddress({ TEMPORAL_CONFIG_FILE: '/nonexistent' });
  expect([namespace, options.address]).toEqual(['default', 'localhost:7233']);
});
