/** What two starts share, and what they must not. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadDevConfig } from '../../src/config.js';
import { openData } from '../../src/dev/data.js';
import { freePorts } from '../../src/dev/ports.js';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'onetouch-data-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('token, secrets and progress are the same at the next start; nobody else can read the secrets', async () => {
  const first = await openData(dir);
  first.progress['scheduling'] = { ticket: '5001', stepsDone: 1, reachedAt: null };
  await first.save();
  await first.release();
  const second = await openData(dir);
  expect(second).toMatchObject({ apiToken: first.apiToken, secrets: first.secrets, progress: first.progress });
  for (const file of ['api-token', 'secrets.json']) expect(statSync(join(dir, file)).mode & 0o777).toBe(0o600);
});

test('--fresh forgets what is ours and leaves the rest of the folder alone', async () => {
  const first = await openData(dir);
  first.progress['scheduling'] = { ticket: '5001', stepsDone: 0, reachedAt: null };
  await first.save();
  await first.release();
  writeFileSync(join(dir, 'temporal.db'), '');
  writeFileSync(join(dir, 'letters.txt'), 'mine');
  const second = await openData(dir, { fresh: true });
  expect(second.progress).toEqual({});
  expect(second.apiToken).not.toBe(first.apiToken);
  expect(existsSync(join(dir, 'temporal.db'))).toBe(false);
  expect(readFileSync(join(dir, 'letters.txt'), 'utf8')).toBe('mine');
});

test('a token from the environment is the one that is kept for the CLI', async () => {
  expect((await openData(dir, { apiToken: 'mine' })).apiToken).toBe('mine');
  expect(readFileSync(join(dir, 'api-token'), 'utf8')).toBe('mine\n');
});

test('a folder in use by a process that lives is refused; one that is gone does not matter', async () => {
  writeFileSync(join(dir, 'running'), `${process.ppid}\n`);
  await expect(openData(dir)).rejects.toThrow(/in use by process \d+.*ONETOUCH_DATA/);
  writeFileSync(join(dir, 'running'), '999999999\n');
  await expect(openData(dir)).resolves.toBeDefined();
});

test('a file that cannot be read is named with the way out, and the folder is free again', async () => {
  writeFileSync(join(dir, 'samples.json'), '{"half');
  await expect(openData(dir)).rejects.toThrow(/samples\.json cannot be read.*--fresh/);
  expect(existsSync(join(dir, 'running'))).toBe(false);
});

test('every port that cannot be had is named with its setting; 0 becomes a free one, no two the same', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const any = loadDevConfig({ TEMPORAL_CLI: 'temporal' }).ports;
  for (const name of Object.keys(any) as (keyof typeof any)[]) any[name] = 0;
  const found = Object.values(await freePorts(any));
  expect(new Set(found).size).toBe(found.length);
  expect(found).not.toContain(0);
  await expect(freePorts({ ...any, PORT: port, TEMPORAL_PORT: port })).rejects.toThrow(new RegExp(`Port ${port}, .*Set PORT .*\\n.*Set TEMPORAL_PORT `));
  other.close();
});

test('the outside systems of the environment never reach it; its clocks and mode do', () => {
  const { settings } = loadDevConfig({ TEMPORAL_CLI: 'temporal', HELPDESK_URL: 'https://company.zendesk.com', SMTP_URL: 'smtp://real', API_TOKEN: 'x', CONFIRM_HOURS: '1', MODE: 'observe' });
  expect(settings).toEqual({ SWEEP_MINUTES: '1', CONFIRM_HOURS: '1', MODE: 'observe' });
});
