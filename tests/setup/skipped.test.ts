/** What is skipped says why: `counts.ts` counts what does not as failed, on a machine where nobody looks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('each test that may be skipped says why, by t.skip(why)', () => {
  const files = readdirSync('tests', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const silent = files.filter((file) => /\.(skipIf|runIf|todo)\(|\b(test|it|describe)\.skip\b|\.skip\(\)/.test(readFileSync(join('tests', file), 'utf8')));
  expect(silent).toEqual([]);
});
