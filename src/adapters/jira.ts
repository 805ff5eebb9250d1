/** Jira Cloud behind `JiraPort`, through jira.js. */
import { Version3Client } from 'jira.js';
import { z } from 'zod';
import { refused } from '../activities/failures.js';
import type { ChangedIssue, JiraPort, OwnComment } from '../activities/ports.js';
import type { WorkerConfig } from '../config.js';
import type { Priority } from '../domain/ruling.js';
import type { AdfDocument, Issue } from '../domain/ticket.js';
import { adfText } from '../wording/adf.js';
import { isoTime, notJson, TIMEOUT_MS, shaped, type Patience } from './http.js';
import { jiraFailure } from './jira-failure.js';
import { changedAnswer, commentsAnswer, createdAnswer, issueAnswer, lastForeign, linksAnswer, relationsTo, searchAnswer, toIssue, transitionsAnswer, type WireComment, type WireIssue } from './jira-wire.js';

export type Jira = JiraPort & {
  /** The account id of the user we act as. */
  whoAmI(): Promise<string>;
};
export type JiraCredentials = Pick<WorkerConfig['jira'], 'url' | 'email' | 'apiToken'> & Patience;

/** Jira's default priorities. A project whose screens lack the field refuses it, and the failure names it. */
const PRIORITIES: Record<Priority, string> = { Normal: 'Medium', High: 'High', Urgent: 'Highest' };
const FIELDS = ['status', 'resolution', 'assignee', 'issuelinks', 'labels', 'updated', 'comment'];
const PAGE = 100;
const LABELS_AT_ONCE = 50;

/** The answer to a write, of which only that it came matters. */
const unread = z.unknown();
const meAnswer = z.object({ accountId: z.string().min(1) });

