/** The helpdesk at work: every change to a ticket, whoever makes it, goes through here. */
import { randomUUID } from 'node:crypto';
import { US, type Clock, type Store } from '../ledger.js';
import { helpdeskRetries, signHelpdesk, type Courier, type RetryRule } from '../webhooks.js';
import type { AuditEvent, Comment, Field, Group, HelpdeskState, Status, TicketPriority, TicketRecord, User } from './state.js';
import { eventDetail, seconds } from './wire.js';

type Said = Pick<Comment, 'body' | 'public' | 'attachments'>;
export interface Change {
  comment?: Said;
  groupId?: number | null;
  assigneeId?: number | null;
  priority?: TicketPriority | null;
  status?: Status;
  subject?: string;
  tags?: string[];
  /** By field id; null empties it. */
  fields?: Record<number, string | null>;
}
export interface Opening extends Change {
  subject: string;
  requesterId: number;
  comment: Said;
}
export interface DeskOptions {
  store: Store<HelpdeskState>;
  now: Clock;
  groups: readonly Group[];
  fields: readonly Field[];
  courier: Courier;
  webhookSecret: string;
  retries?: RetryRule;
}

export class Desk {
  constructor(readonly o: DeskOptions) {}

  get state(): HelpdeskState {
    return this.o.store.state;
  }
  get now(): Clock {
    return this.o.now;
  }
  group(id: number | null): Group | undefined {
    return this.o.groups.find((g) => g.id === id);
  }
  user(id: number): User {
    return this.state.users[id]!;
  }
  /** A ticket that is there; a deleted one is not, as in Zendesk. */
  find(id: number): TicketRecord | undefined {
    const ticket = this.state.tickets[id];
    return ticket && !ticket.deleted ? ticket : undefined;
  }

  /** The requester with this address (or this name, where there is no address), made if need be. */
  requester(name: string, email: string | null): User {
    const known = Object.values(this.state.users).find(
      (u) => u.role === 'end-user' && (email ? u.email?.toLowerCase() === email.toLowerCase() : !u.email && u.name === name),
    );
    if (known) return known;
    const user: User = { id: this.state.nextId++, name, email, role: 'end-user', groupIds: [] };
    this.state.users[user.id] = user;
    this.o.store.changed();
    return user;
  }

  open(at: number, by: User, opening: Opening): TicketRecord {
    const { comment } = opening;
    const ticket: TicketRecord = {
      id: this.state.nextTicket++,
      subject: opening.subject,
      description: comment.body,
      status: opening.status ?? 'new',
      priority: opening.priority ?? null,
      groupId: opening.groupId ?? null,
      assigneeId: opening.assigneeId ?? null,
      requesterId: opening.requesterId,
      submitterId: by.id,
      fields: { ...opening.fields },
      tags: opening.tags ?? [],
      comments: [],
      audits: [],
      createdAt: at,
      updatedAt: at,
      deleted: false,
      mergedInto: null,
    };
    this.state.tickets[ticket.id] = ticket;
    // The description was written by the requester, whoever typed it in.
    const first = this.say(ticket, at, ticket.requesterId, comment);
    this.audit(ticket, at, by, [
      { id: this.state.nextId++, type: 'Create', field_name: 'subject', value: ticket.subject },
      { id: first.id, type: 'Comment', body: first.body, public: first.public },
    ]);
    this.o.store.record(at, by.name, 'ticket', String(ticket.id), ticket.subject);
    this.fire(ticket, at, by, [['created', {}]]);
    return ticket;
  }

