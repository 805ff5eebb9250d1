/** How long a caller may take: what the server is made with, where nobody says otherwise. */
import type * as Http from 'node:http';
import { expect, test, vi } from 'vitest';
import { serve } from '../../src/web/serve.js';

const made: { server: Http.Server; options: Http.ServerOptions }[] = [];
vi.mock('node:http', async (original) => {
  const http = await original<typeof Http>();
  return {
    ...http,
    createServer: (options: Http.ServerOptions, listener: () => void) => {
      const server = http.createServer(options, listener);
      made.push({ server, options });
      return server;
    },
  };
});

test('10 s for the headers, 30 s for a request, 5 s of silence; looked at every 5 s', async () => {
  const serving = await serve({ fetch: () => new Response('') }, { port: 0, host: '127.0.0.1' });
  await serving.close();
  const { server, options } = made[0]!;
  expect([server.headersTimeout, server.requestTimeout, server.keepAliveTimeout]).toEqual([10_000, 30_000, 5_000]);
  // The others hold only as often as they are looked at.
  expect(options.connectionsCheckingInterval).toBe(5_000);
});
