/** Jira's API: the subset of Jira Cloud's version 3 that onetouch and a curious newcomer use. */
import { Hono, type Context } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import type { Faults } from '../faults.js';
import { faulty } from '../serve.js';
import type { Board } from './board.js';
import { BadQuery, parseJql } from './jql.js';
import { isAdf, readChange, readIssue, readTransition, Refused, type UpdateBody } from './requests.js';
import { LINK_TYPES, STATUS_DEFS, type IssueRecord, type JiraUser } from './state.js';
import { commentJson, issueJson, issueTypeJson, jiraTime, statusJson, userJson } from './wire.js';

export interface JiraAppOptions {
  board: Board;
  faults: Faults;
  email: string;
  apiToken: string;
  /** How far the search index is behind now. */
  searchLagMs: () => number;
  /** A search found less than there is, since the index is behind. */
  missed(): void;
}
type Env = { Bindings: HttpBindings; Variables: { user: JiraUser; base: string } };
type C = Context<Env>;

export function jiraApp(o: JiraAppOptions): Hono<Env> {
  const { board } = o;
  const app = new Hono<Env>();
  app.use(faulty(o.faults));
  app.onError((e, c) => {
    if (e instanceof Refused) return errors(c, 400, e.errorMessages, e.errors);
    if (e instanceof BadQuery) return errors(c, 400, [e.message]);
    if (e instanceof SyntaxError) return errors(c, 400, ['There was an error parsing JSON. Check that your request body is valid.']);
    throw e;
  });
  app.notFound((c) => errors(c, 404, ['No such path.']));

  const expected = `Basic ${Buffer.from(`${o.email}:${o.apiToken}`).toString('base64')}`;
  app.use('/rest/*', async (c, next) => {
    if (c.req.header('authorization') !== expected) return c.text('Client must be authenticated to access this resource.', 401);
    c.set('user', board.o.users[0]!);
    c.set('base', new URL(c.req.url).origin);
    await next();
  });

  app.get('/rest/api/3/serverInfo', async (c) =>
    c.json({
      baseUrl: c.var.base,
      version: '1001.0.0-SNAPSHOT',
      versionNumbers: [1001, 0, 0],
      deploymentType: 'Cloud',
      buildNumber: 100_000,
      serverTime: jiraTime(await board.now()),
      serverTitle: 'Jira',
    }),
  );
  app.get('/rest/api/3/myself', (c) => c.json(userJson(c.var.user, c.var.base)));
  app.get('/rest/api/3/project/:key', (c) => {
    const project = board.o.projects.find((p) => p.key === c.req.param('key') || p.id === c.req.param('key'));
    if (!project) return errors(c, 404, [`No project could be found with key '${c.req.param('key')}'.`]);
    return c.json({
      self: `${c.var.base}/rest/api/3/project/${project.id}`,
      id: project.id,
      key: project.key,
      name: project.name,
      issueTypes: project.issueTypes.map((t) => issueTypeJson(project, t, c.var.base)),
      projectTypeKey: 'software',
      simplified: false,
      style: 'classic',
      isPrivate: false,
    });
  });

  app.post('/rest/api/3/search/jql', async (c) => {
    const asked = (await c.req.json()) as { jql?: string; maxResults?: number; nextPageToken?: string; fields?: string[] };
    const now = await board.now();
    const indexedAt = now - o.searchLagMs();
    const query = parseJql(asked.jql ?? '', now);
    const known = (at: number) => Object.values(board.state.issues).filter((i) => i.createdAt <= at && query.matches(i, at));
    const all = known(indexedAt).sort(query.order);
    if (known(now).length > all.length) o.missed();
    const start = Number(asked.nextPageToken ?? 0);
    const end = start + (asked.maxResults ?? 50);
    const view = board.view(c.var.base);
    return c.json({
      issues: all.slice(start, end).map((i) => idsOnly(issueJson(i, asked.fields ?? [], view), asked.fields)),
      isLast: end >= all.length,
      ...(end < all.length && { nextPageToken: String(end) }),
    });
  });

  app.post('/rest/api/3/issue', async (c) => {
    const input = readIssue((await c.req.json()) as UpdateBody, board);
    const issue = board.create(await board.now(), c.var.user, input);
    return c.json({ id: issue.id, key: issue.key, self: `${c.var.base}/rest/api/3/issue/${issue.id}` }, 201);
  });
  app.get('/rest/api/3/issue/:key', (c) => {
    const issue = found(c, board);
    if (!issue) return missing(c);
    const fields = c.req.queries('fields')?.flatMap((f) => f.split(',')) ?? ['*all'];
    return c.json(issueJson(issue, fields, board.view(c.var.base)));
  });
  app.put('/rest/api/3/issue/:key', async (c) => {
    const body = (await c.req.json()) as UpdateBody;
    const at = await board.now();
    const issue = found(c, board);
    if (!issue) return missing(c);
    board.change(issue, at, c.var.user, readChange(body, board, Object.keys(issue.labels)));
    return c.body(null, 204);
  });

  app.get('/rest/api/3/issue/:key/comment', (c) => {
    const issue = found(c, board);
    if (!issue) return missing(c);
    const startAt = Number(c.req.query('startAt') ?? 0);
    const maxResults = Number(c.req.query('maxResults') ?? 100);
    const ordered = c.req.query('orderBy') === '-created' ? issue.comments.toReversed() : issue.comments;
    const comments = ordered.slice(startAt, startAt + maxResults);
    return c.json({
      startAt,
      maxResults,
      total: issue.comments.length,
      comments: comments.map((x) => commentJson(x, issue, board.o.users, c.var.base)),
    });
  });
  app.post('/rest/api/3/issue/:key/comment', async (c) => {
    const { body } = (await c.req.json()) as { body?: unknown };
    const at = await board.now();
    const issue = found(c, board);
    if (!issue) return missing(c);
    if (!isAdf(body)) throw new Refused({ comment: 'Comment body is not valid!' });
    return c.json(commentJson(board.comment(issue, at, c.var.user, body), issue, board.o.users, c.var.base), 201);
  });
  app.delete('/rest/api/3/issue/:key/comment/:id', async (c) => {
    const at = await board.now();
    const issue = found(c, board);
    const comment = issue?.comments.find(({ id }) => id === c.req.param('id'));
    if (!issue || !comment) return missing(c);
    if (comment.authorId !== c.var.user.accountId) return errors(c, 400, ['You do not have permission to delete this comment.']);
    board.uncomment(issue, at, c.var.user, comment);
    return c.body(null, 204);
  });

  app.get('/rest/api/3/issue/:key/remotelink', (c) => {
    const issue = found(c, board);
    if (!issue) return missing(c);
    const links = issue.remoteLinks.map((l) => ({
      id: l.id,
      self: `${c.var.base}/rest/api/3/issue/${issue.key}/remotelink/${l.id}`,
      ...(l.globalId !== null && { globalId: l.globalId }),
      ...(l.relationship && { relationship: l.relationship }),
      object: { ...l.object, status: {}, icon: {} },
      application: {},
    }));
    const globalId = c.req.query('globalId');
    if (globalId === undefined) return c.json(links);
    const link = links.find((l) => l.globalId === globalId);
    return link ? c.json(link) : errors(c, 404, ['The remote link does not exist.']);
  });
  app.post('/rest/api/3/issue/:key/remotelink', async (c) => {
    const asked = (await c.req.json()) as { globalId?: string; relationship?: string; object?: { url?: unknown; title?: unknown } };
    const at = await board.now();
    const issue = found(c, board);
    if (!issue) return missing(c);
    const { url, title } = asked.object ?? {};
    if (typeof url !== 'string' || !url) throw new Refused({ url: "'url' is required." });
    if (typeof title !== 'string' || !title) throw new Refused({ title: "'title' is required." });
    const { link, created } = board.remoteLink(issue, at, c.var.user, {
      globalId: asked.globalId ?? null,
      ...(asked.relationship && { relationship: asked.relationship }),
      object: { url, title },
    });
    return c.json({ id: link.id, self: `${c.var.base}/rest/api/3/issue/${issue.key}/remotelink/${link.id}` }, created ? 201 : 200);
  });

  app.get('/rest/api/3/issue/:key/transitions', (c) => {
    if (!found(c, board)) return missing(c);
    return c.json({
      expand: 'transitions',
      transitions: STATUS_DEFS.map((s) => ({
        id: s.transition,
        name: s.name,
        to: statusJson(s, c.var.base),
        hasScreen: false,
        isGlobal: true,
        isInitial: false,
        isAvailable: true,
        isConditional: false,
        looped: false,
        ...(c.req.query('expand')?.includes('transitions.fields') && {
          fields: s.category === 'done' ? { resolution: { required: false, name: 'Resolution', key: 'resolution', operations: ['set'] } } : {},
        }),
      })),
    });
  });
  app.post('/rest/api/3/issue/:key/transitions', async (c) => {
    const body = (await c.req.json()) as UpdateBody;
    const at = await board.now();
    const issue = found(c, board);
    if (!issue) return missing(c);
    const status = readTransition(body);
    const change = readChange(body, board, Object.keys(issue.labels));
    // The workflow sets a resolution when an issue is done and clears it when it is not any more.
    board.change(issue, at, c.var.user, { ...change, status, resolution: status === 'Done' ? (change.resolution ?? 'Done') : null });
    return c.body(null, 204);
  });

  app.post('/rest/api/3/issueLink', async (c) => {
    type End = { key?: string; id?: string };
    const asked = (await c.req.json()) as { type?: { name?: string; id?: string }; inwardIssue?: End; outwardIssue?: End };
    const at = await board.now();
    const type = LINK_TYPES.find((t) => t.name === asked.type?.name || t.id === asked.type?.id);
    if (!type) return errors(c, 404, [`No issue link type with name '${asked.type?.name ?? ''}' found.`]);
    // As in Jira: the link goes from the inward issue to the outward one.
    const [from, to] = [asked.inwardIssue, asked.outwardIssue].map((end) => board.find(end?.key ?? end?.id ?? ''));
    if (!from || !to) return missing(c);
    board.link(type.name, from, to, at, c.var.user);
    return c.body(null, 201);
  });
  app.delete('/rest/api/3/issueLink/:id', async (c) => {
    const at = await board.now();
    return board.unlink(c.req.param('id'), at, c.var.user) ? c.body(null, 204) : errors(c, 404, [`No issue link with id '${c.req.param('id')}' exists.`]);
  });
  return app;
}

const found = (c: C, board: Board): IssueRecord | undefined => board.find(c.req.param('key') ?? '');

const errors = (c: Context, status: 400 | 404, errorMessages: string[], byField: Record<string, string> = {}) =>
  c.json({ errorMessages, errors: byField }, status);
const missing = (c: Context) => errors(c, 404, ['Issue does not exist or you do not have permission to see it.']);

/** The search gives ids only, unless fields were asked for. */
const idsOnly = (issue: ReturnType<typeof issueJson>, fields: readonly string[] | undefined) =>
  fields === undefined || fields.length === 0 ? { id: issue.id } : issue;
