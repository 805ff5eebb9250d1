/** The effects that a single ticket's case has on the outside. */
import type { NewTicket } from '../src/sandbox/helpdesk/stand-in.js';
import { provideSignal } from '../src/workflows/messages.js';
import { answerTo, is, label, onIssue, spot, type CrashEffect, type Spot, type Subject } from './crash-effect.js';
import type { CrashSite } from './crash-site.js';

const VMP: Partial<NewTicket> = { inquiry: 'vmp-scheduling-blocked' };
// Neither a page nor a code is known: it is in no problem and has an issue of its own.
const TECHNICAL: Partial<NewTicket> = { errorKind: 'server-error' };
const FILED = ['issue PRODOPS', 'mail 1:promise', 'note 1:promise', 'remote-link PRODOPS'];
export const REPORTED = ['account-note', 'issue INFRA', 'mail 1:promise', 'note 1:ask-report', 'note 1:promise', 'remote-link INFRA'];
export const WAITS = 'awaiting-resolution';

/** The activity reads the ticket before it acts; the consultation has read it once before that. */
function secondLook({ ticketId }: Subject): Spot {
  let times = 0;
  return { on: 'helpdesk', matches: (asked) => is(asked, 'GET', `/api/v2/tickets/${ticketId}`) && ++times === 2 };
}
const update = ({ ticketId }: Subject, name: string): Spot => spot('helpdesk', 'PUT', `/api/v2/tickets/${ticketId}`, `${ticketId}:1:${name}`);
const create = (t: Subject): Spot => spot('jira', 'POST', '/rest/api/3/issue', label(t));
const link = ({ ticketId }: Subject): Spot => spot('jira', 'POST', /\/remotelink$/, `onetouch-ticket-${ticketId}-1`);
const sending = ({ email }: Subject): Spot => spot('mail', 'DATA', email);

const duplicateOfSurvivor = {
  after: FILED,
  async pull(t: Subject, { company: { jira } }: CrashSite) {
    const filed = jira.issues().find((i) => i.labels.includes(label(t)))!;
    await jira.resolve(filed.key, 'Duplicate', { duplicateOf: t.survivor });
  },
};
/** On the survivor, when its link to the ticket was made. */
function onLinked({ survivor }: Subject): Spot {
  let linked = false;
  return {
    on: 'jira',
    matches(asked) {
      if (is(asked, 'POST', new RegExp(`/issue/${survivor}/remotelink$`))) linked = true;
      return linked && is(asked, 'GET', new RegExp(`/issue/${survivor}(\\?|$)`));
    },
  };
}

