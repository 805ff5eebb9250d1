/** Each ticket of a fault run stands by itself. */
import { expect, test } from 'vitest';
import { own, problemOf, SINGLE } from '../../chaos/own.js';

test('two tickets of one sample share no member, address, group or problem', () => {
  for (const sample of SINGLE) {
    const [a, b] = [own(sample, 1), own(sample, 2)];
    for (const of of [(s) => s.member.id, (s) => s.member.email, (s) => s.writesFrom, (s) => s.group?.id, problemOf] as ((s: typeof a) => unknown)[]) if (of(sample)) expect(of(a)).not.toBe(of(b));
    expect(a.ticket.employerGroup).toBe(a.group?.id);
  }
  expect(SINGLE.filter((s) => problemOf(s) !== null).map((s) => s.name)).toEqual(['technical error, fixed']);
  expect(SINGLE.filter((s) => s.group)).toHaveLength(5);
});
