/** The audit: what was done and what was refused, by whom, read back from the server and exported as a chain that checks. */
import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { auditKey, checked } from '../../src/audit/chain.js';
import { auditor } from '../../src/client/audit.js';
import type { Entry } from '../../src/domain/case.js';
import type { AuditEntry } from '../../src/domain/audit.js';
import type { GroupView } from '../../src/workflows/troubleshooting-messages.js';
import { temporalClient } from '../../src/client/connect.js';
import { ESCALATION, TEMPORAL_UI } from '../../src/workflows/messages.js';
import { PROBLEM } from '../../src/workflows/problem-messages.js';
import { ago, eventually, HOUR_MS, useSite } from './site.js';

const PEM = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const site = useSite({ env: { AUDIT_KEY: PEM }, identity: true });

test('who did what, refusals included, over every run of a case', async () => {
  const { client, ...s } = site();
  const id = await s.ticket({ inquiry: 'vmp-scheduling-blocked', member: await s.blocked('M-1', ago(49 * HOUR_MS)) });
  await s.at(id, 'awaiting-resolution');
  expect((await s.api(`/cases/${id}/confirm`, { verdict: 'works' })).status).toBe(409);
  await s.cases.denied(id, { what: 'override', by: { name: 'Ana', role: 'agent', verified: true }, why: 'it needs the role lead' });
  await client.workflow.getHandle(`case-${id}`).signal('denied', 'nonsense');
  await s.cases.denied('999', { what: 'override', by: { name: 'Ana', role: 'agent', verified: true }, why: 'it needs the role lead' });
  expect((await s.api(`/cases/${id}/close`, { reason: 'enough', withoutFollowUp: true })).status).toBe(200);
  await s.record(id);
  await s.company.helpdesk.memberReplies(id, 'It is back.');
  await s.at(id, 'confirming');
  await s.settled(id);

  const { audit } = (await s.api<{ audit: { run: string; what: string; by: string; text: string }[] }>(`/cases/${id}/audit`)).body;
  expect(new Set(audit.map(({ run }) => run)).size).toBe(2);
  expect(audit.filter(({ what }) => what === 'refused').map(({ by, text }) => [by, text])).toEqual([
    ['API token', "refused to record the member's answer: the member has not been followed up with yet"],
    ['Ana', 'refused to override: it needs the role lead'],
    [TEMPORAL_UI.name, 'refused a malformed message: denied takes one object'],
  ]);
  expect(audit).toContainEqual(expect.objectContaining({ what: 'heard', by: 'API token', text: 'heard: close the case (enough)' }));

  await expect.poll(async () => (await auditor(client).between(ago(HOUR_MS), null)).length).toBe(audit.length);
  // The static token's lead is no auditor.
  expect((await s.api('/audit?from=2026-01-01T00:00:00Z')).status).toBe(403);
  const authorization = `Bearer ${await s.company.identity!.tokenFor('auditor')}`;
  const export_ = await fetch(`${s.gateway.url}/api/audit?from=2026-01-01T00:00:00Z`, { headers: { authorization } });
  const text = await export_.text();
  expect(checked(text, auditKey(PEM).publicPem)).toMatchObject({ ok: true, entries: audit.length });
});

test("on whose approval a group was changed, and who was refused it: in its case's audit, and in the export", async () => {
  const { signedIn, ...s } = site();
  const [group, memberId] = ['G-audit', 'M-audit'];
  await s.company.admin.setMember(memberId, { name: 'Robin Doe', email: 'audit@example.com', employerGroup: group });
  await s.company.admin.setGroup(group, { enabled: false, access: { [memberId]: {} } });
  const id = await s.ticket({
    inquiry: 'group-access', employerGroup: group, member: { name: 'Robin Doe', email: 'audit@example.com', memberId },
    report: { errorText: 'Access denied', impact: 'the whole group', stepsToReproduce: 'Sign in.' },
  });
  await s.at(id, 'troubleshooting');
  await signedIn('agent', `/cases/${id}/provide`, { facts: { scope: 'whole-group' } });
  await eventually(async () => expect(await s.state(id)).toMatchObject({ needs: 'fix' }));
  expect((await signedIn('lead', `/cases/${id}/fix`, {})).status).toBe(200);
  await eventually(async () => expect(await s.state(id)).toMatchObject({ needs: 'approval' }));
  const { groupId, field, from, to, version } = (await signedIn<GroupView>('lead', `/cases/${id}/group`)).body.approval!;
  const change = { groupId, field, from, to, version };
  expect((await signedIn('agent', `/cases/${id}/approve`, change)).status).toBe(403);
  await eventually(async () => expect((await s.timeline(id)).map(({ what }) => what)).toContain('refused'));
  expect((await signedIn('lead', `/cases/${id}/approve`, change)).status).toBe(409);
  expect((await signedIn('ops', `/cases/${id}/approve`, change)).status).toBe(200);

  const audit = await eventually(async () => {
    const found = (await signedIn<{ audit: AuditEntry[] }>('auditor', `/cases/${id}/audit`)).body.audit;
    expect(found.map(({ text }) => text)).toContainEqual(expect.stringMatching(/^verified/));
    return found;
  });
  const theirs = audit.filter(({ what, by }) => what === 'refused' || (what === 'did' && by !== 'onetouch')).map(({ workflow, what, by, text }) => [workflow, what, by, text]);
  const [here, there] = [`case-${id}`, `group-${id}-1`];
  expect(theirs).toEqual([
    [there, 'did', 'Lee, lead', 'asked for the fix: the group is enabled'],
    [here, 'refused', 'Ana, Tier 1', expect.stringMatching(/^refused to approve: .*ops or lead or admin/)],
    [there, 'refused', 'Lee, lead', expect.stringMatching(/^refused to approve the change: .*second person/)],
    [there, 'did', 'Oona, ops', 'the change was approved'],
  ]);
  expect(audit).toContainEqual(expect.objectContaining({ workflow: there, ticket: id, what: 'did', text: expect.stringMatching(/^changed enabled from false to true at version/) }));
  expect(audit.map(({ at }) => at)).toEqual(audit.map(({ at }) => at).sort());
  await s.company.helpdesk.solve(id);
  await s.record(id);
  const exported = await eventually(async () => {
    const lines = await auditor(s.client).between(null, null);
    expect(lines.filter(({ ticket, text }) => ticket === id && text === 'the change was approved')).toHaveLength(1);
    return lines;
  });
  expect(exported.filter(({ ticket, what, by }) => ticket === id && what === 'refused' && by !== 'onetouch')).toHaveLength(2);
});

