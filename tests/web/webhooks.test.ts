import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TemporalAway, understood } from '../../src/client/errors.js';
import { signHelpdesk, signJira } from '../../src/web/webhooks/sign.js';
import { AT } from './fake-cases.js';
import { PROBLEM } from './fake-problems.js';
import { HELPDESK_SECRET, issueEvent, JIRA_SECRET, NOW, OLD_SECRET, OUR_HELPDESK_ID, OUR_JIRA_ID, ticketEvent, town } from './town.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const ago = (ms: number) => new Date(NOW - ms).toISOString();

describe('signatures', () => {
  test("Jira's published vector", () => {
    expect(signJira("It's a Secret to Everybody", Buffer.from('Hello World!'))).toBe(
      'sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9',
    );
  });

  test("the helpdesk's covers the timestamp first, then the body", () => {
    // printf '2026-07-01T12:00:00Z{}' | openssl dgst -sha256 -hmac secret -binary | base64
    expect(signHelpdesk('secret', '2026-07-01T12:00:00Z', Buffer.from('{}'))).toBe('roCrNHtwWD7NaE7K4v18kTtgm4zuX7mty/qdhNmr04s=');
  });

  test.each([
    ['a wrong secret', { secret: 'wrong' }],
    ['no signature', { headers: { 'X-Zendesk-Webhook-Signature': '' } }],
    ['no timestamp', { headers: { 'X-Zendesk-Webhook-Signature-Timestamp': '' } }],
    ['another timestamp than the signed one', { headers: { 'X-Zendesk-Webhook-Signature-Timestamp': ago(1) } }],
    ['a timestamp six minutes old', { at: ago(6 * 60_000) }],
    ['a timestamp two minutes ahead', { at: ago(-2 * 60_000) }],
    ['a timestamp that is none', { at: 'yesterday' }],
  ])('the helpdesk with %s is a 401 with a reason, and no case hears of it', async (_, how) => {
    const { helpdesk, calls } = town();
    const response = await helpdesk(ticketEvent(), how);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ reason: expect.stringMatching(/\w+/) });
    expect(calls).toEqual([]);
  });

  test('both secrets are good while one is rotated', async () => {
    const { helpdesk } = town();
    expect((await helpdesk(ticketEvent(), { secret: HELPDESK_SECRET })).status).toBe(202);
    expect((await helpdesk(ticketEvent(), { secret: OLD_SECRET })).status).toBe(202);
  });

  test('the bytes as sent are verified, not their JSON', async () => {
    const { helpdesk, app } = town();
    expect((await helpdesk(' { "ticket_id" :\t"5158" }\n')).status).toBe(202);
    const signature = signHelpdesk(HELPDESK_SECRET, AT, Buffer.from('{"ticket_id": "5158"}'));
    const headers = { 'X-Zendesk-Webhook-Signature': signature, 'X-Zendesk-Webhook-Signature-Timestamp': AT };
    const respaced = await app.request('/webhooks/helpdesk', { method: 'POST', body: '{"ticket_id":"5158"}', headers });
    expect(respaced.status).toBe(401);
  });

  test('Jira: a wrong or missing signature is a 401', async () => {
    const { jira, app, calls } = town();
    expect((await jira(issueEvent(), { secret: 'wrong' })).status).toBe(401);
    expect((await app.request('/webhooks/jira', { method: 'POST', body: JSON.stringify(issueEvent()) })).status).toBe(401);
    expect(calls).toEqual([]);
  });

  test("Jira's retries of more than an hour are heard, four hours are not", async () => {
    const { jira } = town();
    expect((await jira(issueEvent({ timestamp: NOW - 2 * 3_600_000 }))).status).toBe(202);
    expect((await jira(issueEvent({ timestamp: NOW - 4 * 3_600_000 }))).status).toBe(401);
    expect((await jira(issueEvent({ timestamp: NOW + 600_000 }))).status).toBe(401);
  });
});

