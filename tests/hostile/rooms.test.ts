/** What a stranger sends to a group troubleshooting or a problem: what cannot be read is on the record, and does nothing. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { temporalClient } from '../../src/client/connect.js';
import { payloadKeys, type PayloadSettings } from '../../src/client/payload-keys.js';
import { caseId, ESCALATION, TASK_QUEUE } from '../../src/workflows/messages.js';
import { absorb, join, leave, mergeInto, PROBLEM, problemIssueChanged, problemTimeline, survivorEnded } from '../../src/workflows/problem-messages.js';
import { fix, learned, stop, TROUBLESHOOTING, troubleshootingId } from '../../src/workflows/troubleshooting-messages.js';
import { awaitingApproval, group, written } from '../stories/groups.js';
import { CLAIMS, CLAIMS_ID, claimsError, issuesOf, view } from '../stories/problem-support.js';
import { LEAD, useTown } from '../stories/town.js';

const town = useTown();
const foreign = (): PayloadSettings => ({ keys: payloadKeys(`foreign:${randomBytes(32).toString('base64')}`, (problem) => expect.fail(problem)), plaintext: 'refuse' });
const STRANGERS: [string, () => PayloadSettings | null, string][] = [
  ['in plaintext', () => null, 'it is not encrypted'],
  ['with a key that is not ours', foreign, 'a key that the worker does not have'],
];

describe.each(STRANGERS)('%s', (_, payloads, why) => {
  const clientOf = () => temporalClient(town().env.connection, 'default', payloads());

  test('a group troubleshooting goes on as it was', async () => {
    const t = town();
    const ticket = await awaitingApproval(t);
    const handle = clientOf().workflow.getHandle(troubleshootingId(ticket.id, 1));
    await handle.signal(stop, { reason: 'by hand' });
    await handle.signal(learned, { facts: { scope: 'several-groups' } });
    await expect(handle.executeUpdate(fix, { args: [{ by: LEAD }] })).rejects.toThrow(/payload|cannot be read/i);
    await t.when(Promise.resolve());
    const { approval, resolution, stage } = await group(t, ticket.id);
    expect([stage, approval?.decision]).toEqual(['fix', null]);
    expect(resolution.steps.filter((s) => s.text.includes(why))).toMatchObject([{ by: 'Temporal UI, unverified' }]);
    expect(written(t, ticket)).toEqual([]);
    t.sent();
  });

  test('a problem keeps its cases', async () => {
    const t = town();
    const ticketId = await claimsError(t);
    const before = await view(t);
    const handle = clientOf().workflow.getHandle(CLAIMS_ID);
    await handle.signal(leave, { ticketId, cycle: 1, why: 'closed' });
    await handle.signal(join, { ticketId: '77', cycle: 1, group: null, signature: null, escalatedAt: await t.now() });
    await handle.signal(absorb, { from: CLAIMS_ID, issueKey: null, members: [] });
    await handle.signal(survivorEnded, { problem: CLAIMS_ID });
    await handle.signal(problemIssueChanged, { id: 'x', via: 'webhook', at: await t.now(), key: 'INFRA-1' });
    await expect(handle.executeUpdate(mergeInto, { args: [{ into: CLAIMS_ID, reason: 'x', by: LEAD }] })).rejects.toThrow(/payload|cannot be read/i);
    await t.when(Promise.resolve());
    const after = await view(t);
    expect([after.members, after.stage, after.mergedInto]).toEqual([before.members, before.stage, null]);
    const refused = (await t.client.workflow.getHandle(CLAIMS_ID).query(problemTimeline)).filter((e) => e.what === 'refused');
    expect(refused.length).toBeGreaterThan(0);
    for (const entry of refused) expect(entry).toMatchObject({ by: 'Temporal UI, unverified', text: expect.stringContaining(why) });
    t.sent();
  });

  test('a group troubleshooting does not begin with it', async () => {
    const t = town();
    const workflowId = troubleshootingId('990001', 1);
    await clientOf().workflow.start(TROUBLESHOOTING, { taskQueue: TASK_QUEUE, workflowId, args: [{ ticketId: '990001', cycle: 1 }] });
    const own = t.client.workflow.getHandle(workflowId);
    // A key may come, and then it is read; what nobody encrypted never is.
    const isOver = async () => (await own.fetchHistory()).events?.some((e) => (why.includes('key') ? e.workflowTaskFailedEventAttributes : e.workflowExecutionFailedEventAttributes));
    await expect.poll(isOver, { timeout: 15_000 }).toBe(true);
    await own.terminate('the story is over').catch(() => {});
    t.expectNothingElse();
  });

  test('a case and a problem that were begun with it are as if onetouch had begun them', async () => {
    const t = town();
    await clientOf().workflow.start(PROBLEM, { taskQueue: TASK_QUEUE, workflowId: CLAIMS_ID, args: [{ id: 'another', signature: null, eventsPerRun: 1 }] });
    const next = String(Math.max(...t.company.helpdesk.tickets().map((ticket) => Number(ticket.id))) + 1);
    await clientOf().workflow.start(ESCALATION, { taskQueue: TASK_QUEUE, workflowId: caseId(next), args: [{ ticketId: '77', carried: { stage: 'closing' } }] });
    const ticketId = await claimsError(t);
    expect(ticketId).toBe(next);
    expect(await view(t)).toMatchObject({ members: 1, signature: CLAIMS });
    expect(await t.state(ticketId)).toMatchObject({ ticketId, stage: 'awaiting-resolution', problem: CLAIMS_ID });
    expect(issuesOf(t)).toHaveLength(1);
    t.sent();
  });
});

test.each([ESCALATION, PROBLEM, TROUBLESHOOTING])('%s under a name that is not its own ends at once: it would act in another\'s', async (type) => {
  const t = town();
  const begun = await t.client.workflow.start(type, { taskQueue: TASK_QUEUE, workflowId: `x-${type}`, args: [{ ticketId: '5001', cycle: 1, id: CLAIMS_ID, signature: null, provided: {} }] });
  await expect(begun.result()).rejects.toMatchObject({ cause: { message: expect.stringContaining(`is not named x-${type}`) } });
  t.expectNothingElse();
});