  /** Applies one update as Zendesk would, with what follows from it by itself. */
  change(ticket: TicketRecord, at: number, by: User, change: Change): void {
    const events: [type: string, event: object][] = [];
    const audit: AuditEvent[] = [];
    const { store } = this.o;
    const on = String(ticket.id);
    const noted = (field: string, previous: string | number | null, value: string | number | null) =>
      audit.push({ id: this.state.nextId++, type: 'Change', field_name: field, value, previous_value: previous });
    const wanted = this.follow(ticket, by, change);

    if (wanted.comment) {
      const comment = this.say(ticket, at, by.id, wanted.comment);
      audit.push({ id: comment.id, type: 'Comment', body: comment.body, public: comment.public });
      store.record(at, by.name, comment.public ? 'reply' : 'note', on, comment.body);
      const requester = this.user(ticket.requesterId);
      // What staff say in public, the helpdesk mails to the requester.
      if (comment.public && by.role !== 'end-user' && requester.email)
        store.record(at, by.name, 'mail', requester.email, `[#${ticket.id}] ${comment.body}`);
      events.push([
        'comment_added',
        {
          comment: {
            id: String(comment.id),
            body: comment.body,
            is_public: comment.public,
            author: { id: String(by.id), is_staff: by.role !== 'end-user', name: by.name },
          },
        },
      ]);
    }
    if (wanted.groupId !== undefined && wanted.groupId !== ticket.groupId) {
      noted('group_id', ticket.groupId, wanted.groupId);
      events.push(['group_assignment_changed', { current: text(wanted.groupId), previous: text(ticket.groupId) }]);
      ticket.groupId = wanted.groupId;
      store.record(at, by.name, 'group', on, this.group(ticket.groupId)?.name ?? '');
    }
    if (wanted.assigneeId !== undefined && wanted.assigneeId !== ticket.assigneeId) {
      noted('assignee_id', ticket.assigneeId, wanted.assigneeId);
      ticket.assigneeId = wanted.assigneeId;
      // Zendesk clears the assignee by itself when the group changes: an effect only where it names someone.
      if (ticket.assigneeId !== null) store.record(at, by.name, 'assignee', on, this.user(ticket.assigneeId).name);
    }
    if (wanted.priority !== undefined && wanted.priority !== ticket.priority) {
      noted('priority', ticket.priority, wanted.priority);
      ticket.priority = wanted.priority;
      store.record(at, by.name, 'priority', on, ticket.priority ?? '');
    }
    if (wanted.subject !== undefined && wanted.subject !== ticket.subject) {
      noted('subject', ticket.subject, wanted.subject);
      ticket.subject = wanted.subject;
      store.record(at, by.name, 'subject', on, ticket.subject);
    }
    if (wanted.tags && wanted.tags.join() !== ticket.tags.join()) {
      ticket.tags = wanted.tags;
      store.record(at, by.name, 'tags', on, ticket.tags.join(' '));
    }
    if (wanted.status !== undefined && wanted.status !== ticket.status) {
      noted('status', ticket.status, wanted.status);
      events.push(['status_changed', { current: wanted.status.toUpperCase(), previous: ticket.status.toUpperCase() }]);
      ticket.status = wanted.status;
      store.record(at, by.name, 'status', on, ticket.status);
    }
    for (const field of this.o.fields) {
      const value = wanted.fields?.[field.id];
      const previous = ticket.fields[field.id] ?? null;
      if (value === undefined || value === previous) continue;
      noted(String(field.id), previous, value);
      events.push([
        'custom_field_changed',
        { custom_field: { id: String(field.id), title: field.title, type: field.type }, current: value, previous },
      ]);
      ticket.fields[field.id] = value;
      store.record(at, by.name, 'field', on, `${field.title}: ${value ?? ''}`);
    }
    if (audit.length === 0) return store.changed();
    ticket.updatedAt = at;
    this.audit(ticket, at, by, audit);
    this.fire(ticket, at, by, events);
  }

  /** Closes `losers` in favour of `target`, as Zendesk's merge does. */
  merge(target: TicketRecord, losers: readonly TicketRecord[], at: number, by: User, words: { source?: string; target?: string } = {}): void {
    const ids = losers.map((t) => t.id);
    for (const loser of losers) {
      const body = words.source ?? `This request was closed and merged into request #${target.id} "${target.subject}".`;
      const previous = loser.status;
      const comment = this.say(loser, at, by.id, { body, public: false }, { to: target.id });
      Object.assign(loser, { status: 'closed', tags: [...loser.tags, 'closed_by_merge'], mergedInto: target.id, updatedAt: at });
      this.audit(loser, at, by, [{ id: comment.id, type: 'Comment', body, public: false }]);
      this.o.store.record(at, by.name, 'merge', String(loser.id), `into #${target.id}`);
      this.fire(loser, at, by, [
        ['merged', { target_ticket_id: String(target.id) }],
        ['status_changed', { current: 'CLOSED', previous: previous.toUpperCase() }],
      ]);
    }
    const body = words.target ?? `Requests ${ids.map((id) => `#${id}`).join(', ')} were closed and merged into this request.`;
    const comment = this.say(target, at, by.id, { body, public: false }, { from: ids });
    target.updatedAt = at;
    this.audit(target, at, by, [{ id: comment.id, type: 'Comment', body, public: false }]);
    this.fire(target, at, by, [
      ['comment_added', { comment: { id: String(comment.id), body, is_public: false, author: { id: String(by.id), is_staff: true, name: by.name } } }],
    ]);
  }

