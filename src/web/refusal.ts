/** A request that is answered with 4xx. The reason says what was wrong and what to do; it quotes no content. */
import type { z } from 'zod';

export class Refusal extends Error {
  override name = 'Refusal';
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 413 | 429,
    reason: string,
    readonly problems?: string[],
  ) {
    super(reason);
  }
}

/** Nobody can be let in while the identity provider's keys cannot be had; answered with 503. */
export class IssuerAway extends Error {
  override name = 'IssuerAway';
}

/** Parses by a schema; throws a `Refusal` that names each field and what it must be. */
export function shaped<T extends z.ZodType>(schema: T, value: unknown, what: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => (path.length ? `${path.join('.')}: ${message}` : message));
  throw new Refusal(400, `${what} has a wrong shape: ${problems.slice(0, 5).join('; ')}`, problems.slice(0, 20));
}
