/** The effects of group troubleshooting on Admin: each asked for, and approved by a second person where it must be. */
import type { Change } from '../src/domain/grant.js';
import { signGrant } from '../src/grants/grants.js';
import type { Actor, Answer } from '../src/workflows/messages.js';
import { troubleshootingId } from '../src/workflows/troubleshooting-messages.js';
import { WAITS } from './crash-cases.js';
import { answerTo, is, spot, type CrashEffect, type Spot, type Subject } from './crash-effect.js';
import type { CrashSite } from './crash-site.js';

const AGENT: Actor = { name: 'Ana', role: 'agent', verified: true };
const OPS: Actor = { name: 'Olu', role: 'ops', verified: true };

const workflow = ({ ticketId }: Subject): string => troubleshootingId(ticketId, 1);
/** What they say, with the grant that the API would give them. */
const granted = <T extends Change['body']>({ ticketId }: Subject, { grantKeys }: CrashSite, verb: string, body: T, by: Actor) =>
  ({ ...body, by, grant: signGrant(grantKeys, { of: troubleshootingId(ticketId, 1), verb, cycle: 1, body, by }, Date.now()) });
async function heard(answer: Promise<Answer>): Promise<void> {
  const said = await answer;
  if (!said.accepted) throw new Error(said.reason);
}
const ask = (t: Subject, site: CrashSite) => heard(site.cases.fix(t.ticketId, granted(t, site, 'fix', {}, AGENT)));
async function approve(t: Subject, site: CrashSite): Promise<void> {
  const { groupId, field, from, to, version } = (await site.cases.group(t.ticketId))!.approval!;
  await heard(site.cases.approve(t.ticketId, granted(t, site, 'approve', { groupId, field, from, to, version }, OPS)));
}
const SCOPED = { needs: 'facts', take: ({ ticketId }: Subject, { cases }: CrashSite) => heard(cases.provide(ticketId, { facts: { scope: 'whole-group' }, by: AGENT })) } as const;
const ASKED = { needs: 'fix', take: ask } as const;

/** Looked at as a member, and the scope asked for. */
const LOOKED = ['impersonation 1:test-0-1', 'note 1:group-missing', 'note 1:group-person-1'];
/** Diagnosed again with the scope, and once more when the fix was asked for; then proposed. Rewards are diagnosed without a look. */
const proposed = (fix: string): string[] => ['note 1:group-missing', 'note 1:group-person-1', `note 1:group-fix-${fix}`, 'note 1:group-approval-1'];
const THREE_LOOKS = ['impersonation 1:test-0-1', 'impersonation 1:test-0-2', 'impersonation 1:test-0-3'];
const ENABLE = [...proposed('enable-group'), ...THREE_LOOKS];
const ELIGIBLE = [...proposed('correct-eligibility'), ...THREE_LOOKS];
const VERIFIED = ['impersonation 1:verify-1-0-1', 'note 1:group-applying-1', 'note 1:group-documented'];
const sorted = (...all: string[]): string[] => all.sort();

/** The last look at the group before a write; the nth after the note that says that it begins. */
function lastLook({ ticketId, group }: Subject, { company }: CrashSite, nth = 1): Spot {
  let times = 0;
  const begins = () => company.helpdesk.ledger.some((e) => e.on === ticketId && e.text.includes(`${ticketId}:1:group-applying-1`));
  return { on: 'admin', matches: (asked) => is(asked, 'GET', `/employers/${group}`) && begins() && ++times === nth };
}
const write = (t: Subject, site: CrashSite, method: string, path: string, nth?: number) =>
  ({ before: lastLook(t, site, nth), effect: spot('admin', method, path), next: 'completion' }) as const;

/** The session of the first look, once it is open. */
const inSession = ({ memberId }: Subject, { company }: CrashSite, method: string, rest = ''): Spot => ({
  on: 'admin',
  matches: (asked) => company.admin.sessions().some((s) => s.memberId === memberId && is(asked, method, `/impersonation-sessions/${s.id}${rest}`)),
});

const ACCESS = { inquiry: 'group-access' } as const;
const disabled = (memberId: string) => ({ enabled: false, access: { [memberId]: {} } });
const base = { workflow, stage: 'troubleshooting' } as const;

