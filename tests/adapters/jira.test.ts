import { describe, expect, test } from 'vitest';
import { jiraFailure } from '../../src/adapters/jira-failure.js';
import { connectJira } from '../../src/adapters/jira.js';
import type { AdfDocument, NewIssue } from '../../src/domain/ticket.js';
import { contract } from '../contracts/openapi.js';
import { usePublished } from '../contracts/published.js';
import { STATUSES, deep, failure } from './failing.js';
import { freePort } from '../../src/dev/ports.js';
import { recorder, type Answer, type Asked } from './recorder.js';

const US = 'acc-onetouch';
const PASSWORD = Buffer.from('bot@example.com:hush-token').toString('base64');
const doc = (text: string): AdfDocument => ({ version: 1, type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] });

const commentOf = (id: string, accountId: string) => ({ id, author: { accountId }, body: doc(`comment ${id}`), created: '2026-03-01T10:00:00.000+0000' });
const issueOf = (key: string, over: object = {}) => ({
  id: '10001',
  key,
  fields: {
    status: { name: 'To Do', statusCategory: { key: 'new' } },
    resolution: null,
    assignee: null,
    issuelinks: [],
    labels: ['onetouch', 'onetouch-5158-1'],
    updated: '2026-03-01T11:00:00.000+0100',
    comment: { comments: [], total: 0, maxResults: 0, startAt: 0 },
    ...over,
  },
});
const NEW: NewIssue = {
  project: 'OPS',
  issueType: 'Task',
  summary: 'Member cannot schedule (ticket 5158)',
  description: doc('All requirements have been TRUE for more than 48 h.'),
  labels: ['onetouch', 'onetouch-5158-1'],
};

type Route = (asked: Asked) => Answer | undefined;
async function town(routes: Record<string, Answer | Route> = {}) {
  const defaults: Record<string, Answer | Route> = {
    'GET /rest/api/3/myself': { body: { accountId: US } },
    'POST /rest/api/3/search/jql': { body: { issues: [issueOf('OPS-1')], isLast: true } },
    'POST /rest/api/3/issue': { status: 201, body: { id: '10001', key: 'OPS-1', self: 'x' } },
    'GET /rest/api/3/issue/OPS-1': { body: issueOf('OPS-1') },
    'PUT /rest/api/3/issue/OPS-1': { status: 204 },
    'GET /rest/api/3/issue/OPS-1/comment': { body: { comments: [], total: 0, startAt: 0, maxResults: 100 } },
    'POST /rest/api/3/issue/OPS-1/comment': { status: 201, body: commentOf('1', US) },
    'POST /rest/api/3/issueLink': { status: 201 },
    'POST /rest/api/3/issue/OPS-1/remotelink': { status: 201, body: { id: 1, self: 'x' } },
  };
  const server = await recorder((asked) => {
    const route = routes[`${asked.method} ${asked.path}`] ?? defaults[`${asked.method} ${asked.path}`];
    return typeof route === 'function' ? route(asked) : route;
  });
  return { server, jira: connectJira({ url: `${server.url}/`, email: 'bot@example.com', apiToken: 'hush-token' }) };
}

