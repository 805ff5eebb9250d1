/** One command of the API: a validated body, said by whom the token names, answered by the workflow. */
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import type { Grant } from '../../domain/grant.js';
import type { Actor, Answer, Said } from '../../workflows/messages.js';
import { bytesOf } from '../body.js';
import { digest } from '../ids.js';
import { readJson } from '../json.js';
import { actorAs, privilegeOf, roleFor, type Known } from '../access.js';
import { Refusal, shaped } from '../refusal.js';

/** Signs what the person may do for the workflow as it stands now: what they have not seen, they have not granted. */
export type Grants = (name: string, verb: string, body: Record<string, unknown>, by: Actor) => Promise<Grant>;

/**
 * Makes the routes `POST path/verb`. A refusal by the protocol is a 409.
 * @param named the checked name in the path; throws a `Refusal`
 * @param grants for what is privileged here; without it nothing is
 */
export const commands =
  (app: Hono<Known>, path: string, named: (c: Context) => string, grants: Grants | null = null) =>
  <T extends object>(verb: string, schema: z.ZodType<T>, say: (name: string, said: Said<T>) => Promise<Answer>) =>
    app.post(`${path}/${verb}`, async (c) => {
      const name = named(c);
      const bytes = await bytesOf(c);
      const body = shaped(schema, bytes.length ? readJson(bytes) : {}, 'The body');
      const key = keyOf(c);
      const privilege = grants && privilegeOf(verb, body as Record<string, unknown>);
      const breaks = (body as { breakGlass?: boolean }).breakGlass === true;
      if (!privilege && breaks) throw new Refusal(400, 'There is no glass to break: this takes no grant.');
      const by = privilege ? actorAs(c.get('person'), roleFor(c.get('person'), (breaks && privilege.glass) || privilege.may, privilege.what)) : c.get('actor');
      // The same key said by another person, or for another command, is another command.
      const said: Said<T> = { ...body, by, ...(key && { id: digest(verb, '\n', by.subject ?? by.name, '\n', key) }) };
      if (privilege) said.grant = await grants(name, verb, body as Record<string, unknown>, by);
      const answer = await say(name, said);
      return c.json(answer, answer.accepted ? 200 : 409);
    });

/** `Idempotency-Key`: the same command with the same key is heard once. */
function keyOf(c: Context): string | undefined {
  const key = c.req.header('Idempotency-Key');
  if (key !== undefined && !/^[\x21-\x7e]{1,200}$/.test(key))
    throw new Refusal(400, 'The Idempotency-Key must be 1 to 200 printable ASCII characters without spaces.');
  return key;
}
