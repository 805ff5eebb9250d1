/** Commands that look: cases, show, explain. */
import type { CaseView, Entry } from '../../domain/case.js';
import type { Ruling } from '../../domain/ruling.js';
import type { CaseRow, Execution } from '../cases.js';
import { json, pairs, plain, table, when } from '../print.js';
import type { Session } from '../session.js';

/** What a list may be narrowed to; `open` and `ended` together are all. */
export interface ListOptions {
  query?: string;
  stage?: string;
  flagged?: boolean;
  open?: boolean;
  ended?: boolean;
  limit?: string;
}
export interface CasesOptions extends ListOptions {
  team?: string;
  needs?: string;
}

/** The path of a list, narrowed. */
export function listPath(path: string, { flagged, open, ended, ...rest }: ListOptions): string {
  const wanted = { ...rest, ...(flagged && { flagged: 'true' }), ...(open !== ended && { status: open ? 'open' : 'ended' }) };
  return `${path}?${new URLSearchParams(Object.entries(wanted).filter(([, value]) => value !== undefined))}`;
}

/** A run that failed or was terminated has no stage of its own to show. */
export const stageOf = ({ status, stage }: Execution & { stage: string | null }): string | null =>
  status === 'running' || status === 'completed' ? stage : status;

export async function listCases(session: Session, options: CasesOptions): Promise<void> {
  const { cases } = (await session.get(listPath('/cases', options))) as { cases: CaseRow[] };
  if (session.json) return session.io.out(json(cases));
  if (!cases.length) return session.io.out('No case.');
  const head = ['Ticket', 'Stage', 'Needs', 'Flag', 'Row', 'Team', 'Jira', 'Promise due', 'Cycle', 'Outcome'];
  const rows = cases.map((c) => [
    c.ticketId,
    stageOf(c),
    c.needs,
    c.flagged ? 'flagged' : '',
    c.row,
    c.team,
    c.jiraKey,
    when(c.promiseDue),
    c.cycle,
    c.outcome,
  ]);
  session.io.out(table(head, rows, session.io.width));
}

export async function showCase(session: Session, ticket: string): Promise<void> {
  const path = `/cases/${encodeURIComponent(ticket)}`;
  const view = (await session.get(path)) as CaseView & { execution: Execution };
  const { timeline } = (await session.get(`${path}/timeline`)) as { timeline: Entry[] };
  if (session.json) return session.io.out(json({ ...view, timeline }));
  const { handoff, promise, execution } = view;
  session.io.out(
    pairs([
      ['Ticket', view.ticketId],
      ['Stage', execution.status === 'running' || view.stage === 'ended' ? view.stage : `${view.stage} (${execution.status})`],
      ['Waits for', view.waitsFor],
      ['Needs', view.needs],
      ['Flagged', view.flagged],
      ['Parked', view.parked ? 'until someone resumes it' : ''],
      ['Cycle', view.cycle],
      ['Overrides', view.overrides || ''],
      ['Ruling', view.ruling && `${view.ruling.row}: ${view.ruling.reason}`],
      ['With', handoff && [handoff.team, handoff.issueKey, `since ${when(handoff.at)}`].filter(Boolean).join(', ')],
      ['Problem', view.problem],
      ['Promise due', when(promise?.dueAt)],
      ['Owed', view.owed.join('; ')],
      ['Next wake', when(view.nextWake)],
      ['Outcome', view.outcome],
      ['Started', when(execution.startedAt)],
      ['Ended', when(execution.endedAt)],
    ]),
  );
  if (!timeline.length) return;
  const rows = timeline.map((e) => [when(e.at), e.cycle, e.what, e.by, (e.times ?? 1) > 1 ? `${e.text} (${e.times} times)` : e.text]);
  session.io.out(`\n${table(['At', 'Cycle', 'What', 'By', 'Text'], rows, session.io.width)}`);
}

export async function explainCase(session: Session, ticket: string): Promise<void> {
  const { ruling } = (await session.get(`/cases/${encodeURIComponent(ticket)}/explain`)) as { ruling: Ruling | null };
  if (session.json) return session.io.out(json(ruling));
  session.io.out(ruling ? explained(ruling, session.io.width) : 'There is no ruling: none was made yet, or only the record is left.');
}

/** A ruling for people: what, why, on which facts, and why nothing else. */
export function explained(ruling: Ruling, width: number): string {
  const parts = [
    pairs([
      ['Row', ruling.row],
      ['Ruling', consequence(ruling)],
      ['Reason', ruling.reason],
      ['Decided for', ruling.at],
      ['Policy', ruling.policy],
    ]),
  ];
  if (ruling.restsOn.length) {
    const rows = ruling.restsOn.map((g) => [g.fact, g.source, when(g.readAt), typeof g.value === 'string' ? g.value : JSON.stringify(g.value)]);
    parts.push(table(['Rests on', 'Source', 'Read at', 'Value'], rows, width));
  }
  if (ruling.ruledOut.length) parts.push(table(['Ruled out', 'Why'], ruling.ruledOut.map((r) => [r.row, r.why]), width));
  return parts.join('\n\n');
}

function consequence(ruling: Ruling): string {
  switch (ruling.kind) {
    case 'tier1':
      return `Tier 1 resolves it${ruling.names.length ? `: ${ruling.names.map(plain).join(', ')}` : ''}`;
    case 'answer':
      return 'Tier 1; the member is answered on the ticket';
    case 'ask':
      return `ask the ${ruling.of} for ${ruling.asks.join(', ')}`;
    case 'wait':
      return `wait until ${ruling.until}`;
    case 'escalate':
      return `escalate to ${ruling.team}, priority ${ruling.priority}`;
    case 'troubleshoot':
      return `troubleshoot the group's ${ruling.problem}`;
    case 'hold':
      return 'hold for a person';
  }
}
