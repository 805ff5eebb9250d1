import { describe, expect, test } from 'vitest';
import { connectHelpdesk } from '../../src/adapters/helpdesk.js';
import { helpdeskSession } from '../../src/adapters/helpdesk-session.js';
import { ConfigError, loadWorkerConfig } from '../../src/config.js';
import { KEYS } from '../setup/secrets.js';
import { contract } from '../contracts/openapi.js';
import { usePublished } from '../contracts/published.js';
import { STATUSES, deep, failure } from './failing.js';
import { recorder, type Answer, type Asked } from './recorder.js';

const US = 9001;
const PAT = 501;
const AGENT = 9101;

/** Only the names matter here; the rest of the configuration is made up. */
const CONFIG = loadWorkerConfig({
  ONETOUCH_ENV: 'development',
  ...KEYS,
  HELPDESK_URL: 'https://helpdesk.example.com',
  HELPDESK_CLIENT_ID: 'onetouch',
  HELPDESK_CLIENT_SECRET: 'hush-client-secret',
  JIRA_URL: 'https://jira.example.com',
  JIRA_EMAIL: 'bot@example.com',
  JIRA_API_TOKEN: 'x',
  ADMIN_URL: 'https://admin.example.com',
  ADMIN_TOKEN: 'x',
  JIRA_PROJECT_PRODOPS: 'OPS',
  JIRA_PROJECT_INFRA: 'INF',
  SMTP_URL: 'smtp://mail.example.com',
  MAIL_FROM: 'help@example.com',
  MAIL_REPLY_TO: 'support@example.com',
}).helpdesk;

const TITLES = [
  'Inquiry', 'Error kind', 'Member ID', 'Employer group', 'Started when', 'Trying to', 'Error text',
  'Steps to reproduce', 'Impact', 'Page or feature', 'App, browser and device', 'Safe steps tried',
];
const FIELDS = TITLES.map((title, i) => ({ id: 100 + i, title, active: true }));
const GROUPS = ['Tier 1', 'Tier 2', 'Coach Support'].map((name, i) => ({ id: 20 + i, name }));
const AT = '2026-03-01T10:00:00Z';

const ticketOf = (over: object = {}) => ({
  id: 5158,
  subject: 'Cannot schedule',
  description: 'The button does nothing.',
  status: 'open',
  priority: null,
  group_id: 21,
  assignee_id: AGENT,
  requester_id: PAT,
  tags: ['vmp-scheduling-blocked'],
  custom_fields: [
    { id: 100, value: 'vmp-scheduling-blocked' },
    { id: 101, value: null },
    { id: 102, value: 'm-7' },
    { id: 103, value: '  ' },
    { id: 106, value: 'Error 42' },
    { id: 108, value: ['a', 'b'] },
    { id: 999, value: true },
  ],
  via: { channel: 'web', source: { rel: null } },
  created_at: AT,
  updated_at: AT,
  ...over,
});
const commentOf = (id: number, author_id: number, over: object = {}) => ({
  id,
  author_id,
  public: false,
  body: `comment ${id}`,
  created_at: AT,
  via: { channel: 'web', source: { from: {}, to: {}, rel: null } },
  ...over,
});

type Route = (asked: Asked) => Answer | undefined;

