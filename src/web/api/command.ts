/** One command of the API: a validated body, said by whom the token names, answered by the workflow. */
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import type { Answer, Said } from '../../workflows/messages.js';
import { bytesOf } from '../body.js';
import { digest } from '../ids.js';
import { readJson } from '../json.js';
import { Refusal, shaped } from '../refusal.js';
import type { Known } from '../who.js';

/**
 * Makes the routes `POST path/verb`. A refusal by the protocol is a 409.
 * @param named the checked name in the path; throws a `Refusal`
 */
export const commands =
  (app: Hono<Known>, path: string, named: (c: Context) => string) =>
  <T extends object>(verb: string, schema: z.ZodType<T>, say: (name: string, said: Said<T>) => Promise<Answer>) =>
    app.post(`${path}/${verb}`, async (c) => {
      const name = named(c);
      const bytes = await bytesOf(c);
      const body = shaped(schema, bytes.length ? readJson(bytes) : {}, 'The body');
      const by = c.get('actor');
      const key = keyOf(c);
      // The same key said by another person, or for another command, is another command.
      const answer = await say(name, { ...body, by, ...(key && { id: digest(verb, '\n', by.name, '\n', key) }) });
      return c.json(answer, answer.accepted ? 200 : 409);
    });

/** `Idempotency-Key`: the same command with the same key is heard once. */
function keyOf(c: Context): string | undefined {
  const key = c.req.header('Idempotency-Key');
  if (key !== undefined && !/^[\x21-\x7e]{1,200}$/.test(key))
    throw new Refusal(400, 'The Idempotency-Key must be 1 to 200 printable ASCII characters without spaces.');
  return key;
}