describe('an issue', () => {
  test('is created with its ADF description, labels and the project and type asked for', async () => {
    const { server, jira } = await town();
    expect(await jira.createIssue(NEW)).toEqual({ key: 'OPS-1', url: `${server.url}/browse/OPS-1` });
    expect(server.asked[0]).toMatchObject({ headers: { authorization: `Basic ${PASSWORD}` } });
    expect(server.asked[0]!.body).toEqual({
      fields: {
        project: { key: 'OPS' },
        issuetype: { name: 'Task' },
        summary: NEW.summary,
        description: NEW.description,
        labels: NEW.labels,
      },
    });
  });

  test('leaves the assignee blank by sending null', async () => {
    const { server, jira } = await town();
    await jira.createIssue({ ...NEW, assignee: null });
    expect((server.asked[0]!.body as { fields: object }).fields).toHaveProperty('assignee', null);
  });

  test.each([['Normal', 'Medium'], ['High', 'High'], ['Urgent', 'Highest']] as const)('of priority %s is %s there', async (ours, theirs) => {
    const { server, jira } = await town();
    await jira.createIssue({ ...NEW, priority: ours });
    expect(server.asked[0]!.body).toMatchObject({ fields: { priority: { name: theirs } } });
  });

  test('that Jira refuses names the field, not what was sent', async () => {
    const { jira } = await town({
      'POST /rest/api/3/issue': { status: 400, body: { errorMessages: [], errors: { priority: "Field 'priority' cannot be set: pat@example.com" } } },
    });
    const failed = await failure(jira.createIssue({ ...NEW, priority: 'High' }));
    expect(failed).toMatchObject({ type: 'Refused', message: 'Jira refused to create the issue (400): about priority' });
    expect(deep(failed)).not.toContain('pat@example');
  });

  test('is read with its resolution, survivor, assignee and the newest comment that is not ours', async () => {
    const { server, jira } = await town({
      'GET /rest/api/3/issue/OPS-1': {
        body: issueOf('OPS-1', {
          status: { name: 'Closed', statusCategory: { key: 'done' } },
          resolution: { name: 'Duplicate' },
          assignee: { accountId: 'acc-eve' },
          issuelinks: [
            { type: { name: 'Relates' }, outwardIssue: { key: 'OPS-7' } },
            { type: { name: 'Duplicate' }, inwardIssue: { key: 'OPS-8' } },
            { type: { name: 'Duplicate' }, outwardIssue: { key: 'OPS-9' } },
          ],
          comment: { comments: [commentOf('1', 'acc-eve'), commentOf('2', 'acc-eve'), commentOf('3', US)], total: 3 },
        }),
      },
    });
    expect(await jira.readIssue('OPS-1')).toEqual({
      key: 'OPS-1',
      url: `${server.url}/browse/OPS-1`,
      status: 'Closed',
      category: 'done',
      resolution: 'Duplicate',
      assigneeId: 'acc-eve',
      duplicateOf: 'OPS-9',
      lastForeignComment: '2',
      labels: ['onetouch', 'onetouch-5158-1'],
      updatedAt: '2026-03-01T10:00:00.000Z',
    });
    expect(server.to('GET', '/rest/api/3/issue/OPS-1/comment')).toHaveLength(0);
  });

  test('whose answer does not hold all comments has the newest read, page by page', async () => {
    const { server, jira } = await town({
      'GET /rest/api/3/issue/OPS-1': { body: issueOf('OPS-1', { comment: { comments: [commentOf('1', 'acc-eve')], total: 3 } }) },
      'GET /rest/api/3/issue/OPS-1/comment': ({ query }) =>
        query['startAt'] === '0'
          ? { body: { comments: [commentOf('3', US)], total: 3 } }
          : { body: { comments: [commentOf('2', 'acc-eve'), commentOf('1', 'acc-eve')], total: 3 } },
    });
    expect((await jira.readIssue('OPS-1')).lastForeignComment).toBe('2');
    expect(server.to('GET', '/rest/api/3/issue/OPS-1/comment').map((a) => a.query)).toEqual([
      { startAt: '0', maxResults: '100', orderBy: '-created' },
      { startAt: '1', maxResults: '100', orderBy: '-created' },
    ]);
  });

  test('key that is none never reaches Jira', async () => {
    const { server, jira } = await town();
    for (const call of [jira.readIssue('../myself'), jira.comment('', doc('x')), jira.addLabel('OPS', 'x'), jira.ownComments('1'), jira.deleteComment('OPS-1', '../1'), jira.deleteComment('OPS', '1'), jira.updateIssue('..', { priority: 'High' }), jira.relate('OPS-1', '..', 'Relates')])
      expect((await failure(call)).type).toBe('Refused');
    expect(server.asked).toEqual([]);
  });

  test('of a malformed answer is refused and names the field', async () => {
    const { jira } = await town({ 'GET /rest/api/3/issue/OPS-1': { body: issueOf('OPS-1', { status: { name: 'To Do' } }) } });
    expect((await failure(jira.readIssue('OPS-1'))).message).toMatch(/fields\.status\.statusCategory/);
  });
});

