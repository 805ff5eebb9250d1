/** The sandbox company's one page: who said what to whom, and the hands to play every part. Forms only, no script. */
import { Hono } from 'hono';
import { csrf } from 'hono/csrf';
import { html } from 'hono/html';
import { secureHeaders } from 'hono/secure-headers';
import type { Admin } from './admin/stand-in.js';
import type { Helpdesk } from './helpdesk/stand-in.js';
import type { Jira, Resolution } from './jira/stand-in.js';
import type { Clock } from './ledger.js';
import type { Mail } from './mail.js';
import { GroupSheet } from './page/groups.js';
import { Issue } from './page/issues.js';
import { MemberSheet, NewMemberForm, readFacts } from './page/members.js';
import { minute, Tag } from './page/parts.js';
import { STYLE } from './page/style.js';
import { NewTicketForm, Ticket } from './page/tickets.js';
import { serveApp, type Served } from './serve.js';

export interface PageOptions {
  helpdesk: Helpdesk;
  jira: Jira;
  admin: Admin;
  mail: Mail;
  now: Clock;
  temporalUi?: string;
}
export type Page = Served;

/** Serves the page. Rejects with `PortTaken`. */
export const startPage = (o: PageOptions, port: number): Promise<Page> => serveApp(pageApp(o), 'page', port);

type Form = Record<string, string>;

function pageApp(o: PageOptions): Hono {
  const app = new Hono();
  /** What went wrong with the last form; shown once. */
  let notice: string | null = null;

  app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'self'"], imgSrc: ['data:'], formAction: ["'self'"] } }));
  app.use(csrf());

  app.get('/style.css', (c) => c.body(STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }));
  app.get('/kb/:article', (c) => c.text(`In the sandbox this stands for the article "${c.req.param('article')}".`));
  app.get('/', async (c) => {
    const said = notice;
    notice = null;
    const now = await o.now();
    return c.html(html`<!doctype html>${(<Whole o={o} now={now} shown={c.req.query()} notice={said} />)}`);
  });

  /** Does what a form asks and goes back to the part of the page it came from. */
  const form = (path: string, work: (form: Form, id: string) => Promise<string>) =>
    app.post(path, async (c) => {
      const given = Object.fromEntries(Object.entries(await c.req.parseBody()).map(([k, v]) => [k, String(v)]));
      let back = '';
      try {
        back = await work(given, c.req.param('id') ?? '');
      } catch (e) {
        notice = e instanceof Error ? e.message : String(e);
      }
      return c.redirect(`/${back}`, 303);
    });
  const shown = (kind: 'ticket' | 'issue' | 'member' | 'group', id: string) => `?${kind}=${encodeURIComponent(id)}#${kind}-${encodeURIComponent(id)}`;

  form('/tickets', async (f) => {
    const member = f.memberId ? o.admin.member(f.memberId).member : { name: f.name?.trim() || 'A member', email: f.email?.trim() || null };
    const id = await o.helpdesk.openTicket({
      subject: needed(f, 'subject', 'a subject'),
      description: needed(f, 'description', 'what the member writes'),
      inquiry: f.inquiry || undefined,
      errorKind: f.errorKind || undefined,
      member: { name: member.name, email: member.email, memberId: f.memberId || undefined },
      employerGroup: ('employerGroup' in member && member.employerGroup) || undefined,
      report: { ...(f.pageOrFeature && { pageOrFeature: f.pageOrFeature }), ...(f.errorText && { errorText: f.errorText }) },
    });
    return shown('ticket', id);
  });
  form('/tickets/:id', async (f, id) => {
    await actOnTicket(o.helpdesk, f, id);
    return shown('ticket', id);
  });
  form('/issues/:id', async (f, key) => {
    await actOnIssue(o.jira, f, key);
    return shown('issue', key);
  });
  form('/members', async (f) => {
    const id = needed(f, 'id', "the member's ID");
    await o.admin.setMember(id, { name: needed(f, 'name', "the member's name"), email: f.email?.trim() || null, employerGroup: f.employerGroup?.trim() || null });
    return shown('member', id);
  });
  form('/members/:id', async (f, id) => {
    const now = await o.now();
    await o.admin.setMember(id, readFacts(f, o.admin.member(id), now));
    return shown('member', id);
  });
  form('/groups/:id', async (f, id) => {
    await actOnGroup(o.admin, f, id);
    return shown('group', id);
  });
  form('/mail/clear', async () => {
    o.mail.clear();
    return '#mail';
  });
  return app;
}

function needed(form: Form, name: string, what: string): string {
  const value = form[name]?.trim();
  if (!value) throw new Error(`The form needs ${what}.`);
  return value;
}

async function actOnTicket(helpdesk: Helpdesk, f: Form, id: string): Promise<void> {
  const text = () => needed(f, 'text', 'a text');
  switch (f.act) {
    case 'member-replies':
      return helpdesk.memberReplies(id, text());
    case 'note':
      return helpdesk.agentNotes(id, text(), f.by);
    case 'comment':
      return helpdesk.agentComments(id, text(), f.by);
    case 'solve':
      return helpdesk.solve(id, f.by);
    case 'reopen':
      return helpdesk.reopen(id, f.by);
    case 'group':
      return helpdesk.assignGroup(id, needed(f, 'group', 'a group'), f.by);
    case 'field':
      return helpdesk.setField(id, needed(f, 'field', 'a field'), f.value?.trim() || null, f.by);
    case 'merge':
      return helpdesk.merge(id, needed(f, 'other', 'the number of the surviving ticket').replace('#', ''), f.by);
    case 'delete':
      return helpdesk.delete(id, f.by);
    default:
      throw new Error('The form did not say what to do: use one of its buttons.');
  }
}

