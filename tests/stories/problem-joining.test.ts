/** One cause behind many tickets: joined by the first, added to by the others, followed up with each. */
import { describe, expect, test } from 'vitest';
import { CLAIMS_ID, PAGE, claimsError, issuesOf, mails, membersOf, someone, stages, view } from './problem-support.js';
import { useTown } from './town.js';

const town = useTown();

describe('members who report the same error', () => {
  test('one issue, an acknowledgement each; resolved, each is followed up with once, and one who joined late as well', async () => {
    const t = town();
    const first = await claimsError(t, { employerGroup: 'Acme' });
    t.expectSent('issue INFRA', 'comment 1:problem-report', 'mail 1:promise', 'note 1:promise', 'note 1:ask-report');
    const second = await claimsError(t, { employerGroup: 'Acme' });
    expect(mails(t)).toEqual(['mail 1:promise']);
    expect(t.company.mail.messages.at(-1)!.subject).toContain(second);
    const issue = issuesOf(t)[0]!;
    expect(issue).toMatchObject({ summary: `[Problem] server-error, ${PAGE}, HTTP 502`, priority: 'High' });
    expect(issue.labels.sort()).toEqual(['onetouch', `onetouch-${CLAIMS_ID}`, `onetouch-${CLAIMS_ID}-1`]);
    expect(await view(t)).toMatchObject({ stage: 'open', members: 2, issueKey: issue.key, systemWide: false, groups: ['Acme'] });
    expect(await membersOf(t)).toEqual([first, second].sort());
    for (const id of [first, second]) expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', problem: CLAIMS_ID, handoff: { issueKey: issue.key, priority: 'High' } });

    // The figures follow, at most once a minute.
    await t.sleep('1 minute');
    expect(t.company.jira.issue(issue.key).description).toMatch(/Members affected: 2/);
    expect(t.company.jira.issue(issue.key).description).toContain('Acme');
    await t.sleep('1 hour');
    const late = await claimsError(t, { employerGroup: 'Acme' });
    expect(mails(t)).toEqual(['mail 1:promise']);

    await t.when(t.company.jira.resolve(issue.key, 'Fixed'));
    expect(mails(t)).toEqual(['mail 1:follow-up', 'mail 1:follow-up', 'mail 1:follow-up']);
    expect(await stages(t, [first, second, late])).toEqual(['confirming', 'confirming', 'confirming']);
    expect(await view(t)).toMatchObject({ stage: 'resolved', told: 3 });
    expect(issuesOf(t)).toHaveLength(1);
    await t.says(first, 'confirm', { verdict: 'works' });
    await t.sleep('73 hours');
    expect(mails(t)).toEqual([]);
    expect(await t.record(late)).toMatchObject({ outcome: 'followed-up-unconfirmed' });
    expect(await t.client.workflow.getHandle(CLAIMS_ID).result()).toMatchObject({ outcome: 'resolved', joined: 3, round: 1, issueKeys: [issue.key] });
  });

  test('Infra is reminded once for all of them, and each member keeps their own promise', async () => {
    const t = town();
    const first = await claimsError(t);
    const second = await claimsError(t);
    t.sent();
    await t.sleep('2 hours');
    const key = issuesOf(t).at(-1)!.key;
    expect(t.company.jira.commentsByUs(key).filter((text) => text.includes('Reminder'))).toHaveLength(1);
    expect(mails(t)).toEqual([]);
    await t.sleep('2 hours');
    expect(mails(t)).toEqual(['mail 1:new-time-1', 'mail 1:new-time-1']);
    for (const id of [first, second]) expect(await t.state(id)).toMatchObject({ flagged: expect.stringContaining('without progress'), promise: { renewals: 1 } });
  });

  test('progress in Jira keeps the reminder back, and the flag off every case', async () => {
    const t = town();
    const id = await claimsError(t);
    t.sent();
    await t.sleep('1 hour');
    const { key } = issuesOf(t).at(-1)!;
    await t.when(t.company.jira.transition(key, 'In Progress'));
    await t.sleep('3 hours');
    expect(t.company.jira.commentsByUs(key).filter((text) => text.includes('Reminder'))).toEqual([]);
    expect(await t.state(id)).toMatchObject({ flagged: null });
    expect(mails(t)).toEqual(['mail 1:new-time-1']);
  });
});

describe('who stays out', () => {
  test('the same words with another code, another page or another kind', async () => {
    const t = town();
    const words = { description: 'The claims page says 502, it is broken for everybody here.' };
    await claimsError(t, words);
    const others = [
      await claimsError(t, { ...words, report: { pageOrFeature: PAGE, errorText: 'HTTP 503' } }),
      await claimsError(t, { ...words, report: { pageOrFeature: `${PAGE}/new`, errorText: 'HTTP 502' } }),
      await claimsError(t, { ...words, errorKind: 'database-timeout' }),
    ];
    expect(await membersOf(t)).toHaveLength(1);
    const problems = await Promise.all(others.map(async (id) => (await t.state(id)).problem));
    expect(new Set([...problems, CLAIMS_ID]).size).toBe(4);
    t.sent();
  });

  test('an empty report has nothing to be told by: escalated at once, with an issue of its own, as promptly as a full one', async () => {
    const t = town();
    const [empty, full] = [await t.ticket({ errorKind: 'server-error', member: someone() }), await claimsError(t)];
    expect(await t.state(empty)).toMatchObject({ stage: 'awaiting-resolution', problem: null, handoff: { issueKey: expect.stringMatching(/^INFRA-/) } });
    expect(await t.state(full)).toMatchObject({ stage: 'awaiting-resolution', problem: CLAIMS_ID });
    for (const id of [empty, full]) {
      const { handoff } = await t.state(id);
      expect(Date.parse(handoff!.at) - Date.parse((await t.timeline(id))[0]!.at)).toBeLessThan(5_000);
    }
    expect(mails(t)).toEqual(['mail 1:promise', 'mail 1:promise']);
    // What comes later is added to its own issue; it does not move the case.
    await t.says(empty, 'provide', { report: { pageOrFeature: PAGE, errorText: 'HTTP 502' } });
    expect(t.sent()).toEqual([expect.stringMatching(/^comment 1:report-/)]);
    expect(await membersOf(t)).toEqual([full]);
  });
});
