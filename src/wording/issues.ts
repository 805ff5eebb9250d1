/** Jira issues and comments, for the engineers of ProdOps and Infra. User text is cut to what Jira takes. */
import { REPORT_FIELDS, type ErrorReport } from '../domain/facts.js';
import type { RowId } from '../domain/ruling.js';
import type { Resolution } from '../domain/troubleshooting.js';
import type { AdfDocument, AdfNode } from '../domain/ticket.js';
import { bulletList, doc, heading, link, paragraph, strong, table } from './adf.js';
import { oneLine, sentence, theirs, truncate, utc } from './clean.js';
import type { IssueComment, IssueContent } from './contents.js';
import { evidenceLine } from './group-notes.js';
import { handoffSentence } from './sentences.js';
import { REPORT_WORDS, groundText } from './words.js';

export interface IssueContext {
  ticketId: string;
  ticketUrl: string;
  subject: string;
  description: string;
  /** The employer group's name as the ticket has it. */
  employerGroup: string | null;
}

export const NOT_KNOWN = 'Not known yet; asked for';

// Jira's limits. Whether the second one counts the structure is not documented, so it is taken to.
const LONGEST_SUMMARY = 255;
const LONGEST_DESCRIPTION = 32_767;
const LONGEST_FREE_TEXT = 6_000;
const LONGEST_FIELD = 1_500;
const LONGEST_REASON = 500;
const LONGEST_NAME = 100;
const MOST_EARLIER = 12;
const MOST_STEPS = 20;

interface Template {
  /** The summary after the ticket's number. `subject`: the ticket's own words follow. */
  title: string;
  subject: boolean;
  /** What the team is asked to do. */
  wanted: string;
}

const TEMPLATES: Partial<Record<RowId, Template>> = {
  'general-feedback': {
    title: 'Member feedback',
    subject: true,
    wanted: 'Feedback from a member, for you to weigh. The member was thanked and nobody waits for an answer.',
  },
  'app-bug/confirmed': {
    title: 'App bug',
    subject: true,
    wanted: 'Tier 1 went through the troubleshooting with the member, and it confirmed a bug. Please fix it.',
  },
  'eligibility/error': {
    title: 'Eligibility: OOE Onboarding Logic error, member sees no programs',
    subject: false,
    wanted: 'The OOE Onboarding Logic answers with an error for this member, who sees no programs. Please correct it.',
  },
  'vmp/ripe': {
    title: 'VMP scheduling blocked: all requirements TRUE for more than 48 h',
    subject: false,
    wanted: 'All "Requirements to Schedule" in HGP are TRUE for more than 48 h, and the member still cannot schedule. Please unblock them.',
  },
  'technical-error': {
    title: 'Technical error',
    subject: true,
    wanted: 'A platform error that a member reported. No fix was tried on our side, only safe browser steps were suggested.',
  },
};

const groupTemplate = (problem: string): Template => ({
  title: `Group troubleshooting: ${problem}`,
  subject: true,
  wanted: 'The group troubleshooting found a reason not to fix it in Member Services. What was found and done is below. Please take it from here.',
});
/** Few eyes: neither the group, nor a member, nor what they wrote. */
const RESTRICTED: Template = {
  title: 'Security concern of an employer group (restricted)',
  subject: false,
  wanted: 'A security concern. Nothing was changed and nobody was impersonated. The details are not in this issue: speak to the lead of Member Services, who has the ticket.',
};

const OVERRIDDEN: Template = {
  title: 'Escalated by a lead',
  subject: true,
  wanted: 'A lead sent this to you against the protocol; their reason is below.',
};
const OTHER: Template = { title: 'Escalation', subject: true, wanted: 'Please resolve what the ticket describes.' };

function summaryOf({ title, subject }: Template, content: IssueContent, ctx: IssueContext): string {
  const cycle = content.cycle > 1 ? `, cycle ${content.cycle}` : '';
  const kind = content.ruling.restsOn.find((g) => g.fact === 'errorKind')?.value;
  const detail = content.handoff.row === 'technical-error' && typeof kind === 'string' ? ` (${kind})` : '';
  const own = subject && oneLine(ctx.subject) ? `: ${oneLine(ctx.subject)}` : '';
  return truncate(oneLine(`[Ticket ${ctx.ticketId}${cycle}] ${title}${detail}${own}`), LONGEST_SUMMARY);
}

/** All nine fields, those that are not known too. */
const reportTable = (report: ErrorReport, scale: number): AdfNode =>
  table(
    REPORT_FIELDS.map((f) => {
      // What happened is the ticket's description, and as long.
      const longest = f === 'whatHappened' ? LONGEST_FREE_TEXT : LONGEST_FIELD;
      return [REPORT_WORDS[f].label, theirs(report[f] ?? '', longest * scale) || NOT_KNOWN];
    }),
  );

/** The issue of one escalation: what is wanted, the report, why it came here, and what happened before. */
export function issue(content: IssueContent, ctx: IssueContext): { summary: string; description: AdfDocument } {
  const template = templateOf(content);
  let scale = 1;
  let description = describe(template, content, ctx, scale);
  while (JSON.stringify(description).length > LONGEST_DESCRIPTION && scale > 1 / 64) {
    scale /= 2;
    description = describe(template, content, ctx, scale);
  }
  return { summary: summaryOf(template, content, ctx), description };
}

function templateOf({ handoff, group }: IssueContent): Template {
  if (handoff.overriddenBy) return OVERRIDDEN;
  if (group) return group.trigger?.restricted ? RESTRICTED : groupTemplate(group.problem);
  return TEMPLATES[handoff.row] ?? OTHER;
}

