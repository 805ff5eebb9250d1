/** The quick fixes: exactly what each changes, what its verification looks at, and what puts it back. */
import type { AdminChange } from '../activities/groups-port.js';
import type { After, ApprovalSubject, Fix, FixKind, Readings, Verification } from '../domain/troubleshooting.js';
import { missingFeatures } from './checks/configuration.js';
import { differences, sameParameters } from './checks/engagement.js';

interface FixRow {
  source: string;
  ourReading?: string;
  needsApproval: boolean;
  does: string;
  verifies: string;
  /** Null where the readings do not give exactly what it takes. */
  of: (readings: Readings) => Own | null;
  verify: (fix: Fix, after: After) => Result;
}
/** A fix without what all have in common. */
type Own<F = Fix> = F extends Fix ? Omit<F, 'groupId' | 'sampleMember' | 'needsApproval' | 'does' | 'verifies'> : never;
type Result = [verdict: Verification['verdict'], text: string];

const APPLY = 'Group Troubleshooting, Step-by-Step Access Diagnosis, Apply Fix';
const QUICK = 'Group Troubleshooting, Quick Reference Guide';

export const FIXES: Readonly<Record<FixKind, FixRow>> = {
  'enable-group': {
    source: `${QUICK}, Access Denied`,
    needsApproval: true,
    does: 'the group is enabled',
    verifies: 'the sample member can sign in',
    of: ({ employer }) =>
      employer && !employer.value.enabled
        ? { kind: 'enable-group', change: turnOn('employer', employer.value.id, 'enabled', employer.value.version) }
        : null,
    verify: (_, after) => signsIn(after, ['access-denied', 'error']),
  },
  'correct-eligibility': {
    source: APPLY,
    ourReading:
      "It changes one member's record and not the group, and yet a second person approves it: who is eligible is the employer's to say.",
    needsApproval: true,
    does: "the sample member's eligibility is corrected to eligible",
    verifies: 'the sample member can sign in',
    of: ({ employer, access }) => {
      if (!employer || access?.value.groupId !== employer.value.id || access.value.eligibility.eligible !== false) return null;
      const { memberId, version } = access.value;
      return { kind: 'correct-eligibility', memberId, change: turnOn('eligibility', memberId, 'eligible', version) };
    },
    verify: (_, after) => signsIn(after, ['access-denied', 'error']),
  },
  'account-recovery': {
    source: APPLY,
    ourReading: 'It changes nothing of the group: the platform mails the member, who ends it. So until they can sign in it is not known whether it helped.',
    needsApproval: false,
    does: "the platform starts the sample member's account recovery",
    verifies: 'the sample member can sign in',
    of: ({ employer, access }) =>
      employer && access?.value.groupId === employer.value.id
        ? { kind: 'account-recovery', memberId: access.value.memberId, change: null }
        : null,
    verify: (_, after) => signsIn(after, ['error']),
  },
  'regenerate-report': {
    source: `${QUICK}, Low Engagement`,
    ourReading: 'A new report changes no setting of the group, and needs no second person.',
    needsApproval: false,
    does: 'the report is made anew for the dates, the group and the metrics that were asked for',
    verifies: 'the new report has those parameters, and its figures are those of the activity logs',
    of: ({ employer, report }) => {
      const requested = report?.value?.requested;
      const fits = employer && requested && requested.groupId === employer.value.id && requested.from <= requested.to && requested.metrics.length > 0;
      return fits ? { kind: 'regenerate-report', parameters: requested, change: null } : null;
    },
    verify: (fix, { report, activity }) => {
      if (fix.kind !== 'regenerate-report' || !report || !activity) return ['unknown', 'The new report was not compared with the activity logs.'];
      if (!sameParameters(report.parameters, fix.parameters)) return ['failed', 'The new report was not made with the right parameters.'];
      const at = '';
      const off = differences({ report: { value: report, readAt: at }, activity: { value: activity, readAt: at } });
      if (!off) return ['unknown', 'The new report could not be compared with the activity logs.'];
      return off.length ? ['failed', "The new report's figures are not those of the activity logs."] : ['verified', "The new report's figures are those of the activity logs."];
    },
  },
  'enable-feature': {
    source: `${QUICK}, Missing Features`,
    needsApproval: true,
    does: "the feature's toggle is enabled",
    verifies: 'the sample member sees the feature',
    of: ({ employer }) => {
      const feature = employer && missingFeatures(employer.value)[0];
      if (!feature) return null;
      return { kind: 'enable-feature', feature, change: turnOn('employer', employer.value.id, `featureToggles.${feature}`, employer.value.version) };
    },
    verify: (fix, { view }) => {
      if (!view || fix.kind !== 'enable-feature') return NOT_SEEN;
      if (view.features.includes(fix.feature)) return ['verified', 'The sample member sees the feature.'];
      return view.signIn === 'works' ? ['failed', 'The sample member does not see the feature.'] : ['unknown', 'The sample member cannot sign in, so the feature was not seen.'];
    },
  },
  'enable-rewards-and-sync': {
    source: `${QUICK}, Rewards Not Working`,
    ourReading: 'Rewards that are enabled already are only synced. A sync awards points to a whole group, so a second person approves that as well.',
    needsApproval: true,
    does: 'rewards are enabled, and then synced',
    verifies: 'the sync completed, and the sample member sees rewards and is awarded points',
    of: ({ employer, rewards }) => {
      if (!employer || !rewards) return null;
      const { enabled, version } = rewards.value;
      const change = enabled ? null : turnOn('rewards', employer.value.id, 'enabled', version);
      return { kind: 'enable-rewards-and-sync', change, version };
    },
    verify: (_, { sync, view }) => {
      if (sync?.outcome === 'failed') return ['failed', 'The sync failed.'];
      if (!sync || !view) return NOT_SEEN;
      if (view.signIn !== 'works') return ['unknown', 'The sample member cannot sign in, so the rewards were not seen.'];
      if (!view.rewards.visible) return ['failed', 'The sample member does not see rewards.'];
      if (view.rewards.pointsAwarded === null) return ['unknown', 'The sample member sees rewards; whether points are awarded is not known.'];
      return view.rewards.pointsAwarded ? ['verified', 'The sync completed, and the sample member is awarded points.'] : ['failed', 'The sample member is not awarded points.'];
    },
  },
};

