/** A problem that reaches several employer groups: priority, ops, and no more fixes for single groups. */
import { expect, test } from 'vitest';
import { CLAIMS_ID, claimsError, issuesOf, view } from './problem-support.js';
import { useTown } from './town.js';

const town = useTown({ OPS_EMAIL: 'ops@example.com', PROBLEM_WINDOW_HOURS: '2', PROBLEM_GROUPS: '3' });
const toOps = (t: ReturnType<typeof town>) => t.company.mail.messages.filter((m) => m.messageId.includes(CLAIMS_ID));

test('three groups within the window: the priority is raised, and ops are told once, without a word about a member', async () => {
  const t = town();
  await claimsError(t, { employerGroup: 'Acme' });
  await claimsError(t, { employerGroup: 'Globex' });
  await claimsError(t, { employerGroup: 'Acme' });
  expect(await view(t)).toMatchObject({ systemWide: false, priority: 'High' });
  expect(toOps(t)).toEqual([]);
  await claimsError(t, { employerGroup: 'Initech' });
  const [issue] = issuesOf(t);
  expect(await view(t)).toMatchObject({ systemWide: true, priority: 'Urgent', flagged: null });
  expect(issue).toMatchObject({ priority: 'Highest' });
  expect(toOps(t)).toHaveLength(1);
  const mail = toOps(t)[0]!;
  expect(mail.text).toContain(issue!.key);
  for (const group of ['Acme', 'Globex', 'Initech']) expect(mail.text).toContain(group);
  expect(mail.text).not.toMatch(/Member \d|@example|M-5/);
  await claimsError(t, { employerGroup: 'Umbrella' });
  await t.sleep('3 hours');
  expect(toOps(t)).toHaveLength(1);
  expect(t.company.jira.commentsByUs(issue!.key).filter((text) => text.includes('system-wide'))).toHaveLength(1);
  expect(t.company.jira.issue(issue!.key).description).toMatch(/system-wide/);
  t.sent();
});

test('three groups, but not within the window: not system-wide', async () => {
  const t = town();
  await claimsError(t, { employerGroup: 'Acme' });
  await claimsError(t, { employerGroup: 'Globex' });
  await t.sleep('3 hours');
  await claimsError(t, { employerGroup: 'Initech' });
  expect(await view(t)).toMatchObject({ systemWide: false, priority: 'High', groups: ['Acme', 'Globex', 'Initech'] });
  await claimsError(t, { employerGroup: 'Acme' });
  await claimsError(t, { employerGroup: 'Globex' });
  expect(await view(t)).toMatchObject({ systemWide: true });
  t.sent();
});

test('a mail to ops whose arrival is not known is not sent again, and the problem is flagged', async () => {
  const t = town();
  await claimsError(t, { employerGroup: 'Acme' });
  await claimsError(t, { employerGroup: 'Globex' });
  t.company.mail.faults.next((asked) => asked.method === 'DATA' && asked.path.includes('ops@example.com'), 'after');
  await claimsError(t, { employerGroup: 'Initech' });
  await t.sleep('2 hours');
  expect(toOps(t)).toHaveLength(1);
  expect(await view(t)).toMatchObject({ systemWide: true, flagged: expect.stringContaining('not certain that ops were told') });
  t.sent();
});
