/** A workflow that does its steps in another order is caught by the replay of what was recorded. */
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, expect, test } from 'vitest';
import { quietRuntime } from '../setup/quiet.js';
import { replay, today, withExchanged, type Exchange } from './bundle.js';
import { activitiesIn, FILES, read, type Recorded } from './read.js';

/** Steps that are exchanged, and the activities by which a history shows that it has been through both. */
const REORDERED: [what: string, type: string, Exchange, met: [string, string]][] = [
  ['a case that promises before it files', 'escalation', { file: 'workflows/escalation.ts', first: 'await sayGoodbye(desk);', second: 'await promiseTheMember(desk, handoff);' }, ['fileIssue', 'write']],
  ['a group troubleshooting that reads the recent changes before it looks at the group', 'troubleshooting', { file: 'workflows/troubleshooting.ts', first: 'lookAtGroup,', second: 'lookAtChanges,' }, ['lookForTriggers', 'recentChanges']],
  ['a problem that files before it has looked for earlier rounds', 'problem', { file: 'workflows/problem-steps.ts', first: 'run: begin,', second: 'run: file,' }, ['findProblem', 'fileProblem']],
  ['a sweep that asks Jira before the helpdesk', 'sweep', { file: 'domain/sweep.ts', first: "'helpdesk',", second: "'jira'," }, ['sweepTickets', 'sweepIssues']],
];

let asItIs: WorkflowBundleWithSourceMap;
let recorded: Recorded[];
beforeAll(async () => {
  quietRuntime();
  recorded = FILES.map(read);
  asItIs = await today();
}, 120_000);

test.each(REORDERED)('%s', async (_, type, exchange, [first, second]) => {
  const met = recorded.find((r) => {
    const activities = activitiesIn(r);
    return r.workflowType === type && activities.includes(first) && activities.indexOf(first) < activities.indexOf(second);
  });
  expect(met, `a history of a ${type} with ${first} and then ${second}`).toBeDefined();
  await expect(replay(asItIs, met!)).resolves.toBeUndefined();
  await expect(replay(await withExchanged(exchange), met!)).rejects.toThrow(DeterminismViolationError);
}, 120_000);

test('what is to be exchanged has to be there, once', async () => {
  const file = 'domain/sweep.ts';
  for (const [first, second] of [["'temporal',", "'jira',"], ['nowhere', "'jira',"], ["'helpdesk',", 'nowhere'], ['position', "'jira',"]] as const) {
    await expect(withExchanged({ file, first, second })).rejects.toThrow('does not hold');
  }
});
