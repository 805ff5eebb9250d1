/** The Jira stand-in: its server, and the hands of the engineers who use it. */
import { Faults } from '../faults.js';
import { openStore, US, type Clock, type Effect } from '../ledger.js';
import { serveApp } from '../serve.js';
import type { Courier, RetryRule } from '../webhooks.js';
import { jiraApp } from './app.js';
import { Board } from './board.js';
import { adfText, emptyJira, makeJiraUsers, paragraph, RESOLUTIONS, STATUS_DEFS, type IssueRecord, type JiraUser, type Project } from './state.js';

export type Resolution = (typeof RESOLUTIONS)[number];

/** An issue as people see it. */
export interface IssueView {
  key: string;
  project: string;
  issueType: string;
  summary: string;
  /** The description's words, without its form. */
  description: string;
  labels: string[];
  priority: string;
  assignee: string | null;
  status: string;
  resolution: string | null;
  duplicateOf: string | null;
  /** The id of the link that says so. */
  duplicateLink: string | null;
  remoteLinks: { globalId: string | null; url: string; title: string }[];
  /** Oldest first. `by` is `onetouch` for us. */
  comments: { id: string; by: string; text: string; at: string }[];
  createdAt: string;
  updatedAt: string;
}

export interface JiraOptions {
  dir?: string;
  port: number;
  now: Clock;
  courier: Courier;
  /** Project keys, each with the issue types it has. */
  projects: Record<string, readonly string[]>;
  email: string;
  apiToken: string;
  webhookSecret: string;
  searchLagMs?: number;
  retries?: RetryRule;
}

export type Jira = Awaited<ReturnType<typeof startJira>>;

