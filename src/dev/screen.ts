/** What the terminal shows of the cases: one line a change, and the summary of the samples. */
import type { CaseRow } from '../client/cases.js';
import { plain, table } from '../client/print.js';

const NAME_WIDTH = 32;

/** `12:03:04  5007  VMP, 48 hours nearly over         what happened`. */
export function line(now: Date, ticket: string, name: string, what: string): string {
  const time = now.toTimeString().slice(0, 8);
  return `${time}  ${ticket.padEnd(5)}  ${cut(plain(name)).padEnd(NAME_WIDTH)}  ${what}`;
}
const cut = (text: string): string => (text.length > NAME_WIDTH ? `${text.slice(0, NAME_WIDTH - 1)}…` : text);

/** What of a case is worth a line when it changes. */
export const standing = ({ stage, cycle, needs, outcome, jiraKey, status }: CaseRow): string =>
  [stage, cycle, needs, outcome, jiraKey, status].join('|');

/** What somebody did, beside what a case did. */
export const deed = (what: string): string => `· ${what}`;

/** From one standing to the next; `before` is undefined for a case that was not shown yet. */
export function change(before: CaseRow | undefined, row: CaseRow): string {
  const { stage, cycle, row: by, team, jiraKey, needs, outcome, status } = row;
  const moved = before?.stage !== stage || before.cycle !== cycle;
  const way = moved ? [before?.stage, '→', stage] : ['…', stage];
  const details =
    stage === 'ended'
      ? [outcome]
      : [by, team, jiraKey, (cycle ?? 1) > 1 ? `cycle ${cycle}` : null, needs ? NEEDED[needs] ?? needs : null];
  const closed = status === 'running' || status === 'completed' ? null : `the workflow is ${status}`;
  return `${way.filter(Boolean).join(' ').padEnd(34)}  ${[...details, closed].filter(Boolean).join(', ')}`.trimEnd();
}

const NEEDED: Record<string, string> = {
  facts: 'an agent is asked for facts',
  person: 'held for a person',
  inquiry: 'held for a person',
  choice: 'an agent is asked what the member hears',
  confirmation: 'an agent is asked whether it works',
  call: 'an agent is asked to call',
  'mail-check': 'an agent is asked about a mail',
  'promise-time': 'an agent is asked for a time',
  resume: 'parked until somebody resumes it',
  'surviving-ticket': 'an agent is asked for the surviving ticket',
};

export interface Result {
  name: string;
  ticket: string;
  expected: string;
  reached: boolean;
  /** What it is instead, or has become since. */
  now: string;
}

/** The summary: every sample on a line, those that did not get there last and with what they are instead. */
export function summary(results: Result[], width: number): string {
  const rows = [...results].sort((a, b) => Number(b.reached) - Number(a.reached));
  const all = rows.every((r) => r.reached);
  return table(
    ['', 'ticket', 'sample', 'expected end', ...(all ? [] : ['instead'])],
    rows.map((r) => [r.reached ? 'ok' : 'NO', r.ticket, r.name, r.expected, ...(all ? [] : [r.now])]),
    width,
  );
}
