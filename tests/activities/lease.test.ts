import { MockActivityEnvironment } from '@temporalio/testing';
import { Context } from '@temporalio/activity';
import { describe, expect, test } from 'vitest';
import { atWork, stillOurs } from '../../src/activities/lease.js';

/** Runs inside an activity whose worker's clock is moved by the test. */
async function working(work: (lease: ReturnType<typeof atWork>, move: (ms: number) => void) => void): Promise<void> {
  const env = new MockActivityEnvironment({ heartbeatTimeoutMs: 20_000, startToCloseTimeoutMs: 120_000 });
  let now = 0;
  await env.run(async () => work(atWork(Context.current(), () => now), (ms) => (now += ms)));
}
const isOurs = () => expect(() => stillOurs()).not.toThrow();
const isOver = () => expect(() => stillOurs()).toThrow('it stood still for too long');

describe('an attempt', () => {
  test('is ours while its worker beats', () =>
    working((lease, move) => {
      for (let i = 0; i < 20; i++) {
        move(5_000);
        isOurs();
        lease.beat();
      }
    }));

  test('is over once the worker stood still for longer than it is waited for', () =>
    working((lease, move) => {
      move(19_000);
      isOurs();
      lease.beat();
      move(20_001);
      isOver();
    }));

  test('stays so: the first beat after standing still does not bring it back', () =>
    working((lease, move) => {
      move(25_000);
      lease.beat();
      isOver();
      move(1_000);
      lease.beat();
      isOver();
    }));

  test('is over when its time is up, however often the worker beat', () =>
    working((lease, move) => {
      for (let i = 0; i < 25; i++) {
        move(5_000);
        lease.beat();
      }
      isOver();
    }));

  test('without a heartbeat is ours for as long as it may take', async () => {
    const env = new MockActivityEnvironment({ heartbeatTimeoutMs: 0, startToCloseTimeoutMs: 30_000 });
    let now = 0;
    await env.run(async () => {
      atWork(Context.current(), () => now);
      now = 29_000;
      isOurs();
      now = 31_000;
      isOver();
    });
  });

  test('that nobody watches is ours', async () => {
    await new MockActivityEnvironment().run(async () => isOurs());
  });
});
