import { expect, test } from 'vitest';
import { adf, asAdmin, asHelpdesk, asJira, company, newIssue, ticketOf } from './support.js';

test('a status befalls one request that matches, with its headers, and nothing is done', async () => {
  const town = await company();
  const id = await ticketOf(town);
  const ask = await asHelpdesk(town);
  const before = town.helpdesk.ledger.length;
  const fault = town.helpdesk.faults.next(/^PUT /, { status: 429, headers: { 'retry-after': '7' }, body: { error: 'TooManyRequests' } });
  expect((await ask('GET', `/api/v2/tickets/${id}`)).status).toBe(200);
  const note = { ticket: { comment: { body: 'Noted', public: false } } };
  const refused = await ask('PUT', `/api/v2/tickets/${id}.json`, note);
  expect(refused).toMatchObject({ status: 429, body: { error: 'TooManyRequests' } });
  expect(refused.headers.get('retry-after')).toBe('7');
  expect(await fault.happened).toMatchObject({ method: 'PUT', path: `/api/v2/tickets/${id}`, body: JSON.stringify(note) });
  expect(town.helpdesk.ledger).toHaveLength(before);
  expect((await ask('PUT', `/api/v2/tickets/${id}`, note)).status).toBe(200);
});

test('a body can be matched, and the request goes on whole where it does not', async () => {
  const town = await company();
  const key = await town.jira.file('INFRA', 'It fails');
  town.jira.faults.next((asked) => asked.method === 'POST' && asked.body.includes('worse'), { status: 503 });
  const comment = (text: string) => asJira(town)('POST', `/rest/api/3/issue/${key}/comment`, { body: adf(text) });
  expect((await comment('Better')).status).toBe(201);
  expect((await comment('It got worse')).status).toBe(503);
  expect(town.jira.commentsByUs(key)).toEqual(['Better']);
});

test('reset: the connection is dropped and nothing is done', async () => {
  const town = await company();
  town.jira.faults.next(/^POST \/rest\/api\/3\/issue$/, 'reset');
  await expect(asJira(town)('POST', '/rest/api/3/issue', newIssue())).rejects.toThrow('fetch failed');
  expect(town.jira.issues()).toEqual([]);
});

test('after: the work is done and the answer lost', async () => {
  const town = await company();
  town.jira.faults.next(/^POST \/rest\/api\/3\/issue$/, 'after');
  await expect(asJira(town)('POST', '/rest/api/3/issue', newIssue())).rejects.toThrow('fetch failed');
  expect(town.jira.only()).toMatchObject({ summary: 'It fails' });
});

test('timeout: nothing comes until it is released, and nothing is done', async () => {
  const town = await company();
  await town.admin.setMember('M-1', {});
  const fault = town.admin.faults.next(/^PUT/, 'timeout');
  let ended = false;
  const asking = asAdmin(town)('PUT', '/members/M-1/notes/k', { body: 'x' }).catch((e: Error) => e);
  void asking.then(() => (ended = true));
  await fault.happened;
  expect((await asAdmin(town)('GET', '/members/M-1')).status).toBe(200);
  expect(ended).toBe(false);
  fault.release();
  expect(await asking).toBeInstanceOf(Error);
  expect(town.admin.notes('M-1')).toEqual([]);
});

test('closing lets go of what hangs', async () => {
  const town = await company();
  const fault = town.admin.faults.next(/^GET/, 'timeout');
  const asking = asAdmin(town)('GET', '/members/M-1').catch((e: Error) => e);
  await fault.happened;
  await town.close();
  expect(await asking).toBeInstanceOf(Error);
});
