import { expect, test, vi } from 'vitest';
import { readJson } from '../../src/web/json.js';

const bytes = (text: string) => new TextEncoder().encode(text);

test.each(['[', '{"a":', '[[],', '{"a":[],"b":', '}{[', '"a"['])('millions of %s are refused before they are parsed', (piece) => {
  const parse = vi.spyOn(JSON, 'parse');
  try {
    expect(() => readJson(bytes(piece.repeat(1_000_000)))).toThrow(expect.objectContaining({ status: 400, message: 'The body is nested deeper than 64 levels.' }));
    expect(parse).not.toHaveBeenCalled();
  } finally {
    parse.mockRestore();
  }
});

test('millions of parts are refused before they are parsed, and a full page of a history is taken', () => {
  const parse = vi.spyOn(JSON, 'parse');
  try {
    for (const piece of ['[],', '1,', '{"a":1},', ',']) expect(() => readJson(bytes(`[${piece.repeat(1_000_000)}1]`))).toThrow(expect.objectContaining({ status: 400, message: 'The body has more than 200000 parts.' }));
    expect(parse).not.toHaveBeenCalled();
  } finally {
    parse.mockRestore();
  }
  const payload = { metadata: Object.fromEntries(['encoding', 'encryption-key-id', 'iv', 'for'].map((name) => [name, 'YQ=='])), data: 'YQ==' };
  const page = { payloads: Array.from({ length: 10_000 }, () => payload) };
  expect(readJson(bytes(JSON.stringify(page)))).toEqual(page);
});

test('64 levels are taken, and brackets in texts are no levels', () => {
  const deep = `${'['.repeat(64)}${']'.repeat(64)}`;
  expect(readJson(bytes(deep))).toEqual(JSON.parse(deep));
  expect(() => readJson(bytes(`[${deep}]`))).toThrow('deeper than 64');
  for (const text of ['['.repeat(1_000), `\\"${'{'.repeat(1_000)}`, `\\\\`, '"[['.repeat(100)]) expect(readJson(bytes(JSON.stringify({ text, more: ['['] })))).toEqual({ text, more: ['['] });
});

test.each(['"', '"\\', '["a', '{"a":"\\"}', ']', '}]'])('%j breaks off, and is no JSON', (text) => {
  expect(() => readJson(bytes(text))).toThrow(expect.objectContaining({ status: 400, message: 'The body is not JSON.' }));
});
