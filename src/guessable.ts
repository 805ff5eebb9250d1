/**
 * What was typed, copied from an example or counted up, and not made by chance. Both say why, in words that follow "is"
 * or a name; null for what may be random. What a random generator makes of 16 bytes and more is hardly ever refused.
 */

/** Shorter ones can be guessed, or were typed by hand. */
const SHORTEST_SECRET = 16;
/** Of 16 random characters hardly ever fewer differ, of 32 random bytes hardly ever fewer than 25. */
const DIFFERENT_CHARACTERS = 6;
const DIFFERENT_BYTES = 8;
const ANEW = 'make a random one (openssl rand -base64 32)';

/** Long enough to come up by chance in no random text; the short ones count as words of their own alone. */
const TELLING =
  /change[-_ ]?(me|it)|replace|secret|password|passwd|passphrase|example|default|sample|sandbox|placeholder|onetouch|webhook|helpdesk|zendesk|insecure|unsafe|letmein|welcome|development|production|please/i;
const TELLING_ALONE = /(?<![a-z\d])(todo|your|test|demo|fake|none|null|token|admin|dummy|local|jira)(?![a-z\d])/i;

/** As keys lie, and as one counts. */
const ROWS = ['qwertyuiop', 'qwertzuiop', 'asdfghjkl', 'zxcvbnm', '1qaz2wsx3edc4rfv5tgb6yhn7ujm', '01234567890', 'abcdefghijklmnopqrstuvwxyz'];
const reversed = (text: string): string => [...text].reverse().join('');
const fours = (row: string): string[] => [...row].slice(3).map((_, i) => row.slice(i, i + 4));
const OF_A_ROW = new RegExp(`(.)\\1{3,}|${ROWS.flatMap((row) => [...fours(row), ...fours(reversed(row))]).join('|')}`, 'g');

/** Of a secret that is a text: what is wrong with it, without quoting it. */
export function guessableText(secret: string): string | null {
  if (TELLING.test(secret) || TELLING_ALONE.test(secret)) return `looks like a placeholder: ${ANEW}`;
  if (secret.length < SHORTEST_SECRET) return `is shorter than ${SHORTEST_SECRET} characters: ${ANEW}`;
  if (!/\p{L}/u.test(secret)) return `has no letters: ${ANEW}`;
  if (new Set(secret).size < DIFFERENT_CHARACTERS || isRepeated([...secret])) return `repeats a few characters: ${ANEW}`;
  return secret.toLowerCase().replace(OF_A_ROW, '').length * 2 <= secret.length ? `follows the alphabet, the digits or the keyboard: ${ANEW}` : null;
}

/** Of a key of 32 bytes or more: what it is instead of random. */
export function guessableKey(bytes: Uint8Array): string | null {
  if (bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d))) return 'text';
  const steps = [...bytes].slice(1).map((byte, i) => (byte - bytes[i]!) & 0xff);
  if (new Set(steps).size < DIFFERENT_BYTES) return 'a sequence';
  return new Set(bytes).size < DIFFERENT_BYTES || isRepeated([...bytes]) ? 'a repetition' : null;
}

/** Is it one piece, again and again? The last one may be cut. */
function isRepeated(all: readonly unknown[]): boolean {
  for (let length = 1; length <= all.length / 2; length++) if (all.every((one, i) => i < length || one === all[i - length])) return true;
  return false;
}
