/** What can be done to a case from the Temporal UI: Terminate, Cancel and Reset repeat no effect and silence no member. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { caseId } from '../../src/workflows/messages.js';
import { ago, eventually, HOUR_MS, useSite } from './site.js';

const site = useSite();
const ESCALATED = ['issue PRODOPS', 'mail 1:promise', 'note 1:promise', 'remote-link PRODOPS'];
const FOLLOWED_UP = [...ESCALATED, 'mail 1:follow-up', 'note 1:follow-up'].sort();
const ENDED = [...FOLLOWED_UP, 'note 1:record'].sort();

let members = 0;
async function escalated() {
  const s = site();
  const member = await s.blocked(`M-${++members}`, ago(49 * HOUR_MS));
  const id = await s.ticket({ inquiry: 'vmp-scheduling-blocked', member });
  const { handoff, promise } = await s.at(id, 'awaiting-resolution');
  expect(s.effects(id)).toEqual(ESCALATED);
  return { id, key: handoff!.issueKey!, promise };
}

async function terminate(id: string) {
  const s = site();
  await s.handle(id).terminate('by hand');
  const query = `WorkflowId = "${caseId(id)}" AND ExecutionStatus = "Terminated"`;
  await eventually(async () => expect(await s.list({ query })).toHaveLength(1));
}

test('terminated while ProdOps has it: the sweep starts it again where it stood, and the member still hears', async () => {
  const { company, ...s } = site();
  const { id, key, promise } = await escalated();
  await terminate(id);
  expect((await s.sweep()).knocked).toBeGreaterThan(0);
  expect(await s.at(id, 'awaiting-resolution')).toMatchObject({ cycle: 1, handoff: { team: 'ProdOps', issueKey: key }, promise });
  expect(s.effects(id)).toEqual(ESCALATED);
  expect((await s.timeline(id)).filter((entry) => entry.text.includes('progress'))).toEqual([]);

  await company.jira.resolve(key, 'Fixed');
  await s.at(id, 'confirming');
  await s.say(id, 'confirm', { verdict: 'works' });
  expect(await s.record(id)).toMatchObject({ outcome: 'confirmed', cycle: 1, handoffs: [{ issueKey: key }] });
  expect(s.effects(id)).toEqual(ENDED);
});

test('terminated, and resolved in Jira while nobody listened: the follow-up still goes out', async () => {
  const { company, ...s } = site();
  const { id, key } = await escalated();
  await terminate(id);
  await company.jira.resolve(key, 'Fixed');
  await company.idle();
  expect((await s.sweep()).knocked).toBeGreaterThan(0);
  await s.at(id, 'confirming');
  expect(s.effects(id)).toEqual(FOLLOWED_UP);
});

test('terminated while the member may confirm: nothing is written twice, and the case goes on to its record', async () => {
  const { company, ...s } = site();
  const { id, key } = await escalated();
  await company.jira.resolve(key, 'Fixed');
  await s.at(id, 'confirming');
  await terminate(id);
  expect((await s.sweep()).knocked).toBeGreaterThan(0);
  await s.at(id, 'confirming');
  expect(s.effects(id)).toEqual(FOLLOWED_UP);
  await s.say(id, 'confirm', { verdict: 'works' });
  expect(await s.record(id)).toMatchObject({ outcome: 'confirmed', cycle: 1 });
  expect(s.effects(id)).toEqual(ENDED);
});

test('terminated while it is held back: it goes on waiting, and the note is not repeated', async () => {
  const s = site();
  const id = await s.ticket({ inquiry: 'vmp-scheduling-blocked', member: await s.blocked(`M-${++members}`, ago(24 * HOUR_MS)) });
  const { nextWake } = await s.at(id, 'waiting');
  await terminate(id);
  await s.sweep();
  expect(await s.at(id, 'waiting')).toMatchObject({ cycle: 1, nextWake });
  expect(s.effects(id)).toEqual([expect.stringMatching(/^note 1:wait-vmp-settling-/)]);
});

test('cancelled while the member may confirm: recorded, and not written to again', async () => {
  const { company, ...s } = site();
  const { id, key } = await escalated();
  await company.jira.resolve(key, 'Fixed');
  await s.at(id, 'confirming');
  await s.handle(id).cancel();
  expect(await s.record(id)).toMatchObject({ outcome: 'closed' });
  expect(s.effects(id)).toEqual(ENDED);
});

test('cancelled: what the member is owed goes out, the record is put on the ticket, and the workflow completes', async () => {
  const { company, ...s } = site();
  const { id } = await escalated();
  await s.handle(id).cancel();
  expect(await s.record(id)).toMatchObject({ outcome: 'closed', row: 'vmp/ripe' });
  expect((await s.handle(id).describe()).status.name).toBe('COMPLETED');
  expect(s.effects(id)).toEqual(ENDED);
  expect(company.helpdesk.notesByUs(id).at(-1)).toContain('cancelled from the Temporal UI');
});

test.each(['the start', 'the filing'])('reset to before %s: nothing is done twice', async (place) => {
  const { company, client, ...s } = site();
  const { id, key } = await escalated();
  const before = await s.events(id);
  const firstAct = before.findIndex((e) => {
    const name = e.activityTaskScheduledEventAttributes?.activityType?.name;
    return place === 'the start' ? name === 'consult' : name === 'fileIssue';
  });
  const point = before.slice(0, firstAct).findLast((e) => e.workflowTaskCompletedEventAttributes)!;
  const { runId } = await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: caseId(id), runId: (await s.handle(id).describe()).runId },
    reason: 'by hand',
    requestId: randomUUID(),
    workflowTaskFinishEventId: point.eventId!,
  });
  await eventually(async () => {
    expect((await s.handle(id).describe()).runId).toBe(runId);
    expect(await s.state(id)).toMatchObject({ stage: 'awaiting-resolution', cycle: 1, handoff: { issueKey: key } });
  });
  expect(s.effects(id)).toEqual(ESCALATED);

  await company.jira.resolve(key, 'Fixed');
  await s.at(id, 'confirming');
  await s.say(id, 'confirm', { verdict: 'works' });
  expect(await s.record(id)).toMatchObject({ outcome: 'confirmed' });
  expect(s.effects(id)).toEqual(ENDED);
});

test('reset to its start after the follow-up: the member is not written to again', async () => {
  const { company, client, ...s } = site();
  const { id, key } = await escalated();
  await company.jira.resolve(key, 'Fixed');
  await s.at(id, 'confirming');
  const point = (await s.events(id)).find((e) => e.workflowTaskCompletedEventAttributes)!;
  const { runId } = await client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: caseId(id), runId: (await s.handle(id).describe()).runId },
    reason: 'by hand',
    requestId: randomUUID(),
    workflowTaskFinishEventId: point.eventId!,
  });
  await eventually(async () => expect((await s.handle(id).describe()).runId).toBe(runId));
  await s.at(id, 'confirming');
  await s.say(id, 'confirm', { verdict: 'works' });
  expect(await s.record(id)).toMatchObject({ outcome: 'confirmed' });
  expect(s.effects(id)).toEqual(ENDED);
});
