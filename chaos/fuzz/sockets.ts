/** Fuzzes what comes before any body can be read: requests that break off, lie about their length or never end, on real sockets. */
import { connect } from 'node:net';
import { pino } from 'pino';
import pMap from 'p-map';
import { serve } from '../../src/web/serve.js';
import { random, type Random } from '../random.js';
import { SECRETS, signed } from './forgeries.js';
import { gateway } from './gateway.js';
import { AT, triggerBody } from './valid.js';

export interface SocketReport {
  connections: number;
  kinds: Record<string, number>;
  /** How many answers had each status; a connection may have none or several. */
  statuses: Record<string, number>;
  findings: string[];
}

interface Connection {
  /** Written one after the other. */
  pieces: (string | Uint8Array)[];
  end: 'destroyed' | 'half-closed' | 'left open';
}

/** Cut short, so that what is left open is cut off soon. In ms. */
const TIMES = { headersTimeout: 150, requestTimeout: 300, keepAliveTimeout: 100, connectionsCheckingInterval: 50 };
const PATIENCE_MS = 5_000;
const AT_ONCE = 8;

const ROUTES = ['/webhooks/helpdesk', '/webhooks/jira', '/api/cases/5158/close', '/codec/decode', '/healthz', '/nowhere'];
const ENDS: Connection['end'][] = ['destroyed', 'half-closed', 'left open'];
const bytes = (r: Random, most: number) => Uint8Array.from({ length: r.int(1, most) }, () => r.int(0, 255));
const hex = (n: number) => n.toString(16);

/** The head of a webhook that would be taken, were its body whole. */
function head(r: Random, body: string, length: string, path = '/webhooks/helpdesk'): string {
  const headers = Object.entries(signed('helpdesk', new TextEncoder().encode(body), r.pick(SECRETS.helpdesk), AT));
  return [`POST ${path} HTTP/1.1`, 'Host: x', ...headers.map(([name, value]) => `${name}: ${value}`), length, '', ''].join('\r\n');
}

