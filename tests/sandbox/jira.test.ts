import { Version3Client } from 'jira.js';
import { describe, expect, test } from 'vitest';
import { BadQuery, parseJql } from '../../src/sandbox/jira/jql.js';
import { adf, asJira, asNobody, clock, company, newIssue } from './support.js';

describe('issues', () => {
  test('a published client creates, finds, reads and comments', async () => {
    const town = await company();
    const client = new Version3Client({
      host: town.env.JIRA_URL!,
      authentication: { basic: { email: town.env.JIRA_EMAIL!, apiToken: town.env.JIRA_API_TOKEN! } },
    });
    const { key } = await client.issues.createIssue(newIssue({ labels: ['onetouch', 'onetouch-5001-1'] }) as never);
    expect(key).toBe('INFRA-1');
    const found = await client.issueSearch.searchForIssuesUsingJqlEnhancedSearchPost({ jql: 'labels = "onetouch-5001-1" ORDER BY created ASC' });
    expect(found.issues).toEqual([{ id: expect.any(String) }]);
    await client.issueComments.addComment({ issueIdOrKey: key, comment: adf('It got worse') as never });
    const issue = await client.issues.getIssue({ issueIdOrKey: key, fields: ['status', 'labels', 'comment'] });
    expect(issue.fields.labels).toEqual(['onetouch', 'onetouch-5001-1']);
    expect(issue.fields.status.statusCategory?.key).toBe('new');
    expect(Object.keys(issue.fields)).toHaveLength(3);
    expect(town.jira.commentsByUs(key)).toEqual(['It got worse']);
    expect(town.jira.ledger.map((e) => [e.by, e.kind, e.on])).toEqual([
      ['onetouch', 'issue', key],
      ['onetouch', 'comment', key],
    ]);
  });

  test('null leaves the assignee blank; without one the project decides', async () => {
    const town = await company();
    const ask = asJira(town);
    const feedback = { project: { key: 'PRODOPS' }, issuetype: { name: '[System] Service Request' } };
    const { key: blank } = (await ask('POST', '/rest/api/3/issue', newIssue({ ...feedback, assignee: null }))).body;
    const { key: decided } = (await ask('POST', '/rest/api/3/issue', newIssue(feedback))).body;
    expect(town.jira.issue(blank).assignee).toBeNull();
    expect(town.jira.issue(decided).assignee).toBe('PRODOPS engineer');
  });

  test.each([
    ['project', { project: { key: 'NOPE' } }],
    ['issuetype', { issuetype: { name: 'Epic fail' } }],
    ['description', { description: 'a plain text' }],
    ['summary', { summary: '' }],
    ['summary', { summary: 'two\nlines' }],
    ['priority', { priority: { name: 'Urgent' } }],
    ['labels', { labels: ['with space'] }],
    ['assignee', { assignee: { accountId: 'nobody' } }],
  ])('a wrong %s is refused by name', async (field, wrong) => {
    const town = await company();
    const answer = await asJira(town)('POST', '/rest/api/3/issue', newIssue(wrong));
    expect(answer.status).toBe(400);
    expect(Object.keys(answer.body.errors)).toEqual([field]);
    expect(town.jira.issues()).toEqual([]);
  });

  test('only our account gets in', async () => {
    const town = await company();
    expect((await asNobody(town.jira.url)('GET', '/rest/api/3/myself')).status).toBe(401);
    expect((await asJira(town)('GET', '/rest/api/3/myself')).body).toMatchObject({ displayName: 'onetouch' });
  });

  test('a remote link with the same globalId is the same link', async () => {
    const town = await company();
    const ask = asJira(town);
    const key = await town.jira.file('INFRA', 'It fails');
    const link = (title: string) => ask('POST', `/rest/api/3/issue/${key}/remotelink`, { globalId: 'g', object: { url: 'https://example.com', title } });
    const [first, second] = [await link('One'), await link('Two')];
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.id).toBe(first.body.id);
    expect(town.jira.issue(key).remoteLinks).toEqual([{ globalId: 'g', url: 'https://example.com', title: 'Two' }]);
  });

  test('resolved as a duplicate, it points outward at the one that survives; reopened, it has no resolution', async () => {
    const town = await company();
    const [one, other] = [await town.jira.file('INFRA', 'Twice'), await town.jira.file('INFRA', 'Once')];
    await town.jira.resolve(one, 'Duplicate', { duplicateOf: other });
    const links = async (key: string) => (await asJira(town)('GET', `/rest/api/3/issue/${key}`)).body.fields.issuelinks;
    expect(await links(one)).toEqual([expect.objectContaining({ outwardIssue: expect.objectContaining({ key: other }) })]);
    expect(await links(other)).toEqual([expect.objectContaining({ inwardIssue: expect.objectContaining({ key: one }) })]);
    expect(town.jira.issue(one)).toMatchObject({ status: 'Done', resolution: 'Duplicate', duplicateOf: other });
    await town.jira.reopen(one);
    expect(town.jira.issue(one)).toMatchObject({ status: 'To Do', resolution: null });
  });

  test('what an engineer does is theirs in the ledger', async () => {
    const town = await company();
    const key = await town.jira.file('INFRA', 'It fails');
    await town.jira.assign(key, 'INFRA');
    await town.jira.transition(key, 'In Progress');
    await town.jira.comment(key, 'Looking');
    await town.jira.resolve(key, 'Fixed');
    expect(town.jira.ledger.map((e) => [e.by, e.kind, e.text])).toEqual([
      ['INFRA engineer', 'issue', 'It fails'],
      ['INFRA engineer', 'assignee', 'INFRA engineer'],
      ['INFRA engineer', 'status', 'In Progress'],
      ['INFRA engineer', 'comment', 'Looking'],
      ['INFRA engineer', 'status', 'Done'],
      ['INFRA engineer', 'resolution', 'Fixed'],
    ]);
    expect(() => town.jira.only({ project: 'PRODOPS' })).toThrow('found 0');
    expect(town.jira.only().key).toBe(key);
  });
});

