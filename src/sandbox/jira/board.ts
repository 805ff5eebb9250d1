/** Jira at work: every change to an issue, whoever makes it, goes through here. */
import { randomUUID } from 'node:crypto';
import type { AdfDocument } from '../../domain/ticket.js';
import type { Clock, Store } from '../ledger.js';
import { jiraRetries, signJira, type Courier, type RetryRule } from '../webhooks.js';
import { adfText, type IssueRecord, type JiraComment, type JiraState, type JiraUser, type Project, type RemoteLink } from './state.js';
import { commentJson, fieldsJson, userJson, type View } from './wire.js';

export interface ChangeItem {
  field: string;
  from: string | null;
  fromString: string | null;
  to: string | null;
  toString: string | null;
}
export interface BoardOptions {
  store: Store<JiraState>;
  now: Clock;
  users: readonly JiraUser[];
  projects: readonly Project[];
  courier: Courier;
  webhookSecret: string;
  /** Known once the server listens. */
  base(): string;
  retries?: RetryRule;
}
export interface IssueInput {
  project: Project;
  issueType: string;
  summary: string;
  description: AdfDocument | null;
  labels: string[];
  priority: string;
  assigneeId: string | null;
}
export interface IssueChange {
  summary?: string;
  description?: AdfDocument | null;
  priority?: string;
  assigneeId?: string | null;
  status?: string;
  resolution?: string | null;
  addLabels?: string[];
  removeLabels?: string[];
}

export class Board {
  constructor(readonly o: BoardOptions) {}

  get state(): JiraState {
    return this.o.store.state;
  }
  get now(): Clock {
    return this.o.now;
  }
  view(base: string): View {
    return { base, users: this.o.users, projects: this.o.projects, issues: this.state.issues };
  }
  find(idOrKey: string): IssueRecord | undefined {
    return this.state.issues[idOrKey.toUpperCase()] ?? Object.values(this.state.issues).find((i) => i.id === idOrKey || i.formerKeys?.includes(idOrKey.toUpperCase()));
  }

  /** Moves the issue to another project: it gets a new key, and is still found by the old one. */
  move(issue: IssueRecord, at: number, by: JiraUser, to: Project): void {
    const before = { key: issue.key, project: issue.project };
    const number = (this.state.numbers[to.key] ?? 0) + 1;
    this.state.numbers[to.key] = number;
    delete this.state.issues[before.key];
    Object.assign(issue, { key: `${to.key}-${number}`, project: to.key, formerKeys: [...(issue.formerKeys ?? []), before.key], updatedAt: at });
    issue.touches.push(at);
    this.state.issues[issue.key] = issue;
    this.o.store.record(at, by.displayName, 'move', issue.key, `from ${before.key}`);
    const items: ChangeItem[] = [
      { field: 'project', from: before.project, fromString: before.project, to: to.key, toString: to.key },
      { field: 'Key', from: before.key, fromString: before.key, to: issue.key, toString: issue.key },
    ];
    this.fire('jira:issue_updated', 'issue_moved', issue, at, { user: this.userJson(by), changelog: { id: String(this.state.nextId++), items: items.map((i) => ({ fieldtype: 'jira', fieldId: i.field, ...i })) } });
  }
  user(accountId: string | null): JiraUser | undefined {
    return this.o.users.find((u) => u.accountId === accountId);
  }

  create(at: number, by: JiraUser, input: IssueInput): IssueRecord {
    const number = (this.state.numbers[input.project.key] ?? 0) + 1;
    this.state.numbers[input.project.key] = number;
    const issue: IssueRecord = {
      id: String(this.state.nextId++),
      key: `${input.project.key}-${number}`,
      project: input.project.key,
      issueType: input.issueType,
      summary: input.summary,
      description: input.description,
      labels: Object.fromEntries(input.labels.map((l) => [l, at])),
      priority: input.priority,
      assigneeId: input.assigneeId,
      reporterId: by.accountId,
      status: 'To Do',
      resolution: null,
      resolvedAt: null,
      links: [],
      remoteLinks: [],
      comments: [],
      createdAt: at,
      updatedAt: at,
      touches: [at],
    };
    this.state.issues[issue.key] = issue;
    this.o.store.record(at, by.displayName, 'issue', issue.key, issue.summary);
    this.fire('jira:issue_created', 'issue_created', issue, at, { user: this.userJson(by) });
    return issue;
  }

  change(issue: IssueRecord, at: number, by: JiraUser, change: IssueChange): void {
    const items: ChangeItem[] = [];
    const { store } = this.o;
    const changed = (field: string, from: string | null, to: string | null, fromString = from, toString = to) =>
      items.push({ field, from, fromString, to, toString });
    if (change.summary !== undefined && change.summary !== issue.summary) {
      changed('summary', issue.summary, change.summary);
      issue.summary = change.summary;
      store.record(at, by.displayName, 'summary', issue.key, issue.summary);
    }
    if (change.description !== undefined) {
      changed('description', adfText(issue.description), adfText(change.description));
      issue.description = change.description;
      store.record(at, by.displayName, 'description', issue.key);
    }
    if (change.priority !== undefined && change.priority !== issue.priority) {
      changed('priority', issue.priority, change.priority);
      issue.priority = change.priority;
      store.record(at, by.displayName, 'priority', issue.key, issue.priority);
    }
    if (change.assigneeId !== undefined && change.assigneeId !== issue.assigneeId) {
      const name = (id: string | null) => this.user(id)?.displayName ?? null;
      changed('assignee', issue.assigneeId, change.assigneeId, name(issue.assigneeId), name(change.assigneeId));
      issue.assigneeId = change.assigneeId;
      store.record(at, by.displayName, 'assignee', issue.key, name(issue.assigneeId) ?? '');
    }
    if (change.status !== undefined && change.status !== issue.status) {
      changed('status', issue.status, change.status);
      issue.status = change.status;
      store.record(at, by.displayName, 'status', issue.key, issue.status);
    }
    if (change.resolution !== undefined && change.resolution !== issue.resolution) {
      changed('resolution', issue.resolution, change.resolution);
      issue.resolution = change.resolution;
      issue.resolvedAt = change.resolution === null ? null : at;
      store.record(at, by.displayName, 'resolution', issue.key, issue.resolution ?? '');
    }
    const before = Object.keys(issue.labels);
    for (const label of change.addLabels ?? []) issue.labels[label] ??= at;
    for (const label of change.removeLabels ?? []) delete issue.labels[label];
    const after = Object.keys(issue.labels);
    if (after.join(' ') !== before.join(' ')) {
      changed('labels', null, null, before.join(' '), after.join(' '));
      store.record(at, by.displayName, 'labels', issue.key, after.join(' '));
    }
    if (items.length === 0) return;
    this.touch(issue, at);
    this.updated(issue, at, by, items, items.some((i) => i.field === 'assignee') ? 'issue_assigned' : 'issue_generic');
  }

