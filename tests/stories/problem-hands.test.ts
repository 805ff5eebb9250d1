/** Agents put cases into problems, take them out, and merge two problems. No member is written to for it. */
import { describe, expect, test } from 'vitest';
import { link, mergeInto, unlink } from '../../src/workflows/problem-messages.js';
import { caseId } from '../../src/workflows/messages.js';
import { CLAIMS_ID, PAGE, claimsError, issuesOf, mails, membersOf, says, someone, view } from './problem-support.js';
import { useTown } from './town.js';

const town = useTown();

describe('a case', () => {
  test('with an issue of its own is linked: the issue is marked as a duplicate, and the problem tells it', async () => {
    const t = town();
    const first = await claimsError(t);
    const other = await t.ticket({ errorKind: 'server-error', member: someone() });
    const own = t.company.jira.issues().at(-1)!.key;
    t.sent();
    expect(await says(t, caseId(other), link, { problem: CLAIMS_ID, reason: 'the same screenshot' })).toMatchObject({ accepted: true });
    const [issue] = issuesOf(t);
    expect(await membersOf(t)).toEqual([first, other].sort());
    expect(await t.state(other)).toMatchObject({ stage: 'awaiting-resolution', problem: CLAIMS_ID, handoff: { issueKey: issue!.key } });
    expect(t.company.jira.issue(own).duplicateOf).toBe(issue!.key);
    expect(t.company.jira.commentsByUs(own).join()).toContain(issue!.key);
    expect(mails(t)).toEqual([]);
    // What becomes of its own issue now does not concern it.
    await t.when(t.company.jira.resolve(own, 'Duplicate'));
    expect(await t.state(other)).toMatchObject({ stage: 'awaiting-resolution' });
    await t.when(t.company.jira.resolve(issue!.key, 'Fixed'));
    expect(mails(t)).toEqual(['mail 1:follow-up', 'mail 1:follow-up']);
    expect(await says(t, caseId(other), link, { problem: CLAIMS_ID, reason: 'again' })).toMatchObject({ accepted: false });
  });

  test('is taken out: an issue of its own, the same promise, and the problem goes on without it', async () => {
    const t = town();
    const [first, second] = [await claimsError(t), await claimsError(t)];
    const { promise } = await t.state(second);
    t.sent();
    expect(await says(t, caseId(second), unlink, { reason: 'another page' })).toMatchObject({ accepted: true });
    const own = t.company.jira.issues().at(-1)!;
    expect(own.labels).toContain(`onetouch-${second}-1`);
    expect(await t.state(second)).toMatchObject({ stage: 'awaiting-resolution', problem: null, cycle: 1, promise: { dueAt: promise!.dueAt }, handoff: { issueKey: own.key } });
    expect(await membersOf(t)).toEqual([first]);
    expect(mails(t)).toEqual([]);
    await t.when(t.company.jira.resolve(issuesOf(t)[0]!.key, 'Fixed'));
    expect(await t.state(second)).toMatchObject({ stage: 'awaiting-resolution' });
    expect(mails(t)).toEqual(['mail 1:follow-up']);
    await t.when(t.company.jira.resolve(own.key, 'Fixed'));
    expect(mails(t)).toEqual(['mail 1:follow-up']);
    expect(await says(t, caseId(second), unlink, { reason: 'again' })).toMatchObject({ accepted: false });
  });

  test('taken out and terminated: it goes on by itself', async () => {
    const t = town();
    const id = await claimsError(t);
    await says(t, caseId(id), unlink, { reason: 'another page' });
    const own = t.company.jira.issues().at(-1)!.key;
    t.sent();
    await t.client.workflow.getHandle(caseId(id)).terminate('by hand');
    await t.cases.knock(id, { id: 'revived', via: 'sweep', at: await t.now() });
    await t.when(async () => {});
    expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', problem: null, handoff: { issueKey: own } });
    expect(t.company.jira.issues().filter((i) => i.labels.includes(`onetouch-${id}-1`))).toHaveLength(1);
    expect(mails(t)).toEqual([]);
  });
});

