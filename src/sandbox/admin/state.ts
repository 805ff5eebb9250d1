/** What the Admin/HGP stand-in keeps: members, what HGP knows of each, and the notes on their accounts. */
import type { DeviceOrder, IncentiveProgram, Member, RequirementsToSchedule } from '../../activities/ports.js';
import type { GroupsState } from './books.js';

export interface AccountNote {
  key: string;
  body: string;
  at: string;
}
/** Everything Admin and HGP know of one member. Times are ISO 8601. */
export interface MemberRecord {
  member: Member;
  incentiveProgram: IncentiveProgram;
  ooeResult: 'excluded' | 'error' | 'eligible' | null;
  requirements: RequirementsToSchedule['requirements'];
  deviceOrder: DeviceOrder;
  notes: AccountNote[];
}
export interface AdminState {
  members: Record<string, MemberRecord>;
  /** Employer groups and members' access to the platform. */
  groups?: GroupsState;
}
export const emptyAdmin = (): AdminState => ({ members: {} });

/** What may be set of a member; what is left out stays as it is, and starts as not known. */
export interface MemberFacts {
  name?: string;
  email?: string | null;
  employerGroup?: string | null;
  incentiveProgram?: Partial<IncentiveProgram>;
  ooeResult?: MemberRecord['ooeResult'];
  /** Replaces all of them. `since` is since when it has been as it is; left out it is now. */
  requirements?: { name: string; met: boolean; since?: string | null }[];
  deviceOrder?: Partial<DeviceOrder>;
}

const unknownMember = (id: string): MemberRecord => ({
  member: { id, name: `Member ${id}`, email: null, employerGroup: null },
  incentiveProgram: { inCompliance: null, inComplianceSince: null, startDate: null, endDate: null },
  ooeResult: null,
  requirements: [],
  deviceOrder: { ordered: null, orderTemplateCompleted: null, firstSessionCompleted: null, clinicalRequirements: null },
  notes: [],
});

/** The member as these facts leave them. Compliance that begins without a time begins at `at`. */
export function withFacts(id: string, before: MemberRecord | undefined, facts: MemberFacts, at: number): MemberRecord {
  const record = structuredClone(before ?? unknownMember(id));
  const { name, email, employerGroup } = facts;
  Object.assign(record.member, JSON.parse(JSON.stringify({ name, email, employerGroup })));
  const wasInCompliance = record.incentiveProgram.inCompliance;
  Object.assign(record.incentiveProgram, facts.incentiveProgram);
  const { incentiveProgram } = record;
  if (incentiveProgram.inCompliance !== true) incentiveProgram.inComplianceSince = null;
  else if (wasInCompliance !== true && facts.incentiveProgram?.inComplianceSince === undefined)
    incentiveProgram.inComplianceSince = new Date(at).toISOString();
  if (facts.ooeResult !== undefined) record.ooeResult = facts.ooeResult;
  if (facts.requirements)
    record.requirements = facts.requirements.map(({ name: requirement, met, since }) => ({
      name: requirement,
      met,
      since: since === undefined ? new Date(at).toISOString() : since,
    }));
  Object.assign(record.deviceOrder, facts.deviceOrder);
  return record;
}

/** HGP "Requirements to Schedule": all have been TRUE since the last of them became TRUE. */
export function requirementsToSchedule({ requirements }: MemberRecord): RequirementsToSchedule {
  const known = requirements.every((r) => r.met && r.since !== null);
  const last = Math.max(...requirements.map((r) => Date.parse(r.since ?? '')));
  return { requirements, allTrueSince: known && requirements.length > 0 ? new Date(last).toISOString() : null };
}
