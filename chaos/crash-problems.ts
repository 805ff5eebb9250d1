/** The effects of problems, and of their cases on the problem's issue. */
import { setTimeout as sleep } from 'node:timers/promises';
import { problemLabel } from '../src/domain/problem.js';
import type { Actor } from '../src/workflows/messages.js';
import { REPORTED, WAITS } from './crash-cases.js';
import { answerTo, is, label, onIssue, spot, type CrashEffect, type Spot, type Subject } from './crash-effect.js';
import { OPS_EMAIL } from './crash-ledger.js';
import type { CrashSite } from './crash-site.js';

/** What is known of the error: that makes it a problem. The page is each victim's own. */
export const KNOWN = { errorKind: 'server-error', report: { errorText: 'HTTP 502' } } as const;
export const IN_PROBLEM = ['account-note', 'comment 1:problem-report', 'issue INFRA', 'mail 1:promise', 'note 1:ask-report', 'note 1:promise'];
/** The problem's issue was closed as a duplicate: it goes on with the one that survives, which gets its labels. */
const MOVED = [...IN_PROBLEM, 'label onetouch', 'label onetouch-PROBLEM', 'label onetouch-PROBLEM-1', 'comment 1:moved'].sort();

export const labelOf = ({ problem }: Subject): string => problemLabel(problem, 1);
export const filedAt = ({ company }: CrashSite, t: Subject) => company.jira.issues().find((i) => i.labels.includes(labelOf(t)));
export const problemOf = (t: Subject): string => t.problem;
const create = (t: Subject) => spot('jira', 'POST', '/rest/api/3/issue', `"${labelOf(t)}"`);
const commentsOf = ({ survivor }: Subject, method: string) => spot('jira', method, new RegExp(`/issue/${survivor}/comment(\\?|$)`));
const closedAsDuplicate = {
  after: IN_PROBLEM,
  pull: async (t: Subject, site: CrashSite) => site.company.jira.resolve(filedAt(site, t)!.key, 'Duplicate', { duplicateOf: t.survivor }),
};
/** An agent puts the case of another employer group's ticket into it, whose own issue is then a duplicate of its issue. */
export const ACME = { ...KNOWN, employerGroup: 'Acme' };
export const GLOBEX = { errorKind: 'server-error', employerGroup: 'Globex' } as const;
export const AGENT: Actor = { name: 'Ana', role: 'agent', verified: true };
export async function link(ticketId: string, into: string, { cases }: CrashSite): Promise<void> {
  const answer = await cases.link(ticketId, { problem: into, reason: 'it is the same', by: AGENT });
  if (!answer.accepted) throw new Error(answer.reason);
}
/** The same, once it waits for its own issue. */
async function linkWhenFiled(t: Subject, site: CrashSite): Promise<void> {
  const tryAgainUntil = Date.now() + 60_000;
  for (;;) {
    try {
      return await link(t.ticketId, t.otherProblem, site);
    } catch (error) {
      if (Date.now() > tryAgainUntil) throw error;
      await sleep(100);
    }
  }
}
export const LINKED = [...REPORTED, 'note 1:linked-1', 'link Duplicate', 'comment 1:linked'].sort();
/** Taken out again, it waits for the issue that it had, which is no duplicate any more. */
const UNLINKED = [...LINKED, 'note 1:unlinked-1', 'unlink Duplicate', 'comment 1:unlinked-1'].sort();
const takenOut = {
  after: LINKED,
  steps: [{ needs: null, take: linkWhenFiled }],
  async pull({ ticketId }: Subject, { cases }: CrashSite) {
    const answer = await cases.unlink(ticketId, { reason: 'another page', by: AGENT });
    if (!answer.accepted) throw new Error(answer.reason);
  },
};
export const ownIssue = (t: Subject, { company }: CrashSite) => company.jira.issues().find((i) => i.labels.includes(label(t)))!;
/** On its own issue, when that is a duplicate no more. */
const onFreed = (t: Subject, site: CrashSite, method: string): Spot => {
  const own = onIssue(t, site, method, '/comment');
  return { ...own, matches: (asked) => own.matches(asked) && ownIssue(t, site).duplicateOf === null };
};
/** Both cases' reports; and a minute later the new figures. */
export const SYSTEM_WIDE = [...IN_PROBLEM, 'comment 1:problem-report', 'comment 1:system-wide', 'description ', 'mail to ops', 'priority Highest'].sort();
const base = { stage: WAITS, ticket: KNOWN } as const;

