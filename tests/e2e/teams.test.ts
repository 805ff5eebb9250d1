/** One story for each team, over HTTP and SMTP, against the real Temporal server. */
import { expect, test } from 'vitest';
import { ago, eventually, HOUR_MS, useSite } from './site.js';

const HOLD_MS = 48 * HOUR_MS;
const site = useSite();

test('ProdOps: held back for its last seconds, filed, resolved in Jira, followed up, confirmed', async () => {
  const { company, ...s } = site();
  const member = await s.blocked('M-1', ago(HOLD_MS - 3_000));
  const id = await s.ticket({ inquiry: 'vmp-scheduling-blocked', member });
  await s.at(id, 'waiting');
  expect(s.effects(id)).toEqual([expect.stringMatching(/^note 1:wait-vmp-settling-/)]);

  const { handoff } = await s.at(id, 'awaiting-resolution');
  const issue = company.jira.only({ project: 'PRODOPS' });
  expect(handoff).toMatchObject({ team: 'ProdOps', row: 'vmp/ripe', issueKey: issue.key });
  expect(issue).toMatchObject({ labels: ['onetouch', `onetouch-${id}-1`], remoteLinks: [{ url: expect.stringContaining(`/tickets/${id}`) }] });
  expect(s.effects(id).slice(0, -1)).toEqual(['issue PRODOPS', 'mail 1:promise', 'note 1:promise', expect.stringMatching(/^note 1:wait/)]);
  const [promise] = company.mail.messages;
  expect(promise).toMatchObject({ to: [member.email], headers: { 'auto-submitted': 'auto-generated' } });
  expect(promise!.text).toContain(id);
  expect(promise!.text).not.toContain(issue.key);

  await company.jira.resolve(issue.key, 'Fixed');
  await s.at(id, 'confirming');
  expect(s.mails(id)).toEqual(['1:promise', '1:follow-up']);

  expect(await s.say(id, 'confirm', { verdict: 'works', how: 'mail' })).toMatchObject({ accepted: true });
  expect(await s.record(id)).toMatchObject({ outcome: 'confirmed', cycle: 1, row: 'vmp/ripe', handoffs: [{ team: 'ProdOps', issueKey: issue.key }] });
  expect(s.effects(id)).toHaveLength(8);
  expect(company.helpdesk.notesByUs(id).at(-1)).toContain('"outcome":"confirmed"');
});

test('Infra: a technical error at once, with priority High, and a follow-up when it is fixed', async () => {
  const { company, ...s } = site();
  await company.admin.setMember('M-2', { email: 'm-2@example.com' });
  const member = { name: 'Sam Roe', email: 'm-2@example.com', memberId: 'M-2' };
  const id = await s.ticket({ inquiry: 'scheduling', errorKind: 'server-error', member, report: { errorText: 'HTTP 500' } });
  const { handoff, promise } = await eventually(async () => {
    const view = await s.at(id, 'awaiting-resolution');
    expect(view.handoff?.issueKey).toMatch(/^INFRA-/);
    return view;
  });
  expect(handoff).toMatchObject({ team: 'Infra', priority: 'High', problem: expect.stringMatching(/^problem-server-error-/) });
  expect(Date.parse(promise!.dueAt) - Date.parse(handoff!.at)).toBe(4 * HOUR_MS);
  expect(company.jira.issue(handoff!.issueKey!)).toMatchObject({ project: 'INFRA', priority: 'High', description: expect.stringContaining('HTTP 500') });
  // The issue is the problem's, not this ticket's alone.
  const escalated = ['account-note', 'mail 1:promise', 'note 1:ask-report', 'note 1:promise'];
  expect(s.effects(id)).toEqual(escalated);
  await eventually(async () => expect(company.jira.commentsByUs(handoff!.issueKey!).join()).toContain(`${id}:1:problem-report`));

  await company.jira.resolve(handoff!.issueKey!, 'Fixed');
  await s.at(id, 'confirming');
  await s.say(id, 'confirm', { verdict: 'works', how: 'call' });
  expect(await s.record(id)).toMatchObject({ outcome: 'confirmed' });
  expect(s.effects(id)).toEqual([...escalated, 'mail 1:follow-up', 'note 1:follow-up', 'note 1:record'].sort());
});

test('Tier 2: a device order that is ready goes to their group, and the member hears when they solve it', async () => {
  const { company, ...s } = site();
  const member = { name: 'Kim Poe', email: 'm-3@example.com', memberId: 'M-3' };
  await company.admin.setMember('M-3', {
    email: member.email,
    deviceOrder: { ordered: false, orderTemplateCompleted: true, firstSessionCompleted: true, clinicalRequirements: [{ name: 'A1c', met: true }] },
  });
  const id = await s.ticket({ inquiry: 'device-standard-order', member });
  await s.at(id, 'awaiting-resolution');
  expect(company.helpdesk.ticket(id)).toMatchObject({ group: 'Tier 2', status: 'open' });
  expect(s.effects(id)).toEqual(['group Tier 2', 'mail 1:promise', 'note 1:handed-over', 'note 1:promise', 'priority normal', 'status open']);
  expect(company.mail.messages.at(-1)!.text).not.toMatch(/device|order/i);

  await company.helpdesk.solve(id, 'Tier 2');
  await s.at(id, 'confirming');
  expect(s.mails(id)).toEqual(['1:promise', '1:follow-up']);
  await s.say(id, 'confirm', { verdict: 'works' });
  expect(await s.record(id)).toMatchObject({ outcome: 'confirmed', row: 'device/order-ready' });
});

