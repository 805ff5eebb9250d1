/**
 * A small town without onetouch: a few tickets for which somebody does by hand, through the real adapters, exactly what
 * their samples expect. Its ledgers are clean, and a test may doctor them.
 */
import { connectAdmin } from '../../src/adapters/admin.js';
import { connectHelpdesk } from '../../src/adapters/helpdesk.js';
import { connectJira } from '../../src/adapters/jira.js';
import { connectMail } from '../../src/adapters/mail.js';
import { loadWorkerConfig } from '../../src/config.js';
import { openSample, sinceOf } from '../../src/dev/play.js';
import type { CaseView, Entry } from '../../src/domain/case.js';
import { issueLabel, mark, reference } from '../../src/domain/marks.js';
import { problemLabel } from '../../src/domain/problem.js';
import type { Priority, RowId, Team } from '../../src/domain/ruling.js';
import type { Company } from '../../src/sandbox/company.js';
import { startCompany } from '../../src/sandbox/company.js';
import { paragraph } from '../../src/sandbox/jira/state.js';
import { asItIs, judge, strays, wrongWith, type Verdict } from '../../chaos/judge.js';
import { unansweredBy, type Attempt, type Evidence } from '../../chaos/doubt.js';
import { own, problemOf, SINGLE } from '../../chaos/own.js';
import type { Played } from '../../chaos/people.js';
import { asAdmin } from '../sandbox/support.js';
import { RULING, VIEW } from '../web/fake-cases.js';

export const NAMES = ['VMP, blocked for long', 'VBID, dates missing', 'device, Withings', 'technical error, fixed', 'group configuration, fixed'] as const;
export type Name = (typeof NAMES)[number];
const PRIORITIES = { High: 'High', Highest: 'Urgent' } as const satisfies Record<string, Priority>;
type Fate = 'sent' | 'unknown';

