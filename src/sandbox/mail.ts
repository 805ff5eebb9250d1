/** The mail catcher: a real SMTP server that keeps what it is given. */
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { Faults, type Fault } from './faults.js';
import { openStore, US, type Clock, type Effect } from './ledger.js';
import { listenError } from './serve.js';

/** One mail, as it arrived. */
export interface CaughtMail {
  /** Envelope recipients. */
  to: string[];
  /** Envelope sender. */
  from: string;
  subject: string;
  text: string;
  html: string;
  /** With its angle brackets, as in the header. */
  messageId: string;
  /** By lower-case name; the last one where a header is there twice. */
  headers: Record<string, string>;
  /** ISO 8601. */
  at: string;
}
/** A mail whose body was read, and whose sender got no answer. */
export interface Unanswered {
  /** With its angle brackets. */
  messageId: string;
  /** ISO 8601. */
  at: string;
  /** It is in the box all the same. */
  kept: boolean;
}
export type Mail = Awaited<ReturnType<typeof startMail>>;

/** Addresses that do not exist. */
const BOUNCES = /@bounce\.invalid$/i;

/**
 * Starts the catcher. Addresses ending in `@bounce.invalid` are refused with 550. Faults are matched against
 * `RCPT address` and `DATA address` (the first recipient's); `after` keeps the mail and drops the connection
 * before it is acknowledged. Rejects with `PortTaken`.
 */
export async function startMail(o: { dir?: string; port: number; now: Clock }) {
  const store = await openStore('mail', () => ({ messages: [] as CaughtMail[] }), o.dir);
  const faults = new Faults();

  const unanswered: Unanswered[] = [];

  const keep = async (parsed: Awaited<ReturnType<typeof PostalMime.parse>>, session: SMTPServerSession) => {
    const at = await o.now();
    const to = session.envelope.rcptTo.map((r) => r.address);
    store.state.messages.push({
      to,
      from: (session.envelope.mailFrom || undefined)?.address ?? '',
      subject: parsed.subject ?? '',
      text: parsed.text ?? '',
      html: parsed.html ?? '',
      messageId: parsed.messageId ?? '',
      headers: Object.fromEntries(parsed.headers.map((h) => [h.key, h.value])),
      at: new Date(at).toISOString(),
    });
    store.record(at, US, 'mail', to.join(', '), parsed.subject ?? '');
  };

  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    closeTimeout: 50,
    onRcptTo(address, session, done) {
      answer(async () => {
        const fault = await faults.take({ method: 'RCPT', path: address.address, body: '' });
        if (fault !== null) return befall(fault, session);
        if (BOUNCES.test(address.address)) throw reply(550, '5.1.1 No such mailbox');
      }, done);
    },
    onData(stream, session, done) {
      answer(async () => {
        const raw = await buffer(stream);
        const to = session.envelope.rcptTo[0]?.address ?? '';
        const fault = await faults.take({ method: 'DATA', path: to, body: raw.toString() });
        const parsed = await PostalMime.parse(raw);
        const isDone = fault === null || fault === 'after' || fault === 'cut-off' || (typeof fault === 'object' && fault.done);
        if (isDone) await keep(parsed, session);
        if (fault !== null && !(typeof fault === 'object' && 'status' in fault)) unanswered.push({ messageId: parsed.messageId ?? '', at: new Date(await o.now()).toISOString(), kept: Boolean(isDone) });
        if (fault !== null) await befall(fault, session);
      }, done);
    },
  });
  // A client that hangs up is none of our trouble.
  server.on('error', () => {});

  const sockets = new Map<number, Socket>();
  server.server.on('connection', (socket: Socket) => {
    const port = socket.remotePort!;
    sockets.set(port, socket);
    socket.once('close', () => sockets.delete(port));
  });
  const drop = (session: SMTPServerSession, fault: Fault) => {
    const socket = sockets.get(session.remotePort);
    if (fault === 'half-close') socket?.end('2');
    else if (fault === 'reset') socket?.resetAndDestroy();
    else socket?.destroy();
  };
  const befall = async (fault: Fault, session: SMTPServerSession) => {
    if (typeof fault === 'object' && 'status' in fault) throw reply(fault.status, String(fault.body ?? 'Refused as ordered'));
    if (typeof fault === 'object') await sleep(fault.hangMs, undefined, { ref: false });
    drop(session, fault);
  };

  await new Promise<void>((resolve, reject) => {
    const failed = (e: Error) => reject(listenError('mail', o.port, e));
    server.once('error', failed);
    server.listen(o.port, '127.0.0.1', () => {
      server.off('error', failed);
      resolve();
    });
  });
  const { port } = server.server.address() as AddressInfo;

  return {
    url: `smtp://127.0.0.1:${port}`,
    faults,
    get ledger(): readonly Effect[] {
      return store.ledger;
    },
    /** Everything that was accepted, oldest first. */
    get messages(): readonly CaughtMail[] {
      return store.state.messages;
    },
    /** Mails of which the sender cannot know, since a fault kept the answer from them. */
    get unanswered(): readonly Unanswered[] {
      return unanswered;
    },
    /** Empties the box; the ledger stays. */
    clear(): void {
      store.state.messages.length = 0;
      store.changed();
    },
    flush: store.flush,
    async close(): Promise<void> {
      faults.clear();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await store.flush();
    },
  };
}

const reply = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });

function answer(work: () => Promise<void>, done: (e?: Error | null) => void): void {
  work().then(
    () => done(),
    (e: Error) => done(e),
  );
}
