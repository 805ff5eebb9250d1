/** Who works at the sandbox company: one person a role, and a program a role that signs in by itself. */
import { ROLES, type Role } from '../../domain/roles.js';

export interface Account {
  id: string;
  name: string;
  roles: Role[];
}

const NAMES: Record<Role, string> = {
  agent: 'Ana, Tier 1',
  lead: 'Lee, lead',
  ops: 'Oona, ops',
  admin: 'Adam, admin',
  auditor: 'Audrey, auditor',
};

export const PEOPLE: readonly Account[] = [
  ...ROLES.map((role) => ({ id: `person-${role}`, name: NAMES[role], roles: [role] })),
  { id: 'person-guest', name: 'Gus, no role', roles: [] },
];

/** A program of no role is one that may sign in and do nothing. */
export const PROGRAMS: readonly Account[] = [
  ...ROLES.map((role) => ({ id: `program-${role}`, name: NAMES[role], roles: [role] })),
  { id: 'program-guest', name: 'A program of no role', roles: [] },
];