/** Everything done, each once. The caller closes the company. */
export async function cleanTown() {
  const company = await startCompany();
  const config = loadWorkerConfig(company.env);
  const [jira, helpdesk, mailer, admin] = [connectJira(config.jira), await connectHelpdesk(config.helpdesk), connectMail(config.mail), connectAdmin(config.admin)];
  const tickets = {} as Record<Name, Resident>;
  for (const [i, name] of NAMES.entries()) {
    const sample = own(SINGLE.find((one) => one.name === name)!, i + 1);
    const ticket = await openSample(company, sample, sinceOf(Date.now(), 1_000));
    const { stage, row, outcome = null, needs = null, team, cycle = 1 } = sample.expects;
    const view: CaseView = { ...VIEW, ticketId: ticket, stage, cycle, needs, outcome, flagged: null, ruling: { ...RULING, row }, handoff: team ? { ...VIEW.handoff!, row: row as RowId, team: team as Team } : null };
    tickets[name] = { played: { sample, ticket, stepsDone: sample.steps?.length ?? 0, actedAt: 0, reactedMs: [], arrived: true, resent: [], settled: [], trouble: null, acting: false }, view, record: [] };
  }

  const act = {
    async issue(name: Name, cycle = 1): Promise<string> {
      const { sample, ticket } = tickets[name].played;
      const problem = problemOf(sample);
      const { team, issuePriority } = sample.expects;
      const labels = ['onetouch', ...(problem ? [`onetouch-${problem}`, problemLabel(problem, cycle)] : [issueLabel(ticket, cycle)])];
      const { key } = await jira.createIssue({
        ...(team === 'ProdOps' ? { project: 'PRODOPS', issueType: config.jira.issueTypes['vmp/ripe'] } : { project: 'INFRA', issueType: config.jira.issueTypes['technical-error'] }),
        summary: `Ticket ${ticket}`,
        description: paragraph('As it was told.'),
        labels,
        ...(issuePriority ? { priority: PRIORITIES[issuePriority] } : {}),
      });
      return key;
    },
    link: (name: Name, key: string) => {
      const { ticket } = tickets[name].played;
      return jira.remoteLink(key, { globalId: `onetouch-ticket-${ticket}-1`, url: `${config.helpdesk.url}/agent/tickets/${ticket}`, title: `Helpdesk ticket ${ticket}` });
    },
    report: (name: Name, key: string) => jira.comment(key, paragraph(mark(`${tickets[name].played.ticket}:1:problem-report`))),
    note: (name: Name, effect: string, fate?: Fate, more: { group?: string; priority?: 'normal'; status?: 'open' } = {}) => {
      const { ticket } = tickets[name].played;
      return helpdesk.updateTicket(ticket, { comment: { public: false, body: `So it is.\n\n${mark(`${ticket}:1:${effect}`, fate && { mail: fate })}` }, ...more });
    },
    reply: (name: Name, effect: string) => {
      const { ticket } = tickets[name].played;
      return helpdesk.updateTicket(ticket, { comment: { public: true, body: `So you may.\n\n${reference(`${ticket}:1:${effect}`)}` } });
    },
    mail: (name: Name, effect: string, address?: string) => {
      const { sample, ticket } = tickets[name].played;
      return mailer.send({ to: { name: sample.member.name, address: address ?? sample.member.email }, subject: 's', text: 't', html: 'h', ticketId: ticket, messageId: `${ticket}.1.${effect}@helpdesk` });
    },
    accountNote: (name: Name) => {
      const { sample, ticket } = tickets[name].played;
      return admin.noteAccount(sample.member.id, { key: `${ticket}:1:account-note`, body: 'As it stands.' });
    },
    async look(name: Name, key: string): Promise<void> {
      const { body } = await asAdmin(company)('POST', '/impersonation-sessions', { memberId: tickets[name].played.sample.member.id }, { 'idempotency-key': key });
      await asAdmin(company)('DELETE', `/impersonation-sessions/${body.id}`);
    },
    async change(name: Name, key: string, to = true): Promise<void> {
      const path = `/employers/${tickets[name].played.sample.group!.id}`;
      const version = (await asAdmin(company)('GET', path)).headers.get('etag')!;
      await asAdmin(company)('PATCH', path, { field: 'featureToggles.chat', from: !to, to }, { 'idempotency-key': key, 'if-match': version });
    },
  };

  const attempts: Attempt[] = [];
  const evidence: Omit<Evidence, 'unanswered'> = { stops: [], mailCut: [], temporalAway: [] };
  for (const name of NAMES) await live(name);
  return { company, jira, helpdesk, mailer, act, tickets, attempts, evidence, keyOf, verdicts, wrongs };

  /** What the sample expects, and what goes with it. */
  async function live(name: Name): Promise<void> {
    const { sample, ticket } = tickets[name].played;
    const problem = problemOf(sample);
    const effects = sample.expects.effects.map((effect) => /^(\S+) (?:1:)?(.*)$/.exec(effect)!.slice(1) as [string, string]);
    const value = (kind: string) => effects.find(([k]) => k === kind)?.[1];
    let key = problem ? await act.issue(name) : '';
    for (const [kind, effect] of effects) {
      if (kind === 'issue') await act.link(name, (key = await act.issue(name)));
      if (kind === 'comment') await act.report(name, key);
      if (kind === 'note' && effect !== 'handed-over') await act.note(name, effect, effects.some(([k, e]) => k === 'mail' && e === effect) ? 'sent' : undefined);
      if (kind === 'note' && effect === 'handed-over') await act.note(name, effect, undefined, { group: value('group')!, priority: value('priority') as 'normal', status: 'open' });
      if (kind === 'reply') await act.reply(name, effect);
      if (kind === 'mail') await act.mail(name, effect);
      if (kind === 'account-note') await act.accountNote(name);
      if (kind === 'impersonation') await act.look(name, `${ticket}:1:${effect}`);
      if (kind === 'admin-change') await act.change(name, `${ticket}:1:${effect}`);
    }
    for (const { do: deed } of sample.steps ?? []) if ('engineer' in deed) await company.jira.resolve(key, deed.as);
  }

  /** The issue of the ticket or of its problem. */
  function keyOf(name: Name): string {
    const { sample, ticket } = tickets[name].played;
    const label = `onetouch-${problemOf(sample) ?? ticket}-1`;
    return company.jira.issues().find(({ labels }) => labels.includes(label))!.key;
  }
  async function verdicts(): Promise<Record<Name, Verdict>> {
    const now = asItIs(company as Company);
    const found = {} as Record<Name, Verdict>;
    for (const name of NAMES) {
      const { played, view, record } = tickets[name];
      found[name] = await judge(played, now, {
        cases: { state: () => Promise.resolve(view) },
        record: () => Promise.resolve(record),
        attempts: () => Promise.resolve(attempts),
        evidence: { ...evidence, unanswered: unansweredBy(company) },
      });
    }
    return found;
  }
  /** In words, of all tickets and of none. */
  async function wrongs(): Promise<string[]> {
    const found = await verdicts();
    return [...NAMES.flatMap((name) => wrongWith(found[name])), ...strays(asItIs(company as Company), NAMES.map((name) => tickets[name].played)).map((line) => `stray: ${line}`)];
  }
}
interface Resident {
  played: Played;
  view: CaseView;
  record: Entry[];
}
export type Town = Awaited<ReturnType<typeof cleanTown>>;
