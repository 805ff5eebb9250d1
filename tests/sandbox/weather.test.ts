/** Faults that befall by chance, and those of a connection that ends in the middle. */
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { asJira, company, newIssue } from './support.js';
import type { Fault } from '../../src/sandbox/faults.js';

const creating = (town: Awaited<ReturnType<typeof company>>) => asJira(town)('POST', '/rest/api/3/issue', newIssue()).catch((e: Error) => e);

test.each<[Fault, number]>([
  ['half-close', 0],
  ['cut-off', 1],
  [{ hangMs: 20 }, 0],
  [{ hangMs: 20, done: true }, 1],
])('%j: no answer that can be read, and %d issues', async (fault, issues) => {
  const town = await company();
  town.jira.faults.next(/^POST/, fault);
  expect(await creating(town)).toBeInstanceOf(Error);
  expect(town.jira.issues()).toHaveLength(issues);
  // The server goes on, on another connection.
  expect(await creating(town)).toMatchObject({ status: 201 });
});

test('a status after the work was done', async () => {
  const town = await company();
  town.jira.faults.next(/^POST/, { status: 500, body: { errorMessages: ['Oops'] }, done: true });
  expect(await creating(town)).toMatchObject({ status: 500, body: { errorMessages: ['Oops'] } });
  expect(town.jira.issues()).toHaveLength(1);
});

test('the weather is asked for what no order befalls, until it clears', async () => {
  const town = await company();
  const asked: string[] = [];
  town.jira.faults.weather = ({ method, path }) => {
    asked.push(`${method} ${path}`);
    return { status: 503 };
  };
  town.jira.faults.next(/^POST/, { status: 429 });
  expect(await creating(town)).toMatchObject({ status: 429 });
  expect(await creating(town)).toMatchObject({ status: 503 });
  expect(asked).toEqual(['POST /rest/api/3/issue']);
  town.jira.faults.clear();
  expect(await creating(town)).toMatchObject({ status: 201 });
});

test('the search index may fall behind and catch up', async () => {
  const town = await company();
  await creating(town);
  const found = async () => (await asJira(town)('POST', '/rest/api/3/search/jql', { jql: 'labels = "onetouch"' })).body.issues.length;
  expect(await found()).toBe(1);
  town.jira.lagBehind(60_000);
  expect(await found()).toBe(0);
  town.jira.lagBehind(0);
  expect(await found()).toBe(1);
});

/** Everything that happens to a connection that asks for something. */
async function onTheWire(fault: Fault): Promise<{ said: string; ended: boolean; error: string | null; stillWrites: boolean }> {
  const town = await company();
  town.jira.faults.next(/^GET/, fault);
  const { hostname, port } = new URL(town.env.JIRA_URL!);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const seen = { said: '', ended: false, error: null as string | null, stillWrites: false };
  socket.on('data', (chunk: Buffer) => (seen.said += chunk.toString()));
  socket.write('GET /rest/api/3/myself HTTP/1.1\r\nHost: jira\r\n\r\n');
  await new Promise<void>((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      seen.error = error.code ?? error.message;
      resolve();
    });
    socket.once('end', () => {
      seen.ended = true;
      seen.stillWrites = socket.writable;
      resolve();
    });
  });
  socket.destroy();
  return seen;
}

test('on the wire a reset is a reset, and a half-closed connection has ended in one direction, in the middle of an answer', async () => {
  expect(await onTheWire('reset')).toEqual({ said: '', ended: false, error: 'ECONNRESET', stillWrites: false });
  expect(await onTheWire('half-close')).toEqual({ said: 'HTTP/1.1 ', ended: true, error: null, stillWrites: true });
});
