/** Text made safe to show: no control characters, one line where one is wanted, escaped, cut, times in UTC. */
import { LIVE } from '../domain/live.js';

// C0 and C1 controls but \n and \t, marks that turn the direction of text, the line and paragraph separators,
// byte order marks, noncharacters, and halves of surrogate pairs: Jira and mail servers refuse or misread them.
const CONTROLS =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]|\p{Surrogate}/gu;

/** Strips control characters; keeps line breaks (as \n) and turns tabs into spaces. */
export function clean(text: string): string {
  return text.replace(/\r\n?|[\u2028\u2029]/g, '\n').replace(/\t/g, ' ').replace(CONTROLS, '');
}

/** The text on one line: control characters stripped, every run of white space one blank, trimmed. */
export function oneLine(text: string): string {
  return clean(text).replace(/\s+/g, ' ').trim();
}

/** The text in at most `max` characters (UTF-16 units), with an ellipsis where it was cut; never half a character. */
export function truncate(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, Math.max(0, max - 1)).replace(/[\uD800-\uDBFF]$/, '').trimEnd()}…`;
}

/** What somebody else wrote, in at most `max` characters, and unable to pass for a mark of ours. */
export const theirs = (text: string, max: number): string => truncate(clean(text).trim().replace(/\[onetouch/gi, '[ onetouch'), max);

/** For a comment of the helpdesk: nothing in it is a link, a picture, a tag or a placeholder, and all of it can be read. */
export const inComment = (text: string): string => text.replace(LIVE, (c) => (c === '<' ? '< ' : c === '(' ? '-(' : ` ${c}`));

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For HTML text and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ENTITIES[c]!);
}

/**
 * For the Temporal UI, which shows current details as Markdown, markup included: every character that could begin a tag,
 * a link, a picture or an emphasis, as a character reference.
 */
export function escapeMarkdown(text: string): string {
  return text.replace(/[&<>[\]*_`~|\\!#@{}]|:(?=\/\/)|\.(?<=\bwww\.)/gi, (c) => `&#${c.charCodeAt(0)};`);
}

/** `2026-11-24 10:00 UTC` from an ISO 8601 time, the same everywhere; a text that is no time is shown as it is. */
export function utc(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return oneLine(iso);
  return at.toISOString().replace(/T(\d\d:\d\d).*$/, ' $1 UTC');
}

/** "a", "a and b", "a, b and c". */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** Ends with exactly one full stop unless it ends with another mark already. */
export function sentence(text: string): string {
  const line = oneLine(text);
  return line === '' || /[.!?…]$/.test(line) ? line : `${line}.`;
}

/** JSON whose strings hold no character that a terminal obeys; a program reads the same values. */
export const inertJson = (json: string): string =>
  json.replaceAll(/[^\n\P{C}]|[\p{Zl}\p{Zp}]/gu, (c) => [...Array(c.length).keys()].map((i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''));
