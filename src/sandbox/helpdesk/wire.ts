/** The helpdesk's records as its API writes them. Empty values are null and times have seconds, as in Zendesk. */
import type { Audit, Comment, Field, Group, HelpdeskState, TicketRecord, User } from './state.js';

/** ISO 8601 in whole seconds. */
export const seconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export const ticketJson = (t: TicketRecord, fields: readonly Field[], base: string) => ({
  url: `${base}/api/v2/tickets/${t.id}.json`,
  id: t.id,
  external_id: null,
  via: { channel: 'web', source: { from: {}, to: {}, rel: null } },
  created_at: seconds(t.createdAt),
  updated_at: seconds(t.updatedAt),
  generated_timestamp: Math.floor(t.updatedAt / 1000),
  type: null,
  subject: t.subject,
  raw_subject: t.subject,
  description: t.description,
  priority: t.priority,
  status: t.deleted ? 'deleted' : t.status,
  recipient: null,
  requester_id: t.requesterId,
  submitter_id: t.submitterId,
  assignee_id: t.assigneeId,
  organization_id: null,
  group_id: t.groupId,
  collaborator_ids: [],
  follower_ids: [],
  email_cc_ids: [],
  problem_id: null,
  has_incidents: false,
  is_public: t.comments.some((c) => c.public),
  due_at: null,
  tags: [...t.tags, ...taggerTags(t, fields)],
  custom_fields: fields.map((f) => ({ id: f.id, value: t.fields[f.id] ?? null })),
  allow_channelback: false,
  allow_attachments: true,
});

/** A drop-down's value is a tag too. */
const taggerTags = (t: TicketRecord, fields: readonly Field[]): string[] =>
  fields.flatMap((f) => (f.type === 'tagger' && t.fields[f.id] ? [t.fields[f.id]!] : []));

const html = (s: string): string =>
  s.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\n/g, '<br>');

export const commentJson = (c: Comment, base: string) => ({
  id: c.id,
  type: 'Comment',
  author_id: c.authorId,
  body: c.body,
  html_body: `<div class="zd-comment"><p>${html(c.body)}</p></div>`,
  plain_body: c.body,
  public: c.public,
  attachments: (c.attachments ?? []).map((name, i) => ({ id: c.id * 100 + i, file_name: name, content_type: 'image/png', content_url: `${base}/attachments/token/${c.id}/?name=${encodeURIComponent(name)}`, size: 1_024, inline: false, deleted: false, thumbnails: [] })),
  audit_id: c.id,
  via: c.merge
    ? {
        channel: 'web',
        source: {
          from: 'from' in c.merge ? { ticket_ids: c.merge.from } : {},
          to: 'to' in c.merge ? { ticket_id: c.merge.to } : {},
          rel: 'merge',
        },
      }
    : { channel: 'web', source: { from: {}, to: {}, rel: null } },
  created_at: seconds(c.at),
  metadata: { system: {}, custom: {} },
});

export const auditJson = (a: Audit, ticketId: number) => ({
  id: a.id,
  ticket_id: ticketId,
  created_at: seconds(a.at),
  author_id: a.authorId,
  metadata: { system: {}, custom: {} },
  events: a.events,
  via: { channel: 'web', source: { from: {}, to: {}, rel: null } },
});

export const userJson = (u: User, base: string) => ({
  id: u.id,
  url: `${base}/api/v2/users/${u.id}.json`,
  name: u.name,
  email: u.email,
  created_at: '2024-01-01T00:00:00Z',
  updated_at: '2024-01-01T00:00:00Z',
  time_zone: 'UTC',
  iana_time_zone: 'Etc/UTC',
  locale: 'en-US',
  organization_id: null,
  role: u.role,
  verified: true,
  active: true,
  suspended: false,
});

export const groupJson = (g: Group, base: string) => ({
  url: `${base}/api/v2/groups/${g.id}.json`,
  id: g.id,
  name: g.name,
  description: '',
  is_public: true,
  default: false,
  deleted: false,
  created_at: '2024-01-01T00:00:00Z',
  updated_at: '2024-01-01T00:00:00Z',
});

const SYSTEM_FIELDS = [
  ['subject', 'Subject'],
  ['description', 'Description'],
  ['status', 'Status'],
  ['priority', 'Priority'],
  ['group', 'Group'],
  ['assignee', 'Assignee'],
] as const;

/** Zendesk's own fields first, then those of the company. */
export function fieldsJson(fields: readonly Field[], base: string) {
  const one = (id: number, type: string, title: string, position: number, removable: boolean) => ({
    url: `${base}/api/v2/ticket_fields/${id}.json`,
    id,
    type,
    title,
    raw_title: title,
    description: title,
    raw_description: title,
    position,
    active: true,
    required: false,
    collapsed_for_agents: false,
    regexp_for_validation: null,
    title_in_portal: title,
    raw_title_in_portal: title,
    visible_in_portal: false,
    editable_in_portal: false,
    required_in_portal: false,
    tag: null,
    created_at: '2024-01-01T00:00:00Z',
    updated_at: '2024-01-01T00:00:00Z',
    removable,
  });
  return [
    ...SYSTEM_FIELDS.map(([type, title], i) => one(350_001 + i, type, title, i, false)),
    ...fields.map((f, i) => ({
      ...one(f.id, f.type, f.title, SYSTEM_FIELDS.length + i, true),
      ...(f.type === 'tagger' && {
        custom_field_options: f.options.map((value, n) => ({
          id: f.id * 100 + n,
          name: value,
          raw_name: value,
          value,
          default: false,
        })),
      }),
    })),
  ];
}

/** The `detail` of an event, where ids are strings and enums are upper case. */
export function eventDetail(t: TicketRecord, actorId: number, fields: readonly Field[]) {
  const id = (n: number | null) => (n === null ? null : String(n));
  return {
    actor_id: String(actorId),
    assignee_id: id(t.assigneeId),
    brand_id: '1',
    created_at: seconds(t.createdAt),
    custom_status: '1',
    description: t.description,
    external_id: null,
    form_id: '1',
    group_id: id(t.groupId),
    id: String(t.id),
    is_public: t.comments.some((c) => c.public),
    organization_id: null,
    priority: t.priority?.toUpperCase() ?? null,
    requester_id: String(t.requesterId),
    status: t.deleted ? 'DELETED' : t.status.toUpperCase(),
    subject: t.subject,
    submitter_id: String(t.submitterId),
    tags: [...t.tags, ...taggerTags(t, fields)],
    type: null,
    updated_at: seconds(t.updatedAt),
    via: { channel: 'web_service' },
  };
}

/** The people a page of tickets or comments mentions. */
export const sideloadUsers = (ids: readonly (number | null)[], state: HelpdeskState, base: string) =>
  [...new Set(ids)].flatMap((id) => (id !== null && state.users[id] ? [userJson(state.users[id], base)] : []));
