/**
 * Heals what could not be prevented: Jira has no idempotent create, its search lags, and a request of a lost worker may
 * arrive late. Where one escalation, or one round of a problem, has two issues after all, the one that its case or
 * problem does not know is closed as a duplicate. Of a comment that was made twice the later one is taken away.
 */
import { ApplicationFailure, Context, log } from '@temporalio/activity';
import { effectName, mark, markedAs, readMarks } from '../domain/marks.js';
import { problemOfLabel } from '../domain/problem.js';
import type { AdfDocument, Issue } from '../domain/ticket.js';
import { issueComment } from '../wording/issues.js';
import { problemComment } from '../wording/problems.js';
import { FAILURE } from './failures.js';
import { stillOurs } from './lease.js';
import type { HelpdeskPort, JiraPort } from './ports.js';
import { sumOf, type KnockPort } from './sweep.js';

/** Whose issue it is that was made twice. */
interface Owner {
  /** Its issue; null while it is not settled which. */
  kept(oldest: string): Promise<string | null>;
  /** The mark of what is said on the other one. */
  mark(key: string): string;
  words(kept: string): AdfDocument;
}

export function createHealActivities({ helpdesk, jira, cases }: { helpdesk: HelpdeskPort; jira: JiraPort; cases: Pick<KnockPort, 'seen' | 'problemSeen'> }) {
  return {
    /** Closes issues that were made twice, and takes comments back that were, among the issues changed since; answers how many. */
    async healIssues(since: string): Promise<number> {
      const changed = await jira.changedSince(since);
      const failed: unknown[] = [];
      /** One that cannot be healed holds up no other, and fails all of it in the end. */
      const each = <T>(all: Iterable<T>, heal: (one: T) => Promise<number>) =>
        sumOf(all, async (one) =>
          heal(one).catch((error: unknown) => {
            failed.push(error);
            return 0;
          }),
        );

      let healed = await each(changed, ({ key }) => unrepeat(key));
      // Once each, whichever label says so.
      const extra = new Map<string, { kept: string; owner: Owner }>();
      await each(sharedLabels(changed), async (label) => {
        Context.current().heartbeat(label);
        const ours = await jira.filedByUs(label);
        const owner = ownerOf(label)!;
        const kept = ours.length < 2 ? null : await owner.kept(ours[0]!.key);
        for (const { key } of kept ? ours : []) if (key !== kept) extra.set(key, { kept: kept!, owner });
        return 0;
      });
      healed += await each(extra, async ([key, { kept, owner }]) => Number(await close(key, kept, owner)));
      if (failed.length > 0) throw failed[0];
      return healed;
    },
  };

  /** Null for any other label. */
  function ownerOf(label: string): Owner | null {
    const [, ticketId, cycle] = /^onetouch-(\d+)-(\d+)$/.exec(label) ?? [];
    if (ticketId)
      return {
        kept: (oldest) => keptOf(ticketId, Number(cycle), oldest),
        mark: (key) => mark(effectName(ticketId, Number(cycle), `duplicate-${key.toLowerCase()}`)),
        words: (kept) => issueComment({ say: 'made-twice', of: kept }, { ticketId }),
      };
    const problem = problemOfLabel(label);
    return problem && {
      kept: () => keptOfProblem(problem),
      mark: (key) => mark(`${problem.id}:${problem.round}:duplicate-${key.toLowerCase()}`),
      words: (kept) => problemComment({ say: 'made-twice', of: kept }),
    };
  }

  /** Only a problem that runs, in this round, says which: what it followed before may carry the label too. */
  async function keptOfProblem({ id, round }: { id: string; round: number }): Promise<string | null> {
    const seen = await cases.problemSeen(id);
    return seen && seen !== 'unreadable' && seen.round === round ? (seen.issue?.key ?? null) : null;
  }

  /** The issue that the case goes on with; null while it is not settled which. */
  async function keptOf(ticketId: string, cycle: number, oldest: string): Promise<string | null> {
    const seen = await cases.seen(ticketId);
    if (seen === 'unreadable') return null;
    if (seen?.cycle === cycle) return seen.issue?.key ?? null;
    const told = readMarks(await helpdesk.readTicket(ticketId)).findLast((m) => m.cycle === cycle && m.data.handoff?.issueKey);
    return told?.data.handoff?.issueKey ?? oldest;
  }

  /** Nobody may have begun on it: what engineers do with an issue is theirs. */
  async function close(key: string, kept: string, owner: Owner): Promise<boolean> {
    const issue = await jira.readIssue(key);
    if (issue.category !== 'new' || issue.lastForeignComment !== null || (issue.duplicateOf !== null && issue.duplicateOf !== kept)) return false;
    if (issue.duplicateOf === null) {
      await stillOurs();
      await jira.linkDuplicate(key, kept);
    }
    const line = owner.mark(key);
    if (!(await jira.ownComments(key)).some(({ text }) => text.includes(line))) {
      const doc = owner.words(kept);
      doc.content.push({ type: 'paragraph', content: [{ type: 'text', text: line }] });
      await stillOurs();
      await jira.comment(key, doc);
    }
    await stillOurs(); // They may have begun on it meanwhile.
    await jira.resolveAsDuplicate(key);
    log.info('closed an issue that was made twice', { key, kept });
    return true;
  }

  /** The oldest stays, which people have read. Answers how many were taken away. */
  async function unrepeat(key: string): Promise<number> {
    Context.current().heartbeat(key);
    const seen = new Set<string>();
    let healed = 0;
    for (const { id, text } of await jira.ownComments(key)) {
      const name = markedAs(text);
      if (name === null) continue;
      if (seen.has(name) && (await takeAway(key, id))) healed += 1;
      seen.add(name);
    }
    return healed;
  }

  async function takeAway(key: string, id: string): Promise<boolean> {
    try {
      await jira.deleteComment(key, id);
    } catch (error) {
      if (!(error instanceof ApplicationFailure) || error.type !== FAILURE.refused) throw error;
      // It is gone already, or we may not: said twice is no reason to leave the rest unhealed.
      log.warn('could not take away a comment that was made twice', { key, why: error.message });
      return false;
    }
    log.info('took away a comment that was made twice', { key });
    return true;
  }
}
export type HealActivities = ReturnType<typeof createHealActivities>;

/** Labels of escalations and of problems' rounds that more than one issue carries. */
function sharedLabels(issues: readonly Issue[]): string[] {
  const counts = new Map<string, number>();
  for (const { labels } of issues) for (const label of new Set(labels)) if (/^onetouch-\d+-\d+$/.test(label) || problemOfLabel(label)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].flatMap(([label, count]) => (count > 1 ? [label] : []));
}
