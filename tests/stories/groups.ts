/** Employer groups for the stories of group troubleshooting: a group with a sample member, and who says what. */
import { expect } from 'vitest';
import type { FactValues, Inquiry } from '../../src/domain/facts.js';
import type { AccessFacts, GroupFacts } from '../../src/sandbox/admin/group-state.js';
import type { Actor } from '../../src/workflows/messages.js';
import type { GroupView } from '../../src/workflows/troubleshooting-messages.js';
import { AGENT, type Town } from './town.js';

export const OPS: Actor = { name: 'Olu', role: 'ops', verified: true };
export const HOUR = 3_600_000;
let made = 0;

export type GroupInquiry = Extract<Inquiry, `group-${string}`>;
export interface GroupTicket {
  id: string;
  groupId: string;
  memberId: string;
  /** What onetouch did until here. */
  sent: string[];
}
export type Setup = Omit<GroupFacts, 'access'> & { member?: AccessFacts };

/** A group as these facts have it, with one member, and that member's ticket about it; then what an agent knows. */
export async function groupTicket(t: Town, inquiry: GroupInquiry, { member, ...own }: Setup = {}, provide: Partial<FactValues> = { scope: 'whole-group' }): Promise<GroupTicket> {
  made += 1;
  const [groupId, memberId] = [`G-${made}`, `M-9${made}`];
  const email = `robin${made}@example.com`;
  await t.company.admin.setMember(memberId, { name: 'Robin Doe', email, employerGroup: groupId });
  await t.company.admin.setGroup(groupId, { ...own, access: { [memberId]: member ?? {} } });
  const id = await t.ticket({
    inquiry,
    employerGroup: groupId,
    member: { name: 'Robin Doe', email, memberId },
    report: { errorText: 'Access denied', impact: 'the whole group', stepsToReproduce: 'Sign in.' },
  });
  if (Object.keys(provide).length > 0) await t.provide(id, provide);
  return { id, groupId, memberId, sent: t.sent() };
}

export const group = async (t: Town, id: string): Promise<GroupView> => (await t.cases.group(id))!;

/** Exactly what the note asks the second person to approve. */
export async function proposed(t: Town, id: string) {
  const { approval } = await group(t, id);
  expect(approval).toMatchObject({ decision: null });
  const { groupId, field, from, to, version } = approval!;
  return { groupId, field, from, to, version };
}

/** A disabled group whose fix Ana has asked for. */
export async function awaitingApproval(t: Town, facts: Setup = {}): Promise<GroupTicket> {
  const made_ = await groupTicket(t, 'group-access', { enabled: false, ...facts });
  expect(await t.says(made_.id, 'fix', {}, AGENT)).toMatchObject({ accepted: true });
  expect(await t.state(made_.id)).toMatchObject({ stage: 'troubleshooting', needs: 'approval' });
  return { ...made_, sent: [...made_.sent, ...t.sent()] };
}

/** What Admin was asked to change, or to show as a member, for this group and its member. */
export const touched = (t: Town, { groupId, memberId }: GroupTicket): string[] =>
  t.company.admin.ledger.filter((e) => e.by === 'onetouch' && (e.on === groupId || e.on === memberId)).map((e) => e.kind);
export const WRITES = ['admin-change', 'engagement-report', 'recovery', 'rewards-sync'];
export const written = (t: Town, ticket: GroupTicket): string[] => touched(t, ticket).filter((kind) => WRITES.includes(kind));