describe('two problems', () => {
  test('merged: all cases wait for the surviving issue, and each is followed up with once', async () => {
    const t = town();
    const one = [await claimsError(t), await claimsError(t)];
    const report = { pageOrFeature: `${PAGE}/list`, errorText: 'HTTP 502' };
    const two = [await claimsError(t, { report }), await claimsError(t, { report })];
    const merged = (await t.state(two[0]!)).problem!;
    expect(merged).not.toBe(CLAIMS_ID);
    const [survivor, closed] = [issuesOf(t)[0]!.key, issuesOf(t, merged)[0]!.key];
    t.sent();
    expect(await says(t, merged, mergeInto, { into: CLAIMS_ID, reason: 'one cause' })).toMatchObject({ accepted: true });
    await t.when(async () => {});
    expect(await membersOf(t)).toEqual([...one, ...two].sort());
    expect(await view(t)).toMatchObject({ absorbed: [merged], members: 4 });
    expect(await view(t, merged)).toMatchObject({ stage: 'merged', mergedInto: CLAIMS_ID, members: 0 });
    for (const id of two) expect(await t.state(id)).toMatchObject({ problem: CLAIMS_ID, handoff: { issueKey: survivor } });
    expect(t.company.jira.issue(closed).duplicateOf).toBe(survivor);
    expect(mails(t)).toEqual([]);

    // Who joins the merged one is sent after the others.
    const late = await claimsError(t, { report });
    await t.when(async () => {});
    expect(await t.state(late)).toMatchObject({ problem: CLAIMS_ID, handoff: { issueKey: survivor } });
    expect(mails(t)).toEqual(['mail 1:promise']);
    await t.when(t.company.jira.resolve(closed, 'Duplicate'));
    expect(mails(t)).toEqual([]);
    await t.when(t.company.jira.resolve(survivor, 'Fixed'));
    expect(mails(t)).toEqual(Array.from({ length: 5 }, () => 'mail 1:follow-up'));
    await t.sleep('80 hours');
    for (const id of [CLAIMS_ID, merged]) expect((await t.client.workflow.getHandle(id).describe()).status.name).toBe('COMPLETED');
    t.sent();
  });

  test('of which one is resolved: the other is not merged into it, and nobody hears that their error is fixed', async () => {
    const t = town();
    await claimsError(t);
    const id = await claimsError(t, { report: { pageOrFeature: `${PAGE}/list`, errorText: 'HTTP 502' } });
    const other = (await t.state(id)).problem!;
    const [issue] = issuesOf(t);
    await t.when(t.company.jira.resolve(issue!.key, 'Fixed'));
    t.sent();
    const post = async (path: string, body: object) => {
      const response = await t.app.request(`/api${path}`, { method: 'POST', headers: { Authorization: 'Bearer token' }, body: JSON.stringify(body) });
      await t.when(async () => {});
      return [response.status, ((await response.json()) as { reason?: string }).reason];
    };
    expect(await post(`/problems/${other}/merge`, { into: CLAIMS_ID, reason: 'one cause' })).toEqual([409, expect.stringContaining(`reopen ${issue!.key} in Jira`)]);
    expect(mails(t)).toEqual([]);
    expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', problem: other });
    // Reopened, it is open to them.
    await t.when(t.company.jira.reopen(issue!.key));
    expect(await post(`/problems/${other}/merge`, { into: CLAIMS_ID, reason: 'one cause' })).toEqual([200, undefined]);
    await t.when(async () => {});
    expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', problem: CLAIMS_ID });
    expect(mails(t)).toEqual([]);
  });

  test('a merge into itself, or of one that is merged already, is refused', async () => {
    const t = town();
    await claimsError(t);
    expect(await says(t, CLAIMS_ID, mergeInto, { into: CLAIMS_ID, reason: 'x' })).toMatchObject({ accepted: false });
    await expect(says(t, CLAIMS_ID, mergeInto, { into: 'case-1', reason: 'x' })).rejects.toThrow(/Update/);
    t.sent();
  });
});