async function actOnIssue(jira: Jira, f: Form, key: string): Promise<void> {
  switch (f.act) {
    case 'resolve':
      return jira.resolve(key, needed(f, 'resolution', 'a resolution') as Resolution, { duplicateOf: f.duplicateOf?.trim() || undefined });
    case 'comment':
      return jira.comment(key, needed(f, 'text', 'a text'));
    case 'start':
      return jira.transition(key, 'In Progress');
    case 'reopen':
      return jira.reopen(key);
    default:
      throw new Error('The form did not say what to do: use one of its buttons.');
  }
}

async function actOnGroup(admin: Admin, f: Form, id: string): Promise<void> {
  const { employer, rewards } = admin.group(id);
  switch (f.act) {
    case 'enabled':
      await admin.changedByHand(id, { enabled: !employer.enabled });
      return;
    case 'rewards':
      await admin.changedByHand(id, { rewards: { enabled: !rewards.enabled } });
      return;
    case 'touch':
      await admin.changedByHand(id);
      return;
    default:
      throw new Error('The form did not say what to do: use one of its buttons.');
  }
}

const Whole = ({ o, now, shown, notice }: { o: PageOptions; now: number; shown: Record<string, string>; notice: string | null }) => {
  const tickets = o.helpdesk.tickets();
  const issues = o.jira.issues().toReversed();
  const members = o.admin.members();
  const groups = o.admin.groups();
  const mails = [
    ...o.mail.messages.map((m) => ({ to: m.to.join(', '), subject: m.subject, text: m.text, at: m.at, from: 'our mail' })),
    // The helpdesk mails every public reply by itself.
    ...o.helpdesk.ledger
      .filter((e) => e.kind === 'mail')
      .map((e) => ({ to: e.on, subject: 'A reply on the ticket', text: e.text, at: e.at, from: 'the helpdesk' })),
  ].sort((a, b) => b.at.localeCompare(a.at));
  const none = <p class="empty">None yet.</p>;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        {shown.refresh && <meta http-equiv="refresh" content="5" />}
        <title>Sandbox company</title>
        <link rel="stylesheet" href="/style.css" />
        <link rel="icon" href="data:," />
      </head>
      <body>
        <header>
          <h1>Sandbox company</h1>
          <p>
            Stand-ins for the helpdesk, Jira, Admin/HGP and mail. Play the member, the agent or the engineer here, and watch what onetouch
            does. Times are in UTC; it is {minute(new Date(now).toISOString())}.
          </p>
          <nav>
            <a href="#tickets">Tickets ({tickets.length})</a>
            <a href="#issues">Jira issues ({issues.length})</a>
            <a href="#members">Members ({members.length})</a>
            <a href="#groups">Employer groups ({groups.length})</a>
            <a href="#mail">Mail ({mails.length})</a>
            {o.temporalUi && <a href={o.temporalUi}>Temporal UI</a>}
            {shown.refresh ? <a href="/">Stop reloading</a> : <a href="/?refresh=on">Reload every 5 seconds</a>}
          </nav>
          {notice && (
            <p class="notice" role="alert">
              {notice}
            </p>
          )}
        </header>
        <main>
          <div>
            <section id="tickets">
              <h2>Tickets in the helpdesk</h2>
              <NewTicketForm members={members} />
              {tickets.length === 0 && none}
              {tickets.map((t) => (
                <Ticket ticket={t} open={shown.ticket === t.id} groups={o.helpdesk.groups} />
              ))}
            </section>
          </div>
          <div>
            <section id="issues">
              <h2>Issues in Jira</h2>
              {issues.length === 0 && none}
              {issues.map((i) => (
                <Issue issue={i} open={shown.issue === i.key} />
              ))}
            </section>
            <section id="members">
              <h2>Members in Admin and HGP</h2>
              <NewMemberForm />
              {members.length === 0 && none}
              {members.map((m) => (
                <MemberSheet record={m} open={shown.member === m.member.id} now={now} />
              ))}
            </section>
            <section id="groups">
              <h2>Employer groups in Admin</h2>
              {groups.length === 0 && none}
              {groups.map((g) => (
                <GroupSheet
                  group={g}
                  ledger={o.admin.ledger.filter((e) => e.on === g.employer.id || (e.on in g.access && e.kind !== 'account-note'))}
                  open={shown.group === g.employer.id}
                />
              ))}
            </section>
            <section id="mail">
              <h2>Mail that went out</h2>
              {mails.length === 0 && none}
              {mails.map((m) => (
                <details>
                  <summary>
                    <b>{m.subject}</b> to {m.to}, {minute(m.at)} <Tag>{m.from}</Tag>
                  </summary>
                  <div class="body">
                    <pre>{m.text}</pre>
                  </div>
                </details>
              ))}
              {o.mail.messages.length > 0 && (
                <form method="post" action="/mail/clear">
                  <div class="row">
                    <button type="submit">Empty our mail's box</button>
                  </div>
                </form>
              )}
            </section>
          </div>
        </main>
      </body>
    </html>
  );
};
