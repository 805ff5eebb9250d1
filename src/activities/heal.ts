/**
 * Heals what could not be prevented: Jira has no idempotent create, and its search lags. Where one escalation has two
 * issues after all, the one that the case does not know is closed as a duplicate.
 */
import { Context, log } from '@temporalio/activity';
import { effectName, mark, readMarks } from '../domain/marks.js';
import type { Issue } from '../domain/ticket.js';
import { issueComment } from '../wording/issues.js';
import type { HelpdeskPort, JiraPort } from './ports.js';
import type { KnockPort } from './sweep.js';

const LABEL = /^onetouch-(\d+)-(\d+)$/;

export function createHealActivities({ helpdesk, jira, cases }: { helpdesk: HelpdeskPort; jira: JiraPort; cases: Pick<KnockPort, 'seen'> }) {
  return {
    /** Closes issues that were made twice, among those changed since; answers how many. */
    async healIssues(since: string): Promise<number> {
      let healed = 0;
      for (const label of sharedLabels(await jira.changedSince(since))) {
        Context.current().heartbeat(label);
        const ours = await jira.filedByUs(label);
        if (ours.length < 2) continue;
        const [, ticketId, cycle] = LABEL.exec(label)!;
        const kept = await keptOf(ticketId!, Number(cycle), ours[0]!.key);
        if (!kept) continue;
        for (const { key } of ours) if (key !== kept && (await close(key, kept, { ticketId: ticketId!, cycle: Number(cycle) }))) healed += 1;
      }
      return healed;
    },
  };

  /** The issue that the case goes on with; null while it is not settled which. */
  async function keptOf(ticketId: string, cycle: number, oldest: string): Promise<string | null> {
    const seen = await cases.seen(ticketId);
    if (seen === 'unreadable') return null;
    if (seen?.cycle === cycle) return seen.issue?.key ?? null;
    const told = readMarks(await helpdesk.readTicket(ticketId)).findLast((m) => m.cycle === cycle && m.data.handoff?.issueKey);
    return told?.data.handoff?.issueKey ?? oldest;
  }

  /** Nobody may have begun on it: what engineers do with an issue is theirs. */
  async function close(key: string, kept: string, of: { ticketId: string; cycle: number }): Promise<boolean> {
    const issue = await jira.readIssue(key);
    if (issue.category !== 'new' || issue.lastForeignComment !== null || (issue.duplicateOf !== null && issue.duplicateOf !== kept)) return false;
    if (issue.duplicateOf === null) await jira.linkDuplicate(key, kept);
    const line = mark(effectName(of.ticketId, of.cycle, `duplicate-${key.toLowerCase()}`));
    if (!(await jira.ownComments(key)).some((text) => text.includes(line))) {
      const doc = issueComment({ say: 'made-twice', of: kept }, { ticketId: of.ticketId });
      doc.content.push({ type: 'paragraph', content: [{ type: 'text', text: line }] });
      await jira.comment(key, doc);
    }
    await jira.resolveAsDuplicate(key);
    log.info('closed an issue that was made twice', { key, kept, ticketId: of.ticketId });
    return true;
  }
}
export type HealActivities = ReturnType<typeof createHealActivities>;

/** Labels of escalations that more than one issue carries. */
function sharedLabels(issues: readonly Issue[]): string[] {
  const counts = new Map<string, number>();
  for (const { labels } of issues) for (const label of new Set(labels)) if (LABEL.test(label)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].flatMap(([label, count]) => (count > 1 ? [label] : []));
}