describe('searching', () => {
  test('by label is quoted, names its fields and follows the pages', async () => {
    const { server, jira } = await town({
      'POST /rest/api/3/search/jql': ({ body }) =>
        (body as { nextPageToken?: string }).nextPageToken
          ? { body: { issues: [issueOf('OPS-2')], isLast: true } }
          : { body: { issues: [issueOf('OPS-1')], nextPageToken: 'p2', isLast: false } },
    });
    const found = await jira.findByLabel('a" OR project = X \\');
    expect(found.map((i) => i.key)).toEqual(['OPS-1', 'OPS-2']);
    const searches = server.to('POST', '/rest/api/3/search/jql').map((a) => a.body);
    expect(searches[0]).toEqual({
      jql: 'labels = "a\\" OR project = X \\\\" ORDER BY created ASC',
      fields: ['status', 'resolution', 'assignee', 'issuelinks', 'labels', 'updated', 'comment'],
      maxResults: 100,
    });
    expect(searches[1]).toMatchObject({ nextPageToken: 'p2' });
  });

  test('for what changed asks by milliseconds, which have no time zone', async () => {
    const { server, jira } = await town();
    const { issues, upTo, isEnd } = await jira.changed('2026-03-01T10:00:00.000Z');
    expect([issues.map((i) => i.key), upTo, isEnd]).toEqual([['OPS-1'], '2026-03-01T10:00:00.000Z', true]);
    expect(server.to('POST', '/rest/api/3/search/jql')[0]!.body).toMatchObject({
      jql: 'labels = "onetouch" AND updated >= 1772359200000 ORDER BY updated ASC',
    });
  });
});

describe('what changed', () => {
  const SINCE = '2026-03-01T10:00:00.000Z';
  const pages = (...of: [keys: string[], updated: string][]): Route => ({ body }) => {
    const at = Number((body as { nextPageToken?: string }).nextPageToken ?? 0);
    const [keys, updated] = of[at]!;
    return { body: { issues: keys.map((key) => issueOf(key, { updated })), ...(at + 1 < of.length && { nextPageToken: String(at + 1) }) } };
  };

  test('is listed a page at a time, up to where the next one begins', async () => {
    const { server, jira } = await town({ 'POST /rest/api/3/search/jql': pages([['OPS-1'], '2026-03-01T10:00:00.000+0000'], [['OPS-2'], '2026-03-01T10:07:00.000+0000'], [['OPS-3'], '2026-03-01T11:00:00.000+0000']) });
    const found = await jira.changed(SINCE);
    // All of the first page changed in the moment from which was asked: from there alone the list would go on for ever.
    expect([found.issues.map((i) => i.key), found.upTo, found.isEnd]).toEqual([['OPS-1', 'OPS-2'], '2026-03-01T10:07:00.000Z', false]);
    expect(server.to('POST', '/rest/api/3/search/jql')).toHaveLength(2);
  });

  test('is named where it cannot be read, and holds up no other', async () => {
    const odd = { key: 'OPS-2', fields: { status: 'thawed', labels: 7, updated: 'yesterday' } };
    const { jira } = await town({ 'POST /rest/api/3/search/jql': { body: { issues: [issueOf('OPS-1'), odd] } } });
    const { issues, upTo } = await jira.changed(SINCE);
    expect([issues.map((i) => [i.key, i.labels]), upTo]).toEqual([[['OPS-1', ['onetouch', 'onetouch-5158-1']], ['OPS-2', []]], SINCE]);
    expect((await issues[0]!.read()).key).toBe('OPS-1');
    expect((await failure(issues[1]!.read())).message).toMatch(/fields\.status/);
  });

  test('of what we filed many labels are asked for at once', async () => {
    const { server, jira } = await town({ 'POST /rest/api/3/search/jql': { body: { issues: [issueOf('OPS-1', { creator: { accountId: US } }), issueOf('OPS-2', { creator: { accountId: 'acc-eve' } })] } } });
    const labels = Array.from({ length: 60 }, (_, i) => `onetouch-${i}-1`);
    expect((await jira.filedByUs(labels)).map((i) => i.key)).toEqual(['OPS-1', 'OPS-1']);
    const jql = server.to('POST', '/rest/api/3/search/jql').map((a) => (a.body as { jql: string }).jql);
    expect(jql).toEqual([expect.stringMatching(/^labels in \("onetouch-0-1", .*"onetouch-49-1"\) ORDER BY created ASC$/), expect.stringMatching(/^labels in \("onetouch-50-1", .*"onetouch-59-1"\)/)]);
    expect(await jira.filedByUs([])).toEqual([]);
  });
});

