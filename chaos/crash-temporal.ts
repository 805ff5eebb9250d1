/**
 * The wire between the worker and Temporal: what the worker says can be kept from arriving, so that it is killed
 * after it read an answer and before anybody has heard of that.
 */
import { connect, createServer, type Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { listen } from './crash-wire.js';

/** The wire to Temporal: what the worker says can be kept from arriving. */
export interface TemporalWire {
  address: string;
  /** From now on nothing that the worker says arrives; it still hears. */
  freeze(): void;
  /** The gRPC messages that the worker has sent since then, each as text: names and words in it are legible. */
  kept(): string[];
  /** New connections are as before; what was kept never arrives. */
  thaw(): void;
  close(): Promise<void>;
}

/** @param address `host:port` */
export async function temporalWire(address: string): Promise<TemporalWire> {
  const [host, toPort] = address.split(':');
  let frozen = false;
  const open = new Set<Socket>();
  /** What they said is not all there any more, so they never go on. */
  const silenced = new Map<Socket, Buffer[]>();

  const server = createServer((client) => {
    const behind = connect(Number(toPort), host);
    const gone = () => {
      client.destroy();
      behind.destroy();
      open.delete(client);
      silenced.delete(client);
    };
    open.add(client);
    client.on('data', (chunk: Buffer) => {
      if (frozen && !silenced.has(client)) silenced.set(client, []);
      const kept = silenced.get(client);
      if (kept) kept.push(chunk);
      else behind.write(chunk);
    });
    behind.on('data', (chunk: Buffer) => client.write(chunk));
    for (const socket of [client, behind]) socket.on('error', gone).on('close', gone);
  });
  const port = await listen(server);
  return {
    address: `127.0.0.1:${port}`,
    freeze: () => void (frozen = true),
    kept: () => [...silenced.values()].flatMap((chunks) => grpcMessages(Buffer.concat(chunks))),
    thaw() {
      for (const socket of silenced.keys()) socket.destroy();
      frozen = false;
    },
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

const FRAME_HEAD = 9;
const DATA = 0;
const MESSAGE_HEAD = 5;

/**
 * The messages in a piece of an HTTP/2 connection that begins with a frame: each DATA frame holds one, behind a flag
 * that says whether it is compressed, and its length. One that needs more than a frame is left out.
 */
export function grpcMessages(bytes: Buffer): string[] {
  const messages: string[] = [];
  for (let at = 0; at + FRAME_HEAD <= bytes.length; ) {
    const length = bytes.readUIntBE(at, 3);
    const type = bytes[at + 3];
    const payload = bytes.subarray(at + FRAME_HEAD, at + FRAME_HEAD + length);
    at += FRAME_HEAD + length;
    if (type !== DATA || payload.length <= MESSAGE_HEAD || payload.length < length) continue;
    const message = payload.subarray(MESSAGE_HEAD, MESSAGE_HEAD + payload.readUInt32BE(1));
    if (payload.readUInt32BE(1) > message.length) continue;
    messages.push((payload[0] === 1 ? gunzipSync(message) : message).toString('latin1'));
  }
  return messages;
}
