/** Real Temporal servers for tests: one whose time can be skipped, and the dev server on a file. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { freePort } from '../../src/dev/ports.js';
import { SEARCH } from '../../src/workflows/search-attributes.js';

const NAMESPACE = 'default';
const START_MS = 30_000;

function fromBootstrap(variable: 'TEMPORAL_CLI' | 'TEMPORAL_TEST_SERVER'): string {
  const path = process.env[variable];
  if (path) return path;
  throw new Error(`${variable} is not set. Run the tests with "npm test", which finds the Temporal servers.`);
}

/**
 * An environment whose time skips, with the cases' search attributes. Not for two tests at once; end it with
 * `teardown()`. Its "now" is `currentTimeMs()`, never the wall clock.
 */
export async function timeSkipping(): Promise<TestWorkflowEnvironment> {
  const path = fromBootstrap('TEMPORAL_TEST_SERVER');
  const create = () => TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
  // The SDK gives it five seconds to listen, which a busy machine may need for Java alone: it is tried for most of a minute.
  const listening = (tries: number): Promise<TestWorkflowEnvironment> => create().catch((error: unknown) => (tries > 1 ? listening(tries - 1) : Promise.reject(error)));
  const env = await listening(10);
  try {
    // It can add them but not list them, so what a real server gets at installation does not serve here.
    const all = Object.values(SEARCH).map(({ name, type }) => [name, encodeSearchAttributeIndexedValueType(type)]);
    await env.connection.operatorService.addSearchAttributes({
      namespace: NAMESPACE,
      searchAttributes: Object.fromEntries(all) as Record<string, number>,
    });
    return env;
  } catch (error) {
    await env.teardown();
    throw error;
  }
}

export interface DevServer {
  /** `host:port`. */
  address: string;
  /** Ends it and removes the database, where that was made here. */
  stop(): Promise<void>;
  /** SIGKILL: as when the machine is switched off. The database stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port and database. */
  restart(): Promise<void>;
}

/**
 * The real Temporal server, with the cases' search attributes, ready for the first start. `dbFile` is kept;
 * without it the database lasts until `stop()`.
 */
export async function devServer(options: { dbFile?: string } = {}): Promise<DevServer> {
  const cli = fromBootstrap('TEMPORAL_CLI');
  const folder = options.dbFile ? null : mkdtempSync(join(tmpdir(), 'onetouch-temporal-'));
  const dbFile = options.dbFile ?? join(folder!, 'temporal.db');
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  let server = await start(cli, port, dbFile);

  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill(signal);
    await gone;
  };
  return {
    address,
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      server = await start(cli, port, dbFile);
    },
    async stop() {
      await end('SIGTERM');
      if (folder) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The server takes more ports for itself, and between finding one and taking it somebody may be quicker. */
async function start(cli: string, port: number, dbFile: string, attempts = 3): Promise<ChildProcess> {
  try {
    return await startOnce(cli, port, dbFile);
  } catch (error) {
    if (attempts <= 1 || !String(error).includes('address already in use')) throw error;
    return start(cli, port, dbFile, attempts - 1);
  }
}

async function startOnce(cli: string, port: number, dbFile: string): Promise<ChildProcess> {
  const settings = `server start-dev --headless --log-level error --ip 127.0.0.1 --port ${port}
    --sqlite-pragma journal_mode=wal --sqlite-pragma synchronous=normal`.split(/\s+/);
  const attributes = Object.values(SEARCH).flatMap(({ name, type }) => [
    '--search-attribute',
    `${name}=${TypedSearchAttributes.toMetadataType(type)}`,
  ]);
  const server = spawn(cli, [...settings, '--db-filename', dbFile, ...attributes], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const killWithUs = () => server.kill('SIGKILL');
  process.once('exit', killWithUs);
  server.once('exit', () => process.off('exit', killWithUs));

  let said = '';
  server.stderr!.on('data', (chunk: Buffer) => (said += String(chunk)));
  const ended = once(server, 'exit').then(() => {
    throw new Error(`The Temporal server ended at its start:\n${said.trim()}`);
  });
  try {
    await Promise.race([ready(`127.0.0.1:${port}`), ended]);
  } catch (error) {
    server.kill('SIGKILL');
    throw error;
  }
  // From here on an end is somebody's wish.
  ended.catch(() => {});
  return server;
}

/** Until the namespace answers with every search attribute, which comes a moment after the port. */
async function ready(address: string): Promise<void> {
  const connection = Connection.lazy({ address });
  const until = Date.now() + START_MS;
  try {
    for (;;) {
      try {
        const { customAttributes } = await connection.withDeadline(Date.now() + 2_000, () =>
          connection.operatorService.listSearchAttributes({ namespace: NAMESPACE }),
        );
        if (Object.values(SEARCH).every(({ name }) => customAttributes && name in customAttributes)) return;
      } catch (cause) {
        if (Date.now() > until) throw new Error(`The Temporal server at ${address} did not get ready.`, { cause });
      }
      await sleep(50);
    }
  } finally {
    await connection.close();
  }
}
