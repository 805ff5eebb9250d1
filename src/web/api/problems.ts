/** The API of problems: what they say, what people say to them, and who belongs to them. */
import type { Context, Hono } from 'hono';
import { z } from 'zod';
import type { Cases, Listing } from '../../client/cases.js';
import type { Problems } from '../../client/problems.js';
import { PROBLEM_STAGES, type ProblemView } from '../../domain/problem.js';
import { signGrant } from '../../grants/grants.js';
import type { GrantKeys } from '../../grants/keys.js';
import type { Answer } from '../../workflows/messages.js';
import { SEARCH } from '../../workflows/search-attributes.js';
import { problemName, ticketId } from '../ids.js';
import { shaped } from '../refusal.js';
import type { Known } from '../access.js';
import type { bodies } from './bodies.js';
import { commands } from './command.js';
import { ownQuery } from './query.js';

export interface ProblemDeps {
  cases: Pick<Cases, 'link' | 'unlink'>;
  problems: Problems;
  shapes: ReturnType<typeof bodies>;
  grantKeys: GrantKeys;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Adds the routes of problems, and those that put a case into one and take it out. */
export function problemRoutes(app: Hono<Known>, { cases, problems, shapes, grantKeys, now }: ProblemDeps): void {
  app.get('/problems', async (c) => c.json({ problems: await problems.list(shaped(listing, c.req.query(), 'The query')) }));
  app.get('/problems/:problem', async (c) => {
    const id = problemOf(c);
    const [view, execution] = await Promise.all([problems.state(id), problems.describe(id)]);
    return c.json({ ...view, execution });
  });
  app.get('/problems/:problem/members', async (c) =>
    c.json({ members: await problems.members(problemOf(c), shaped(page, c.req.query(), 'The query')) }),
  );

  /** The other problem has to run, or whoever is sent there waits for nobody. */
  const where = async (other: string, say: (view: ProblemView) => Promise<Answer>): Promise<Answer> =>
    (await problems.running(other)) ? say(await problems.state(other)) : { accepted: false, reason: `${other} is not a problem that is running.` };

  const toProblem = commands(app, '/problems/:problem', problemOf, async (id, verb, body, by) => {
    const { round } = await problems.state(id);
    return signGrant(grantKeys, { of: id, verb, cycle: round, body, by }, now());
  });
  toProblem('merge', shapes.merge, async (id, said) =>
    said.into === id ? { accepted: false, reason: 'It is that problem itself.' } : where(said.into, async (into) => {
      const reason = mayNotSurvive(into);
      return reason === null ? problems.merge(id, said) : { accepted: false, reason };
    }),
  );
  toProblem('choose', shapes.choose, problems.choose);
  toProblem('resume', shapes.resume, problems.resume);

  const toCase = commands(app, '/cases/:ticket', (c) => shaped(ticketId, c.req.param('ticket'), 'The ticket'));
  toCase('link', shapes.link, (ticket, said) =>
    where(said.problem, async (problem) => {
      const answer = await cases.link(ticket, said);
      return answer.accepted && isOver(problem) ? { accepted: true, said: LATE } : answer;
    }),
  );
  toCase('unlink', shapes.unlink, cases.unlink);
}

const isOver = ({ stage }: ProblemView): boolean => stage === 'telling' || stage === 'resolved';

/** Why no problem can be merged into this one; null where one can. Whoever comes to a resolved one is told of the resolution at once. */
function mayNotSurvive(into: ProblemView): string | null {
  const { id, mergedInto, issueKey } = into;
  if (mergedInto) return `${id} was merged into ${mergedInto}: name that one.`;
  if (!isOver(into)) return null;
  return `${id} is resolved, and whoever came to it now would be told so, though their error may go on. If it goes on, reopen ${issueKey ?? 'its issue'} in Jira and merge then; if it is fixed as well, resolve the issue of the problem that you would merge.`;
}

/** A link says of one case what became of it, and asks its member: that is wanted, and must not come unannounced. */
const LATE =
  'The case goes over to a problem that is resolved. If it was escalated before that, its member is followed up with now, like the others; else the problem came back, and its next round begins.';

const problemOf = (c: Context): string => shaped(problemName, c.req.param('problem'), 'The problem');

const page = z.strictObject({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

/** The list's parameters, and the visibility query they make. */
const listing = z
  .strictObject({
    query: ownQuery.optional(),
    status: z.enum(['open', 'ended', 'all']).default('all'),
    stage: z.enum([...PROBLEM_STAGES, 'parked']).optional(),
    flagged: z.enum(['true', 'false']).optional(),
    limit: z.coerce.number().int().min(1).max(1_000).default(100),
  })
  .transform(({ query, status, stage, flagged, limit }): Listing => {
    const all = [
      query && `(${query})`,
      status === 'open' && 'ExecutionStatus = "Running"',
      status === 'ended' && 'ExecutionStatus != "Running"',
      stage && `${SEARCH.stage.name} = "${stage}"`,
      flagged && `${SEARCH.flagged.name} = ${flagged}`,
    ].filter(Boolean);
    return { limit, ...(all.length && { query: all.join(' AND ') }) };
  });
