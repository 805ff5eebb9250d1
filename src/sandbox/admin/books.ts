/** What the parts of the Admin stand-in share about employer groups: their state, and who belongs to which. */
import type { Clock, Store } from '../ledger.js';
import { newAccess, newGroup, withAccessFacts, withGroupFacts, type AccessFacts, type AccessRecord, type GroupFacts, type GroupRecord } from './group-state.js';
import { withFacts, type AdminState } from './state.js';

export interface Session {
  id: string;
  memberId: string;
  key: string;
  openedAt: string;
  endedAt: string | null;
}
/** An answer that a key was given, and to what request. */
export interface KeptAnswer {
  request: string;
  status: 200 | 201;
  body: object;
  headers: Record<string, string>;
}
export interface GroupsState {
  /** Counts up with every version and id that is given out. */
  count: number;
  groups: Record<string, GroupRecord>;
  access: Record<string, AccessRecord>;
  sessions: Session[];
  answers: Record<string, KeptAnswer>;
}
export const emptyGroups = (): GroupsState => ({ count: 0, groups: {}, access: {}, sessions: [], answers: {} });

export type Books = ReturnType<typeof groupBooks>;

/** Looks into, and writes, what is kept of groups and of members' access. */
export function groupBooks(store: Store<AdminState>, now: Clock) {
  // A file of an older sandbox has none.
  const state = (store.state.groups ??= emptyGroups());
  const { members } = store.state;
  const next = (): number => (state.count += 1);
  const version = (): string => String(next());
  const same = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();

  const books = {
    state,
    members,
    now,
    next,
    version,
    record: store.record,
    changed: store.changed,
    // An id may come from a ticket: only a group's own is one.
    group: (id: string): GroupRecord | null => (Object.hasOwn(state.groups, id) ? state.groups[id]! : null),
    named: (name: string): GroupRecord[] => Object.values(state.groups).filter((g) => same(g.employer.name, name)),
    groupOf(memberId: string): GroupRecord | null {
      const name = members[memberId]?.member.employerGroup;
      return name ? (books.group(name) ?? books.named(name)[0] ?? null) : null;
    },
    membersOf: (groupId: string): string[] => Object.keys(members).filter((id) => books.groupOf(id)?.employer.id === groupId).sort(),
    /** Every member has access data, made when first asked for. */
    accessOf: (memberId: string): AccessRecord => (state.access[memberId] ??= newAccess(version())),
    setAccess(memberId: string, facts: AccessFacts): void {
      state.access[memberId] = withAccessFacts(books.accessOf(memberId), facts, version());
      store.changed();
    },
    /** Makes a group, or changes what is known of one. */
    setGroup(id: string, facts: GroupFacts, at: number): GroupRecord {
      const group = withGroupFacts(state.groups[id] ?? newGroup(id, at, version), facts, at, version);
      state.groups[id] = group;
      for (const [memberId, access] of Object.entries(facts.access ?? {})) {
        if (books.groupOf(memberId) !== group) members[memberId] = withFacts(memberId, members[memberId], { employerGroup: group.employer.name }, at);
        books.setAccess(memberId, access);
      }
      store.changed();
      return group;
    },
  };
  return books;
}
