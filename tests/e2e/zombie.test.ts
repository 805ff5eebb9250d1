/** A worker that stands still right before its effects, is given up, and goes on after another one has done them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Asked } from '../../src/sandbox/faults.js';
import { ago, eventually, HOUR_MS, useSite } from './site.js';

const site = useSite({ worker: 'processes', searchLagMs: 1_000 });
const PATIENCE_MS = 120_000;

test('what it had looked for before it stood still does not count any more: it repeats nothing', { timeout: 240_000 }, async () => {
  const { company, ...s } = site();
  const zombie = await s.startWorker();
  // The last look before each effect is held; its answer comes while nobody reads it.
  const looks: { is: (asked: Asked) => boolean; skip: number; held: boolean }[] = [];
  let answer!: () => void;
  const answered = new Promise<null>((resolve) => (answer = () => resolve(null)));
  const weather = (asked: Asked) => {
    const look = looks.find((l) => !l.held && l.is(asked));
    if (!look || look.skip-- > 0) return null;
    look.held = true;
    return answered;
  };
  company.helpdesk.faults.weather = weather;
  company.jira.faults.weather = weather;
  const reads = (id: string) => ({ method, path }: Asked) => method === 'GET' && path === `/api/v2/tickets/${id}`;
  const ripe = async (memberId: string) => s.ticket({ inquiry: 'vmp-scheduling-blocked', member: await s.blocked(memberId, ago(49 * HOUR_MS)) });

  const [noted, filed, mailed] = [await s.ticket({ inquiry: 'scheduling', member: { name: 'Jo Low', email: 'jo@example.com' } }), await ripe('M-1'), await ripe('M-2')];
  looks.push(
    { is: reads(noted), skip: 1, held: false },
    { is: ({ path, body }) => path.endsWith('/search/jql') && body.includes(`onetouch-${filed}-1`), skip: 0, held: false },
    { is: reads(mailed), skip: 2, held: false },
  );
  await eventually(() => expect(looks.map((l) => l.held)).toEqual([true, true, true]));
  zombie.signal('SIGSTOP');
  Object.assign(company.helpdesk.faults, { weather: null });
  Object.assign(company.jira.faults, { weather: null });
  answer();

  await s.startWorker();
  await s.at(noted, 'tier-1', PATIENCE_MS);
  await s.at(filed, 'awaiting-resolution', PATIENCE_MS);
  await eventually(async () => expect(await s.state(mailed)).toMatchObject({ needs: 'mail-check' }), PATIENCE_MS);
  const done = () => [noted, filed, mailed].map((id) => s.effects(id));
  const before = done();
  // A mail that Temporal handed to the one that stands still: nobody can know what becomes of it, and the case says so.
  const doubted = (await s.state(filed)).needs === 'mail-check';
  const escalated = ['issue PRODOPS', 'mail 1:promise', 'note 1:promise', 'remote-link PRODOPS'];
  const unmailed = escalated.filter((e) => !e.startsWith('mail'));
  expect(before).toEqual([['note 1:tier1-scheduling'], doubted ? unmailed : escalated, unmailed]);

  zombie.signal('SIGCONT');
  // Until it works again: it may not do what it had been about to do, and there is no sign of that to wait for.
  await sleep(4_000);
  expect(done()).toEqual(before);
});