describe('the search', () => {
  const ids = (body: { issues: { key: string }[] }) => body.issues.map((i) => i.key);

  test('lags behind by as much as it is told to', async () => {
    const time = clock();
    const town = await company({ now: time.now, searchLagMs: 30_000 });
    expect(town.env.JIRA_SEARCH_LAG_SECONDS).toBe('30');
    const ask = asJira(town);
    const search = async (jql: string) => ids((await ask('POST', '/rest/api/3/search/jql', { jql, fields: ['labels'] })).body);
    const key = await town.jira.file('INFRA', 'It fails', ['onetouch']);
    expect(await search('labels = onetouch')).toEqual([]);
    time.advance(30_000);
    expect(await search('labels = onetouch')).toEqual([key]);
    await ask('PUT', `/rest/api/3/issue/${key}`, { update: { labels: [{ add: 'late' }] } });
    const change = time.now();
    expect(await search('labels = late')).toEqual([]);
    expect(await search(`labels = onetouch AND updated >= ${change}`)).toEqual([]);
    time.advance(30_000);
    expect(await search('labels = late')).toEqual([key]);
    expect(await search(`labels = onetouch AND updated >= ${change}`)).toEqual([key]);
  });

  test('comes page by page', async () => {
    const time = clock();
    const town = await company({ now: time.now });
    for (const n of [1, 2, 3]) {
      await town.jira.file('INFRA', `Issue ${n}`, ['onetouch']);
      time.advance(1000);
    }
    const ask = asJira(town);
    const search = async (more: object) =>
      (await ask('POST', '/rest/api/3/search/jql', { jql: 'labels = onetouch ORDER BY created ASC', fields: ['summary'], maxResults: 2, ...more })).body;
    const first = await search({});
    expect(first).toMatchObject({ isLast: false, nextPageToken: expect.any(String) });
    const rest = await search({ nextPageToken: first.nextPageToken });
    expect(rest.isLast).toBe(true);
    expect([...ids(first), ...ids(rest)]).toEqual(['INFRA-1', 'INFRA-2', 'INFRA-3']);
  });

  test.each([
    ['labels = "a" AND updated >= "2026-03-02 08:59"', true],
    ['labels = a AND updated >= "2026-03-02 09:01"', false],
    ['updated >= -10m', true],
    ['updated >= 10m', false],
    ['project = INFRA AND labels in (x, "a") ORDER BY updated DESC', true],
    ['labels != a', false],
    ['key = INFRA-2', false],
  ])('%s', async (jql, matches) => {
    const time = clock();
    const town = await company({ now: time.now });
    const key = await town.jira.file('INFRA', 'It fails', ['a']);
    const { body } = await asJira(town)('POST', '/rest/api/3/search/jql', { jql, fields: ['labels'] });
    expect(ids(body)).toEqual(matches ? [key] : []);
  });

  test.each(['', 'ORDER BY created', 'labels =', 'labels = a AND', 'colour = red', 'updated >= yesterday', 'labels ~ a', 'labels = a ORDER BY colour'])(
    'refuses "%s"',
    async (jql) => {
      expect(() => parseJql(jql, 0)).toThrow(BadQuery);
      const town = await company();
      const answer = await asJira(town)('POST', '/rest/api/3/search/jql', { jql });
      expect(answer).toMatchObject({ status: 400, body: { errorMessages: [expect.any(String)] } });
    },
  );
});
