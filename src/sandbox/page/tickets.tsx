/** The helpdesk's part of the page: open a ticket, answer as the member, work as an agent. */
import type { FC } from 'hono/jsx';
import { ERROR_KINDS, INQUIRIES } from '../../domain/facts.js';
import type { Admin } from '../admin/stand-in.js';
import type { TicketView } from '../helpdesk/stand-in.js';
import { US } from '../ledger.js';
import { Act, Input, minute, Said, Select, Tag } from './parts.js';

export const NewTicketForm: FC<{ members: ReturnType<Admin['members']> }> = ({ members }) => (
  <details>
    <summary>
      <b>Open a ticket</b>
    </summary>
    <div class="body">
      <form method="post" action="/tickets">
        <div class="row">
          <Select name="inquiry" label="Inquiry" options={[['', '(empty)'], ...INQUIRIES]} />
          <Select name="errorKind" label="Error kind" options={[['', '(empty)'], ...ERROR_KINDS]} />
        </div>
        <div class="row">
          <Input name="pageOrFeature" label="Page or feature, of an error" />
          <Input name="errorText" label="Error text" />
        </div>
        <Input name="subject" label="Subject" required />
        <label>
          What the member writes
          <textarea name="description" required></textarea>
        </label>
        <div class="row">
          <Select name="memberId" label="Member" options={[['', '(somebody new, below)'], ...members.map((m): [string, string] => [m.member.id, m.member.name])]} />
          <Input name="name" label="Name, if new" />
          <Input name="email" label="E-mail, if new" type="email" />
        </div>
        <div class="row">
          <button class="main" type="submit">
            Open the ticket
          </button>
        </div>
      </form>
    </div>
  </details>
);

export const Ticket: FC<{ ticket: TicketView; open: boolean; groups: readonly string[] }> = ({ ticket: t, open, groups }) => (
  <details id={`ticket-${t.id}`} open={open}>
    <summary>
      <b>#{t.id}</b> {t.subject}
      <Tag on={t.status === 'solved'}>{t.status}</Tag>
      {t.fields.inquiry && <Tag>{t.fields.inquiry}</Tag>}
      {t.fields.errorKind && <Tag>{t.fields.errorKind}</Tag>}
      {t.group && <Tag>{t.group}</Tag>}
      {t.priority && <Tag>{t.priority}</Tag>}
    </summary>
    <div class="body">
      <dl>
        <dt>Requester</dt>
        <dd>
          {t.requester.name}
          {t.requester.email && ` <${t.requester.email}>`}
        </dd>
        <dt>Changed</dt>
        <dd>{minute(t.updatedAt)}</dd>
        {t.mergedInto && (
          <>
            <dt>Merged into</dt>
            <dd>#{t.mergedInto}</dd>
          </>
        )}
        {Object.entries(t.fields).map(
          ([key, value]) =>
            value && (
              <>
                <dt>{key}</dt>
                <dd>{value}</dd>
              </>
            ),
        )}
      </dl>
      {t.comments.map((c) => (
        <Said by={c.by} at={c.at} how={c.public ? 'in public' : 'internal note'} us={c.by === US} note={!c.public} text={c.body} />
      ))}
      {t.status === 'closed' || t.status === 'deleted' ? (
        <p class="empty">This ticket is {t.status}: nobody can change it any more.</p>
      ) : (
        <form method="post" action={`/tickets/${t.id}`}>
          <label>
            Text
            <textarea name="text"></textarea>
          </label>
          <div class="row">
            <Act act="member-replies" main>
              Reply as the member
            </Act>
            <Act act="note">Internal note</Act>
            <Act act="comment">Answer in public</Act>
            <Act act="solve">Solve</Act>
            <Act act="reopen">Reopen</Act>
          </div>
          <div class="row">
            <Select name="by" label="As the agent of" options={groups} value={t.group ?? groups[0]} />
            <Select name="group" label="Group" options={groups} value={t.group ?? undefined} />
            <Act act="group">Move to the group</Act>
          </div>
          <div class="row">
            <Select name="field" label="Field" options={Object.keys(t.fields)} />
            <Input name="value" label="Value (empty clears it)" />
            <Act act="field">Set the field</Act>
          </div>
          <div class="row">
            <Input name="other" label="Number of the surviving ticket" />
            <Act act="merge">Merge into it</Act>
            <Act act="delete">Delete</Act>
          </div>
        </form>
      )}
    </div>
  </details>
);
