/**
 * Values planted in everything that people write, and looked for everywhere that is not for people: logs, metrics,
 * ids, search attributes, failures, and the very bytes that Temporal keeps.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import protos from '@temporalio/proto';
import { makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/dev/ports.js';
import type { ProblemView } from '../../src/domain/problem.js';
import { temporalLogger } from '../../src/log.js';
import { caseId } from '../../src/workflows/messages.js';
import { troubleshootingId, type GroupView } from '../../src/workflows/troubleshooting-messages.js';
import { ago, eventually, HOUR_MS, useSite } from './site.js';

/** One for every place where a person, or a system that repeats a person, may write. Letters alone survive any encoding but base64. */
const PLACES = [
  'subject', 'description', 'requesterName', 'emailLocal', 'emailDomain', 'memberId', 'employerGroup', 'inquiry',
  'startedWhen', 'tryingTo', 'errorText', 'stepsToReproduce', 'impact', 'pageOrFeature', 'environment', 'safeStepsTried',
  'memberReply', 'agentNote', 'agentReply', 'adminName', 'adminGroup', 'requirement', 'clinicalRequirement',
  'providedReport', 'providedMember', 'closeReason', 'overrideReason', 'chooseReason', 'resumeNote', 'actor',
  'engineerComment', 'helpdeskError', 'jiraError', 'jiraField', 'adminError', 'mailError',
  'secondActor', 'deniedActor', 'groupId', 'groupMember', 'groupCustomization', 'groupChange', 'groupChanger', 'groupPermission', 'groupBrowser',
  'groupSetting', 'groupNetwork', 'groupIncident', 'groupIssue',
  'fixReason', 'refuseReason', 'glassReason', 'approveReason', 'otherGroup', 'otherField', 'otherVersion', 'stopReason',
  'problemPage', 'problemError', 'linkReason', 'unlinkReason', 'mergeReason', 'chooseAllReason',
] as const;
type Place = (typeof PLACES)[number];
const C = Object.fromEntries(PLACES.map((place, i) => [place, `Kanari${place}${String.fromCharCode(97 + (i % 26))}zq${i}xv`])) as Record<Place, string>;

/** As it is, in another case, and in base64 wherever it may begin in a group of three bytes. */
const forms = (canary: string): string[] => [
  canary,
  canary.toLowerCase(),
  ...[0, 1, 2].map((shift) => Buffer.from(`${'-'.repeat(shift)}${canary}`).toString('base64').slice(shift ? 4 : 0, -4)),
  Buffer.from(canary).toString('hex'),
];
const foundIn = (bytes: string): Place[] => PLACES.filter((place) => forms(C[place]).some((form) => bytes.includes(form)));

const folder = mkdtempSync(join(tmpdir(), 'onetouch-canaries-'));
const lines: string[] = [];
const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
let metricsUrl = '';
beforeAll(async () => {
  const bindAddress = `127.0.0.1:${await freePort()}`;
  metricsUrl = `http://${bindAddress}/metrics`;
  Runtime.install({
    logger: temporalLogger(log),
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'DEBUG', other: 'INFO' }) },
      metrics: { prometheus: { bindAddress } },
    },
  });
});
const OPS = 'ops@example.com';
const site = useSite({ log, dbFile: join(folder, 'temporal.db'), env: { JIRA_SEARCH_LAG_SECONDS: '0', PROBLEM_GROUPS: '2', OPS_EMAIL: OPS }, runtime: 'own' });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const report = {
  startedWhen: C.startedWhen, tryingTo: C.tryingTo, errorText: C.errorText, stepsToReproduce: C.stepsToReproduce,
  impact: C.impact, pageOrFeature: C.pageOrFeature, environment: C.environment, safeStepsTried: C.safeStepsTried,
};
const email = `${C.emailLocal}@${C.emailDomain}.example`.toLowerCase();
const member = { name: C.requesterName, email, memberId: C.memberId };
async function ticket({ group = C.employerGroup, ...about }: { group?: string; page?: string; inquiry?: string; errorKind?: string; memberId?: string }): Promise<string> {
  const { page, memberId, ...kind } = about;
  const id = await site().ticket({
    subject: C.subject, description: C.description, employerGroup: group, ...kind,
    report: page ? { ...report, pageOrFeature: page, errorText: C.problemError } : report, member: memberId ? { ...member, memberId } : member,
  });
  tickets.push(id);
  groups[caseId(id)] = group;
  return id;
}
/** The static token takes the name that one says: two names are two people. */
const ask = (path: string, what?: object, actor: string = C.actor) =>
  fetch(`${site().gateway.url}/api/${path}`, {
    ...(what && { method: 'POST', body: JSON.stringify(what) }), headers: { authorization: 'Bearer the-api-token', 'x-onetouch-actor': actor },
  });
