import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { helpdeskRetries, jiraRetries, signHelpdesk, signJira, type Receipt, type WebhookRequest } from '../../src/sandbox/webhooks.js';
import { adf, asHelpdesk, asJira, clock, company, newIssue, postbox, ticketOf } from './support.js';

const body = Buffer.from('Hello World!');

test("Jira's signature is the one of its documentation", () => {
  expect(signJira("It's a Secret to Everybody", body)).toBe('sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9');
});

test("the helpdesk's signature is over the timestamp and then the body", () => {
  const expected = createHmac('sha256', 'secret').update('2026-03-02T09:00:00ZHello World!').digest('base64');
  expect(signHelpdesk('secret', '2026-03-02T09:00:00Z', body)).toBe(expected);
});

describe('the helpdesk', () => {
  test('signs what it sends, in the shape of an event', async () => {
    const box = postbox();
    const time = clock('2026-03-02T09:00:00Z');
    const town = await company({ webhooks: box.deliver, now: time.now });
    const id = await ticketOf(town);
    await town.idle();
    const [{ headers, path, body: raw }] = box.got as [WebhookRequest];
    expect(path).toBe('/webhooks/helpdesk');
    expect(headers['x-zendesk-webhook-signature-timestamp']).toBe('2026-03-02T09:00:00Z');
    expect(headers['x-zendesk-webhook-signature']).toBe(signHelpdesk(town.env.HELPDESK_WEBHOOK_SECRET!, '2026-03-02T09:00:00Z', raw));
    expect(headers['x-zendesk-webhook-invocation-id']).toMatch(/\S/);
    expect(box.bodies()[0]).toMatchObject({
      type: 'zen:event-type:ticket.created',
      subject: `zen:ticket:${id}`,
      zendesk_event_version: '2022-11-06',
      detail: { id, status: 'NEW', priority: null, actor_id: expect.stringMatching(/^\d+$/) },
    });
  });

  test('says who did it, also when it was us', async () => {
    const box = postbox();
    const town = await company({ webhooks: box.deliver });
    const id = await ticketOf(town);
    const ask = await asHelpdesk(town);
    await ask('PUT', `/api/v2/tickets/${id}`, { ticket: { comment: { body: 'Noted', public: false } } });
    await town.helpdesk.agentNotes(id, 'Seen');
    await town.idle();
    const actors = box.bodies().map((b) => [b.type.replace('zen:event-type:ticket.', ''), b.detail.actor_id]);
    const { user } = (await ask('GET', '/api/v2/users/me')).body;
    expect(actors.slice(1)).toEqual([
      ['comment_added', String(user.id)],
      ['comment_added', '9101'],
    ]);
  });

  test.each([
    ['comment_added', (t, id) => t.memberReplies(id, 'Hello')],
    ['status_changed', (t, id) => t.setStatus(id, 'pending')],
    ['group_assignment_changed', (t, id) => t.assignGroup(id, 'Tier 2')],
    ['custom_field_changed', (t, id) => t.setField(id, 'inquiry', 'app-bug')],
    ['soft_deleted', (t, id) => t.delete(id)],
  ] satisfies [string, (t: Awaited<ReturnType<typeof company>>['helpdesk'], id: string) => Promise<void>][])('%s', async (type, act) => {
    const box = postbox();
    const town = await company({ webhooks: box.deliver });
    const id = await ticketOf(town);
    await act(town.helpdesk, id);
    await town.idle();
    expect(box.types().slice(1)).toEqual([`zen:event-type:ticket.${type}`]);
  });

  test('merged names the surviving ticket', async () => {
    const box = postbox();
    const town = await company({ webhooks: box.deliver });
    const [loser, target] = [await ticketOf(town), await ticketOf(town)];
    await town.helpdesk.merge(loser, target);
    await town.idle();
    const merged = box.bodies().find((b) => b.type.endsWith('.merged'));
    expect(merged).toMatchObject({ detail: { id: loser, status: 'CLOSED' }, event: { target_ticket_id: target } });
  });

  test('an update that changes nothing sends nothing', async () => {
    const box = postbox();
    const town = await company({ webhooks: box.deliver });
    const id = await ticketOf(town);
    await town.helpdesk.setStatus(id, 'new');
    await town.idle();
    expect(box.got).toHaveLength(1);
  });
});

