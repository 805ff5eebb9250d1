/** One cause behind many tickets, over HTTP and SMTP, against the real Temporal server. */
import { expect, test } from 'vitest';
import { problems as talkingTo, type ProblemRow } from '../../src/client/problems.js';
import type { ProblemMember, ProblemView } from '../../src/domain/problem.js';
import { signJira } from '../../src/sandbox/webhooks.js';
import { PROBLEM } from '../../src/workflows/problem-messages.js';
import { eventually, hours, useSite, type Site } from './site.js';

const OPS = 'ops@example.com';
/** Six groups within twenty minutes, not five, are system-wide here. */
const site = useSite({ env: { PROBLEM_GROUPS: '6', PROBLEM_WINDOW_HOURS: hours(20 * 60_000), OPS_EMAIL: OPS } });
const GROUPS = ['Acme', 'Globex', 'Initech', 'Umbrella', 'Hooli', 'Vandelay'];

let people = 0;
/** A member's ticket about an error on a page, with its code; the words around them are everybody's own. */
function reported({ ticket }: Site, what: { kind?: string; page: string; code: string; group?: string; email?: string }): Promise<string> {
  const n = ++people;
  return ticket({
    subject: 'The page fails',
    description: 'I get an error whenever I open the page. Please help.',
    errorKind: what.kind ?? 'server-error',
    member: { name: `Member ${n}`, email: what.email ?? `member-${n}@example.com` },
    employerGroup: what.group ?? 'Acme',
    report: { pageOrFeature: what.page, errorText: what.code },
  });
}
// What is looked at again and again is asked of Temporal, as the gateway does, which bounds how often it may be asked.
const problemOf = async ({ cases }: Site, ticketId: string): Promise<string | null> => (await cases.state(ticketId)).problem;
const view = ({ client }: Site, id: string): Promise<ProblemView> => talkingTo(client).state(id);
const atStage = (s: Site, id: string, stage: ProblemView['stage']): Promise<ProblemView> =>
  eventually(async () => {
    const now = await view(s, id);
    if (now.stage !== stage) throw new Error(`${id} is at ${now.stage}, not at ${stage}: ${now.waitsFor}`);
    return now;
  });
const running = async ({ get }: Site): Promise<string[]> =>
  (await get<{ problems: ProblemRow[] }>('/problems?status=open')).problems.map((p) => p.problemId);
const filed = ({ company }: Site) => company.jira.issues({ project: 'INFRA' });
const opsMail = ({ company }: Site) => company.mail.messages.filter(({ to }) => to.includes(OPS));
/** The key of the issue that the case waits for. */
const keyOf = (s: Site, id: string): Promise<string> =>
  eventually(async () => {
    const { stage, handoff } = await s.cases.state(id);
    if (!handoff?.issueKey) throw new Error(`case ${id} is at ${stage} and knows of no issue`);
    return handoff.issueKey;
  });
/** The case waits for its team, with the member acknowledged and the issue known. */
const joined = (s: Site, id: string, key: string) =>
  eventually(async () => {
    const { stage, handoff } = await s.cases.state(id);
    if (stage !== 'awaiting-resolution' || handoff?.issueKey !== key || !s.mails(id).includes('1:promise')) throw new Error(`case ${id} is at ${stage} with ${handoff?.issueKey}`);
  });