export const GROUP_EFFECTS: readonly CrashEffect[] = [
  {
    ...base, name: 'Admin: open a look as a member', writes: 'groups.memberView', counted: 'impersonation 1:test-0-1', activity: 'diagnoseGroup', needs: 'facts', all: LOOKED, ticket: ACCESS, group: disabled,
    spots(t, site) {
      let times = 0;
      const access: Spot = { on: 'admin', matches: (asked) => is(asked, 'GET', `/members/${t.memberId}/access`) && ++times === 2 };
      return { before: access, effect: spot('admin', 'POST', '/impersonation-sessions', `"${t.memberId}"`), next: inSession(t, site, 'GET', '/view') };
    },
  },
  {
    ...base, name: 'Admin: end a look as a member', writes: 'groups.memberView', counted: 'impersonation 1:test-0-1', activity: 'diagnoseGroup', needs: 'facts', all: LOOKED, ticket: ACCESS, group: disabled,
    spots: (t, site) => ({ before: answerTo(inSession(t, site, 'GET', '/view')), effect: inSession(t, site, 'DELETE'), next: 'completion' }),
    // One that was ended, and of which nobody heard what was seen, is taken again.
    again: (point, carriedOut) => (point === 'done' || point === 'answered' || (point === 'sent' && carriedOut) ? ['impersonation 1:test-0-1'] : []),
  },
  {
    ...base, name: 'Admin: change a group', writes: 'groups.apply', counted: 'admin-change 1:apply-1', activity: 'applyChange', ticket: ACCESS, group: disabled,
    all: sorted(...ENABLE, ...VERIFIED, 'admin-change 1:apply-1'),
    spots: (t, site) => write(t, site, 'PATCH', `/employers/${t.group}`),
    trigger: { after: ENABLE, steps: [SCOPED, ASKED], pull: approve },
  },
  {
    ...base, name: "Admin: change a group's rewards", writes: 'groups.apply', counted: 'admin-change 1:apply-1', activity: 'applyChange', ticket: { inquiry: 'group-rewards' },
    group: (memberId) => ({ rewards: { enabled: false }, access: { [memberId]: {} } }),
    all: sorted(...proposed('enable-rewards-and-sync'), ...VERIFIED, 'admin-change 1:apply-1', 'rewards-sync 1:sync-1'),
    spots: (t, site) => write(t, site, 'PATCH', `/employers/${t.group}/rewards`),
    trigger: { after: proposed('enable-rewards-and-sync'), steps: [SCOPED, ASKED], pull: approve },
  },
  {
    ...base, name: "Admin: change a member's eligibility", writes: 'groups.apply', counted: 'admin-change 1:apply-1', activity: 'applyChange', ticket: ACCESS,
    group: (memberId) => ({ access: { [memberId]: { eligibility: { eligible: false } } } }),
    all: sorted(...ELIGIBLE, ...VERIFIED, 'admin-change 1:apply-1'),
    spots: (t, site) => write(t, site, 'PATCH', `/members/${t.memberId}/access`),
    trigger: { after: ELIGIBLE, steps: [SCOPED, ASKED], pull: approve },
  },
  {
    ...base, name: 'Admin: put a change back', writes: 'groups.apply', counted: 'admin-change 1:put-back-1', activity: 'applyChange', stage: WAITS, ticket: ACCESS,
    group: (memberId) => ({ ...disabled(memberId), viewStays: 'access-denied' }),
    all: sorted(...ENABLE, ...VERIFIED, 'admin-change 1:apply-1', 'admin-change 1:put-back-1', 'note 1:group-over-1', 'issue INFRA', 'mail 1:promise', 'note 1:promise', 'remote-link INFRA'),
    spots(t, { company }) {
      const path = `/employers/${t.group}`;
      const failed = () => company.admin.sessions().some((s) => s.key === `${t.ticketId}:1:verify-1-0-1` && s.endedAt !== null);
      return { before: { on: 'admin', matches: (asked) => is(asked, 'GET', path) && failed() }, effect: spot('admin', 'PATCH', path, '"to":false'), next: 'completion' };
    },
    trigger: { after: ENABLE, steps: [SCOPED, ASKED], pull: approve },
  },
  {
    ...base, name: 'Admin: make the engagement report anew', writes: 'groups.regenerateReport', counted: 'engagement-report 1:report-1', activity: 'regenerateReport', ticket: { inquiry: 'group-engagement' },
    group: (memberId) => ({ report: { parameters: { metrics: ['logins'] } }, access: { [memberId]: {} } }),
    all: sorted('note 1:group-missing', 'note 1:group-fix-regenerate-report', 'note 1:group-applying-1', 'engagement-report 1:report-1', 'note 1:group-documented'),
    spots: (t, site) => write(t, site, 'POST', `/employers/${t.group}/engagement/reports`),
    trigger: { after: ['note 1:group-missing', 'note 1:group-fix-regenerate-report'], pull: ask },
  },
  {
    ...base, name: "Admin: start a member's account recovery", writes: 'groups.startRecovery', counted: 'recovery 1:recovery-1', activity: 'startRecovery', ticket: ACCESS,
    group: (memberId) => ({ access: { [memberId]: { account: { locked: true } } } }),
    all: sorted('note 1:group-missing', 'impersonation 1:test-0-1', 'impersonation 1:test-0-2', 'note 1:group-fix-account-recovery', ...VERIFIED, 'recovery 1:recovery-1'),
    // The ticket's member is looked up in between.
    spots: (t, site) => write(t, site, 'POST', `/members/${t.memberId}/recovery`, 2),
    trigger: { after: ['note 1:group-missing', 'impersonation 1:test-0-1', 'note 1:group-fix-account-recovery'], pull: ask },
  },
  {
    ...base, name: 'Admin: sync the rewards', writes: 'groups.syncRewards', counted: 'rewards-sync 1:sync-1', activity: 'syncRewards', ticket: { inquiry: 'group-rewards' },
    group: (memberId) => ({ rewards: { lastSync: { at: new Date().toISOString(), outcome: 'failed' } }, access: { [memberId]: {} } }),
    all: sorted(...proposed('enable-rewards-and-sync'), ...VERIFIED, 'rewards-sync 1:sync-1'),
    spots: (t, site) => write(t, site, 'POST', `/employers/${t.group}/rewards/sync`),
    trigger: { after: proposed('enable-rewards-and-sync'), steps: [SCOPED, ASKED], pull: approve },
  },
];
