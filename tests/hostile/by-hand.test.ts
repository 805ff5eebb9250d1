/**
 * What is typed into the Temporal UI is encrypted by the codec endpoint, which marks it. People may close, re-escalate
 * and provide there; what only onetouch itself says is refused and recorded, and does nothing.
 */
import { describe, expect, test } from 'vitest';
import { caseId, TASK_QUEUE, TEMPORAL_UI } from '../../src/workflows/messages.js';
import { leave, PROBLEM, problemTimeline } from '../../src/workflows/problem-messages.js';
import { TROUBLESHOOTING, troubleshootingId } from '../../src/workflows/troubleshooting-messages.js';
import { awaitingApproval, group, written } from '../stories/groups.js';
import { CLAIMS_ID, claimsError, PAGE, view } from '../stories/problem-support.js';
import { useTown, type Town } from '../stories/town.js';

const town = useTown();
/** As the codec endpoint encrypts it (`src/web/codec.ts`). */
const typed = (t: Town, workflowId: string, signal: string, said: object) => t.when(t.client.workflow.getHandle(workflowId).signal(signal, { ...said, byHand: true }));
const REFUSED = { what: 'refused', by: TEMPORAL_UI.name, text: expect.stringContaining('typed in by hand') };
const OTHER = 'problem-price-wrong-99999999999';
const TRIGGER = { id: 'defect', team: 'ProdOps', priority: 'Urgent', restricted: false, leadTold: false, why: 'because', source: 'agent', at: '2026-07-01T12:00:00Z' };
const RESOLUTION = { steps: [], evidence: [], cause: 'x', trigger: TRIGGER, approval: null };

describe('a case', () => {
  test('goes to no team that a troubleshooting never named', async () => {
    const t = town();
    const ticket = await awaitingApproval(t);
    await typed(t, caseId(ticket.id), 'troubleshot', { id: 'x', outcome: 'escalate', resolution: RESOLUTION });
    t.expectNothingElse();
    expect(await t.state(ticket.id)).toMatchObject({ stage: 'troubleshooting', handoff: null });
    expect(await t.timeline(ticket.id)).toContainEqual(expect.objectContaining(REFUSED));
    // Nor where another case's was told so, and that message is copied.
    await t.when(t.client.workflow.getHandle(caseId(ticket.id)).signal('troubleshot', { id: '777:1:troubleshot-1', outcome: 'escalate', resolution: RESOLUTION }));
    t.expectNothingElse();
    expect(await t.state(ticket.id)).toMatchObject({ stage: 'troubleshooting', handoff: null });
  });

  test.each([
    ['moved to a problem that it is not in', { kind: 'moved', to: OTHER, key: 'INFRA-777' }],
    ['resolved, when it is not', { kind: 'resolved', key: 'INFRA-777', outcome: 'resolved' }],
  ])('is not %s', async (_, news) => {
    const t = town();
    const id = await claimsError(t);
    t.sent();
    const before = await t.state(id);
    await typed(t, caseId(id), 'problemSays', { problem: CLAIMS_ID, round: 1, ticketId: id, cycle: 1, ...news });
    t.expectNothingElse();
    expect(await t.state(id)).toEqual(before);
    expect(await t.timeline(id)).toContainEqual(expect.objectContaining(REFUSED));
  });

  test.each([
    ['ticketChanged', { id: 'x', via: 'webhook', at: '2026-07-01T12:00:00Z', mergedInto: '999' }],
    ['issueChanged', { id: 'x', via: 'webhook', at: '2026-07-01T12:00:00Z', key: 'OPS-1' }],
    ['inherited', { id: 'x', fromTicket: '999', cycle: 1, team: 'Infra', row: 'app-bug', issueKey: 'INFRA-777', promiseDueAt: null }],
    ['groupNews', { id: 'x', stage: 'fix', needs: 'approval', flagged: 'x' }],
    ['denied', { what: 'override', why: 'x', by: { name: 'Ana', role: 'agent', verified: true } }],
  ])('hears no %s', async (signal, said) => {
    const t = town();
    const id = await t.ticket({ inquiry: 'cancellation' });
    t.expectSent('note 1:tier1-cancellation');
    const before = await t.state(id);
    await typed(t, caseId(id), signal, said);
    expect(await t.state(id)).toEqual(before);
    expect((await t.timeline(id)).filter(({ what }) => what === 'refused')).toEqual([expect.objectContaining(REFUSED)]);
  });

  test('is closed by hand all the same', async () => {
    const t = town();
    const id = await t.ticket({ inquiry: 'cancellation' });
    await typed(t, caseId(id), 'close', { reason: 'settled by phone' });
    expect(await t.record(id)).toMatchObject({ outcome: 'closed' });
    t.sent();
  });
});

