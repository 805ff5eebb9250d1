/** docs/protocols.md, written from the table, so that Member Services can check what the system does. */
import { ERROR_KINDS } from '../domain/facts.js';
import type { GroupProblem } from '../domain/ruling.js';
import { HOLD_MS, span } from './clocks.js';
import { FACT_WORDS } from './fact-words.js';
import type { Row, RowInquiry, Then } from './row.js';
import { ROWS } from './table.js';
import { renderChecks, renderTroubleshooting } from './troubleshooting-document.js';
import { POLICY_VERSION } from './version.js';

const TITLES: Readonly<Record<RowInquiry, string>> = {
  cancellation: 'Cancellations',
  scheduling: 'Scheduling issues',
  'specific-employee': 'Specific employee request',
  'general-feedback': 'General feedback',
  'positive-feedback': 'Positive feedback',
  'app-bug': 'App bugs',
  'vbid-incentives': 'VBID / incentives',
  'webinar-missing': 'Webinar missing',
  'eligibility-no-programs': 'Eligibility / "No Programs"',
  'vmp-scheduling-blocked': 'VMP scheduling blocked',
  'device-standard-order': 'Device: standard orders',
  'device-cgm-order': 'Device: CGM orders',
  'device-withings': 'Device: Withings issues',
  'device-philips': 'Device: Philips issues',
  'technical-error': 'Technical errors',
  'group-access': 'Group: member access',
  'group-engagement': 'Group: engagement discrepancies',
  'group-configuration': 'Group: configuration conflicts',
  'group-rewards': 'Group: rewards',
  unknown: 'Anything else, or nothing',
};

/** The whole document, in Markdown. */
export function renderProtocols(): string {
  const inquiries = [...new Set(ROWS.map((r) => r.inquiry))];
  return `${[INTRODUCTION, CLOCKS, ...inquiries.map(section)].join('\n\n')}\n`;
}

const INTRODUCTION = `# The protocols, row by row

<!-- Written by \`npm run docs\` from src/policy. Change the table, not this page. -->

Policy version ${POLICY_VERSION}.

This page says what the system does with every ticket. It is written from the same table that decides, so it
cannot say anything else. Member Services: please read it against the guide; a row that is wrong here is wrong
in the system.

- A ticket's inquiry field says which section applies. A set error kind makes it a technical error, whatever
  the inquiry field says. The words of a ticket only suggest an inquiry to an agent; they never decide.
- In every section exactly one row applies. A fact that a row needs and that is not known is asked for, all that
  are still needed at once: of the agent by an internal note. Where Admin or HGP would know it, and it is not
  known which member it is, the member is asked for the member's id by a public reply. Nothing is guessed: a
  time that cannot be read, or facts that contradict each other, count as not known.
- A row that keeps a ticket in Tier 1 refuses an agent's request to escalate, with the row and its reason. A
  lead may override it, with a reason that is recorded.
- "Our reading" marks what the guide leaves open and how it was settled.`;

const CLOCKS = `## The clocks

Both count clock hours, and both measure how long the condition has held, not how old the ticket is. If the
condition breaks, its clock starts again. A start that lies in the future counts as just now. The ${span(HOLD_MS)} are
the setting \`HOLD_HOURS\`.

| clock | starts when | still waits | goes on |
|---|---|---|---|
| VBID / incentives | the member comes into compliance | for less than ${span(HOLD_MS)} | at exactly ${span(HOLD_MS)} |
| VMP scheduling blocked | all "Requirements to Schedule" are TRUE | up to and at exactly ${span(HOLD_MS)} | as soon as it is more than ${span(HOLD_MS)} |

When a wait ends, the facts are read again and it is decided again.`;

function section(inquiry: RowInquiry): string {
  const rows = ROWS.filter((r) => r.inquiry === inquiry);
  const needs = [...new Set(rows.flatMap((r) => r.needs))];
  const readings = rows.flatMap((r) => (r.ourReading ? [`Our reading, \`${r.id}\`: ${r.ourReading}`] : []));
  const problem = problemOf(rows);
  return [
    ...(rows[0]?.id === 'group/access' ? [renderTroubleshooting()] : []),
    `## ${TITLES[inquiry]}`,
    inquiry === 'unknown' ? 'Inquiry field: empty, or none of the above.' : `Inquiry field: \`${inquiry}\`.`,
    ...(needs.length ? [`What must be known:\n\n${needs.map((n) => `- ${FACT_WORDS[n]}`).join('\n')}`] : []),
    `| row | when | then | source |\n|---|---|---|---|\n${rows.map(line).join('\n')}`,
    ...(inquiry === 'technical-error' ? [`The error kinds: ${ERROR_KINDS.map((k) => `\`${k}\``).join(', ')}.`] : []),
    ...readings,
    ...(problem ? [renderChecks(problem)] : []),
  ].join('\n\n');
}

function problemOf(rows: readonly Row[]): GroupProblem | null {
  const then = rows[0]?.then;
  return then?.kind === 'troubleshoot' ? then.problem : null;
}

const line = (r: Row) =>
  `| ${[`\`${r.id}\``, capital(r.whenSaid), `**${verdict(r.then)}**: ${r.then.does}.`, r.source]
    .map((cell) => cell.replaceAll('|', '\\|'))
    .join(' | ')} |`;

function verdict(then: Then): string {
  switch (then.kind) {
    case 'tier1':
      return 'Tier 1';
    case 'answer':
      return 'Tier 1, answered by the system';
    case 'ask':
      return 'Tier 1, the agent is asked';
    case 'wait':
      return 'Wait';
    case 'escalate':
      return `Escalate to ${then.team}, priority ${then.priority}${then.endsAtHandOver ? ', ends at the hand-over' : ''}`;
    case 'troubleshoot':
      return 'Group troubleshooting';
    case 'hold':
      return 'Held for a person';
  }
}

const capital = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