async function desk(routes: Record<string, Answer | Route> = {}, { connect = true, config = {} as Partial<typeof CONFIG> } = {}) {
  let tokens = 0;
  const defaults: Record<string, Answer | Route> = {
    'POST /oauth/tokens': () => ({ status: 201, body: { access_token: `token-${++tokens}`, token_type: 'bearer', scope: 'read write' } }),
    'GET /api/v2/groups': { body: { groups: GROUPS, next_page: null } },
    'GET /api/v2/ticket_fields': { body: { ticket_fields: FIELDS, next_page: null } },
    'GET /api/v2/users/me': { body: { user: { id: US, name: 'onetouch' } } },
    'GET /api/v2/users/501': { body: { user: { id: PAT, name: 'Pat Doe', email: 'pat@example.com' } } },
    'GET /api/v2/tickets/5158': { body: { ticket: ticketOf() } },
    'GET /api/v2/tickets/5158/comments': { body: { comments: [commentOf(1, PAT, { public: true })], next_page: null } },
    'PUT /api/v2/tickets/5158': { body: { ticket: ticketOf() } },
  };
  const server = await recorder((asked) => {
    const route = routes[`${asked.method} ${asked.path}`] ?? defaults[`${asked.method} ${asked.path}`];
    return typeof route === 'function' ? route(asked) : route;
  });
  const warnings: string[] = [];
  const open = () => connectHelpdesk({ ...CONFIG, url: server.url, ...config }, fetch, (m) => warnings.push(m));
  return { server, warnings, open, helpdesk: connect ? await open() : (undefined as never) };
}

describe('connecting', () => {
  test('an unknown group or field is a ConfigError that names the setting and what there is', async () => {
    const { open } = await desk({}, {
      connect: false,
      config: { groups: { 'Tier 2': 'Tier Two', 'Coach Support': 'Coach Support' }, fields: { ...CONFIG.fields, inquiry: 'Enquiry' } },
    });
    const error: unknown = await open().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).problems).toEqual([
      'HELPDESK_GROUP_TIER_2 names a group that the helpdesk does not have: "Tier Two". It has: "Coach Support", "Tier 1", "Tier 2".',
      expect.stringMatching(/^HELPDESK_FIELD_INQUIRY names a ticket field that the helpdesk does not have: "Enquiry"\. It has: .*"Inquiry"/),
    ]);
  });

  test('a name that two fields have is a ConfigError too; an inactive one does not count', async () => {
    const twice = (active: boolean) => ({
      'GET /api/v2/ticket_fields': { body: { ticket_fields: [...FIELDS, { id: 300, title: 'Member ID', active }], next_page: null } },
    });
    const { open } = await desk(twice(true), { connect: false });
    await expect(open()).rejects.toThrow('HELPDESK_FIELD_MEMBER_ID names 2 ticket fields');
    const { helpdesk } = await desk(twice(false));
    expect((await helpdesk.readTicket('5158')).memberId).toBe('m-7');
  });

  test('a missing report field is said and done without', async () => {
    const { helpdesk, warnings } = await desk({
      'GET /api/v2/ticket_fields': { body: { ticket_fields: FIELDS.filter((f) => f.title !== 'Error text'), next_page: null } },
    });
    expect(warnings).toEqual([expect.stringMatching(/^HELPDESK_FIELD_ERROR_TEXT names a ticket field .*go without it\.$/)]);
    expect((await helpdesk.readTicket('5158')).report).toEqual({ whatHappened: 'The button does nothing.', impact: 'a, b' });
  });

  test('groups and fields are read page by page, by either kind of link', async () => {
    const { helpdesk, server } = await desk({
      'GET /api/v2/groups': ({ query }) =>
        query['page'] === '2'
          ? { body: { groups: GROUPS.slice(1), next_page: null } }
          : { body: { groups: GROUPS.slice(0, 1), next_page: 'https://elsewhere.example.com/api/v2/groups?page=2' } },
      'GET /api/v2/ticket_fields': ({ query }) =>
        query['page[after]'] === 'x'
          ? { body: { ticket_fields: FIELDS.slice(3), meta: { has_more: false }, links: { next: 'https://h/api/v2/never' } } }
          : { body: { ticket_fields: FIELDS.slice(0, 3), meta: { has_more: true }, links: { next: 'https://h/api/v2/ticket_fields?page%5Bafter%5D=x' } } },
    });
    expect((await helpdesk.readTicket('5158')).employerGroup).toBeNull();
    // The links name other hosts; our token stays here.
    expect(server.to('GET', '/api/v2/groups')).toHaveLength(2);
    expect(server.to('GET', '/api/v2/ticket_fields')).toHaveLength(2);
  });

  test('pages that go in a circle end', async () => {
    const { open } = await desk({ 'GET /api/v2/groups': { body: { groups: GROUPS, next_page: 'https://h/api/v2/groups?page=2' } } }, { connect: false });
    expect((await failure(open())).message).toMatch(/circle/);
  });
});

