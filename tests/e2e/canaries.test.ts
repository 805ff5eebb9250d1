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
import { temporalLogger } from '../../src/log.js';
import { caseId } from '../../src/workflows/messages.js';
import { freePort } from '../setup/temporal.js';
import { ago, eventually, HOUR_MS, useSite } from './site.js';

/** One for every place where a person, or a system that repeats a person, may write. Letters alone survive any encoding but base64. */
const PLACES = [
  'subject', 'description', 'requesterName', 'emailLocal', 'emailDomain', 'memberId', 'employerGroup', 'inquiry',
  'startedWhen', 'tryingTo', 'errorText', 'stepsToReproduce', 'impact', 'pageOrFeature', 'environment', 'safeStepsTried',
  'memberReply', 'agentNote', 'agentReply', 'adminName', 'adminGroup', 'requirement', 'clinicalRequirement',
  'providedReport', 'providedMember', 'closeReason', 'overrideReason', 'chooseReason', 'resumeNote', 'actor',
  'engineerComment', 'helpdeskError', 'jiraError', 'jiraField', 'adminError', 'mailError',
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
const site = useSite({ log, dbFile: join(folder, 'temporal.db'), env: { JIRA_SEARCH_LAG_SECONDS: '0' }, runtime: 'own' });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const report = {
  startedWhen: C.startedWhen, tryingTo: C.tryingTo, errorText: C.errorText, stepsToReproduce: C.stepsToReproduce,
  impact: C.impact, pageOrFeature: C.pageOrFeature, environment: C.environment, safeStepsTried: C.safeStepsTried,
};
const email = `${C.emailLocal}@${C.emailDomain}.example`.toLowerCase();
const member = { name: C.requesterName, email, memberId: C.memberId };
const ticket = (about: { inquiry?: string; errorKind?: string }) =>
  site().ticket({ subject: C.subject, description: C.description, employerGroup: C.employerGroup, report, member, ...about });
const ask = (path: string, what?: object) =>
  fetch(`${site().gateway.url}/api/${path}`, {
    ...(what && { method: 'POST', body: JSON.stringify(what) }), headers: { authorization: 'Bearer the-api-token', 'x-onetouch-actor': C.actor },
  });
const say = (id: string, verb: string, what: object) => ask(`cases/${id}/${verb}`, what).then((answer) => answer.status);

/** Every case that the test made. */
const tickets: string[] = [];
let problem = '';
let mails = '';

test('cases of every kind go through, with outages and refusals whose answers repeat what was sent', async () => {
  const { company, ...s } = site();
  await company.admin.setMember(C.memberId, {
    name: C.adminName, email, employerGroup: C.adminGroup, ooeResult: 'excluded',
    requirements: [{ name: C.requirement, met: true, since: ago(60 * HOUR_MS) }],
    incentiveProgram: { inCompliance: true, inComplianceSince: ago(60 * HOUR_MS), startDate: null, endDate: null },
    deviceOrder: { ordered: false, orderTemplateCompleted: true, firstSessionCompleted: true, clinicalRequirements: [{ name: C.clinicalRequirement, met: false }] },
  });
  const echo = (canary: string) => ({ error: canary, description: canary, details: { value: [{ description: canary }] }, errorMessages: [canary], errors: { [C.jiraField]: canary } });

  // Tier 1, an answer, feedback by each way, Tier 2, a wait, an inquiry that nobody knows.
  for (const inquiry of ['cancellation', 'eligibility-no-programs', 'general-feedback', 'positive-feedback', 'vbid-incentives', 'device-standard-order', 'app-bug', C.inquiry])
    tickets.push(await ticket({ inquiry }));
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
  tickets.push(error);
  // Its issue is its problem's, which is told to try again.
  problem = await eventually(async () => {
    const { problem: id } = await s.state(error);
    const { needs } = (await (await ask(`problems/${id}`)).json()) as { needs: string | null };
    expect(needs).toBe('resume');
    return id!;
  });
  expect((await ask(`problems/${problem}/resume`, { note: C.resumeNote })).status).toBe(200);
  await s.at(error, 'awaiting-resolution');

  jira.faults.next(/^POST .*\/issue$/, { status: 400, body: echo(C.jiraError) });
  admin.faults.next(/^GET/, { status: 422, body: echo(C.adminError) });
  mail.faults.next(/^DATA/, { status: 554, body: C.mailError });
  const blocked = await ticket({ inquiry: 'vmp-scheduling-blocked' });
  tickets.push(blocked);
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
  await s.sweep();
  mails = JSON.stringify(company.mail.messages);
  expect(company.mail.messages.length).toBeGreaterThan(4);
});

test('what was planted has arrived: it can be read by whom it is for', async () => {
  const { company, ...s } = site();
  const views = JSON.stringify(await Promise.all(tickets.flatMap((id) => [s.state(id), s.timeline(id)])));
  const outside = JSON.stringify([company.helpdesk.tickets(), company.jira.issues(), company.admin.members()]);
  const arrived = foundIn(views + outside);
  // What systems say in their failures is for nobody; a note to resume and a member's id are not shown again.
  const never: Place[] = ['resumeNote', 'providedMember', 'helpdeskError', 'jiraError', 'jiraField', 'adminError', 'mailError'];
  expect(PLACES.filter((place) => !arrived.includes(place) && !never.includes(place))).toEqual([]);
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

test('mail has the name and the address, and nothing else of it', () => {
  expect(foundIn(mails).filter((place) => place !== 'requesterName' && place !== 'emailLocal' && place !== 'emailDomain')).toEqual([]);
});

test('ids, search attributes, failures and all that Temporal shows have none of it, but for the employer group in its own attribute', async () => {
  const { client } = site();
  const { History } = protos.temporal.api.history.v1;
  let encoded = '';
  const failures: string[] = [];
  for (const id of [...tickets.map(caseId), problem]) {
    const handle = client.workflow.getHandle(id);
    const { raw } = await handle.describe();
    const { indexedFields } = raw.workflowExecutionInfo!.searchAttributes!;
    const { Group, ...others } = indexedFields!;
    if (id !== problem) expect(Buffer.from(Group!.data!).toString()).toBe(JSON.stringify(C.employerGroup));
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
