/** One cause behind many tickets: joined by the first, added to by the others, followed up with each. */
import { describe, expect, test } from 'vitest';
import { CLAIMS_ID, claimsError, issuesOf, mails, membersOf, stages, view } from './problem-support.js';
import { useTown } from './town.js';

const town = useTown();

describe('two members report the same error', () => {
  test('one issue, two acknowledgements; resolved, each is followed up with once', async () => {
    const t = town();
    const first = await claimsError(t, { employerGroup: 'Acme' });
    const second = await claimsError(t, { employerGroup: 'Acme' });
    expect(mails(t)).toEqual(['mail 1:promise', 'mail 1:promise']);
    const issue = t.company.jira.only({ project: 'INFRA' });
    expect(issue).toMatchObject({ summary: '[Problem] server-error, /claims, HTTP 502', priority: 'High' });
    expect(issue.labels).toEqual(expect.arrayContaining(['onetouch', `onetouch-${CLAIMS_ID}`, `onetouch-${CLAIMS_ID}-1`]));
    expect(await view(t)).toMatchObject({ stage: 'open', members: 2, issueKey: issue.key, systemWide: false });
    expect(await membersOf(t)).toEqual([first, second].sort());
    for (const id of [first, second]) expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', problem: CLAIMS_ID, handoff: { issueKey: issue.key, priority: 'High' } });

    await t.when(t.company.jira.resolve(issue.key, 'Fixed'));
    expect(mails(t)).toEqual(['mail 1:follow-up', 'mail 1:follow-up']);
    expect(await stages(t, [first, second])).toEqual(['confirming', 'confirming']);
    expect(await view(t)).toMatchObject({ stage: 'resolved', told: 2 });
    expect(issuesOf(t)).toHaveLength(1);
  });
});
