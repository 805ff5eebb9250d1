/** Commands about problems: one cause behind many tickets. `cli.ts` names them; this is what they print and say. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { PROBLEM_STAGES, type ProblemMember, type ProblemView } from '../../domain/problem.js';
import type { ProblemRow } from '../problems.js';
import { json, pairs, plain, table, when } from '../print.js';
import type { Session } from '../session.js';
import type { Execution } from '../talk.js';
import { listPath, stageOf, type ListOptions } from './look.js';

/** Adds an action that has a session and the command's own arguments. */
export type On = <A extends unknown[]>(command: Command, act: (session: Session, ...args: A) => Promise<void>) => void;

/** So many cases are listed under a problem; `members` of the API pages through all. */
const SHOWN = 50;

export function problemCommands(cli: Command, on: On): void {
  const reason = new Option('-r, --reason <text>', 'why, for the record').makeOptionMandatory();
  const saying = (parent: Command, usage: string, description: string) =>
    parent.command(usage).description(description).option('--key <key>', 'the same key again is the same command (Idempotency-Key)');

  on(
    cli
      .command('problems')
      .description('list problems (one cause behind many tickets), in the order of `cases`')
      .option('-q, --query <query>', 'a visibility query, e.g. \'JiraKey = "INFRA-7"\'')
      .addOption(new Option('--stage <stage>').choices([...PROBLEM_STAGES, 'parked']))
      .option('--flagged', 'only flagged ones')
      .option('--open', 'only running ones')
      .option('--ended', 'only ended ones')
      .option('-n, --limit <n>', 'at most so many'),
    listProblems,
  );

  const problem = cli.command('problem').description('one problem: show, merge, choose, resume');
  on(problem.command('show <problem>').description('its state, its cases and its record'), showProblem);
  on(
    saying(problem, 'merge <problem>', 'its cases go over to another one; its issue becomes a duplicate')
      .requiredOption('--into <problem>', 'the one that survives')
      .addOption(reason),
    (session, id: string, o: { into: string; reason: string }) => session.sayTo(at(id), 'merge', { into: o.into, reason: o.reason }),
  );
  on(
    saying(problem, 'choose <problem> <choice>', 'after a resolution that is none, for all its cases: follow-up, keep-waiting').addOption(reason),
    (session, id: string, choice: string, o: { reason: string }) => session.sayTo(at(id), 'choose', { choice, reason: o.reason }),
  );
  on(
    saying(problem, 'resume <problem>', 'try a parked step again').option('--note <text>', 'what was done about it'),
    (session, id: string, o: { note?: string }) => session.sayTo(at(id), 'resume', o.note ? { note: o.note } : {}),
  );

  on(
    saying(cli, 'link <ticket> <problem>', 'put the case into a problem').addOption(reason),
    (session, ticket: string, id: string, o: { reason: string }) => session.say(ticket, 'link', { problem: id, reason: o.reason }),
  );
  on(
    saying(cli, 'unlink <ticket>', 'take the case out of its problem; it files an issue of its own').addOption(reason),
    (session, ticket: string, o: { reason: string }) => session.say(ticket, 'unlink', { reason: o.reason }),
  );
}

const at = (id: string): string => `/problems/${encodeURIComponent(id)}`;

export async function listProblems(session: Session, options: ListOptions): Promise<void> {
  const { problems } = (await session.get(listPath('/problems', options))) as { problems: ProblemRow[] };
  if (session.json) return session.io.out(json(problems));
  if (!problems.length) return session.io.out('No problem.');
  const rows = problems.map((p) => [
    p.problemId,
    stageOf(p),
    p.needs,
    p.flagged ? 'flagged' : '',
    p.jiraKey,
    p.priority,
    when(p.startedAt),
  ]);
  session.io.out(table(['Problem', 'Stage', 'Needs', 'Flag', 'Jira', 'Priority', 'Since'], rows, session.io.width));
}

export async function showProblem(session: Session, id: string): Promise<void> {
  const view = (await session.get(at(id))) as ProblemView & { execution: Execution };
  const { members } = (await session.get(`${at(id)}/members?limit=${SHOWN}`)) as { members: ProblemMember[] };
  if (session.json) return session.io.out(json({ ...view, cases: members }));
  const { signature, execution } = view;
  session.io.out(
    pairs([
      ['Problem', view.id],
      ['Signature', signature && [signature.kind, signature.page, signature.code].filter(Boolean).join(', ')],
      ['Stage', execution.status === 'running' || execution.status === 'completed' ? view.stage : `${view.stage} (${execution.status})`],
      ['Waits for', view.waitsFor],
      ['Needs', view.needs],
      ['To choose', view.choice],
      ['Flagged', view.flagged],
      ['System-wide', view.systemWide ? 'yes' : ''],
      ['Priority', view.priority],
      ['Jira', view.issueKey],
      ['Earlier', view.earlierKeys.join(', ')],
      ['Round', view.round],
      ['Cases', view.joined === view.members ? view.members : `${view.members} now, ${view.joined} in all`],
      ['Groups', view.groups.join(', ')],
      ['First seen', when(view.firstSeen)],
      ['Last seen', when(view.lastSeen)],
      ['Told', view.told || ''],
      ['Merged into', view.mergedInto],
      ['Took over', view.absorbed.join(', ')],
      ['Next wake', when(view.nextWake)],
      ['Ended', when(execution.endedAt)],
    ]),
  );
  if (members.length) {
    const rows = members.map((m) => [m.ticketId, m.cycle, when(m.joinedAt), m.group]);
    session.io.out(`\n${table(['Ticket', 'Cycle', 'Joined', 'Group'], rows, session.io.width)}`);
    if (view.members > members.length) session.io.out(`… and ${view.members - members.length} more.`);
  }
  if (!view.timeline.length) return;
  const rows = view.timeline.map((e) => [when(e.at), e.cycle, e.what, plain(e.by), (e.times ?? 1) > 1 ? `${e.text} (${e.times} times)` : e.text]);
  session.io.out(`\n${table(['At', 'Round', 'What', 'By', 'Text'], rows, session.io.width)}`);
}