const say = (id: string, verb: string, what: object, actor?: string) => ask(`cases/${id}/${verb}`, what, actor).then((answer) => answer.status);
const read = async <T>(path: string) => (await (await ask(path)).json()) as T;

/** A refusal in the words of every system, which repeats what it was sent. */
const echo = (canary: string) => ({ error: canary, title: canary, detail: canary, description: canary, details: { value: [{ description: canary }] }, errorMessages: [canary], errors: { [C.jiraField]: canary } });

/** Every case that the test made, and every problem. */
const tickets: string[] = [];
const problems: string[] = [];
/** The group of each workflow that has one. */
const groups: Record<string, string> = {};

test('cases of every kind go through, with outages and refusals whose answers repeat what was sent', async () => {
  const { company, ...s } = site();
  await company.admin.setMember(C.memberId, {
    name: C.adminName, email, employerGroup: C.adminGroup, ooeResult: 'excluded',
    requirements: [{ name: C.requirement, met: true, since: ago(60 * HOUR_MS) }],
    incentiveProgram: { inCompliance: true, inComplianceSince: ago(60 * HOUR_MS), startDate: null, endDate: null },
    deviceOrder: { ordered: false, orderTemplateCompleted: true, firstSessionCompleted: true, clinicalRequirements: [{ name: C.clinicalRequirement, met: false }] },
  });

  // Tier 1, an answer, feedback by each way, Tier 2, a wait, an inquiry that nobody knows.
  for (const inquiry of ['cancellation', 'eligibility-no-programs', 'general-feedback', 'positive-feedback', 'vbid-incentives', 'device-standard-order', 'app-bug', C.inquiry])
    await ticket({ inquiry });
  for (const id of tickets) await s.settled(id);

  // A technical error, through every outage and refusal there is; each is flagged or parked, and taken up again.
  const { helpdesk, jira, admin, mail } = company;
  const parked = async (id: string, step: string) => {
    await eventually(async () => expect(await s.state(id)).toMatchObject({ parked: true, flagged: expect.stringContaining(`parked at ${step}`) }));
    expect(await say(id, 'resume', { note: C.resumeNote })).toBe(200);
  };
  helpdesk.faults.next(/^GET .*tickets\/\d+/, { status: 503, body: echo(C.helpdeskError) });
  jira.faults.next(/^POST .*\/issue$/, { status: 400, body: echo(C.jiraError) });
  const error = await ticket({ errorKind: 'server-error' });
  // Its issue is its problem's, which is told to try again.
  const problem = await eventually(async () => {
    const { problem: id } = await s.state(error);
    expect((await read<{ needs: string | null }>(`problems/${id}`)).needs).toBe('resume');
    return id!;
  });
  problems.push(problem);
  expect((await ask(`problems/${problem}/resume`, { note: C.resumeNote })).status).toBe(200);
  await s.at(error, 'awaiting-resolution');

  jira.faults.next(/^POST .*\/issue$/, { status: 400, body: echo(C.jiraError) });
  admin.faults.next(/^GET/, { status: 422, body: echo(C.adminError) });
  mail.faults.next(/^DATA/, { status: 554, body: C.mailError });
  const blocked = await ticket({ inquiry: 'vmp-scheduling-blocked' });
  await parked(blocked, 'consult the protocol');
  await parked(blocked, 'issue');
  await parked(blocked, 'promise');
  const { handoff } = await s.at(blocked, 'awaiting-resolution');
  helpdesk.faults.next(/^PUT .*tickets\/\d+/, { status: 422, body: echo(C.helpdeskError) });
  await helpdesk.memberReplies(blocked, C.memberReply);
  await helpdesk.agentNotes(blocked, C.agentNote);
  await helpdesk.agentComments(blocked, C.agentReply);
  await jira.comment(handoff!.issueKey!, C.engineerComment);
  await s.settled(blocked);
  await jira.resolve(handoff!.issueKey!, "Won't Do");
  await parked(blocked, 'choose');
  await eventually(async () => expect(await s.state(blocked)).toMatchObject({ stage: 'choosing', needs: 'choice', parked: false }));
  expect(await say(blocked, 'choose', { choice: 'follow-up', reason: C.chooseReason })).toBe(200);
  await s.at(blocked, 'confirming');

  // What people say to the cases, what is refused among it.
  expect(await say(error, 'provide', { report: { errorText: C.providedReport }, facts: { memberId: C.providedMember } })).toBe(200);
  expect(await say(tickets[0]!, 'override', { team: 'ProdOps', reason: C.overrideReason })).toBe(200);
  await s.at(tickets[0]!, 'awaiting-resolution');
  expect(await say(error, 'close', { reason: C.closeReason, withoutFollowUp: true })).toBe(200);
  expect(await s.record(error)).toMatchObject({ outcome: 'closed' });
  expect(await say(blocked, 'provide', { facts: { [C.providedMember]: C.providedReport } })).toBe(400);
  await s.settled(blocked);
});

