/** Every crash point once: `npm run crash` does the same more often. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EFFECTS, MOMENTS, POINTS } from '../../chaos/crash/points.js';
import { crash } from '../../chaos/crash/run.js';
import { crashTable } from '../../chaos/crash/table.js';

test('a worker killed before, in and after each outside effect: each is there once, or a mail is shown as in doubt', { timeout: 240_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'onetouch-crash-'));
  const results = await crash({ times: 1, dir, from: 'sources' });
  rmSync(dir, { recursive: true, force: true });
  expect(results.filter((r) => r.wrong.length > 0)).toEqual([]);
  expect(results).toHaveLength(POINTS.length);
  // Only a mail can be in doubt, and one that was cut off in the middle is.
  expect(results.filter((r) => r.unknown).map((r) => r.effect)).toEqual(expect.arrayContaining(['mail']));
  expect(results.filter((r) => r.effect === 'mail').every((r) => r.unknown)).toBe(true);
  expect(crashTable(results)).toContain('| Jira: create | 1/1 | 1/1 | 1/1 | 1/1 |');
});

test('the points are every moment of every effect, but those that are another effect’s', () => {
  const missing = EFFECTS.flatMap(({ name }) => MOMENTS.filter((m) => !POINTS.some((p) => p.effect.name === name && p.moment === m)).map((m) => `${name}, ${m}`));
  expect(missing).toEqual(['Jira: link to the ticket, before', 'note of the mail, before', 'Jira: label, before']);
});
