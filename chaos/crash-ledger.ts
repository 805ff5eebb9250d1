/** The oracle: what the outside systems' own ledgers and the mail catcher say was done for a ticket. */
import type { Company } from '../src/sandbox/company.js';
import { US, type Effect } from '../src/sandbox/ledger.js';

export type Outside = Pick<Company, 'helpdesk' | 'jira' | 'admin' | 'mail'>;
export interface NeedsAndStage {
  stage: string | null;
  needs: string | null;
}
/** One effect as the outside has it. */
export interface Done {
  /** e.g. `note 1:promise`, `issue PRODOPS`, `mail 1:promise`, without the ticket's number. */
  what: string;
  /** Milliseconds since 1970. */
  atMs: number;
}

/** Everything that we did to the outside for one ticket. */
export function doneFor(outside: Outside, ticketId: string): Done[] {
  const ours = (ledger: readonly Effect[]) => ledger.filter((effect) => effect.by === US);
  const keys = outside.jira.issues().filter((i) => i.labels.some((l) => l.startsWith(`onetouch-${ticketId}-`))).map((i) => i.key);
  // The helpdesk mails a public reply by itself.
  const helpdesk = ours(outside.helpdesk.ledger).filter(({ on, kind }) => on === ticketId && kind !== 'mail');
  const jira = ours(outside.jira.ledger).filter(({ on }) => keys.includes(on));
  const admin = ours(outside.admin.ledger).filter(({ text }) => text.includes(`Ticket ${ticketId}:`));
  const mails = outside.mail.messages.flatMap(({ messageId, at }) => {
    const [, ticket, name] = /^<(\d+)\.([^@]+)@/.exec(messageId) ?? [];
    return ticket === ticketId ? [{ what: `mail ${name!.replaceAll('.', ':')}`, atMs: Date.parse(at) }] : [];
  });
  return [...[...helpdesk, ...jira, ...admin].map((e) => ({ what: named(e, ticketId), atMs: Date.parse(e.at) })), ...mails];
}

function named({ kind, text, on }: Effect, ticketId: string): string {
  const name = /\[onetouch \d+:(\d+:[^\s\]]+)/.exec(text)?.[1] ?? /^Ref\. \d+:(\d+:\S+)/m.exec(text)?.[1];
  // The name of an addition to the report ends in the time.
  if (name) return `${kind} ${name.replace(/report-\d+-\d+$/, 'report')}`;
  if (kind === 'issue' || kind === 'remote-link') return `${kind} ${on.replace(/-\d+$/, '')}`;
  // Jira tells all labels; the last one is new.
  if (kind === 'labels') return `label ${text.split(' ').at(-1)!.replace(`onetouch-${ticketId}-`, 'onetouch-TICKET-')}`;
  return kind === 'account-note' ? kind : `${kind} ${text}`;
}