describe('Jira', () => {
  test('signs what it sends, and says what changed and who did it', async () => {
    const box = postbox();
    const town = await company({ webhooks: box.deliver });
    const { key } = (await asJira(town)('POST', '/rest/api/3/issue', newIssue())).body;
    await asJira(town)('POST', `/rest/api/3/issue/${key}/comment`, { body: adf('More') });
    await town.jira.resolve(key, 'Fixed');
    await town.idle();
    for (const { path, headers, body: raw } of box.got) {
      expect(path).toBe('/webhooks/jira');
      expect(headers['x-hub-signature']).toBe(signJira(town.env.JIRA_WEBHOOK_SECRET!, raw));
    }
    expect(new Set(box.got.map((r) => r.headers['x-atlassian-webhook-identifier'])).size).toBe(3);
    const us = '557058:onetouch';
    expect(box.bodies()).toEqual([
      expect.objectContaining({ webhookEvent: 'jira:issue_created', user: expect.objectContaining({ accountId: us }) }),
      expect.objectContaining({ webhookEvent: 'comment_created', comment: expect.objectContaining({ author: expect.objectContaining({ accountId: us }) }) }),
      expect.objectContaining({
        webhookEvent: 'jira:issue_updated',
        user: expect.objectContaining({ accountId: '557058:infra-engineer' }),
        issue: expect.objectContaining({ key }),
        changelog: expect.objectContaining({
          items: [
            expect.objectContaining({ field: 'status', fromString: 'To Do', toString: 'Done' }),
            expect.objectContaining({ field: 'resolution', fromString: null, toString: 'Fixed' }),
          ],
        }),
      }),
    ]);
  });
});

describe('delivery', () => {
  const lost: Receipt | null = null;
  test.each([
    [409, undefined, [7, 7, 7, null]],
    [503, 5, [5000, 5000, 5000, null]],
    [429, 59, [59_000, 59_000, 59_000, null]],
    [503, 60, [null]],
    [503, undefined, [null]],
    [500, undefined, [null]],
    [401, undefined, [null]],
  ])('the helpdesk on %i with Retry-After %s', (status, retryAfterSeconds, waits) => {
    const rule = helpdeskRetries(7);
    expect(waits.map((_, i) => rule(i + 1, { status, retryAfterSeconds }))).toEqual(waits);
  });
  test('the helpdesk with nobody there', () => expect(helpdeskRetries()(1, lost)).toBeNull());

  test.each([[408], [409], [425], [429], [500], [503]])('Jira on %i tries five times more', (status) => {
    expect([1, 2, 3, 4, 5, 6].map((n) => jiraRetries(7)(n, { status }))).toEqual([7, 7, 7, 7, 7, null]);
  });
  test.each([[400], [401], [404]])('Jira on %i gives up', (status) => expect(jiraRetries()(1, { status })).toBeNull());
  test('Jira with nobody there tries again', () => expect(jiraRetries(7)(1, lost)).toBe(7));

  test('the same webhook comes again until it is taken, and idle waits for it', async () => {
    const box = postbox((n) => (n < 3 ? 409 : 200));
    const town = await company({ webhooks: box.deliver, webhookRetryMs: 1 });
    await ticketOf(town);
    await town.idle();
    expect(box.got).toHaveLength(3);
    expect(new Set(box.got.map((r) => r.body.toString())).size).toBe(1);
  });

  test('a refused one is lost, and nobody but the sweep would know', async () => {
    const box = postbox(() => 401);
    const town = await company({ webhooks: box.deliver, webhookRetryMs: 1 });
    await ticketOf(town);
    await town.idle();
    expect(box.got).toHaveLength(1);
  });

  test('goes to a URL as raw bytes, and the address can be set later', async () => {
    const got: { url?: string; body: Buffer }[] = [];
    const server = createServer((request, response) => {
      void buffer(request).then((body) => {
        got.push({ url: request.url, body });
        response.writeHead(202).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const town = await company();
      await ticketOf(town);
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      town.pointWebhooksAt({ helpdeskUrl: `${base}/webhooks/helpdesk`, jiraUrl: `${base}/webhooks/jira` });
      const id = await ticketOf(town);
      await town.jira.file('INFRA', 'It fails');
      await town.idle();
      expect(got.map((g) => g.url).sort()).toEqual(['/webhooks/helpdesk', '/webhooks/jira']);
      const hook = got.find((g) => g.url === '/webhooks/helpdesk')!;
      expect(JSON.parse(hook.body.toString()).detail.id).toBe(id);
      town.pointWebhooksAt(null);
      await ticketOf(town);
      await town.idle();
      expect(got).toHaveLength(2);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
