/** What onetouch did to the outside for one ticket, read from the sandbox company's own books. */
import type { Company } from '../sandbox/company.js';
import { US } from '../sandbox/ledger.js';

/**
 * One line an effect, `kind cycle:effect`, in no promised order; a repeated effect is there twice. Times, comment
 * ids and Jira keys within an effect's name are left out, since they differ from run to run.
 */
export function effectsOn({ helpdesk, jira, admin, mail }: Pick<Company, 'helpdesk' | 'jira' | 'admin' | 'mail'>, ticket: string): string[] {
  const own = new RegExp(`^(?:\\[onetouch|Ref\\.) ${ticket}:(\\d+:[^\\s\\]]+)`, 'm');
  const onTicket = helpdesk.ledger.flatMap(({ by, kind, on, text }) => {
    if (by !== US || on !== ticket) return [];
    if (kind === 'group' || kind === 'priority') return [`${kind} ${text}`];
    if (kind === 'note' || kind === 'reply') return [`${kind} ${plainly(own.exec(text)?.[1] ?? 'without a mark')}`];
    return [];
  });
  const mails = mail.messages.flatMap(({ messageId }) => {
    const named = /^<(\d+)\.(\d+)\.([^@]+)@/.exec(messageId);
    return named?.[1] === ticket ? [`mail ${named[2]}:${plainly(named[3]!)}`] : [];
  });
  const issues = jira.issues().flatMap(({ labels, project }) =>
    labels.flatMap((label) => {
      const [, of, cycle] = /^onetouch-(\d+)-(\d+)$/.exec(label) ?? [];
      if (of !== ticket) return [];
      return [`issue ${cycle}:${project}`];
    }),
  );
  // Its own issue's, and those on the issue of a problem that it is in.
  const comments = jira.issues().flatMap(({ key }) => jira.commentsByUs(key).flatMap((text) => (own.test(text) ? [`comment ${plainly(own.exec(text)![1]!)}`] : [])));
  const accountNotes = admin.members().flatMap(({ notes }) =>
    notes.flatMap(({ key }) => (key.startsWith(`${ticket}:`) ? [`account-note ${key.slice(ticket.length + 1)}`] : [])),
  );
  const key = new RegExp(`\\bkey ${ticket}:(\\d+:\\S+)$`);
  const inAdmin = admin.ledger.flatMap(({ by, kind, text }) => {
    const named = by === US ? key.exec(text)?.[1] : undefined;
    return named ? [`${kind} ${plainly(named)}`] : [];
  });
  return [...onTicket, ...mails, ...issues, ...comments, ...accountNotes, ...inAdmin];
}

const VARYING = [/-\d{4}-\d\d-\d\dT[\d:.]+Z$/, /(?<=-reply)-\d+$/, /-(?:prodops|infra)-\d+.*$/];
/** An effect's name without what differs from run to run. */
export const plainly = (effect: string): string => VARYING.reduce((name, part) => name.replace(part, ''), effect);
