/** A worker that stands still right before its effects, is given up, and goes on after another one has done them. */
import { expect, test } from 'vitest';
import { httpWire, type Asked } from '../../chaos/crash-wire.js';
import { ONE_BY_ONE } from '../setup/impatient-worker.js';
import { ago, eventually, HOUR_MS, useSite } from './site.js';

const site = useSite({ worker: 'processes', impatient: true, searchLagMs: 1_000 });
/** In its log, where an activity fails for this. */
const GIVEN_UP = '"why":"the attempt was given up"';
const PATIENCE_MS = 90_000;

/** The nth of those that are so. */
const nth = (n: number, is: (asked: Asked) => boolean) => (asked: Asked) => is(asked) && --n === 0;
/** What was written on a ticket, its marks among it. */
const readsComments = (id: string) => ({ method, path }: Asked) => method === 'GET' && path.startsWith(`/api/v2/tickets/${id}/comments`);

test('what it had looked for before it stood still does not count any more: it repeats nothing', { timeout: 180_000 }, async () => {
  const { company, ...s } = site();
  // It alone reaches them by these wires, on which the answers to its looks are held.
  const [helpdesk, jira] = [await httpWire(company.helpdesk.url), await httpWire(company.jira.url)];
  const takeOver = await s.prepareWorker();
  const zombie = await s.startWorker({ HELPDESK_URL: helpdesk.url, JIRA_URL: jira.url, OUTSIDE_TIMEOUT_SECONDS: '120', ...ONE_BY_ONE });
  try {
    const ripe = async (memberId: string) => s.ticket({ inquiry: 'vmp-scheduling-blocked', member: await s.blocked(memberId, ago(49 * HOUR_MS)) });
    // The holds are there before anybody hears of the tickets.
    s.loseWebhooks(true);
    const [noted, filed, mailed] = [await s.ticket({ inquiry: 'scheduling', member: { name: 'Jo Low', email: 'jo@example.com' } }), await ripe('M-1'), await ripe('M-2')];
    await company.idle();
    const looks = [
      helpdesk.hold('answered', nth(2, readsComments(noted))),
      jira.hold('answered', ({ path, body }) => path.endsWith('/search/jql') && body.includes(`onetouch-${filed}-1`)),
      helpdesk.hold('answered', nth(3, readsComments(mailed))),
    ];
    s.loseWebhooks(false);
    for (const webhook of s.webhooks) await s.post(webhook);
    await eventually(() => expect(looks.map((l) => l.held)).toEqual([true, true, true]), PATIENCE_MS);

    zombie.signal('SIGSTOP');
    takeOver();
    await s.at(noted, 'tier-1', PATIENCE_MS);
    await s.at(filed, 'awaiting-resolution', PATIENCE_MS);
    // Its mail had certainly not begun, so that the other one sends it.
    await s.at(mailed, 'awaiting-resolution', PATIENCE_MS);
    const done = () => [noted, filed, mailed].map((id) => s.effects(id));
    const before = done();
    const escalated = ['issue PRODOPS', 'mail 1:promise', 'note 1:promise', 'remote-link PRODOPS'];
    expect(before).toEqual([['note 1:tier1-scheduling'], escalated, escalated]);

    // Its looks are answered as if nothing had been: nothing was there when it looked.
    zombie.signal('SIGCONT');
    for (const look of looks) look.letGo('on');
    // It has seen of each that it is not its own any more.
    const seen = () => zombie.said().split('\n').flatMap((line) => (line.includes(GIVEN_UP) ? [/"activityType":"(\w+)"/.exec(line)?.[1]] : [])).sort();
    await eventually(() => expect([seen(), done()]).toEqual([['fileIssue', 'note', 'write'], before]));
  } finally {
    await zombie.kill();
    await Promise.all([helpdesk.close(), jira.close()]);
  }
});
