/** People on the whole site: signed in at a real identity provider, and past the API straight at the real Temporal. */
import { expect, test } from 'vitest';
import { signGrant } from '../../src/grants/grants.js';
import { caseId, ESCALATION, override, TASK_QUEUE } from '../../src/workflows/messages.js';
import { newCase } from '../../src/workflows/state.js';
import { eventually, useSite } from './site.js';

const site = useSite({ identity: true });
const WHY = { team: 'Infra' as const, reason: 'half the clinic is affected' };
const FILED = ['issue INFRA', 'mail 1:promise', 'note 1:promise', 'note 1:tier1-cancellation', 'remote-link INFRA'];

async function atTier1() {
  const id = await site().ticket({ inquiry: 'cancellation', member: { name: 'Robin Doe', email: 'robin@example.com' } });
  await site().at(id, 'tier-1');
  return id;
}

test('a lead overrides, an agent may not; the record has who it was by their token', async () => {
  const { signedIn, ...s } = site();
  const id = await atTier1();
  expect(await signedIn('agent', `/cases/${id}/override`, WHY)).toMatchObject({ status: 403, body: { reason: expect.stringContaining('lead or admin') } });
  await eventually(async () => expect((await s.timeline(id)).filter((e) => e.what === 'refused')).toMatchObject([{ text: expect.stringMatching(/^refused to override: To .*lead or admin/), role: 'agent' }]));
  expect(await signedIn('lead', `/cases/${id}/override`, WHY)).toMatchObject({ status: 200, body: { accepted: true } });
  await s.at(id, 'awaiting-resolution');
  expect(s.effects(id)).toEqual(FILED);
  expect((await signedIn<{ handoff: object; overrides: number }>('auditor', `/cases/${id}`)).body).toMatchObject({ overrides: 1, handoff: { overriddenBy: 'Lee, lead' } });
});

test('an Update sent straight to Temporal in a lead\'s name is refused, recorded and flagged', async () => {
  const s = site();
  const id = await atTier1();
  const by = { name: 'Lee, lead', role: 'lead' as const, verified: true, subject: 'program-lead' };
  const forged = signGrant([{ id: 'sandbox', secret: Buffer.from('a key that somebody made up by themselves') }], { of: caseId(id), verb: 'override', cycle: 1, body: WHY, by }, Date.now());
  expect(await s.handle(id).executeUpdate(override, { args: [{ ...WHY, by }] })).toMatchObject({ accepted: false });
  await s.handle(id).executeUpdate(override, { args: [{ ...WHY, by, grant: forged }] });
  await eventually(async () => expect((await s.timeline(id)).filter((e) => e.what === 'refused').map((e) => e.text)).toEqual([
    'refused to override the protocol: it takes a grant, which the API gives to who may do this',
    'refused to override the protocol: its grant was not signed by the API, or was changed since',
  ]));
  expect(await s.state(id)).toMatchObject({ stage: 'tier-1', overrides: 0, flagged: 'somebody tried to override the protocol without a good grant' });
  expect(s.effects(id)).toEqual(['note 1:tier1-cancellation']);
  await eventually(async () => expect((await s.list({ flagged: 'true' })).map((row) => row.ticketId)).toContain(id));
});

test('a case that somebody begins to be run again and again, or by a calendar, takes over nothing that they gave', async () => {
  const { client, ...s } = site();
  const id = await atTier1();
  const { ruling, ticket } = await s.state(id);
  const by = { name: 'Lee, lead', role: 'lead', verified: true };
  const carried = { ...newCase(new Date().toISOString()), begun: true, stage: 'escalating', ruling, ticket, override: { ...WHY, by: by.name }, overrides: 1 };
  for (const again of [{ workflowRunTimeout: '2 seconds', retry: { initialInterval: '1 second', maximumAttempts: 3 } }, { workflowRunTimeout: '1 second', cronSchedule: '@every 2s' }] as const) {
    await s.handle(id).terminate('by hand');
    await client.workflow.start(ESCALATION, { taskQueue: TASK_QUEUE, workflowId: caseId(id), args: [{ ticketId: id, carried }], ...again });
    const first = (await s.handle(id).describe()).runId;
    // With our own key, even: what somebody holds who has one of our messages.
    await eventually(async () => expect((await s.handle(id).describe()).runId).not.toBe(first));
    await eventually(async () => expect(await s.state(id)).toMatchObject({ stage: 'tier-1', overrides: 0 }));
  }
  expect(s.effects(id)).toEqual(['note 1:tier1-cancellation']);
  await s.handle(id).terminate('over');
});