/** Nothing is sent before the first call. Every call is tried once and rejects with `Refused` or `Unavailable`. */
export function connectJira({ url, email, apiToken, timeoutMs = TIMEOUT_MS }: JiraCredentials): Jira {
  const base = url.replace(/\/+$/, '');
  const client = new Version3Client({
    host: base,
    authentication: { basic: { email, apiToken } },
    baseRequestConfig: { timeout: timeoutMs, maxRedirects: 0 },
  });
  let me: Promise<string> | null = null;

  async function ask<S extends z.ZodType>(doing: string, schema: S, send: () => Promise<unknown>): Promise<z.output<S>> {
    let answer: unknown;
    try {
      answer = await send();
    } catch (error) {
      throw jiraFailure(doing, error);
    }
    // What is not JSON comes as text; nothing at all is enough where nothing is read.
    if (typeof answer === 'string' && !(answer === '' && (schema as z.ZodType) === unread)) throw notJson('Jira', doing);
    return shaped(schema, answer, 'Jira', doing);
  }

  function whoAmI(): Promise<string> {
    me ??= ask('say who we are', meAnswer, () => client.myself.getCurrentUser<unknown>()).then(
      (user) => user.accountId,
      (error: unknown) => {
        me = null;
        throw error;
      },
    );
    return me;
  }

  async function search(doing: string, jql: string, only: (issue: WireIssue) => boolean = () => true, fields = FIELDS): Promise<Issue[]> {
    const found: WireIssue[] = [];
    let nextPageToken: string | undefined;
    do {
      const page = await ask(doing, searchAnswer, () =>
        client.issueSearch.searchForIssuesUsingJqlEnhancedSearchPost<unknown>({ jql, fields, maxResults: PAGE, nextPageToken }),
      );
      found.push(...page.issues.filter(only));
      nextPageToken = page.nextPageToken ?? undefined;
    } while (nextPageToken !== undefined);
    const issues: Issue[] = [];
    for (const one of found) issues.push(await complete(one));
    return issues;
  }

  /** Where the answer does not carry all comments, the newest are read by themselves. */
  async function complete(issue: WireIssue): Promise<Issue> {
    const us = await whoAmI();
    const embedded = issue.fields.comment;
    const whole = embedded && embedded.comments.length >= embedded.total;
    return toIssue(issue, base, whole ? lastForeign(embedded.comments, us) : await newestForeign(issue.key, us));
  }

  async function newestForeign(key: string, us: string): Promise<string | null> {
    for await (const comments of commentPages(key, '-created')) {
      const found = comments.find((c) => c.author?.accountId !== us);
      if (found) return found.id;
    }
    return null;
  }

  async function* commentPages(key: string, orderBy: 'created' | '-created'): AsyncGenerator<WireComment[]> {
    for (let startAt = 0; ;) {
      const at = startAt;
      const { comments, total } = await ask("read the issue's comments", commentsAnswer, () =>
        client.issueComments.getComments<unknown>({ issueIdOrKey: key, startAt: at, maxResults: PAGE, orderBy }),
      );
      yield comments;
      startAt += comments.length;
      if (comments.length === 0 || startAt >= total) return;
    }
  }

  return {
    whoAmI,

    async findByLabel(label) {
      return search('find the issue', `labels = ${quoted(label)} ORDER BY created ASC`);
    },

    async createIssue({ project, issueType, summary, description, labels, priority, assignee }) {
      const { key } = await ask('create the issue', createdAnswer, () =>
        client.issues.createIssue<unknown>({
          fields: {
            project: { key: project },
            issuetype: { name: issueType },
            summary,
            description: description as never,
            labels,
            ...(priority ? { priority: { name: PRIORITIES[priority] } } : {}),
            // Absent leaves it to the project; null is nobody.
            ...(assignee === null ? { assignee: null as never } : {}),
          },
        }),
      );
      return { key, url: `${base}/browse/${key}` };
    },

    async readIssue(key) {
      const doing = 'read the issue';
      const issueIdOrKey = checkedKey(key, doing);
      return complete(await ask(doing, issueAnswer, () => client.issues.getIssue<unknown>({ issueIdOrKey, fields: FIELDS })));
    },

    async comment(key, body) {
      const doing = 'comment on the issue';
      const issueIdOrKey = checkedKey(key, doing);
      await ask(doing, unread, () => client.issueComments.addComment<unknown>({ issueIdOrKey, comment: body as never }));
    },

    async ownComments(key) {
      checkedKey(key, "read the issue's comments");
      const us = await whoAmI();
      const ours: OwnComment[] = [];
      for await (const comments of commentPages(key, 'created'))
        for (const { id, author, body } of comments) if (author?.accountId === us) ours.push({ id, text: textOf(body) });
      return ours;
    },

    async deleteComment(key, id) {
      const doing = 'take the comment away';
      const issueIdOrKey = checkedKey(key, doing);
      if (!/^\d+$/.test(id)) throw refused('Jira', doing, 'no such comment', "a comment's id is a number");
      await ask(doing, unread, () => client.issueComments.deleteComment<unknown>({ issueIdOrKey, id }));
    },

    async addLabel(key, label) {
      const doing = 'label the issue';
      const issueIdOrKey = checkedKey(key, doing);
      await ask(doing, unread, () =>
        client.issues.editIssue<unknown>({ issueIdOrKey, update: { labels: [{ add: label }] } as never }),
      );
    },

    async updateIssue(key, { description, priority }) {
      const doing = 'update the issue';
      const issueIdOrKey = checkedKey(key, doing);
      const fields = { ...(description && { description }), ...(priority && { priority: { name: PRIORITIES[priority] } }) };
      if (Object.keys(fields).length === 0) return;
      await ask(doing, unread, () => client.issues.editIssue<unknown>({ issueIdOrKey, fields }));
    },

    async relate(key, other, how) {
      const doing = 'relate the issues';
      const [issueIdOrKey, to] = [checkedKey(key, doing), checkedKey(other, doing)];
      const { fields } = await ask(doing, linksAnswer, () => client.issues.getIssue<unknown>({ issueIdOrKey, fields: ['issuelinks'] }));
      if (relationsTo(fields.issuelinks ?? [], to, how).length > 0) return;
      // Seen from the first, the other one stands outward: "key duplicates other".
      await ask(doing, unread, () =>
        client.issueLinks.linkIssues<unknown>({ type: { name: how }, inwardIssue: { key: issueIdOrKey }, outwardIssue: { key: to } }),
      );
    },

    async unrelate(key, other, how) {
      const doing = 'take the link away';
      const [issueIdOrKey, to] = [checkedKey(key, doing), checkedKey(other, doing)];
      const { fields } = await ask(doing, linksAnswer, () => client.issues.getIssue<unknown>({ issueIdOrKey, fields: ['issuelinks'] }));
      for (const { id } of relationsTo(fields.issuelinks ?? [], to, how))
        if (id) await ask(doing, unread, () => client.issueLinks.deleteIssueLink<unknown>({ linkId: id }));
    },

    async remoteLink(key, { globalId, url: to, title }) {
      const doing = 'link the issue';
      const issueIdOrKey = checkedKey(key, doing);
      await ask(doing, unread, () =>
        client.issueRemoteLinks.createOrUpdateRemoteIssueLink<unknown>({ issueIdOrKey, globalId, object: { url: to, title } }),
      );
    },

    async filedByUs(labels) {
      const us = await whoAmI();
      const found: Issue[] = [];
      for (let i = 0; i < labels.length; i += LABELS_AT_ONCE) {
        const some = labels.slice(i, i + LABELS_AT_ONCE).map(quoted).join(', ');
        found.push(...(await search('find our issues', `labels in (${some}) ORDER BY created ASC`, ({ fields }) => fields.creator?.accountId === us, [...FIELDS, 'creator'])));
      }
      return found;
    },

    async linkDuplicate(key, of) {
      const doing = 'link the duplicate';
      // The link goes from the inward issue to the outward one: this issue "duplicates" that one.
      const ends = { inwardIssue: { key: checkedKey(key, doing) }, outwardIssue: { key: checkedKey(of, doing) } };
      await ask(doing, unread, () => client.issueLinks.linkIssues<unknown>({ type: { name: 'Duplicate' }, ...ends }));
    },

    async resolveAsDuplicate(key) {
      const doing = 'close the duplicate';
      const issueIdOrKey = checkedKey(key, doing);
      const { transitions } = await ask(doing, transitionsAnswer, () => client.issues.getTransitions<unknown>({ issueIdOrKey, expand: 'transitions.fields' }));
      const done = transitions.filter(({ to }) => to.statusCategory.key === 'done');
      const takes = (t: (typeof done)[number]) => t.fields !== undefined && 'resolution' in t.fields;
      const transition = done.find(takes) ?? done[0];
      if (!transition) throw refused('Jira', doing, 'no transition', 'no transition leads to a done status');
      await ask(doing, unread, () =>
        client.issues.doTransition<unknown>({
          issueIdOrKey,
          transition: { id: transition.id },
          ...(takes(transition) ? { fields: { resolution: { name: 'Duplicate' } } } : {}),
        }),
      );
    },

    /** Milliseconds since 1970: a date in words would be read in our user's time zone, by the minute. */
    async changed(since) {
      const doing = 'list the changed issues';
      const jql = `labels = ${quoted('onetouch')} AND updated >= ${Date.parse(since)} ORDER BY updated ASC`;
      const issues: ChangedIssue[] = [];
      let nextPageToken: string | undefined;
      for (;;) {
        const page = await ask(doing, changedAnswer, () =>
          client.issueSearch.searchForIssuesUsingJqlEnhancedSearchPost<unknown>({ jql, fields: FIELDS, maxResults: PAGE, nextPageToken }),
        );
        for (const listed of page.issues)
          issues.push({
            key: listed.key,
            updatedAt: isoTime(listed.fields.updated),
            labels: listed.fields.labels ?? [],
            read: async () => complete(shaped(issueAnswer, listed, 'Jira', 'read the changed issue')),
          });
        nextPageToken = page.nextPageToken ?? undefined;
        const upTo = issues.findLast((i) => i.updatedAt !== null)?.updatedAt ?? null;
        // More than a page may have changed in one moment, and only later than that the list can go on.
        if (nextPageToken === undefined || (upTo !== null && upTo > since)) return { issues, upTo, isEnd: nextPageToken === undefined };
      }
    },
  };
}

/** A JQL string. */
const quoted = (text: string): string => `"${text.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/[\\"]/g, '\\$&')}"`;

/** Keys come from webhooks too, and jira.js puts them into the path as they are. */
function checkedKey(key: string, doing: string): string {
  if (!/^[A-Za-z][A-Za-z0-9_]*-\d+$/.test(key)) throw refused('Jira', doing, 'no such issue', 'an issue key looks like OPS-123');
  return key;
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : adfText((body ?? {}) as AdfDocument));
