/** A system-wide problem stops the fixes for single groups: those of its groups, and no others. */
import { TypedSearchAttributes } from '@temporalio/common';
import { expect, test } from 'vitest';
import { SEARCH } from '../../src/workflows/search-attributes.js';
import { eventually, useSite } from './site.js';

const site = useSite();

test('running group troubleshooting learns that several groups are affected; that of other groups does not', async () => {
  const s = site();
  // Nobody works on this queue: what they are told stays in their histories.
  const troubleshoot = (group: string) =>
    s.client.workflow.start('troubleshooting', {
      workflowId: `troubleshooting-${group}`,
      taskQueue: 'nobody',
      args: [],
      typedSearchAttributes: new TypedSearchAttributes([{ key: SEARCH.group, value: group }]),
    });
  const [acme, globex, other] = await Promise.all([troubleshoot('Acme "A" Ltd'), troubleshoot('Globex'), troubleshoot('Umbrella')]);
  const learned = async ({ workflowId }: { workflowId: string }) => {
    const { events } = await s.client.workflow.getHandle(workflowId).fetchHistory();
    return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
      signal?.signalName === 'learned' ? [JSON.parse(String(Buffer.from(signal.input!.payloads![0]!.data!))) as unknown] : [],
    );
  };
  // The list knows them before anybody looks for them in it.
  await eventually(async () => expect((await s.client.workflow.count('WorkflowType = "troubleshooting"')).count).toBe(3));

  let n = 0;
  const report = (group: string) =>
    s.ticket({ errorKind: 'server-error', member: { name: `Member ${++n}`, email: `fixes-${n}@example.com` }, employerGroup: group, report: { pageOrFeature: '/fixes', errorText: 'HTTP 502' } });
  await report('Acme "A" Ltd');
  await report('Globex');
  await eventually(async () => {
    expect(await learned(acme)).toEqual([{ facts: { scope: 'several-groups' } }]);
    expect(await learned(globex)).toEqual([{ facts: { scope: 'several-groups' } }]);
  });
  expect(await learned(other)).toEqual([]);
  for (const { workflowId } of [acme, globex, other]) await s.client.workflow.getHandle(workflowId).terminate('the test is over');
});
