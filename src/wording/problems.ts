/**
 * A problem in words: its Jira issue and our comments on it, the mail to ops, and one sentence for the lists.
 * Imported by workflows: no Node built-ins, no Intl, no member data. Groups and the page are cut and made inert.
 */
import type { ProblemStage, Signature } from '../domain/problem.js';
import type { Priority } from '../domain/ruling.js';
import type { AdfDocument } from '../domain/ticket.js';
import { bulletList, doc, heading, link, paragraph, strong } from './adf.js';
import { escapeHtml, listed, oneLine, sentence, theirs, truncate, utc } from './clean.js';

const LONGEST_WORD = 80;
const GROUPS_NAMED = 20;

/** What the issue shows of a problem. */
export interface ProblemFigures {
  id: string;
  round: number;
  signature: Signature | null;
  members: number;
  joined: number;
  /** The first of them. */
  groups: string[];
  groupCount: number;
  /** The first of them. */
  tickets: string[];
  firstSeen: string | null;
  lastSeen: string | null;
  systemWide: boolean;
  priority: Priority;
  earlierKeys: string[];
}

/** A user's word, on one line. */
const word = (text: string): string => theirs(oneLine(text), LONGEST_WORD);

/** "server-error, /claims/:id, HTTP 502". */
const signed = (s: Signature | null): string => (s ? [s.kind, s.page && word(s.page), s.code].filter(Boolean).join(', ') : 'a technical error');
const tickets = (n: number): string => `${n} ${n === 1 ? 'ticket' : 'tickets'}`;
const groupsText = (n: number): string => `${n} employer ${n === 1 ? 'group' : 'groups'}`;
const named = ({ groups, groupCount }: Pick<ProblemFigures, 'groups' | 'groupCount'>): string => {
  const shown = groups.slice(0, GROUPS_NAMED).map(word);
  if (shown.length === 0 && groupCount > 0) return 'not named here';
  if (groupCount === 0) return 'none named on the tickets';
  return `${listed(shown)}${groupCount > shown.length ? ` and ${groupCount - shown.length} more` : ''}`;
};

/** The issue of one round of a problem. Its description is ours: it is written anew when the figures change. */
export function problemIssue(f: ProblemFigures, ticketUrl: (ticketId: string) => string): { summary: string; description: AdfDocument } {
  const again = f.earlierKeys.length > 0;
  return {
    summary: truncate(`[Problem] ${again ? 'It came back: ' : ''}${signed(f.signature)}`, 255),
    description: doc(
      paragraph('One platform error that several members report. Work it here, once: every ticket below waits for this issue, and each member is told when it is resolved. No fix was tried on our side.'),
      bulletList([
        [strong('Error'), ': ', f.signature?.kind ?? 'not known'],
        [strong('Page or feature'), ': ', f.signature?.page ? word(f.signature.page) : 'not known'],
        [strong('Error code'), ': ', f.signature?.code ?? 'not known'],
      ]),
      heading(2, 'How far it reaches'),
      bulletList([
        [strong('Members affected'), ': ', f.members === f.joined ? `${f.members}` : `${f.members} now, ${f.joined} in all`],
        [strong('Employer groups'), ': ', `${f.groupCount} (${named(f)})`],
        [strong('First seen'), ': ', f.firstSeen ? utc(f.firstSeen) : 'not known'],
        [strong('Last seen'), ': ', f.lastSeen ? utc(f.lastSeen) : 'not known'],
        [strong('Reach'), ': ', f.systemWide ? 'system-wide: several employer groups within a short time' : 'not known to be system-wide'],
        [strong('First tickets'), ': ', ...f.tickets.flatMap((t, i) => [...(i ? [', '] : []), link(t, ticketUrl(t))])],
      ]),
      ...(again ? [heading(2, 'Before'), paragraph(`It was resolved before as ${listed(f.earlierKeys)}, and came back. This is round ${f.round}.`)] : []),
      heading(2, 'What your resolution does'),
      bulletList([
        'Fixed or Done: every member is told, once, and asked whether it works for them.',
        "Won't Do or Cannot Reproduce: an agent decides once for all of them; please say why in a comment.",
        'Duplicate, with a link to the surviving issue: all tickets wait for that one.',
        'A member for whom it is still broken afterwards gets an issue of their own.',
        'This text is kept up to date by onetouch and written over: what you want to keep, put into a comment.',
      ]),
      paragraph(`Problem ${f.id}, round ${f.round}`),
    ),
  };
}

/** Our comments on a problem's issue. */
export type ProblemComment =
  | { say: 'system-wide'; figures: ProblemFigures }
  | { say: 'remind'; members: number; withoutProgressHours: number }
  | { say: 'moved-here'; figures: ProblemFigures; fromKey: string | null }
  | { say: 'merged-into'; key: string; problem: string; reason: string }
  | { say: 'linked'; ticketId: string; key: string }
  | { say: 'unlinked'; ticketId: string }
  | { say: 'made-twice'; of: string };

