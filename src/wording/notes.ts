/** Internal notes on the ticket: what an agent who has never seen the case needs to know and to do. */
import type { Articles } from '../config.js';
import type { Handoff, Outcome } from '../domain/case.js';
import { ERROR_KINDS, type FactName } from '../domain/facts.js';
import { byJira, type Ruling, type RowId, type Team } from '../domain/ruling.js';
import { clean, inComment, oneLine, sentence, truncate, utc } from './clean.js';
import {
  answerCommands,
  closeCommand,
  chooseCommand,
  chooseForAllCommand,
  confirmCommand,
  mailCommand,
  overrideCommand,
  promiseCommand,
  provideCommand,
  reEscalateCommand,
  resumeCommand,
  unlinkCommand,
} from './commands.js';
import type { MailFate, Note } from './contents.js';
import { groupLines } from './group-notes.js';
import { handoffSentence } from './sentences.js';
import { gapText, tier1Steps } from './tier1.js';
import { FILL_IN, REPORT_WORDS, askedOfAgent, groundText } from './words.js';

export interface NoteContext {
  ticketId: string;
  articles: Articles;
  /** What the ticket's words suggest as its inquiry or error kind; null or absent when nothing. */
  suggestion?: string | null;
}
type Of<S extends Note['say']> = Extract<Note, { say: S }>;
type Letters = Of<'call'>['about'];

const numbered = (steps: readonly string[]) => steps.map((s, i) => `${i + 1}. ${s}`);
const bullets = (items: readonly string[]) => items.map((s) => `- ${s}`);
const isReminder = (reminder: number) => (reminder > 0 ? `Reminder ${reminder}: ` : '');
const ruled = (r: Ruling) => `Row ${r.row}: ${sentence(r.reason)}`;
const known = (r: Ruling) => (r.restsOn.length ? [`Known: ${r.restsOn.map(groundText).join('; ')}.`] : []);
const escalations = (handoffs: readonly Handoff[]) => bullets(folded(handoffs.map(handoffSentence)));

// The helpdesk takes 65,535 characters a comment, and the mark after the note must fit too.
const FIRST_LINES = 20;
const LAST_LINES = 60;
/** A long list with its middle left out, each entry on one line. */
function folded(all: readonly string[]): string[] {
  const short = all.map((line) => truncate(oneLine(line), 400));
  const left = short.length - FIRST_LINES - LAST_LINES;
  return left <= 0 ? short : [...short.slice(0, FIRST_LINES), `(${left} left out)`, ...short.slice(-LAST_LINES)];
}

const LETTERS: Record<Letters, string> = {
  promise: 'the acknowledgement of the escalation',
  'follow-up': 'the follow-up mail',
  'new-time': 'the mail with the new time',
  acknowledgement: 'the acknowledgement',
  thanks: 'the thanks',
};

/** What became of a mail. */
function mailLines(mail: MailFate, letter: Letters, ticketId: string): string[] {
  switch (mail) {
    case 'sent':
      return [`The member was sent ${LETTERS[letter]}.`];
    case 'unknown':
      return [`Whether ${LETTERS[letter]} went out is not known. Look in the mail server's log.`, ...settling(ticketId)];
    case 'no-address':
      return [`There is no address that takes mail, so ${LETTERS[letter]} was not sent: call the member.`];
  }
}
const settling = (ticketId: string) => bullets([`It went out: ${mailCommand(ticketId, 'was-sent')}`, `It did not: ${mailCommand(ticketId, 'resend')}`]);
const confirming = (ticketId: string, how = '') =>
  bullets([`It works for them: ${confirmCommand(ticketId, 'works', how)}`, `It is still broken: ${confirmCommand(ticketId, 'still-broken', how)}`]);

const wanted = (asks: readonly FactName[]) => bullets(asks.map(askedOfAgent));
const answerWith = (asks: readonly FactName[], ticketId: string) => ['Answer with what you found:', ...bullets(answerCommands(ticketId, asks))];

function asked(n: Of<'ask'>, { ticketId, articles }: NoteContext): string[] {
  const r = n.ruling;
  // This row asks for something to be done first, and its steps say how each outcome is answered.
  const answering =
    r.row === 'app-bug/untested' ? numbered(tier1Steps(r.row, { ticketId, articles, names: [] })) : answerWith(n.asks, ticketId);
  if (r.kind === 'ask' && r.corrects) {
    const given = r.restsOn.filter((g) => n.asks.includes(g.fact)).map(groundText);
    return [
      `${isReminder(n.reminder)}Admin knows no member of the id that was given. ${given.join('; ')}`,
      'Look the member up in Admin, and correct the id: on the ticket, or by what you provide.',
      ...answering,
      ruled(r),
    ];
  }
  const head =
    n.of === 'member'
      ? `${isReminder(n.reminder)}The member was asked on this ticket. When they answer, or if you know it already, provide it:`
      : `${isReminder(n.reminder)}The protocol cannot decide yet. It needs from you:`;
  return [head, ...wanted(n.asks), ...answering, ruled(r)];
}

