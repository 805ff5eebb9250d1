import { describe, expect, test } from 'vitest';
import { loadWorkerConfig } from '../../src/config.js';
import { ERROR_KINDS, INQUIRIES } from '../../src/domain/facts.js';
import { asHelpdesk, asNobody, clock, company, MEMBER, ticketOf } from './support.js';

const HOUR = 3_600_000;

describe('signing in', () => {
  test('a wrong secret, a missing token and a token past its time are refused', async () => {
    const time = clock();
    const town = await company({ now: time.now });
    const nobody = asNobody(town.helpdesk.url);
    const wrong = { grant_type: 'client_credentials', client_id: town.env.HELPDESK_CLIENT_ID, client_secret: 'wrong' };
    expect((await nobody('POST', '/oauth/tokens', wrong)).status).toBe(401);
    expect((await nobody('GET', '/api/v2/users/me')).status).toBe(401);
    const ask = await asHelpdesk(town);
    expect((await ask('GET', '/api/v2/users/me.json')).body.user).toMatchObject({ id: 9001, name: 'onetouch' });
    time.advance(2 * HOUR);
    expect((await ask('GET', '/api/v2/users/me')).status).toBe(401);
    const again = await asHelpdesk(town);
    expect((await again('GET', '/api/v2/users/me')).status).toBe(200);
    town.helpdesk.revokeTokens();
    expect((await again('GET', '/api/v2/users/me')).status).toBe(401);
  });
});

describe('the set-up', () => {
  test("fields and groups have the names that the configuration expects, and the protocol's words", async () => {
    const town = await company();
    const { helpdesk } = loadWorkerConfig(town.env);
    const ask = await asHelpdesk(town);
    const { ticket_fields } = (await ask('GET', '/api/v2/ticket_fields')).body;
    const titles = ticket_fields.map((f: { title: string }) => f.title);
    const { report, ...four } = helpdesk.fields;
    expect(titles).toEqual(expect.arrayContaining([...Object.values(four), ...Object.values(report)]));
    const options = (title: string) =>
      ticket_fields.find((f: { title: string }) => f.title === title).custom_field_options.map((o: { value: string }) => o.value);
    expect(options('Inquiry')).toEqual(INQUIRIES);
    expect(options('Error kind')).toEqual(ERROR_KINDS);
    const { groups } = (await ask('GET', '/api/v2/groups')).body;
    expect(groups.map((g: { name: string }) => g.name)).toEqual(['Tier 1', ...Object.values(helpdesk.groups)]);
    expect((await ask('GET', `/api/v2/groups/${groups[1].id}`)).body.group.name).toBe('Tier 2');
  });
});