describe('writing', () => {
  test('comments, labels and links', async () => {
    const { server, jira } = await town();
    await jira.comment('OPS-1', doc('Reminder'));
    await jira.addLabel('OPS-1', 'onetouch-5158-2');
    await jira.remoteLink('OPS-1', { globalId: 'onetouch-ticket-5158-1', url: 'https://h.example.com/5158', title: 'Helpdesk ticket 5158' });
    expect(server.asked.map((a) => a.body)).toEqual([
      { body: doc('Reminder') },
      { update: { labels: [{ add: 'onetouch-5158-2' }] } },
      { globalId: 'onetouch-ticket-5158-1', object: { url: 'https://h.example.com/5158', title: 'Helpdesk ticket 5158' } },
    ]);
  });

  test('an update sets what it is given, and nothing where it is given nothing', async () => {
    const { server, jira } = await town();
    await jira.updateIssue('OPS-1', { description: doc('Forty members'), priority: 'Urgent' });
    await jira.updateIssue('OPS-1', { priority: 'Normal' });
    await jira.updateIssue('OPS-1', { description: doc('Forty-one') });
    await jira.updateIssue('OPS-1', {});
    expect(server.to('PUT', '/rest/api/3/issue/OPS-1').map((a) => a.body)).toEqual([
      { fields: { description: doc('Forty members'), priority: { name: 'Highest' } } },
      { fields: { priority: { name: 'Medium' } } },
      { fields: { description: doc('Forty-one') } },
    ]);
    expect(server.asked).toHaveLength(3);
  });

  test.each([
    ['nothing', [], 'Duplicate', true],
    ['the other way round', [{ type: { name: 'Duplicate' }, inwardIssue: { key: 'OPS-9' } }], 'Duplicate', true],
    ['of another type', [{ type: { name: 'Blocks' }, outwardIssue: { key: 'OPS-9' } }], 'Relates', true],
    ['to another issue', [{ type: { name: 'Relates' }, outwardIssue: { key: 'OPS-8' } }], 'Relates', true],
    ['so already', [{ type: { name: 'Duplicate' }, outwardIssue: { key: 'OPS-9' } }], 'Duplicate', false],
    ['to it, from either end', [{ type: { name: 'Relates' }, inwardIssue: { key: 'OPS-9' } }], 'Relates', false],
  ] as const)('an issue that is linked %s', async (_, issuelinks, how, links) => {
    const { server, jira } = await town({ 'GET /rest/api/3/issue/OPS-1': { body: issueOf('OPS-1', { issuelinks }) } });
    await jira.relate('OPS-1', 'OPS-9', how);
    expect(server.to('GET', '/rest/api/3/issue/OPS-1')[0]!.query).toEqual({ fields: 'issuelinks' });
    expect(server.to('POST', '/rest/api/3/issueLink').map((a) => a.body)).toEqual(
      links ? [{ type: { name: how }, inwardIssue: { key: 'OPS-1' }, outwardIssue: { key: 'OPS-9' } }] : [],
    );
  });

  test.each([
    ['by such a link', [{ id: '7', type: { name: 'Duplicate' }, outwardIssue: { key: 'OPS-9' } }, { id: '8', type: { name: 'Duplicate' }, outwardIssue: { key: 'OPS-8' } }], ['7']],
    ['the other way round', [{ id: '7', type: { name: 'Duplicate' }, inwardIssue: { key: 'OPS-9' } }], []],
    ['by none', [], []],
  ])('a link is taken away: linked %s', async (_, issuelinks, gone) => {
    const { server, jira } = await town({ 'GET /rest/api/3/issue/OPS-1': { body: issueOf('OPS-1', { issuelinks }) }, 'DELETE /rest/api/3/issueLink/7': { status: 204 } });
    await jira.unrelate('OPS-1', 'OPS-9', 'Duplicate');
    expect(server.asked.filter((a) => a.method === 'DELETE').map((a) => a.path)).toEqual(gone.map((id) => `/rest/api/3/issueLink/${id}`));
  });

  test('our own comments are read back with their text, all pages', async () => {
    const { jira } = await town({
      'GET /rest/api/3/issue/OPS-1/comment': ({ query }) =>
        query['startAt'] === '0'
          ? { body: { comments: [commentOf('1', US), commentOf('2', 'acc-eve')], total: 3 } }
          : { body: { comments: [commentOf('3', US)], total: 3 } },
    });
    expect(await jira.ownComments('OPS-1')).toEqual([{ id: '1', text: 'comment 1' }, { id: '3', text: 'comment 3' }]);
  });
});

