/** What keeps the sweep from a ticket, a system or its end: it goes on past it, from there, and shows it. */
import { expect, test } from 'vitest';
import { install } from '../../src/worker.js';
import { SWEEP_SCHEDULE_ID } from '../../src/workflows/messages.js';
import { eventually, useSite } from './site.js';

const SWEEP_MINUTES = 24 * 60;
const site = useSite({ sweepMinutes: SWEEP_MINUTES });
const member = { name: 'Jo Low', email: 'jo@example.com' };

/** How the last sweep shows itself to ops. */
async function shown() {
  const { client } = site();
  const { recentActions } = (await client.schedule.getHandle(SWEEP_SCHEDULE_ID).describe()).info;
  const { workflowId } = recentActions.at(-1)!.action.workflow;
  const { currentDetails } = (await client.workflow.getHandle(workflowId).query('__temporal_workflow_metadata')) as { currentDetails: string };
  const isListed = async () => (await client.workflow.count(`WorkflowType = "sweep" AND Flagged = true AND WorkflowId = "${workflowId}"`)).count === 1;
  return { currentDetails, isListed };
}

test('a ticket that is refused is shown to ops, and taken up when it can be read', async () => {
  const { company, ...s } = site();
  s.loseWebhooks(true);
  const [bad, good] = [await s.ticket({ member }), await s.ticket({ member })];
  company.helpdesk.faults.weather = ({ path }) => (path.includes(`/${bad}/comments`) ? { status: 403 } : null);
  expect(await s.sweep()).toMatchObject({ knocked: 1, helpdesk: { left: { [bad]: { why: expect.stringContaining('403') } } } });
  await s.at(good, 'holding');
  const refused = await shown();
  expect(refused.currentDetails).toMatch(new RegExp(`Left out, and tried again: ticket ${bad} since .* refused to read the ticket.*403`));
  await eventually(async () => expect(await refused.isListed()).toBe(true));

  company.helpdesk.faults.clear();
  await company.helpdesk.memberReplies(bad, 'Is anybody there?');
  await company.idle();
  expect(await s.sweep()).toMatchObject({ knocked: 1, helpdesk: { left: {} } });
  await s.at(bad, 'holding');
  const well = await shown();
  expect(well.currentDetails).toMatch(/^Looked at everything that changed up to/);
  expect(await well.isListed()).toBe(false);
});

test('a rate limit is waited out; where it lasts longer than a run, the next one asks no sooner', async () => {
  const { company, ...s } = site();
  s.loseWebhooks(true);
  const id = await s.ticket({ member });
  const list = /GET .*incremental/;
  company.helpdesk.faults.next(list, { status: 429, headers: { 'Retry-After': '2' } });
  expect(await s.sweep()).toMatchObject({ knocked: 1, helpdesk: { notBefore: null } });
  await s.at(id, 'holding');

  company.helpdesk.faults.next(list, { status: 429, headers: { 'Retry-After': '600' } });
  const { helpdesk } = await s.sweep();
  expect(Date.parse(helpdesk.notBefore!) - Date.now()).toBeGreaterThan(590_000);
  let asked = 0;
  company.helpdesk.faults.weather = ({ method, path }) => (list.test(`${method} ${path}`) && asked++, null);
  expect((await s.sweep()).helpdesk).toEqual(helpdesk);
  expect(asked).toBe(0);
  expect((await shown()).currentDetails).toContain('Held up at the helpdesk: it asked not to be asked again before');
});

test('a sweep that comes to no end is not the last one; the next goes on from the last good one', async () => {
  const { company, client, ...s } = site();
  s.loseWebhooks(true);
  const schedule = client.schedule.getHandle(SWEEP_SCHEDULE_ID);
  const timeout = async () => (await schedule.describe()).action.workflowExecutionTimeout;
  // As an installation from before had it, and with a limit that a test can wait for.
  for (const limit of [undefined, '5 seconds'] as const) {
    await schedule.update((previous) => {
      const { workflowExecutionTimeout: _, ...action } = previous.action;
      return { ...previous, action: { ...action, ...(limit && { workflowExecutionTimeout: limit }) } };
    });
    expect(await timeout()).toBe(limit ? 5_000 : undefined);
  }
  const before = await s.sweep();
  const held = company.jira.faults.next(/search/, 'timeout');
  await expect(s.sweep()).rejects.toThrow('Workflow execution timed out');
  held.release();
  await install(s.temporal, SWEEP_MINUTES);
  expect(await timeout()).toBe(30 * 60_000);
  const after = await s.sweep();
  // The helpdesk's limit of the test before is still kept, which only the last good result tells.
  expect(after.helpdesk.notBefore).toBe(before.helpdesk.notBefore);
  expect(Date.parse(after.jira.mark)).toBeGreaterThan(Date.parse(before.jira.mark));
});
