/** Kept seeds can be read, and say what they found. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { commit } from '../../chaos/build.js';
import { seedsIn } from '../../chaos/seeds.js';

test('each kept seed is one, with its number of tickets', async () => {
  const kept = seedsIn(await readFile(new URL('seeds', import.meta.url), 'utf8'));
  expect(kept).toContainEqual({ seed: 2027, tickets: 300, found: expect.stringContaining('a timer that fired') });
  for (const { seed, tickets } of kept) expect([Number.isInteger(seed), tickets > 0]).toEqual([true, true]);
});

test('a line that is none is not passed over', () => {
  expect(seedsIn('# words\n\n7 40\n')).toEqual([{ seed: 7, tickets: 40, found: '' }]);
  expect(() => seedsIn('7,40')).toThrow(/no line of/);
  expect(() => seedsIn('7')).toThrow(/no line of/);
});

test('CI runs the kept seeds', async () => {
  expect(await readFile(new URL('../../.ci/run', import.meta.url), 'utf8')).toMatch(/^"\$\{fault_run\[@\]\}" --kept --in-turn --tickets 25 .*&\nkept=\$!$[^]*^step kept beside_chaos$/m);
});

test('a report names the commit, or says that there is none', async () => {
  expect(await commit()).toMatch(/^[0-9a-f]{40}(, with uncommitted changes)?$|^no commit$/);
});
