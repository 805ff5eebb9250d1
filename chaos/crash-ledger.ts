/** The oracle: what the outside systems' own ledgers and the mail catcher say was done for a ticket. */
import type { Company } from '../src/sandbox/company.js';
import { US, type Effect } from '../src/sandbox/ledger.js';

/** Who is told of a system-wide problem. */
export const OPS_EMAIL = 'ops@example.com';

export type Outside = Pick<Company, 'helpdesk' | 'jira' | 'admin' | 'mail'>;
export interface NeedsAndStage {
  stage: string | null;
  needs: string | null;
  /** Its problem shows ops that something is the matter. */
  problemFlagged: boolean;
}
/** One effect as the outside has it. */
export interface Done {
  /** e.g. `note 1:promise`, `issue PRODOPS`, `mail 1:promise`, without the ticket's number, or the problem's. A mail that went to anyone else says so. */
  what: string;
  /** Milliseconds since 1970. */
  atMs: number;
}

/** Everything that we did to the outside for one ticket, and for its problem where it has one of its own. */
export function doneFor(outside: Outside, { ticketId, problem, email }: { ticketId: string; problem: string; email: string }): Done[] {
  const isOurs = (label: string) => label.startsWith(`onetouch-${ticketId}-`) || (problem !== '' && label.startsWith(`onetouch-${problem}`));
  const ours = (ledger: readonly Effect[]) => ledger.filter((effect) => effect.by === US);
  const keys = outside.jira.issues().filter((i) => i.labels.some(isOurs)).map((i) => i.key);
  // The helpdesk mails a public reply by itself.
  const helpdesk = ours(outside.helpdesk.ledger).filter(({ on, kind }) => on === ticketId && kind !== 'mail');
  const jira = ours(outside.jira.ledger).filter(({ on }) => keys.includes(on));
  const admin = ours(outside.admin.ledger).filter(({ text }) => text.includes(`Ticket ${ticketId}:`) || text.includes(`key ${ticketId}:`));
  const open = outside.admin.sessions().filter((s) => s.key.startsWith(`${ticketId}:`) && s.endedAt === null);
  const mails = outside.mail.messages.flatMap(({ messageId, to, at }) => {
    const mail = (name: string, reader: string) => [{ what: `mail ${name}${to.join() === reader ? '' : ` to ${to.join()}`}`, atMs: Date.parse(at) }];
    if (problem !== '' && messageId.startsWith(`<${problem}.`)) return mail('to ops', OPS_EMAIL);
    const [, ticket, name] = /^<(\d+)\.([^@]+)@/.exec(messageId) ?? [];
    return ticket === ticketId ? mail(name!.replaceAll('.', ':'), email) : [];
  });
  const left = open.map(({ memberId, openedAt }) => ({ what: `a look as ${memberId} that was not ended`, atMs: Date.parse(openedAt) }));
  return [...[...helpdesk, ...jira, ...admin].map((e) => ({ what: named(e, ticketId, problem), atMs: Date.parse(e.at) })), ...mails, ...left];
}

function named({ kind, text, on }: Effect, ticketId: string, problem: string): string {
  const name = NAMES.map((shape) => shape.exec(text)?.[1]).find(Boolean);
  // The name of an addition to the report ends in its fingerprint, that of a choice has the issue's key.
  if (name) return `${kind} ${name.replace(/:report-[0-9a-z]{11}$/, ':report').replace(/(choose-problem)-.*$/, '$1')}`;
  if (kind === 'issue' || kind === 'remote-link') return `${kind} ${on.replace(/-\d+$/, '')}`;
  if (kind === 'link' || kind === 'unlink') return `${kind} ${text.split(' ')[0]}`;
  // Jira tells all labels; the last one is new.
  if (kind === 'labels') {
    const label = text.split(' ').at(-1)!.replace(`onetouch-${ticketId}-`, 'onetouch-TICKET-');
    return `label ${problem ? label.replace(problem, 'PROBLEM') : label}`;
  }
  return kind === 'account-note' ? kind : `${kind} ${text}`;
}
/** In a note or a comment, in a reply to a member, and as the key of a request to Admin. */
const NAMES = [/\[onetouch (?:\d+|problem-[^:\s]+):(\d+:[^\s\]]+)/, /^Ref\. \d+:(\d+:\S+)/m, /\bkey \d+:(\d+:\S+)$/];
