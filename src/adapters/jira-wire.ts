/** What Jira answers, in the parts that we read, and the issue that it makes. */
import { z } from 'zod';
import type { IssueRelation } from '../activities/ports.js';
import type { Issue } from '../domain/ticket.js';
import { isoTime } from './http.js';

const comment = z.object({
  id: z.string(),
  author: z.object({ accountId: z.string().nullish() }).nullish(),
  body: z.unknown(),
});
const otherIssue = z.object({ key: z.string() }).nullish();
const issuelinks = z
  .array(z.object({ id: z.string().nullish(), type: z.object({ name: z.string() }), outwardIssue: otherIssue, inwardIssue: otherIssue }))
  .nullish();
const issue = z.object({
  key: z.string(),
  fields: z.object({
    status: z.object({ name: z.string(), statusCategory: z.object({ key: z.string() }) }),
    resolution: z.object({ name: z.string() }).nullish(),
    assignee: z.object({ accountId: z.string() }).nullish(),
    issuelinks,
    creator: z.object({ accountId: z.string().nullish() }).nullish(),
    labels: z.array(z.string()).nullish(),
    // Jira writes +0000 without a colon.
    updated: z.string().refine((said) => isoTime(said) !== null),
    comment: z.object({ comments: z.array(comment), total: z.int() }).nullish(),
  }),
});

export const issueAnswer = issue;
export const linksAnswer = z.object({ fields: z.object({ issuelinks }) });
export const searchAnswer = z.object({ issues: z.array(issue), nextPageToken: z.string().nullish() });
/** What is wrong with one of these is no matter of the others: of each, only what it takes to name it. */
export const changedAnswer = z.object({
  issues: z.array(
    z.looseObject({ key: z.string(), fields: z.looseObject({ labels: z.array(z.string()).nullish().catch(null), updated: z.unknown().optional() }) }),
  ),
  nextPageToken: z.string().nullish(),
});
export const commentsAnswer = z.object({ comments: z.array(comment), total: z.int() });
export const transitionsAnswer = z.object({
  transitions: z.array(
    z.object({
      id: z.string(),
      to: z.object({ statusCategory: z.object({ key: z.string() }) }),
      fields: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});
export const createdAnswer = z.object({ key: z.string().min(1) });

export type WireIssue = z.output<typeof issue>;
export type WireComment = z.output<typeof comment>;

export function toIssue({ key, fields }: WireIssue, base: string, lastForeignComment: string | null): Issue {
  return {
    key,
    url: `${base}/browse/${key}`,
    status: fields.status.name,
    category: category(fields.status.statusCategory.key),
    resolution: fields.resolution?.name ?? null,
    assigneeId: fields.assignee?.accountId ?? null,
    // Seen from this issue, "duplicates" points outward at the one that survives.
    duplicateOf: fields.issuelinks?.find((link) => link.type.name === 'Duplicate' && link.outwardIssue)?.outwardIssue?.key ?? null,
    lastForeignComment,
    labels: fields.labels ?? [],
    updatedAt: isoTime(fields.updated)!,
  };
}

/** Such links from this issue to the other. To relate goes both ways. */
export const relationsTo = (links: NonNullable<z.output<typeof issuelinks>>, other: string, how: IssueRelation) =>
  links.filter((link) => link.type.name === how && (link.outwardIssue?.key === other || (how === 'Relates' && link.inwardIssue?.key === other)));

/** The id of the newest comment that is not ours; Jira embeds them oldest first. */
export const lastForeign = (comments: WireComment[], us: string): string | null =>
  comments.findLast((c) => c.author?.accountId !== us)?.id ?? null;

/** Jira's fourth category, "undefined" (No Category), counts as not begun. */
const category = (key: string): Issue['category'] => (key === 'done' || key === 'indeterminate' ? key : 'new');
