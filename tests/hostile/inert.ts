/** What every sink is held against. */
import { expect } from 'vitest';
import type { AdfNode } from '../../src/domain/ticket.js';
import { ACTIVE, HOSTILE } from './corpus.js';

/** Checks each string by itself and says which ones fail, not only the first. */
export function none(check: (text: string, i: number) => void): void {
  const failed: string[] = [];
  for (const [i, text] of HOSTILE.entries()) {
    try {
      check(text, i);
    } catch (error) {
      failed.push(`${JSON.stringify(text.slice(0, 80))}: ${String(error).slice(0, 300)}`);
    }
  }
  expect(failed).toEqual([]);
}

export const inert = (text: string) => expect(text).not.toMatch(ACTIVE);

/** In a comment of the helpdesk, which shows Markdown and fills placeholders in: besides that, no link, picture, tag or placeholder. */
export function inertComment(text: string): void {
  inert(text);
  expect(text).not.toMatch(/\]\s*\(|!\[|\]:|\{\{|\{%|<[a-z/!?]/i);
}

const NODES = new Set(['doc', 'paragraph', 'text', 'hardBreak', 'heading', 'bulletList', 'listItem', 'table', 'tableRow', 'tableHeader', 'tableCell']);

/** Text of the kinds that we write, without a mark of ours, and no link but to the ticket. */
export function adf(node: AdfNode, ticketUrl: string): void {
  expect(NODES.has(node.type), node.type).toBe(true);
  for (const { type, attrs } of node.marks ?? []) {
    expect(['strong', 'link']).toContain(type);
    if (type === 'link') expect(attrs).toEqual({ href: ticketUrl });
  }
  if (node.type === 'text') {
    expect(node.text).toBeTruthy();
    inert(node.text!);
    expect(node.text).not.toMatch(/\[onetouch \d/i);
  }
  for (const inner of node.content ?? []) adf(inner, ticketUrl);
}