/** The fix of this kind, with exactly what it changes; null where the readings do not give all that it takes. */
export function fixOf(kind: FixKind, readings: Readings): Fix | null {
  const { needsApproval, does, verifies, of } = FIXES[kind];
  const own = of(readings);
  if (!own || !readings.employer) return null;
  const { access } = readings;
  // Nobody of another group is looked at afterwards.
  const sampleMember = access?.value.groupId === readings.employer.value.id ? access.value.memberId : null;
  return { ...own, groupId: readings.employer.value.id, sampleMember, needsApproval, does: doesWhat(own, does), verifies };
}

/** Exactly what a second person approves. Null for a fix that needs no approval. */
export function approvalOf(fix: Fix): ApprovalSubject | null {
  if (!fix.needsApproval) return null;
  const { kind, groupId, change } = fix;
  if (change) return { fix: kind, groupId, field: change.field, from: change.from, to: change.to, version: change.version };
  return kind === 'enable-rewards-and-sync' ? { fix: kind, groupId, field: 'sync', from: false, to: true, version: fix.version } : null;
}

/** True for an approval of exactly this fix: another group, field, value or version is another change. */
export function approves(subject: ApprovalSubject, fix: Fix): boolean {
  const wanted = approvalOf(fix);
  if (!wanted) return false;
  return (Object.keys(wanted) as (keyof ApprovalSubject)[]).every((key) => wanted[key] === subject[key]);
}

/** The change that puts this one back, at the version that applying it gave. */
export const inverse = ({ on, id, field, from, to }: AdminChange, version: string): AdminChange => ({ on, id, field, from: to, to: from, version });

/**
 * Whether the fix helped, by what was seen afterwards. `unknown` is not verified: a person has to look.
 *
 * @param at ISO 8601; when it was looked at.
 */
export function verified(fix: Fix, after: After, at: string): Verification {
  const [verdict, text] = FIXES[fix.kind].verify(fix, after);
  return { verdict, at, text };
}

const turnOn = (on: AdminChange['on'], id: string, field: string, version: string): AdminChange => ({ on, id, field, from: false, to: true, version });

const NOT_SEEN: Result = ['unknown', 'Nobody has seen the result in the view of a member.'];

/** `failing`: what the fix should have mended. Anything else is another trouble of that member. */
function signsIn({ view, observedLogin }: After, failing: readonly string[]): Result {
  if (view) {
    if (view.signIn === 'works') return ['verified', 'The sample member can sign in.'];
    return [failing.includes(view.signIn) ? 'failed' : 'unknown', `The sample member cannot sign in: ${view.signIn}.`];
  }
  if (observedLogin === 'works') return ['verified', 'An agent saw a member sign in.'];
  return observedLogin === 'fails' ? ['failed', 'An agent saw a login fail.'] : NOT_SEEN;
}

function doesWhat(own: Own, does: string): string {
  if (own.kind === 'enable-feature') return `${does}: ${own.feature}`;
  return own.kind === 'enable-rewards-and-sync' && !own.change ? 'the rewards are synced' : does;
}
