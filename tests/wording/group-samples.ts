/** One of each thing that group troubleshooting says; see `samples.ts`. */
import type { Approval, Fix, Resolution, Trigger } from '../../src/domain/troubleshooting.js';
import type { GroupNote } from '../../src/wording/group-contents.js';

const AT = '2026-11-22T10:00:00.000Z';
const DUE = '2026-11-23T10:00:00.000Z';

export const enableGroup: Fix = {
  kind: 'enable-group',
  groupId: 'G-7',
  sampleMember: null,
  needsApproval: true,
  does: 'the group is enabled',
  verifies: 'the sample member can sign in',
  change: { on: 'employer', id: 'G-7', field: 'enabled', from: false, to: true, version: '3' },
};
export const recovery: Fix = { kind: 'account-recovery', groupId: 'G-7', memberId: '', sampleMember: null, needsApproval: false, does: 'the account recovery is started', verifies: 'sign-in', change: null };
export const approval = (more: Partial<Approval> = {}): Approval => ({
  fix: 'enable-group', groupId: 'G-7', field: 'enabled', from: false, to: true, version: 'v "3"',
  askedAt: AT, requestedBy: 'Ana', expiresAt: DUE, decision: null, decidedBy: null, decidedAt: null, reason: null, ...more,
});
export const trigger = (more: Partial<Trigger> = {}): Trigger => ({ id: 'defect', team: 'Infra', priority: 'High', restricted: false, leadTold: false, why: 'A defect is suspected.', source: 'agent', at: AT, ...more });
export const security = trigger({ id: 'security', priority: 'Urgent', restricted: true, leadTold: true, why: 'An agent has a security concern.' });
export const resolution = (more: Partial<Resolution> = {}): Resolution => ({
  problem: 'access', groupId: 'G-7', scope: 'whole-group', outcome: 'fixed', cause: 'The group is disabled.',
  steps: [{ at: AT, what: 'did', cycle: 1, text: 'asked for the fix', by: 'Ana' }, { at: AT, what: 'did', cycle: 1, text: 'verified', by: 'onetouch' }],
  evidence: [
    { check: 'access/group-enabled', verdict: 'failed', value: 'disabled', source: 'Admin', at: AT, means: 'The group is disabled.' },
    { check: 'access/browser', verdict: 'unknown', value: null, source: 'Admin', at: null, means: 'It is not known which browser was used.' },
  ],
  fix: 'enable-group', change: enableGroup.change, approval: approval({ decision: 'approved', decidedBy: 'Olu', decidedAt: AT }),
  verification: { verdict: 'verified', at: AT, text: 'The sample member can sign in.' },
  trigger: null, explanation: null, startedAt: AT, endedAt: DUE, ...more,
});

const documented = (outcome: Extract<GroupNote, { say: 'group-documented' }>['outcome'], more: Partial<Resolution> = {}) => ({ say: 'group-documented' as const, outcome, resolution: resolution(more) });
const nothingDone = { fix: null, change: null, approval: null, verification: null };

export const GROUP_NOTES: { [S in GroupNote['say']]: Extract<GroupNote, { say: S }>[] } = {
  'group-missing': [{ say: 'group-missing', missing: ['errorMessages', 'affectedMembers', 'stepsToReproduce', 'scope'] }],
  'group-fix': [
    { say: 'group-fix', fix: enableGroup, cause: 'The group is disabled.', again: null, reminder: 0 },
    { say: 'group-fix', fix: enableGroup, cause: 'The group is disabled.', again: 'expired', reminder: 1 },
    { say: 'group-fix', fix: recovery, cause: 'The account is locked.', again: 'refused', reminder: 0 },
  ],
  'group-approval': [{ say: 'group-approval', approval: approval(), does: 'the group is enabled', cause: 'The group is disabled.' }],
  'group-applying': [
    { say: 'group-applying', fix: enableGroup, approval: approval({ decision: 'approved', decidedBy: 'Olu', decidedAt: AT }), requestedBy: 'Ana' },
    { say: 'group-applying', fix: recovery, approval: null, requestedBy: 'Ana' },
  ],
  'group-over': ['refused', 'conflict', 'put-back', 'not-put-back'].map((how) => ({ say: 'group-over', round: 1, how: how as 'refused' })),
  'group-observe': [{ say: 'group-observe', reminder: 0 }, { say: 'group-observe', reminder: 2 }],
  'group-person': [
    { say: 'group-person', person: { why: 'It is not known whom it affects', guidance: ['Ask the member'], asks: ['scope', 'observedLogin', 'securityConcern', 'suspectedDefect', 'memberId'] }, reminder: 0 },
    { say: 'group-person', person: { why: 'Somebody changed it.', guidance: [], asks: [] }, reminder: 1 },
  ],
  'group-documented': [
    documented('fixed'),
    documented('fixed', { change: null, fix: 'account-recovery', approval: null, verification: { verdict: 'unknown', at: AT, text: 'Nobody has seen it.' } }),
    documented('explained', {
      ...nothingDone, outcome: 'explained', problem: 'engagement',
      explanation: { definition: 'who signed in', platformMetrics: ['logins'], clientMetrics: null, from: '2026-10-01', to: '2026-10-31', figures: { logins: 12 }, activity: { logins: 12 }, text: 'They agree' },
    }),
    documented('escalate', { outcome: 'put-back', trigger: trigger() }),
    documented('escalate', { ...nothingDone, outcome: 'escalated', trigger: security }),
    documented('person', { ...nothingDone, outcome: 'left-to-a-person' }),
    documented('stopped', { outcome: 'left-to-a-person', approval: approval({ decision: 'refused', decidedBy: 'Olu', decidedAt: AT, reason: 'not now' }), evidence: [], steps: [] }),
  ],
  'tell-lead': [{ say: 'tell-lead', team: 'Infra' }],
};