describe('signing in', () => {
  test('once for everyone who waits, again once after a 401', async () => {
    let good = 'Bearer token-1';
    const guarded: Route = ({ headers }) => (headers['authorization'] === good ? { body: { user: { id: US } } } : { status: 401 });
    const { server } = await desk({ 'GET /api/v2/users/me': guarded, 'GET /api/v2/users/7': guarded }, { connect: false });
    const session = helpdeskSession({ ...CONFIG, url: server.url });
    const read = () => session.call({ doing: 'read', path: '/api/v2/users/7' });

    await Promise.all([read(), read(), read()]);
    expect(server.to('POST', '/oauth/tokens')).toHaveLength(1);
    expect(server.asked[0]!.body).toEqual({
      grant_type: 'client_credentials',
      client_id: 'onetouch',
      client_secret: 'hush-client-secret',
      scope: 'read write',
    });
    good = 'Bearer token-2';
    await Promise.all([read(), read(), read()]);
    expect(server.to('POST', '/oauth/tokens')).toHaveLength(2);
  });

  test('a second 401 in a row is refused', async () => {
    const { server } = await desk({ 'GET /api/v2/users/me': { status: 401 } }, { connect: false });
    const failed = await failure(helpdeskSession({ ...CONFIG, url: server.url }).whoAmI());
    expect(failed).toMatchObject({ type: 'Refused' });
    expect(server.to('GET', '/api/v2/users/me')).toHaveLength(2);
    expect(server.to('POST', '/oauth/tokens')).toHaveLength(2);
  });

  test('a failed sign-in is not kept, and says no secret', async () => {
    let up = false;
    const { server } = await desk(
      { 'POST /oauth/tokens': () => (up ? { status: 201, body: { access_token: 'token-1' } } : { status: 503, headers: { 'retry-after': '7' } }) },
      { connect: false },
    );
    const session = helpdeskSession({ ...CONFIG, url: server.url });
    const failed = await failure(session.whoAmI());
    expect(failed).toMatchObject({ type: 'Unavailable' });
    expect(failed.nextRetryDelay).toBe(7000);
    expect(deep(failed)).not.toContain('hush');
    up = true;
    expect(await session.whoAmI()).toBe(String(US));
  });
});