describe('the helpdesk', () => {
  test('an event names the ticket, when, and itself by its body', async () => {
    const { helpdesk, calls } = town();
    const response = await helpdesk(ticketEvent());
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ heard: ['5158'] });
    const id = sha256(JSON.stringify(ticketEvent()));
    expect(calls).toEqual([['knock', '5158', { id, via: 'webhook', at: '2026-07-01T11:59:58.500Z' }]]);
  });

  test('the same event sent again, with other headers and a later timestamp, has the same id', async () => {
    const { helpdesk, calls } = town();
    await helpdesk(ticketEvent(), { headers: { 'X-Zendesk-Webhook-Invocation-Id': 'one' } });
    await helpdesk(ticketEvent(), { headers: { 'X-Zendesk-Webhook-Invocation-Id': 'two' }, at: ago(-30_000) });
    await helpdesk(ticketEvent({ id: 'another' }));
    const ids = calls.map(([, , message]) => (message as { id: string }).id);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
  });

  test.each([
    ['as text', { ticket_id: '5158' }],
    ['as a number', { ticket_id: 5158 }],
    ['inside a ticket', { ticket: { id: '5158' } }],
    ['by the documented template', { ticket_id: '5158', actor_id: '77', updated_at: '2026-07-01T11:59:00Z' }],
  ])('a trigger body names the ticket %s', async (_, body) => {
    const { helpdesk, calls } = town();
    expect((await helpdesk(body)).status).toBe(202);
    expect(calls).toEqual([['knock', '5158', { id: sha256(AT + JSON.stringify(body)), via: 'webhook', at: AT }]]);
  });

  test('two changes with the same trigger body are two', async () => {
    const { helpdesk, calls } = town();
    await helpdesk({ ticket_id: '5158' });
    await helpdesk({ ticket_id: '5158' }, { at: ago(1_000) });
    const ids = calls.map(([, , message]) => (message as { id: string }).id);
    expect(ids[0]).not.toBe(ids[1]);
  });

  test('an event type nobody has heard of is still a hint', async () => {
    const { helpdesk, calls } = town();
    await helpdesk(ticketEvent({ type: 'zen:event-type:ticket.teleported', event: { whither: [1, { x: null }] } }));
    expect(calls).toHaveLength(1);
  });

  test('an event about something else is accepted and ignored', async () => {
    const { helpdesk, calls } = town();
    const response = await helpdesk(ticketEvent({ type: 'zen:event-type:user.created', subject: 'zen:user:5158' }));
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ ignored: 'not about a ticket' });
    expect(calls).toEqual([]);
  });

  test.each([
    ['an event', ticketEvent({ detail: { id: '5158', actor_id: OUR_HELPDESK_ID } })],
    ['an event with the actor as a number', ticketEvent({ detail: { id: '5158', actor_id: Number(OUR_HELPDESK_ID) } })],
    ['a trigger body', { ticket_id: '5158', actor_id: OUR_HELPDESK_ID }],
  ])('our own change by %s is ignored', async (_, body) => {
    const { helpdesk, calls } = town();
    const response = await helpdesk(body);
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ ignored: 'our own change' });
    expect(calls).toEqual([]);
  });

  test.each([
    [{ target_ticket_id: '6000' }, '6000'],
    [{ target_ticket_id: 6000 }, '6000'],
    [{ target: { id: '6000' } }, '6000'],
    [{ target_ticket_id: '5158' }, undefined],
    [{ target_ticket_id: 'x' }, undefined],
    [{}, undefined],
    [null, undefined],
  ])('a merge by %j names the surviving ticket: %s', async (event, mergedInto) => {
    const { helpdesk, calls } = town();
    await helpdesk(ticketEvent({ type: 'zen:event-type:ticket.merged', event }));
    expect(calls.map(([, , message]) => (message as { mergedInto?: string }).mergedInto)).toEqual([mergedInto]);
  });
});

