/**
 * A small builder for Atlassian Document Format. Only text nodes carry text, so whatever a member wrote stays
 * inert; empty text nodes are invalid in ADF and never made.
 */
import type { AdfDocument, AdfNode } from '../domain/ticket.js';
import { clean, oneLine } from './clean.js';

type Inline = string | AdfNode;

const textNode = (text: string, marks?: AdfNode['marks']): AdfNode[] =>
  text === '' ? [] : [marks ? { type: 'text', text, marks } : { type: 'text', text }];

/** Text with its line breaks as hard breaks. */
function broken(text: string): AdfNode[] {
  return clean(text)
    .split('\n')
    .flatMap((line, i) => [...(i ? [{ type: 'hardBreak' }] : []), ...textNode(line)]);
}

const inlines = (parts: readonly Inline[]): AdfNode[] => parts.flatMap((p) => (typeof p === 'string' ? broken(p) : p.type === 'text' && !p.text ? [] : [p]));

/** Bold. */
export const strong = (text: string): AdfNode => ({ type: 'text', text: oneLine(text), marks: [{ type: 'strong' }] });

/** A link; an address that is not http(s) stays plain text. */
export function link(text: string, href: string): AdfNode {
  const label = oneLine(text) || oneLine(href);
  return /^https?:\/\/\S+$/i.test(href)
    ? { type: 'text', text: label, marks: [{ type: 'link', attrs: { href } }] }
    : { type: 'text', text: label };
}

/** A paragraph; an empty one is allowed in ADF. */
export const paragraph = (...parts: Inline[]): AdfNode => ({ type: 'paragraph', content: inlines(parts) });

export const heading = (level: 1 | 2 | 3 | 4, text: string): AdfNode => ({
  type: 'heading',
  attrs: { level },
  content: textNode(oneLine(text)),
});

/** One item a line; at least one item. */
export const bulletList = (items: readonly (Inline | readonly Inline[])[]): AdfNode => ({
  type: 'bulletList',
  content: items.map((item) => ({
    type: 'listItem',
    content: [paragraph(...(Array.isArray(item) ? (item as readonly Inline[]) : [item as Inline]))],
  })),
});

/** Two columns, the first one the header of its row. */
export const table = (rows: readonly (readonly [string, string])[]): AdfNode => ({
  type: 'table',
  content: rows.map(([head, cell]) => ({
    type: 'tableRow',
    content: [
      { type: 'tableHeader', content: [paragraph(oneLine(head))] },
      { type: 'tableCell', content: [paragraph(cell)] },
    ],
  })),
});

export const doc = (...content: AdfNode[]): AdfDocument => ({ version: 1, type: 'doc', content });

const BLOCKS = new Set(['paragraph', 'heading', 'codeBlock']);

function plain(node: AdfNode): string {
  if (node.type === 'hardBreak') return '\n';
  if (node.type === 'tableRow') return `${(node.content ?? []).map((c) => plain(c).trim()).join(': ')}\n`;
  const inner = (node.content ?? []).map(plain).join('');
  const text = `${node.text ?? ''}${inner}`;
  if (node.type === 'listItem') return `- ${text}`;
  return BLOCKS.has(node.type) ? `${text}\n` : text;
}

/** The plain text of a document, one line a block; unknown nodes give what text they hold. */
export const adfText = (document: AdfDocument): string => (document.content ?? []).map(plain).join('').trim();
