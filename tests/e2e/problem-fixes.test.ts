/** A system-wide problem stops the fixes for single groups: those of its groups, and no others. */
import { TypedSearchAttributes } from '@temporalio/common';
import { expect, test } from 'vitest';
import type { Change } from '../../src/domain/grant.js';
import { signGrant } from '../../src/grants/grants.js';
import { troubleshootingId } from '../../src/workflows/troubleshooting-messages.js';
import type { Actor } from '../../src/workflows/messages.js';
import { SEARCH } from '../../src/workflows/search-attributes.js';
import { eventually, useSite } from './site.js';
import type { Payload } from '@temporalio/common';
import { open } from '../../src/client/payload-codec.js';
import { loadGatewayConfig } from '../../src/config.js';

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
  const { payloads } = loadGatewayConfig({ ...s.company.env, API_TOKEN: 'x' });
  const read = (payload: Payload): unknown => {
    const opened = open(payload, payloads);
    if (!('payload' in opened)) throw new Error(`it is ${opened.unreadable}`);
    return JSON.parse(Buffer.from(opened.payload.data!).toString());
  };
  const learned = async ({ workflowId }: { workflowId: string }) => {
    const { events } = await s.client.workflow.getHandle(workflowId).fetchHistory();
    return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
      signal?.signalName === 'learned' ? [read(signal.input!.payloads![0]!)] : [],
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

test('Jira refuses its issue: the fixes stop all the same', async () => {
  const s = site();
  const workflow = await s.client.workflow.start('troubleshooting', {
    workflowId: 'troubleshooting-Oscorp',
    taskQueue: 'nobody',
    args: [],
    typedSearchAttributes: new TypedSearchAttributes([{ key: SEARCH.group, value: 'Oscorp' }]),
  });
  await eventually(async () => expect((await s.client.workflow.count(`WorkflowType = "troubleshooting" AND \`Group\` = "Oscorp"`)).count).toBe(1));
  s.company.jira.faults.next(/POST .*issue$/, { status: 400, body: { errors: { priority: 'not on the screen' } } });
  for (const group of ['Oscorp', 'Hooli']) await s.ticket({ errorKind: 'server-error', member: { name: 'Someone', email: `${group}@example.com` }, employerGroup: group, report: { pageOrFeature: '/refused', errorText: 'HTTP 502' } });
  await eventually(async () => {
    const { events } = await workflow.fetchHistory();
    expect((events ?? []).map((e) => e.workflowExecutionSignaledEventAttributes?.signalName)).toContain('learned');
  });
  await workflow.terminate('the test is over');
});

const AGENT: Actor = { name: 'Ana', role: 'agent', verified: true };
const OPS: Actor = { name: 'Olu', role: 'ops', verified: true };

/** What they say, with the grant that the API would give them. */
function granted<T extends Change['body']>(ticket: string, verb: string, body: T, by: Actor) {
  const { grantKeys } = loadGatewayConfig({ ...site().company.env, API_TOKEN: 'x' });
  return { ...body, by, grant: signGrant(grantKeys, { of: troubleshootingId(ticket, 1), verb, cycle: 1, body, by }, Date.now()) };
}

/** A disabled group with one member, and a server error that one of its members reports. */
async function disabledGroup(id: string, name: string) {
  const s = site();
  const memberId = `M-of-${id}`;
  const member = { name: 'Robin Doe', email: `${id}@example.com`.toLowerCase(), memberId };
  await s.company.admin.setMember(memberId, { name: member.name, email: member.email, employerGroup: id });
  await s.company.admin.setGroup(id, { name, enabled: false, access: { [memberId]: {} } });
  return { id, member };
}
const fails = (page: string, employerGroup: string) =>
  site().ticket({ errorKind: 'server-error', member: { name: 'Someone', email: `${page.slice(1)}-${employerGroup.replaceAll(/\W/g, '-')}@example.com`.toLowerCase() }, employerGroup, report: { pageOrFeature: page, errorText: 'HTTP 502' } });
/** The list shows the problem of this page as what ops see: system-wide. */
const isSystemWide = (ticketId: string) =>
  eventually(async () => {
    const { problem } = await site().cases.state(ticketId);
    const query = `WorkflowType = "problem" AND ExecutionStatus = "Running" AND Priority = "Urgent" AND Problem = "${problem}"`;
    expect((await site().client.workflow.count(query)).count).toBe(1);
  });
const touched = (groupId: string) => site().company.admin.ledger.filter((e) => e.by === 'onetouch' && [groupId, `M-of-${groupId}`].includes(e.on));

test('troubleshooting that begins after a problem of its group became system-wide learns of it: no fix, and nobody is impersonated', async () => {
  const s = site();
  const { id, member } = await disabledGroup('G-701', 'Stark Ltd');
  await fails('/after', 'STARK LTD');
  await isSystemWide(await fails('/after', 'Wayne Ltd'));
  const late = await s.ticket({ inquiry: 'group-access', employerGroup: id, member });
  await eventually(async () => expect(await s.cases.state(late)).toMatchObject({ stage: 'awaiting-resolution', handoff: { team: 'Infra', priority: 'Urgent' } }));
  expect((await s.cases.group(late))!.resolution).toMatchObject({ outcome: 'escalated', trigger: { id: 'several-groups' } });
  expect(touched(id)).toEqual([]);
});

test('a fix that waits for its approval is asked about again before it is applied, by whatever name its group is known there', async () => {
  const s = site();
  const { id, member } = await disabledGroup('G-702', 'Daily Planet');
  // Its ticket has the id, so what the problem says to troubleshooting by the name does not reach it.
  const ticket = await s.ticket({ inquiry: 'group-access', employerGroup: id, member });
  const stands = (needs: string) => eventually(async () => expect(await s.cases.state(ticket)).toMatchObject({ stage: 'troubleshooting', needs }));
  await stands('facts');
  await s.cases.provide(ticket, { facts: { scope: 'whole-group' }, by: AGENT });
  await stands('fix');
  await s.cases.fix(ticket, granted(ticket, 'fix', {}, AGENT));
  await stands('approval');
  await fails('/meanwhile', 'Daily Planet');
  await isSystemWide(await fails('/meanwhile', 'Umbrella'));
  const { groupId, field, from, to, version } = (await s.cases.group(ticket))!.approval!;
  expect(await s.cases.approve(ticket, granted(ticket, 'approve', { groupId, field, from, to, version }, OPS))).toMatchObject({ accepted: true });
  await eventually(async () => expect(await s.cases.state(ticket)).toMatchObject({ stage: 'awaiting-resolution', handoff: { priority: 'Urgent' } }));
  expect(touched(id).filter((e) => e.kind === 'admin-change')).toEqual([]);
});