/** What the team that a ticket is handed to does with it. */
const HAND_OVER: Partial<Record<RowId, string[]>> = {
  'positive-feedback': ['Pass to provider leads', 'Positive feedback from the member; nobody waits for an answer.'],
  'webinar-missing': ['Urgent: the member does not find a webinar. Find it for them, or tell them when and where it is.'],
  'vbid/dates-missing': ['The member is in compliance and HGP "Incentive Program" has no dates. Put the dates in order.'],
  'device/order-ready': ['All criteria of a standard device order are met. Place the order.'],
};

function handedOver({ handoff: h, ruling: r, earlier }: Of<'handed-over'>): string[] {
  const own = h.overriddenBy
    ? [`Handed over by ${oneLine(h.overriddenBy)} against the protocol, because: ${sentence(truncate(h.reason ?? 'no reason was given', 500))}`]
    : (HAND_OVER[h.row] ?? [`${h.team} takes it from here.`]);
  const awaited = r.kind !== 'escalate' || !r.endsAtHandOver || h.overriddenBy !== undefined;
  return [
    ...own,
    `For ${h.team}, priority ${h.priority}.`,
    ruled(r),
    ...known(r),
    ...(awaited
      ? ['When it is done, solve this ticket: the member is then followed up. If it is not yours, move it back to its former group: that is a decline, and the case decides again.']
      : []),
    ...(earlier.length ? ['Earlier escalations of this ticket:', ...escalations(earlier)] : []),
  ];
}

function held({ ruling: r, mail }: Of<'hold'>, { ticketId, suggestion }: NoteContext): string[] {
  const isKind = (ERROR_KINDS as readonly string[]).includes(suggestion ?? '');
  const pair = isKind ? 'errorKind' : 'inquiry';
  const set = provideCommand(ticketId, { [pair]: suggestion || FILL_IN });
  return [
    'Held for a person: no row of the protocol fits this ticket.',
    ...(suggestion ? [`The words of the ticket suggest ${oneLine(suggestion)}. That is a hint; the decision is yours.`] : []),
    `Read the ticket, then set its inquiry (for an error of the platform, its error kind) on the ticket or by: ${set}`,
    'If nothing of the protocol fits, work it by hand and solve the ticket.',
    ...mailLines(mail, 'acknowledgement', ticketId),
    ruled(r),
  ];
}

const CHOICES: Record<Of<'choose'>['why'], string> = {
  'wont-do': 'will not be done',
  'cannot-reproduce': 'could not be reproduced',
  declined: 'came back from the team',
  recategorised: 'was recategorised after it had been escalated',
  other: 'was closed without a fix that we know of',
};

const CONFIRMATIONS: Record<Of<'ask-confirmation'>['why'], string> = {
  'member-replied': 'The member wrote after the follow-up.',
  reopened: 'The ticket was reopened after the follow-up.',
  'issue-reopened': 'The Jira issue was reopened after the follow-up.',
};

const FOLLOW_UPS: Record<Of<'follow-up'>['outcome'], string> = {
  resolved: 'it is resolved',
  unchanged: 'it stays as it is for now',
  closed: 'we are closing it',
};

const CALLS: Record<Letters, string> = {
  promise: 'tell them that their ticket is with the right people, its number, and by when they hear from us',
  'follow-up': 'ask whether it works for them now',
  'new-time': 'tell them the new time by which they hear from us',
  acknowledgement: 'tell them that we have their message, and its ticket number',
  thanks: 'thank them, and tell them that it was passed on',
};

const OUTCOMES: Record<Outcome, string> = {
  'solved-in-tier-1': 'solved in Tier 1',
  'handed-over': 'handed over; nobody waits for it',
  confirmed: 'the member confirmed that it works',
  'followed-up-unconfirmed': 'the member was followed up and did not answer',
  closed: 'closed by a person',
  merged: 'merged into another ticket',
  deleted: 'the ticket was deleted',
  'nothing-new': 'nothing new since the last record',
};

const withTeam = (team: Team, key: string | null) => (key ? `${team} (${key})` : team);

function record({ summary: s }: Of<'record'>): string[] {
  return [
    `Record of cycle ${s.cycle}: ${OUTCOMES[s.outcome]}.`,
    s.row ? `Row ${s.row}: ${sentence(s.reason ?? 'no reason was recorded')}` : 'It ended before the protocol had ruled.',
    ...(s.handoffs.length ? ['Escalations:', ...escalations(s.handoffs)] : ['It was never escalated.']),
    ...(s.followedUpAt ? [`The member was followed up at ${utc(s.followedUpAt)}.`] : []),
    ...(s.lines.length ? ['What happened:', ...bullets(folded(s.lines))] : []),
  ];
}

