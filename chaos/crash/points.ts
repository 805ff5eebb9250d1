/** Where a worker is killed: for each outside effect, before its call, when it was sent, when it was done, and after its answer. */
import type { Asked, Faults } from '../../src/sandbox/faults.js';
import type { MemberFacts } from '../../src/sandbox/admin/state.js';
import type { Company } from '../../src/sandbox/company.js';
import type { NewTicket } from '../../src/sandbox/helpdesk/stand-in.js';

export const MOMENTS = ['before', 'sent', 'done', 'answered'] as const;
export type Moment = (typeof MOMENTS)[number];
export type System = 'helpdesk' | 'jira' | 'admin' | 'mail';

/** One ticket on its way to its point. */
export interface Trial {
  effect: Effect;
  moment: Moment;
  ticket: string;
  memberId: string;
  email: string;
  /** Requests of its own that came by so far, by what they ask. */
  seen: Record<string, number>;
}

export interface Effect {
  name: string;
  ticket: Pick<NewTicket, 'inquiry' | 'errorKind'>;
  knows?: MemberFacts;
  system: System;
  /** The call that has the effect. */
  call: (asked: Asked, trial: Trial, company: Company) => boolean;
  /**
   * The last thing that is asked before it; the nth of its kind where there are more. Absent where nothing is asked
   * between it and the effect before: then that one's "answered" is this one's "before".
   */
  before?: { system: System; nth?: number; is: (asked: Asked, trial: Trial, company: Company) => boolean };
  /** What is asked after it; absent where it is the last thing, so that the wire to Temporal is cut instead. */
  next?: { system: System; is: (asked: Asked, trial: Trial, company: Company) => boolean };
  /** What somebody does once the case waits for its team, to bring the effect about. */
  then?: 'provides' | 'duplicates';
  /** Everything that is to be there in the end, once. A mail may be missing where it is shown as unknown. */
  effects: string[];
}

const readsTicket = ({ method, path }: Asked, { ticket }: Trial) => method === 'GET' && path === `/api/v2/tickets/${ticket}`;
const notes = (effect: string) => ({ method, path, body }: Asked, { ticket }: Trial) => method === 'PUT' && path === `/api/v2/tickets/${ticket}` && body.includes(`${ticket}:1:${effect}`);
const own = (company: Company, { ticket }: Trial, path: string): boolean => {
  const key = /\/issue\/([A-Z]+-\d+)/.exec(path)?.[1];
  return key !== undefined && company.jira.issues().some((i) => i.key === key && i.labels.includes(`onetouch-${ticket}-1`));
};
const creates = ({ method, path, body }: Asked, { ticket }: Trial) => method === 'POST' && path.endsWith('/issue') && body.includes(`onetouch-${ticket}-1`);
const links = ({ method, path }: Asked, trial: Trial, company: Company) => method === 'POST' && path.endsWith('/remotelink') && own(company, trial, path);
const readsIssue = ({ method, path }: Asked, trial: Trial, company: Company) => method === 'GET' && /\/issue\/[A-Z]+-\d+(\?|$)/.test(path) && own(company, trial, path);
const searches = ({ path, body }: Asked, { ticket }: Trial) => path.endsWith('/search/jql') && body.includes(`onetouch-${ticket}-1`);

const filed = ['issue 1:PRODOPS', 'mail 1:promise', 'note 1:promise'];
const infra = ['issue 1:INFRA', 'mail 1:promise', 'note 1:promise', 'account-note 1:account-note', 'note 1:ask-report'];
const vmp = { ticket: { inquiry: 'vmp-scheduling-blocked' } as const, knows: { requirements: [{ name: 'Consent signed', met: true, since: '2026-01-01T00:00:00Z' }] }, effects: filed };
const error = { ticket: { inquiry: 'technical-error', errorKind: 'stuck-loading' } as const, effects: infra };

export const EFFECTS: readonly Effect[] = [
  { name: 'Jira: create', ...vmp, system: 'jira', call: creates, before: { system: 'jira', is: searches }, next: { system: 'jira', is: links } },
  { name: 'Jira: link to the ticket', ...vmp, system: 'jira', call: links, next: { system: 'jira', is: readsIssue } },
  { name: 'mail', ...vmp, system: 'mail', call: ({ method, path }, { email }) => method === 'DATA' && path === email, before: { system: 'helpdesk', nth: 3, is: readsTicket }, next: { system: 'helpdesk', is: notes('promise') } },
  { name: "note of the mail", ...vmp, system: 'helpdesk', call: notes('promise') },
  { name: 'internal note', ticket: { inquiry: 'scheduling' }, system: 'helpdesk', call: notes('tier1-scheduling'), before: { system: 'helpdesk', nth: 2, is: readsTicket }, effects: ['note 1:tier1-scheduling'] },
  { name: 'public reply', ticket: { inquiry: 'device-philips' }, system: 'helpdesk', call: notes('answer-device-philips'), before: { system: 'helpdesk', nth: 2, is: readsTicket }, effects: ['reply 1:answer-device-philips', 'note 1:tier1-device-philips'] },
  { name: 'hand-over to a group', ticket: { inquiry: 'webinar-missing' }, system: 'helpdesk', call: notes('handed-over'), before: { system: 'helpdesk', nth: 2, is: readsTicket }, effects: ['note 1:handed-over', 'group Coach Support', 'priority urgent', 'mail 1:promise', 'note 1:promise'] },
  { name: 'account note in Admin', ...error, system: 'admin', call: ({ method, path }, { ticket }) => method === 'PUT' && decodeURIComponent(path).includes(`${ticket}:1:account-note`), before: { system: 'admin', is: ({ method, path }, { memberId }) => method === 'GET' && path.includes(memberId) } },
  { name: 'Jira: comment', ...error, then: 'provides', system: 'jira', call: ({ method, path }, trial, company) => method === 'POST' && path.endsWith('/comment') && own(company, trial, path), before: { system: 'jira', is: ({ method, path }, trial, company) => method === 'GET' && /\/comment(\?|$)/.test(path) && own(company, trial, path) }, effects: [...infra, 'comment 1:report'] },
  { name: 'Jira: label', ...error, then: 'duplicates', system: 'jira', call: ({ method, body }, { ticket }) => method === 'PUT' && body.includes(`"add":"onetouch-${ticket}-1"`), next: { system: 'jira', is: ({ method, path, body }, trial, company) => method === 'PUT' && body.includes('"add":"onetouch"') && own(company, trial, path) }, effects: [...infra, 'issue 1:INFRA'] },
];

export const faultsOf = (company: Company): Record<System, Faults> => ({
  helpdesk: company.helpdesk.faults,
  jira: company.jira.faults,
  admin: company.admin.faults,
  mail: company.mail.faults,
});

/** Every point there is. */
export const POINTS: readonly { effect: Effect; moment: Moment }[] = EFFECTS.flatMap((effect) => MOMENTS.filter((m) => m !== 'before' || effect.before).map((moment) => ({ effect, moment })));
