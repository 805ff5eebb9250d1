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

export interface ProblemDeps {
  cases: Pick<Cases, 'state' | 'link' | 'unlink'>;
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

  /** The other problem has to run, and to be open to whoever is sent there, or they wait for nobody or hear what is not so. */
  const where = async (other: string, whyNot: (view: ProblemView) => string | null | Promise<string | null>, say: () => Promise<Answer>): Promise<Answer> => {
    if (!(await problems.running(other))) return { accepted: false, reason: `${other} is not a problem that is running.` };
    const reason = await whyNot(await problems.state(other));
    return reason === null ? say() : { accepted: false, reason };
  };

  const toProblem = commands(app, '/problems/:problem', problemOf, async (id, verb, body, by) => {
    const { round } = await problems.state(id);
    return signGrant(grantKeys, { of: id, verb, cycle: round, body, by }, now());
  });
  toProblem('merge', shapes.merge, async (id, said) =>
    said.into === id ? { accepted: false, reason: 'It is that problem itself.' } : where(said.into, (into) => mergedAway(into) ?? isOver(into), () => problems.merge(id, said)),
  );
  toProblem('choose', shapes.choose, problems.choose);
  toProblem('resume', shapes.resume, problems.resume);

  const toCase = commands(app, '/cases/:ticket', (c) => shaped(ticketId, c.req.param('ticket'), 'The ticket'));
  toCase('link', shapes.link, (ticket, said) =>
    where(
      said.problem,
      async (problem) => {
        const over = isOver(problem);
        if (over === null) return null;
        // Escalated after the resolution, the case tells that it came back: the next round, where nobody is told anything.
        const { handoff } = await cases.state(ticket);
        return handoff && problem.resolvedAt && handoff.at > problem.resolvedAt ? null : over;
      },
      () => cases.link(ticket, said),
    ),
  );
  toCase('unlink', shapes.unlink, cases.unlink);
}

const mergedAway = ({ id, mergedInto }: ProblemView): string | null => (mergedInto ? `${id} was merged into ${mergedInto}: name that one.` : null);

/** Whoever comes to a resolved problem is told of the resolution at once, as if they had waited for it. */
const isOver = ({ id, stage, issueKey }: ProblemView): string | null =>
  stage === 'telling' || stage === 'resolved'
    ? `${id} is resolved, and whoever is put there now is told so, though their error may go on. If it goes on, reopen ${issueKey ?? 'its issue'} in Jira and try again; if it is fixed as well, resolve the issue that they wait for.`
    : null;

const problemOf = (c: Context): string => shaped(problemName, c.req.param('problem'), 'The problem');

const page = z.strictObject({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

/** The list's parameters, and the visibility query they make. */
const listing = z
  .strictObject({
    /** A visibility query of one's own, joined to the rest by AND. */
    query: z.string().trim().min(1).max(2_000).optional(),
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
