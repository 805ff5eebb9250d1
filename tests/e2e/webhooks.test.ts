/** Webhooks are hints: order, repetition and junk do not matter. */
import { describe, expect, test } from 'vitest';
import type { Payload } from '@temporalio/common';
import { random } from '../../chaos/random.js';
import { readMarks } from '../../src/domain/marks.js';
import type { WebhookRequest } from '../../src/sandbox/webhooks.js';
import { caseId } from '../../src/workflows/messages.js';
import { ago, eventually, HOUR_MS, useSite } from './site.js';

// What nobody encrypted is read here, as while cases from before encryption still run: it is the shapes that are wrong.
const site = useSite({ env: { PAYLOAD_PLAINTEXT: 'accept' } });
const RIPE_MS = 49 * HOUR_MS;

test('the same webhooks ten times each, in any order, are one case, one Jira issue and one mail', async () => {
  const { company, ...s } = site();
  s.loseWebhooks(true);
  const blocked = { inquiry: 'vmp-scheduling-blocked', member: await s.blocked('M-1', ago(RIPE_MS)) };
  const [id, other] = [await s.ticket(blocked), await s.ticket({ inquiry: 'scheduling', member: { name: 'Jo Low', email: 'jo@example.com' } })];
  await company.helpdesk.agentNotes(id, 'Looked at it.');
  await company.helpdesk.take(id);
  await company.helpdesk.agentNotes(other, 'Looked at it, too.');
  await company.idle();
  const first = s.webhooks.splice(0);
  expect(first.length).toBeGreaterThanOrEqual(5);
  expect(await postAll(random(1).shuffled(repeated(first, 10)))).toEqual(new Set([202]));

  const { handoff } = await s.at(id, 'awaiting-resolution');
  const escalated = ['issue PRODOPS', 'mail 1:promise', 'note 1:promise', 'remote-link PRODOPS'];
  expect(s.effects(id)).toEqual(escalated);
  await s.at(other, 'tier-1');
  expect(s.effects(other)).toEqual(['note 1:tier1-scheduling']);

  // Again, now mixed with what Jira says.
  await company.jira.comment(handoff!.issueKey!, 'On it.');
  await company.jira.resolve(handoff!.issueKey!, 'Fixed');
  await company.idle();
  const then = s.webhooks.splice(0);
  expect(then.filter(({ path }) => path === '/webhooks/jira').length).toBeGreaterThanOrEqual(2);
  expect(await postAll(random(2).shuffled([...repeated(first, 5), ...repeated(then, 10)]))).toEqual(new Set([202]));
  await s.at(id, 'confirming');
  const followedUp = [...escalated, 'mail 1:follow-up', 'note 1:follow-up'].sort();
  expect(s.effects(id)).toEqual(followedUp);

  // And after its end: a new run finds nothing new, and ends without an effect.
  await s.say(id, 'confirm', { verdict: 'works' });
  expect(await s.record(id)).toMatchObject({ outcome: 'confirmed' });
  expect(await postAll(random(3).shuffled(repeated(first, 10)))).toEqual(new Set([202]));
  await eventually(async () => expect(await s.record(id)).toMatchObject({ outcome: 'nothing-new' }));
  await eventually(async () => expect((await s.handle(id).describe()).status.name).toBe('COMPLETED'));
  expect(s.effects(id)).toEqual([...followedUp, 'note 1:record'].sort());
  expect(company.jira.issues()).toHaveLength(1);
  expect((await s.list({})).map((row) => row.ticketId).sort()).toEqual([id, other]);
  expect(marksOf(id)).toEqual(['promise', 'follow-up', 'record']);
  s.loseWebhooks(false);
});

