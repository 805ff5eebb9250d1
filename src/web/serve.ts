/** Listens for HTTP, and stops listening without cutting off who is being answered. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';

export interface Serving {
  /** e.g. `http://127.0.0.1:8080`. */
  url: string;
  port: number;
  /** Ends: new connections at once, open ones after `graceMs` at the latest. */
  close(): Promise<void>;
}

/** A caller that is slow to say what it wants, or to go away, is cut off. In ms. */
const TIMES = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000, connectionsCheckingInterval: 5_000 };

/** Serves `app` on a port (0 takes a free one). Rejects with a clear error when the port cannot be had. */
export async function serve(
  app: { fetch(request: Request): Response | Promise<Response> },
  { port, host, graceMs = 5_000, setting = 'PORT', times = TIMES }: { port: number; host: string; graceMs?: number; setting?: string; times?: Partial<typeof TIMES> },
): Promise<Serving> {
  const server = createAdaptorServer({ fetch: (request) => app.fetch(request), serverOptions: times }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(clearer(error, host, port, setting)));
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    port: taken,
    close: () =>
      new Promise((resolve, reject) => {
        const cut = setTimeout(() => server.closeAllConnections(), graceMs);
        server.close((error) => {
          clearTimeout(cut);
          if (error) reject(error);
          else resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function clearer(error: NodeJS.ErrnoException, host: string, port: number, setting: string): Error {
  if (error.code === 'EADDRINUSE')
    return new Error(`Port ${port} on ${host} is taken. Set ${setting} to a free one, or stop what uses it.`, { cause: error });
  if (error.code === 'EACCES')
    return new Error(`Port ${port} may not be used by this user. Set ${setting} to one above 1023.`, { cause: error });
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new Error(`${host} is not an address of this machine. Set HOST to one, e.g. 127.0.0.1 or 0.0.0.0.`, { cause: error });
  return error;
}