function lines(n: Note, ctx: NoteContext): string[] {
  const { ticketId: id, articles } = ctx;
  switch (n.say) {
    case 'tier1':
      return [
        'Tier 1 resolves this. Do not escalate it.',
        ...numbered(tier1Steps(n.ruling.row, { ticketId: id, articles, names: n.ruling.kind === 'tier1' ? n.ruling.names : [] })),
        ruled(n.ruling),
        ...known(n.ruling),
        `Solve the ticket when it is done. An escalation is refused for this row; a lead may override it: ${overrideCommand(id)}`,
      ];
    case 'answer':
      return [
        n.gap
          ? `The member has not been answered, because a setting is missing. ${gapText(n.gap)} Then answer the member yourself.`
          : 'The member was answered by a public reply on this ticket. Solve it unless they come back.',
        ...bullets(tier1Steps(n.ruling.row, { ticketId: id, articles, names: [] })),
        ruled(n.ruling),
      ];
    case 'ask':
      return asked(n, ctx);
    case 'member-replied':
      return ['The member wrote while a question to them was open. Read the reply and provide what it says:', ...wanted(n.asks), ...answerWith(n.asks, id)];
    case 'ask-report':
      return [
        `${isReminder(n.reminder)}The error report went out without these; what you find out is added to the Jira issue:`,
        ...bullets(n.missing.map((f) => `${f}: ${REPORT_WORDS[f].label}`)),
        `Fill in the fields of the ticket, or: ${provideCommand(id, Object.fromEntries(n.missing.map((f) => [`report.${f}`, FILL_IN])))}`,
        'Nothing waits for it. Suggest only refreshing, clearing the cache or another browser; try no other fix.',
      ];
    case 'hold':
      return held(n, ctx);
    case 'wait':
      return [
        n.ruling.kind === 'wait'
          ? `Do not escalate yet. Held back until ${utc(n.ruling.until)}; the facts are then read again and it is decided again, without anybody's doing.`
          : 'Do not escalate yet.',
        'If the member asks: we look again by ourselves at that time, and they need not write again.',
        ruled(n.ruling),
        ...known(n.ruling),
      ];
    case 'handed-over':
      return handedOver(n);
    case 'escalated':
      return [
        `Escalated to ${withTeam(n.handoff.team, n.handoff.issueKey)}, priority ${n.handoff.priority}, by row ${n.handoff.row}.`,
        ...(n.handoff.overriddenBy
          ? [`Overridden by ${oneLine(n.handoff.overriddenBy)}: ${sentence(truncate(n.handoff.reason ?? 'no reason was given', 500))}`]
          : []),
        ...mailLines(n.mail, 'promise', id),
        n.dueAt ? `The member hears from us by ${utc(n.dueAt)}.` : 'Nobody waits for an answer: no time was promised.',
        ...(n.handoff.problem ? [`Others report the same: it is worked once for all, as ${n.handoff.problem}. If it is something else: ${unlinkCommand(id)}`] : []),
        ...(n.handoff.issueKey ? ['The Jira key is internal: give the member their ticket number.'] : []),
      ];
    case 'new-time':
      return [
        n.moved
          ? `A person moved the time by which the member hears, to ${utc(n.dueAt)}.`
          : `The promised time came without a resolution${n.progress ? ', though the team is on it' : ' and without progress'}. New time: ${utc(n.dueAt)}.`,
        ...mailLines(n.mail, 'new-time', id),
      ];
    case 'set-time':
      return [
        `${isReminder(n.reminder)}The renewed time passed as well, and ${withTeam(n.team, n.issueKey)} has not resolved it.`,
        `Ask ${n.team}, then set the time by which the member hears next (they are mailed it): ${promiseCommand(id)}`,
      ];
    case 'remind-team':
      return [`Reminder for ${n.team}: no progress yet, and the member was promised an answer by ${utc(n.dueAt)}. Solve the ticket, or move it back to its former group if it is not yours.`];
    case 'choose':
      return [
        `${isReminder(n.reminder)}${n.issueKey ? `${n.issueKey}, this ticket's escalation,` : "This ticket's escalation"} ${CHOICES[n.why]}${n.detail.trim() ? ` (${truncate(oneLine(n.detail), 500)})` : ''}. The member hears nothing until you choose:`,
        `- Tell the member that it stays as it is: ${chooseCommand(id, 'follow-up')}`,
        `- Wait on, because it is not over: ${chooseCommand(id, 'keep-waiting')}`,
        `- Escalate it anew: ${reEscalateCommand(id)}`,
        `- End it; the member is written to first: ${closeCommand(id)}`,
      ];
    case 'linked':
      return [
        `An agent put this ticket into ${n.problem}: ${sentence(truncate(oneLine(n.reason), 500))} It is worked there, once for all its tickets.`,
        ...(n.own ? [`${n.own}, the issue it had by itself, is marked as a duplicate.`] : []),
        'What the member was told still holds: the same number, the same time.',
      ];
    case 'unlinked':
      return [
        `An agent took this ticket out of ${n.problem}: ${sentence(truncate(oneLine(n.reason), 500))} It goes on by itself, with a Jira issue of its own.`,
        'What the member was told still holds: the same number, the same time.',
      ];
    case 'choose-problem':
      return [
        `${isReminder(n.reminder)}${n.issueKey ? `${n.issueKey}, the issue of ${n.problem},` : `The issue of ${n.problem}`} ${CHOICES[n.why]}${n.detail.trim() ? ` (${truncate(oneLine(n.detail), 500)})` : ''}. This ticket and ${n.members === 1 ? 'no other' : `${n.members - 1} ${n.members === 2 ? 'other' : 'others'}`} wait for it, and no member hears anything until you choose, once for all:`,
        `- Tell them that it stays as it is: ${chooseForAllCommand(n.problem, 'follow-up')}`,
        `- Wait on, because it is not over: ${chooseForAllCommand(n.problem, 'keep-waiting')}`,
        `- Take this ticket out and go on with it alone: ${unlinkCommand(id)}`,
      ];
    case 'follow-up':
      return [
        ...(n.mail === 'sent'
          ? [`The member was mailed that ${FOLLOW_UPS[n.outcome]}, and asked whether it works for them.`]
          : [...mailLines(n.mail, 'follow-up', id), `The mail says that ${FOLLOW_UPS[n.outcome]}, and asks whether it works.`]),
        ...(n.issueKey ? [`Jira: ${n.issueKey} (internal).`] : []),
        'When you hear from them (add --how call if they said so on the phone):',
        ...confirming(id),
      ];
    case 'ask-confirmation':
      return [
        `${isReminder(n.reminder)}${CONFIRMATIONS[n.why]} Find out whether it works for them, then (add --how call if they said so on the phone):`,
        ...confirming(id),
        'Still broken starts the next cycle, with the history attached.',
      ];
    case 'call':
      return [
        `${isReminder(n.reminder)}Mail does not reach the member. Call them: ${CALLS[n.about]}.`,
        ...(n.about === 'follow-up'
          ? ['Then record what they said:', ...confirming(id, ' --how call')]
          : ['Then record it:', ...bullets([`They know: ${mailCommand(id, 'was-sent')}`, `You corrected the address on the ticket instead: ${mailCommand(id, 'resend')}`])]),
      ];
    case 'mail-check':
      return [
        `${isReminder(n.reminder)}Whether ${LETTERS[n.about]} went out is not known, and it is not sent twice by itself. Look in the mail server's log.`,
        ...settling(id),
      ];
    case 'parked':
      return [
        `${isReminder(n.reminder)}The case stands still: ${oneLine(n.step)} was refused for good.`,
        `Why: ${sentence(truncate(n.why, 1000))}`,
        `Mend the cause (ops), then: ${resumeCommand(id)}`,
      ];
    case 'inherited':
      if (n.team === null) return [`Ticket ${oneLine(n.fromTicket)} was merged into this one. Its member is still owed an answer, and hears what the member of this ticket hears.`];
      return [
        `Ticket ${oneLine(n.fromTicket)} was merged into this one. Its escalation to ${withTeam(n.team, n.issueKey)} goes on here, and so does what its member is still owed.`,
        byJira(n.team) ? 'Nothing has to be done for it now.' : `${n.team} had the merged ticket: see that this one is in their group.`,
      ];
    case 'record':
      return record(n);
    default:
      return groupLines(n, id);
  }
}

// With the mark after it, which may repeat a reason of 4,000 characters in its longest form.
const LONGEST_NOTE = 40_000;
/** A line that reads like a mark of ours: somebody's words, which a later look would take for one. */
const FORGED = /^(?=\s*(?:\[onetouch|Ref\. \d))/gim;

/**
 * One internal note as plain text. An unset article or link is named as a gap, never passed over. Whatever was
 * quoted in it is inert: no control characters, no mark, and nothing that the helpdesk acts on.
 */
export const note = (content: Note, ctx: NoteContext): string =>
  truncate(inComment(clean(lines(content, ctx).join('\n')).replace(FORGED, '- ')), LONGEST_NOTE);
