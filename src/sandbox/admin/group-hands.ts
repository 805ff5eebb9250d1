/** The hands of those who change what the Admin stand-in knows of groups, and a look at what it keeps. */
import type { Employer, MemberAccess } from '../../activities/groups-port.js';
import type { Books, Session } from './books.js';
import { rewardsOf, type GroupFacts, type GroupRecord } from './group-state.js';

/** A group as the page and the tests see it. */
export interface GroupView extends GroupRecord {
  rewards: ReturnType<typeof rewardsOf>;
  access: Record<string, Omit<MemberAccess, 'groupId'> & { recoveryStartedAt: string | null }>;
}

export function groupHands(books: Books) {
  const find = (id: string): GroupRecord => {
    const group = books.group(id);
    if (!group) throw new Error(`The sandbox's Admin has no employer group ${id}.`);
    return group;
  };
  const view = (group: GroupRecord): GroupView =>
    structuredClone({
      ...group,
      rewards: rewardsOf(group),
      access: Object.fromEntries(books.membersOf(group.employer.id).map((memberId) => [memberId, { memberId, ...books.accessOf(memberId) }])),
    });
  return {
    /** Makes an employer group, or changes what is known of one; what is left out stays, and starts as healthy. */
    async setGroup(id: string, facts: GroupFacts = {}): Promise<GroupView> {
      return view(books.setGroup(id, facts, await books.now()));
    },
    group: (id: string): GroupView => view(find(id)),
    groups: (): GroupView[] => Object.values(books.state.groups).map(view),
    /**
     * Somebody else changes a group in Admin: on the ledger under their name, and among the recent changes. Versions
     * of what the facts touch are new; without facts, the group's own.
     */
    async changedByHand(id: string, facts: GroupFacts = {}, by = 'Sam'): Promise<GroupView> {
      const at = await books.now();
      const { employer } = find(id);
      const touched = Object.keys(facts);
      const group = books.setGroup(id, touched.length > 0 ? facts : ({ name: employer.name } satisfies Partial<Employer>), at);
      const what = touched.join(', ') || 'looked through and kept as it was';
      group.changes.push({ at: new Date(at).toISOString(), kind: touched.includes('access') ? 'permission' : 'group-setting', what, by });
      books.record(at, by, 'admin-change', id, what);
      return view(group);
    },
    /** The member follows the mail of the account recovery: no lock, and a new password. */
    async finishRecovery(memberId: string): Promise<void> {
      if (!books.state.access[memberId]?.recoveryStartedAt) throw new Error(`No account recovery of ${memberId} was started.`);
      books.setAccess(memberId, { account: { locked: false, passwordExpired: false } });
    },
    /** Impersonation sessions, oldest first. */
    sessions: (): Session[] => structuredClone(books.state.sessions),
  };
}
