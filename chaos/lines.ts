/**
 * Every line that onetouch wrote in the outside systems' ledgers, and whose it is: by the mark, the key, the label or the
 * Message-ID that it carries. Each line has one owner or none.
 */
import { plainly } from '../src/dev/effects.js';
import { problemOfLabel } from '../src/domain/problem.js';
import type { Company } from '../src/sandbox/company.js';
import { US, type Effect } from '../src/sandbox/ledger.js';

export type Outside = Pick<Company, 'helpdesk' | 'jira' | 'admin' | 'mail'>;

export interface Line {
  /** A ticket's number or a problem's id; null where the line tells of none. */
  owner: string | null;
  /** As samples name it, e.g. `note 1:promise`, or what they do not name, e.g. `remote-link`. */
  effect: string;
  /** The ticket, issue, member, employer group or address that it was done to. */
  on: string;
}

/** In any order. */
export function linesOf({ helpdesk, jira, admin, mail }: Outside): Line[] {
  const ours = (ledger: readonly Effect[]) => ledger.filter(({ by }) => by === US);
  const labels = new Map(jira.issues().map((issue) => [issue.key, issue]));
  const notes = new Map(admin.members().map(({ member, notes: kept }) => [member.id, kept.map(({ key }) => key)]));
  const mails = ours(mail.ledger).map((line, i) => ofMail(line, mail.messages[i]?.messageId ?? ''));
  return [
    ...ours(helpdesk.ledger).map(ofHelpdesk),
    ...ours(jira.ledger).map((line) => ofJira(line, labels.get(line.on))),
    ...ours(admin.ledger).map((line) => ofAdmin(line, notes)),
    ...mails,
  ];
}

/** The last line of a note or comment, or of a reply to a member. */
const MARKED = /^(?:\[onetouch|Ref\.) ([^:\s]+):(\d+:[^\s\]]+)/m;
const NAMED = { note: true, reply: true, comment: true, 'comment-deleted': true } as Record<string, true | undefined>;

function ofHelpdesk({ kind, on, text }: Effect): Line {
  const [, owner, name] = MARKED.exec(text) ?? [];
  // What staff say in public, the helpdesk mails to the member by itself.
  if (kind === 'mail') return { owner: owner ?? null, effect: `mailed reply ${plainly(name ?? 'without a mark')}`, on };
  if (!NAMED[kind]) return { owner: on, effect: `${kind} ${text}`, on };
  return { owner: owner ?? on, effect: `${kind} ${plainly(name ?? 'without a mark')}`, on };
}

function ofJira({ kind, on, text }: Effect, issue: { labels: readonly string[]; project: string } | undefined): Line {
  if (NAMED[kind]) {
    const [, owner, name] = MARKED.exec(text) ?? [];
    return { owner: owner ?? null, effect: `${kind} ${plainly(name ?? 'without a mark')}`, on };
  }
  if (kind === 'remote-link') return { owner: /\/agent\/tickets\/(\d+)$/.exec(text)?.[1] ?? null, effect: kind, on };
  const { owner = null, round = '' } = issue?.labels.map(ownerOf).find((found) => found !== null) ?? {};
  return { owner, effect: kind === 'issue' ? `issue ${round}:${issue?.project}` : `${kind} ${text}`.trim(), on };
}

/** Whose escalation, or whose round, a label names. */
function ownerOf(label: string): { owner: string; round: string } | null {
  const [, ticket, cycle] = /^onetouch-(\d+)-(\d+)$/.exec(label) ?? [];
  if (ticket) return { owner: ticket, round: cycle! };
  const problem = problemOfLabel(label);
  return problem && { owner: problem.id, round: String(problem.round) };
}

/** A note has its key in the member's account, in the order in which the ledger tells of them; all else on its line. */
function ofAdmin({ kind, on, text }: Effect, notes: Map<string, string[]>): Line {
  const key = kind === 'account-note' ? notes.get(on)?.shift() : /\bkey (\S+)$/.exec(text)?.[1];
  const [, owner, name] = /^(\d+):(\d+:\S+)$/.exec(key ?? '') ?? [];
  return { owner: owner ?? null, effect: `${kind} ${plainly(name ?? `with key ${key ?? 'none'}`)}`, on };
}

function ofMail({ on }: Effect, messageId: string): Line {
  const [, owner, round, name] = /^<([^.@]+)\.(\d+)\.([^@]+)@/.exec(messageId) ?? [];
  return { owner: owner ?? null, effect: `mail ${plainly(name ? `${round}:${name}` : 'without a name')}`, on };
}