test("who merged which problem into which, and who was refused it: in the problem's audit, and in the export", async () => {
  const { signedIn, ...s } = site();
  const report = (page: string, n: number) =>
    s.ticket({ errorKind: 'server-error', member: { name: `Member ${n}`, email: `audit-${n}@example.com` }, report: { pageOrFeature: page, errorText: 'HTTP 502' } });
  const [one, other] = [await report('/audit', 1), await report('/audit/list', 2)];
  const problemOf = async (ticket: string) => (await s.at(ticket, 'awaiting-resolution')).problem!;
  const [from, into] = [await problemOf(one), await problemOf(other)];
  const merge = { into, reason: 'one cause' };
  expect((await signedIn('agent', `/problems/${from}/merge`, merge)).status).toBe(403);
  // Where nothing runs there is no record to put it in, and nothing is begun for it.
  expect((await signedIn('agent', '/problems/problem-price-wrong-99999999999/merge', merge)).status).toBe(403);
  await eventually(async () => expect((await s.get<{ timeline: Entry[] }>(`/problems/${from}`)).timeline.map(({ what }) => what)).toContain('refused'));
  await s.client.workflow.getHandle(from).signal('denied', 'nonsense');
  expect((await signedIn('ops', `/problems/${from}/merge`, merge)).status).toBe(200);
  await eventually(async () => expect((await s.state(one)).problem).toBe(into));

  const { audit } = (await signedIn<{ audit: AuditEntry[] }>('auditor', `/problems/${from}/audit`)).body;
  expect(audit.filter(({ what, by }) => what === 'refused' || by === 'Oona, ops').map(({ ticket, what, by, text }) => [ticket, what, by, text])).toEqual([
    [null, 'refused', 'Ana, Tier 1', expect.stringMatching(/^refused to merge: .*ops or lead or admin/)],
    [null, 'refused', TEMPORAL_UI.name, 'refused a malformed message: denied takes one object'],
    [null, 'heard', 'Oona, ops', 'heard: merge it into another problem (one cause)'],
    [null, 'did', 'Oona, ops', `merged into ${into} (one cause)`],
  ]);
  await eventually(async () => {
    const lines = await auditor(s.client).between(null, null);
    expect(lines.filter(({ workflow, by }) => workflow === from && by === 'Oona, ops')).toHaveLength(2);
  });
  expect((await s.client.workflow.count('WorkflowId = "problem-price-wrong-99999999999"')).count).toBe(0);
});

test('a run that nobody can read is said, and keeps no other from being read', async () => {
  const s = site();
  const stranger = temporalClient(s.temporal.connection, 'default', null);
  // Begun by a stranger where none of our workers works: nobody answers for them.
  const begun = [
    await stranger.workflow.start(PROBLEM, { taskQueue: 'nowhere', workflowId: 'problem-server-error-00000000000', args: [{ id: 'problem-server-error-00000000000', signature: null }] }),
    await stranger.workflow.start(ESCALATION, { taskQueue: 'nowhere', workflowId: 'case-990001', args: [{ ticketId: '990001' }] }),
  ];
  const reader = auditor(s.client, { deadlineMs: 3_000 });
  const said = async (workflow: string) => (await reader.between(null, null)).filter((line) => line.workflow === workflow);
  for (const { workflowId } of begun)
    await eventually(async () => expect(await said(workflowId)).toMatchObject([{ what: 'flagged', text: expect.stringContaining('cannot be read'), by: 'onetouch' }]), 60_000);
  expect((await reader.between(null, null)).length).toBeGreaterThan(10);
  for (const { workflowId } of begun) await s.client.workflow.getHandle(workflowId).terminate('the story is over');
}, 120_000);
