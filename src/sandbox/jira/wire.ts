/** Jira's records as its API and its webhooks write them. */
import {
  CATEGORY_NAMES,
  LINK_TYPES,
  PRIORITY_NAMES,
  RESOLUTIONS,
  STATUS_DEFS,
  type IssueRecord,
  type JiraComment,
  type JiraUser,
  type Project,
  type StatusDef,
} from './state.js';

/** ISO 8601 with `+0000` for UTC, as Jira has it. */
export const jiraTime = (ms: number): string => new Date(ms).toISOString().replace('Z', '+0000');

export const userJson = (u: JiraUser, base: string) => ({
  self: `${base}/rest/api/3/user?accountId=${encodeURIComponent(u.accountId)}`,
  accountId: u.accountId,
  accountType: 'atlassian',
  emailAddress: u.emailAddress,
  displayName: u.displayName,
  active: true,
  timeZone: 'Etc/UTC',
});

export const statusJson = (s: StatusDef, base: string) => ({
  self: `${base}/rest/api/3/status/${s.id}`,
  id: s.id,
  name: s.name,
  description: '',
  iconUrl: `${base}/images/icons/statuses/generic.png`,
  statusCategory: {
    self: `${base}/rest/api/3/statuscategory/${CATEGORY_NAMES[s.category][0]}`,
    id: CATEGORY_NAMES[s.category][0],
    key: s.category,
    colorName: { new: 'blue-gray', indeterminate: 'yellow', done: 'green' }[s.category],
    name: CATEGORY_NAMES[s.category][1],
  },
});
export const statusNamed = (name: string): StatusDef => STATUS_DEFS.find((s) => s.name === name)!;

const indexed = (list: readonly string[], name: string): string => String(10_000 + list.indexOf(name));

export const resolutionJson = (name: string, base: string) => {
  const id = indexed(RESOLUTIONS, name);
  return { self: `${base}/rest/api/3/resolution/${id}`, id, name, description: '' };
};

export const commentJson = (c: JiraComment, issue: IssueRecord, users: readonly JiraUser[], base: string) => {
  const author = users.find((u) => u.accountId === c.authorId);
  const by = author && userJson(author, base);
  return {
    self: `${base}/rest/api/3/issue/${issue.id}/comment/${c.id}`,
    id: c.id,
    author: by,
    updateAuthor: by,
    body: c.body,
    created: jiraTime(c.at),
    updated: jiraTime(c.at),
    jsdPublic: true,
  };
};

export interface View {
  base: string;
  users: readonly JiraUser[];
  projects: readonly Project[];
  issues: Record<string, IssueRecord>;
}

/** Every field of an issue. */
export function fieldsJson(issue: IssueRecord, v: View): Record<string, unknown> {
  const person = (id: string | null) => {
    const user = v.users.find((u) => u.accountId === id);
    return user ? userJson(user, v.base) : null;
  };
  const project = v.projects.find((p) => p.key === issue.project)!;
  const priorityId = indexed(PRIORITY_NAMES, issue.priority);
  return {
    summary: issue.summary,
    description: issue.description,
    project: { self: `${v.base}/rest/api/3/project/${project.id}`, id: project.id, key: project.key, name: project.name },
    issuetype: issueTypeJson(project, issue.issueType, v.base),
    status: statusJson(statusNamed(issue.status), v.base),
    resolution: issue.resolution === null ? null : resolutionJson(issue.resolution, v.base),
    resolutiondate: issue.resolvedAt === null ? null : jiraTime(issue.resolvedAt),
    priority: { self: `${v.base}/rest/api/3/priority/${priorityId}`, id: priorityId, name: issue.priority },
    labels: Object.keys(issue.labels),
    assignee: person(issue.assigneeId),
    reporter: person(issue.reporterId),
    creator: person(issue.reporterId),
    issuelinks: issue.links.map((l) => {
      const other = v.issues[l.key]!;
      const otherJson = {
        id: other.id,
        key: other.key,
        self: `${v.base}/rest/api/3/issue/${other.id}`,
        fields: { summary: other.summary, status: statusJson(statusNamed(other.status), v.base) },
      };
      return {
        id: l.id,
        self: `${v.base}/rest/api/3/issueLink/${l.id}`,
        type: LINK_TYPES.find((t) => t.name === l.type),
        [l.direction === 'outward' ? 'outwardIssue' : 'inwardIssue']: otherJson,
      };
    }),
    comment: {
      self: `${v.base}/rest/api/3/issue/${issue.id}/comment`,
      comments: issue.comments.map((c) => commentJson(c, issue, v.users, v.base)),
      maxResults: issue.comments.length,
      total: issue.comments.length,
      startAt: 0,
    },
    created: jiraTime(issue.createdAt),
    updated: jiraTime(issue.updatedAt),
  };
}

export const issueTypeJson = (project: Project, name: string, base: string) => {
  const id = String(Number(project.id) * 10 + project.issueTypes.indexOf(name));
  return { self: `${base}/rest/api/3/issuetype/${id}`, id, name, description: '', subtask: false };
};

/**
 * An issue, with the fields that were asked for.
 * @param wanted `*all`, `*navigable`, names, or names with `-` to leave out; empty for no fields at all
 */
export function issueJson(issue: IssueRecord, wanted: readonly string[], v: View) {
  const all = fieldsJson(issue, v);
  const everything = wanted.includes('*all') || wanted.includes('*navigable') || wanted.every((w) => w.startsWith('-'));
  const fields = Object.fromEntries(
    Object.entries(all).filter(([name]) => (everything ? !wanted.includes(`-${name}`) : wanted.includes(name))),
  );
  const self = { expand: 'renderedFields,names,schema', id: issue.id, self: `${v.base}/rest/api/3/issue/${issue.id}`, key: issue.key };
  return wanted.length === 0 ? self : { ...self, fields };
}
