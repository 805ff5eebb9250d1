/** A share of `npm run fuzz`: hostile webhooks are refused with a reason, and have no effect. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SECRETS } from '../../chaos/fuzz/forgeries.js';
import { fuzz } from '../../chaos/fuzz/run.js';
import { fuzzSockets } from '../../chaos/fuzz/sockets.js';
import { NOW, town } from './town.js';

test('hostile bodies, forged, stale and repeated webhooks: 4xx with a reason, never 5xx, no effect', async () => {
  const report = await fuzz({ requests: 6_000, forged: 2_000, seed: 20_261_123 });
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({ requests: 6_000, found: 0 });
  expect(report.forged + report.replayed).toBe(2_000);
  // Every kind came up, and the gateway told them apart.
  expect(Object.keys(report.kinds).length).toBeGreaterThan(35);
  expect(Object.keys(report.statuses).sort()).toEqual(['202', '400', '401', '413', '429']);
});

test('connections that break off, lie or never end: no 5xx in answers or in the log, no effect, and the gateway goes on', async () => {
  const report = await fuzzSockets({ connections: 300, seed: 20_261_125 });
  expect(report.findings).toEqual([]);
  expect(Object.keys(report.kinds)).toHaveLength(10);
  expect(Object.keys(report.statuses)).toEqual(expect.arrayContaining(['400', '401', '408']));
});

test('the same seed sends the same', async () => {
  const once = await fuzz({ requests: 200, forged: 100, seed: 7 });
  expect(await fuzz({ requests: 200, forged: 100, seed: 7 })).toEqual(once);
  expect((await fuzz({ requests: 200, forged: 100, seed: 8 })).kinds).not.toEqual(once.kinds);
});

test('control: a gateway that knows the forger’s secret, or still takes a retired one, is found out', async () => {
  const { forger, retired } = SECRETS;
  const report = await fuzz({ requests: 0, forged: 600, seed: 1, secrets: { helpdesk: [...SECRETS.helpdesk, retired], jira: [...SECRETS.jira, forger] } });
  expect(report.findings).toContainEqual('helpdesk, the retired secret: a case heard of it');
  expect(report.findings).toContainEqual('jira, a guessed secret: answered 202 instead of 401');
});

test('any JSON, rightly signed, is 202 or 400 with a reason; any bytes are never 5xx', async () => {
  const value = fc.oneof(fc.json(), fc.record({ timestamp: fc.constant(NOW), webhookEvent: fc.string(), issue: fc.anything().map((x) => x ?? null) }).map((o) => safely(o)));
  await fc.assert(
    fc.asyncProperty(fc.oneof(value, fc.uint8Array({ maxLength: 300 })), async (body) => {
      const { helpdesk, jira, calls } = town();
      for (const answer of [await helpdesk(body), await jira(body)]) {
        expect([202, 400, 401]).toContain(answer.status);
        if (answer.status !== 202) expect(await answer.json()).toEqual(expect.objectContaining({ reason: expect.stringMatching(/\w/) }));
      }
      // Nothing that is made up at random names a ticket of 5158 and a case by accident.
      for (const [verb, ticketId] of calls) expect(verb === 'byIssue' || /^[1-9]\d{0,19}$/.test(String(ticketId))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

const safely = (value: unknown): string => {
  try {
    return JSON.stringify(value, (_, x: unknown) => (typeof x === 'bigint' ? String(x) : x)) ?? 'null';
  } catch {
    return 'null';
  }
};
