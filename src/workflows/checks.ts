/** The smallest checks of what outsiders send: each says what is wrong with a value, or null. */
export type Check = (value: unknown) => string | null;
export type Fields = Record<string, Check>;

// A control character takes six times its room in a payload, and no one means it.
const CONTROLS = /[^\P{Cc}\t\n\r]/u;
const isText = (v: unknown, longest: number): boolean => typeof v === 'string' && v.trim() !== '' && v.length <= longest && !CONTROLS.test(v);
export const text: Check = (v) => (isText(v, 4_000) ? null : 'must be a text of 1 to 4,000 characters, without control characters');
export const flag: Check = (v) => (typeof v === 'boolean' ? null : 'must be true or false');
export const time: Check = (v) => (typeof v === 'string' && !Number.isNaN(Date.parse(v)) ? null : 'must be a time in ISO 8601');
export const ticket: Check = (v) => (typeof v === 'string' && /^\d{1,20}$/.test(v) ? null : 'must be a ticket number');
export const count: Check = (v) => (Number.isSafeInteger(v) && (v as number) >= 0 ? null : 'must be a whole number');
export const oneOf =
  (options: readonly unknown[]): Check =>
  (v) =>
    options.includes(v) ? null : `must be one of ${options.join(', ')}`;
export const optional =
  (check: Check): Check =>
  (v) =>
    v === undefined ? null : check(v);
export const orNull =
  (check: Check): Check =>
  (v) =>
    v === null ? null : check(v);
export const texts: Check = (v) => (Array.isArray(v) && v.length <= 50 && v.every((x) => isText(x, 300)) ? null : 'must be a list of at most 50 texts of 1 to 300 characters, without control characters');
/** Only the fields that are known, so that nothing else that an outsider sends reaches the state. */
export const only = (fields: Fields, given: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.keys(fields).flatMap((field) => (given[field] === undefined ? [] : [[field, given[field]]])));
/** What is wrong with an object's fields, in one sentence; null when nothing is. */
export function wrongIn(fields: Fields, given: Record<string, unknown>): string | null {
  for (const [field, check] of Object.entries(fields)) {
    const wrong = check(given[field]);
    if (wrong) return `${field} ${wrong}`;
  }
  return null;
}
export const isRecord = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);
