/** The part of docs/protocols.md on group troubleshooting, written from its tables. */
import type { GroupProblem } from '../domain/ruling.js';
import { FIX_KINDS, type FixKind } from '../domain/troubleshooting.js';
import { CHECKS } from './checks/table.js';
import type { Check } from './checks/check.js';
import { FACT_WORDS } from './fact-words.js';
import { FIXES } from './fixes.js';
import { TRIGGERS } from './triggers.js';

/** In Markdown: how it is gone about, what is escalated instead, and the quick fixes. */
export function renderTroubleshooting(): string {
  return [HOW, `### Escalated instead of fixed\n\n${TRIGGER_NOTES}`, triggers(), `### Quick fixes\n\n${FIX_NOTES}`, fixes()].join('\n\n');
}

/** In Markdown: the checks of one problem. */
export function renderChecks(problem: GroupProblem): string {
  const { checks, commonCause, quickFix, nothingWrong } = CHECKS[problem];
  return [
    `The checks, in order. The common cause: ${commonCause}. The quick fix: ${quickFix}.`,
    table(
      ['', 'check', 'is looked at', 'a pass means', 'a failure means', 'a failure leads to', 'source'],
      checks.map((c, i) => [`${i + 1}`, `\`${c.id}\``, c.asks, c.passes, c.fails, leadsTo(c), c.source]),
    ),
    `Every check passed: ${nothingWrong.explains ? 'it is explained with the definition and the figures.' : nothingWrong.guidance.join(' ')}`,
    ...readings(checks),
  ].join('\n\n');
}

const HOW = `## Group troubleshooting

The four inquiries below go through seven steps: gather, scope, group status, recent changes, test, fix, document.
Every check of a problem is made, and each result is kept as evidence with its value, its source and its time.

- The first check that failed decides. What is not known is never a pass: a check that is not known keeps those after
  it from deciding, unless our reading of it says otherwise.
- What is told by people, by the agent's \`provide\`: ${(['scope', 'observedLogin', 'securityConcern', 'suspectedDefect'] as const).map((f) => `${FACT_WORDS[f]} (\`${f}\`)`).join('; ')}.
- Each diagnosis is exactly one of: a fix, an explanation, a person, an escalation.
- A member's view is looked at, by impersonation, only after the employer record was read and shows nothing that is
  escalated, and never of a member of another group; the same is asked again before every change.
- What no quick fix covers is left to a person, with what to do. The record of a member who is only a sample of the
  group is not touched.`;

const TRIGGER_NOTES = `Looked for before anything else, and again with all the evidence. The first that is seen counts, and what was read or
said is the first of the evidence where no check shows it. The guide names no team; the teams and priorities are our
reading.`;

const FIX_NOTES = `Before a change, the actor's permission is checked, a second person approves exactly this change (group, field,
from, to, version), and it must be known whom the problem affects. A change goes through only at the version that was
read. One that does not show in the member's view is put back, and escalated as a suspected defect; what cannot be
seen is left to a person.`;

function triggers(): string {
  const rows = TRIGGERS.map((t, i) => [
    `${i + 1}`,
    `\`${t.id}\``,
    t.when,
    t.problems.length === Object.keys(CHECKS).length ? 'all' : t.problems.join(', '),
    `${t.team}, priority ${t.priority}${t.restricted ? ', a restricted issue' : ''}${t.leadTold ? ', a lead is told' : ''}`,
    t.source,
  ]);
  return [table(['', 'trigger', 'when', 'looked for in', 'escalated to', 'source'], rows), ...readings(TRIGGERS)].join('\n\n');
}

function fixes(): string {
  const rows = FIX_KINDS.map((kind, i) => {
    const { does, needsApproval, verifies, source } = FIXES[kind];
    return [`${i + 1}`, `\`${kind}\``, does, needsApproval ? 'a second person' : 'none', verifies, source];
  });
  return [table(['', 'fix', 'does', 'approval', 'verified when', 'source'], rows), ...readings(FIX_KINDS.map((id) => ({ ...FIXES[id], id })))].join('\n\n');
}

function leadsTo({ fix, escalates, explains, symptom, provesDefect, guidance, asksFacts }: Check): string {
  const ways = [
    ...(provesDefect ? ['escalation as a suspected defect, if the rest is right'] : []),
    ...(symptom ? ['a failure after it, if there is one'] : []),
    ...(fix ? [`the fix \`${fix satisfies FixKind}\``] : []),
    ...(explains ? ['an explanation with the definition and the figures'] : []),
    `a person: ${guidance.join(' ')}`,
  ];
  if (escalates) return `escalation by \`${escalates}\``;
  const asks = asksFacts?.length ? ` Asked of the agent: ${asksFacts.map((f) => FACT_WORDS[f]).join('; ')}.` : '';
  return `${ways.join('; else ')}${asks}`;
}

const readings = (rows: readonly { id: string; ourReading?: string }[]): string[] =>
  rows.flatMap((r) => (r.ourReading ? [`Our reading, \`${r.id}\`: ${r.ourReading}`] : []));

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((c) => c.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
