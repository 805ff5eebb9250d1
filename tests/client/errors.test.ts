/** What Temporal answers, in the words that the gateway gives on. */
import type { Client } from '@temporalio/client';
import { expect, test } from 'vitest';
import { auditor } from '../../src/client/audit.js';
import { cases } from '../../src/client/cases.js';
import { BadQuery, Malformed, TemporalAway } from '../../src/client/errors.js';
import { problems } from '../../src/client/problems.js';

const invalid = () => Object.assign(new Error('3 INVALID_ARGUMENT: no'), { code: 3, details: 'no column "Stag"', metadata: {} });
/** Temporal, to which nothing that is sent is right. */
const strict = {
  options: { namespace: 'default' },
  withDeadline: (_: number, call: () => Promise<unknown>) => call(),
  workflow: {
    list: () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(invalid()) }) }),
    signalWithStart: () => Promise.reject(invalid()),
    getHandle: () => ({ signal: () => Promise.reject(invalid()), executeUpdate: () => Promise.reject(invalid()), query: () => Promise.reject(invalid()) }),
  },
} as unknown as Client;
const hint = { id: 'a', via: 'webhook', at: '2026-07-01T12:00:00Z' } as const;

test('a list that it does not understand is a bad query, of whomever', async () => {
  for (const asked of [cases(strict).list({ query: 'Stag = "x"' }), problems(strict).list(), auditor(strict).between(null, '2026-07-01T00:00:00.000Z'), auditor(strict).ofCase('5158')])
    await expect(asked).rejects.toThrow(new BadQuery('Temporal does not understand the query: no column "Stag"'));
});

test('a message that it does not take is malformed, and not our own error', async () => {
  for (const said of [cases(strict).knock('5158', hint), cases(strict).issueChanged('5158', { ...hint, key: 'OPS-7' }), cases(strict).close('5158', { reason: 'x', by: { name: 'Ana', role: 'agent', verified: true } }), cases(strict).state('5158'), problems(strict).issueChanged('problem-server-error-00000000', { ...hint, key: 'OPS-7' })])
    await expect(said).rejects.toBeInstanceOf(Malformed);
});

test("a call that it ends because the call's time is over was not answered in time, as one whose time we saw pass", async () => {
  for (const code of [1, 4]) {
    const late = { ...strict, workflow: { getHandle: () => ({ query: () => Promise.reject(Object.assign(new Error('late'), { code, details: 'late', metadata: {} })) }) } } as unknown as Client;
    await expect(cases(late).state('5158')).rejects.toThrow(new TemporalAway('Temporal or its worker did not answer in time. The cases go on by themselves; try again in a minute.'));
  }
});
