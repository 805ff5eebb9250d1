/** Employer groups for the stories of group troubleshooting: a group with a sample member, and who says what. */
import { expect } from 'vitest';
import type { Inquiry, Scope } from '../../src/domain/facts.js';
import type { GroupFacts } from '../../src/sandbox/admin/group-state.js';
import type { Actor } from '../../src/workflows/messages.js';
import type { GroupView } from '../../src/workflows/troubleshooting-messages.js';
import type { Town } from './town.js';

export const OPS: Actor = { name: 'Olu', role: 'ops', verified: true };
let made = 0;

export interface GroupTicket {
  id: string;
  groupId: string;
  memberId: string;
}

/** A group as these facts have it, with one member, and that member's ticket about it. */
export async function groupTicket(t: Town, inquiry: Extract<Inquiry, `group-${string}`>, facts: GroupFacts = {}, scope: Scope | null = 'whole-group'): Promise<GroupTicket> {
  made += 1;
  const [groupId, memberId] = [`G-${made}`, `M-9${made}`];
  const email = `robin${made}@example.com`;
  const { access, ...own } = facts;
  await t.company.admin.setMember(memberId, { name: 'Robin Doe', email, employerGroup: groupId });
  await t.company.admin.setGroup(groupId, { ...own, access: { [memberId]: Object.values(access ?? {})[0] ?? {} } });
  const id = await t.ticket({
    inquiry,
    employerGroup: groupId,
    member: { name: 'Robin Doe', email, memberId },
    report: { errorText: 'Access denied', impact: 'the whole group', stepsToReproduce: 'Sign in.' },
  });
  if (scope) await t.provide(id, { scope });
  return { id, groupId, memberId };
}

export const group = async (t: Town, id: string): Promise<GroupView> => (await t.cases.group(id))!;

/** Exactly what the note asks the second person to approve. */
export async function proposed(t: Town, id: string) {
  const { approval } = await group(t, id);
  expect(approval).toMatchObject({ decision: null });
  const { groupId, field, from, to, version } = approval!;
  return { groupId, field, from, to, version };
}
