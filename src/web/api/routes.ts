/** The API of the console, the CLI and other programs: what the cases say, and what people say to them. */
import { Hono, type Context } from 'hono';
import type { z } from 'zod';
import type { Cases } from '../../client/cases.js';
import { signGrant } from '../../grants/grants.js';
import type { GrantKeys } from '../../grants/keys.js';
import { caseId, type Answer, type Said } from '../../workflows/messages.js';
import { actorAs, privilegeOf, roleFor, type Known } from '../access.js';
import { bytesOf } from '../body.js';
import { digest, ticketId } from '../ids.js';
import { readJson } from '../json.js';
import { Refusal, shaped } from '../refusal.js';
import { bodies } from './bodies.js';
import { listing } from './listing.js';

export function api({ cases, grantKeys, now }: { cases: Cases; grantKeys: GrantKeys; now(): number }) {
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

  /** One command: a validated body, said by whom the token names, answered by the case. */
  const command = <T extends object>(
    verb: string,
    schema: z.ZodType<T>,
    say: (ticketId: string, said: Said<T>) => Promise<Answer>,
  ) =>
    app.post(`/cases/:ticket/${verb}`, async (c) => {
      const id = ticketOf(c);
      const bytes = await bytesOf(c);
      const body = shaped(schema, bytes.length ? readJson(bytes) : {}, 'The body');
      const key = keyOf(c);
      const privilege = privilegeOf(verb, body as Record<string, unknown>);
      if (!privilege && (body as { breakGlass?: boolean }).breakGlass) throw new Refusal(400, 'There is no glass to break: this takes no grant.');
      const by = privilege ? actorAs(c.get('person'), roleFor(c.get('person'), privilege.may, privilege.what)) : c.get('actor');
      // The same key said by another person, or for another command, is another command.
      const said: Said<T> = { ...body, by, ...(key && { id: digest(verb, '\n', by.subject ?? by.name, '\n', key) }) };
      if (privilege) {
        // For the case as it stands now: what the person has not seen, they have not granted.
        const { cycle } = await cases.state(id);
        said.grant = signGrant(grantKeys, { of: caseId(id), verb, cycle, body: body as Record<string, unknown>, by }, now());
      }
      const answer = await say(id, said);
      return c.json(answer, answer.accepted ? 200 : 409);
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

  return app;
}

const ticketOf = (c: Context): string => shaped(ticketId, c.req.param('ticket'), 'The ticket');

/** `Idempotency-Key`: the same command with the same key is heard once. */
function keyOf(c: Context): string | undefined {
  const key = c.req.header('Idempotency-Key');
  if (key !== undefined && !/^[\x21-\x7e]{1,200}$/.test(key))
    throw new Refusal(400, 'The Idempotency-Key must be 1 to 200 printable ASCII characters without spaces.');
  return key;
}
