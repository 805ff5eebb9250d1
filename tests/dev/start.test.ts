/** `npm start`, as a newcomer runs it: the sample set, an end in the middle, and starts after it. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Effect } from '../../src/sandbox/ledger.js';
import { SAMPLES } from '../../src/sandbox/samples.js';
import { start, type Started } from './start.js';

const TIMEOUT_MS = 180_000;
const folder = mkdtempSync(join(tmpdir(), 'onetouch-start-'));
const data = join(folder, 'data');
const running: Started[] = [];
const begin = (...args: Parameters<typeof start>): Started => {
  const started = start(...args);
  running.push(started);
  return started;
};
afterEach(() => running.splice(0).forEach((started) => started.kill()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The system takes a moment to bury what has ended. */
async function nothingLeft(town: Started): Promise<void> {
  await expect.poll(() => town.left(), { timeout: 10_000 }).toBe(false);
}
/** What a system of the sandbox company has on its books. */
const books = (system: 'helpdesk' | 'jira' | 'admin' | 'mail') =>
  JSON.parse(readFileSync(join(data, 'company', `${system}.json`), 'utf8')) as { state: { tickets: Record<string, { subject: string }> }; ledger: Effect[] };
/** But for the figures of a problem, which are written anew a minute later. */
const ours = () => (['helpdesk', 'jira', 'admin', 'mail'] as const).map((system) => books(system).ledger.filter((e) => e.by === 'onetouch' && e.kind !== 'description').length);
const subjects = () => Object.values(books('helpdesk').state.tickets).map((t) => t.subject);
const ALL_THERE = `${SAMPLES.length} of ${SAMPLES.length} samples have reached their expected end`;

describe('three starts on one folder', () => {
  test('Ctrl-C in the middle of the set ends everything: no process is left, and nobody answers any more', async () => {
    const town = begin(data);
    const [, api] = await town.says(/API +(http:\S+)/);
    await town.says(/\d\d:\d\d:\d\d +\d+ .*→/);

    const token = readFileSync(join(data, 'api-token'), 'utf8').trim();
    expect(town.output()).toContain(`Bearer ${token}`);
    for (const secret of ['api-token', 'secrets.json']) expect(statSync(join(data, secret)).mode & 0o777).toBe(0o600);
    const answer = await fetch(api!, { headers: { Authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    expect(((await answer.json()) as { cases: object[] }).cases).not.toEqual([]);

    expect(await town.stop('SIGINT')).toBe(0);
    await nothingLeft(town);
    await expect(fetch(api!)).rejects.toThrow('fetch failed');
  }, TIMEOUT_MS);

  test('the next start goes on: every sample reaches its expected end, and no ticket is sent again', async () => {
    const before = subjects();
    const town = begin(data, ['--once']);
    expect(await town.exit, town.output()).toBe(0);
    await nothingLeft(town);
    expect(town.output()).toContain(ALL_THERE);
    expect(town.output()).toContain(`${SAMPLES.length} sample tickets of an earlier start go on`);
    expect(town.output()).toMatch(/VMP, 48 hours nearly over .*→ confirming/);
    expect(subjects()).toEqual(before);
    expect(before.sort()).toEqual(SAMPLES.map((s) => s.ticket.subject).sort());
  }, TIMEOUT_MS);

  test('a start after the set is through does nothing again', async () => {
    const [before, tickets] = [ours(), subjects()];
    const town = begin(data, ['--once']);
    expect(await town.exit, town.output()).toBe(0);
    expect(town.output()).toContain(ALL_THERE);
    expect(ours()).toEqual(before);
    expect(subjects()).toEqual(tickets);
  }, TIMEOUT_MS);
});

describe('starting', () => {
  test('a taken port is said with the setting that changes it, before anything is started', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const elsewhere = join(folder, 'taken');
    const town = begin(elsewhere, [], { SANDBOX_JIRA_PORT: String(port) });
    expect(await town.exit).toBe(1);
    expect(town.output()).toMatch(new RegExp(`Port ${port}, .*Jira, is taken\\. Set SANDBOX_JIRA_PORT to a free one`));
    expect(existsSync(elsewhere)).toBe(false);
    other.close();
  }, TIMEOUT_MS);

  test('bare, it serves and sends nothing; SIGTERM ends it as Ctrl-C does', async () => {
    const town = begin(join(folder, 'bare'), ['--no-samples']);
    const [, page] = await town.says(/Sandbox company +(http:\S+)/);
    await town.says(/keeps running/);
    expect(await (await fetch(page!)).text()).toContain('Tickets (0)');

    // The Temporal UI knows where payloads are read, its page may ask there, and nobody else is told.
    const [, ui] = await town.says(/Temporal UI +(http:\S+)/);
    const { Codec } = (await (await fetch(`${ui}/api/v1/settings`)).json()) as { Codec: { Endpoint: string } };
    const body = JSON.stringify({ payloads: [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'Int9Ig==' }] });
    const encoded = await fetch(`${Codec.Endpoint}/encode`, { method: 'POST', body, headers: { Origin: ui! } });
    expect([encoded.status, encoded.headers.get('Access-Control-Allow-Origin')]).toEqual([200, ui]);
    const decoded = await fetch(`${Codec.Endpoint}/decode`, { method: 'POST', body: await encoded.text() });
    expect(JSON.stringify(await decoded.json())).toBe(body);
    expect((await fetch(Codec.Endpoint.replace(/\/codec\/.*/, '/codec/decode'), { method: 'POST', body })).status).toBe(401);
    for (const said of [town.output(), readFileSync(join(folder, 'bare', 'onetouch.log'), 'utf8')]) expect(said).not.toContain(Codec.Endpoint.split('/').at(-1));
    expect(await town.stop('SIGTERM')).toBe(0);
    await nothingLeft(town);
  }, TIMEOUT_MS);

  test('a Temporal server that cannot start is said, and nothing is left', async () => {
    const town = begin(join(folder, 'no-temporal'), [], { TEMPORAL_CLI: '/bin/false' });
    expect(await town.exit).toBe(1);
    expect(town.output()).toMatch(/Temporal server ended at its start/);
    await nothingLeft(town);
  }, TIMEOUT_MS);

  test('an option or a setting that makes no sense is named', async () => {
    const wrong = begin(join(folder, 'wrong'), ['--twice']);
    expect(await wrong.exit).not.toBe(0);
    expect(wrong.output()).toContain("'--twice'");
    const port = begin(join(folder, 'wrong'), [], { TEMPORAL_PORT: '70000' });
    expect(await port.exit).toBe(1);
    expect(port.output()).toMatch(/TEMPORAL_PORT is not a port/);
    const mode = begin(join(folder, 'wrong'), [], { MODE: 'watch' });
    expect(await mode.exit).toBe(1);
    expect(mode.output()).toMatch(/^The configuration.*\n +MODE is neither/);
  }, TIMEOUT_MS);
});
