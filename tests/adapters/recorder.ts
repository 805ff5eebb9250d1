/** A tiny HTTP server: answers what the test says and keeps what it was asked. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Asked {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: unknown;
}
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** Sent as JSON; a string as it is. */
  body?: unknown;
  /** Drops the connection instead. */
  drop?: true;
}
export interface Recorder {
  url: string;
  asked: Asked[];
  /** Those of one method and path. */
  to(method: string, path: string): Asked[];
}

/** Requests that `answer` does not know get 501, which every adapter reports. */
export async function recorder(answer: (asked: Asked) => Answer | undefined): Promise<Recorder> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url!, 'http://here');
      const text = Buffer.concat(chunks).toString();
      const one: Asked = {
        method: request.method!,
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers as Record<string, string>,
        body: text ? JSON.parse(text) : undefined,
      };
      asked.push(one);
      const { status = 200, headers, body, drop } = answer(one) ?? { status: 501 };
      if (drop) return request.socket.destroy();
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    to: (method, path) => asked.filter((a) => a.method === method && a.path === path),
  };
}