test("groups' problems go through: a fix is refused, fails, is approved in an emergency and watched; one is stopped, two are escalated", async () => {
  const { company, ...s } = site();
  const { admin } = company;
  /** A disabled group, with all that people may have written into Admin about it, and a ticket of its only member. */
  const disabled = async (n: number, inquiry: string, facts: Parameters<typeof admin.setGroup>[1] = {}) => {
    const [id, group, memberId] = [`${C.groupId}-${n}`, `${C.employerGroup} ${n}`, `${C.groupMember}-${n}`];
    await admin.setMember(memberId, { name: C.adminName, email: `${n}-${email}`, employerGroup: id });
    await admin.setGroup(id, {
      name: group, enabled: false, impersonation: false,
      access: { [memberId]: { permissions: { granted: false, missing: [C.groupPermission] }, browser: { name: C.groupBrowser, supported: true } } },
      changes: [{ at: ago(HOUR_MS), kind: 'permission', what: C.groupChange, by: C.groupChanger }],
      configuration: [{ name: C.groupSetting, value: C.groupSetting, contracted: 'another' }],
      customizations: [{ name: C.groupCustomization, displayed: false, problem: C.groupCustomization }],
      network: { name: C.groupNetwork },
      ...facts,
    });
    const ticketId = await ticket({ inquiry, group, memberId });
    groups[troubleshootingId(ticketId, 1)] = group;
    return ticketId;
  };
  const needs = (id: string, need: string) => eventually(async () => expect(await s.cases.state(id)).toMatchObject({ stage: 'troubleshooting', needs: need }));
  const proposed = async (id: string) => {
    expect(await say(id, 'fix', { reason: C.fixReason })).toBe(200);
    await needs(id, 'approval');
    const { groupId, field, from, to, version } = (await read<GroupView>(`cases/${id}/group`)).approval!;
    return { groupId, field, from, to, version };
  };

  const fixed = await disabled(1, 'group-access');
  await s.at(fixed, 'troubleshooting');
  expect(await say(fixed, 'provide', { facts: { scope: 'whole-group' } })).toBe(200);
  await needs(fixed, 'fix');
  const first = await proposed(fixed);
  expect(await say(fixed, 'approve', { ...first, reason: C.approveReason })).toBe(409);
  expect(await say(fixed, 'approve', { ...first, groupId: C.otherGroup, field: C.otherField, version: C.otherVersion }, C.secondActor)).toBe(409);
  await s.cases.denied(fixed, { what: 'approve', by: { name: C.deniedActor, role: 'agent', verified: true }, why: 'it needs the role ops' });
  expect(await say(fixed, 'refuse', { reason: C.refuseReason }, C.secondActor)).toBe(200);
  await needs(fixed, 'person');
  const second = await proposed(fixed);
  admin.faults.next(/^PATCH/, { status: 422, body: echo(C.adminError) });
  expect(await say(fixed, 'approve', { ...second, breakGlass: true, reason: C.glassReason })).toBe(200);
  await needs(fixed, 'person');
  expect(await say(fixed, 'approve', { ...(await proposed(fixed)), reason: C.approveReason }, C.secondActor)).toBe(200);
  await needs(fixed, 'observed-login');
  expect(await say(fixed, 'observed', { login: 'works' })).toBe(200);
  await eventually(async () => expect((await read<GroupView>(`cases/${fixed}/group`)).resolution).toMatchObject({ outcome: 'fixed' }));
  await s.settled(fixed);
  await company.helpdesk.solve(fixed);
  expect(await s.record(fixed)).toMatchObject({ outcome: 'solved-in-tier-1' });

  const stopped = await disabled(2, 'group-configuration');
  await s.at(stopped, 'troubleshooting');
  expect(await say(stopped, 'provide', { facts: { scope: 'whole-group' } })).toBe(200);
  await needs(stopped, 'fix');
  await proposed(stopped);
  expect(await say(stopped, 'close', { reason: C.stopReason })).toBe(200);
  expect(await s.record(stopped)).toMatchObject({ outcome: 'closed' });

  const incident = await disabled(3, 'group-engagement', { securityIncident: C.groupIncident });
  const corrupted = await disabled(4, 'group-rewards', { dataIssues: [{ kind: 'corrupted', what: C.groupIssue }] });
  for (const id of [incident, corrupted]) await s.at(id, 'awaiting-resolution');
});