describe('Jira', () => {
  const id = (body: unknown) => sha256(JSON.stringify(body));
  const message = (body: unknown) => ({ id: id(body), via: 'webhook', at: ago(1_000), key: 'OPS-7' });

  test("labels name the tickets; a case that ended does not keep another's from hearing", async () => {
    const { jira, calls } = town();
    const body = issueEvent({ issue: { key: 'OPS-7', fields: { labels: ['onetouch-40-2', 'onetouch-5158-1', 'onetouch-5158-2', 'onetouch', 'onetouch-x-1'] } } });
    const response = await jira(body);
    expect(await response.json()).toEqual({ heard: ['5158'] });
    expect(calls).toEqual([
      ['issueChanged', '40', message(body)],
      ['issueChanged', '5158', message(body)],
    ]);
  });

  test('without labels the cases that have the issue are looked up', async () => {
    const body = issueEvent({ webhookEvent: 'comment_created', issue: { key: 'OPS-7' }, comment: { author: { accountId: 'an-engineer' } } });
    const known = town({ byIssue: ['5158'] });
    expect(await (await known.jira(body)).json()).toEqual({ heard: ['5158'] });
    expect(known.calls).toEqual([['problem byIssue', 'OPS-7'], ['byIssue', 'OPS-7'], ['issueChanged', '5158', message(body)]]);

    const unknown = town();
    const response = await unknown.jira(body);
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ ignored: 'no running case or problem has this issue' });
  });

  test('a label names the problem, which is told once, and not each of its cases', async () => {
    const { jira, calls } = town({ byIssue: ['5158'] });
    const labels = ['onetouch', `onetouch-${PROBLEM}-1`, `onetouch-${PROBLEM}-2`, 'onetouch-problem-x-1'];
    const body = issueEvent({ issue: { key: 'OPS-7', fields: { labels } } });
    expect(await (await jira(body)).json()).toEqual({ heard: [PROBLEM] });
    expect(calls).toEqual([['problem issueChanged', PROBLEM, message(body)]]);
  });

  const labelled = (labels: string[]) => issueEvent({ issue: { key: 'OPS-7', fields: { labels } } });

  test('labels of kinds that there are not name no problem, and start none', async () => {
    for (const kind of ['x', 'a-b', 'constructor', 'server-errors', 'server-error-server-error', 'x'.repeat(2_000)]) {
      const { jira, calls } = town();
      expect((await jira(labelled(Array.from({ length: 60 }, (_, i) => `onetouch-problem-${kind}-${String(i).padStart(8, '0')}-1`)))).status).toBe(202);
      expect(calls, kind).toEqual([['problem byIssue', 'OPS-7'], ['byIssue', 'OPS-7']]);
    }
  });

  test('of one delivery so many cases and problems are told, a few at once', async () => {
    for (const label of [(i: number) => `onetouch-problem-server-error-${String(i).padStart(8, '0')}-1`, (i: number) => `onetouch-${5_000 + i}-1`]) {
      let [now, most] = [0, 0];
      const { jira, calls } = town({ within: async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 1));
        now -= 1;
      } });
      expect((await jira(labelled(Array.from({ length: 60 }, (_, i) => label(i))))).status).toBe(202);
      expect([calls.filter(([verb]) => verb.endsWith('issueChanged')).length, most]).toEqual([20, 5]);
    }
  });

  test.each([`onetouch-${'9'.repeat(21)}-1`, `onetouch-5158-${'1'.repeat(2_000)}`, `onetouch-problem-server-error-00000000-${'1'.repeat(2_000)}`, 'o'.repeat(100_000)])('a label of any length is no 5xx: %#', async (label) => {
    const { jira, calls } = town();
    expect((await jira(labelled([label]))).status).toBe(202);
    expect(calls.filter(([verb]) => verb.endsWith('issueChanged'))).toEqual([]);
  });

  test('what Temporal does not take is a 400', async () => {
    const { jira, helpdesk } = town({ fails: () => understood(Object.assign(new Error('3 INVALID_ARGUMENT'), { code: 3, details: 'too long', metadata: {} }), () => new Error('missing')) as Error });
    for (const answer of [await jira(labelled(['onetouch-5158-1'])), await jira(labelled([`onetouch-${PROBLEM}-1`])), await helpdesk(ticketEvent())]) {
      expect(answer.status).toBe(400);
      expect(await answer.json()).toEqual({ reason: expect.stringContaining('Temporal does not take') });
    }
  });

  test("an issue that is a problem's and a case's is heard by both; a problem is looked up too", async () => {
    const both = town();
    const body = issueEvent({ issue: { key: 'OPS-7', fields: { labels: [`onetouch-${PROBLEM}-1`, 'onetouch-5158-1'] } } });
    expect(await (await both.jira(body)).json()).toEqual({ heard: [PROBLEM, '5158'] });

    const unlabelled = issueEvent({ webhookEvent: 'comment_created', issue: { key: 'OPS-7' } });
    const found = town({ problemsByIssue: [PROBLEM] });
    expect(await (await found.jira(unlabelled)).json()).toEqual({ heard: [PROBLEM] });
    expect(found.calls).toEqual([['problem byIssue', 'OPS-7'], ['problem issueChanged', PROBLEM, message(unlabelled)], ['byIssue', 'OPS-7']]);
  });

  test.each([
    ['comment', issueEvent({ webhookEvent: 'comment_created', user: undefined, comment: { author: { accountId: OUR_JIRA_ID } } })],
    ['change', issueEvent({ user: { accountId: OUR_JIRA_ID } })],
  ])('our own %s is ignored', async (_, body) => {
    const { jira, calls } = town();
    expect(await (await jira(body)).json()).toEqual({ ignored: 'our own change' });
    expect(calls).toEqual([]);
  });

  test("an engineer's edit of our own comment is heard", async () => {
    const { jira, calls } = town();
    const comment = { author: { accountId: OUR_JIRA_ID }, updateAuthor: { accountId: 'an-engineer' } };
    await jira(issueEvent({ webhookEvent: 'comment_updated', comment }));
    expect(calls).toHaveLength(1);
  });

  test('an event without an issue is accepted and ignored', async () => {
    const { jira } = town();
    const response = await jira({ timestamp: NOW, webhookEvent: 'jira:version_released', version: {} });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ ignored: 'not about an issue' });
  });
});

