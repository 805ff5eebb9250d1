/**
 * The signature of a technical error: its kind, its page or feature, its error code. Two tickets are the same
 * problem when all three are equal after normalising; how alike their texts are never counts. Pure.
 */
import { ERROR_KINDS, type ErrorReport } from '../domain/facts.js';
import { fingerprint } from '../domain/fingerprint.js';
import type { Signature } from '../domain/problem.js';

const LONGEST_PAGE = 80;

/** `memberId` is never taken for a code. Null where the kind is not known, or neither the page nor a code is: such a case goes on by itself. */
export function signatureOf(errorKind: string | null | undefined, report: ErrorReport, memberId: string | null = null): Signature | null {
  const kind = ERROR_KINDS.find((k) => k === errorKind);
  if (!kind) return null;
  const page = pageOf(report.pageOrFeature);
  const code = codeOf(report.errorText, memberId);
  return page || code ? { kind, page, code } : null;
}

/**
 * The page or feature as one word for all who mean the same place: an address without its host, query and ids,
 * anything else in lower case with single spaces. Null when nothing is left.
 */
export function pageOf(text: string | undefined): string | null {
  const plain = (text ?? '').normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
  if (!plain) return null;
  const address = /^(?:https?:\/\/[^\s/?#]+|(?:www\.)[^\s/?#]+)?(\/[^\s?#]*)?(?:[?#]\S*)?$/.exec(plain);
  const page = address ? pathOf(address[1] ?? '/') : plain.replace(/[?#]\S*/g, '').replace(/\S+@\S+/g, ':id').replace(/^["'“”‘’(]+|["'“”‘’).,;:!]+$/g, '').trim();
  return page.slice(0, LONGEST_PAGE).trim() || null;
}

/** `/providers/88121/` and `/providers/90` are one page. */
const pathOf = (path: string): string => {
  const parts = path.split('/').filter(Boolean).map((part) => (isId(part) ? ':id' : part));
  return `/${parts.join('/')}`;
};
/** A number, a UUID, a long run of hex digits, or a key like `M-1018`. */
const isId = (part: string): boolean => /^(\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12,}|[a-z]{1,4}-?\d+|.*@.*)$/.test(part);

/** Fixed patterns, in this order; the first word of the text that has one of their shapes is the code. */
const HTTP = /^(?:https?[:/-]?)?([45]\d\d)$/i;
const SAYS_STATUS = /^(?:https?(?:\/[\d.]+)?|status|code|error)$/i;
const NAMED = /^([A-Z]{2,12})[-_]?(\d{1,6})$/;

/**
 * The error code: from the first words of the exact error text, only where one looks like a code: `HTTP 502`,
 * `502`, `ERR-4012`, `E_1007`. Null when none does.
 */
export function codeOf(errorText: string | undefined, memberId: string | null = null): string | null {
  const words = (errorText ?? '').normalize('NFKC').split(/[\s,;:()[\]"'“”!]+|\.(?=\s|$)/).filter(Boolean).slice(0, WORDS_READ);
  for (const [i, word] of words.entries()) {
    const status = HTTP.exec(word);
    // A bare number counts at the beginning, or after a word that says that it is a status.
    if (status && (i === 0 || /^http/i.test(word) || SAYS_STATUS.test(words[i - 1]!))) return `HTTP ${status[1]}`;
    const named = NAMED.exec(word);
    if (named && plainId(word) !== plainId(memberId ?? '')) return `${named[1]}-${named[2]}`;
  }
  return null;
}
const WORDS_READ = 12;
const plainId = (id: string) => id.replace(/[-_\s]/g, '').toUpperCase();

/** The signature's workflow id, `problem-server-error-1k2m3n4p5q6`: the same for the same signature, without its words. */
export const problemId = ({ kind, page, code }: Signature): string => `problem-${kind}-${fingerprint(JSON.stringify([kind, page, code]))}`;

/** In words, for Jira and for ops: "server-error, /claims/:id, HTTP 502". */
export const signatureWords = ({ kind, page, code }: Signature): string => [kind, page, code].filter(Boolean).join(', ');
