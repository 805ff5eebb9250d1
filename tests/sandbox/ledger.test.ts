import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadGatewayConfig, loadWorkerConfig } from '../../src/config.js';
import { openStore } from '../../src/sandbox/ledger.js';
import { PortTaken } from '../../src/sandbox/serve.js';
import { asAdmin, company, ticketOf } from './support.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'onetouch-sandbox-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test('a second start has everything of the first, and goes on counting', async () => {
  const first = await company({ dir });
  await first.admin.setMember('M-1', { name: 'Ada', ooeResult: 'error' });
  await asAdmin(first)('PUT', '/members/M-1/notes/k', { body: 'Escalated' });
  const id = await ticketOf(first, { inquiry: 'app-bug' });
  await first.helpdesk.agentNotes(id, 'Seen');
  const key = await first.jira.file('INFRA', 'It fails', ['onetouch']);
  await createTransport(first.env.SMTP_URL).sendMail({ from: 'a@example.com', to: 'b@example.com', subject: 'Kept', text: 'x' });
  const were = [first.helpdesk.ticket(id), first.jira.issue(key), first.admin.member('M-1'), first.mail.messages];
  const ledgers = [first.helpdesk.ledger, first.jira.ledger, first.admin.ledger, first.mail.ledger];
  await first.close();

  const second = await company({ dir });
  expect([second.helpdesk.ticket(id), second.jira.issue(key), second.admin.member('M-1'), second.mail.messages]).toEqual(were);
  expect([second.helpdesk.ledger, second.jira.ledger, second.admin.ledger, second.mail.ledger]).toEqual(ledgers);
  expect(await ticketOf(second)).toBe(String(Number(id) + 1));
  expect(await second.jira.file('INFRA', 'Again')).toBe('INFRA-2');
  expect(second.helpdesk.ledger.at(-1)!.n).toBe(first.helpdesk.ledger.length + 1);
});

test('writing leaves one whole file a system', async () => {
  const store = await openStore('helpdesk', () => ({ words: [] as string[] }), dir);
  for (let n = 0; n < 50; n++) {
    store.state.words.push(`word ${n}`);
    store.record(n, 'onetouch', 'note', '1', `note ${n}`);
  }
  await store.flush();
  expect(await readdir(dir)).toEqual(['helpdesk.json']);
  const kept = JSON.parse(await readFile(path.join(dir, 'helpdesk.json'), 'utf8'));
  expect(kept.state.words).toHaveLength(50);
  expect(kept.ledger.map((e: { n: number }) => e.n)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
});

test.each(['{"version":1,"state":{}', '[]', '{"version":7,"ledger":[]}'])('a file that is not ours is named: %s', async (text) => {
  await writeFile(path.join(dir, 'jira.json'), text);
  await expect(company({ dir })).rejects.toThrow(/jira.*jira\.json.*Delete it/);
});

test('a change that could not be written is reported by flush', async () => {
  const store = await openStore('helpdesk', () => ({}), dir);
  await rm(dir, { recursive: true });
  store.changed();
  await expect(store.flush()).rejects.toThrow(/ENOENT/);
});

test('the environment is a complete configuration of both entries', async () => {
  const town = await company({ searchLagMs: 1500 });
  const worker = loadWorkerConfig(town.env);
  expect(worker.jira).toMatchObject({ url: town.jira.url, searchLagMs: 2000 });
  expect(worker.mail.url).toBe(town.mail.url);
  expect(loadGatewayConfig({ ...town.env, API_TOKEN: 't' })).toMatchObject({ helpdesk: { url: town.helpdesk.url }, jira: { url: town.jira.url } });
  for (const link of [worker.articles.dell, worker.articles.switchProvider, worker.articles.specificEmployee, worker.articles.deviceGuideCgm, worker.articles.withingsSupport])
    expect((await fetch(link!)).status).toBe(200);
});

test.each(['helpdesk', 'jira', 'admin', 'smtp', 'page'] as const)('a taken port of %s is said, and nothing is left running', async (part) => {
  const first = await company();
  const port = (url: string) => Number(new URL(url).port);
  const ports = {
    helpdesk: port(first.helpdesk.url),
    jira: port(first.jira.url),
    admin: port(first.admin.url),
    smtp: port(first.mail.url),
    page: port(first.page.url),
  };
  await first.close();
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(ports[part], '127.0.0.1', resolve));
  const failed: unknown = await company({ ports }).catch((e: unknown) => e);
  await new Promise((resolve) => taken.close(resolve));
  expect(failed).toBeInstanceOf(PortTaken);
  expect(failed).toMatchObject({ port: ports[part], message: expect.stringContaining(String(ports[part])) });
  // Every other port is free again.
  expect((await company({ ports })).page.url).toBe(first.page.url);
});
