/** What is installed suits the Node that the README asks for, from whatever registry somebody has. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (file: string) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')) as Record<string, unknown>;
const packages = read('package-lock.json')['packages'] as Record<string, { engines?: { node?: string }; resolved?: string }>;
const major = (range: string) => Number(/\d+/.exec(range)?.[0] ?? 0);
const ours = major((read('package.json')['engines'] as { node: string }).node);

test('no package asks for a newer Node', () => {
  const newer = Object.entries(packages).filter(([, { engines }]) => engines?.node && !engines.node.split('||').some((range) => major(range) <= ours));
  expect(newer.map(([path, { engines }]) => `${path} ${engines!.node}`)).toEqual([]);
});

test('the lock names no registry', () => {
  expect(Object.values(packages).filter(({ resolved }) => resolved?.startsWith('http'))).toEqual([]);
});
