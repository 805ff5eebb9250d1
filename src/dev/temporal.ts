/** The real Temporal dev server with its Web UI, on a database file, as a child of this process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { TypedSearchAttributes } from '@temporalio/common';
import { connectTemporal, type Temporal } from '../client/connect.js';
import { SEARCH } from '../workflows/search-attributes.js';

export interface TemporalServer {
  /** `host:port`. */
  address: string;
  uiUrl: string;
  /** Resolves when the server has ended, wanted or not. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

const READY_MS = 30_000;
const STOP_MS = 10_000;

/** Starts the server. Rejects, with the end of what it said, when it does not get ready; nothing is left then. */
export async function startTemporal(o: { cli: string; port: number; uiPort: number; dbFile: string; logFile: string; codecUrl?: string }): Promise<TemporalServer> {
  const log = await open(o.logFile, 'w+');
  const attributes = Object.values(SEARCH).flatMap(({ name, type }) => ['--search-attribute', `${name}=${TypedSearchAttributes.toMetadataType(type)}`]);
  const settings = ['--ip', '127.0.0.1', '--port', String(o.port), '--ui-port', String(o.uiPort), '--db-filename', o.dbFile, '--log-level', 'error', ...(o.codecUrl ? ['--ui-codec-endpoint', o.codecUrl] : [])];
  // Durable, and as fast as in memory.
  const pragmas = ['--sqlite-pragma', 'journal_mode=wal', '--sqlite-pragma', 'synchronous=normal'];
  // In our process group: whoever ends the group ends the server too, even where we could not.
  const server = spawn(o.cli, ['server', 'start-dev', ...settings, ...pragmas, ...attributes], { stdio: ['ignore', log.fd, log.fd] });
  const killWithUs = () => server.kill('SIGKILL');
  process.once('exit', killWithUs);
  const ended = new Promise<void>((resolve) => {
    server.once('error', () => resolve());
    server.once('exit', () => resolve());
  }).then(() => void process.off('exit', killWithUs));

  const stop = async () => {
    if (server.exitCode === null && server.signalCode === null && server.pid !== undefined) {
      const gone = once(server, 'exit');
      server.kill('SIGTERM');
      const late = setTimeout(() => server.kill('SIGKILL'), STOP_MS);
      await gone;
      clearTimeout(late);
    }
    await log.close();
  };
  const address = `127.0.0.1:${o.port}`;
  // Without HOME and the like in its environment, no temporal.toml of this machine leads elsewhere.
  const temporal = await connectTemporal({ payloads: null, lazy: true, env: { TEMPORAL_ADDRESS: address } });
  const givenUp = new AbortController();
  try {
    await Promise.race([
      ready(temporal, givenUp.signal),
      ended.then(async () => {
        const said = (await log.read({ position: 0 })).buffer.toString('utf8').replaceAll('\0', '').trim();
        throw new Error(`The Temporal server ended at its start. It said:\n${said.slice(-2_000) || `nothing; can ${o.cli} be executed?`}`);
      }),
    ]);
  } catch (error) {
    givenUp.abort();
    await stop();
    throw error;
  } finally {
    await temporal.close();
  }
  return { address, uiUrl: `http://127.0.0.1:${o.uiPort}`, ended, stop };
}

/** Until the namespace answers with every search attribute, which comes a moment after the port. */
async function ready({ connection, namespace, address }: Temporal, givenUp: AbortSignal): Promise<void> {
  const until = Date.now() + READY_MS;
  while (!givenUp.aborted) {
    try {
      const { customAttributes } = await connection.withDeadline(Date.now() + 2_000, () =>
        connection.operatorService.listSearchAttributes({ namespace }),
      );
      if (Object.values(SEARCH).every(({ name }) => name in customAttributes)) return;
    } catch (cause) {
      if (Date.now() > until) throw new Error(`The Temporal server at ${address} did not get ready.`, { cause });
    }
    await sleep(50);
  }
}
