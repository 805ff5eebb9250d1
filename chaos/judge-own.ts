/** What a ticket, and the problem that it alone has, are to have in the ledgers: from its sample, never from what onetouch says. */
import type { IssueView } from '../src/sandbox/jira/stand-in.js';
import { anyNumber, atMostOnce, once, type Want } from './claims.js';
import type { Outside } from './lines.js';
import { problemOf } from './own.js';
import type { Played } from './people.js';

type Of = Pick<Played, 'sample' | 'ticket'> & Partial<Pick<Played, 'resent'>>;

/** An issue that was made twice and closed as a duplicate of its twin. */
export interface Extra {
  issue: IssueView;
  /** Its cycle, or its problem's round. */
  round: string;
  kept: string;
}

/** Those of the label `onetouch-OWNER-ROUND`. */
export function extrasOf({ jira }: Pick<Outside, 'jira'>, owner: string): Extra[] {
  const issues = jira.issues();
  return issues.flatMap((issue) => {
    const round = roundOf(issue, owner);
    const twin = issue.resolution === 'Duplicate' ? issues.find(({ key }) => key === issue.duplicateOf) : undefined;
    return round && twin && roundOf(twin, owner) === round ? [{ issue, round, kept: twin.key }] : [];
  });
}

/** The cycle or round that the issue is filed for; null for an issue of others. */
const roundOf = ({ labels }: IssueView, owner: string): string | null =>
  labels.map((label) => (label.startsWith(`onetouch-${owner}-`) ? label.slice(`onetouch-${owner}-`.length) : '')).find((rest) => /^\d+$/.test(rest)) ?? null;

/** Issues of the owner that were not closed as extra. */
export const keptOf = ({ jira }: Pick<Outside, 'jira'>, owner: string, extras: readonly Extra[]): { issue: IssueView; round: string }[] =>
  jira.issues().flatMap((issue) => {
    const round = roundOf(issue, owner);
    return round && !extras.some((extra) => extra.issue.key === issue.key) ? [{ issue, round }] : [];
  });

/** It is closed once, and says why; that it was made at all is healed. */
const healed = ({ issue: { key, project }, round, kept }: Extra): Want[] => [
  once(`issue ${round}:${project}`),
  atMostOnce('remote-link', key),
  once(`link Duplicate ${kept}`, key),
  once(`comment ${round}:duplicate`, key),
  once('status Done', key),
  once('resolution Duplicate', key),
];

/**
 * What the sample says, each done to whom it is about, and what goes with it: a link to the ticket on each of its issues, a
 * mail of the helpdesk for each public reply, an open ticket for the team that gets it.
 *
 * @param doubtful mails that may be there or not, e.g. `1:promise`
 */
export function wantsOf(outside: Outside, { sample, ticket, resent = [] }: Of, doubtful: readonly string[]): Want[] {
  const { expects, member, writesFrom, group } = sample;
  const address = writesFrom ?? member.email;
  const extras = extrasOf(outside, ticket);
  const problem = problemOf(sample);
  const wants = expects.effects.flatMap((effect): Want[] => {
    const [kind, name = ''] = effect.split(/ (.*)/);
    switch (kind) {
      case 'issue':
        return [once(effect)];
      case 'comment':
        return [once(effect, problem ? keptOf(outside, problem, extrasOf(outside, problem))[0]?.issue.key : undefined)];
      case 'mail':
        return [doubtful.includes(name) ? atMostOnce(effect, address) : once(effect, address)];
      case 'reply':
        return [once(effect, ticket), once(`mailed ${effect}`, address)];
      case 'account-note':
        return [once(effect, member.id)];
      case 'admin-change':
        return [once(effect, group?.id)];
      // A session that was cut is opened again.
      case 'impersonation':
        return [{ ...anyNumber(effect, member.id), least: 1 }];
      default:
        // A case that was held up until the wait was over has none to tell of.
        return [effect.startsWith('note 1:wait-') && expects.stage !== 'waiting' ? atMostOnce(effect, ticket) : once(effect, ticket)];
    }
  });
  const handedOver = expects.effects.includes('note 1:handed-over');
  return [
    ...wants,
    ...resent.flatMap((name) => [(doubtful.includes(`${name}-again`) ? atMostOnce : once)(`mail ${name}-again`, address), once(`note ${name}-again`, ticket)]),
    ...(handedOver ? [once('status open', ticket)] : []),
    ...keptOf(outside, ticket, extras).map(({ issue }) => once('remote-link', issue.key)),
    ...extras.flatMap(healed),
    ...(group ? [anyNumber(/^impersonation 1:(?:test|verify)-/, member.id)] : []),
  ];
}

/** Its problem has one issue, in its first round, whose figures are shown on it as often as they change. */
export function wantsOfProblem(outside: Outside, sample: Of['sample'], id: string): Want[] {
  const extras = extrasOf(outside, id);
  return [once(`issue 1:${projectOf(sample)}`), ...extras.flatMap(healed), ...keptOf(outside, id, extras).map(({ issue }) => anyNumber('description', issue.key))];
}
const projectOf = ({ expects }: Of['sample']) => (expects.team === 'ProdOps' ? 'PRODOPS' : 'INFRA');

/** How its issues stand that were not closed as extra: priority, status and resolution, and the link to the ticket. Answers what is not so. */
export function strangeIssues(outside: Outside, { sample, ticket }: Of): string[] {
  const problem = problemOf(sample);
  const owner = problem ?? ticket;
  return keptOf(outside, owner, extrasOf(outside, owner)).flatMap(({ issue, round }) => {
    const step = sample.steps?.find(({ when, do: deed }) => 'engineer' in deed && String(when.cycle ?? 1) === round);
    const resolution = step && 'engineer' in step.do ? step.do.as : null;
    const is = { priority: issue.priority, status: issue.status, resolution: issue.resolution, 'link to the ticket': problem ? null : linkOf(issue) };
    const wanted = { priority: sample.expects.issuePriority ?? 'Medium', status: resolution ? 'Done' : 'To Do', resolution, 'link to the ticket': problem ? null : `onetouch-ticket-${ticket}-${round} to ${ticket}` };
    return (Object.keys(is) as (keyof typeof is)[]).flatMap((part) => (is[part] === wanted[part] ? [] : [`${issue.key} has ${part} ${is[part] ?? 'none'} instead of ${wanted[part] ?? 'none'}`]));
  });
}
const linkOf = ({ remoteLinks }: IssueView): string | null => remoteLinks.map(({ globalId, url }) => `${globalId} to ${/\/agent\/tickets\/(\d+)$/.exec(url)?.[1] ?? url}`).join(', ') || null;

/** A look as a member has to end. Answers those of the ticket that did not. */
export const openLooks = ({ admin }: Pick<Outside, 'admin'>, ticket: string): string[] =>
  admin.sessions().flatMap(({ key, memberId, endedAt }) => (key.startsWith(`${ticket}:`) && endedAt === null ? [`a look as ${memberId} that did not end`] : []));

