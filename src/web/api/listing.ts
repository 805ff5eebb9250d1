/** The list's parameters, and the visibility query they make. */
import { z } from 'zod';
import type { Listing } from '../../client/cases.js';
import { NEEDS, STAGES } from '../../domain/case.js';
import { TEAMS } from '../../domain/ruling.js';
import { SEARCH } from '../../workflows/search-attributes.js';
import { ownQuery } from './query.js';

/** A parked case shows that in the lists instead of its stage. */
const LISTED = [...STAGES, 'parked'] as const;

export const listing = z
  .strictObject({
    query: ownQuery.optional(),
    status: z.enum(['open', 'ended', 'all']).default('all'),
    stage: z.enum(LISTED).optional(),
    team: z.enum(TEAMS).optional(),
    needs: z.enum(NEEDS).optional(),
    flagged: z.enum(['true', 'false']).optional(),
    limit: z.coerce.number().int().min(1).max(1_000).default(100),
  })
  .transform(({ query, status, stage, team, needs, flagged, limit }): Listing => {
    const all = [
      query && `(${query})`,
      status === 'open' && 'ExecutionStatus = "Running"',
      status === 'ended' && 'ExecutionStatus != "Running"',
      stage && `${SEARCH.stage.name} = "${stage}"`,
      team && `${SEARCH.team.name} = "${team}"`,
      needs && `${SEARCH.needs.name} = "${needs}"`,
      flagged && `${SEARCH.flagged.name} = ${flagged}`,
    ].filter(Boolean);
    return { limit, ...(all.length && { query: all.join(' AND ') }) };
  });
