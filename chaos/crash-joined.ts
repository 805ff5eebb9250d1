/** The effects of what joins problems and their issues: figures, merges, choices for all, links of one issue to another. */
import { setTimeout as sleep } from 'node:timers/promises';
import { issueLabel } from '../src/domain/marks.js';
import { signGrant } from '../src/grants/grants.js';
import type { Actor, Answer } from '../src/workflows/messages.js';
import { REPORTED, WAITS } from './crash-cases.js';
import { answerTo, is, onIssue, spot, type CrashEffect, type Spot, type Subject } from './crash-effect.js';
import { ACME, AGENT, filedAt, GLOBEX, IN_PROBLEM, KNOWN, labelOf, link, LINKED, problemOf, SYSTEM_WIDE } from './crash-problems.js';
import type { CrashSite } from './crash-site.js';

const LEAD: Actor = { name: 'Lee', role: 'lead', verified: true };
async function heard(answer: Promise<Answer>): Promise<void> {
  const said = await answer;
  if (!said.accepted) throw new Error(said.reason);
}

/** Does it to the problem's issue, as soon as that is there. */
async function whenFiled(t: Subject, site: CrashSite, does: (key: string, createdAt: string) => Promise<unknown>): Promise<void> {
  const until = Date.now() + 60_000;
  let filed = filedAt(site, t);
  for (; !filed && Date.now() < until; filed = filedAt(site, t)) await sleep(250);
  if (!filed) throw new Error(`the issue of ${t.problem} is not filed`);
  await does(filed.key, filed.createdAt);
}
/** The figures on an issue are written at most once a minute. */
const FIGURES_MS = 61_000;
/** Waits until the problem's issue is so old that new figures are written at once. */
const figuresAreOld = (t: Subject, site: CrashSite) => whenFiled(t, site, (_, createdAt) => sleep(Math.max(0, Date.parse(createdAt) + FIGURES_MS - Date.now())));
const withOldFigures = { after: IN_PROBLEM, steps: [{ needs: null, take: figuresAreOld }], pull: (t: Subject, site: CrashSite) => link(t.other, t.problem, site) };
const onProblems = (t: Subject, site: CrashSite) => (method: string, rest = '', body = '') => onIssue(t, site, method, rest, { labelled: labelOf(t), body });

const MERGED = [...IN_PROBLEM, 'link Duplicate', 'comment 1:merged'].sort();
const merged = {
  after: IN_PROBLEM,
  async pull({ problem, otherProblem }: Subject, { problems, grantKeys }: CrashSite) {
    const body = { into: otherProblem, reason: 'it is the same' };
    await heard(problems.merge(problem, { ...body, by: LEAD, grant: signGrant(grantKeys, { of: problem, verb: 'merge', cycle: 1, body, by: LEAD }, Date.now()) }));
  },
};
/** The last look before a link: at the links that the issue has. */
const atLinks = (on: Spot): Spot => ({ ...on, matches: (asked) => on.matches(asked) && asked.path.includes('fields=issuelinks') });
const linking = (how: string, key: () => string | undefined): Spot => ({
  on: 'jira',
  matches(asked) {
    const from = key();
    return from !== undefined && is(asked, 'POST', '/rest/api/3/issueLink', how, `"${from}"`);
  },
});

const FOLLOWED_UP = [...IN_PROBLEM, 'mail 1:follow-up', 'note 1:follow-up'].sort();
/** Still broken for its member: it is escalated by itself, with an issue that the problem's engineers find from theirs. */
const LEFT = [...FOLLOWED_UP, 'account-note', 'issue INFRA', 'link Relates', 'mail 2:promise', 'note 2:ask-report', 'note 2:promise', 'remote-link INFRA'].sort();
const stillBroken = {
  after: FOLLOWED_UP,
  steps: [{ needs: null, take: (t: Subject, site: CrashSite) => whenFiled(t, site, (key) => site.company.jira.resolve(key, 'Fixed')) }],
  pull: ({ ticketId }: Subject, { cases }: CrashSite) => heard(cases.confirm(ticketId, { verdict: 'still-broken', how: 'mail', by: AGENT })),
};
const CHOSEN = [...IN_PROBLEM, 'note 1:choose-problem'].sort();