describe('a ticket', () => {
  test('has its fields, and the description as the first comment, by the requester', async () => {
    const town = await company();
    const id = await ticketOf(town, {
      inquiry: 'vmp-scheduling-blocked',
      employerGroup: 'Example Ltd',
      report: { errorText: 'E500', impact: 'one member' },
    });
    const ask = await asHelpdesk(town);
    const { ticket, users } = (await ask('GET', `/api/v2/tickets/${id}?include=users`)).body;
    expect(ticket).toMatchObject({ status: 'new', priority: null, group_id: null, description: 'It does not work.' });
    expect(ticket.tags).toContain('vmp-scheduling-blocked');
    expect(users).toEqual([expect.objectContaining({ id: ticket.requester_id, name: MEMBER.name, role: 'end-user' })]);
    expect(town.helpdesk.ticket(id).fields).toMatchObject({
      inquiry: 'vmp-scheduling-blocked',
      errorKind: null,
      memberId: 'M-1',
      employerGroup: 'Example Ltd',
      errorText: 'E500',
      impact: 'one member',
    });
    const { comments } = (await ask('GET', `/api/v2/tickets/${id}/comments`)).body;
    expect(comments).toEqual([expect.objectContaining({ author_id: ticket.requester_id, public: true, body: 'It does not work.' })]);
  });

  test('note, group, priority and status go in one update, and the ledger tells each', async () => {
    const town = await company();
    const id = await ticketOf(town);
    const before = town.helpdesk.ledger.length;
    const ask = await asHelpdesk(town);
    const { groups } = (await ask('GET', '/api/v2/groups')).body;
    const group_id = groups.find((g: { name: string }) => g.name === 'Coach Support').id;
    const comment = { body: 'Pass to provider leads', public: false };
    await ask('PUT', `/api/v2/tickets/${id}`, { ticket: { comment, group_id, priority: 'urgent', status: 'open' } });
    expect(town.helpdesk.ticket(id)).toMatchObject({ group: 'Coach Support', priority: 'urgent', status: 'open' });
    expect(town.helpdesk.notesByUs(id)).toEqual(['Pass to provider leads']);
    expect(town.helpdesk.ledger.slice(before).map((e) => [e.by, e.kind, e.on, e.text])).toEqual([
      ['onetouch', 'note', id, 'Pass to provider leads'],
      ['onetouch', 'group', id, 'Coach Support'],
      ['onetouch', 'priority', id, 'urgent'],
      ['onetouch', 'status', id, 'open'],
    ]);
  });

  test('a comment without `public` is public, and the helpdesk mails it to the member', async () => {
    const town = await company();
    const id = await ticketOf(town);
    const ask = await asHelpdesk(town);
    await ask('PUT', `/api/v2/tickets/${id}`, { ticket: { comment: { body: 'Which device is it?' } } });
    expect(town.helpdesk.repliesByUs(id)).toEqual(['Which device is it?']);
    expect(town.helpdesk.ledger.at(-1)).toMatchObject({ kind: 'mail', by: 'onetouch', on: MEMBER.email });
    expect(town.mail.messages).toEqual([]);
  });

  test.each([
    ['an unknown group', { group_id: 1 }],
    ['an unknown priority', { priority: 'Urgent' }],
    ['an unknown status', { status: 'done' }],
    ['an empty comment', { comment: { body: ' ' } }],
    ['a drop-down value that does not exist', { custom_fields: [{ id: 360_001, value: 'nonsense' }] }],
  ])('%s is refused and changes nothing', async (_, ticket) => {
    const town = await company();
    const id = await ticketOf(town);
    const before = town.helpdesk.ticket(id);
    const ask = await asHelpdesk(town);
    const answer = await ask('PUT', `/api/v2/tickets/${id}`, { ticket });
    expect(answer).toMatchObject({ status: 422, body: { error: 'RecordInvalid' } });
    expect(town.helpdesk.ticket(id)).toEqual(before);
  });

  test('a safe update is refused where the ticket changed since', async () => {
    const time = clock();
    const town = await company({ now: time.now });
    const id = await ticketOf(town);
    const ask = await asHelpdesk(town);
    const { updated_at } = (await ask('GET', `/api/v2/tickets/${id}`)).body.ticket;
    time.advance(5000);
    const safely = { ticket: { safe_update: true, updated_stamp: updated_at, status: 'open' } };
    expect((await ask('PUT', `/api/v2/tickets/${id}`, safely)).status).toBe(200);
    const late = { ticket: { ...safely.ticket, status: 'solved' } };
    expect(await ask('PUT', `/api/v2/tickets/${id}`, late)).toMatchObject({ status: 409, body: { error: 'UpdateConflict' } });
    expect(town.helpdesk.ticket(id).status).toBe('open');
  });

  test('a member who answers opens a waiting or solved ticket', async () => {
    const town = await company();
    for (const status of ['pending', 'hold', 'solved'] as const) {
      const id = await ticketOf(town);
      await town.helpdesk.setStatus(id, status);
      await town.helpdesk.agentNotes(id, 'No answer yet');
      expect(town.helpdesk.ticket(id).status).toBe(status);
      await town.helpdesk.memberReplies(id, 'Here I am');
      expect(town.helpdesk.ticket(id).status).toBe('open');
    }
  });

  test('a group change clears an assignee who is not in the new group; solving takes one', async () => {
    const town = await company();
    const id = await ticketOf(town);
    await town.helpdesk.take(id, 'Tier 1');
    expect(town.helpdesk.ticket(id)).toMatchObject({ assignee: 'Tier 1 agent', status: 'open' });
    await town.helpdesk.assignGroup(id, 'Tier 2');
    expect(town.helpdesk.ticket(id)).toMatchObject({ assignee: null, group: 'Tier 2' });
    await town.helpdesk.solve(id, 'Tier 2');
    expect(town.helpdesk.ticket(id)).toMatchObject({ assignee: 'Tier 2 agent', status: 'solved' });
  });

  test('merged: closed for good, with the tag and a note that names the surviving ticket', async () => {
    const town = await company();
    const [loser, target] = [await ticketOf(town), await ticketOf(town)];
    await town.helpdesk.merge(loser, target);
    const ask = await asHelpdesk(town);
    const { ticket } = (await ask('GET', `/api/v2/tickets/${loser}`)).body;
    expect(ticket.status).toBe('closed');
    expect(ticket.tags).toContain('closed_by_merge');
    const { comments } = (await ask('GET', `/api/v2/tickets/${loser}/comments`)).body;
    expect(comments.at(-1)).toMatchObject({ public: false, via: { source: { rel: 'merge', to: { ticket_id: Number(target) } } } });
    expect(comments.at(-1).body).toContain(`merged into request #${target}`);
    expect((await ask('PUT', `/api/v2/tickets/${loser}`, { ticket: { status: 'open' } })).status).toBe(422);
    await expect(town.helpdesk.memberReplies(loser, 'Hello?')).rejects.toThrow(/closed/);
  });

  test('deleted: not found any more, and the export says so', async () => {
    const town = await company();
    const id = await ticketOf(town);
    await town.helpdesk.delete(id);
    const ask = await asHelpdesk(town);
    expect(await ask('GET', `/api/v2/tickets/${id}`)).toMatchObject({ status: 404, body: { error: 'RecordNotFound' } });
    const { tickets } = (await ask('GET', '/api/v2/incremental/tickets/cursor?start_time=0')).body;
    expect(tickets).toEqual([expect.objectContaining({ id: Number(id), status: 'deleted' })]);
    expect(town.helpdesk.ticket(id).status).toBe('deleted');
  });
});

