/** Temporal is away: nobody is told that a message was taken, and nothing is lost. */
import { expect, test } from 'vitest';
import { ago, eventually, HOUR_MS, useSite } from './site.js';

const site = useSite();

test('while Temporal is away the gateway says 503; afterwards a repeat or the sweep makes the case, and old ones go on', async () => {
  const { company, server, ...s } = site();
  const ripe = async (memberId: string) => ({ inquiry: 'vmp-scheduling-blocked', member: await s.blocked(memberId, ago(49 * HOUR_MS)) });
  const before = await s.ticket(await ripe('M-1'));
  const { handoff } = await s.at(before, 'awaiting-resolution');

  await server.kill();
  s.loseWebhooks(true);
  const repeated = await s.ticket(await ripe('M-2'));
  const swept = await s.ticket(await ripe('M-3'));
  await company.jira.resolve(handoff!.issueKey!, 'Fixed');
  await company.idle();
  const [aboutRepeated] = s.webhooks.filter(({ body }) => body.includes(`zen:ticket:${repeated}`));
  const aboutResolved = s.webhooks.findLast(({ path }) => path === '/webhooks/jira');
  const refused = await Promise.all([s.post(aboutRepeated!), s.post(aboutResolved!), fetch(`${s.gateway.url}/readyz`), s.api(`/cases/${before}`)]);
  expect(refused.map((answer) => answer.status)).toEqual([503, 503, 503, 503]);
  // The helpdesk tries again only when it is told when.
  expect(refused[0].headers.get('retry-after')).toBe('20');
  expect((await fetch(`${s.gateway.url}/healthz`)).status).toBe(200);

  await server.restart();
  await eventually(async () => expect((await fetch(`${s.gateway.url}/readyz`)).status).toBe(200));
  expect((await s.post(aboutRepeated!)).status).toBe(202);
  await s.at(repeated, 'awaiting-resolution');
  expect(await s.sweep()).toMatchObject({ knocked: 2 });
  await s.at(swept, 'awaiting-resolution');
  await s.at(before, 'confirming');
  for (const id of [repeated, swept]) expect(s.effects(id)).toEqual(['issue PRODOPS', 'mail 1:promise', 'note 1:promise', 'remote-link PRODOPS']);
  expect(s.mails(before)).toEqual(['1:promise', '1:follow-up']);
});