const KINDS: Record<string, (r: Random) => Connection> = {
  'a chunked body that breaks off': (r) => {
    const body = JSON.stringify(triggerBody(r));
    const at = r.int(0, body.length - 1);
    const chunk = r.chance(0.5) ? `${hex(body.length)}\r\n${body.slice(0, at)}` : at === 0 ? '' : `${hex(at)}\r\n${body.slice(0, at)}\r\n`;
    return { pieces: [head(r, body, 'Transfer-Encoding: chunked', r.pick(ROUTES)), chunk], end: r.pick(ENDS) };
  },
  'a chunk that is none': (r) => {
    const body = JSON.stringify(triggerBody(r));
    const bad = r.pick(['zz\r\n', '-1\r\n', 'ffffffffffffffffff\r\n', `1\r\n${body}\r\n0\r\n\r\n`, '\r\n\r\n', `5;${'x'.repeat(20_000)}\r\n`, '0x5\r\n', bytes(r, 50)]);
    return { pieces: [head(r, body, 'Transfer-Encoding: chunked', r.pick(ROUTES)), bad], end: r.pick(ENDS) };
  },
  'a body shorter than it says': (r) => {
    const body = JSON.stringify(triggerBody(r));
    return { pieces: [head(r, body, `Content-Length: ${body.length + r.pick([1, 100, 1_000_000_000])}`, r.pick(ROUTES)), body], end: r.pick(ENDS) };
  },
  'two lengths': (r) => {
    const body = JSON.stringify(triggerBody(r));
    return { pieces: [head(r, body, `Content-Length: ${body.length}\r\n${r.pick(['Transfer-Encoding: chunked', `Content-Length: ${body.length - 1}`, 'Transfer-Encoding: gzip, chunked'])}`), body], end: r.pick(ENDS) };
  },
  'garbage behind a request': (r) => ({ pieces: [`GET ${r.pick(ROUTES)} HTTP/1.1\r\nHost: x\r\n\r\n`, r.pick<string | Uint8Array>([bytes(r, 500), 'nonsense\r\n\r\n', '\r\n\r\n\r\n', 'GET\r\n\r\n', `GET / HTTP/9.9\r\n\r\n`, '{"ticket_id": 5158}'])], end: r.pick(ENDS) }),
  'many requests at once, and garbage': (r) => ({ pieces: [`GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(r.int(2, 20)), bytes(r, 200)], end: r.pick(ENDS) }),
  'a slow header': (r) => ({ pieces: [`POST ${r.pick(ROUTES)} HTTP/1.1\r\nHost: x\r\n`, ...Array.from({ length: r.int(1, 10) }, (_, i) => `X-${i}: ${'a'.repeat(r.int(0, 50))}\r\n`)], end: 'left open' }),
  'a head cut off': (r) => {
    const whole = head(r, '{}', 'Content-Length: 2', r.pick(ROUTES));
    return { pieces: [whole.slice(0, r.int(1, whole.length - 1))], end: r.pick(ENDS) };
  },
  'a head with a byte changed': (r) => {
    const whole = new TextEncoder().encode(head(r, '{}', 'Content-Length: 2', r.pick(ROUTES)));
    whole[r.int(0, whole.length - 1)] = r.int(0, 255);
    return { pieces: [whole, '{}'], end: r.pick(ENDS) };
  },
  'bytes at random': (r) => ({ pieces: [bytes(r, 2_000)], end: r.pick(ENDS) }),
};
const NAMES = Object.keys(KINDS);

/** Opens so many connections to a gateway that listens, a few at once. Never rejects for what the gateway does: that is a finding. */
export async function fuzzSockets({ connections, seed }: { connections: number; seed: number }): Promise<SocketReport> {
  const r = random(seed);
  const report: SocketReport = { connections, kinds: {}, statuses: {}, findings: [] };
  const log = pino({ level: 'debug' }, { write: (line: string) => logged(line) });
  const { app, effects } = gateway(SECRETS, log);
  const serving = await serve(app, { port: 0, host: '127.0.0.1', times: TIMES, graceMs: 100 });
  const find = (what: string) => void report.findings.push(what);
  function logged(line: string): void {
    const { level, status, path } = JSON.parse(line) as { level: number; status?: number; path?: string };
    if (level >= 50 || (status ?? 0) >= 500) find(`${path}: logged as our own error`);
  }

  const all = Array.from({ length: connections }, () => r.pick(NAMES)).map((kind) => ({ kind, ...KINDS[kind]!(r) }));
  await pMap(all, async ({ kind, pieces, end }) => {
    report.kinds[kind] = (report.kinds[kind] ?? 0) + 1;
    const answer = await said(serving.port, pieces, end).catch(() => find(`${kind}, ${end}: still open`));
    for (const [, status] of (answer ?? '').matchAll(/HTTP\/1\.1 (\d{3})/g)) {
      report.statuses[status!] = (report.statuses[status!] ?? 0) + 1;
      if (Number(status) >= 500) find(`${kind}, ${end}: answered ${status}`);
    }
  }, { concurrency: AT_ONCE });

  if ((await fetch(`${serving.url}/healthz`)).status !== 200) find('the gateway is not well afterwards');
  await serving.close();
  if (effects() > 0) find(`${effects()} of them had an effect`);
  return report;
}

/** Everything that is answered on one connection until it is closed. Rejects where nobody closes it. */
function said(port: number, pieces: Connection['pieces'], end: Connection['end']): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(port, '127.0.0.1', () => void (async () => {
      for (const piece of pieces) {
        socket.write(piece);
        await new Promise((sent) => setTimeout(sent, 2));
      }
      if (end === 'half-closed') socket.end();
      if (end === 'destroyed') socket.destroy();
    })());
    const late = setTimeout(() => {
      socket.destroy();
      reject(new Error('still open'));
    }, PATIENCE_MS);
    socket.on('data', (data) => (heard += String(data))).on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(late);
      resolve(heard);
    });
  });
}
