/**
 * Grant: the API's signed word that one person may make one privileged change, once and soon. Plain JSON; the
 * keys, the signing and the checking are in `grants/`, since workflows have no cryptography.
 */

/** What a grant is about. For a case `of` is `case-5158`; other workflows are named by their own ids. */
export interface Change {
  /** The id of the workflow that is to make it. */
  of: string;
  verb: string;
  /** The cycle that the person saw; null where it does not matter. */
  cycle: number | null;
  /** What is to be done, whole: with the reason. */
  body: Readonly<Record<string, unknown>>;
  by: { name: string; role: string; subject?: string };
}

export interface Grant {
  /** Used once. */
  id: string;
  /** Which of the keys signed it. */
  key: string;
  of: string;
  verb: string;
  cycle: number | null;
  /** SHA-256 of the body's canonical JSON, hex. */
  digest: string;
  by: { name: string; role: string; subject?: string };
  /** One person does what otherwise takes two, or what is otherwise not done, and says why. */
  breakGlass: boolean;
  /** ISO 8601. */
  issuedAt: string;
  expiresAt: string;
  /** HMAC-SHA256 of the canonical JSON of all the rest, base64url. */
  signature: string;
}

/**
 * What comes of checking one. `of` and `at` say which grant was found good, and for when: a verdict on another, or from
 * another time, is none. The reason quotes nothing of the grant: it may be anybody's.
 */
export type Verdict = { valid: true; of: Grant['signature']; at: string } | { valid: false; reason: string };

/** JSON with its keys in order and without what is undefined: the same value is always the same text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return `{${entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(',')}}`;
}
