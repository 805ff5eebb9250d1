/** A wire between a worker and Temporal that can be cut without either of them knowing. */
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

export interface Wire {
  /** `host:port`, to be taken for Temporal's. */
  address: string;
  /** Nothing goes through any more, and no connection ends: what a worker says from now on is never heard. */
  freeze(): void;
  /** Ends the frozen connections; new ones go through. */
  thaw(): void;
  close(): Promise<void>;
}

export async function wireTo(temporal: string): Promise<Wire> {
  const [host, port] = temporal.split(':') as [string, string];
  const pairs = new Set<[Socket, Socket]>();
  let frozen = false;
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    near.pipe(far);
    far.pipe(near);
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
    }
    if (frozen) cut(pair);
  });
  const cut = ([near, far]: [Socket, Socket]) => {
    near.unpipe(far).pause();
    far.unpipe(near).pause();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const wire = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    freeze() {
      frozen = true;
      for (const pair of pairs) cut(pair);
    },
    thaw() {
      frozen = false;
      for (const [near, far] of pairs) {
        near.destroy();
        far.destroy();
      }
    },
    async close() {
      wire.thaw();
      await new Promise((done) => server.close(done));
    },
  };
  return wire;
}
