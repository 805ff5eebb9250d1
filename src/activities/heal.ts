/**
 * Heals what could not be prevented: Jira has no idempotent create, its search lags, and a request of a lost worker may
 * arrive late. Where one escalation, or one round of a problem, has two issues after all, the one that its case or
 * problem does not know is closed as a duplicate. Of a comment that was made twice the later one is taken away.
 */
import { ApplicationFailure, log } from '@temporalio/activity';
import { effectName, mark, markedAs, readMarks } from '../domain/marks.js';
import { problemOfLabel } from '../domain/problem.js';
import type { AdfDocument, Issue } from '../domain/ticket.js';
import { issueComment } from '../wording/issues.js';
import { problemComment } from '../wording/problems.js';
import { FAILURE } from './failures.js';
import { stillOurs } from './lease.js';
import type { HelpdeskPort, JiraPort } from './ports.js';
import type { KnockPort } from './sweep.js';
import type { Tally } from './walk.js';

/** Whose issue it is that was made twice. */
interface Owner {
  /** Its issue; null while it is not settled which. */
  kept(oldest: string): Promise<string | null>;
  /** The mark of what is said on the other one. */
  mark(key: string): string;
  words(kept: string): AdfDocument;
}

export type Healing = ReturnType<typeof healing>;

export function healing({ helpdesk, jira, cases }: { helpdesk: HelpdeskPort; jira: JiraPort; cases: Pick<KnockPort, 'seen' | 'problemSeen'> }) {
  return {
    /** Of these labels, the ones that more than one issue of ours carries, where something is left to be closed. */
    async madeTwice(labels: readonly string[]): Promise<string[]> {
      const ours = labels.filter((label) => ownerOf(label) !== null);
      if (ours.length === 0) return [];
      const filed = await jira.filedByUs(ours);
      return ours.filter((label) => canBeClosed(carrying(filed, label)));
    },

    /** Closes all but one of the issues that carry the label. Answers 'unsettled' while nobody can say which one stays. */
    async heal(label: string, tally: Tally): Promise<'unsettled' | void> {
      const ours = carrying(await jira.filedByUs([label]), label);
      if (!canBeClosed(ours)) return;
      const owner = ownerOf(label)!;
      const kept = await owner.kept(ours[0]!.key);
      if (!kept) return 'unsettled';
      const failed: unknown[] = [];
      for (const { key } of ours) {
        if (key === kept) continue;
        try {
          if (await close(key, kept, owner)) tally.healed += 1;
        } catch (error) {
          failed.push(error); // One that cannot be closed keeps no other open.
        }
      }
      if (failed.length > 0) throw failed[0];
    },

    /** Of our comments on the issue that say the same by name, takes away all but the oldest, which people have read. */
    async unrepeat(key: string, tally: Tally): Promise<void> {
      const seen = new Set<string>();
      for (const { id, text } of await jira.ownComments(key)) {
        const name = markedAs(text);
        if (name === null) continue;
        if (seen.has(name) && (await takeAway(key, id))) tally.healed += 1;
        seen.add(name);
      }
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

  async function close(key: string, kept: string, owner: Owner): Promise<boolean> {
    const issue = await jira.readIssue(key);
    if (!isUntouched(issue) || (issue.duplicateOf !== null && issue.duplicateOf !== kept)) return false;
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

/** Those that carry the label, oldest first, less those that were closed as a duplicate of another of them. */
function carrying(issues: readonly Issue[], label: string): Issue[] {
  const all = issues.filter(({ labels }) => labels.includes(label));
  return all.filter(({ category, duplicateOf }) => !(category === 'done' && all.some(({ key }) => key === duplicateOf)));
}
const canBeClosed = (ours: readonly Issue[]): boolean => ours.length > 1 && ours.some(isUntouched);
/** Nobody has begun on it: what engineers do with an issue is theirs. */
const isUntouched = ({ category, lastForeignComment }: Issue): boolean => category === 'new' && lastForeignComment === null;
