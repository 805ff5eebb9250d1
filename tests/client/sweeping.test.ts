/** A case that does not answer the sweep is told apart from a Temporal that does not. */
import { QueryNotRegisteredError, ServiceError, type Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { expect, test } from 'vitest';
import { sweeping } from '../../src/client/sweeping.js';

const grpc = (code: number) => new ServiceError('it failed', { cause: Object.assign(new Error('it failed'), { code, details: 'M-4711', metadata: {} }) });
/** A Temporal with one workflow. */
function temporal({ describe = () => Promise.resolve({ status: { name: 'RUNNING' } }), query }: { describe?: () => Promise<unknown>; query?: () => Promise<unknown> }): Client {
  return { workflow: { getHandle: () => ({ describe, query }) }, withDeadline: (_: number, call: () => unknown) => call(), options: {} } as never;
}

test.each<[string, Error]>([
  ['that this build cannot replay, or whose handler throws', new QueryNotRegisteredError('[TMPRL1100] Nondeterminism error', 3)],
  ['that takes too long', grpc(4)],
  ['that takes too long, of which the server knows before us', grpc(1)],
  ['for which there is no worker', grpc(9)],
])('a case %s is unreadable', async (_, error) => {
  const { seen, problemSeen } = sweeping(temporal({ query: () => Promise.reject(error) }));
  expect([await seen('1'), await problemSeen('problem-server-error-0a1b2c3d4e5')]).toEqual(['unreadable', 'unreadable']);
});

test('one that does not run, or is gone, knows nothing', async () => {
  const gone = () => Promise.reject(new WorkflowNotFoundError('gone', 'case-1', undefined));
  expect(await sweeping(temporal({ describe: gone })).seen('1')).toBeNull();
  expect(await sweeping(temporal({ describe: () => Promise.resolve({ status: { name: 'COMPLETED' } }) })).seen('1')).toBeNull();
  expect(await sweeping(temporal({ query: gone })).seen('1')).toBeNull();
});

test.each<[string, Client]>([
  ['has no room', temporal({ query: () => Promise.reject(grpc(8)) })],
  ['is away', temporal({ query: () => Promise.reject(grpc(14)) })],
  ['cannot say in time what runs', temporal({ describe: () => Promise.reject(grpc(4)) })],
])('a Temporal that %s is no silent case: it is asked again, and only its code is told', async (_, client) => {
  await expect(sweeping(client).seen('1')).rejects.toMatchObject({ type: 'Unavailable', message: expect.stringMatching(/^Temporal could not say what a case knows: gRPC status \d+$/) });
});
