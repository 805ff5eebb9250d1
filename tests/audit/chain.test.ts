import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { random } from '../../chaos/random.js';
import { auditKey, chained, checked } from '../../src/audit/chain.js';
import type { AuditEntry } from '../../src/domain/audit.js';

const newKey = () => auditKey(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
const KEY = newKey();
const SCOPE = { exportedAt: '2026-07-02T00:00:00.000Z', by: 'Ada', from: '2026-07-01T00:00:00.000Z', to: null };
const ENTRIES: AuditEntry[] = Array.from({ length: 40 }, (_, i) => ({
  ticket: String(5000 + (i % 7)),
  workflow: `case-${5000 + (i % 7)}`,
  run: `run-${i % 7}`,
  at: new Date(Date.UTC(2026, 6, 1, 0, i)).toISOString(),
  what: i % 5 === 0 ? 'refused' : 'heard',
  text: `heard: close the case (a "quoted" reason, number ${i}, \\ and Ü)`,
  by: i % 3 === 0 ? 'Zoë' : 'Temporal UI, unverified',
  cycle: 1,
}));
const EXPORT = chained(ENTRIES, SCOPE, KEY);

/** One edit of any kind that a forger may try: a character, a piece, a line taken out, doubled, moved or swapped, a cut. */
function edited(text: string, seed: number): string {
  const { next } = random(seed);
  const upTo = (n: number) => Math.floor(next() * n);
  const at = upTo(text.length);
  const lines = text.split('\n').slice(0, -1);
  const one = upTo(lines.length);
  const other = upTo(lines.length);
  const joined = (all: string[]) => `${all.join('\n')}\n`;
  switch (upTo(8)) {
    case 0:
      return text.slice(0, at) + String.fromCharCode(32 + upTo(95)) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + text.slice(at + 1 + upTo(20));
    case 2:
      return text.slice(0, at) + String.fromCharCode(32 + upTo(95)) + text.slice(at);
    case 3:
      return joined(lines.filter((_, i) => i !== one));
    case 4:
      return joined([...lines.slice(0, one), lines[one]!, ...lines.slice(one)]);
    case 5:
      return joined(lines.map((line, i) => (i === one ? lines[other]! : i === other ? lines[one]! : line)));
    case 6:
      return text.slice(0, at);
    default:
      return joined(lines.map((line, i) => (i === one ? line.replace(/\d/, (d) => String((Number(d) + 1) % 10)) : line)));
  }
}

describe('the signed chain', () => {
  test('what was not changed checks, with what it covers', () => {
    expect(checked(EXPORT, KEY.publicPem)).toEqual({ ok: true, entries: 40, scope: SCOPE, key: KEY.id });
    expect(checked(chained([], SCOPE, KEY), KEY.publicPem)).toMatchObject({ ok: true, entries: 0 });
  });

  test('what a terminal obeys is written as an escape, and reads back as it was', () => {
    const text = 'x\u009b31m \u202egnp\u2028\u0007\u{e0041} Ü 😀';
    const hostile = chained([{ ...ENTRIES[0]!, text, by: text }], { ...SCOPE, by: text }, KEY);
    expect(hostile.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    expect(checked(hostile, KEY.publicPem)).toMatchObject({ ok: true, scope: { by: text } });
    const { entry } = JSON.parse(hostile.split('\n')[1]!) as { entry: string };
    expect(JSON.parse(entry)).toMatchObject({ text, by: text });
  });

  test('1,000 random edits: every one is found', () => {
    let edits = 0;
    const missed: number[] = [];
    for (let seed = 1; edits < 1_000; seed++) {
      const forged = edited(EXPORT, seed);
      if (forged === EXPORT) continue;
      edits += 1;
      if (checked(forged, KEY.publicPem).ok) missed.push(seed);
    }
    expect(missed).toEqual([]);
  });

  test('a chain made anew over changed entries is found, since only the key signs it', () => {
    const forged = chained(ENTRIES.map((e) => ({ ...e, by: 'Mallory' })), SCOPE, newKey());
    expect(checked(forged, KEY.publicPem)).toEqual({ ok: false, line: 1, why: 'it was signed with another key' });
    const lines = forged.split('\n');
    lines[0] = EXPORT.split('\n')[0]!;
    expect(checked(lines.join('\n'), KEY.publicPem)).toMatchObject({ ok: false });
    lines.splice(-2, 1, EXPORT.split('\n').at(-2)!);
    expect(checked(lines.join('\n'), KEY.publicPem)).toMatchObject({ ok: false });
  });

  test('the line that was changed is named', () => {
    const lines = EXPORT.split('\n');
    lines[7] = lines[7]!.replace('number 6', 'number 9');
    expect(checked(lines.join('\n'), KEY.publicPem)).toEqual({ ok: false, line: 8, why: 'it, or a line before it, was changed' });
    expect(checked(EXPORT.replace('"by":"Ada"', '"by":"Eve"'), KEY.publicPem)).toMatchObject({ ok: false, line: 2 });
  });

  test.each([
    ['', 'the end is missing'],
    ['{}\n{}\n', 'this is no export'],
    [EXPORT.trimEnd(), 'the end is missing'],
  ])('%j is no export', (text, why) => {
    expect(checked(text, KEY.publicPem)).toMatchObject({ ok: false, why: expect.stringContaining(why) });
  });
  test('a key that cannot be read is said', () => {
    expect(checked(EXPORT, 'no key')).toEqual({ ok: false, line: 0, why: 'the public key cannot be read' });
  });
});

describe('the key', () => {
  test('PEM, PEM in one line, and base64 are the same key', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const der = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
    expect(new Set([pem, pem.replaceAll('\n', String.raw`\n`), der].map((text) => auditKey(text).id)).size).toBe(1);
  });
  test.each([
    ['something', 'is not a private key'],
    [generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), 'is not an Ed25519 key'],
  ])('%#: what is none is said', (text, why) => {
    expect(() => auditKey(text)).toThrow(why);
  });
});