/** Starts the stand-in. Rejects with `PortTaken`, or when its kept file cannot be read. */
export async function startJira(o: JiraOptions) {
  const keys = Object.keys(o.projects);
  const users = makeJiraUsers(o.email, keys);
  const projects = keys.map(
    (key, i): Project => ({ id: String(10_000 + i), key, name: key, issueTypes: o.projects[key]!, leadId: users[i + 1]!.accountId }),
  );
  const store = await openStore('jira', emptyJira, o.dir);
  let base = '';
  const board = new Board({ store, now: o.now, users, projects, courier: o.courier, webhookSecret: o.webhookSecret, base: () => base, retries: o.retries });
  const faults = new Faults();
  let searchLagMs = o.searchLagMs ?? 0;
  let searchesBehind = 0;
  const served = await serveApp(
    jiraApp({ board, faults, email: o.email, apiToken: o.apiToken, searchLagMs: () => searchLagMs, missed: () => void (searchesBehind += 1) }),
    'Jira',
    o.port,
  );
  base = served.url;

  const find = (key: string): IssueRecord => {
    const issue = board.find(key);
    if (!issue) throw new Error(`The sandbox's Jira has no issue ${key}.`);
    return issue;
  };
  /** A person by name or project; else the engineer of the issue's project. */
  const person = (issue: IssueRecord, name: string = issue.project): JiraUser => {
    const user = users.find((u) => u.displayName === name || u.displayName === `${name} engineer`);
    if (!user) throw new Error(`The sandbox's Jira has no user "${name}"; it has ${users.map((u) => u.displayName).join(', ')}.`);
    return user;
  };
  const duplicate = (i: IssueRecord) => i.links.find((l) => l.type === 'Duplicate' && l.direction === 'outward');
  const view = (i: IssueRecord): IssueView => ({
    key: i.key,
    project: i.project,
    issueType: i.issueType,
    summary: i.summary,
    description: adfText(i.description),
    labels: Object.keys(i.labels),
    priority: i.priority,
    assignee: board.user(i.assigneeId)?.displayName ?? null,
    status: i.status,
    resolution: i.resolution,
    duplicateOf: duplicate(i)?.key ?? null,
    duplicateLink: duplicate(i)?.id ?? null,
    remoteLinks: i.remoteLinks.map((l) => ({ globalId: l.globalId, ...l.object })),
    comments: i.comments.map((c) => ({
      id: c.id,
      by: board.user(c.authorId)?.displayName ?? c.authorId,
      text: adfText(c.body),
      at: new Date(c.at).toISOString(),
    })),
    createdAt: new Date(i.createdAt).toISOString(),
    updatedAt: new Date(i.updatedAt).toISOString(),
  });
  const issues = (of: { project?: string } = {}): IssueView[] =>
    Object.values(board.state.issues)
      .filter((i) => of.project === undefined || i.project === of.project)
      .map(view);

  return {
    url: served.url,
    faults,
    /** From now on the search index is so far behind. */
    lagBehind: (ms: number) => void (searchLagMs = ms),
    /** How many searches found less than there was, since the index was behind. */
    get searchesBehind(): number {
      return searchesBehind;
    },
    /** Everything Jira was asked to do; `by` is `onetouch` for us. */
    get ledger(): readonly Effect[] {
      return store.ledger;
    },

    /** An engineer finishes an issue; `duplicateOf` links the surviving one, for resolution Duplicate. */
    async resolve(key: string, resolution: Resolution, more: { duplicateOf?: string; by?: string } = {}): Promise<void> {
      if (!RESOLUTIONS.includes(resolution)) throw new Error(`The sandbox's Jira has no resolution "${resolution}"; it has ${RESOLUTIONS.join(', ')}.`);
      const at = await o.now();
      const issue = find(key);
      const by = person(issue, more.by);
      if (more.duplicateOf !== undefined) board.link('Duplicate', issue, find(more.duplicateOf), at, by);
      board.change(issue, at, by, { status: 'Done', resolution });
    },
    async reopen(key: string, by?: string): Promise<void> {
      const at = await o.now();
      const issue = find(key);
      board.change(issue, at, person(issue, by), { status: 'To Do', resolution: null });
    },
    /** Gives the issue to a person, or to nobody. */
    async assign(key: string, to: string | null, by?: string): Promise<void> {
      const at = await o.now();
      const issue = find(key);
      board.change(issue, at, person(issue, by), { assigneeId: to === null ? null : person(issue, to).accountId });
    },
    async comment(key: string, text: string, by?: string): Promise<void> {
      const at = await o.now();
      const issue = find(key);
      board.comment(issue, at, person(issue, by), paragraph(text));
    },
    /** Moves an issue to To Do, In Progress or Done. */
    async transition(key: string, status: string, by?: string): Promise<void> {
      if (!STATUS_DEFS.some((s) => s.name === status)) throw new Error(`The sandbox's Jira has no status "${status}"; it has ${STATUS_DEFS.map((s) => s.name).join(', ')}.`);
      const at = await o.now();
      const issue = find(key);
      board.change(issue, at, person(issue, by), { status, resolution: status === 'Done' ? (issue.resolution ?? 'Done') : null });
    },
    /** An engineer moves an issue to another project: Jira gives it a new key, and answers to the old one as well. */
    async move(key: string, project: string): Promise<string> {
      const to = projects.find((p) => p.key === project);
      if (!to) throw new Error(`The sandbox's Jira has no project "${project}"; it has ${keys.join(', ')}.`);
      const issue = find(key);
      board.move(issue, await o.now(), person(issue), to);
      return issue.key;
    },
    /** An engineer files an issue by themselves, e.g. the one that survives a duplicate. */
    async file(project: string, summary: string, labels: string[] = []): Promise<string> {
      const found = projects.find((p) => p.key === project);
      if (!found) throw new Error(`The sandbox's Jira has no project "${project}"; it has ${keys.join(', ')}.`);
      const by = users.find((u) => u.accountId === found.leadId)!;
      const at = await o.now();
      return board.create(at, by, { project: found, issueType: found.issueTypes[0]!, summary, description: null, labels, priority: 'Medium', assigneeId: null }).key;
    },
    issue: (key: string): IssueView => view(find(key)),
    /** Oldest first. */
    issues,
    /** The one issue there is. Throws when there is none or more than one. */
    only(of: { project?: string } = {}): IssueView {
      const all = issues(of);
      if (all.length !== 1) throw new Error(`Expected one Jira issue and found ${all.length}${all.length ? `: ${all.map((i) => i.key).join(', ')}` : ''}.`);
      return all[0]!;
    },
    /** Comments that we wrote on the issue. */
    commentsByUs: (key: string): string[] => view(find(key)).comments.flatMap((c) => (c.by === US ? [c.text] : [])),
    flush: store.flush,
    async close(): Promise<void> {
      faults.clear();
      await served.close();
      await store.flush();
    },
  };
}