describe('reading a ticket', () => {
  test('with its comments, requester, group and fields', async () => {
    const { helpdesk } = await desk({
      'GET /api/v2/tickets/5158/comments': ({ query }) =>
        query['page'] === '2'
          ? { body: { comments: [commentOf(3, US), commentOf(4, PAT, { public: true })], next_page: null } }
          : { body: { comments: [commentOf(1, PAT, { public: true }), commentOf(2, AGENT)], next_page: 'https://h/api/v2/tickets/5158/comments?page=2' } },
    });
    expect(await helpdesk.readTicket('5158')).toEqual({
      id: '5158',
      subject: 'Cannot schedule',
      description: 'The button does nothing.',
      status: 'open',
      group: 'Tier 2',
      assigneeId: String(AGENT),
      priority: null,
      inquiry: 'vmp-scheduling-blocked',
      errorKind: null,
      memberId: 'm-7',
      employerGroup: null,
      report: { whatHappened: 'The button does nothing.', errorText: 'Error 42', impact: 'a, b' },
      requester: { id: '501', name: 'Pat Doe', email: 'pat@example.com' },
      mergedInto: null,
      createdAt: AT,
      updatedAt: AT,
      comments: [
        { id: '1', author: 'requester', public: true, at: AT, body: 'comment 1' },
        { id: '2', author: 'other', public: false, at: AT, body: 'comment 2' },
        { id: '3', author: 'us', public: false, at: AT, body: 'comment 3' },
        { id: '4', author: 'requester', public: true, at: AT, body: 'comment 4' },
      ],
    });
  });

  test.each<[string, Answer]>([
    ['is not there', { status: 404, body: { error: 'RecordNotFound', description: 'Not found' } }],
    ['is marked deleted', { body: { ticket: ticketOf({ status: 'deleted' }) } }],
  ])('one that %s is deleted', async (_, answer) => {
    const { helpdesk } = await desk({ 'GET /api/v2/tickets/5158': answer });
    expect(await helpdesk.readTicket('5158')).toMatchObject({ id: '5158', status: 'deleted', subject: '', comments: [] });
  });

  // Not deleted: a case would end by it, and its member never hear.
  test.each<[string, string, Answer]>([
    ["a proxy's page", 'GET /api/v2/tickets/5158', { status: 404, body: '<html>Not found</html>' }],
    ['nothing', 'GET /api/v2/tickets/5158', { status: 404 }],
    ['an account that is closed', 'GET /api/v2/tickets/5158', { status: 404, body: { error: { title: 'No help desk at company.zendesk.com', message: 'There is no help desk here.' } } }],
    ['a wrong endpoint', 'GET /api/v2/users/501', { status: 404, body: { error: 'InvalidEndpoint', description: 'Not found' } }],
  ])('a 404 that is %s says nothing of a ticket: it is asked again', async (_, route, answer) => {
    const { helpdesk } = await desk({ [route]: answer });
    expect(await failure(helpdesk.readTicket('5158'))).toMatchObject({ type: 'Unavailable', nonRetryable: false, message: expect.stringContaining('is its URL the right one?') });
  });

  test('a requester whom the helpdesk no longer has, and a group made meanwhile', async () => {
    const { helpdesk, server } = await desk({
      'GET /api/v2/tickets/5158': { body: { ticket: ticketOf({ group_id: 77 }) } },
      'GET /api/v2/groups/77': { body: { group: { id: 77, name: 'Night shift' } } },
      'GET /api/v2/users/501': { status: 404, body: { error: 'RecordNotFound', description: 'Not found' } },
    });
    expect(await helpdesk.readTicket('5158')).toMatchObject({ group: 'Night shift', requester: { id: '501', name: '', email: null } });
    await helpdesk.readTicket('5158');
    expect(server.to('GET', '/api/v2/groups/77')).toHaveLength(1);
  });

  const merged = (comments: object[], over: object = {}) => ({
    'GET /api/v2/tickets/5158': { body: { ticket: ticketOf({ status: 'closed', tags: ['closed_by_merge'], ...over }) } },
    'GET /api/v2/tickets/5158/comments': { body: { comments, next_page: null } },
  });
  const TEXT = { body: 'This request was closed and merged into request #6000 "Other".' };
  const VIA = { via: { channel: 'web', source: { from: {}, to: { ticket_id: 6001 }, rel: 'merge' } } };
  test.each<[string, object[], object, string | null]>([
    ['by its via', [commentOf(1, PAT), commentOf(2, AGENT, VIA)], {}, '6001'],
    ['by its text', [commentOf(1, PAT), commentOf(2, AGENT, TEXT)], {}, '6000'],
    ['into which is not known', [commentOf(1, PAT)], {}, ''],
    ["by a requester's words only", [commentOf(1, PAT, TEXT)], {}, ''],
    ['not at all, without the tag', [commentOf(1, AGENT, TEXT)], { tags: [] }, null],
    ['not at all, while it is open', [commentOf(1, AGENT, VIA)], { status: 'open' }, null],
    ['not at all, as a follow-up of one that was', [commentOf(1, PAT)], { via: { channel: 'web', source: { rel: 'follow_up' } } }, null],
  ])('merged %s', async (_, comments, over, expected) => {
    const { helpdesk } = await desk(merged(comments, over));
    expect((await helpdesk.readTicket('5158')).mergedInto).toBe(expected);
  });

  test('an id that is no number never reaches the helpdesk', async () => {
    const { helpdesk, server } = await desk();
    expect((await failure(helpdesk.readTicket('../users/me'))).type).toBe('Refused');
    expect((await failure(helpdesk.updateTicket('5158/tags', { status: 'open' }))).type).toBe('Refused');
    expect(server.asked.some((a) => a.path.includes('5158') || a.path.includes('..'))).toBe(false);
  });

  test('a malformed answer is refused and names the field', async () => {
    const { helpdesk } = await desk({ 'GET /api/v2/tickets/5158': { body: { ticket: ticketOf({ status: 'thawed' }) } } });
    expect((await failure(helpdesk.readTicket('5158'))).message).toMatch(/ticket\.status/);
  });

  test.each(STATUSES.filter((s) => s.status !== 404))('$status is $type, without the token', async ({ status, type }) => {
    const { helpdesk } = await desk({ 'GET /api/v2/tickets/5158': { status, body: { error: 'pat@example.com' } } });
    const failed = await failure(helpdesk.readTicket('5158'));
    expect(failed.type).toBe(type);
    expect(deep(failed)).not.toMatch(/token-\d|hush|pat@example/);
  });
});

