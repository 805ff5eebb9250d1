/**
 * The verbs a workflow may use, over the ports. Reads return what they read; every effect looks before it
 * acts, by its name, so that a repeat (a retry, a reset, a restart) does nothing twice.
 */
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { WorkerConfig } from '../config.js';
import type { Handoff } from '../domain/case.js';
import type { ErrorReport, Facts, ReportField } from '../domain/facts.js';
import { REPORT_FIELDS } from '../domain/facts.js';
import { effectName, issueLabel, mark, readMarks, readPast, reference, type MarkData, type Past } from '../domain/marks.js';
import type { Ruling, Priority, Team } from '../domain/ruling.js';
import { byJira } from '../domain/ruling.js';
import { issueSnapshot, snapshot, type IssueSnapshot } from '../domain/snapshot.js';
import type { Ticket, TicketSnapshot } from '../domain/ticket.js';
import type { Signature } from '../domain/problem.js';
import { decide } from '../policy/decide.js';
import { signatureOf } from '../policy/signature.js';
import { suggestErrorKind, suggestInquiry } from '../policy/suggest.js';
import type { IssueComment, Letter, MailFate, Note, Reply } from '../wording/contents.js';
import { adfText } from '../wording/adf.js';
import { issue, issueComment } from '../wording/issues.js';
import { letter as words } from '../wording/letters.js';
import { note as noteWords } from '../wording/notes.js';
import { reply as replyWords } from '../wording/replies.js';
import { FAILURE, isChangedSinceRead } from './failures.js';
import { findMember, gather } from './gather.js';
import { keep, stillOurs } from './lease.js';
import type { Inherited } from '../workflows/messages.js';
import type { TroubleshootingResult } from '../workflows/troubleshooting.js';
import type { Resolution } from '../domain/troubleshooting.js';
import type { GroupsPort } from './groups-port.js';
import type { AdminPort, HelpdeskPort, JiraPort, MailPort, TicketUpdate } from './ports.js';

export interface Ports {
  helpdesk: HelpdeskPort;
  jira: JiraPort;
  admin: AdminPort;
  groups: GroupsPort;
  mail: MailPort;
}
/** How one case reaches another. */
export interface CasesPort {
  /** What came of a case's group troubleshooting; null while it runs, and where it is gone or was ended from outside. */
  troubleshot(ticketId: string, cycle: number): Promise<TroubleshootingResult | null>;
  inherit(ticketId: string, what: Inherited): Promise<void>;
}
export interface ActivityDependencies extends Ports {
  cases: CasesPort;
  config: Pick<WorkerConfig, 'mode' | 'jira' | 'helpdesk' | 'articles' | 'clocks'>;
}

/** One consultation: the ticket as it is, and what the protocol says to do with its facts. */
export interface Consultation {
  ticket: TicketSnapshot;
  ruling: Ruling;
  clocks: WorkerConfig['clocks'];
  /** The helpdesk's names of the groups that are teams. */
  groups: { 'Tier 2': string; 'Coach Support': string };
  /** Which fields of the error report nobody has filled in yet. */
  missingReport: ReportField[];
  /** What a technical error has in common with others of the same problem; null where nothing tells. */
  signature: Signature | null;
  /** What earlier runs of this case left on the ticket; read on the first consultation of a run. */
  past: Past | null;
}

export interface Effect {
  ticketId: string;
  cycle: number;
  /** The effect's own name within the cycle, e.g. `promise`. */
  effect: string;
}

/**
 * What happened to an internal note or a public reply. `closed`: the helpdesk takes none on this ticket.
 * `observed`: nothing, since we only observe.
 */
export type Told = 'told' | 'already' | 'closed' | 'observed' | { gap: string };
/** The issue as it was filed: what differs from it later is the team's progress. Null where we only observe. */
export interface Filed {
  key: string | null;
  issue: IssueSnapshot | null;
}
export interface Written {
  mail: MailFate;
  /** False when the mail's note could not be put on the ticket yet. */
  noted: boolean;
}

/** So often a ticket that is being changed is read again at once, before the activity is tried again later. */
const AT_ONCE = 4;

