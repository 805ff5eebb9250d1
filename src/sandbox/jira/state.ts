/** What the Jira stand-in keeps. Times are milliseconds. */
import type { AdfDocument, AdfNode } from '../../domain/ticket.js';
import { US } from '../ledger.js';

export interface JiraUser {
  accountId: string;
  displayName: string;
  emailAddress: string;
}
export interface Project {
  id: string;
  key: string;
  name: string;
  issueTypes: readonly string[];
  /** Gets an issue for which the request names no assignee, as a project's lead does. */
  leadId: string;
}
export interface JiraComment {
  id: string;
  authorId: string;
  body: AdfDocument;
  at: number;
}
export interface RemoteLink {
  id: number;
  globalId: string | null;
  relationship?: string;
  object: { url: string; title: string };
}
/** A link as one of its two issues has it: `outward` is "this issue <verb> that one". */
export interface IssueLink {
  id: string;
  type: string;
  direction: 'inward' | 'outward';
  key: string;
}
export interface IssueRecord {
  id: string;
  key: string;
  /** Of before it was moved to another project. */
  formerKeys?: string[];
  project: string;
  issueType: string;
  summary: string;
  description: AdfDocument | null;
  /** Each label with when it was added, since the search index lags. */
  labels: Record<string, number>;
  priority: string;
  assigneeId: string | null;
  reporterId: string;
  status: string;
  resolution: string | null;
  resolvedAt: number | null;
  links: IssueLink[];
  remoteLinks: RemoteLink[];
  comments: JiraComment[];
  createdAt: number;
  updatedAt: number;
  /** When it changed, oldest first, the last few: what a lagging index has seen. */
  touches: number[];
}
export interface JiraState {
  nextId: number;
  /** The last issue number by project. */
  numbers: Record<string, number>;
  issues: Record<string, IssueRecord>;
}

export const emptyJira = (): JiraState => ({ nextId: 10_001, numbers: {}, issues: {} });

export interface StatusDef {
  id: string;
  name: string;
  category: 'new' | 'indeterminate' | 'done';
  /** The transition that leads to it, from anywhere. */
  transition: string;
}
export const STATUS_DEFS: readonly StatusDef[] = [
  { id: '10000', name: 'To Do', category: 'new', transition: '11' },
  { id: '10001', name: 'In Progress', category: 'indeterminate', transition: '21' },
  { id: '10002', name: 'Done', category: 'done', transition: '31' },
];
export const CATEGORY_NAMES = { new: [2, 'To Do'], indeterminate: [4, 'In Progress'], done: [3, 'Done'] } as const;

export const RESOLUTIONS = ['Done', 'Fixed', "Won't Do", 'Duplicate', 'Cannot Reproduce'] as const;
export const PRIORITY_NAMES = ['Highest', 'High', 'Medium', 'Low', 'Lowest'] as const;
export const LINK_TYPES = [
  { id: '10000', name: 'Blocks', inward: 'is blocked by', outward: 'blocks' },
  { id: '10002', name: 'Duplicate', inward: 'is duplicated by', outward: 'duplicates' },
  { id: '10003', name: 'Relates', inward: 'relates to', outward: 'relates to' },
] as const;

/** Our account, and one engineer for each project. */
export const makeJiraUsers = (email: string, projects: readonly string[]): JiraUser[] => [
  { accountId: '557058:onetouch', displayName: US, emailAddress: email },
  ...projects.map((p) => ({
    accountId: `557058:${p.toLowerCase()}-engineer`,
    displayName: `${p} engineer`,
    emailAddress: `${p.toLowerCase()}@company.invalid`,
  })),
];

/** A paragraph of plain text. */
export const paragraph = (text: string): AdfDocument => ({
  version: 1,
  type: 'doc',
  content: [{ type: 'paragraph', content: [{ type: 'text', text }] }],
});

/** An ADF document's words, a line for each block. A document is never changed, but replaced; it is read once. */
export function adfText(document: AdfDocument | null): string {
  if (!document) return '';
  const text = read.get(document) ?? wordsOf(document);
  read.set(document, text);
  return text;
}
const read = new WeakMap<AdfDocument, string>();

function wordsOf(node: AdfDocument | AdfNode): string {
  if ('text' in node && node.text) return node.text;
  if (node.type === 'hardBreak') return '\n';
  const inside = (node.content ?? []).map(wordsOf);
  const block = ['doc', 'bulletList', 'orderedList', 'table', 'tableRow', 'panel', 'blockquote'].includes(node.type);
  return inside.join(block ? '\n' : '');
}