describe('a failure', () => {
  test.each(STATUSES)('$status is $type, and nothing of the request is in it', async ({ status, type }) => {
    const { jira } = await town({ 'POST /rest/api/3/issue': { status, headers: { location: 'https://x.example.com' } } });
    const failed = await failure(jira.createIssue(NEW));
    expect(failed.type).toBe(type);
    expect(failed.nonRetryable).toBe(type === 'Refused');
    expect(deep(failed)).not.toMatch(new RegExp(`hush|${PASSWORD}|authorization|cannot schedule`, 'i'));
  });

  test('of a conflict is tried again, as Atlassian asks; an answer that is not JSON too, which no write is taken to be done by', async () => {
    const routes = { 'POST /rest/api/3/issue': { status: 409 }, 'PUT /rest/api/3/issue/OPS-1': { status: 409 } };
    const conflict = (await town(routes)).jira;
    for (const call of [() => conflict.createIssue(NEW), () => conflict.addLabel('OPS-1', 'x')]) expect(await failure(call())).toMatchObject({ type: 'Unavailable', nonRetryable: false });
    const page = { body: '<html>Sign in</html>' };
    const { jira } = await town({ 'GET /rest/api/3/issue/OPS-1': { body: '{"key": "OPS-1", "fie' }, 'POST /rest/api/3/issue/OPS-1/comment': page, 'PUT /rest/api/3/issue/OPS-1': page, 'POST /rest/api/3/issue': { body: '' } });
    for (const call of [() => jira.readIssue('OPS-1'), () => jira.comment('OPS-1', doc('x')), () => jira.addLabel('OPS-1', 'x'), () => jira.createIssue(NEW)])
      expect(await failure(call())).toMatchObject({ type: 'Unavailable', message: expect.stringMatching(/not JSON; is its URL the right one/) });
  });

  test.each([['93', 93_000], ['Fri, 01 Jan 2100 00:00:00 GMT', expect.any(Number)]])('Retry-After %s is kept', async (header, ms) => {
    const { jira } = await town({ 'GET /rest/api/3/issue/OPS-1': { status: 429, headers: { 'retry-after': header } } });
    expect((await failure(jira.readIssue('OPS-1'))).nextRetryDelay).toEqual(ms);
  });

  test('of the connection is unavailable, with its code alone', async () => {
    const { jira } = await town({ 'POST /rest/api/3/issue': { drop: true } });
    const lost = await failure(jira.createIssue(NEW));
    expect(lost).toMatchObject({ type: 'Unavailable', message: 'Jira could not create the issue: the connection failed (ECONNRESET)' });
    const nobody = connectJira({ url: `http://127.0.0.1:${await freePort()}`, email: 'bot@example.com', apiToken: 'hush-token' });
    const refusedPort = await failure(nobody.createIssue(NEW));
    expect(refusedPort).toMatchObject({ type: 'Unavailable', message: expect.stringContaining('ECONNREFUSED') });
    for (const failed of [lost, refusedPort]) expect(deep(failed)).not.toMatch(new RegExp(`hush|${PASSWORD}|authorization|cannot schedule`, 'i'));
  });

  test('by its time limit is unavailable; anything that is no answer and no connection is refused', () => {
    const late = Object.assign(new Error('timeout of 15000ms exceeded'), { isAxiosError: true, code: 'ECONNABORTED', config: { auth: 'hush' } });
    expect(jiraFailure('read the issue', late)).toMatchObject({ type: 'Unavailable', message: 'Jira could not read the issue: it did not answer in time' });
    expect(jiraFailure('read the issue', new TypeError('hush'))).toMatchObject({ type: 'Refused' });
    for (const error of [late, new TypeError('hush'), null]) expect(deep(jiraFailure('read', error))).not.toContain('hush');
  });

  test('to learn who we are is not kept', async () => {
    let up = false;
    const { jira } = await town({ 'GET /rest/api/3/myself': () => (up ? { body: { accountId: US } } : { status: 500 }) });
    expect((await failure(jira.whoAmI())).type).toBe('Unavailable');
    up = true;
    expect(await jira.whoAmI()).toBe(US);
  });
});

