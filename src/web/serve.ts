/** Listens for HTTP, and stops listening without cutting off who is being answered. */
import { createServer, STATUS_CODES, type OutgoingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener, RequestError } from '@hono/node-server';

export interface Serving {
  /** e.g. `http://127.0.0.1:8080`. */
  url: string;
  port: number;
  /** Ends: new connections at once, open ones after `graceMs` at the latest. */
  close(): Promise<void>;
}

/** A caller that is slow to say what it wants, or to go away, is cut off. In ms. */
const TIMES = { headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000, connectionsCheckingInterval: 5_000 };

/** What no app gets to answer: Node and the adaptor would say nothing but the status. */
const REASONS = {
  400: 'This is no HTTP request that can be read.',
  408: 'The request took too long to arrive.',
  413: 'A chunk of the body has too large an extension.',
  417: 'The only expectation that is met is 100-continue.',
  431: 'The headers are too large.',
  500: 'Something went wrong here.',
} as const;
type Status = keyof typeof REASONS;
const STATUS_OF: Readonly<Record<string, Status>> = { HPE_HEADER_OVERFLOW: 431, HPE_CHUNK_EXTENSIONS_OVERFLOW: 413, ERR_HTTP_REQUEST_TIMEOUT: 408 };

function answerOf(status: Status, reason: string = REASONS[status]) {
  const body = JSON.stringify({ reason });
  return { status, body, headers: { 'Content-Type': 'application/json', 'Content-Length': String(body.length), 'X-Content-Type-Options': 'nosniff' } };
}

/** Serves `app` on a port (0 takes a free one). Rejects with a clear error when the port cannot be had. */
export async function serve(
  app: { fetch(request: Request, connection?: object): Response | Promise<Response> },
  { port, host, graceMs = 5_000, setting = 'PORT', times = TIMES }: { port: number; host: string; graceMs?: number; setting?: string; times?: Partial<typeof TIMES> },
): Promise<Serving> {
  const listener = getRequestListener((request, connection) => app.fetch(request, connection), { errorHandler: notReached });
  // A request without a Host is left to the listener, which gives a reason.
  const server = createServer({ ...times, requireHostHeader: false }, (incoming, outgoing) => void listener(incoming, outgoing).catch(() => outgoing.destroy()));
  server.on('checkExpectation', (_, outgoing) => {
    const { status, body, headers } = answerOf(417);
    outgoing.writeHead(status, headers).end(body);
  });
  server.on('clientError', unreadable);
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

/** What the app was never asked, for want of an address, or failed to answer. */
function notReached(error: unknown): Response {
  const { body, ...how } = error instanceof RequestError ? answerOf(400, 'The address of the request, or its Host header, cannot be read.') : answerOf(500);
  return new Response(body, how);
}

/** What is no request, or never becomes one: a last answer where none has begun, and the end. */
function unreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  const { _httpMessage: answer } = socket as Duplex & { _httpMessage?: OutgoingMessage | null };
  if (error.code === 'ECONNRESET' || !socket.writable || answer?.headersSent) {
    socket.destroy();
    return;
  }
  const { status, body, headers } = answerOf(STATUS_OF[error.code ?? ''] ?? 400);
  const head = Object.entries({ ...headers, Connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.join('')}\r\n${body}`, () => socket.destroy());
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
