/** What the helpdesk stand-in keeps. Ids are numbers, as Zendesk's are; times are milliseconds. */
import { ERROR_KINDS, INQUIRIES } from '../../domain/facts.js';
import { US } from '../ledger.js';

export type Status = 'new' | 'open' | 'pending' | 'hold' | 'solved' | 'closed';
export type TicketPriority = 'low' | 'normal' | 'high' | 'urgent';
export const STATUSES: readonly Status[] = ['new', 'open', 'pending', 'hold', 'solved', 'closed'];
export const PRIORITIES: readonly TicketPriority[] = ['low', 'normal', 'high', 'urgent'];

export interface User {
  id: number;
  name: string;
  email: string | null;
  role: 'admin' | 'agent' | 'end-user';
  /** The groups an agent works in. */
  groupIds: number[];
}
export interface Comment {
  id: number;
  authorId: number;
  public: boolean;
  body: string;
  /** The names of its files. */
  attachments?: string[];
  at: number;
  /** Set on the comments that a merge leaves, as Zendesk's `via.source`. */
  merge?: { from: number[] } | { to: number };
}
export interface AuditEvent {
  id: number;
  type: 'Create' | 'Change' | 'Comment';
  field_name?: string;
  value?: string | number | null;
  previous_value?: string | number | null;
  body?: string;
  public?: boolean;
}
export interface Audit {
  id: number;
  authorId: number;
  at: number;
  events: AuditEvent[];
}
export interface TicketRecord {
  id: number;
  subject: string;
  description: string;
  status: Status;
  priority: TicketPriority | null;
  groupId: number | null;
  assigneeId: number | null;
  requesterId: number;
  submitterId: number;
  /** By field id. */
  fields: Record<number, string | null>;
  tags: string[];
  comments: Comment[];
  audits: Audit[];
  createdAt: number;
  updatedAt: number;
  deleted: boolean;
  mergedInto: number | null;
}
export interface HelpdeskState {
  nextTicket: number;
  nextId: number;
  tickets: Record<number, TicketRecord>;
  users: Record<number, User>;
}

/** A ticket field as an admin would have set it up. */
export interface Field {
  id: number;
  /** Its name in our configuration, e.g. `inquiry`, `errorText`. */
  key: string;
  title: string;
  type: 'tagger' | 'text' | 'textarea';
  options: readonly string[];
}
export interface Group {
  id: number;
  name: string;
}

const OPTIONS: Record<string, readonly string[]> = { inquiry: INQUIRIES, errorKind: ERROR_KINDS };

/** @param titles the fields' names, by their key in our configuration */
export const makeFields = (titles: Record<string, string>): Field[] =>
  Object.entries(titles).map(([key, title], i) => ({
    id: 360_001 + i,
    key,
    title,
    type: OPTIONS[key] ? 'tagger' : key === 'memberId' || key === 'employerGroup' ? 'text' : 'textarea',
    options: OPTIONS[key] ?? [],
  }));

export const makeGroups = (names: readonly string[]): Group[] => names.map((name, i) => ({ id: 20_001 + i, name }));

/** Our integration user, and one agent for each group. */
export function makeStaff(groups: readonly Group[]): User[] {
  const us: User = {
    id: 9001,
    name: US,
    email: 'onetouch@company.invalid',
    role: 'admin',
    groupIds: groups.map((g) => g.id),
  };
  const agents = groups.map(
    (g, i): User => ({
      id: 9101 + i,
      name: `${g.name} agent`,
      email: `agent-${i + 1}@company.invalid`,
      role: 'agent',
      groupIds: [g.id],
    }),
  );
  return [us, ...agents];
}

export const emptyHelpdesk = (staff: readonly User[]): HelpdeskState => ({
  nextTicket: 5001,
  nextId: 700_001,
  tickets: {},
  users: Object.fromEntries(staff.map((u) => [u.id, u])),
});