/** What group troubleshooting found and did before it came here. */
const troubleshot = (group: Resolution): AdfNode[] => [
  heading(2, 'What group troubleshooting found'),
  bulletList([
    [strong('Cause'), ': ', theirs(sentence(group.cause), LONGEST_FIELD)],
    [strong('Scope'), ': ', group.scope ?? 'not known'],
    ...(group.change ? [[strong('Changed'), ': ', `${theirs(group.change.field, 200)}${group.outcome === 'put-back' ? ', and put back' : ''}`]] : []),
    ...(group.verification ? [[strong('Verification'), ': ', theirs(`${group.verification.verdict}. ${group.verification.text}`, LONGEST_FIELD)]] : []),
  ]),
  ...(group.evidence.length ? [heading(2, 'Evidence'), bulletList(group.evidence.map((e) => theirs(evidenceLine(e), LONGEST_REASON)))] : []),
  ...(group.steps.length ? [heading(2, 'Steps'), bulletList(group.steps.slice(-MOST_STEPS).map((s) => theirs(`${utc(s.at)}  ${oneLine(s.text)}`, 300)))] : []),
];

/** The description, with the member's words cut to `scale` of their longest. */
function describe(template: Template, content: IssueContent, ctx: IssueContext, scale: number): AdfDocument {
  const { handoff: h, ruling: r, report, earlier } = content;
  const awaited = h.overriddenBy || r.kind !== 'escalate' || !r.endsAtHandOver;
  const inWords = theirs(ctx.description, LONGEST_FREE_TEXT * scale);
  // The report says what happened already, where that is the ticket's own description.
  const described = inWords !== '' && inWords !== theirs(report?.whatHappened ?? '', LONGEST_FREE_TEXT * scale);
  const recent = earlier.slice(-MOST_EARLIER);
  const group = content.group && !h.overriddenBy ? content.group : null;
  // The member's id stays on the ticket.
  const grounds = r.restsOn.filter((g) => g.fact !== 'memberId');
  if (group?.trigger?.restricted) {
    return doc(
      paragraph(RESTRICTED.wanted),
      bulletList([
        [strong('Ticket'), ': ', link(`${ctx.ticketId}`, ctx.ticketUrl)],
        [strong('Priority'), ': ', h.priority],
        [strong('Escalated'), ': ', `${utc(h.at)}, cycle ${content.cycle}`],
      ]),
    );
  }

  return doc(
    paragraph(template.wanted),
    ...(h.overriddenBy
      ? [paragraph(`Overridden by ${theirs(oneLine(h.overriddenBy), LONGEST_NAME)}: ${sentence(theirs(oneLine(h.reason ?? 'no reason was given'), LONGEST_REASON))}`)]
      : h.reason
        ? [paragraph(`Reason given: ${sentence(theirs(oneLine(h.reason), LONGEST_REASON))}`)]
        : []),
    bulletList([
      [strong('Ticket'), ': ', link(`${ctx.ticketId}`, ctx.ticketUrl)],
      [strong('Group'), ': ', theirs(oneLine(ctx.employerGroup ?? ''), LONGEST_FIELD) || 'not known'],
      [strong('Priority'), ': ', h.priority],
      [strong('Escalated'), ': ', `${utc(h.at)}, cycle ${content.cycle}`],
    ]),
    ...(report ? [heading(2, 'Error report'), reportTable(report, scale)] : []),
    ...(described ? [heading(2, 'In the words of the ticket'), paragraph(inWords)] : []),
    ...(group ? troubleshot(group) : []),
    heading(2, 'Why it came to you'),
    paragraph(`Row ${r.row}: ${sentence(theirs(r.reason, LONGEST_FIELD))}`),
    ...(grounds.length ? [bulletList(grounds.map((g) => theirs(groundText(g), LONGEST_FIELD)))] : []),
    ...(recent.length
      ? [
          heading(2, 'Earlier escalations of this ticket'),
          bulletList([
            ...(earlier.length > recent.length ? [`${earlier.length - recent.length} before these`] : []),
            ...recent.map((handoff) => theirs(handoffSentence(handoff), LONGEST_FIELD)),
          ]),
        ]
      : []),
    ...(awaited
      ? [
          heading(2, 'What your resolution does'),
          bulletList([
            'Fixed or Done: the member is told and asked whether it works.',
            "Won't Do or Cannot Reproduce: an agent decides what the member hears; please say why in a comment.",
            'Duplicate, with a link to the surviving issue: the ticket waits for that one.',
            'A change of status or assignee, or a comment, counts as progress; without any you are reminded.',
          ]),
        ]
      : []),
  );
}

/** A comment on the issue. */
export function issueComment(content: IssueComment, ctx: { ticketId: string }): AdfDocument {
  const ticket = `Ticket ${oneLine(ctx.ticketId)}`;
  switch (content.say) {
    case 'remind':
      return doc(
        paragraph(
          `Reminder: no progress for ${Math.round(content.withoutProgressHours * 10) / 10} h. The member of ticket ${oneLine(ctx.ticketId)} was promised an answer by ${utc(content.dueAt)}. A change of status or assignee, or a comment, tells us where it stands.`,
        ),
      );
    case 'made-twice':
      return doc(paragraph(`${ticket} goes on in ${oneLine(content.of)}. This issue was made a second time for it when Jira's answer was lost, and is closed as a duplicate. Nothing needs to be done here.`));
    case 'report': {
      const filled = REPORT_FIELDS.flatMap((f): [string, string][] => {
        const value = theirs(content.report[f] ?? '', LONGEST_FIELD);
        return value ? [[REPORT_WORDS[f].label, value]] : [];
      });
      return doc(
        paragraph(`${ticket}: added to the error report, from ${theirs(oneLine(content.by), LONGEST_NAME) || 'an agent'}.`),
        ...(filled.length ? [table(filled)] : []),
      );
    }
  }
}
