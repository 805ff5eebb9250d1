import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SEARCH } from '../../src/workflows/search-attributes.js';
import { devServer, timeSkipping, type DevServer } from './temporal.js';

describe('the dev server', () => {
  let server: DevServer;
  beforeAll(async () => {
    server = await devServer();
  });
  afterAll(() => server.stop());

  async function withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const connection = await Connection.connect({ address: server.address });
    try {
      return await work(new Client({ connection }));
    } finally {
      await connection.close();
    }
  }

  test('keeps a workflow, with its search attributes, over a SIGKILL', async () => {
    await withClient((client) =>
      client.workflow.start('nobody', {
        taskQueue: 'nobody',
        workflowId: 'kept',
        typedSearchAttributes: [{ key: SEARCH.stage, value: 'holding' }],
      }),
    );
    await server.kill();
    await server.restart();
    const kept = await withClient((client) => client.workflow.getHandle('kept').describe());
    expect(kept.status.name).toBe('RUNNING');
    expect(kept.typedSearchAttributes.get(SEARCH.stage)).toBe('holding');
  });
});

test('two days pass at once where time is skipped', async () => {
  const env = await timeSkipping();
  try {
    const before = await env.currentTimeMs();
    await env.sleep('48 hours');
    expect(await env.currentTimeMs()).toBeGreaterThanOrEqual(before + 48 * 3_600_000);
  } finally {
    await env.teardown();
  }
});

test('without the bootstrap, a test is told how to run', async () => {
  const path = process.env.TEMPORAL_CLI;
  delete process.env.TEMPORAL_CLI;
  try {
    await expect(devServer()).rejects.toThrow('npm test');
  } finally {
    process.env.TEMPORAL_CLI = path;
  }
});
