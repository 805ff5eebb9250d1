/** What Node's HTTP server and its adaptor answer before any app is asked: with a reason, and without falling over. */
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serve, type Serving } from '../../src/web/serve.js';
import { town } from './town.js';

const HOST = '127.0.0.1';
let gateway: Serving;
beforeAll(async () => {
  gateway = await serve(town().app, { port: 0, host: HOST });
});
afterAll(() => gateway.close());

/** Everything that is said on one connection until it is closed. */
function said(port: number, ...parts: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(port, HOST, () => void (async () => {
      for (const part of parts) {
        socket.write(part);
        await new Promise((sent) => setTimeout(sent, 50));
      }
    })());
    socket.setTimeout(5_000, () => reject(new Error(`still open after ${JSON.stringify(heard)}`)));
    socket.on('data', (data) => (heard += String(data)));
    // What is written to a closed connection is no matter here.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      socket.destroy();
      resolve(heard);
    });
  });
}

const END = 'Connection: close\r\n\r\n';
const REQUESTS: [string, string, number][] = [
  ['a Host with a space', `GET /healthz HTTP/1.1\r\nHost: a b\r\n${END}`, 400],
  ['half an IPv6 Host', `GET /healthz HTTP/1.1\r\nHost: [\r\n${END}`, 400],
  ['a Host with a path', `GET /healthz HTTP/1.1\r\nHost: a/b\r\n${END}`, 400],
  ['no Host', `GET /healthz HTTP/1.1\r\n${END}`, 400],
  ['no Host in HTTP/1.0', 'GET /healthz HTTP/1.0\r\n\r\n', 400],
  ['an absolute URI that is none', `GET http://[/ HTTP/1.1\r\nHost: a\r\n${END}`, 400],
  ['a backslash', `GET /\\a HTTP/1.1\r\nHost: a\r\n${END}`, 400],
  ['OPTIONS *', `OPTIONS * HTTP/1.1\r\nHost: a\r\n${END}`, 400],
  ['a body for nobody', `POST /api/cases/1/close HTTP/1.1\r\nHost: [\r\nContent-Length: 2\r\n${END}{}`, 400],
  ['no HTTP', 'HELO mail.example.com\r\n\r\n', 400],
  ['a control character in a header', 'GET / HTTP/1.1\r\nHost: a\r\nX: \u0001\r\n\r\n', 400],
  ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}', 400],
  ['an expectation', `GET /healthz HTTP/1.1\r\nHost: a\r\nExpect: the-best\r\n${END}`, 417],
  ['too large a header', `GET /healthz HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  ['too many chunk extensions', `POST /webhooks/jira HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;x=${'x'.repeat(20_000)}\r\n`, 413],
];

test.each(REQUESTS)('%s: a status, a reason and no guess at its type', async (_, request, status) => {
  const [head, ...body] = (await said(gateway.port, request)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head).toMatch(/\r\nContent-Type: application\/json/i);
  expect(head).toMatch(/\r\nX-Content-Type-Options: nosniff/i);
  expect(JSON.parse(body.join('\r\n\r\n'))).toEqual({ reason: expect.stringMatching(/^[A-Z].*\.$/) });
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
});

test('a slow caller hears why it is cut off', async () => {
  const hasty = await serve(town().app, { port: 0, host: HOST, times: { headersTimeout: 50, requestTimeout: 50, connectionsCheckingInterval: 10 } });
  const answer = await said(hasty.port, 'GET /healthz HTTP/1.1\r\nHost: a\r\n');
  await hasty.close();
  expect(answer).toMatch(/^HTTP\/1\.1 408 [^]*nosniff[^]*\r\n\r\n\{"reason":"The request took too long to arrive\."\}$/);
});

test('what cannot be read is not answered into the middle of another answer', async () => {
  const start = new TextEncoder().encode('the beginning');
  const slow = await serve({ fetch: () => new Response(new ReadableStream({ start: (answer) => answer.enqueue(start) })) }, { port: 0, host: HOST });
  const heard = await said(slow.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'nonsense\r\n\r\n');
  await slow.close();
  expect(heard).toContain('the beginning');
  expect(heard.match(/HTTP\/1\.1/g)).toHaveLength(1);
});

test.each([
  ['throws', (): Response => { throw new Error('secret'); }, /^HTTP\/1\.1 500 [^]*nosniff[^]*\r\n\r\n\{"reason":"Something went wrong here\."\}$/],
  ['rejects', () => Promise.reject(new Error('secret')), /^HTTP\/1\.1 500 [^]*nosniff[^]*\r\n\r\n\{"reason":"Something went wrong here\."\}$/],
  ['answers what cannot be sent', () => new Response('x', { headers: { 'X-A': 'a\nb' } }), /^$/],
])('an app that %s brings nothing down', async (_, fetch, heard) => {
  const broken = await serve({ fetch }, { port: 0, host: HOST });
  const answers = [await said(broken.port, `GET / HTTP/1.1\r\nHost: a\r\n${END}`), await said(broken.port, `GET / HTTP/1.1\r\nHost: a\r\n${END}`)];
  await broken.close();
  for (const answer of answers) expect(answer).toMatch(heard);
});
