/** What the sweep does: finds what changed, and knocks only where the case does not know it yet. */
import { isNews, isSolved, readPast } from '../domain/marks.js';
import { problemOfLabel } from '../domain/problem.js';
import { issueDigest, issueSnapshot, snapshot, ticketDigest } from '../domain/snapshot.js';
import type { Position } from '../domain/sweep.js';
import type { Issue, Ticket } from '../domain/ticket.js';
import type { IssueChanged, Seen, TicketChanged } from '../workflows/messages.js';
import { statusOf } from './failures.js';
import { healing } from './heal.js';
import type { ChangedIssue, ChangedTicket, HelpdeskPort, JiraPort } from './ports.js';
import { walk, type Page, type Tally, type Walked } from './walk.js';

/** How the sweep reaches the cases. */
export interface KnockPort {
  knock(ticketId: string, what: TicketChanged): Promise<void>;
  /** To the running case; where none runs, nothing happens. */
  issueChanged(ticketId: string, what: IssueChanged): Promise<void>;
  /** What the running case knows of the outside; null when no case of the ticket is running, 'unreadable' when it does not answer. */
  seen(ticketId: string): Promise<Seen | 'unreadable' | null>;
  /** Says that a problem's issue changed; starts the problem again where it has ended. */
  problemIssueChanged(problemId: string, what: IssueChanged): Promise<void>;
  /** What the running problem knows of its issue; null when it is not running, 'unreadable' when it does not answer. */
  problemSeen(problemId: string): Promise<ProblemSeen | 'unreadable' | null>;
  /** Workflow ids of cases and problems of which a run was terminated, failed or timed out at or after `since`. */
  endedFromOutside(since: string): Promise<string[]>;
  /** Starts such a case again, or such a problem where it had an issue; false where it runs, or ended by itself. */
  revive(workflowId: string, at: string): Promise<boolean>;
}

export interface ProblemSeen {
  round: number;
  issue: { key: string; digest: string } | null;
}

/** A list that has no cursor is asked for from a little before the mark: what changed while it was made is in no list. */
const OVERLAP_MS = 10 * 60_000;
const sinceOf = ({ mark }: Position): string => new Date(Date.parse(mark) - OVERLAP_MS).toISOString();
const UNSETTLED = 'it is not settled which of its issues stays';

