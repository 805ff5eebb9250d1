/** The search for canaries finds them in whatever form a sink may have them, and nothing else. */
import { expect, test } from 'vitest';
import { canaries } from './canary.js';

const { values, foundIn } = canaries(['name', 'note']);
const { name, note } = values;
const escaped = (text: string, escape: (code: string) => string) => [...text].map((c) => escape(c.charCodeAt(0).toString(16))).join('');

test.each([
  name, name.toLowerCase(), name.toUpperCase(), `"${name}"`, `x${name}x`,
  escaped(name, (code) => `%${code}`), escaped(name, (code) => `\\u00${code}`), escaped(name, (code) => `&#x${code};`),
  Buffer.from(name, 'utf16le').toString('latin1'), Buffer.from(name).toString('hex'),
  ...['', 'a', 'ab', 'abc'].flatMap((before) => [name, name.toLowerCase()].map((one) => Buffer.from(`${before}${one} and so on`).toString('base64'))),
  Buffer.from(name).toString('base64url'),
])('%s', (text) => {
  expect(foundIn(`before ${text} after`)).toEqual(['name']);
});

test('one that was cut short is found too, beside whole ones, in their order', () => {
  expect(foundIn(`${note} ${name} ${name.slice(0, -2)} ${note}`)).toEqual(['name', 'note', 'a piece of a canary']);
  expect(foundIn(Buffer.from(name.slice(0, -3)).toString('base64'))).toEqual(['a piece of a canary']);
  expect(foundIn(name.slice(0, 13).toLowerCase())).toEqual(['a piece of a canary']);
  expect(foundIn('kanarien, vogel, Kanarienvoge')).toEqual([]);
});
