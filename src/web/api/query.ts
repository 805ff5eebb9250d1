/** What queries of several routes have in common. */
import { z } from 'zod';

/** A time with its zone; UTC afterwards. Temporal, and the database behind it, know no others than of these years. */
export const time = z.iso
  .datetime({ offset: true, error: 'must be a time like 2026-07-01T09:00:00Z' })
  .transform((iso) => new Date(iso).toISOString())
  .refine((iso) => /^(19[7-9]|[2-9]\d)/.test(iso), 'must be a time from 1970 to 9999');

/** A visibility query of one's own, joined to the rest by AND. A control character in it keeps the database from answering. */
export const ownQuery = z
  .string()
  .trim()
  .min(1)
  .max(2_000)
  .regex(/^[\P{C}\n\t]*$/u, 'must not have control characters');
