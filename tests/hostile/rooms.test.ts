/** What a stranger sends to a group troubleshooting or a problem: what cannot be read is on the record, and does nothing. */
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { temporalClient } from '../../src/client/connect.js';
import { payloadKeys, type PayloadSettings } from '../../src/client/payload-keys.js';
import { TASK_QUEUE } from '../../src/workflows/messages.js';
import { absorb, join, leave, mergeInto, PROBLEM, problemIssueChanged, problemTimeline, survivorEnded } from '../../src/workflows/problem-messages.js';
import { fix, learned, stop, TROUBLESHOOTING, troubleshootingId } from '../../src/workflows/troubleshooting-messages.js';
import { awaitingApproval, group, written } from '../stories/groups.js';
import { CLAIMS_ID, claimsError, view } from '../stories/problem-support.js';
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

  test('what begins with what nobody of ours wrote does not begin', async () => {
    const t = town();
    const client = clientOf();
    const none = { taskQueue: TASK_QUEUE, workflowRunTimeout: '5 seconds' } as const;
    const begun = [
      await client.workflow.start(TROUBLESHOOTING, { ...none, workflowId: troubleshootingId('990001', 1), args: [{ ticketId: '990001', cycle: 1 }] }),
      await client.workflow.start(PROBLEM, { ...none, workflowId: 'problem-server-error-00000000000', args: [{ id: 'problem-server-error-00000000000', signature: null }] }),
    ];
    for (const { workflowId } of begun) {
      const own = t.client.workflow.getHandle(workflowId);
      await expect.poll(async () => (await own.fetchHistory()).events?.some((e) => e.workflowTaskFailedEventAttributes), { timeout: 15_000 }).toBe(true);
      await own.terminate('the story is over').catch(() => {});
    }
    t.expectNothingElse();
  });
});