test('forty tickets of six groups: one problem, one issue, each member acknowledged and followed up once', { timeout: 240_000 }, async () => {
  const s = site();
  const { company } = s;
  const before = { problems: await running(s), issues: filed(s).length };
  /** Addresses of claims differ by their number; the page is the same. */
  const claim = (n: number, group: string) => reported(s, { page: `https://app.example.com/claims/${n}?tab=2`, code: 'HTTP 502 Bad Gateway', group });

  const five = await Promise.all(Array.from({ length: 30 }, (_, i) => claim(700 + i, GROUPS[i % 5]!)));
  const key = await eventually(() => company.jira.only({ project: 'INFRA' }).key);
  for (const id of five) await joined(s, id, key);
  const problem = (await problemOf(s, five[0]!))!;
  expect(await view(s, problem)).toMatchObject({ stage: 'open', members: 30, systemWide: false, priority: 'High', issueKey: key });
  expect([company.jira.issue(key).priority, opsMail(s)]).toEqual(['High', []]);

  const sixth = await Promise.all(Array.from({ length: 10 }, (_, i) => claim(800 + i, GROUPS[5]!)));
  // The same words and the same page, and another code: it stays out.
  const outsider = await reported(s, { page: 'https://app.example.com/claims/900', code: 'HTTP 503 Service Unavailable', group: 'Acme' });
  const forty = [...five, ...sixth];
  for (const id of sixth) await joined(s, id, key);
  const foreignKey = await keyOf(s, outsider);
  const other = (await problemOf(s, outsider))!;
  expect(other).not.toBe(problem);
  expect(new Set(await running(s))).toEqual(new Set([...before.problems, problem, other]));
  expect(filed(s).map((i) => i.key).slice(before.issues)).toEqual([key, foreignKey]);

  const wide = await eventually(async () => {
    const now = await view(s, problem);
    expect(now).toMatchObject({ members: 40, joined: 40, systemWide: true, priority: 'Urgent' });
    expect(now.groups.toSorted()).toEqual(GROUPS.toSorted());
    expect(opsMail(s)).toHaveLength(1);
    return now;
  });
  expect(await s.get(`/problems/${problem}`)).toMatchObject({ id: problem, members: 40, groups: wide.groups, systemWide: true, execution: { workflowId: problem, status: 'running' } });
  expect(wide).toMatchObject({ round: 1, signature: { kind: 'server-error', page: '/claims/:id', code: 'HTTP 502' } });
  const { members } = await s.get<{ members: ProblemMember[] }>(`/problems/${problem}/members`);
  expect(members.map((m) => m.ticketId).sort()).toEqual([...forty].sort());
  await eventually(() => expect(company.jira.issue(key).priority).toBe('Highest')); // After the mail.
  const [told] = opsMail(s);
  expect(told!.text).toContain(key);
  expect(told!.headers['reply-to']).toBeUndefined();

  // Each is acknowledged with their own ticket's number, and no word of the issue or of others.
  for (const id of forty) expect(s.mails(id)).toEqual(['1:promise']);
  const toMembers = company.mail.messages.filter(({ to }) => !to.includes(OPS));
  for (const { text } of toMembers) expect(text).not.toMatch(new RegExp(`${key}|INFRA|${GROUPS.join('|')}`));
  expect(new Set(toMembers.map(({ to }) => to[0])).size).toBe(41);

  const late = await claim(999, 'Globex');
  await joined(s, late, key);
  const all = [...forty, late];
  expect(filed(s)).toHaveLength(before.issues + 2);

  await company.jira.resolve(key, 'Fixed');
  for (const id of all) await s.at(id, 'confirming', 120_000);
  for (const id of all) expect(s.mails(id)).toEqual(['1:promise', '1:follow-up']);
  expect(s.mails(outsider)).toEqual(['1:promise']);
  expect(await atStage(s, problem, 'resolved')).toMatchObject({ told: 41 });
  expect(opsMail(s)).toHaveLength(1);

  // One for whom it is still broken leaves, with an issue of its own that knows of the problem's.
  const [broken, ...well] = all;
  await s.say(broken!, 'confirm', { verdict: 'still-broken', how: 'mail' });
  const own = await eventually(async () => {
    const { stage, cycle, handoff, problem: still } = await s.cases.state(broken!);
    if (stage !== 'awaiting-resolution' || cycle !== 2 || !handoff?.issueKey) throw new Error(`case ${broken} is at ${stage} of cycle ${cycle}`);
    expect(still).toBeNull();
    return handoff.issueKey;
  });
  expect(own).not.toBe(key);
  expect(company.jira.issue(own)).toMatchObject({ labels: ['onetouch', `onetouch-${broken}-2`], description: expect.stringContaining(key) });
  expect(filed(s)).toHaveLength(before.issues + 3);
  await s.settled(broken!);
  expect(s.mails(broken!)).toEqual(['1:promise', '1:follow-up', '2:promise']);
  for (const id of well) expect(s.mails(id)).toEqual(['1:promise', '1:follow-up']);

  // It comes back: the next round, with an issue that is linked to the last.
  const again = await claim(1_001, 'Acme');
  const second = await keyOf(s, again);
  await joined(s, again, second);
  expect(await view(s, problem)).toMatchObject({ round: 2, members: 1, issueKey: second, earlierKeys: [key], systemWide: false });
  expect(company.jira.ledger.filter((e) => e.kind === 'link' && e.on === second).map((e) => e.text)).toEqual([`Relates ${key}`]);
  for (const id of well) expect(s.mails(id)).toEqual(['1:promise', '1:follow-up']);
});

