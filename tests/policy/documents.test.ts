import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { renderProtocols } from '../../src/policy/document.js';
import { factsJsonSchema } from '../../src/policy/facts-schema.js';
import { ROWS } from '../../src/policy/table.js';

const POLICY = new URL('../../src/policy/', import.meta.url);
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the documents say what the code does; `npm run docs` writes them anew', () => {
  test('docs/protocols.md', () => expect(read('docs/protocols.md')).toBe(renderProtocols()));

  test('docs/facts.schema.json', () => expect(JSON.parse(read('docs/facts.schema.json'))).toEqual(factsJsonSchema()));

  test('every row has its line', () => {
    const lines = renderProtocols().split('\n').filter((l) => l.startsWith('| `'));
    expect(lines.map((l) => l.split('`')[1])).toEqual(ROWS.map((r) => r.id));
    for (const [i, row] of ROWS.entries()) {
      expect(lines[i]).toContain(row.source);
      expect(lines[i]).toContain(row.then.does);
    }
  });
});

test('the policy is pure: no Node built-ins, no packages but zod, and that only in the schema', () => {
  const files = readdirSync(POLICY, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(10);
  const imports = files.flatMap((file) =>
    [...readFileSync(new URL(file, POLICY), 'utf8').matchAll(/from '([^']+)'/g)].map(([, from]) => ({ file, from })),
  );
  const foreign = imports.filter(({ from }) => !from?.startsWith('.'));
  expect(foreign).toEqual([{ file: 'facts-schema.ts', from: 'zod' }]);
  // Whoever imports the schema pulls zod, so nothing of decide() may.
  expect(imports.filter(({ from }) => from?.includes('facts-schema'))).toEqual([]);
});
