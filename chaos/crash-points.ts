/**
 * The crash points: for each outside effect, the case that makes it, and at which request of the worker each of
 * the four moments is.
 */
import type { NewTicket } from '../src/sandbox/helpdesk/stand-in.js';
import { issueLabel } from '../src/domain/marks.js';
import { provideSignal } from '../src/workflows/messages.js';
import type { CrashSite } from './crash-site.js';
import type { Asked, Hold, Moment } from './crash-wire.js';

/** When the worker is killed: before the effect's request, after it was sent, done but not answered, answered. */
export const POINTS = ['before', 'sent', 'done', 'answered'] as const;
export type Point = (typeof POINTS)[number];

/** A request of the worker, and the moment at which it is stopped. */
interface Spot {
  on: 'helpdesk' | 'jira' | 'admin' | 'mail';
  matches: (asked: Asked) => boolean;
  moment?: Moment;
}
/** The requests around one effect. */
interface Spots {
  /** The last one before it: what the activity looks at before it acts. */
  before: Spot;
  effect: Spot;
  /** What follows when its answer was read; `completion` where that is the activity's completion to Temporal. */
  next: Spot | 'completion';
}
interface Subject {
  ticketId: string;
  memberId: string;
  email: string;
  /** The issue that a duplicate points to. */
  survivor: string;
}
export interface CrashEffect {
  name: string;
  /** The line of the ledgers that must be there exactly once. */
  counted: string;
  /** The activity in which it happens. */
  activity: string;
  /** The stage in which the case comes to rest, and everything that it did until then. */
  stage: string;
  all: readonly string[];
  ticket: Partial<NewTicket>;
  spots: (t: Subject, site: CrashSite) => Spots;
  /** A mail that was cut short: how often it is there, and whether nobody can know, so that an agent is asked. */
  mail?: (point: Point, carriedOut: boolean) => { mails: 0 | 1; inDoubt: boolean };
  /** What makes it happen, in a case that came to rest after these effects; absent where the ticket alone does. */
  trigger?: { after: readonly string[]; pull: (t: Subject, site: CrashSite) => Promise<unknown> };
}

const VMP: Partial<NewTicket> = { inquiry: 'vmp-scheduling-blocked' };
// Neither a page nor a code is known: it is in no problem and has an issue of its own.
const TECHNICAL: Partial<NewTicket> = { errorKind: 'server-error' };
const FILED = ['issue PRODOPS', 'mail 1:promise', 'note 1:promise', 'remote-link PRODOPS'];
const REPORTED = ['account-note', 'issue INFRA', 'mail 1:promise', 'note 1:ask-report', 'note 1:promise', 'remote-link INFRA'];
const WAITS = 'awaiting-resolution';

const is = (asked: Asked, method: string, path: RegExp | string, ...body: string[]): boolean =>
  asked.method === method && (typeof path === 'string' ? asked.path === path : path.test(asked.path)) && body.every((b) => asked.body.includes(b));
const spot = (on: Spot['on'], method: string, path: RegExp | string, ...body: string[]): Spot => ({ on, matches: (asked) => is(asked, method, path, ...body) });
const answerTo = (s: Spot): Spot => ({ ...s, moment: 'answered' });

/** The activity reads the ticket before it acts; the consultation has read it once before that. */
function secondLook({ ticketId }: Subject): Spot {
  let times = 0;
  return { on: 'helpdesk', matches: (asked) => is(asked, 'GET', `/api/v2/tickets/${ticketId}`) && ++times === 2 };
}
const update = ({ ticketId }: Subject, name: string): Spot => spot('helpdesk', 'PUT', `/api/v2/tickets/${ticketId}`, `${ticketId}:1:${name}`);
const label = ({ ticketId }: Subject): string => issueLabel(ticketId, 1);
const create = (t: Subject): Spot => spot('jira', 'POST', '/rest/api/3/issue', label(t));
const link = ({ ticketId }: Subject): Spot => spot('jira', 'POST', /\/remotelink$/, `onetouch-ticket-${ticketId}-1`);
const sending = ({ email }: Subject): Spot => spot('mail', 'DATA', email);
/** On the issue of the case, whose key is known when it is there. */
const onIssue = (t: Subject, { company }: CrashSite, method: string, rest = ''): Spot => ({
  on: 'jira',
  matches(asked) {
    const issue = company.jira.issues().find((i) => i.labels.includes(label(t)));
    return issue !== undefined && is(asked, method, new RegExp(`/issue/${issue.key}${rest}(\\?|$)`));
  },
});