export function createActivities({ helpdesk, jira, admin, mail, cases, config }: ActivityDependencies) {
  async function comment(read: Ticket, to: Effect, update: TicketUpdate): Promise<Told> {
    for (let ticket = read, tries = 1; ; tries++) {
      if (isDone(ticket, to)) return 'already';
      if (takesNoComment(ticket)) return 'closed';
      await stillOurs();
      try {
        // Another worker may have taken this over meanwhile: then the ticket is not as it was read.
        await helpdesk.updateTicket(ticket.id, { ...update, asReadAt: ticket.updatedAt });
        return config.mode === 'observe' ? 'observed' : 'told';
      } catch (error) {
        // Mostly it was a note of our own beside this one: read again, and look again.
        if (!isChangedSinceRead(error) || tries === AT_ONCE) throw error;
        ticket = await helpdesk.readTicket(ticket.id);
      }
    }
  }

  return {
    /** Gathers the facts and asks the protocol, for the workflow's `now` (ISO 8601). */
    async consult(input: { ticketId: string; cycle: number; provided: Facts; report?: ErrorReport; now: string; first: boolean }): Promise<Consultation> {
      const ticket = await helpdesk.readTicket(input.ticketId);
      const facts = await gather(ticket, input.provided, admin, input.now);
      
      return {
        ticket: snapshot(ticket),
        ruling: decide(facts, input.now, { holdMs: config.clocks.holdMs }),
        clocks: config.clocks,
        groups: config.helpdesk.groups,
        missingReport: REPORT_FIELDS.filter((f) => !ticket.report[f]),
        signature: signatureOf(facts.errorKind?.value, { ...ticket.report, ...input.report }, ticket.memberId),
        past: input.first ? await pastOf(ticket) : null,
      };
    },

    async readTicket(ticketId: string): Promise<TicketSnapshot> {
      return snapshot(await helpdesk.readTicket(ticketId));
    },

    async readIssue(key: string): Promise<IssueSnapshot> {
      return issueSnapshot(await jira.readIssue(key));
    },

    /** An internal note, with group, priority and status in the same update. */
    async note(input: Effect & { note: Note; data?: MarkData; /** Another ticket that takes the note. */ on?: string; group?: Team; priority?: Priority; status?: 'open' }): Promise<Told> {
      const ticket = await helpdesk.readTicket(input.on ?? input.ticketId);
      // A note may be left out there; a hand-over that nobody can see must not pass for one.
      if (input.group && ticket.status === 'closed' && !isDone(ticket, input)) throw ApplicationFailure.nonRetryable(`the ticket is closed for good and cannot be given to ${input.group}: open a follow-up ticket, and close this case`, FAILURE.refused);
      const body = `${noteWords(input.note, {
        ticketId: input.ticketId,
        articles: config.articles,
        suggestion: suggestion(ticket),
      })}\n\n${mark(nameOf(input), input.data)}`;
      return comment(ticket, input, {
        comment: { body, public: false },
        ...(input.group && !byJira(input.group) ? { group: config.helpdesk.groups[input.group] } : {}),
        ...(input.priority ? { priority: HELPDESK_PRIORITY[input.priority] } : {}),
        ...(input.status ? { status: input.status } : {}),
      });
    },

    /** A public reply; answers with the gap when a setting it needs is unset, and says nothing to the member. */
    async reply(input: Effect & { reply: Reply }): Promise<Told> {
      const ticket = await helpdesk.readTicket(input.ticketId);
      const said = replyWords(input.reply, {
        name: ticket.requester.name,
        ticketId: input.ticketId,
        articles: config.articles,
      });
      if ('gap' in said) return said;
      return comment(ticket, input, { comment: { body: `${said.body}\n\n${reference(nameOf(input))}`, public: true } });
    },

    /**
     * Files the Jira issue of one escalation and links it to the ticket. Its label names the escalation, so a
     * repeat finds it. A repeat waits out the search index's lag before it believes that there is none.
     */
    async fileIssue(input: Omit<Effect, 'effect'> & { handoff: Omit<Handoff, 'issueKey'>; ruling: Ruling; earlier: Handoff[]; report: ErrorReport; /** What group troubleshooting found out before. */ group?: Resolution; /** An earlier activity tried and gave up: it may have filed it just then. */ again?: boolean }): Promise<Filed> {
      const { team, row } = input.handoff;
      if (!byJira(team)) throw ApplicationFailure.nonRetryable(`${team} is not reached by a Jira issue`, FAILURE.refused);
      const label = issueLabel(input.ticketId, input.cycle);
      const found = await findFiled(label, input.again);
      const key = found ?? (await file());
      if (!key) return { key, issue: null };
      await jira.remoteLink(key, remoteLinkTo(input.ticketId, input.cycle));
      // Left from a problem: its engineers find this one from there.
      for (const before of input.earlier) if (before.problem && before.issueKey) await jira.relate(key, before.issueKey, 'Relates');
      return { key, issue: issueSnapshot(await jira.readIssue(key)) };

      async function file(): Promise<string | null> {
        const ticket = await helpdesk.readTicket(input.ticketId);
        const text = issue(
          {
            handoff: input.handoff,
            ruling: input.ruling,
            cycle: input.cycle,
            earlier: input.earlier,
            report: row === 'technical-error' ? { ...ticket.report, ...input.report } : null,
            ...(input.group ? { group: input.group } : {}),
          },
          {
            ticketId: input.ticketId,
            ticketUrl: ticketUrl(input.ticketId),
            subject: ticket.subject,
            description: ticket.description,
            employerGroup: ticket.employerGroup,
          },
        );
        const types: Record<string, string> = config.jira.issueTypes;
        await stillOurs();
        const created = await jira.createIssue({
          project: config.jira.projects[team as keyof typeof config.jira.projects],
          issueType: input.handoff.overriddenBy ? types['override']! : (types[row] ?? types['override']!),
          ...text,
          labels: ['onetouch', label, ...(input.group?.trigger?.restricted ? ['restricted'] : [])],
          ...(row === 'general-feedback' ? { assignee: null } : {}),
          ...(input.handoff.priority === 'Normal' ? {} : { priority: input.handoff.priority }),
        });
        return created.key || null;
      }
    },

    /** The key of the issue that this escalation was filed as; null when there is none. Waits out the search index's lag. */
    async findIssue(input: Omit<Effect, 'effect'>): Promise<string | null> {
      return findFiled(issueLabel(input.ticketId, input.cycle), true);
    },

    /** Follows the surviving issue of a duplicate: its changes reach this case from now on. */
    async followIssue(input: Omit<Effect, 'effect'> & { key: string }): Promise<IssueSnapshot> {
      await jira.addLabel(input.key, issueLabel(input.ticketId, input.cycle));
      await jira.addLabel(input.key, 'onetouch');
      await jira.remoteLink(input.key, remoteLinkTo(input.ticketId, input.cycle));
      return issueSnapshot(await jira.readIssue(input.key));
    },

    async commentIssue(input: Effect & { key: string; comment: IssueComment; /** Of the ticket's error report: read from it, and added to the comment. */ fields?: ReportField[] }): Promise<Told> {
      const line = mark(nameOf(input));
      const before = await jira.ownComments(input.key);
      if (before.some(({ text }) => text.includes(line))) return 'already';
      const doc = issueComment(await withFields(), { ticketId: input.ticketId });
      doc.content.push({ type: 'paragraph', content: [{ type: 'text', text: line }] });
      if (!adfText(doc).includes(line)) throw ApplicationFailure.nonRetryable('the comment lost its mark', FAILURE.refused);
      await stillOurs();
      await jira.comment(input.key, doc);
      return 'told';

      async function withFields(): Promise<IssueComment> {
        const { comment, fields } = input;
        if (!fields || comment.say !== 'report') return comment;
        const { report } = await helpdesk.readTicket(input.ticketId);
        return { ...comment, report: { ...comment.report, ...Object.fromEntries(fields.flatMap((f) => (report[f] ? [[f, report[f]]] : []))) } };
      }
    },

    /**
     * Writes to the member by mail, and notes on the ticket that it went out. Tried once: the note is how a
     * repeat knows of it, and an outcome that is not known is noted as such, never repeated by itself.
     */
    async write(input: Effect & { letter: Letter; note: Note; data?: MarkData; /** A merged ticket, whose member is the one to write to. */ memberOf?: string }): Promise<Written> {
      const ticket = await helpdesk.readTicket(input.ticketId);
      const before = readMarks(ticket).find((m) => m.cycle === input.cycle && m.effect === input.effect);
      if (before) return { mail: (before.data.mail as MailFate | undefined) ?? 'sent', noted: true };

      const reader = input.memberOf ? await helpdesk.readTicket(input.memberOf) : ticket;
      // One member, one mail: they were written to as this ticket's requester.
      if (input.memberOf && reader.requester.email === ticket.requester.email) return { mail: 'sent', noted: true };
      const fate = await deliver();
      const noted: Note = 'mail' in input.note ? { ...input.note, mail: fate } : input.note;
      try {
        await comment(ticket, input, {
          comment: {
            public: false,
            body: `${noteWords(noted, { ticketId: input.ticketId, articles: config.articles })}\n\n${mark(nameOf(input), { ...input.data, mail: fate })}`,
          },
        });
        return { mail: fate, noted: true };
      } catch {
        return { mail: fate, noted: false }; // The mail went out and must not go again; the note is tried by itself.
      }

      async function deliver(): Promise<MailFate> {
        const { name, email } = reader.requester;
        if (!email) return 'no-address';
        // Temporal hears it before the mail server does: an attempt that was lost without it has sent nothing.
        keep(SENDING);
        await stillOurs();
        try {
          await mail.send({
            to: { name, address: email },
            ...words(input.letter, { name, ticketId: reader.id }),
            ticketId: reader.id,
            messageId: `${nameOf(input).replaceAll(':', '.')}@${new URL(config.helpdesk.url).hostname}`,
          });
          return 'sent';
        } catch (error) {
          if (typeOf(error) === FAILURE.mailRefused) return 'no-address';
          if (typeOf(error) === FAILURE.mailUnknown) return 'unknown';
          throw error;
        }
      }
    },

    /** Hands what a merged ticket still owes to the case of the surviving one. */
    async handToSurvivor(input: { survivor: string; inherited: Inherited }): Promise<void> {
      await cases.inherit(input.survivor, input.inherited);
    },

    /** What came of this cycle's group troubleshooting, for a case that began anew; null where nobody can tell. */
    async groupResult(input: { ticketId: string; cycle: number }): Promise<TroubleshootingResult | null> {
      return cases.troubleshot(input.ticketId, input.cycle);
    },

    /** What an effect's mark on the ticket keeps; null when the effect has left none. */
    async findMark(input: Effect): Promise<MarkData | null> {
      const marks = readMarks(await helpdesk.readTicket(input.ticketId));
      return marks.find((m) => m.cycle === input.cycle && m.effect === input.effect)?.data ?? null;
    },

    /** The note on the member's Admin account, so that any agent sees the state. Idempotent by its key. */
    async noteAccount(input: Effect & { body: string; memberId?: string }): Promise<Told> {
      const ticket = await helpdesk.readTicket(input.ticketId);
      const member = await findMember(ticket, input.memberId, admin);
      if (!member) return { gap: "the member's account in Admin" };
      await admin.noteAccount(member.id, { key: nameOf(input), body: input.body });
      return 'told';
    },
  };

  /** A merged ticket is closed and takes no note: the record of its case is on the surviving one. */
  async function pastOf(ticket: Ticket): Promise<Past> {
    const survivor = ticket.mergedInto ? await helpdesk.readTicket(ticket.mergedInto) : null;
    return readPast({ id: ticket.id, comments: [...ticket.comments, ...(survivor?.comments ?? [])] });
  }

  async function findFiled(label: string, triedBefore = false): Promise<string | null> {
    const again = triedBefore || Context.current().info.attempt > 1;
    const deadline = Date.now() + (again ? config.jira.searchLagMs : 0);
    for (;;) {
      const found = (await jira.findByLabel(label))[0]?.key;
      if (found || Date.now() >= deadline) return found ?? null;
      await Context.current().sleep(Math.min(2_000, config.jira.searchLagMs));
    }
  }

  function remoteLinkTo(ticketId: string, cycle: number) {
    return {
      globalId: `onetouch-ticket-${ticketId}-${cycle}`,
      url: ticketUrl(ticketId),
      title: `Helpdesk ticket ${ticketId}`,
    };
  }
  function ticketUrl(ticketId: string): string {
    return new URL(`/agent/tickets/${ticketId}`, config.helpdesk.url).href;
  }
}
export type Activities = ReturnType<typeof createActivities>;

/** How far an attempt to write has come, kept with its heartbeats. */
const SENDING = 'sending';
const HELPDESK_PRIORITY = { Normal: 'normal', High: 'high', Urgent: 'urgent' } as const;
const nameOf = (e: Effect): string => effectName(e.ticketId, e.cycle, e.effect);
const takesNoComment = (ticket: Ticket): boolean => ticket.status === 'closed' || ticket.status === 'deleted';
const isDone = (ticket: Ticket, e: Effect): boolean =>
  readMarks({ id: e.ticketId, comments: ticket.comments }).some((m) => m.cycle === e.cycle && m.effect === e.effect);
const typeOf = (error: unknown): string | undefined =>
  error instanceof ApplicationFailure ? (error.type ?? undefined) : undefined;

/** Words only suggest: what an agent might set the empty field to. */
function suggestion(ticket: Ticket): string | null {
  const text = `${ticket.subject}\n${ticket.description}`;
  const kind = ticket.errorKind ? null : suggestErrorKind(text);
  return kind ?? (ticket.inquiry ? null : suggestInquiry(text));
}
