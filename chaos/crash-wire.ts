/**
 * Wires between the worker and the outside, on which a request can be stopped at a known moment: before it is
 * handed on, or when it was done and its answer is on the way back. The systems behind them know nothing of it.
 */
import { createServer as createHttpServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What passes: an HTTP request, or an SMTP step (`RCPT`, `DATA`) with its recipient as the path. */
export interface Asked {
  method: string;
  path: string;
  body: string;
}
/** `asked`: the other side has not heard of it yet. `answered`: it did it, and its answer is not back yet. */
export type Moment = 'asked' | 'answered';
type Fate = 'on' | 'lost';

/** One request that is to be stopped, once. */
export class Hold {
  private stopped: { there: () => boolean; go: (fate: Fate) => void } | null = null;
  /** What comes after that is not stopped any more. */
  over = false;

  constructor(
    readonly moment: Moment,
    readonly matches: (asked: Asked) => boolean,
  ) {}

  /** It is there, stopped, and whoever asked still waits. */
  get held(): boolean {
    return this.stopped?.there() ?? false;
  }
  stop(there: () => boolean): Promise<Fate> {
    return new Promise((go) => (this.stopped = { there, go }));
  }
  /** `on`: it goes its way, whether anybody still waits for the answer or not. `lost`: the connection is cut. */
  letGo(fate: Fate): void {
    this.over = true;
    this.stopped?.go(fate);
  }
}

export interface Wire {
  url: string;
  /** Stops the next request that matches. */
  hold(moment: Moment, matches: (asked: Asked) => boolean): Hold;
  close(): Promise<void>;
}

class Holds {
  private waiting: Hold[] = [];
  private readonly all: Hold[] = [];

  readonly hold = (moment: Moment, matches: (asked: Asked) => boolean): Hold => {
    const hold = new Hold(moment, matches);
    this.waiting.push(hold);
    this.all.push(hold);
    return hold;
  };
  async pass(moment: Moment, asked: Asked, socket: Socket): Promise<Fate> {
    this.waiting = this.waiting.filter((h) => !h.over);
    const hold = this.waiting.find((h) => h.moment === moment && h.matches(asked));
    if (!hold) return 'on';
    this.waiting = this.waiting.filter((h) => h !== hold);
    return hold.stop(() => !socket.destroyed);
  }
  end(): void {
    for (const hold of this.all) hold.letGo('lost');
  }
}

/** A wire to an HTTP server. */
export async function httpWire(target: string): Promise<Wire> {
  const holds = new Holds();
  const to = new URL(target);

  async function carry(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket, method = 'GET', url: path = '/' } = request;
    const body = await buffer(request);
    const asked = { method, path, body: body.toString() };
    if ((await holds.pass('asked', asked, socket)) === 'lost') return void socket.destroy();
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const onward = httpRequest({ host: to.hostname, port: to.port, method, path, headers: request.headers }, resolve);
      onward.once('error', reject);
      onward.end(body);
    });
    const said = await buffer(answer);
    if ((await holds.pass('answered', asked, socket)) === 'lost') return void socket.destroy();
    if (!socket.destroyed) response.writeHead(answer.statusCode!, answer.headers).end(said);
  }

  const server = createHttpServer((request, response) => {
    // Who asked is gone, or the system behind is: for both ends that is a lost connection.
    carry(request, response).catch(() => request.socket.destroy());
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    hold: holds.hold,
    async close() {
      holds.end();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const BODY_END = '\r\n.\r\n';

/** A wire to an SMTP server: stops at `RCPT`, when the whole of `DATA` was said, and at the answer to that. */
export async function mailWire(target: string): Promise<Wire> {
  const holds = new Holds();
  const to = new URL(target);
  const open = new Set<Socket>();

  const server = createServer((client) => {
    const behind = connect(Number(to.port), to.hostname);
    const talk: Talk = { address: '', said: '', saying: 'commands' };
    for (const socket of [client, behind]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => open.delete(socket));
    }
    const cut = () => {
      client.destroy();
      behind.destroy();
    };
    void onward(client, behind, talk).then((fate) => (fate === 'lost' ? cut() : behind.end()), () => behind.end());
    void back(client, behind, talk).then((fate) => (fate === 'lost' ? cut() : client.end()), cut);
  });

  async function onward(client: Socket, behind: Socket, talk: Talk): Promise<Fate> {
    let unread = '';
    for await (const chunk of client) {
      unread += (chunk as Buffer).toString('latin1');
      for (;;) {
        const end = talk.saying === 'body' ? BODY_END : '\r\n';
        const at = unread.indexOf(end);
        if (at < 0) break;
        const part = unread.slice(0, at + end.length);
        unread = unread.slice(part.length);
        talk.address = /^RCPT TO:<([^>]*)>/i.exec(part)?.[1] ?? talk.address;
        const step = talk.saying === 'body' ? 'DATA' : part.slice(0, 4).toUpperCase();
        const passes = talk.saying === 'body' || step === 'RCPT';
        if (passes && (await holds.pass('asked', { method: step, path: talk.address, body: part }, client)) === 'lost') return 'lost';
        if (talk.saying === 'body') talk.said = part;
        talk.saying = talk.saying === 'body' ? 'done' : step === 'DATA' ? 'body' : 'commands';
        behind.write(part, 'latin1');
      }
    }
    return 'on';
  }

  async function back(client: Socket, behind: Socket, talk: Talk): Promise<Fate> {
    for await (const chunk of behind) {
      if (talk.saying === 'done') {
        talk.saying = 'commands';
        if ((await holds.pass('answered', { method: 'DATA', path: talk.address, body: talk.said }, client)) === 'lost') return 'lost';
      }
      if (!client.destroyed) client.write(chunk as Buffer);
    }
    return 'on';
  }

  const port = await listen(server);
  return {
    url: `smtp://127.0.0.1:${port}`,
    hold: holds.hold,
    async close() {
      holds.end();
      for (const socket of open) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
interface Talk {
  address: string;
  /** The mail whose answer is awaited. */
  said: string;
  /** `done`: the whole mail was said, and its answer is awaited. */
  saying: 'commands' | 'body' | 'done';
}

/** Listens on a free port of this machine. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
