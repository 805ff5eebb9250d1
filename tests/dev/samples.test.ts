/** The sample set against the protocol: nothing of it is left out, and no two samples get in each other's way. */
import { expect, test } from 'vitest';
import { INQUIRIES } from '../../src/domain/facts.js';
import { ROWS } from '../../src/policy/table.js';
import { SAMPLES } from '../../src/sandbox/samples.js';

test('every inquiry of the protocol has a sample, and so has none at all', () => {
  const inquiries = new Set(SAMPLES.map((s) => s.ticket.inquiry));
  for (const inquiry of [...INQUIRIES, undefined]) expect(inquiries).toContain(inquiry);
});

test('every row of the table is the end of a sample', () => {
  const rows = new Set(SAMPLES.map((s) => s.expects.row));
  for (const { id } of ROWS) expect(rows).toContain(id);
});

test('samples are told apart by name and subject, and each has a member of its own', () => {
  const unique = (values: string[]) => expect(values).toEqual([...new Set(values)]);
  unique(SAMPLES.map((s) => s.name));
  unique(SAMPLES.map((s) => s.ticket.subject));
  unique(SAMPLES.map((s) => s.member.id));
  unique(SAMPLES.map((s) => s.writesFrom ?? s.member.email));
});

test('a sample says how its case ends exactly where it ends', () => {
  for (const { name, expects } of SAMPLES) expect(expects.outcome !== undefined, name).toBe(expects.stage === 'ended');
});
