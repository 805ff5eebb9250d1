/** What the sweep does: finds what changed, and knocks only where the case does not know it yet. */
import { Context } from '@temporalio/activity';
import pMap from 'p-map';
import { isNews, isSolved, readPast } from '../domain/marks.js';
import { problemOfLabel } from '../domain/problem.js';
import { issueDigest, issueSnapshot, snapshot, ticketDigest } from '../domain/snapshot.js';
import type { IssueChanged, Seen, TicketChanged } from '../workflows/messages.js';
import type { HelpdeskPort, JiraPort } from './ports.js';

/** How the sweep reaches the cases. */
export interface KnockPort {
  knock(ticketId: string, what: TicketChanged): Promise<void>;
  issueChanged(ticketId: string, what: IssueChanged): Promise<void>;
  /** What the running case knows of the outside; null when no case of the ticket is running, 'unreadable' when it does not answer. */
  seen(ticketId: string): Promise<Seen | 'unreadable' | null>;
  /** Says that a problem's issue changed; starts the problem again where it has ended. */
  problemIssueChanged(problemId: string, what: IssueChanged): Promise<void>;
  /** What the running problem knows of its issue; null when it is not running, 'unreadable' when it does not answer. */
  problemSeen(problemId: string): Promise<ProblemSeen | 'unreadable' | null>;
  /** Tickets whose case was terminated, failed or timed out at or after `since`, and is not running. */
  endedFromOutside(since: string): Promise<string[]>;
  /** The same of problems that had an issue. */
  problemsEndedFromOutside(since: string): Promise<{ id: string; key: string }[]>;
}

export interface ProblemSeen {
  round: number;
  issue: { key: string; digest: string } | null;
}

/** So many are looked at at once: in a bad hour thousands have changed, and the outside systems have their rate limits. */
const TOGETHER = 6;
/** Looks at each, some at once, and answers the sum. Rejects with the first error. */
export async function sumOf<T>(all: Iterable<T>, look: (one: T) => Promise<number>): Promise<number> {
  const context = Context.current();
  const counts = await pMap(all, look, { concurrency: TOGETHER, signal: context.cancellationSignal });
  return counts.reduce((sum, n) => sum + n, 0);
}

export function createSweepActivities({ helpdesk, jira, cases }: { helpdesk: HelpdeskPort; jira: JiraPort; cases: KnockPort }) {
  const now = () => new Date().toISOString();

  return {
    /** Knocks at the cases of tickets that others changed since; answers how many. */
    async sweepTickets(since: string): Promise<number> {
      return sumOf(new Set(await helpdesk.changedSince(since)), async (ticketId) => {
        const ticket = await helpdesk.readTicket(ticketId);
        const digest = ticketDigest(snapshot(ticket));
        const seen = await cases.seen(ticketId);
        // One that does not answer is told, and holds up no other.
        const news = seen === 'unreadable' || (seen ? seen.ticket !== null && seen.ticket !== digest : isNewWithoutCase());
        if (!news) return 0;
        await cases.knock(ticketId, { id: `sweep-${digest}-${now()}`, via: 'sweep', at: now() });
        return 1;

        function isNewWithoutCase(): boolean {
          const past = readPast(ticket);
          if (past.record) return isNews(past.record, snapshot(ticket));
          return past.cycle > 0 || !(isSolved(ticket) || ticket.status === 'deleted');
        }
      });
    },

    /** Tells the cases and problems of Jira issues that others changed since; answers how many. */
    async sweepIssues(since: string): Promise<number> {
      return sumOf(await jira.changedSince(since), async (issue) => {
        let told = 0;
        const digest = issueDigest(issueSnapshot(issue));
        for (const label of issue.labels) {
          const [, ticketId, cycle] = /^onetouch-(\d+)-(\d+)$/.exec(label) ?? [];
          const seen = ticketId ? await cases.seen(ticketId) : null;
          // An issue of an earlier cycle is history: the case waits for another.
          if (!ticketId || !seen || (seen !== 'unreadable' && !isNewTo(seen))) continue;
          function isNewTo(seen: Seen): boolean {
            if (seen.cycle !== Number(cycle)) return false;
            if (seen.issue?.key === issue.key && seen.issue.digest === digest) return false;
            // Made twice, and closed by us: the case never knew it.
            if (seen.issue && seen.issue.key !== issue.key && issue.duplicateOf === seen.issue.key) return false;
            // An issue nobody has touched since it was filed has nothing to tell.
            return !(seen.issue === null && issue.category === 'new' && !issue.assigneeId && !issue.lastForeignComment);
          }
          await cases.issueChanged(ticketId, { id: `sweep-${issue.key}-${digest}-${now()}`, via: 'sweep', at: now(), key: issue.key });
          told += 1;
        }
        for (const label of issue.labels) {
          const named = problemOfLabel(label);
          if (!named || !(await isNewsTo(named))) continue;
          // The problem tells its cases by itself.
          await cases.problemIssueChanged(named.id, { id: `sweep-${issue.key}-${digest}-${now()}`, via: 'sweep', at: now(), key: issue.key });
          told += 1;
        }
        return told;

        async function isNewsTo({ id, round }: { id: string; round: number }): Promise<boolean> {
          const seen = await cases.problemSeen(id);
          // One that does not answer is told, and holds up no other.
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
      });
    },

    /** Starts again the cases and problems that were ended from outside: what they owe is still owed. */
    async reviveCases(since: string): Promise<number> {
      const revived = await sumOf(await cases.endedFromOutside(since), async (ticketId) => {
        await cases.knock(ticketId, { id: `revived-${now()}`, via: 'sweep', at: now() });
        return 1;
      });
      // A problem finds its issue and its cases again.
      const problems = await sumOf(await cases.problemsEndedFromOutside(since), async ({ id, key }) => {
        await cases.problemIssueChanged(id, { id: `revived-${now()}`, via: 'sweep', at: now(), key });
        return 1;
      });
      return revived + problems;
    },
  };
}
export type SweepActivities = ReturnType<typeof createSweepActivities>;