export const PROBLEM_EFFECTS: readonly CrashEffect[] = [
  {
    ...base, name: "Jira: create a problem's issue", writes: 'jira.createIssue', counted: 'issue INFRA', activity: 'fileProblem', workflow: problemOf, all: IN_PROBLEM,
    spots: (t, site) => ({
      before: spot('jira', 'POST', /\/search\/jql$/, labelOf(t)),
      effect: create(t),
      next: onIssue(t, site, 'GET', '', { labelled: labelOf(t) }),
    }),
  },
  {
    ...base, name: "Jira: comment a case's report on its problem's issue", writes: 'jira.comment', counted: 'comment 1:problem-report', activity: 'commentIssue', all: IN_PROBLEM,
    spots(t, site) {
      const on = (method: string, body = '') => onIssue(t, site, method, '/comment', { labelled: labelOf(t), body });
      return { before: on('GET'), effect: on('POST', `${t.ticketId}:1:problem-report`), next: 'completion' };
    },
  },
  {
    ...base, name: 'Jira: label the issue that a problem moved to', writes: 'jira.addLabel', counted: 'label onetouch-PROBLEM-1', activity: 'followForProblem',
    workflow: problemOf, all: MOVED, hasSurvivor: true, trigger: closedAsDuplicate,
    spots(t) {
      const labels = (name: string) => spot('jira', 'PUT', new RegExp(`/issue/${t.survivor}$`), `"${name}"`);
      return { before: answerTo(labels(`onetouch-${t.problem}`)), effect: labels(labelOf(t)), next: commentsOf(t, 'GET') };
    },
  },
  {
    ...base, name: 'Jira: comment on the issue that a problem moved to', writes: 'jira.comment', counted: 'comment 1:moved', activity: 'followForProblem',
    workflow: problemOf, all: MOVED, hasSurvivor: true, trigger: closedAsDuplicate,
    spots: (t) => ({ before: commentsOf(t, 'GET'), effect: commentsOf(t, 'POST'), next: 'completion' }),
  },
  {
    ...base, name: "Jira: raise a problem's priority", writes: 'jira.updateIssue', counted: 'priority Highest', activity: 'raiseProblem', workflow: problemOf, ticket: ACME, other: GLOBEX,
    all: SYSTEM_WIDE,
    spots(t, site) {
      const on = (method: string, rest = '', body = '') => onIssue(t, site, method, rest, { labelled: labelOf(t), body });
      const raise = on('PUT', '', '"priority"');
      // Nothing is looked at before: it is cut off on its way.
      return { before: raise, effect: raise, next: on('POST', '/comment', ':1:system-wide') };
    },
    trigger: { after: IN_PROBLEM, pull: (t, site) => link(t.other, t.problem, site) },
  },
  {
    ...base, name: 'Mail to ops', writes: 'mail.send', counted: 'mail to ops', activity: 'mailOps', workflow: problemOf, ticket: ACME, other: GLOBEX, all: SYSTEM_WIDE,
    spots(t) {
      const send = spot('mail', 'DATA', OPS_EMAIL, `<${t.problem}.1.system-wide@`);
      // Whose it is only the mail says: it is cut off on its way.
      return { before: send, effect: send, next: 'completion' };
    },
    mail: (point, carriedOut) => ({ mails: point === 'before' || (point === 'sent' && !carriedOut) ? 1 : 2, inDoubt: true }),
    trigger: { after: IN_PROBLEM, pull: (t, site) => link(t.other, t.problem, site) },
  },
  {
    stage: WAITS, name: "Jira: link a case's own issue to that of its problem", writes: 'jira.relate', counted: 'link Duplicate', activity: 'closeOwnIssue', ticket: GLOBEX, other: ACME,
    all: LINKED,
    spots(t, site) {
      const own = onIssue(t, site, 'GET');
      const before: Spot = { ...own, matches: (asked) => own.matches(asked) && asked.path.includes('fields=issuelinks') };
      const effect: Spot = { on: 'jira', matches: (asked) => is(asked, 'POST', '/rest/api/3/issueLink', 'Duplicate') && asked.body.includes(`"${ownIssue(t, site).key}"`) };
      return { before, effect, next: onIssue(t, site, 'GET', '/comment') };
    },
    trigger: { after: REPORTED, pull: (t, site) => link(t.ticketId, t.otherProblem, site) },
  },
  {
    stage: WAITS, name: "Jira: take the link from a case's own issue", writes: 'jira.unrelate', counted: 'unlink Duplicate', activity: 'takeBackIssue', ticket: GLOBEX, other: ACME, all: UNLINKED,
    spots(t, site) {
      const own = onIssue(t, site, 'GET');
      const before: Spot = { ...own, matches: (asked) => own.matches(asked) && asked.path.includes('fields=issuelinks') };
      // Known as long as it is there, by the requests before.
      let link: string | null = null;
      const effect: Spot = { on: 'jira', matches: (asked) => is(asked, 'DELETE', `/rest/api/3/issueLink/${(link ??= ownIssue(t, site).duplicateLink)}`) };
      return { before, effect, next: onFreed(t, site, 'GET') };
    },
    trigger: takenOut,
  },
  {
    stage: WAITS, name: "Jira: comment on a case's own issue that it is no duplicate", writes: 'jira.comment', counted: 'comment 1:unlinked-1', activity: 'takeBackIssue', ticket: GLOBEX, other: ACME, all: UNLINKED,
    spots: (t, site) => ({ before: onFreed(t, site, 'GET'), effect: onFreed(t, site, 'POST'), next: 'completion' }),
    trigger: takenOut,
  },
];
