/** The helpdesk stand-in: its server, and the hands of the agents and members who use it. */
import type { ErrorReport } from '../../domain/facts.js';
import { Faults } from '../faults.js';
import { openStore, US, type Clock, type Effect } from '../ledger.js';
import { serveApp } from '../serve.js';
import type { Courier, RetryRule } from '../webhooks.js';
import { helpdeskApp, type Tokens } from './app.js';
import { Desk, type Change } from './desk.js';
import { emptyHelpdesk, makeFields, makeGroups, makeStaff, type Status, type TicketPriority, type TicketRecord, type User } from './state.js';

export interface NewTicket {
  subject: string;
  description: string;
  inquiry?: string;
  errorKind?: string;
  /** `memberId` fills the ticket's field; without it the member is known by e-mail only. */
  member: { name: string; email: string | null; memberId?: string };
  employerGroup?: string;
  /** Fields of the error report; `whatHappened` is the description. */
  report?: ErrorReport;
  group?: string;
  tags?: string[];
  /** The names of the files that came with the description. */
  attachments?: string[];
}

/** A ticket as people see it. */
export interface TicketView {
  id: string;
  subject: string;
  description: string;
  status: Status | 'deleted';
  priority: TicketPriority | null;
  group: string | null;
  assignee: string | null;
  requester: { name: string; email: string | null };
  /** Values by their key in our configuration: inquiry, errorKind, memberId, employerGroup, errorText, ... */
  fields: Record<string, string | null>;
  tags: string[];
  mergedInto: string | null;
  /** Oldest first; the description is the first. `by` is `onetouch` for us. */
  comments: { id: string; by: string; public: boolean; body: string; attachments?: string[]; at: string }[];
  createdAt: string;
  updatedAt: string;
}

export interface HelpdeskOptions {
  dir?: string;
  port: number;
  now: Clock;
  courier: Courier;
  /** The groups' names. The first one is Tier 1. */
  groups: readonly string[];
  /** The ticket fields' names by their key in our configuration. */
  fields: Record<string, string>;
  clientId: string;
  clientSecret: string;
  webhookSecret: string;
  tokenSeconds?: number;
  exportLagMs?: number;
  retries?: RetryRule;
}

export type Helpdesk = Awaited<ReturnType<typeof startHelpdesk>>;