export function createSweepActivities({ helpdesk, jira, cases, longestMs }: { helpdesk: HelpdeskPort; jira: JiraPort; cases: KnockPort; /** An attempt's; for tests. */ longestMs?: number }) {
  const { madeTwice, heal, unrepeat } = healing({ helpdesk, jira, cases });
  const now = () => new Date().toISOString();
  const hint = (about: string) => ({ id: `sweep-${about}-${now()}`, via: 'sweep', at: now() }) as const;

  return {
    /** Knocks at the cases of tickets that others changed. `at` is when the sweep began, ISO 8601. */
    async sweepTickets(from: Position, at: string): Promise<Walked> {
      return walk<ChangedTicket>(
        from,
        at,
        {
          async page(position) {
            const { tickets, cursor, isEnd } = await helpdesk.changed({ since: sinceOf(position), cursor: position.cursor });
            return { items: tickets.map((t) => [t.id, t, t.updatedAt]), next: cursor, upTo: tickets.at(-1)?.updatedAt ?? null, isEnd };
          },
          async look(ticketId, changed, tally) {
            const seen = await cases.seen(ticketId);
            // One that does not answer is told all the same; one that has not read its ticket yet is about to.
            if (seen !== 'unreadable') {
              if (seen && seen.ticket === null) return;
              const isKnown = (ticket: Ticket) => (seen ? seen.ticket === ticketDigest(snapshot(ticket)) : !isNewWithoutCase(ticket));
              if (changed && isKnown(await changed.read())) return;
              // It may have changed once more since it was listed, and the case know that already.
              if (isKnown(await helpdesk.readTicket(ticketId))) return;
            }
            await cases.knock(ticketId, hint(ticketId));
            tally.knocked += 1;
          },
        },
        longestMs,
      );
    },

    /** Tells the cases and problems of Jira issues that others changed, and closes issues that were made twice. */
    async sweepIssues(from: Position, at: string): Promise<Walked> {
      let before = new Set<string>();
      return walk<ChangedIssue | 'label'>(
        from,
        at,
        {
          async page(position): Promise<Page<ChangedIssue | 'label'>> {
            const found = await jira.changed(position.cursor ?? sinceOf(position));
            // A page begins with the moment at which the one before it ended.
            const issues = found.issues.filter((i) => !before.has(`${i.key} ${i.updatedAt}`));
            before = new Set(found.issues.map((i) => `${i.key} ${i.updatedAt}`));
            const labels = await madeTwice([...new Set(issues.flatMap((i) => i.labels))]);
            const items = [...issues.map((i) => [i.key, i, i.updatedAt] as const), ...labels.map((label) => [label, 'label', found.upTo ?? ''] as const)];
            return { items, next: found.isEnd ? null : found.upTo, upTo: found.upTo, isEnd: found.isEnd };
          },
          async look(id, item, tally) {
            if (item === 'label' || isLabel(id)) return (await heal(id, tally)) === 'unsettled' ? { later: UNSETTLED } : undefined;
            const issue = await (item ? item.read() : readAgain(id));
            if (!issue) return;
            await tellOf(issue, tally);
            await unrepeat(issue.key, tally);
          },
        },
        longestMs,
      );
    },

    /** Starts again the cases and problems that were ended from outside: what they owe is still owed. */
    async reviveCases(from: Position, at: string): Promise<Walked> {
      return walk<null>(
        from,
        at,
        {
          async page(position) {
            const ids = await cases.endedFromOutside(sinceOf(position));
            return { items: ids.map((id) => [id, null, '']), next: null, upTo: null, isEnd: true };
          },
          async look(workflowId, _, tally) {
            if (await cases.revive(workflowId, now())) tally.knocked += 1;
          },
        },
        longestMs,
      );
    },
  };

  async function tellOf(issue: Issue, tally: Tally): Promise<void> {
    const digest = issueDigest(issueSnapshot(issue));
    const what = { ...hint(issue.key), key: issue.key };
    for (const label of issue.labels) {
      const [, ticketId, cycle] = /^onetouch-(\d+)-(\d+)$/.exec(label) ?? [];
      const problem = problemOfLabel(label);
      if (ticketId && (await isNewsToCase(ticketId, Number(cycle)))) await cases.issueChanged(ticketId, what);
      // The problem tells its cases by itself.
      else if (problem && (await isNewsToProblem(problem))) await cases.problemIssueChanged(problem.id, what);
      else continue;
      tally.knocked += 1;
    }

    async function isNewsToCase(ticketId: string, cycle: number): Promise<boolean> {
      const seen = await cases.seen(ticketId);
      // One that does not answer is told all the same.
      if (!seen || seen === 'unreadable') return seen !== null;
      // An issue of an earlier cycle is history: the case waits for another.
      if (seen.cycle !== cycle) return false;
      if (seen.issue?.key === issue.key && seen.issue.digest === digest) return false;
      // Made twice, and closed by us: the case never knew it.
      if (seen.issue && seen.issue.key !== issue.key && issue.duplicateOf === seen.issue.key) return false;
      // An issue nobody has touched since it was filed has nothing to tell.
      return !(seen.issue === null && issue.category === 'new' && !issue.assigneeId && !issue.lastForeignComment);
    }

    async function isNewsToProblem({ id, round }: { id: string; round: number }): Promise<boolean> {
      const seen = await cases.problemSeen(id);
      if (seen === 'unreadable') return true;
      // Only an issue that is open again brings back a problem that has ended.
      if (!seen) return issue.category !== 'done';
      // An issue of an earlier round is history, unless the problem took it over.
      if (seen.round !== round && seen.issue?.key !== issue.key) return false;
      // Made twice, and closed by us: the problem never knew it.
      if (seen.issue && seen.issue.key !== issue.key && issue.duplicateOf === seen.issue.key) return false;
      if (seen.issue === null) return issue.category !== 'new' || issue.assigneeId !== null || issue.lastForeignComment !== null;
      return seen.issue.key !== issue.key || seen.issue.digest !== digest;
    }
  }

  /** An issue that could not be looked at before; null where it is gone by now. */
  async function readAgain(key: string): Promise<Issue | null> {
    try {
      return await jira.readIssue(key);
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw error;
    }
  }
}
export type SweepActivities = ReturnType<typeof createSweepActivities>;

const isLabel = (id: string): boolean => id.startsWith('onetouch-');

function isNewWithoutCase(ticket: Ticket): boolean {
  const past = readPast(ticket);
  if (past.record) return isNews(past.record, snapshot(ticket));
  return past.cycle > 0 || !(isSolved(ticket) || ticket.status === 'deleted');
}
