/** What the README lists is what there is. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { NEEDS, STAGES } from '../../src/domain/case.js';
import { ROWS } from '../../src/policy/table.js';

const lines = readFileSync(new URL('../../README.md', import.meta.url), 'utf8').split('\n');
const line = (beginning: string) => lines.find((text) => text.startsWith(beginning)) ?? '';
const idsOf = (...kinds: string[]) => ROWS.filter((r) => kinds.includes(r.then.kind)).map((r) => r.id);

test('the query for overrides leaves out exactly the rows by which a case comes to a team', () => {
  const query = line('| a lead overrode');
  const listed = /NOT IN \(([^)]*)\)/.exec(query)?.[1]?.match(/"([^"]+)"/g)?.map((row) => row.slice(1, -1));
  expect(listed).toEqual(idsOf('escalate'));
  expect(query).toContain('Row NOT STARTS_WITH "group/"');
  expect(ROWS.filter((r) => r.id.startsWith('group/')).map((r) => r.id)).toEqual(idsOf('troubleshoot'));
});

test('the stages are all there', () => {
  const stages = line('| `Stage` |').split('|')[2]!.match(/`([^`]+)`/g)?.map((stage) => stage.slice(1, -1));
  expect(stages).toEqual([...STAGES, 'parked']);
});

test('and so are the needs', () => {
  const from = lines.indexOf('| needs | do |') + 2;
  const needs = lines.slice(from, lines.indexOf('', from)).map((text) => /^\| `([^`]+)`/.exec(text)?.[1]);
  expect(needs.toSorted()).toEqual([...NEEDS].toSorted());
});
