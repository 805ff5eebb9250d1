/** What Jira's API accepts: fields checked as Jira checks them. */
import type { AdfDocument } from '../../domain/ticket.js';
import type { Board, IssueChange, IssueInput } from './board.js';
import { PRIORITY_NAMES, RESOLUTIONS, STATUS_DEFS } from './state.js';

/** A request that Jira would refuse with 400; messages by field. */
export class Refused extends Error {
  constructor(
    readonly errors: Record<string, string>,
    readonly errorMessages: string[] = [],
  ) {
    super('refused');
  }
}

type Fields = Record<string, unknown>;
interface Named {
  id?: string;
  key?: string;
  name?: string;
  accountId?: string | null;
}
export interface UpdateBody {
  fields?: Fields;
  update?: Record<string, { add?: unknown; remove?: unknown; set?: unknown }[]>;
  transition?: { id?: unknown };
}

/** Throws `Refused`. */
export function readIssue(body: UpdateBody, board: Board): IssueInput {
  const fields = body.fields ?? {};
  const wrong: Record<string, string> = {};
  const asked = fields.project as Named | undefined;
  const project = board.o.projects.find((p) => p.key === asked?.key || p.id === asked?.id);
  if (!project) wrong.project = asked?.key || asked?.id ? 'valid project is required' : 'Specify a valid project ID or key';
  const type = fields.issuetype as Named | undefined;
  const issueType = project?.issueTypes.find((t, i) => t === type?.name || type?.id === String(Number(project.id) * 10 + i));
  if (project && !issueType) wrong.issuetype = 'Specify a valid issue type';
  const change = readFields(fields, board, wrong);
  if (change.summary === undefined && !wrong.summary) wrong.summary = 'You must specify a summary of the issue.';
  if (Object.keys(wrong).length > 0) throw new Refused(wrong);
  return {
    project: project!,
    issueType: issueType!,
    summary: change.summary!,
    description: change.description ?? null,
    labels: change.addLabels ?? [],
    priority: change.priority ?? 'Medium',
    assigneeId: change.assigneeId === undefined ? project!.leadId : change.assigneeId,
  };
}

/** Throws `Refused`. `set` of labels replaces them. */
export function readChange(body: UpdateBody, board: Board, labelsNow: readonly string[]): IssueChange {
  const wrong: Record<string, string> = {};
  const change = readFields(body.fields ?? {}, board, wrong);
  if (body.fields?.labels !== undefined) change.removeLabels = labelsNow.filter((l) => !change.addLabels?.includes(l));
  for (const [field, operations] of Object.entries(body.update ?? {})) {
    if (field === 'comment') continue;
    if (field !== 'labels') {
      wrong[field] = `Field '${field}' cannot be set. It is not on the appropriate screen, or unknown.`;
      continue;
    }
    for (const { add, remove, set } of operations) {
      if (set !== undefined) change.removeLabels = labelsNow.filter((l) => !(set as string[]).includes(l));
      change.addLabels = [...(change.addLabels ?? []), ...labels([add ?? set ?? []].flat(), wrong)];
      if (remove !== undefined) change.removeLabels = [...(change.removeLabels ?? []), String(remove)];
    }
  }
  if (Object.keys(wrong).length > 0) throw new Refused(wrong);
  return change;
}

function readFields(fields: Fields, board: Board, wrong: Record<string, string>): IssueChange {
  const change: IssueChange = {};
  if (fields.summary !== undefined) {
    const summary = fields.summary;
    if (typeof summary !== 'string' || summary.trim() === '') wrong.summary = 'You must specify a summary of the issue.';
    else if (/[\r\n]/.test(summary)) wrong.summary = 'The summary is invalid because it contains newline characters.';
    else if (summary.length > 255) wrong.summary = 'Summary must be less than 255 characters.';
    else change.summary = summary;
  }
  if (fields.description !== undefined) {
    if (fields.description !== null && !isAdf(fields.description))
      wrong.description = 'Operation value must be an Atlassian Document (see the Atlassian Document Format)';
    else change.description = fields.description;
  }
  if (fields.priority !== undefined && fields.priority !== null) {
    const name = (fields.priority as Named).name;
    if (!PRIORITY_NAMES.some((p) => p === name)) wrong.priority = `Specify the Priority (name) in the string format; one of ${PRIORITY_NAMES.join(', ')}.`;
    else change.priority = name;
  }
  if (fields.assignee !== undefined) {
    const asked = fields.assignee as Named | null;
    const id = asked?.accountId ?? asked?.id ?? null;
    if (id !== null && !board.user(id)) wrong.assignee = `User '${id}' does not exist.`;
    else change.assigneeId = id;
  }
  if (fields.resolution !== undefined) {
    const name = (fields.resolution as Named | null)?.name ?? null;
    if (name !== null && !RESOLUTIONS.some((r) => r === name)) wrong.resolution = `Could not find valid 'id' or 'name' in resolution object.`;
    else change.resolution = name;
  }
  if (fields.labels !== undefined) change.addLabels = labels(Array.isArray(fields.labels) ? fields.labels : [], wrong);
  return change;
}

function labels(asked: readonly unknown[], wrong: Record<string, string>): string[] {
  const given = asked.map(String);
  const spaced = given.find((l) => /\s/.test(l));
  if (spaced !== undefined) wrong.labels = `The label '${spaced}' contains spaces which is invalid.`;
  return given;
}

/** Is it an ADF document? Checks the frame, as far as Jira's own message goes. */
export function isAdf(value: unknown): value is AdfDocument {
  const doc = value as Partial<AdfDocument> | null;
  return typeof doc === 'object' && doc !== null && doc.type === 'doc' && doc.version === 1 && Array.isArray(doc.content);
}

/** The status that a transition leads to. Throws `Refused`. */
export function readTransition(body: UpdateBody): string {
  const status = STATUS_DEFS.find((s) => s.transition === String(body.transition?.id));
  if (!status) throw new Refused({}, ['It seems that you have tried to perform a workflow operation that is not valid for the current state of this issue.']);
  return status.name;
}
