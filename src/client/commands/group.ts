/** `group`: where the group troubleshooting of a case stands. */
import type { GroupView } from '../../workflows/troubleshooting-messages.js';
import { json, pairs, table, when } from '../print.js';
import type { Session } from '../session.js';

export async function showGroup(session: Session, ticket: string): Promise<void> {
  const view = (await session.get(`/cases/${encodeURIComponent(ticket)}/group`)) as GroupView;
  if (session.json) return session.io.out(json(view));
  const { approval: a, resolution: r, diagnosis } = view;
  const parts = [
    pairs([
      ['Ticket', view.ticketId],
      ['Step', view.stage],
      ['Waits for', view.waitsFor],
      ['Needs', view.needs],
      ['Flagged', view.flagged],
      ['Group', r.groupId],
      ['Scope', r.scope],
      ['Cause', diagnosis?.cause ?? r.cause],
      ['Fix', diagnosis?.outcome === 'fix' ? diagnosis.fix.does : null],
      ['Asked for by', view.requestedBy],
      ['Change', a && `${a.field} of ${a.groupId} from ${onOff(a.from)} to ${onOff(a.to)} at version ${a.version}`],
      ['Approval', a && [a.decision ?? `open until ${when(a.expiresAt)}`, a.decidedBy && `by ${a.decidedBy}`, a.reason].filter(Boolean).join(', ')],
      ['Verification', r.verification && `${r.verification.verdict}: ${r.verification.text}`],
      ['Escalated', r.trigger && `${r.trigger.id}, to ${r.trigger.team}`],
      ['Outcome', view.stage === 'ended' ? r.outcome : null],
    ]),
  ];
  const { width } = session.io;
  if (r.evidence.length) parts.push(table(['Check', 'Verdict', 'Value', 'Source', 'At', 'Means'], r.evidence.map((e) => [e.check, e.verdict, e.value, e.source, when(e.at), e.means]), width));
  if (r.steps.length) parts.push(table(['At', 'By', 'Step'], r.steps.map((s) => [when(s.at), s.by, s.text]), width));
  session.io.out(parts.join('\n\n'));
}

const onOff = (value: boolean): string => (value ? 'on' : 'off');
