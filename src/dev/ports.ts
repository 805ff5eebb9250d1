/** Ports: all of them are tried before anything is started, so that a taken one costs nothing. */
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { PortSetting } from '../config.js';

/** What each port is for, in the words of the list that `npm start` prints. */
const PARTS: Record<PortSetting, string> = {
  PORT: 'the gateway',
  TEMPORAL_PORT: 'the Temporal server',
  TEMPORAL_UI_PORT: 'the Temporal UI',
  SANDBOX_PORT: "the sandbox company's page",
  SANDBOX_HELPDESK_PORT: "the sandbox's helpdesk",
  SANDBOX_JIRA_PORT: "the sandbox's Jira",
  SANDBOX_ADMIN_PORT: "the sandbox's Admin/HGP",
  SANDBOX_SMTP_PORT: "the sandbox's mail server",
  SANDBOX_IDENTITY_PORT: "the sandbox's identity provider",
};
export type Ports = Record<PortSetting, number>;

/**
 * Resolves to the ports to use, 0 replaced by one that is free and stays so. Rejects when one cannot be had, naming every such
 * port with the setting that changes it.
 */
export async function freePorts(wanted: Ports): Promise<Ports> {
  const held: Server[] = [];
  const problems: string[] = [];
  const found = { ...wanted };
  try {
    for (const setting of Object.keys(wanted) as PortSetting[]) {
      try {
        const server = await (wanted[setting] === 0 ? listenAnywhere() : listen(wanted[setting]));
        held.push(server);
        found[setting] = (server.address() as AddressInfo).port;
      } catch (error) {
        problems.push(saying(setting, wanted[setting], error as NodeJS.ErrnoException));
      }
    }
  } finally {
    await Promise.all(held.map((server) => new Promise((done) => server.close(done))));
  }
  if (problems.length > 0) throw new Error(`${problems.join('\n')}\nIs another "npm start" still running?`);
  return found;
}

/** A TCP port of this machine on which nothing listens, and that none of its outgoing connections will take. */
export async function freePort(): Promise<number> {
  const server = await listenAnywhere();
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Below those that the system gives to whoever asks for any: between finding one and using it they are taken. */
const [FROM, BELOW] = [20_000, 32_000];

async function listenAnywhere(tries = 100): Promise<Server> {
  try {
    return await listen(FROM + Math.floor(Math.random() * (BELOW - FROM)));
  } catch (error) {
    if (tries === 1) throw error;
    return listenAnywhere(tries - 1);
  }
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function saying(setting: PortSetting, port: number, { code, message }: NodeJS.ErrnoException): string {
  const what = `Port ${port}, for ${PARTS[setting]},`;
  if (code === 'EADDRINUSE') return `${what} is taken. Set ${setting} to a free one, or stop what uses it.`;
  if (code === 'EACCES') return `${what} may not be used by this user. Set ${setting} to one above 1023.`;
  return `${what} cannot be used (${message}). Set ${setting} to another.`;
}