export const JOINED_EFFECTS: readonly CrashEffect[] = [
  {
    stage: WAITS, name: "Jira: write a problem's figures", writes: 'jira.updateIssue', counted: 'description ', activity: 'showProblem', workflow: problemOf, ticket: ACME, other: GLOBEX, all: SYSTEM_WIDE,
    spots(t, site) {
      const write = onProblems(t, site)('PUT', '', '"description"');
      // Nothing is looked at before: it is cut off on its way.
      return { before: write, effect: write, next: 'completion' };
    },
    trigger: withOldFigures,
  },
  {
    stage: WAITS, name: "Jira: comment that a problem is system-wide", writes: 'jira.comment', counted: 'comment 1:system-wide', activity: 'raiseProblem', workflow: problemOf, ticket: ACME, other: GLOBEX, all: SYSTEM_WIDE,
    spots(t, site) {
      const on = onProblems(t, site);
      return { before: answerTo(on('PUT', '', '"priority"')), effect: on('POST', '/comment', ':1:system-wide'), next: 'completion' };
    },
    trigger: withOldFigures,
  },
  {
    stage: WAITS, name: "Jira: comment on a case's own issue that its problem has another", writes: 'jira.comment', counted: 'comment 1:linked', activity: 'closeOwnIssue', ticket: GLOBEX, other: ACME, all: LINKED,
    spots: (t, site) => ({ before: onIssue(t, site, 'GET', '/comment'), effect: onIssue(t, site, 'POST', '/comment', { body: ':1:linked' }), next: 'completion' }),
    trigger: { after: REPORTED, pull: (t, site) => link(t.ticketId, t.otherProblem, site) },
  },
  {
    stage: WAITS, name: "Jira: link a merged problem's issue to the surviving one's", writes: 'jira.relate', counted: 'link Duplicate', activity: 'closeOver', workflow: problemOf, ticket: KNOWN, other: KNOWN, all: MERGED,
    spots(t, site) {
      const on = onProblems(t, site);
      return { before: atLinks(on('GET')), effect: linking('Duplicate', () => filedAt(site, t)?.key), next: on('GET', '/comment') };
    },
    trigger: merged,
  },
  {
    stage: WAITS, name: "Jira: comment on a merged problem's issue", writes: 'jira.comment', counted: 'comment 1:merged', activity: 'closeOver', workflow: problemOf, ticket: KNOWN, other: KNOWN, all: MERGED,
    spots(t, site) {
      const on = onProblems(t, site);
      return { before: on('GET', '/comment'), effect: on('POST', '/comment', ':1:merged'), next: 'completion' };
    },
    trigger: merged,
  },
  {
    stage: WAITS, name: 'Helpdesk: ask on a ticket for a choice for all of a problem', writes: 'helpdesk.updateTicket', counted: 'note 1:choose-problem', activity: 'askToChoose', workflow: problemOf, ticket: KNOWN, all: CHOSEN,
    spots: ({ ticketId }) => ({
      before: spot('helpdesk', 'GET', `/api/v2/tickets/${ticketId}`),
      effect: spot('helpdesk', 'PUT', `/api/v2/tickets/${ticketId}`, `${ticketId}:1:choose-problem`),
      next: 'completion',
    }),
    trigger: { after: IN_PROBLEM, pull: (t, site) => site.company.jira.resolve(filedAt(site, t)!.key, "Won't Do") },
  },
  {
    stage: WAITS, name: "Jira: relate a case's own issue to that of the problem before", writes: 'jira.relate', counted: 'link Relates', activity: 'fileIssue', ticket: KNOWN, all: LEFT,
    spots(t, site) {
      const labelled = issueLabel(t.ticketId, 2);
      const own = onIssue(t, site, 'GET', '', { labelled });
      const whole: Spot = { ...own, matches: (asked) => own.matches(asked) && !asked.path.includes('fields=issuelinks') };
      return { before: atLinks(own), effect: linking('Relates', () => site.company.jira.issues().find((i) => i.labels.includes(labelled))?.key), next: whole };
    },
    trigger: stillBroken,
  },
];
