/** Each ticket of a fault run stands by itself, and its problem and its impersonations are judged by the outside. */
import { afterEach, describe, expect, test } from 'vitest';
import { ofProblem, strangeSessions } from '../../chaos/judge-own.js';
import { own, problemOf, SINGLE } from '../../chaos/own.js';
import { connectJira } from '../../src/adapters/jira.js';
import { loadWorkerConfig } from '../../src/config.js';
import { problemLabel } from '../../src/domain/problem.js';
import { startCompany, type Company } from '../../src/sandbox/company.js';

let company: Company | undefined;
afterEach(async () => company?.close());

const FIXED = SINGLE.find(({ name }) => name === 'technical error, fixed')!;
const ACCESS = SINGLE.find(({ name }) => name === 'group access, awaiting approval')!;

test('two tickets of one sample share no member, address, group or problem', () => {
  for (const sample of SINGLE) {
    const [a, b] = [own(sample, 1), own(sample, 2)];
    for (const of of [(s) => s.member.id, (s) => s.member.email, (s) => s.writesFrom, (s) => s.group?.id, problemOf] as ((s: typeof a) => unknown)[]) if (of(sample)) expect(of(a)).not.toBe(of(b));
    expect(a.ticket.employerGroup).toBe(a.group?.id);
  }
  expect(SINGLE.filter((s) => problemOf(s) !== null).map((s) => s.name)).toEqual(['technical error, fixed']);
  expect(SINGLE.filter((s) => s.group)).toHaveLength(5);
});

describe('of a problem with one member', () => {
  async function town() {
    company = await startCompany();
    const jira = connectJira(loadWorkerConfig(company.env).jira);
    const played = { sample: own(FIXED, 7), ticket: '5158' };
    const id = problemOf(played.sample)!;
    const doc = (text: string) => ({ version: 1 as const, type: 'doc' as const, content: [{ type: 'paragraph' as const, content: [{ type: 'text' as const, text }] }] });
    return {
      jira,
      file: async (round = 1) => (await jira.createIssue({ project: 'INFRA', issueType: 'Bug', summary: 'It fails', description: doc('It does.'), labels: ['onetouch', problemLabel(id, round)] })).key,
      report: (key: string) => jira.comment(key, doc('[onetouch 5158:1:problem-report]')),
      found: () => ofProblem(company!, played),
    };
  }

  test('one issue with the report is in order; without the report, or without an issue, something is lost', async () => {
    const { file, report, found } = await town();
    expect(found().lost).toEqual([expect.stringMatching(/^issue of problem-server-error-/)]);
    const key = await file();
    expect(found().lost).toEqual([`report on ${key}`]);
    await report(key);
    expect(found()).toEqual({ lost: [], twice: [], odd: [], healed: [] });
  });

  test('a second issue is one too many until it is closed as a duplicate, and one of another round is odd', async () => {
    const { file, report, jira, found } = await town();
    const [kept, extra] = [await file(), await file()];
    await report(kept);
    expect(found().twice).toEqual([expect.stringMatching(/^issue of problem-server-error-\w+ \(2 times\)$/)]);
    await jira.linkDuplicate(extra, kept);
    await jira.resolveAsDuplicate(extra);
    expect(found()).toEqual({ lost: [], twice: [], odd: [], healed: [extra] });
    const later = await file(2);
    expect(found().odd).toEqual([`issue ${later} of another round`]);
  });
});

test('a session may be opened again, but only with a key of its ticket', async () => {
  company = await startCompany();
  const played = { sample: own(ACCESS, 3), ticket: '5158' };
  const { id, email, name } = played.sample.member;
  await company.admin.setMember(id, { name, email });
  const ledger = (key: string) => ({ n: 1, at: '', by: 'onetouch', kind: 'impersonation', on: id, text: `key ${key}` });
  const seen = (...keys: string[]) => strangeSessions({ ...company!, admin: { ...company!.admin, ledger: keys.map(ledger) } }, played);
  expect(seen('5158:1:test-0-1', '5158:1:test-0-1', '5158:1:verify-1-0-1')).toEqual([]);
  expect(seen('5159:1:test-0-1', 'mine')).toEqual(['impersonation with key 5159:1:test-0-1', 'impersonation with key mine']);
});
