/** Roles: who may be what, and how the values of a token's claim become roles. No dependence on anything. */

/** By how much they may do, least first: who has several acts as the first that may. */
export const ROLES = ['auditor', 'agent', 'ops', 'lead', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Asymmetric ones only: with a shared secret whoever verifies could sign, and "none" is no signature. */
export const TOKEN_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const;

const isRole = (name: string): name is Role => (ROLES as readonly string[]).includes(name);

/** How the provider names the roles: by its name, ours. Without an entry the names are the same. */
export type RoleNames = ReadonlyMap<string, Role>;

/**
 * Reads `lead=MS Leads, agent=MS Agents, agent=MS Night Shift`. Where it is empty, the provider's names are ours;
 * where it is not, only those listed count.
 */
export function roleNames(text: string, problem: (what: string) => void): RoleNames {
  const names = new Map<string, Role>(text.trim() ? [] : ROLES.map((role) => [role, role]));
  for (const entry of text.split(',').map((part) => part.trim()).filter(Boolean)) {
    const [, role = '', name = ''] = /^([^=]*)=(.*)$/.exec(entry) ?? [];
    if (!isRole(role.trim()) || !name.trim()) problem(`has "${entry}", which is no role=name; roles are ${ROLES.join(', ')}`);
    else names.set(name.trim(), role.trim() as Role);
  }
  return names;
}

/** These are lists by their standard, of what else the token is for too. */
const SCOPES: readonly string[] = ['scope', 'scp'];

/**
 * The roles in a token's claims, in the order of `ROLES`. `claim` is a claim's name, or a path with dots
 * (`realm_access.roles`); its value a list of texts, or one text with spaces or commas between.
 */
export function rolesIn(claims: Readonly<Record<string, unknown>>, claim: string, names: RoleNames): Role[] {
  const value = own(claims, claim) ?? claim.split('.').reduce<unknown>((at, name) => own(at, name), claims);
  const given = Array.isArray(value) ? value : typeof value === 'string' ? namesIn(value, SCOPES.includes(claim), names) : [];
  const found = new Set(given.flatMap((name) => (typeof name === 'string' ? (names.get(name) ?? []) : [])));
  return ROLES.filter((role) => found.has(role));
}

/** A name may have spaces of its own: "Billing admin" is no admin. So a text is a list only where each part of it is a role. */
function namesIn(text: string, isList: boolean, names: RoleNames): string[] {
  const parts = text.split(/[\s,]+/).filter(Boolean);
  return !names.has(text) && (isList || parts.every((part) => names.has(part))) ? parts : [text];
}

const own = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