test('problems go through: system-wide, left, joined by hand, merged, and decided for all', async () => {
  const { company, ...s } = site();
  const failing = (page: string, group: string) => ticket({ errorKind: 'stuck-loading', page: `/${C.problemPage}/${page}`, group: `${C.employerGroup} ${group}` });
  const [one, two, three] = [await failing('one', 'North'), await failing('one', 'South'), await failing('two', 'North')];
  for (const id of [one, two, three]) await s.at(id, 'awaiting-resolution');
  const [from, into] = [(await s.state(two)).problem!, (await s.state(three)).problem!];
  problems.push(from, into);
  await eventually(async () => expect(await read(`problems/${from}`)).toMatchObject({ systemWide: true, members: 2 }));
  await eventually(() => expect(company.mail.messages.some(({ to }) => to.includes(OPS))).toBe(true));

  expect(await say(one, 'unlink', { reason: C.unlinkReason })).toBe(200);
  await eventually(async () => expect((await s.at(one, 'awaiting-resolution')).handoff).toMatchObject({ issueKey: expect.any(String) }));
  expect(await say(one, 'link', { problem: into, reason: C.linkReason })).toBe(200);
  expect((await ask(`problems/${from}/merge`, { into, reason: C.mergeReason })).status).toBe(200);
  const issueKey = await eventually(async () => {
    for (const id of [one, two]) expect(await s.cases.state(id)).toMatchObject({ problem: into, handoff: { issueKey: expect.any(String) } });
    const view = await read<ProblemView>(`problems/${into}`);
    expect(view.members).toBe(3);
    return view.issueKey!;
  });
  await company.jira.resolve(issueKey, "Won't Do");
  await eventually(async () => expect(await read(`problems/${into}`)).toMatchObject({ needs: 'choice' }));
  expect((await ask(`problems/${into}/choose`, { choice: 'follow-up', reason: C.chooseAllReason })).status).toBe(200);
  for (const id of [one, two, three]) await s.at(id, 'confirming');
  await s.sweep();
});