describe('updating a ticket', () => {
  test('note, group, priority and status go in one request', async () => {
    const { helpdesk, server } = await desk();
    await helpdesk.updateTicket('5158', {
      comment: { body: 'Pass to provider leads', public: false },
      group: 'Coach Support',
      priority: 'urgent',
      status: 'open',
    });
    expect(server.to('PUT', '/api/v2/tickets/5158').map((a) => a.body)).toEqual([
      { ticket: { comment: { body: 'Pass to provider leads', public: false }, group_id: 22, priority: 'urgent', status: 'open' } },
    ]);
  });

  test('what is not asked for is not sent', async () => {
    const { helpdesk, server } = await desk();
    await helpdesk.updateTicket('5158', { comment: { body: 'Hello', public: true } });
    expect(server.to('PUT', '/api/v2/tickets/5158')[0]!.body).toEqual({ ticket: { comment: { body: 'Hello', public: true } } });
  });

  test('a conflict is tried again: somebody else changed the ticket at the same moment', async () => {
    const { helpdesk } = await desk({ 'PUT /api/v2/tickets/5158': { status: 409, body: { error: 'DatabaseConflict', description: 'Database collision' } } });
    for (const asReadAt of [undefined, AT]) expect(await failure(helpdesk.updateTicket('5158', { status: 'open', ...(asReadAt && { asReadAt }) }))).toMatchObject({ type: 'Unavailable', nonRetryable: false });
  });

  test('an unknown group and a closed ticket are refused; nothing is sent for the first', async () => {
    const { helpdesk, server } = await desk({ 'PUT /api/v2/tickets/5158': { status: 422 } });
    expect((await failure(helpdesk.updateTicket('5158', { group: 'Nobody' }))).message).toMatch(/no group "Nobody"/);
    expect(server.to('PUT', '/api/v2/tickets/5158')).toHaveLength(0);
    expect((await failure(helpdesk.updateTicket('5158', { status: 'open' }))).type).toBe('Refused');
  });
});