test('Coach Support: a missing webinar is Urgent; one that is still missing starts the next cycle', async () => {
  const { company, ...s } = site();
  const id = await s.ticket({ inquiry: 'webinar-missing', member: { name: 'Jo Low', email: 'm-4@example.com' } });
  await s.at(id, 'awaiting-resolution');
  expect(company.helpdesk.ticket(id)).toMatchObject({ group: 'Coach Support', priority: 'urgent' });
  expect(s.mails(id)).toEqual(['1:promise']);

  await company.helpdesk.solve(id, 'Coach Support');
  await s.at(id, 'confirming');
  await company.helpdesk.memberReplies(id, 'I still cannot see it.');
  await eventually(async () => expect(await s.state(id)).toMatchObject({ needs: 'confirmation' }));
  await s.say(id, 'confirm', { verdict: 'still-broken', how: 'ticket' });
  expect(await eventually(async () => {
    const view = await s.at(id, 'awaiting-resolution');
    expect(s.mails(id)).toEqual(['1:promise', '1:follow-up', '2:promise']);
    return view;
  })).toMatchObject({ cycle: 2, handoff: { team: 'Coach Support' } });
});

test('what ops see: a list by promise, and on the case its summary, a sentence, and named timers and activities', async () => {
  const s = site();
  const member = await s.blocked('M-5', ago(HOLD_MS + 1_000));
  const id = await s.ticket({ inquiry: 'vmp-scheduling-blocked', member, employerGroup: 'Acme' });
  const { handoff } = await s.at(id, 'awaiting-resolution');

  // Every case waiting on ProdOps whose promise is due by this time tomorrow.
  const dueBy = `PromiseDue < "${new Date(Date.now() + 25 * HOUR_MS).toISOString()}"`;
  const query = `WorkflowType = "escalation" AND ExecutionStatus = "Running" AND Team = "ProdOps" AND Stage = "awaiting-resolution" AND ${dueBy}`;
  await eventually(async () => {
    const listed: string[] = [];
    for await (const { workflowId } of s.client.workflow.list({ query })) listed.push(workflowId);
    expect(listed).toEqual([`case-${id}`]);
    const rows = await s.list({ status: 'open', team: 'ProdOps', stage: 'awaiting-resolution', query: dueBy });
    expect(rows).toMatchObject([{ ticketId: id, row: 'vmp/ripe', jiraKey: handoff!.issueKey, group: 'Acme', priority: 'Normal', cycle: 1, flagged: false }]);
  });
  expect(await s.list({ team: 'ProdOps', status: 'open', query: `PromiseDue < "${new Date().toISOString()}"` })).toEqual([]);

  const description = await s.handle(id).describe();
  expect(await description.staticSummary()).toBe(`Ticket ${id}`);
  const { currentDetails } = await s.handle(id).query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(currentDetails).toMatch(new RegExp(`^Waiting for ProdOps to resolve ${handoff!.issueKey}; the member was promised an answer by .* UTC\\.$`));
  expect((await s.state(id)).waitsFor).toBe(currentDetails);

  const steps = (await s.events(id)).filter((e) => e.activityTaskScheduledEventAttributes || e.timerStartedEventAttributes);
  expect(steps.map((e) => e.timerStartedEventAttributes ? 'timer' : e.activityTaskScheduledEventAttributes!.activityType!.name)).toContain('timer');
  // As the Temporal UI reads them: by the gateway's codec endpoint.
  const base64 = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('base64');
  const payloads = steps.map(({ userMetadata }) => {
    const { metadata, data } = userMetadata!.summary!;
    return { metadata: Object.fromEntries(Object.entries(metadata!).map(([name, value]) => [name, base64(value)])), data: base64(data) };
  });
  const decoded = await fetch(`${s.gateway.url}/codec/decode`, { method: 'POST', body: JSON.stringify({ payloads }), headers: { authorization: 'Bearer the-api-token' } });
  const summaries = ((await decoded.json()) as { payloads: { data: string }[] }).payloads.map(({ data }) => Buffer.from(data, 'base64').toString());
  for (const [i, { activityTaskScheduledEventAttributes: activity }] of steps.entries())
    expect(summaries[i], `the summary of ${activity?.activityType?.name ?? 'a timer'}`).toMatch(/^".+"$/);
});
