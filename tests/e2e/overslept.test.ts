/** A timer that fires while no worker is there, in a case that somebody looked at meanwhile: it goes on, and can be replayed. */
import { expect, test } from 'vitest';
import { eventually, useSite } from './site.js';

const site = useSite({ worker: 'processes' });
const PATIENCE_MS = 90_000;

test('the worker is killed while a case waits to try again; the next one was asked about it before the time came', { timeout: 240_000 }, async () => {
  const { company, ...s } = site();
  const first = await s.startWorker();
  company.mail.faults.next(/^RCPT /, { status: 451 });
  const id = await s.ticket({ inquiry: 'webinar-missing', member: { name: 'Jo Low', email: 'jo@example.com' } });
  await eventually(async () => expect((await s.state(id)).flagged).toContain('cannot promise yet'));
  await first.kill();
  const second = await s.startWorker();
  // The query is answered by the second worker, which reads the case's history for it.
  await eventually(async () => expect((await s.state(id)).flagged).toContain('cannot promise yet'), PATIENCE_MS);

  await s.at(id, 'awaiting-resolution', PATIENCE_MS);
  expect(s.mails(id)).toEqual(['1:promise']);
  await second.kill();
  await s.startWorker();
  await s.at(id, 'awaiting-resolution', PATIENCE_MS);
  expect(await s.state(id)).toMatchObject({ needs: null, flagged: null });
  const events = await s.events(id);
  expect(events.filter((e) => e.workflowTaskFailedEventAttributes)).toEqual([]);
  // One wait of 30 s was enough.
  expect(events.filter((e) => e.timerStartedEventAttributes?.startToFireTimeout?.seconds?.toString() === '30')).toHaveLength(1);
});