describe("by Jira's published API", () => {
  const by = usePublished('jira', () => contract('jira'));

  test('every request is one of its operations, and valid', async () => {
    const issuelinks = [{ id: '7', type: { name: 'Duplicate' }, outwardIssue: { key: 'OPS-9' } }];
    const { server, jira } = await town({ 'GET /rest/api/3/issue/OPS-1': { body: issueOf('OPS-1', { issuelinks }) }, 'DELETE /rest/api/3/issueLink/7': { status: 204 } });
    await jira.createIssue({ ...NEW, priority: 'High', assignee: null });
    await jira.readIssue('OPS-1');
    await jira.findByLabel('onetouch-5158-1');
    await jira.changed('2026-03-01T10:00:00.000Z');
    await jira.filedByUs(['onetouch-5158-1']);
    await jira.comment('OPS-1', doc('x'));
    await jira.ownComments('OPS-1');
    await jira.addLabel('OPS-1', 'x');
    await jira.updateIssue('OPS-1', { description: doc('y'), priority: 'Urgent' });
    await jira.relate('OPS-1', 'OPS-9', 'Relates');
    await jira.unrelate('OPS-1', 'OPS-9', 'Duplicate');
    await jira.remoteLink('OPS-1', { globalId: 'g', url: 'https://h.example.com', title: 't' });
    expect([...new Set(server.asked.map(by()))].sort()).toEqual([
      'addComment',
      'createIssue',
      'createOrUpdateRemoteIssueLink',
      'deleteIssueLink',
      'editIssue',
      'getComments',
      'getCurrentUser',
      'getIssue',
      'linkIssues',
      'searchAndReconsileIssuesUsingJqlPost',
    ]);
  });
});