describe('when Temporal is away', () => {
  test.each(['helpdesk', 'jira'] as const)('%s is told to come again within its patience', async (from) => {
    const here = town({ fails: () => new TemporalAway('Temporal did not answer in time.') });
    const response = await (from === 'jira' ? here.jira(issueEvent()) : here.helpdesk(ticketEvent()));
    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).toBe('20');
    expect(await response.json()).toEqual({ reason: 'Temporal did not answer in time.' });
  });
});

describe('what no sender should send', () => {
  const bad: [string, string | Uint8Array][] = [
    ['nothing', ''],
    ['no JSON', '{"ticket_id": '],
    ['a bare value', '5158'],
    ['null', 'null'],
    ['a list', '[{"ticket_id":"5158"}]'],
    ['the same key twice', '{"ticket_id":"5158","ticket_id":"6000"}'],
    ['the same key twice, once escaped', '{"ticket_id":"5158","ticket_\\u0069d":"6000"}'],
    ['the same key twice, deep inside', '{"ticket_id":"5158","x":[{"a":{"k":1,"b":"}","k":2}}]}'],
    ['__proto__', '{"ticket_id":"5158","__proto__":{"admin":true}}'],
    ['bad UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['a NUL byte', '{"ticket_id":"5158\u0000"}'],
    ['an escaped NUL', '{"ticket_id":"5158\\u0000"}'],
    ['deep nesting', `{"ticket_id":"5158","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['no ticket', '{"id":"5158"}'],
    ['a ticket of 21 digits', `{"ticket_id":"${'1'.repeat(21)}"}`],
    ['a ticket number that lost precision', '{"ticket_id":12345678901234567890}'],
    ['a fraction', '{"ticket_id":1.5}'],
    ['a leading zero', '{"ticket_id":"05158"}'],
    ['a path', '{"ticket_id":"../5158"}'],
    ['an object', '{"ticket_id":{}}'],
    ['digits of another script', '{"ticket_id":"٥١٥٨"}'],
    ['an event about no number', JSON.stringify(ticketEvent({ subject: 'zen:ticket:abc' }))],
    ['an event with a wrong detail', JSON.stringify(ticketEvent({ detail: 5158 }))],
    ['an event with a wrong actor', JSON.stringify(ticketEvent({ detail: { id: '5158', actor_id: {} } }))],
  ];
  test.each(bad)('the helpdesk, signed, with %s: a 400 with a reason', async (_, body) => {
    const { helpdesk, calls } = town();
    const response = await helpdesk(body);
    expect([response.status, calls]).toEqual([400, []]);
    expect(((await response.json()) as { reason: string }).reason).toMatch(/\w{3}/);
  });

  test.each([
    ['no timestamp', { timestamp: undefined }],
    ['a timestamp in words', { timestamp: '2026-07-01' }],
    ['no event', { webhookEvent: undefined }],
    ['a wrong issue', { issue: 'OPS-7' }],
    ['a wrong key', { issue: { key: 'ops 7" OR "1"="1' } }],
    ['wrong labels', { issue: { key: 'OPS-7', fields: { labels: 'onetouch-5158-1' } } }],
    ['wrong people', { user: 'me' }],
  ])('Jira, signed, with %s: a 400', async (_, over) => {
    const { jira, calls } = town();
    expect([(await jira(issueEvent(over))).status, calls]).toEqual([400, []]);
  });

  test('a body of more than 1 MB is a 413, said in its length or not', async () => {
    const { helpdesk, app, calls } = town();
    const big = `{"ticket_id":"5158","x":"${'x'.repeat(1024 * 1024)}"}`;
    const unsaid = await helpdesk(big);
    const said = await app.request('/webhooks/helpdesk', { method: 'POST', body: big, headers: { 'Content-Length': String(big.length) } });
    expect([unsaid.status, said.status, calls]).toEqual([413, 413, []]);
    expect(await unsaid.json()).toEqual({ reason: 'The body is larger than 1 MB.' });
  });

  test('a key that is a string twice is no doubled key', async () => {
    const { helpdesk, calls } = town();
    await helpdesk('{"ticket_id":"5158","x":["a","a"],"y":{"a":"a","b":"a"},"z":{"a":"\\"a\\":"}}');
    expect(calls).toHaveLength(1);
  });

  test('no JSON at all ends in a 5xx, nor in a case with an odd name', async () => {
    const { helpdesk, jira, calls } = town();
    const mangled = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json(),
      fc.record({ ticket_id: fc.anything(), ticket: fc.anything(), actor_id: fc.anything() }, { requiredKeys: [] }).map(lax),
      fc.dictionary(fc.constantFrom(...Object.keys(ticketEvent())), fc.anything()).map((over) => lax({ ...ticketEvent(), ...over })),
      fc.dictionary(fc.constantFrom(...Object.keys(issueEvent())), fc.anything()).map((over) => lax({ ...issueEvent(), ...over })),
    );
    await fc.assert(
      fc.asyncProperty(mangled, async (body) => {
        for (const send of [helpdesk, jira]) {
          const { status } = await send(body);
          expect([202, 400, 401]).toContain(status);
        }
      }),
      { numRuns: 400 },
    );
    for (const [verb, ticketId] of calls) if (verb !== 'byIssue') expect(ticketId).toMatch(/^[1-9]\d{0,19}$/);
  });
});

/** JSON of what is not always JSON. */
const lax = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) => (typeof v === 'bigint' ? `${v}` : v)) ?? 'undefined';

test('a good signature over a wrong secret list never passes', async () => {
  const { helpdesk } = town();
  await fc.assert(
    fc.asyncProperty(fc.string(), async (secret) => {
      fc.pre(secret !== HELPDESK_SECRET && secret !== OLD_SECRET && secret !== JIRA_SECRET);
      expect((await helpdesk(ticketEvent(), { secret })).status).toBe(401);
    }),
    { numRuns: 50 },
  );
});