test('an agent takes a case out, puts it into another problem, and merges the two', async () => {
  const s = site();
  const { company } = s;
  const at = (page: string) => reported(s, { kind: 'stuck-loading', page, code: 'ERR-4012' });
  const [one, two, three] = await Promise.all([at('/search'), at('/search'), at('/providers')]);
  for (const id of [one, two, three]) await joined(s, id, await keyOf(s, id));
  const [search, providers] = [(await problemOf(s, one))!, (await problemOf(s, three))!];
  const [searchKey, providersKey] = [await keyOf(s, one), await keyOf(s, three)];
  expect([await problemOf(s, two), search === providers, searchKey === providersKey]).toEqual([search, false, false]);

  expect(await s.say(two, 'unlink', { reason: 'another cause' })).toMatchObject({ accepted: true });
  const alone = await eventually(async () => {
    const { problem, handoff } = await s.cases.state(two);
    if (problem !== null || !handoff?.issueKey || handoff.issueKey === searchKey) throw new Error(`case ${two} is in ${problem}, with ${handoff?.issueKey}`);
    return handoff.issueKey;
  });
  await eventually(async () => expect((await view(s, search)).members).toBe(1));
  expect(company.jira.issue(alone).labels).toContain(`onetouch-${two}-1`);

  expect((await s.api(`/cases/${two}/link`, { problem: 'problem-price-wrong-00000000000', reason: 'x' })).status).toBe(409);
  expect(await s.say(two, 'link', { problem: providers, reason: 'the same after all' })).toMatchObject({ accepted: true });
  await eventually(async () => {
    expect(await s.cases.state(two)).toMatchObject({ problem: providers, handoff: { issueKey: providersKey } });
    expect(await view(s, providers)).toMatchObject({ members: 2 });
    expect(company.jira.issue(alone).duplicateOf).toBe(providersKey);
  });

  const { status } = await s.api(`/problems/${search}/merge`, { into: providers, reason: 'one cause' });
  expect(status).toBe(200);
  await eventually(async () => {
    expect(await view(s, search)).toMatchObject({ stage: 'merged', mergedInto: providers, members: 0 });
    expect(await view(s, providers)).toMatchObject({ members: 3, absorbed: [search] });
    expect(await s.cases.state(one)).toMatchObject({ problem: providers, handoff: { issueKey: providersKey } });
    expect(company.jira.issue(searchKey).duplicateOf).toBe(providersKey);
  });
  // Another of the merged one's signature is sent to where its cases are.
  const [four, five] = await Promise.all([at('/search'), at('/dashboard')]);
  await joined(s, four, providersKey);
  await joined(s, five, await keyOf(s, five));

  await company.jira.resolve(providersKey, 'Fixed');
  for (const id of [one, two, three, four]) await s.at(id, 'confirming');
  expect(s.mails(five)).toEqual(['1:promise']);
  // Who has waited since before the resolution, and is put in late, hears of it like the others.
  await s.say(five, 'link', { problem: providers, reason: 'it was the same' });
  await s.at(five, 'confirming');
  for (const id of [one, two, three, four, five]) expect(s.mails(id)).toEqual(['1:promise', '1:follow-up']);
  expect(await view(s, providers)).toMatchObject({ round: 1, stage: 'resolved', told: 5 });
});

