/** The check itself has to be able to fail. */
import { expect, test } from 'vitest';
import { contract } from './openapi.js';
import { needs } from './published.js';

const request = (method: string, path: string, over: object = {}) => ({ method, path, headers: {}, ...over });

test('a wrong request to the helpdesk is told', async (t) => {
  needs('helpdesk', t);
  const by = await contract('helpdesk');
  expect(by(request('GET', '/api/v2/nowhere'))).toMatch(/no such operation/);
  expect(by(request('PUT', '/api/v2/tickets/1', { body: { ticket: { status: 'thawed' } } }))).toMatch(/^UpdateTicket: .*enum/);
  expect(by(request('GET', '/api/v2/incremental/tickets/cursor', { query: { since: '1' } }))).toMatch(/start_time/);
});

test('a wrong request to Jira is told', async (t) => {
  needs('jira', t);
  const by = await contract('jira');
  expect(by(request('POST', '/rest/api/3/search/jql', { body: { jql: 'a = b', startAt: 1 } }))).toMatch(/additional/);
});

test('a wrong request to Admin is told', async () => {
  const by = await contract('admin');
  expect(by(request('GET', '/members'))).toMatch(/^findMembers: .*email/);
  expect(by(request('PUT', '/members/m-7/notes/k', { body: { text: 'x' } }))).toMatch(/^putNote: .*body/);
});