export function problemComment(c: ProblemComment): AdfDocument {
  switch (c.say) {
    case 'system-wide':
      return doc(paragraph(`This is system-wide now: ${tickets(c.figures.members)} of ${groupsText(c.figures.groupCount)} (${named(c.figures)}). Its priority was raised, and fixes for single groups are stopped.`));
    case 'remind':
      return doc(paragraph(`Reminder: no progress for ${Math.round(c.withoutProgressHours * 10) / 10} h, and ${c.members} ${c.members === 1 ? 'member waits' : 'members wait'} for this. A change of status or assignee, or a comment, tells us where it stands.`));
    case 'moved-here':
      return doc(paragraph(`${tickets(c.figures.members)} of ${groupsText(c.figures.groupCount)} (${signed(c.figures.signature)})${c.fromKey ? ` waited for ${c.fromKey}, which was closed as a duplicate of this issue, and` : ''} wait for this issue now.`));
    case 'merged-into':
      return doc(paragraph(`An agent found that this is the same problem as ${c.key}: ${sentence(theirs(oneLine(c.reason), 300))} Its tickets wait for ${c.key} now; please close this issue as a duplicate.`));
    case 'linked':
      return doc(paragraph(`An agent found that ticket ${oneLine(c.ticketId)} belongs to the problem of ${c.key} and put it there. Nobody waits for this issue any more; please close it as a duplicate.`));
    case 'unlinked':
      return doc(paragraph(`An agent took it back: ticket ${oneLine(c.ticketId)} waits for this issue again, which is no duplicate. If it was closed as one, please reopen it.`));
    case 'made-twice':
      return doc(paragraph(`The problem goes on in ${oneLine(c.of)}. This issue was made a second time for it when Jira's answer was lost, and is closed as a duplicate. Nothing needs to be done here.`));
  }
}

// A group is what somebody typed on a ticket. In a mail a link in it would be a stranger's message to ops.
const GROUP_NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}'’ ,&()+-]*(\.(?= |$)[\p{L}\p{M}\p{N}'’ ,&()+-]*)*$/u;

/** The mail to ops about a problem that reaches several employer groups. */
export function opsLetter(f: ProblemFigures, issue: { key: string; url: string } | null): { subject: string; text: string; html: string } {
  const about = [f.signature?.kind ?? 'an error of the platform', f.signature?.code].filter(Boolean).join(', ');
  const lines = [
    // Not the page: a person typed it, and mail lies open.
    `A technical error reaches several employer groups: ${about}.`,
    `${tickets(f.members)}, ${groupsText(f.groupCount)}: ${named({ ...f, groups: f.groups.filter((name) => GROUP_NAME.test(name)) })}.`,
    `First seen ${f.firstSeen ? utc(f.firstSeen) : 'at a time that is not known'}, last seen ${f.lastSeen ? utc(f.lastSeen) : 'at a time that is not known'}.`,
    issue ? `Infra has it as ${issue.key}, with the highest priority: ${issue.url}` : 'It is being filed to Infra.',
    'Fixes for single groups are stopped while it lasts. You are told of this once.',
  ];
  return {
    subject: truncate(`System-wide problem: ${about}`, 150),
    text: `${lines.join('\n\n')}\n\nProblem ${f.id}\n`,
    html: `${lines.map((l) => `<p>${escapeHtml(l)}</p>`).join('\n')}\n<p>Problem ${escapeHtml(f.id)}</p>\n`,
  };
}

export interface ProblemSentence {
  signature: Signature | null;
  stage: ProblemStage;
  issueKey: string | null;
  systemWide: boolean;
  members: number;
  groups: number;
  mergedInto: string | null;
  choice: string | null;
  until: string | null;
  flagged: string | null;
}

/** Where a problem stands, in one sentence or two. */
export function problemSentence(p: ProblemSentence): string {
  const reach = `${tickets(p.members)} of ${groupsText(p.groups)}${p.systemWide ? ', system-wide' : ''}`;
  const parts = [`${sentence(`${signed(p.signature)}: ${reach}`)}`, stageText(p)];
  if (p.flagged) parts.push(`Flagged: ${sentence(p.flagged)}`);
  return parts.join(' ');
}

function stageText({ stage, issueKey, mergedInto, choice, until }: ProblemSentence): string {
  switch (stage) {
    case 'filing':
      return 'Filing it to Infra.';
    case 'open':
      return `Waiting for Infra${issueKey ? ` to resolve ${issueKey}` : ''}.`;
    case 'choosing':
      return `Waiting for an agent to choose what all members hear${choice ? ` (${oneLine(choice)})` : ''}.`;
    case 'telling':
      return `${issueKey ?? 'It'} is resolved; its cases are being told.`;
    case 'resolved':
      return `${issueKey ?? 'It'} is resolved and every case was told${until ? `; who joins late is heard until ${utc(until)}` : ''}.`;
    case 'merged':
      return `Merged into ${mergedInto ?? 'another problem'}, where whoever joins is sent.`;
    case 'ended':
      return 'Ended.';
  }
}
