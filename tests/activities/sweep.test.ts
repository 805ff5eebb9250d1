/** A case that does not answer holds up no other, and is told what there may be to tell. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, expect, test } from 'vitest';
import { createSweepActivities } from '../../src/activities/sweep.js';
import { connectHelpdesk } from '../../src/adapters/helpdesk.js';
import { connectJira } from '../../src/adapters/jira.js';
import { loadWorkerConfig } from '../../src/config.js';
import { problemLabel } from '../../src/domain/problem.js';
import { issueDigest, issueSnapshot } from '../../src/domain/snapshot.js';
import { startCompany, type Company } from '../../src/sandbox/company.js';

let company: Company | undefined;
afterEach(async () => company?.close());

test('a problem that cannot be asked is told; of an issue that was made twice and closed by us, no problem is', async () => {
  company = await startCompany();
  const config = loadWorkerConfig(company.env);
  const jira = connectJira(config.jira);
  const [unreadable, known] = ['problem-server-error-0a1b2c3d4e5', 'problem-stuck-loading-00000000001'];
  const of = await company.jira.file('INFRA', 'It fails', ['onetouch', problemLabel(unreadable, 1)]);
  const kept = await company.jira.file('INFRA', 'It loads', ['onetouch', problemLabel(known, 1)]);
  const extra = await company.jira.file('INFRA', 'It loads', ['onetouch', problemLabel(known, 1)]);
  await jira.linkDuplicate(extra, kept);
  await jira.resolveAsDuplicate(extra);
  const told: string[] = [];
  const { sweepIssues } = createSweepActivities({
    helpdesk: await connectHelpdesk(config.helpdesk),
    jira,
    cases: {
      seen: () => Promise.resolve(null),
      knock: () => Promise.resolve(),
      issueChanged: () => Promise.resolve(),
      endedFromOutside: () => Promise.resolve([]),
      problemIssueChanged: (problem, { key }) => Promise.resolve(void told.push(`${problem} ${key}`)),
      problemSeen: async (problem) => (problem === unreadable ? 'unreadable' : { round: 1, issue: { key: kept, digest: issueDigest(issueSnapshot(await jira.readIssue(kept))) } }),
      problemsEndedFromOutside: () => Promise.resolve([]),
    },
  });
  expect(await new MockActivityEnvironment().run(sweepIssues, new Date(Date.now() - 3_600_000).toISOString())).toBe(1);
  expect(told).toEqual([`${unreadable} ${of}`]);
});

test('two tickets and their issues changed, and one case cannot be asked: both are knocked at and told', async () => {
  company = await startCompany();
  const config = loadWorkerConfig(company.env);
  const jira = connectJira(config.jira);
  const tickets: string[] = [];
  for (const email of ['a@example.com', 'b@example.com']) tickets.push(await company.helpdesk.openTicket({ subject: 'Help', description: 'Now.', member: { name: 'Jo Low', email } }));
  for (const ticket of tickets) await company.jira.file('INFRA', 'It fails', ['onetouch', `onetouch-${ticket}-1`]);
  const told: string[] = [];
  const { sweepTickets, sweepIssues } = createSweepActivities({
    helpdesk: await connectHelpdesk(config.helpdesk),
    jira,
    cases: {
      seen: (ticket) => Promise.resolve(ticket === tickets[0] ? 'unreadable' : { cycle: 1, ticket: 'as it was', issue: { key: 'INFRA-2', digest: 'as it was' } }),
      knock: (ticket) => Promise.resolve(void told.push(`ticket ${ticket}`)),
      issueChanged: (ticket) => Promise.resolve(void told.push(`issue ${ticket}`)),
      endedFromOutside: () => Promise.resolve([]),
      problemIssueChanged: (problem) => Promise.resolve(void told.push(`problem ${problem}`)),
      problemSeen: () => Promise.resolve(null),
      problemsEndedFromOutside: () => Promise.resolve([]),
    },
  });
  const since = new Date(Date.now() - 3_600_000).toISOString();
  const env = new MockActivityEnvironment();
  expect(await env.run(sweepTickets, since)).toBe(2);
  expect(await env.run(sweepIssues, since)).toBe(2);
  expect(told.sort()).toEqual([...tickets.map((t) => `issue ${t}`), ...tickets.map((t) => `ticket ${t}`)]);
});
