/** The API of the console, the CLI and other programs: what the cases say, and what people say to them. */
import { Hono, type Context } from 'hono';
import type { Cases } from '../../client/cases.js';
import type { Problems } from '../../client/problems.js';
import { signGrant } from '../../grants/grants.js';
import type { GrantKeys } from '../../grants/keys.js';
import { caseId } from '../../workflows/messages.js';
import { troubleshootingId } from '../../workflows/troubleshooting-messages.js';
import type { Known } from '../access.js';
import { ticketId } from '../ids.js';
import { Refusal, shaped } from '../refusal.js';
import { bodies } from './bodies.js';
import { commands } from './command.js';
import { listing } from './listing.js';
import { problemRoutes } from './problems.js';

export function api({ cases, problems, grantKeys, now }: { cases: Cases; problems: Problems; grantKeys: GrantKeys; now(): number }) {
  const app = new Hono<Known>();
  const shapes = bodies(now);

  app.get('/me', (c) => c.json(c.get('person')));
  app.get('/cases', async (c) => c.json({ cases: await cases.list(shaped(listing, c.req.query(), 'The query')) }));

  app.get('/cases/:ticket', async (c) => {
    const id = ticketOf(c);
    const [view, execution] = await Promise.all([cases.state(id), cases.describe(id)]);
    return c.json({ ...view, execution });
  });
  app.get('/cases/:ticket/timeline', async (c) => c.json({ timeline: await cases.timeline(ticketOf(c)) }));
  app.get('/cases/:ticket/explain', async (c) => c.json({ ruling: await cases.explain(ticketOf(c)) }));

  app.get('/cases/:ticket/group', async (c) => {
    const group = await cases.group(ticketOf(c));
    if (!group) throw new Refusal(404, 'The case has no group troubleshooting.');
    return c.json(group);
  });

  const command = commands(app, '/cases/:ticket', ticketOf, async (id, verb, body, by) => {
    const { cycle } = await cases.state(id);
    return signGrant(grantKeys, { of: caseId(id), verb, cycle, body, by }, now());
  });
  command('close', shapes.close, cases.close);
  command('re-escalate', shapes.reEscalate, cases.reEscalate);
  command('override', shapes.override, cases.override);
  command('provide', shapes.provide, cases.provide);
  command('confirm', shapes.confirm, cases.confirm);
  command('choose', shapes.choose, cases.choose);
  command('resume', shapes.resume, cases.resume);
  command('promise', shapes.setPromise, cases.setPromise);
  command('mail', shapes.settleMail, cases.settleMail);
  const onGroup = commands(app, '/cases/:ticket', ticketOf, async (id, verb, body, by) => {
    const { cycle } = await cases.state(id);
    return signGrant(grantKeys, { of: troubleshootingId(id, cycle), verb, cycle, body, by }, now());
  });
  onGroup('fix', shapes.fix, cases.fix);
  onGroup('approve', shapes.approve, cases.approve);
  command('refuse', shapes.refuse, cases.refuse);
  command('observed', shapes.observed, cases.observed);

  problemRoutes(app, { cases, problems, shapes, grantKeys, now });

  return app;
}

const ticketOf = (c: Context): string => shaped(ticketId, c.req.param('ticket'), 'The ticket');