export const CASE_EFFECTS: readonly CrashEffect[] = [
  {
    name: 'Jira: create the issue', writes: 'jira.createIssue', counted: 'issue PRODOPS', activity: 'fileIssue', stage: WAITS, all: FILED, ticket: VMP,
    spots: (t) => ({ before: spot('jira', 'POST', /\/search\/jql$/, label(t)), effect: create(t), next: link(t) }),
  },
  {
    name: 'Jira: link the issue to the ticket', writes: 'jira.remoteLink', counted: 'remote-link PRODOPS', activity: 'fileIssue', stage: WAITS, all: FILED, ticket: VMP,
    spots: (t, site) => ({ before: answerTo(create(t)), effect: link(t), next: onIssue(t, site, 'GET') }),
  },
  {
    name: 'Jira: comment', writes: 'jira.comment', counted: 'comment 1:report', activity: 'commentIssue', stage: WAITS, all: [...REPORTED, 'comment 1:report'].sort(), ticket: TECHNICAL,
    spots: (t, site) => ({ before: onIssue(t, site, 'GET', '/comment'), effect: onIssue(t, site, 'POST', '/comment'), next: 'completion' }),
    trigger: { after: REPORTED, pull: ({ ticketId }, site) => site.handle(ticketId).signal(provideSignal, { report: { errorText: 'It never ends' } }) },
  },
  {
    name: 'Jira: label a surviving issue', writes: 'jira.addLabel', counted: 'label onetouch-TICKET-1', activity: 'followIssue', activityBefore: 'readIssue', hasSurvivor: true, stage: WAITS,
    all: [...FILED, 'label onetouch', 'label onetouch-TICKET-1', 'remote-link PRODOPS'].sort(), ticket: VMP,
    spots: (t, site) => {
      const labels = (name: string) => spot('jira', 'PUT', new RegExp(`/issue/${t.survivor}$`), `"${name}"`);
      return { before: onIssue(t, site, 'GET'), effect: labels(label(t)), next: labels('onetouch') };
    },
    trigger: duplicateOfSurvivor,
  },
  {
    name: 'Jira: link a surviving issue to the ticket', writes: 'jira.remoteLink', counted: 'remote-link PRODOPS', besides: 1, activity: 'followIssue', hasSurvivor: true, stage: WAITS,
    all: [...FILED, 'label onetouch', 'label onetouch-TICKET-1', 'remote-link PRODOPS'].sort(), ticket: VMP,
    spots: (t) => {
      const at = `/issue/${t.survivor}`;
      return { before: answerTo(spot('jira', 'PUT', new RegExp(`${at}$`), '"onetouch"')), effect: spot('jira', 'POST', new RegExp(`${at}/remotelink$`)), next: onLinked(t) };
    },
    trigger: duplicateOfSurvivor,
  },
  {
    name: 'Helpdesk: internal note', writes: 'helpdesk.updateTicket', counted: 'note 1:tier1-scheduling', activity: 'note', stage: 'tier-1', all: ['note 1:tier1-scheduling'], ticket: { inquiry: 'scheduling' },
    spots: (t) => ({ before: secondLook(t), effect: update(t, 'tier1-scheduling'), next: 'completion' }),
  },
  {
    name: 'Helpdesk: public reply', writes: 'helpdesk.updateTicket', counted: 'reply 1:answer-device-withings', activity: 'reply', stage: 'tier-1',
    all: ['note 1:tier1-device-withings', 'reply 1:answer-device-withings'], ticket: { inquiry: 'device-withings' },
    spots: (t) => ({ before: secondLook(t), effect: update(t, 'answer-device-withings'), next: 'completion' }),
  },
  {
    name: 'Helpdesk: hand-over to a group', writes: 'helpdesk.updateTicket', counted: 'group Coach Support', activity: 'note', stage: WAITS,
    all: ['group Coach Support', 'mail 1:promise', 'note 1:handed-over', 'note 1:promise', 'priority urgent', 'status open'], ticket: { inquiry: 'webinar-missing' },
    spots: (t) => ({ before: secondLook(t), effect: update(t, 'handed-over'), next: 'completion' }),
  },
  {
    name: 'Admin: account note', writes: 'admin.noteAccount', counted: 'account-note', activity: 'noteAccount', stage: WAITS, all: REPORTED, ticket: TECHNICAL,
    spots: (t) => ({
      before: spot('admin', 'GET', `/members/${t.memberId}`),
      effect: spot('admin', 'PUT', new RegExp(`^/members/${t.memberId}/notes/`)),
      next: 'completion',
    }),
  },
  {
    name: 'Mail', writes: 'mail.send', counted: 'mail 1:promise', activity: 'write', stage: WAITS, all: FILED, ticket: VMP,
    spots: (t) => ({ before: spot('mail', 'RCPT', t.email), effect: sending(t), next: update(t, 'promise') }),
    // Until the ticket says so, nobody knows whether it went.
    mail: (point, carriedOut) => ({ mails: point === 'before' || (point === 'sent' && !carriedOut) ? 0 : 1, inDoubt: true }),
  },
  {
    name: 'Helpdesk: the note that a mail went out', writes: 'helpdesk.updateTicket', counted: 'note 1:promise', activity: 'write', stage: WAITS, all: FILED, ticket: VMP,
    spots: (t) => ({ before: answerTo(sending(t)), effect: update(t, 'promise'), next: 'completion' }),
    mail: (point, carriedOut) => ({ mails: 1, inDoubt: point === 'before' || (point === 'sent' && !carriedOut) }),
  },
];