/** Starts the stand-in. Rejects with `PortTaken`, or when its kept file cannot be read. */
export async function startHelpdesk(o: HelpdeskOptions) {
  const groups = makeGroups(o.groups);
  const staff = makeStaff(groups);
  const store = await openStore('helpdesk', () => emptyHelpdesk(staff), o.dir);
  const fields = makeFields(o.fields);
  const desk = new Desk({ store, now: o.now, groups, fields, courier: o.courier, webhookSecret: o.webhookSecret, retries: o.retries });
  const faults = new Faults();
  const tokens: Tokens = new Map();
  const served = await serveApp(
    helpdeskApp(
      { desk, faults, clientId: o.clientId, clientSecret: o.clientSecret, tokenSeconds: o.tokenSeconds ?? 7200, exportLagMs: o.exportLagMs ?? 0 },
      tokens,
    ),
    'helpdesk',
    o.port,
  );

  const find = (id: string): TicketRecord => {
    const ticket = desk.find(Number(id));
    if (!ticket) throw new Error(`The sandbox's helpdesk has no ticket ${id}.`);
    return ticket;
  };
  /** An agent by name, by group, or us. */
  const staffMember = (name = `${o.groups[0]}`): User => {
    const user = staff.find((u) => u.name === name || u.name === `${name} agent`);
    if (!user) throw new Error(`The sandbox's helpdesk has no agent "${name}"; it has ${staff.map((u) => u.name).join(', ')}.`);
    return user;
  };
  const groupId = (name: string): number => {
    const group = groups.find((g) => g.name === name);
    if (!group) throw new Error(`The sandbox's helpdesk has no group "${name}"; it has ${o.groups.join(', ')}.`);
    return group.id;
  };
  const fieldId = (key: string): number => {
    const field = fields.find((f) => f.key === key);
    if (!field) throw new Error(`The sandbox's helpdesk has no field "${key}"; it has ${fields.map((f) => f.key).join(', ')}.`);
    return field.id;
  };
  const change = async (id: string, by: User | 'requester', wanted: Change) => {
    const at = await o.now();
    const ticket = find(id);
    if (ticket.status === 'closed') throw new Error(`Ticket ${id} is closed: nobody can change it any more.`);
    desk.change(ticket, at, by === 'requester' ? desk.user(ticket.requesterId) : by, wanted);
  };
  const view = (t: TicketRecord): TicketView => ({
    id: String(t.id),
    subject: t.subject,
    description: t.description,
    status: t.deleted ? 'deleted' : t.status,
    priority: t.priority,
    group: desk.group(t.groupId)?.name ?? null,
    assignee: t.assigneeId === null ? null : desk.user(t.assigneeId).name,
    requester: { name: desk.user(t.requesterId).name, email: desk.user(t.requesterId).email },
    fields: Object.fromEntries(fields.map((f) => [f.key, t.fields[f.id] ?? null])),
    tags: [...t.tags],
    mergedInto: t.mergedInto === null ? null : String(t.mergedInto),
    comments: t.comments.map((c) => ({
      id: String(c.id),
      by: desk.user(c.authorId).name,
      public: c.public,
      body: c.body,
      ...(c.attachments && { attachments: c.attachments }),
      at: new Date(c.at).toISOString(),
    })),
    createdAt: new Date(t.createdAt).toISOString(),
    updatedAt: new Date(t.updatedAt).toISOString(),
  });

  return {
    url: served.url,
    faults,
    groups: o.groups,
    /** Everything the helpdesk was asked to do; `by` is `onetouch` for us. */
    get ledger(): readonly Effect[] {
      return store.ledger;
    },

    /** A member writes in. Resolves to the ticket's id. */
    async openTicket(t: NewTicket): Promise<string> {
      const given: Record<string, string | undefined> = {
        inquiry: t.inquiry,
        errorKind: t.errorKind,
        memberId: t.member.memberId,
        employerGroup: t.employerGroup,
        ...t.report,
        whatHappened: undefined,
      };
      const values = Object.entries(given).flatMap(([key, value]) => (value ? [[fieldId(key), value] as const] : []));
      const group = t.group === undefined ? null : groupId(t.group);
      const at = await o.now();
      const requester = desk.requester(t.member.name, t.member.email);
      const ticket = desk.open(at, requester, {
        subject: t.subject,
        requesterId: requester.id,
        comment: { body: t.description, public: true, ...(t.attachments && { attachments: t.attachments }) },
        ...(t.tags && { tags: t.tags }),
        groupId: group,
        fields: Object.fromEntries(values),
      });
      return String(ticket.id);
    },
    /** An agent fills in a field, by its key: inquiry, errorKind, memberId, employerGroup, errorText, ... */
    setField: (id: string, key: string, value: string | null, by?: string) =>
      change(id, staffMember(by), { fields: { [fieldId(key)]: value } }),
    /** The member answers; a waiting or solved ticket is open again. */
    memberReplies: (id: string, body: string) => change(id, 'requester', { comment: { body, public: true } }),
    agentNotes: (id: string, body: string, by?: string) => change(id, staffMember(by), { comment: { body, public: false } }),
    /** A public reply. */
    agentComments: (id: string, body: string, by?: string) => change(id, staffMember(by), { comment: { body, public: true } }),
    assignGroup: (id: string, group: string, by?: string) => change(id, staffMember(by), { groupId: groupId(group) }),
    /** An agent takes the ticket. */
    take: (id: string, by?: string) => change(id, staffMember(by), { assigneeId: staffMember(by).id }),
    setStatus: (id: string, status: Status, by?: string) => change(id, staffMember(by), { status }),
    solve: (id: string, by?: string) => change(id, staffMember(by), { status: 'solved' }),
    reopen: (id: string, by?: string) => change(id, staffMember(by), { status: 'open' }),
    /** The first ticket is closed in favour of the second. */
    async merge(loser: string, target: string, by?: string): Promise<void> {
      const at = await o.now();
      desk.merge(find(target), [find(loser)], at, staffMember(by));
    },
    async delete(id: string, by?: string): Promise<void> {
      const at = await o.now();
      desk.remove(find(id), at, staffMember(by));
    },
    /** A ticket, deleted ones included. Throws when there never was one. */
    ticket(id: string): TicketView {
      const ticket = desk.state.tickets[Number(id)];
      if (!ticket) throw new Error(`The sandbox's helpdesk has no ticket ${id}.`);
      return view(ticket);
    },
    /** Newest first. */
    tickets: (): TicketView[] => Object.values(desk.state.tickets).map(view).reverse(),
    /** Internal notes that we wrote on the ticket. */
    notesByUs: (id: string): string[] =>
      view(find(id)).comments.flatMap((c) => (c.by === US && !c.public ? [c.body] : [])),
    /** Public replies that we wrote on the ticket. */
    repliesByUs: (id: string): string[] =>
      view(find(id)).comments.flatMap((c) => (c.by === US && c.public ? [c.body] : [])),
    /** Every access token given out so far is refused from now on. */
    revokeTokens: () => tokens.clear(),
    flush: store.flush,
    async close(): Promise<void> {
      faults.clear();
      await served.close();
      await store.flush();
    },
  };
}