test('a group troubleshooting is told nothing, and none is begun', async () => {
  const t = town();
  const ticket = await awaitingApproval(t);
  const id = troubleshootingId(ticket.id, 1);
  await typed(t, id, 'stop', { reason: 'by hand' });
  await typed(t, id, 'learned', { facts: { scope: 'several-groups' } });
  t.expectNothingElse();
  const { resolution, stage, approval } = await group(t, ticket.id);
  expect([stage, approval?.decision, written(t, ticket)]).toEqual(['fix', null, []]);
  expect(resolution.steps.filter(({ what }) => what === 'refused')).toEqual([expect.objectContaining({ ...REFUSED, times: 2 })]);
  const begun = await t.client.workflow.start(TROUBLESHOOTING, { taskQueue: TASK_QUEUE, workflowId: troubleshootingId(ticket.id, 2), args: [{ ticketId: ticket.id, cycle: 2, byHand: true }] });
  await expect(begun.result()).rejects.toMatchObject({ cause: { message: expect.stringContaining('not written by onetouch') } });
});

describe('a problem', () => {
  async function two(t: Town) {
    const one = await claimsError(t);
    const other = await claimsError(t, { report: { pageOrFeature: `${PAGE}/list`, errorText: 'HTTP 502' } });
    t.sent();
    return { one, other, from: (await t.state(other)).problem! };
  }

  test('takes over no cases of another, and loses none', async () => {
    const t = town();
    const { one, other, from } = await two(t);
    await typed(t, CLAIMS_ID, 'absorb', { from, into: CLAIMS_ID, issueKey: null, members: [{ ticketId: other, cycle: 1, group: null, joinedAt: await t.now() }] });
    await typed(t, CLAIMS_ID, 'leave', { ticketId: one, cycle: 1, why: 'closed' });
    expect(await view(t)).toMatchObject({ members: 1, absorbed: [] });
    expect(await t.state(other)).toMatchObject({ problem: from });
    expect((await t.client.workflow.getHandle(CLAIMS_ID).query(problemTimeline)).filter(({ what }) => what === 'refused')).toEqual([expect.objectContaining({ ...REFUSED, times: 2 })]);
  });

  test('hears what is said to another as said to that one', async () => {
    const t = town();
    const { other, from } = await two(t);
    await t.when(t.client.workflow.getHandle(CLAIMS_ID).signal('absorb', { from, into: OTHER, issueKey: null, members: [{ ticketId: other, cycle: 1, group: null, joinedAt: await t.now() }] }));
    expect(await view(t)).toMatchObject({ members: 1, absorbed: [] });
  });

  test('is not merged by a message that calls itself something else', async () => {
    const t = town();
    const { other, from } = await two(t);
    await t.when(t.client.workflow.getHandle(from).signal(leave, { ticketId: '77', cycle: 1, why: 'closed', verb: 'mergeInto', into: CLAIMS_ID, reason: 'x', by: { name: 'Lee', role: 'lead', verified: true } } as never));
    t.expectNothingElse();
    expect([(await view(t, from)).mergedInto, (await t.state(other)).problem]).toEqual([null, from]);
  });

  test('that is begun by hand believes nothing of what it was begun with', async () => {
    const t = town();
    const begun = await t.client.workflow.start(PROBLEM, { taskQueue: TASK_QUEUE, workflowId: OTHER, args: [{ id: OTHER, signature: { kind: 'server-error', page: '/evil', code: null }, byHand: true }] });
    expect(await view(t, OTHER)).toMatchObject({ signature: null, members: 0 });
    await begun.terminate('the story is over');
    t.expectNothingElse();
  });
});
