/** Webhooks that were delivered come again, byte for byte and in any order: nothing anywhere is done a second time. */
import pMap from 'p-map';
import { expect, test } from 'vitest';
import { random } from '../../chaos/random.js';
import { problems as talkingTo } from '../../src/client/problems.js';
import { caseId } from '../../src/workflows/messages.js';
import { ago, eventually, HOUR_MS, hours, useSite } from './site.js';

/** How far the gateway's clock is off. */
let offMs = 0;
const site = useSite({ env: { PROBLEM_QUIET_HOURS: hours(1_000), OPS_EMAIL: 'ops@example.com' }, now: () => Date.now() + offMs });

/** Cases that go on: in their first run, which knows what it has heard, or in a later one. And the outcomes of those that ended. */
const open = new Map<string, 'first run' | 'later run'>();
const ended = new Map<string, string>();
const problems = { open: [] as string[], ended: [] as string[] };

async function ticket(stage: 'tier-1' | 'asking' | 'awaiting-resolution' | 'troubleshooting', what: { inquiry?: string; errorKind?: string; report?: object }) {
  const id = await site().ticket({ ...what, employerGroup: `G-${open.size}`, member: await site().blocked(`M-${open.size + ended.size}`, ago(49 * HOUR_MS)) });
  open.set(id, 'first run');
  return eventually(async () => {
    const { handoff, problem } = await site().at(id, stage);
    if (stage === 'awaiting-resolution' && !handoff?.issueKey) throw new Error(`case ${id} knows of no issue`);
    return { id, key: handoff?.issueKey ?? '', problem: problem ?? '' };
  });
}
const blocked = () => ticket('awaiting-resolution', { inquiry: 'vmp-scheduling-blocked' });
const failing = (page: string) => ticket('awaiting-resolution', { errorKind: 'server-error', report: { pageOrFeature: page, errorText: 'HTTP 502' } });
async function ends(...ids: string[]) {
  for (const id of ids) {
    ended.set(id, (await site().record(id)).outcome);
    open.delete(id);
  }
}
async function works(key: string, ...ids: string[]) {
  const { company, ...s } = site();
  await company.jira.resolve(key, 'Fixed');
  for (const id of ids) await s.at(id, 'confirming').then(() => s.say(id, 'confirm', { verdict: 'works' }));
  await ends(...ids);
}

/** All is at rest; then everything that was done anywhere, and where all that goes on stands, with what it has heard and did for it. */
async function everything() {
  const { company, client, ...s } = site();
  for (const id of open.keys()) await s.settled(id);
  await eventually(async () => {
    for (const id of [...[...ended.keys()].map(caseId), ...problems.ended]) expect([id, (await client.workflow.getHandle(id).describe()).status.name]).toEqual([id, 'COMPLETED']);
    for (const id of problems.open) expect((await client.workflow.getHandle(id).describe()).raw.pendingActivities ?? []).toEqual([]);
  });
  await company.idle();
  const { helpdesk, jira, admin, mail } = company;
  const heard = async (id: string) => [await s.cases.timeline(id), (await s.events(id)).filter((e) => e.activityTaskScheduledEventAttributes).length];
  return structuredClone({
    done: [helpdesk, jira, admin, mail].map(({ ledger }) => ledger.map((e) => `${e.by}: ${e.kind} on ${e.on}: ${e.text}`)),
    outside: [helpdesk.tickets(), jira.issues(), mail.messages, s.webhooks.length],
    cases: await pMap(open, async ([id, run]) => [await s.cases.state(id), run === 'first run' && (await heard(id))]),
    problems: await pMap(problems.open, (id) => talkingTo(client).state(id)),
  });
}

/** Sends what was sent so far again, three times each; it is as it was. Answers how many that were. */
async function again(seed: number): Promise<number> {
  const before = await everything();
  const sent = random(seed).shuffled(site().webhooks.flatMap((request) => [request, request, request]));
  expect(new Set(await pMap(sent, async (request) => (await site().post(request)).status, { concurrency: 4 }))).toEqual(new Set([202]));
  expect(await everything()).toEqual(before);
  for (const [id, outcome] of ended) expect([outcome, 'nothing-new']).toContain((await site().record(id)).outcome);
  return sent.length;
}

test('hundreds of them, to a problem and to cases that wait, are escalated, came back, ended, were merged and deleted', async () => {
  const { company: { helpdesk, jira }, ...s } = site();
  await ticket('asking', { inquiry: 'app-bug' });
  await ticket('troubleshooting', { inquiry: 'group-access' });
  const [scheduling, solved, one, two] = [await ticket('tier-1', { inquiry: 'scheduling' }), await ticket('tier-1', { inquiry: 'cancellation' }), await failing('/one'), await failing('/one')];
  const [escalated, through, back, loser, gone] = [await blocked(), await blocked(), await blocked(), await blocked(), await blocked()];
  problems.open.push(one.problem);
  await helpdesk.agentNotes(scheduling.id, 'Looked at it.');
  await helpdesk.solve(solved.id);
  await jira.comment(escalated.key, 'On it.');
  await jira.comment(one.key, 'On it, too.');
  await works(through.key, through.id);
  await works(back.key, back.id);
  await helpdesk.memberReplies(back.id, 'It is back.');
  await eventually(async () => expect(await s.cases.state(back.id)).toMatchObject({ cycle: 2, stage: 'confirming' }));
  ended.delete(back.id);
  open.set(back.id, 'later run');
  await helpdesk.merge(loser.id, escalated.id);
  await helpdesk.delete(gone.id);
  await ends(solved.id, loser.id, gone.id);

  let count = await again(1);
  // Some of those who waited have ended by now, and the same comes once more.
  await works(escalated.key, escalated.id);
  await helpdesk.solve(scheduling.id);
  await ends(scheduling.id);
  count += await again(2);
  expect(count).toBeGreaterThan(300);

  // Too old, and from the future.
  const before = await everything();
  for (offMs of [4 * HOUR_MS, -2 * HOUR_MS])
    for (const request of random(3).shuffled(s.webhooks).slice(0, 25)) expect((await s.post(request)).status).toBe(401);
  offMs = 0;
  expect(await everything()).toEqual(before);
  await works(one.key, one.id, two.id);
});

test('to a problem that has ended: it begins again, and leaves its issue as it is', async () => {
  const other = await failing('/other');
  await works(other.key, other.id);
  problems.ended.push(other.problem, ...problems.open.splice(0));
  await again(4);
});
