/** A case whose history our build cannot replay does not answer: it is told, and holds up no other. On a real server. */
import { fileURLToPath } from 'node:url';
import { NativeConnection } from '@temporalio/worker';
import { expect, test } from 'vitest';
import type { Ports } from '../../src/activities/index.js';
import { loadWorkerConfig } from '../../src/config.js';
import { createWorker } from '../../src/worker.js';
import { caseId, ESCALATION, TASK_QUEUE } from '../../src/workflows/messages.js';
import { eventually, useSite } from './site.js';

const site = useSite({ worker: 'processes' });
const member = { name: 'Jo Low', email: 'jo@example.com' };

test('both it and a ticket whose webhook was lost are knocked at', { timeout: 120_000 }, async () => {
  const { company, client, server, ...s } = site();
  s.loseWebhooks(true);
  const [odd, lost] = [await s.ticket({ member }), await s.ticket({ member })];

  const connection = await NativeConnection.connect({ address: server.address });
  const workflowsPath = fileURLToPath(new URL('./another-build.ts', import.meta.url));
  const another = await createWorker({ config: loadWorkerConfig(company.env), connection, client, ports: {} as Ports, options: { workflowsPath, activities: {} } });
  await another.runUntil(async () => {
    await client.workflow.start(ESCALATION, { taskQueue: TASK_QUEUE, workflowId: caseId(odd), args: [{ ticketId: odd }] });
    await eventually(async () => expect((await s.events(odd)).some((e) => e.timerStartedEventAttributes)).toBe(true));
  });
  await connection.close();

  await s.startWorker();
  expect(await s.sweep()).toMatchObject({ knocked: 2, helpdesk: { left: {} } });
  await s.at(lost, 'holding');
  expect((await s.events(odd)).filter((e) => e.workflowExecutionSignaledEventAttributes)).toHaveLength(1);
});
