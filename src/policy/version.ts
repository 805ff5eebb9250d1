/**
 * The policy's version, recorded with every ruling. The digest is taken over the table and its rulings by
 * tests/policy/version.test.ts, which fails, and says the new one, when the table changes without it.
 */
export const POLICY_DATE = '2026-11-24';
export const POLICY_DIGEST = 'f3b2606a';
export const POLICY_VERSION = `${POLICY_DATE}.${POLICY_DIGEST}`;