export const EFFECTS: readonly CrashEffect[] = [
  {
    name: 'Jira: create the issue', counted: 'issue PRODOPS', activity: 'fileIssue', stage: WAITS, all: FILED, ticket: VMP,
    spots: (t) => ({ before: spot('jira', 'POST', /\/search\/jql$/, label(t)), effect: create(t), next: link(t) }),
  },
  {
    name: 'Jira: link the issue to the ticket', counted: 'remote-link PRODOPS', activity: 'fileIssue', stage: WAITS, all: FILED, ticket: VMP,
    spots: (t, site) => ({ before: answerTo(create(t)), effect: link(t), next: onIssue(t, site, 'GET') }),
  },
  {
    name: 'Jira: comment', counted: 'comment 1:report', activity: 'commentIssue', stage: WAITS, all: [...REPORTED, 'comment 1:report'].sort(), ticket: TECHNICAL,
    spots: (t, site) => ({ before: onIssue(t, site, 'GET', '/comment'), effect: onIssue(t, site, 'POST', '/comment'), next: 'completion' }),
    trigger: { after: REPORTED, pull: ({ ticketId }, site) => site.handle(ticketId).signal(provideSignal, { report: { errorText: 'It never ends' } }) },
  },
  {
    name: 'Jira: label a surviving issue', counted: 'label onetouch-TICKET-1', activity: 'followIssue', stage: WAITS,
    all: [...FILED, 'label onetouch', 'label onetouch-TICKET-1', 'remote-link PRODOPS'].sort(), ticket: VMP,
    spots: (t, site) => {
      const labels = (name: string) => spot('jira', 'PUT', new RegExp(`/issue/${t.survivor}$`), `"${name}"`);
      return { before: onIssue(t, site, 'GET'), effect: labels(label(t)), next: labels('onetouch') };
    },
    trigger: {
      after: FILED,
      async pull(t, { company: { jira } }) {
        const filed = jira.issues().find((i) => i.labels.includes(label(t)))!;
        await jira.resolve(filed.key, 'Duplicate', { duplicateOf: t.survivor });
      },
    },
  },
  {
    name: 'Helpdesk: internal note', counted: 'note 1:tier1-scheduling', activity: 'note', stage: 'tier-1', all: ['note 1:tier1-scheduling'], ticket: { inquiry: 'scheduling' },
    spots: (t) => ({ before: secondLook(t), effect: update(t, 'tier1-scheduling'), next: 'completion' }),
  },
  {
    name: 'Helpdesk: public reply', counted: 'reply 1:answer-device-withings', activity: 'reply', stage: 'tier-1',
    all: ['note 1:tier1-device-withings', 'reply 1:answer-device-withings'], ticket: { inquiry: 'device-withings' },
    spots: (t) => ({ before: secondLook(t), effect: update(t, 'answer-device-withings'), next: 'completion' }),
  },
  {
    name: 'Helpdesk: hand-over to a group', counted: 'group Coach Support', activity: 'note', stage: WAITS,
    all: ['group Coach Support', 'mail 1:promise', 'note 1:handed-over', 'note 1:promise', 'priority urgent', 'status open'], ticket: { inquiry: 'webinar-missing' },
    spots: (t) => ({ before: secondLook(t), effect: update(t, 'handed-over'), next: 'completion' }),
  },
  {
    name: 'Admin: account note', counted: 'account-note', activity: 'noteAccount', stage: WAITS, all: REPORTED, ticket: TECHNICAL,
    spots: (t) => ({
      before: spot('admin', 'GET', `/members/${t.memberId}`),
      effect: spot('admin', 'PUT', new RegExp(`^/members/${t.memberId}/notes/`)),
      next: 'completion',
    }),
  },
  {
    name: 'Mail', counted: 'mail 1:promise', activity: 'write', stage: WAITS, all: FILED, ticket: VMP,
    spots: (t) => ({ before: spot('mail', 'RCPT', t.email), effect: sending(t), next: update(t, 'promise') }),
    // Until the ticket says so, nobody knows whether it went.
    mail: (point, carriedOut) => ({ mails: point === 'before' || (point === 'sent' && !carriedOut) ? 0 : 1, inDoubt: true }),
  },
  {
    name: 'Helpdesk: the note that a mail went out', counted: 'note 1:promise', activity: 'write', stage: WAITS, all: FILED, ticket: VMP,
    spots: (t) => ({ before: answerTo(sending(t)), effect: update(t, 'promise'), next: 'completion' }),
    mail: (point, carriedOut) => ({ mails: 1, inDoubt: point === 'before' || (point === 'sent' && !carriedOut) }),
  },
];

/** One crash to be brought about. */
export interface Wanted {
  effect: CrashEffect;
  point: Point;
  /** A request that was sent is carried out although nobody waits any more; else it is lost. */
  carriedOut: boolean;
}
/** A ticket that is brought to one point of one effect. */
export type Victim = Wanted & Subject;

/** Opens the ticket of a victim; `beforehand` is called with it before the worker can have heard of it. */
export async function open(site: CrashSite, { effect, point, carriedOut }: Wanted, nth: number, beforehand: (v: Victim) => void): Promise<Victim> {
  const { company } = site;
  const memberId = `M-${nth}`;
  const email = `m-${nth}@example.com`;
  const since = new Date(Date.now() - 49 * 3_600_000).toISOString();
  await company.admin.setMember(memberId, { email, requirements: [{ name: 'Consent', met: true, since }] });
  const survivor = effect.activity === 'followIssue' ? await company.jira.file('PRODOPS', 'The one that survives') : '';
  const member = { name: 'Robin Doe', email, memberId };
  const ticketId = await company.helpdesk.openTicket({ subject: 'I need help', description: 'It does not work for me.', ...effect.ticket, member });
  const victim = { ticketId, memberId, email, survivor, effect, point, carriedOut };
  beforehand(victim);
  return victim;
}

/** Orders the stop at which the victim's worker is to be killed. */
export function arm(site: CrashSite, victim: Victim): Hold {
  const { before, effect, next } = victim.effect.spots(victim, site);
  const at: Record<Point, Spot> = { before, sent: effect, done: answerTo(effect), answered: next === 'completion' ? answerTo(effect) : next };
  const { on, matches, moment = 'asked' } = at[victim.point];
  return site.wires[on].hold(moment, matches);
}

/** The activity that is cut short. What is read before a surviving issue is labelled is one of its own. */
export const activityAt = ({ effect, point }: Victim): string => (effect.activity === 'followIssue' && point === 'before' ? 'readIssue' : effect.activity);

/** Must its answer be let go, and its completion be kept from Temporal? */
export const keepsCompletion = (site: CrashSite, v: Victim): boolean => v.point === 'answered' && v.effect.spots(v, site).next === 'completion';