test('what was planted has arrived: it can be read by whom it is for', async () => {
  const { company, ...s } = site();
  const told = [...tickets.map((id) => `cases/${id}/audit`), ...problems.flatMap((id) => [`problems/${id}`, `problems/${id}/audit`])];
  const views = JSON.stringify(await Promise.all([...tickets.flatMap((id) => [s.state(id), s.timeline(id)]), ...told.map((path) => read(path))]));
  const outside = JSON.stringify([company.helpdesk.tickets(), company.jira.issues(), company.admin.members(), company.admin.groups()]);
  const arrived = foundIn(views + outside);
  // What systems say in their failures is for nobody, and a member's id that was provided is not shown again.
  const never: Place[] = ['providedMember', 'helpdeskError', 'jiraError', 'adminError', 'mailError'];
  expect(arrived.filter((place) => never.includes(place))).toEqual([]);
  // Kept in Temporal alone: another change than the one that was proposed.
  const kept: Place[] = ['otherGroup', 'otherField', 'otherVersion'];
  expect(PLACES.filter((place) => !arrived.includes(place) && !never.includes(place) && !kept.includes(place))).toEqual([]);
  // A security concern is no ticket's matter.
  expect(foundIn(JSON.stringify(company.helpdesk.tickets()))).not.toContain('groupIncident');
});

test('logs at level debug have none of it', () => {
  expect(lines.length).toBeGreaterThan(100);
  expect(lines.join('')).toContain(caseId(tickets[0]!));
  expect(foundIn(lines.join(''))).toEqual([]);
});

test('metrics have none of it', async () => {
  const metrics = await (await fetch(metricsUrl)).text();
  expect(metrics).toContain('temporal_workflow_task_execution_latency');
  expect(foundIn(metrics)).toEqual([]);
});

test('mail has the name and the address, and nothing else of it; that to ops names the employer groups alone', () => {
  const { messages } = site().company.mail;
  const [toOps, toMembers] = [messages.filter(({ to }) => to.includes(OPS)), messages.filter(({ to }) => !to.includes(OPS))];
  expect([toOps.length > 0, toMembers.length > 10]).toEqual([true, true]);
  expect(foundIn(JSON.stringify(toMembers)).filter((place) => place !== 'requesterName' && place !== 'emailLocal' && place !== 'emailDomain')).toEqual([]);
  expect(foundIn(JSON.stringify(toOps))).toEqual(['employerGroup']);
});

test('ids, search attributes, failures and all that Temporal shows have none of it, but for the employer group in its own attribute', async () => {
  const { client } = site();
  const { History } = protos.temporal.api.history.v1;
  let encoded = '';
  const failures: string[] = [];
  for (const id of [...Object.keys(groups), ...problems]) {
    const handle = client.workflow.getHandle(id);
    const { raw } = await handle.describe();
    const { indexedFields } = raw.workflowExecutionInfo!.searchAttributes!;
    const { Group, ...others } = indexedFields!;
    if (!problems.includes(id)) expect(Buffer.from(Group!.data!).toString()).toBe(JSON.stringify(groups[id]));
    encoded += JSON.stringify(others, (_, v: unknown) => (v instanceof Uint8Array ? Buffer.from(v).toString() : v));
    delete raw.workflowExecutionInfo!.searchAttributes;
    encoded += JSON.stringify(raw, (_, v: unknown) => (v instanceof Uint8Array ? Buffer.from(v).toString('latin1') : v));
    const history = await handle.fetchHistory();
    for (const event of history.events!) {
      delete event.upsertWorkflowSearchAttributesEventAttributes;
      const failure = event.activityTaskFailedEventAttributes?.failure ?? event.activityTaskStartedEventAttributes?.lastFailure;
      if (failure) failures.push(failure.message!);
    }
    encoded += Buffer.from(History.encode(history).finish()).toString('latin1');
  }
  expect(failures.length).toBeGreaterThan(3);
  expect(new Set(failures)).toEqual(new Set(['Encoded failure']));
  expect(foundIn(encoded)).toEqual([]);
});

test('the bytes of the database have none of it, but for the employer group', async () => {
  await site().close();
  const files = readdirSync(folder);
  expect(files).toContain('temporal.db');
  const bytes = files.map((file) => readFileSync(join(folder, file)).toString('latin1')).join('\n');
  expect(bytes).toContain(caseId(tickets[0]!));
  // It names no member, and is what ops look for a group's cases by.
  expect(foundIn(bytes)).toEqual(['employerGroup']);
});
