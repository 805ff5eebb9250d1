/** What the CLI prints: tables for people, JSON for programs. Nothing from outside can steer the terminal. */
import Table from 'cli-table3';
import { inertJson } from '../wording/clean.js';

/** One line without control, format or direction characters. */
export const plain = (value: unknown): string =>
  value === null || value === undefined ? '' : String(value).replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();

/** JSON for programs, whatever its strings hold. */
export const json = (value: unknown): string => inertJson(JSON.stringify(value, null, 2));

/** `2026-07-01 09:00Z` of an ISO 8601 time. */
export const when = (iso: string | null | undefined): string =>
  iso ? plain(iso).replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d).*$/, '$1 $2Z') : '';

const LINES = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '',
  'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ',
};

/** Columns under a head. The last column takes what is left of `width` and wraps. */
export function table(head: string[], rows: unknown[][], width: number): string {
  const cells = rows.map((row) => row.map(plain));
  const widths = head.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const before = widths.slice(0, -1).reduce((sum, w) => sum + w + 2, 0);
  const last = Math.min(widths.at(-1) ?? 0, Math.max(30, width - before));
  const made = new Table({
    head: head.map((name) => name.toUpperCase()),
    colWidths: [...widths.slice(0, -1), last],
    chars: LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    wordWrap: true,
    wrapOnWordBoundary: true,
  });
  made.push(...cells);
  // A long word is wrapped wherever the column ends, in the middle of a character too.
  return made.toString().replaceAll(/\p{Surrogate}/gu, '').split('\n').map((line) => line.trimEnd()).join('\n');
}

/** Names beside values; empty values are left out. */
export function pairs(lines: [string, unknown][]): string {
  const there = lines.map(([name, value]) => [name, plain(value)] as const).filter(([, value]) => value !== '');
  const widest = Math.max(0, ...there.map(([name]) => name.length));
  return there.map(([name, value]) => `${name.padEnd(widest)}  ${value}`).join('\n');
}