  remove(ticket: TicketRecord, at: number, by: User): void {
    Object.assign(ticket, { deleted: true, updatedAt: at });
    this.o.store.record(at, by.name, 'delete', String(ticket.id));
    this.fire(ticket, at, by, [['soft_deleted', {}]]);
  }

  /** What Zendesk adds to a change by itself. */
  private follow(ticket: TicketRecord, by: User, change: Change): Change {
    const wanted = { ...change };
    const resting = ticket.status === 'pending' || ticket.status === 'hold' || ticket.status === 'solved';
    if (by.id === ticket.requesterId && wanted.comment && resting) wanted.status ??= 'open';
    const movedTo = wanted.groupId;
    if (movedTo !== undefined && movedTo !== ticket.groupId && wanted.assigneeId === undefined && ticket.assigneeId !== null) {
      const stays = movedTo !== null && this.user(ticket.assigneeId).groupIds.includes(movedTo);
      if (!stays) wanted.assigneeId = null;
    }
    const assignee = wanted.assigneeId === undefined ? ticket.assigneeId : wanted.assigneeId;
    if (wanted.status === 'solved' && assignee === null && by.role !== 'end-user') wanted.assigneeId = by.id;
    if (ticket.status === 'new' && wanted.assigneeId) wanted.status ??= 'open';
    return wanted;
  }

  private say(ticket: TicketRecord, at: number, authorId: number, { public: isPublic, body, attachments }: Said, merge?: Comment['merge']): Comment {
    const said: Comment = { id: this.state.nextId++, authorId, public: isPublic, body, at, ...(attachments && { attachments }), ...(merge && { merge }) };
    ticket.comments.push(said);
    return said;
  }

  private audit(ticket: TicketRecord, at: number, by: User, events: AuditEvent[]): void {
    ticket.audits.push({ id: this.state.nextId++, authorId: by.id, at, events });
    this.o.store.changed();
  }

  /** Zendesk sends an event for every change, our own included. */
  private fire(ticket: TicketRecord, at: number, by: User, events: readonly [type: string, event: object][]): void {
    const sequence = randomUUID();
    events.forEach(([type, event], i) => {
      const body = Buffer.from(
        JSON.stringify({
          account_id: 22_129_848,
          detail: eventDetail(ticket, by.id, this.o.fields),
          event: { meta: { sequence: { id: sequence, position: i + 1, total: events.length } }, ...event },
          id: randomUUID(),
          subject: `zen:ticket:${ticket.id}`,
          time: new Date(at).toISOString(),
          type: `zen:event-type:ticket.${type}`,
          zendesk_event_version: '2022-11-06',
        }),
      );
      const timestamp = seconds(at);
      this.o.courier.send(
        {
          path: '/webhooks/helpdesk',
          headers: {
            'content-type': 'application/json; charset=utf-8',
            'x-zendesk-account-id': '22129848',
            'x-zendesk-webhook-id': '01SANDBOX',
            'x-zendesk-webhook-invocation-id': randomUUID(),
            'x-zendesk-webhook-signature-timestamp': timestamp,
            'x-zendesk-webhook-signature': signHelpdesk(this.o.webhookSecret, timestamp, body),
          },
          body,
        },
        this.o.retries ?? helpdeskRetries(),
      );
    });
  }
}

const text = (n: number | null): string | null => (n === null ? null : String(n));

/** Who onetouch is in the helpdesk. */
export const isUs = (user: User): boolean => user.name === US;
