/** Puts a Hono app on a port, with the faults a test orders. */
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Env, Hono, MiddlewareHandler } from 'hono';
import type { Fault, Faults } from './faults.js';

export interface Served {
  /** e.g. `http://127.0.0.1:4101`, without a slash at the end. */
  url: string;
  close(): Promise<void>;
}

/** A port of the sandbox is taken. Says which part wanted it. */
export class PortTaken extends Error {
  override name = 'PortTaken';
  constructor(
    readonly part: string,
    readonly port: number,
  ) {
    super(`Port ${port}, meant for the sandbox's ${part}, is taken by another program.`);
  }
}

/** Turns a failed listen into `PortTaken` where it is one. */
export const listenError = (part: string, port: number, e: NodeJS.ErrnoException): Error =>
  e.code === 'EADDRINUSE' ? new PortTaken(part, port) : e;

/**
 * Serves an app on 127.0.0.1.
 * @param part its name in an error
 * @param port 0 takes any free one
 * Rejects with `PortTaken`.
 */
export async function serveApp<E extends Env>(app: Hono<E>, part: string, port: number): Promise<Served> {
  const server = createAdaptorServer({ fetch: app.fetch as never });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (e) => reject(listenError(part, port, e)));
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

/** The path as the routes know it: Zendesk's paths are the same with and without `.json`. */
export const withoutJson = (request: Request): string => new URL(request.url).pathname.replace(/\.json$/, '');

/** Lets ordered faults befall requests. Goes before every route. */
export function faulty(faults: Faults): MiddlewareHandler<{ Bindings: HttpBindings }> {
  return async (c, next) => {
    if (!faults.pending) return next();
    const url = new URL(c.req.url);
    const fault = await faults.take({
      method: c.req.method,
      path: withoutJson(c.req.raw) + url.search,
      body: await c.req.text(),
    });
    if (fault === null) return next();
    const { socket } = c.env.incoming;
    if (fault === 'after' || fault === 'cut-off' || (typeof fault === 'object' && fault.done)) await next();
    if (typeof fault === 'object' && 'status' in fault) {
      c.res = undefined; // What the work answered is not what is sent.
      c.res = refusal(fault);
      return;
    }
    if (typeof fault === 'object') await sleep(fault.hangMs, undefined, { ref: false });
    if (fault === 'cut-off') socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4096\r\n\r\n{');
    if (fault === 'half-close') socket.end('HTTP/1.1 ');
    else if (fault === 'cut-off') socket.destroySoon();
    else if (fault === 'reset') socket.resetAndDestroy();
    else socket.destroy();
    c.res = undefined;
    return RESPONSE_ALREADY_SENT;
  };
}

function refusal(fault: Extract<Fault, { status: number }>): Response {
  const body = fault.body === undefined ? null : typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body);
  return new Response(body, { status: fault.status, headers: { 'content-type': 'application/json', ...fault.headers } });
}
