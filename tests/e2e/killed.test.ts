/** A worker that is killed in the middle of an effect: another one takes over, and nothing is done twice. */
import { expect, test } from 'vitest';
import { connectHelpdesk } from '../../src/adapters/helpdesk.js';
import { loadWorkerConfig } from '../../src/config.js';
import { mark } from '../../src/domain/marks.js';
import { ago, eventually, HOUR_MS, useSite } from './site.js';

/** Jira's search learns of an issue this late. */
const LAG_MS = 2_000;
const site = useSite({ worker: 'processes', searchLagMs: LAG_MS });
/** Temporal misses a worker when the time limit of its activity is over. */
const PATIENCE_MS = 150_000;

test('SIGKILL between Jira’s create and its completion, and between a mail and its note: one issue, one mail, and a person is asked', { timeout: 200_000 }, async () => {
  const { company, ...s } = site();
  const worker = await s.startWorker();
  const ripe = async (memberId: string) => s.ticket({ inquiry: 'vmp-scheduling-blocked', member: await s.blocked(memberId, ago(49 * HOUR_MS)) });

  // The issue is there, and its link to the ticket hangs.
  const linking = company.jira.faults.next(/^POST .*\/remotelink/, 'timeout');
  const filed = await ripe('M-1');
  await linking.happened;
  expect(s.effects(filed)).toEqual(['issue PRODOPS']);

  // The mail is out, and its note hangs.
  const noting = company.helpdesk.faults.next(({ method, body }) => method === 'PUT' && body.includes(':1:promise'), 'timeout');
  const mailed = await ripe('M-2');
  await noting.happened;
  expect(s.mails(mailed)).toEqual(['1:promise']);

  // The same once more; its note will arrive when nobody waits for it any more.
  const onItsWay = company.helpdesk.faults.next(({ method, body }) => method === 'PUT' && body.includes(':1:promise'), 'timeout');
  const late = await ripe('M-4');
  await onItsWay.happened;

  // Its mail has not begun: the ticket is still being read for it.
  const isFiled = () => company.jira.issues().some(({ labels }) => labels.includes(`onetouch-${unbegun}-1`));
  const beginning = company.helpdesk.faults.next(({ method, path }) => method === 'GET' && path.includes(`/${unbegun}`) && isFiled(), 'timeout');
  const unbegun = await ripe('M-5');
  await beginning.happened;
  expect(s.mails(unbegun)).toEqual([]);

  await worker.kill();
  for (const one of [linking, noting, onItsWay, beginning]) one.release();
  const doubting = company.helpdesk.faults.next(({ method, body }) => method === 'PUT' && body.includes(`${late}:1:promise`), 'timeout');
  await s.startWorker();

  expect(await s.at(filed, 'awaiting-resolution', PATIENCE_MS)).toMatchObject({ needs: null, flagged: null });
  expect(s.effects(filed)).toEqual(['issue PRODOPS', 'mail 1:promise', 'note 1:promise', 'remote-link PRODOPS']);

  await eventually(async () => expect(await s.state(mailed)).toMatchObject({ needs: 'mail-check', flagged: expect.stringContaining('mail') }), PATIENCE_MS);
  expect(s.mails(mailed)).toEqual(['1:promise']);
  expect(s.effects(mailed)).toEqual(['issue PRODOPS', 'mail 1:promise', 'note 1:promise', 'remote-link PRODOPS']);
  // The case is about to note its doubt.
  await doubting.happened;
  const helpdesk = await connectHelpdesk(loadWorkerConfig(company.env).helpdesk);
  await helpdesk.updateTicket(late, { comment: { public: false, body: `It went out.\n\n${mark(`${late}:1:promise`, { mail: 'sent' })}` } });
  doubting.release();
  expect(await s.at(late, 'awaiting-resolution', PATIENCE_MS)).toMatchObject({ needs: null, flagged: null });
  expect(s.mails(late)).toEqual(['1:promise']);
  expect(s.effects(late)).toEqual(['issue PRODOPS', 'mail 1:promise', 'note 1:promise', 'remote-link PRODOPS']);
  await s.say(mailed, 'mail', { outcome: 'was-sent' });
  expect(await s.state(mailed)).toMatchObject({ stage: 'awaiting-resolution', needs: null, flagged: null });
  expect(s.mails(mailed)).toEqual(['1:promise']);

  // What certainly did not go is nobody's to look for.
  await eventually(async () => expect(s.mails(unbegun)).toEqual(['1:promise']), PATIENCE_MS);
  expect(await s.at(unbegun, 'awaiting-resolution', PATIENCE_MS)).toMatchObject({ needs: null, flagged: null });
});

test('an answer that is lost: Jira’s create is found again by its label, a mail in doubt is a person’s', async () => {
  const { company, ...s } = site();
  company.jira.faults.next(/^POST \/rest\/api\/3\/issue$/, 'after');
  company.mail.faults.next(/^DATA /, 'after');
  const id = await s.ticket({ inquiry: 'vmp-scheduling-blocked', member: await s.blocked('M-3', ago(49 * HOUR_MS)) });
  expect(await s.at(id, 'awaiting-resolution')).toMatchObject({ needs: 'mail-check', owed: expect.arrayContaining(['a mail whose arrival is not certain']) });
  expect(s.effects(id)).toEqual(['issue PRODOPS', 'mail 1:promise', 'note 1:promise', 'remote-link PRODOPS']);
  await s.say(id, 'mail', { outcome: 'resend' });
  await eventually(() => expect(s.mails(id)).toEqual(['1:promise', '1:promise-again']));
});