describe('what changed', () => {
  const EXPORT = 'GET /api/v2/incremental/tickets/cursor';
  const SINCE = '2026-03-01T10:00:00.900Z';
  const start = String(Date.parse('2026-03-01T10:00:00Z') / 1000);
  const page = (tickets: object[], after_cursor: string | null, end_of_stream: boolean): Answer => ({ body: { tickets, after_cursor, end_of_stream } });

  test('is exported page by page, each from the cursor of the one before; the last one leads on', async () => {
    const { helpdesk, server } = await desk({ [EXPORT]: ({ query }) => (query['cursor'] === 'c1' ? page([{ id: 3 }], 'c2', true) : page([{ id: 1, updated_at: '2026-03-01T10:00:05Z' }, { id: 2 }], 'c1', false)) });
    const first = await helpdesk.changed({ since: SINCE, cursor: null });
    expect([first.tickets.map((t) => [t.id, t.updatedAt]), first.cursor, first.isEnd]).toEqual([[['1', '2026-03-01T10:00:05.000Z'], ['2', null]], 'c1', false]);
    const second = await helpdesk.changed({ since: SINCE, cursor: 'c1' });
    expect([second.tickets.map((t) => t.id), second.cursor, second.isEnd]).toEqual([['3'], 'c2', true]);
    expect(server.to('GET', '/api/v2/incremental/tickets/cursor').map((a) => a.query)).toEqual([{ start_time: start }, { start_time: start, cursor: 'c1' }]);
  });

  test('a cursor that is refused is done without; a list that is refused is refused', async () => {
    const { helpdesk } = await desk({ [EXPORT]: ({ query }) => (query['cursor'] ? { status: 422 } : page([{ id: 1 }], 'c1', true)) });
    expect((await helpdesk.changed({ since: SINCE, cursor: 'old' })).tickets.map((t) => t.id)).toEqual(['1']);
    const refused = await desk({ [EXPORT]: { status: 403 } });
    for (const cursor of [null, 'old']) expect((await failure(refused.helpdesk.changed({ since: SINCE, cursor }))).type).toBe('Refused');
  });

  test('is read with one request more; one that cannot be read holds up no other', async () => {
    const { helpdesk, server } = await desk({ [EXPORT]: page([ticketOf({ updated_at: AT }), { id: 7, status: 'thawed' }, { id: 8, status: 'deleted' }], 'c1', true) });
    const before = server.asked.length;
    const { tickets } = await helpdesk.changed({ since: SINCE, cursor: null });
    const { requester: _, ...read } = await tickets[0]!.read();
    expect(server.asked.slice(before).map((a) => a.path)).toEqual(['/api/v2/incremental/tickets/cursor', '/api/v2/tickets/5158/comments']);
    const { requester, ...whole } = await helpdesk.readTicket('5158');
    expect([read, requester.id]).toEqual([whole, '501']);
    expect(await failure(tickets[1]!.read())).toMatchObject({ type: 'Refused', message: expect.stringContaining('ticket.status') });
  });

  test('is never asked for from within the last minute, which Zendesk refuses', async () => {
    const { helpdesk, server } = await desk({ [EXPORT]: page([], null, true) });
    await helpdesk.changed({ since: new Date(Date.now() + 3_600_000).toISOString(), cursor: null });
    const asked = Number(server.to('GET', '/api/v2/incremental/tickets/cursor')[0]!.query['start_time']);
    expect(asked).toBeLessThanOrEqual(Date.now() / 1000 - 60);
  });
});

describe("by Zendesk's published API", () => {
  const by = usePublished('helpdesk', () => contract('helpdesk'));

  test('every request is one of its operations, and valid', async () => {
    const { helpdesk, server } = await desk({
      'GET /api/v2/incremental/tickets/cursor': ({ query }) => ({
        body: { tickets: [], after_cursor: 'c1', end_of_stream: query['cursor'] !== undefined },
      }),
      'GET /api/v2/tickets/5158': { body: { ticket: ticketOf({ group_id: 77 }) } },
      'GET /api/v2/groups/77': { body: { group: { id: 77, name: 'Night shift' } } },
    });
    await helpdesk.readTicket('5158');
    await helpdesk.updateTicket('5158', { comment: { body: 'x', public: false }, group: 'Tier 2', priority: 'high', status: 'open' });
    await helpdesk.changed({ since: AT, cursor: 'c1' });
    expect([...new Set(server.asked.map(by()))].sort()).toEqual([
      'CreateTokenForGrantType',
      'IncrementalTicketExportCursor',
      'ListGroups',
      'ListTicketComments',
      'ListTicketFields',
      'ShowCurrentUser',
      'ShowGroupById',
      'ShowTicket',
      'ShowUser',
      'UpdateTicket',
    ]);
  });
});
