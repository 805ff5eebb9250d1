/** When an attempt counts no more. What it then leaves undone: given-up.test.ts. */
import { fileURLToPath } from 'node:url';
import { MockActivityEnvironment } from '@temporalio/testing';
import { Context } from '@temporalio/activity';
import { ActivityCompletionError, ActivityNotFoundError, ActivityPausedError } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Ports } from '../../src/activities/index.js';
import { atWork, keep, stillOurs } from '../../src/activities/lease.js';
import { connectTemporal } from '../../src/client/connect.js';
import { loadWorkerConfig } from '../../src/config.js';
import { startCompany } from '../../src/sandbox/company.js';
import { createWorker } from '../../src/worker.js';
import { TASK_QUEUE } from '../../src/workflows/messages.js';
import { quietRuntime } from '../setup/quiet.js';
import { devServer } from '../setup/temporal.js';

/** Runs inside an activity whose worker's clock is moved by the test. */
async function working(work: (lease: ReturnType<typeof atWork>, move: (ms: number) => void, ask: (asked: () => Promise<void>) => void) => Promise<void>): Promise<void> {
  const env = new MockActivityEnvironment({ heartbeatTimeoutMs: 20_000, startToCloseTimeoutMs: 120_000 });
  let now = 0;
  let asked = async () => {};
  await env.run(async () => work(atWork(Context.current(), { now: () => now, ask: () => asked() }), (ms) => (now += ms), (as) => (asked = as)));
}
const asking = (asked: () => Promise<void>, refusal: string | null): Promise<void> =>
  working(async (_, __, ask) => {
    ask(asked);
    if (refusal) await expect(stillOurs()).rejects.toThrow(refusal);
    else await isOurs();
  });
const isOurs = () => expect(stillOurs()).resolves.toBeUndefined();
const isOver = () => expect(stillOurs()).rejects.toThrow('it stood still for too long');

describe('an attempt', () => {
  test('is ours while its worker beats', () =>
    working(async (lease, move) => {
      for (let i = 0; i < 20; i++) {
        move(5_000);
        await isOurs();
        lease.beat();
      }
    }));

  test('is over once the worker stood still for longer than it is waited for', () =>
    working(async (lease, move) => {
      move(19_000);
      await isOurs();
      lease.beat();
      move(20_001);
      await isOver();
    }));

  test('stays so: the first beat after standing still does not bring it back', () =>
    working(async (lease, move) => {
      move(25_000);
      lease.beat();
      await isOver();
      move(1_000);
      lease.beat();
      await isOver();
    }));

  test('is over when its time is up, however often the worker beat', () =>
    working(async (lease, move) => {
      for (let i = 0; i < 25; i++) {
        move(5_000);
        lease.beat();
      }
      await isOver();
    }));

  test('without a heartbeat is ours for as long as it may take', async () => {
    const env = new MockActivityEnvironment({ heartbeatTimeoutMs: 0, startToCloseTimeoutMs: 30_000 });
    let now = 0;
    await env.run(async () => {
      atWork(Context.current(), { now: () => now });
      now = 29_000;
      await isOurs();
      now = 31_000;
      await isOver();
    });
  });

  test('is over when Temporal says so, however fresh it looks to its worker', () =>
    asking(async () => {
      throw new ActivityNotFoundError('Not found');
    }, 'the attempt was given up'));

  test('is not used while Temporal cannot say', () =>
    asking(async () => {
      throw new ActivityCompletionError('14 UNAVAILABLE');
    }, 'Temporal could not say whether it waits for this worker: 14 UNAVAILABLE'));

  test('that is to be cancelled or paused is ours until it ends', () =>
    asking(async () => {
      throw new ActivityPausedError('paused');
    }, null));

  test('is over when its worker stood still while it asked', () =>
    working(async (_, move, ask) => {
      ask(async () => move(25_000));
      await isOver();
    }));

  test('that nobody watches is ours', async () => {
    await new MockActivityEnvironment().run(async () => isOurs());
  });
});

test('a real server gives an attempt up, the worker that has it hears so, and the next one knows how far it came', async () => {
  const server = await devServer();
  onTestFinished(() => server.stop());
  quietRuntime();
  const company = await startCompany();
  onTestFinished(() => company.close());
  const config = loadWorkerConfig(company.env);
  const temporal = await connectTemporal({ payloads: config.payloads, env: { TEMPORAL_ADDRESS: server.address } });
  onTestFinished(() => temporal.close());
  const connection = await NativeConnection.connect({ address: server.address });
  onTestFinished(() => connection.close());

  const said: string[] = [];
  let handOn!: () => void;
  const handedOver = new Promise<void>((resolve) => (handOn = resolve));
  const act = async () => {
    const { attempt, heartbeatDetails } = Context.current().info;
    keep({ hasCome: `as far as attempt ${attempt}` });
    if (attempt === 2) {
      said.push(`attempt 2 finds ${JSON.stringify(heartbeatDetails)}`);
      handOn();
    }
    await stillOurs();
    said.push(`attempt ${attempt} is ours`);
    if (attempt === 2) return;
    await handedOver;
    await stillOurs().catch((error: Error) => said.push(`attempt ${attempt}: ${error.message}`));
  };
  const workflowsPath = fileURLToPath(new URL('./handed-on.ts', import.meta.url));
  const { client } = temporal;
  const worker = await createWorker({ config, connection, client, ports: {} as Ports, options: { workflowsPath, activities: { act } } });
  await worker.runUntil(client.workflow.execute('handedOn', { taskQueue: TASK_QUEUE, workflowId: 'handed-on' }));
  expect(said.toSorted()).toEqual([
    'attempt 1 is ours',
    'attempt 1: Temporal could not wait for this worker: the attempt was given up',
    'attempt 2 finds {"hasCome":"as far as attempt 1"}',
    'attempt 2 is ours',
  ]);
});