test('ops find problems by search attribute, and read in the Temporal UI what one waits for', async () => {
  const s = site();
  const id = await reported(s, { kind: 'database-timeout', page: '/rewards', code: 'HTTP 504' });
  const key = await keyOf(s, id);
  const problem = (await problemOf(s, id))!;
  const found = async (query: string) => (await s.get<{ problems: ProblemRow[] }>(`/problems?${new URLSearchParams({ query })}`)).problems;
  await eventually(async () => {
    for (const query of [`Problem = "${problem}"`, `JiraKey = "${key}"`, `Stage = "open" AND Priority = "High" AND Problem = "${problem}" AND Flagged = false`])
      expect(await found(query), query).toEqual([expect.objectContaining({ problemId: problem, stage: 'open', jiraKey: key, priority: 'High', flagged: false })]);
  });
  expect(await found(`JiraKey = "${key}" AND Stage = "resolved"`)).toEqual([]);
  // Its cases are found beside it, and it is none of them.
  await eventually(async () => {
    expect((await s.list({ query: `Problem = "${problem}"` })).map((row) => row.ticketId)).toEqual([id]);
    expect((await s.list({ query: `JiraKey = "${key}"` })).map((row) => row.workflowId)).toEqual([`case-${id}`]);
  });
  const metadata = await s.client.workflow.getHandle(problem).query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(metadata.currentDetails).toContain(key);

  // Jira's events of comments name no labels: whose issue it is, is looked up.
  const solitary = await s.ticket({ errorKind: 'database-timeout', member: { name: 'Jo Low', email: 'jo@example.com' } });
  const own = await keyOf(s, solitary);
  const commented = async (issue: string): Promise<unknown> => {
    const event = { timestamp: Date.now(), webhookEvent: 'comment_created', issue: { key: issue }, comment: { author: { accountId: 'an-engineer' } } };
    const body = Buffer.from(JSON.stringify(event));
    return (await s.post({ path: '/webhooks/jira', headers: { 'x-hub-signature': signJira(s.company.env['JIRA_WEBHOOK_SECRET']!, body) }, body })).json();
  };
  expect(await commented(key)).toEqual({ heard: [problem] });
  await eventually(async () => expect(await commented(own)).toEqual({ heard: [solitary] }));

  const nothing = await s.api('/problems?query=Colour%20%3D%20%22red%22');
  expect(nothing.status).toBe(400);
});

test('a resolution whose webhook was lost reaches the problem by the sweep, once; its cases are not knocked at', async () => {
  const s = site();
  const { company } = s;
  const at = () => reported(s, { kind: 'form-not-submitting', page: '/intake', code: 'E-77' });
  const ids = await Promise.all([at(), at(), at()]);
  const key = await keyOf(s, ids[0]!);
  for (const id of ids) await joined(s, id, key);
  const problem = (await problemOf(s, ids[0]!))!;
  const hints = async (workflowId: string) => {
    const { events } = await s.client.workflow.getHandle(workflowId).fetchHistory();
    return (events ?? []).filter((e) => e.workflowExecutionSignaledEventAttributes?.signalName === 'issueChanged').length;
  };
  await s.sweep();
  expect(await hints(problem)).toBe(0);

  s.loseWebhooks(true);
  await company.jira.resolve(key, 'Fixed');
  await company.idle();
  s.loseWebhooks(false);
  await s.sweep();
  for (const id of ids) await s.at(id, 'confirming');
  for (const id of ids) expect([s.mails(id), await hints(`case-${id}`)]).toEqual([['1:promise', '1:follow-up'], 0]);
  await s.sweep();
  expect(await hints(problem)).toBe(1);
});

test('terminated by hand: the sweep brings it back, it finds its issue and its cases, and nothing is filed twice', async () => {
  const s = site();
  const { company } = s;
  const at = () => reported(s, { kind: 'price-wrong', page: '/prices', code: 'P-12' });
  const ids = await Promise.all([at(), at()]);
  const key = await keyOf(s, ids[0]!);
  for (const id of ids) await joined(s, id, key);
  const problem = (await problemOf(s, ids[0]!))!;
  const issues = filed(s).length;

  await s.client.workflow.getHandle(problem).terminate('by hand');
  await eventually(async () => expect(await s.client.workflow.count(`WorkflowId = "${problem}" AND WorkflowType = "${PROBLEM}" AND ExecutionStatus = "Terminated"`)).toMatchObject({ count: 1 }));
  await s.sweep();
  await eventually(async () => expect(await view(s, problem)).toMatchObject({ stage: 'open', issueKey: key, members: 2 }));

  await company.jira.resolve(key, 'Fixed');
  for (const id of ids) await s.at(id, 'confirming');
  for (const id of ids) expect(s.mails(id)).toEqual(['1:promise', '1:follow-up']);
  expect(filed(s)).toHaveLength(issues);
  expect(await talkingTo(s.client).running(problem)).toBe(true);
});