describe('a command whose answer was lost is repeated: it gets that answer, and does nothing', () => {
  /** A case that waits for an agent's word on its follow-up, and what says it through the API. */
  async function confirming() {
    const { company, ...s } = site();
    const id = await s.ticket({ inquiry: 'vmp-scheduling-blocked', member: await s.blocked('M-3', ago(RIPE_MS)) });
    const { handoff } = await s.at(id, 'awaiting-resolution');
    await company.jira.resolve(handoff!.issueKey!, 'Fixed');
    await s.at(id, 'confirming');
    const works = async (key: string) => {
      const answer = await fetch(`${s.gateway.url}/api/cases/${id}/confirm`, { method: 'POST', headers: { ...s.headers, 'idempotency-key': `${id}-${key}` }, body: '{"verdict":"works"}' });
      return { status: answer.status, body: (await answer.json()) as object };
    };
    return { s, company, id, works };
  }
  const taken = { status: 200, body: { accepted: true } };
  const refused = { status: 409, body: { accepted: false, reason: expect.stringContaining('ended') } };

  test('after it has ended the case, and after a run that found nothing new', async () => {
    const { s, company, id, works } = await confirming();
    const first = await works('once');
    expect(first).toMatchObject(taken);
    expect(await s.record(id)).toMatchObject({ outcome: 'confirmed' });
    expect(await works('once')).toEqual(first);
    expect(await works('another')).toMatchObject(refused);

    await company.helpdesk.agentNotes(id, 'for the file');
    await eventually(async () => expect(await s.record(id)).toMatchObject({ outcome: 'nothing-new' }));
    expect(await works('once')).toEqual(first);
    expect(await works('another')).toMatchObject(refused);
  });

  test('after a hint had started the case over at the last moment', async () => {
    const { s, company, id, works } = await confirming();
    const last = company.helpdesk.faults.next(({ method, body }) => method === 'PUT' && body.includes(`${id}:1:record`), { status: 503 });
    const first = await works('once');
    expect(first).toMatchObject(taken);
    await last.happened;
    await company.helpdesk.agentNotes(id, 'for the file');
    await eventually(async () => expect(await s.record(id)).toMatchObject({ outcome: 'nothing-new' }));
    expect(await works('once')).toEqual(first);
  });

  test('while the next cycle asks the same question', async () => {
    const { s, company, id, works } = await confirming();
    const first = await works('once');
    await s.record(id);
    await company.helpdesk.memberReplies(id, 'it broke again');
    await eventually(async () => expect(await s.state(id)).toMatchObject({ cycle: 2, stage: 'confirming', needs: 'confirmation' }));
    expect(await works('once')).toEqual(first);
    expect(await s.state(id)).toMatchObject({ cycle: 2, stage: 'confirming', needs: 'confirmation' });
    expect(await works('another')).toMatchObject(taken);
    await s.record(id);
  });
});

test('what nobody can read, or has the wrong shape, is recorded as refused and dropped; the case goes on', async () => {
  const { company, client, ...s } = site();
  const id = await s.ticket({ inquiry: 'vmp-scheduling-blocked', member: await s.blocked('M-2', ago(RIPE_MS)) });
  await s.at(id, 'awaiting-resolution');
  const before = s.effects(id);

  const send = (signalName: string, ...payloads: Payload[]) =>
    client.workflowService.signalWorkflowExecution({
      namespace: 'default', workflowExecution: { workflowId: caseId(id) }, signalName, input: { payloads }, identity: 'by hand',
    });
  const junk = [
    await send('close', payload('binary/encrypted', 'sealed')),
    await send('close', payload('json/plain', '{"reason": ')),
    await send('close', { data: Buffer.from('"no encoding at all"') }),
    await send('close'),
    await send('close', json('a text')),
    await send('close', json(null)),
    await send('close', json({ reason: 7 })),
    await send('reEscalate', json([])),
    await send('provide', json({ facts: { inquiry: 'no such inquiry' } })),
    await send('provide', json({ facts: { toString: true } })),
    await send('ticketChanged', payload('json/protobuf', 'x')),
    await send('ticketChanged', json({ id: 'x'.repeat(5_000), via: 'webhook', at: 'yesterday' })),
    await send('issueChanged', json({ id: 'x', via: 'pigeon', at: new Date().toISOString(), key: 'A-1' })),
    await send('inherited', json({ __proto__: null, id: 'x', fromTicket: '../../1' })),
  ];
  await eventually(async () => {
    const refused = (await s.timeline(id)).filter((entry) => entry.what === 'refused');
    expect(refused.reduce((n, { times = 1 }) => n + times, 0)).toBe(junk.length);
  });
  // One that no handler takes is not even that.
  await send('frobnicate', json({}));

  expect(await s.state(id)).toMatchObject({ stage: 'awaiting-resolution', flagged: null, ruling: { row: 'vmp/ripe' } });
  const events = await s.events(id);
  expect(events.filter((e) => e.workflowTaskFailedEventAttributes)).toEqual([]);
  expect(s.effects(id)).toEqual(before);

  // The same verbs in a right shape are still heard.
  await send('close', json({ reason: 'the member is content' }));
  expect(await s.record(id)).toMatchObject({ outcome: 'closed' });
  expect(s.mails(id)).toEqual(['1:promise', '1:follow-up']);
  expect(company.helpdesk.notesByUs(id).at(-1)).toContain('refused a malformed message');
});

function marksOf(id: string): string[] {
  const comments = site().company.helpdesk.notesByUs(id).map((body, i) => ({ id: String(i), author: 'us' as const, public: false, body, at: '' }));
  return readMarks({ id, comments }).map((m) => m.effect);
}

const json = (value: unknown) => payload('json/plain', JSON.stringify(value));
const payload = (encoding: string, data: string): Payload => ({ metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data) });

const repeated = (requests: WebhookRequest[], times: number) => requests.flatMap((r) => Array.from({ length: times }, () => r));

/** All of them, some at the same time, as two senders would. Answers with the statuses that came back. */
async function postAll(requests: WebhookRequest[]): Promise<Set<number>> {
  const statuses = new Set<number>();
  const queue = [...requests];
  const sender = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) statuses.add((await site().post(next)).status);
  };
  await Promise.all([sender(), sender(), sender(), sender()]);
  return statuses;
}
