import fc from 'fast-check';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { adfText, bulletList, doc, heading, link, paragraph, strong, table } from '../../src/wording/adf.js';
import { clean, escapeHtml, inComment, listed, oneLine, sentence, truncate, utc } from '../../src/wording/clean.js';

describe('clean', () => {
  test('keeps line breaks, drops controls', () => {
    expect(clean('a\r\nb\rc\u2028d\te\u0000\u001B\u0085\u202E\uFEFF')).toBe('a\nb\nc\nd e');
    expect(clean('😀 \uD800x\uDC00')).toBe('😀 x');
  });
  test('one line is one line, whatever comes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (s) => {
        expect(oneLine(s)).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E]|^\s|\s$/);
      }),
    );
  });
  test('truncate keeps its limit and never leaves half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (s, max) => {
        const cut = truncate(s, max);
        expect(cut.length).toBeLessThanOrEqual(max);
        expect(() => encodeURIComponent(cut)).not.toThrow();
        expect(s.length > max || cut === s).toBe(true);
      }),
    );
  });
  test('in a comment of the helpdesk links, pictures, tags and placeholders are text, and all of it can be read', () => {
    const live = '[a](https://x) [b] (c) ![d](e) [1]: f {{g}} {%h%} {{{i}}} <b>j</b> <!-- k -->';
    expect(inComment(live)).toBe('[a]-(https://x) [b] -(c) ! [d]-(e) [1] : f { {g}} { %h%} { { {i}}} < b>j< /b> < !-- k -->');
    const plain = 'a (b) [c] {d} e < f, 3<4 <- "npx onetouch provide 5158 x=y" - 1. https://x';
    expect(inComment(plain)).toBe(plain);
    expect(inComment(inComment(live))).toBe(inComment(live));
  });
  test('escaped text has no markup left', () => {
    expect(escapeHtml(`<a href="x" title='y'>&`)).toBe('&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;');
  });
  test('times, lists and full stops', () => {
    expect(utc('2026-11-24T10:00:59.999+02:00')).toBe('2026-11-24 08:00 UTC');
    expect(utc('no\ntime')).toBe('no time');
    expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c']);
    expect([sentence('a'), sentence('a.'), sentence('a?\n'), sentence('')]).toEqual(['a.', 'a.', 'a?', '']);
  });
});

describe('adf', () => {
  test('its plain text reads like the document', () => {
    const text = adfText(
      doc(heading(2, 'Title'), paragraph('one\ntwo ', strong('three')), bulletList(['a', [strong('b'), ': ', link('c', 'https://x.example')]]), table([['k', 'v\nw']]), paragraph('end')),
    );
    expect(text).toBe('Title\none\ntwo three\n- a\n- b: c\nk: v\nw\nend');
  });
  test('only web addresses become links, and empty text becomes no node', () => {
    expect(link('x', 'javascript:alert(1)').marks).toBeUndefined();
    expect(link('x', 'https://e.example/a').marks).toHaveLength(1);
    expect(paragraph('', strong('')).content).toEqual([]);
    expect(paragraph('\n').content).toEqual([{ type: 'hardBreak' }]);
  });
});

test('the wording imports nothing but types, words and itself, and the sentences only what workflows may', () => {
  const folder = new URL('../../src/wording/', import.meta.url);
  for (const file of readdirSync(folder)) {
    const imports = readFileSync(new URL(file, folder), 'utf8').matchAll(/^(?:import|export)[^;]*? from '([^']+)'/gm);
    for (const [statement, from] of imports) {
      const values = file === 'sentences.ts' ? /^\.\/clean\.js$/ : /^(\.\/|\.\.\/domain\/)/;
      const types = /^(\.\/|\.\.\/domain\/|\.\.\/config\.js$)/;
      expect(from).toMatch(statement.startsWith('import type') ? types : values);
    }
  }
});
