/** What a crash point is made of: an effect, the case that makes it, and the requests around it. */
import type { Need, Stage } from '../src/domain/case.js';
import { issueLabel } from '../src/domain/marks.js';
import type { GroupFacts } from '../src/sandbox/admin/group-state.js';
import type { NewTicket } from '../src/sandbox/helpdesk/stand-in.js';
import type { CrashSite } from './crash-site.js';
import type { Asked, Moment } from './crash-wire.js';
import type { Method } from './crash-writes.js';

/** When the worker is killed: before the effect's request, after it was sent, done but not answered, answered. */
export const POINTS = ['before', 'sent', 'done', 'answered'] as const;
export type Point = (typeof POINTS)[number];

/** A request of the worker, and the moment at which it is stopped. */
export interface Spot {
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
/** Everything is a victim's own; what it does not have is ''. */
export interface Subject {
  ticketId: string;
  memberId: string;
  email: string;
  /** The issue that a duplicate points to. */
  survivor: string;
  /** The problem that its ticket belongs to, by the id of its workflow. */
  problem: string;
  /** Its employer group's id in Admin. */
  group: string;
  /** The ticket of another member that it comes together with, and that one's problem. */
  other: string;
  otherProblem: string;
}
type Does = (t: Subject, site: CrashSite) => Promise<unknown>;

export interface CrashEffect {
  name: string;
  /** The port's method that makes it. */
  writes: Method;
  /** The line of the ledgers that must be there exactly once. */
  counted: string;
  /** So many more such lines are there of other effects. */
  besides?: number;
  /** The activity in which it happens. */
  activity: string;
  /** Another one that makes the last request before it. */
  activityBefore?: string;
  /** The workflow that makes it; the case where absent. */
  workflow?: (t: Subject) => string;
  /** The stage in which the case comes to rest, what a person has to do there, and everything that was done until then. */
  stage: Stage;
  needs?: Need;
  all: readonly string[];
  ticket: Partial<NewTicket>;
  /** The ticket of another member; where the error's text is known, on a page of its own. */
  other?: Partial<NewTicket>;
  /** Its ticket is about an employer group, of which Admin knows this. */
  group?: (memberId: string) => GroupFacts;
  /** There is an issue that another one can be a duplicate of. */
  hasSurvivor?: true;
  spots: (t: Subject, site: CrashSite) => Spots;
  /** A mail that was cut short: how many of its mails are there, and whether nobody can know of this one, so that somebody is told. */
  mail?: (point: Point, carriedOut: boolean) => { mails: number; inDoubt: boolean };
  /** Lines that are there once more, since what they say may be done again. */
  again?: (point: Point, carriedOut: boolean) => readonly string[];
  /** What makes it happen, in a case that came to rest after these effects; absent where the ticket alone does. */
  trigger?: {
    after: readonly string[];
    /** What is said until then, each when the case has come to rest and needs it. */
    steps?: readonly { needs: Need | null; take: Does }[];
    pull: Does;
  };
}

export const is = (asked: Asked, method: string, path: RegExp | string, ...body: string[]): boolean =>
  asked.method === method && (typeof path === 'string' ? asked.path === path : path.test(asked.path)) && body.every((b) => asked.body.includes(b));
export const spot = (on: Spot['on'], method: string, path: RegExp | string, ...body: string[]): Spot => ({ on, matches: (asked) => is(asked, method, path, ...body) });
export const answerTo = (s: Spot): Spot => ({ ...s, moment: 'answered' });

export const label = ({ ticketId }: Subject): string => issueLabel(ticketId, 1);
/** On the oldest issue with this label, whose key is known when it is there; that of the case when absent. */
export const onIssue = (t: Subject, { company }: CrashSite, method: string, rest = '', { labelled = label(t), body = '' } = {}): Spot => ({
  on: 'jira',
  matches(asked) {
    const issue = company.jira.issues().find((i) => i.labels.includes(labelled));
    return issue !== undefined && is(asked, method, new RegExp(`/issue/${issue.key}${rest}(\\?|$)`), body);
  },
});
