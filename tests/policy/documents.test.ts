import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { GROUP_PROBLEMS } from '../../src/domain/ruling.js';
import { FIX_KINDS } from '../../src/domain/troubleshooting.js';
import { CHECKS } from '../../src/policy/checks/table.js';
import { renderProtocols } from '../../src/policy/document.js';
import { factsJsonSchema } from '../../src/policy/facts-schema.js';
import { FIXES } from '../../src/policy/fixes.js';
import { TRIGGERS } from '../../src/policy/triggers.js';
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

test('docs/protocols.md has every check, trigger and fix of group troubleshooting', () => {
  const text = renderProtocols();
  const lines = text.split('\n').filter((l) => /^\| \d+ \| `/.test(l));
  const checks = GROUP_PROBLEMS.flatMap((p) => CHECKS[p].checks);
  expect(lines.map((l) => l.split('`')[1])).toEqual([...TRIGGERS.map((t) => t.id), ...FIX_KINDS, ...checks.map((c) => c.id)]);
  for (const said of [...checks, ...TRIGGERS, ...FIX_KINDS.map((k) => FIXES[k])]) {
    expect(text).toContain(said.source);
    if (said.ourReading) expect(text).toContain(said.ourReading);
  }
  for (const { commonCause, quickFix } of Object.values(CHECKS)) {
    expect(text).toContain(commonCause);
    expect(text).toContain(quickFix);
  }
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
