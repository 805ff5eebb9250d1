/** The judge's eye on what belongs to one ticket and does not carry its label: its problem's issue, its impersonations. */
import { problemLabel } from '../src/domain/problem.js';
import { US } from '../src/sandbox/ledger.js';
import type { Company } from '../src/sandbox/company.js';
import { problemOf } from './own.js';
import type { Played } from './people.js';

export interface OwnFindings {
  lost: string[];
  twice: string[];
  odd: string[];
  /** Issues that were made twice and closed as duplicates. */
  healed: string[];
}

/** Its problem has one issue, in its first round, and the report of the case is on that one. */
export function ofProblem({ jira }: Company, { sample, ticket }: Pick<Played, 'sample' | 'ticket'>): OwnFindings {
  const found: OwnFindings = { lost: [], twice: [], odd: [], healed: [] };
  const id = problemOf(sample);
  if (!id) return found;
  const label = problemLabel(id, 1);
  const issues = jira.issues().filter(({ labels }) => labels.includes(label));
  const extra = issues.filter((i) => i.resolution === 'Duplicate' && issues.some((kept) => kept.key === i.duplicateOf));
  found.healed = extra.map(({ key }) => key);
  const kept = issues.filter((i) => !extra.includes(i));
  if (kept.length === 0) found.lost.push(`issue of ${id}`);
  if (kept.length > 1) found.twice.push(`issue of ${id} (${kept.length} times)`);
  if (kept.length === 1 && !jira.commentsByUs(kept[0]!.key).some((text) => text.includes(`[onetouch ${ticket}:1:problem-report`))) found.lost.push(`report on ${kept[0]!.key}`);
  for (const { key, labels } of jira.issues()) if (!issues.some((i) => i.key === key) && labels.some((l) => l.startsWith(`onetouch-${id}`))) found.odd.push(`issue ${key} of another round`);
  return found;
}

/**
 * A session that was cut is opened again: how often does not count, only that each was opened for this ticket.
 * Answers those that were not.
 */
export function strangeSessions({ admin }: Company, { sample, ticket }: Pick<Played, 'sample' | 'ticket'>): string[] {
  const key = new RegExp(`^key ${ticket}:1:(?:test|verify)-`);
  return admin.ledger.flatMap(({ by, kind, on, text }) => (by === US && kind === 'impersonation' && on === sample.member.id && !key.test(text) ? [`impersonation with ${text}`] : []));
}