describe('lists', () => {
  test('comments come page by page, by cursor and by offset', async () => {
    const town = await company();
    const id = await ticketOf(town);
    for (const n of [1, 2, 3, 4]) await town.helpdesk.agentNotes(id, `note ${n}`);
    const ask = await asHelpdesk(town);
    const walk = async (first: string, next: (body: never) => string | null) => {
      const bodies: string[] = [];
      for (let path: string | null = first; path !== null;) {
        const { body } = await ask('GET', path);
        bodies.push(...body.comments.map((c: { body: string }) => c.body));
        path = next(body as never)?.replace(town.helpdesk.url, '') ?? null;
      }
      return bodies;
    };
    const all = ['It does not work.', 'note 1', 'note 2', 'note 3', 'note 4'];
    const comments = `/api/v2/tickets/${id}/comments`;
    expect(await walk(`${comments}?page[size]=2`, (b: { meta: { has_more: boolean }; links: { next: string | null } }) => (b.meta.has_more ? b.links.next : null))).toEqual(all);
    expect(await walk(`${comments}.json?per_page=2`, (b: { next_page: string | null }) => b.next_page)).toEqual(all);
    expect(await walk(`${comments}?sort=-created_at&page[size]=9`, () => null)).toEqual(all.toReversed());
  });

  test('the export gives what changed since, and goes on from its cursor', async () => {
    const time = clock();
    const town = await company({ now: time.now });
    const old = await ticketOf(town);
    time.advance(HOUR);
    const since = time.now() / 1000;
    const [second, third] = [await ticketOf(town), await ticketOf(town)];
    const ask = await asHelpdesk(town);
    const ids = (body: { tickets: { id: number }[] }) => body.tickets.map((t) => String(t.id));
    const first = (await ask('GET', `/api/v2/incremental/tickets/cursor.json?start_time=${since}&per_page=1`)).body;
    expect(ids(first)).toEqual([second]);
    expect(first.end_of_stream).toBe(false);
    const rest = (await ask('GET', first.after_url.replace(town.helpdesk.url, ''))).body;
    expect(ids(rest)).toEqual([third]);
    expect(rest.end_of_stream).toBe(true);
    time.advance(1000);
    await town.helpdesk.agentNotes(old, 'Back again');
    expect(ids((await ask('GET', rest.after_url.replace(town.helpdesk.url, ''))).body)).toEqual([old]);
  });

  test('the export can leave out the last minute, as the real one does', async () => {
    const time = clock();
    const town = await company({ now: time.now, exportLagMs: 60_000 });
    const id = await ticketOf(town);
    const ask = await asHelpdesk(town);
    const since = (s: number) => ask('GET', `/api/v2/incremental/tickets/cursor?start_time=${s}`);
    const start = time.now() / 1000;
    expect((await since(start - 30)).status).toBe(422);
    expect((await since(start - 600)).body.tickets).toEqual([]);
    time.advance(60_000);
    expect((await since(start - 600)).body.tickets).toEqual([expect.objectContaining({ id: Number(id) })]);
  });
});

describe('hands that slip', () => {
  test('an unknown ticket, agent, group or field is named', async () => {
    const town = await company();
    const id = await ticketOf(town);
    expect(() => town.helpdesk.ticket('1')).toThrow('no ticket 1');
    await expect(town.helpdesk.solve('1')).rejects.toThrow('no ticket 1');
    expect(() => town.helpdesk.solve(id, 'Tier 9')).toThrow('no agent "Tier 9"');
    expect(() => town.helpdesk.assignGroup(id, 'Tier 9')).toThrow('no group "Tier 9"');
    expect(() => town.helpdesk.setField(id, 'colour', 'red')).toThrow('no field "colour"');
  });
});