  comment(issue: IssueRecord, at: number, by: JiraUser, body: AdfDocument): JiraComment {
    const comment: JiraComment = { id: String(this.state.nextId++), authorId: by.accountId, body, at };
    issue.comments.push(comment);
    this.touch(issue, at);
    this.o.store.record(at, by.displayName, 'comment', issue.key, adfText(body));
    // Jira names the author of a comment in the comment, and no user beside it.
    this.fire('comment_created', undefined, issue, at, { comment: commentJson(comment, issue, this.o.users, this.o.base()) });
    return comment;
  }

  uncomment(issue: IssueRecord, at: number, by: JiraUser, comment: JiraComment): void {
    issue.comments = issue.comments.filter((other) => other !== comment);
    this.touch(issue, at);
    this.o.store.record(at, by.displayName, 'comment-deleted', issue.key, adfText(comment.body));
  }

  /** Upserts by globalId. */
  remoteLink(issue: IssueRecord, at: number, by: JiraUser, link: Omit<RemoteLink, 'id'>): { link: RemoteLink; created: boolean } {
    const known = link.globalId === null ? undefined : issue.remoteLinks.find((l) => l.globalId === link.globalId);
    if (known) Object.assign(known, link);
    const kept = known ?? { id: this.state.nextId++, ...link };
    if (!known) {
      issue.remoteLinks.push(kept);
      this.o.store.record(at, by.displayName, 'remote-link', issue.key, link.object.url);
    }
    this.o.store.changed();
    return { link: kept, created: !known };
  }

  /** `from` does to `to` what the type's outward words say: "from duplicates to". */
  link(type: string, from: IssueRecord, to: IssueRecord, at: number, by: JiraUser): void {
    if (from.links.some((l) => l.type === type && l.direction === 'outward' && l.key === to.key)) return;
    const id = String(this.state.nextId++);
    from.links.push({ id, type, direction: 'outward', key: to.key });
    to.links.push({ id, type, direction: 'inward', key: from.key });
    this.o.store.record(at, by.displayName, 'link', from.key, `${type} ${to.key}`);
    for (const [issue, other] of [[from, to], [to, from]] as const) {
      this.touch(issue, at);
      this.updated(issue, at, by, [{ field: 'Link', from: null, fromString: null, to: other.key, toString: `${type} ${other.key}` }]);
    }
  }

  /** False where there is no such link. */
  unlink(id: string, at: number, by: JiraUser): boolean {
    const ends = Object.values(this.state.issues).filter((issue) => issue.links.some((l) => l.id === id));
    for (const issue of ends) {
      const { type, key, direction } = issue.links.find((l) => l.id === id)!;
      issue.links = issue.links.filter((l) => l.id !== id);
      if (direction === 'outward') this.o.store.record(at, by.displayName, 'unlink', issue.key, `${type} ${key}`);
      this.touch(issue, at);
      this.updated(issue, at, by, [{ field: 'Link', from: key, fromString: `${type} ${key}`, to: null, toString: null }]);
    }
    return ends.length > 0;
  }

  private userJson = (by: JiraUser) => userJson(by, this.o.base());

  private touch(issue: IssueRecord, at: number): void {
    issue.updatedAt = at;
    issue.touches = [...issue.touches, at].slice(-20);
    this.o.store.changed();
  }

  private updated(issue: IssueRecord, at: number, by: JiraUser, items: ChangeItem[], kind = 'issue_updated'): void {
    this.fire('jira:issue_updated', kind, issue, at, {
      user: this.userJson(by),
      changelog: { id: String(this.state.nextId++), items: items.map((i) => ({ fieldtype: 'jira', fieldId: i.field, ...i })) },
    });
  }

  /** Jira sends an event for every change, our own included. */
  private fire(webhookEvent: string, kind: string | undefined, issue: IssueRecord, at: number, more: object): void {
    const base = this.o.base();
    const body = Buffer.from(
      JSON.stringify({
        timestamp: at,
        webhookEvent,
        ...(kind && { issue_event_type_name: kind }),
        ...more,
        issue: { id: issue.id, self: `${base}/rest/api/3/${issue.id}`, key: issue.key, fields: fieldsJson(issue, this.view(base)) },
      }),
    );
    this.o.courier.send(
      {
        path: '/webhooks/jira',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'user-agent': 'Atlassian Webhook HTTP Client',
          'x-atlassian-webhook-identifier': randomUUID(),
          'x-hub-signature': signJira(this.o.webhookSecret, body),
        },
        body,
      },
      this.o.retries ?? jiraRetries(),
    );
  }
}
