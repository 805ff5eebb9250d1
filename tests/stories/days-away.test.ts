/** An outside system that is away for days, or says for how long: the case waits, flagged, and goes on by itself. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Faults } from '../../src/sandbox/faults.js';
import { awaitingApproval, OPS, proposed, written } from './groups.js';
import { claimsError, issuesOf } from './problem-support.js';
import { MEMBER, useTown } from './town.js';

const town = useTown();
const member = { ...MEMBER, email: 'days@example.com', memberId: 'M-700' };
const HALF_AN_HOUR = { status: 429, headers: { 'Retry-After': '1800' } };
const FILED = ['issue PRODOPS', 'remote-link PRODOPS', 'mail 1:promise', 'note 1:promise'];
beforeEach(async () => {
  const since = await town().ago(60 * 3_600_000);
  await town().company.admin.setMember('M-700', { email: member.email, requirements: [{ name: 'Consent', met: true, since }] });
});

/** From now on each request that matches is refused; answers when each was asked, in ms. */
function away(faults: Faults, matcher: RegExp, fault: { status: number; headers?: Record<string, string> }): number[] {
  const asked: number[] = [];
  faults.weather = async ({ method, path }) => {
    if (!matcher.test(`${method} ${path}`)) return null;
    asked.push(Date.parse(await town().now()));
    return fault;
  };
  return asked;
}

describe('Retry-After is kept by the case, too, when it is longer than an activity has', () => {
  test('half an hour of Jira: it is asked once, and again when that is over', async () => {
    const t = town();
    const asked = away(t.company.jira.faults, /./, HALF_AN_HOUR);
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    await t.sleep('29 minutes');
    expect(asked).toHaveLength(1);
    expect(await t.state(id)).toMatchObject({ flagged: expect.stringContaining('it answered 429') });
    t.company.jira.faults.clear();
    await t.sleep('2 minutes');
    t.expectSent(...FILED);
  });

  test('two minutes of the helpdesk before a mail, which is tried once by itself', async () => {
    const t = town();
    let asked: number[] | null = null;
    t.company.jira.faults.weather = ({ path }) => {
      if (path.includes('remotelink')) asked ??= away(t.company.helpdesk.faults, /GET .*tickets/, { status: 429, headers: { 'Retry-After': '120' } });
      return null;
    };
    await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    await t.sleep('110 seconds');
    expect(asked).toHaveLength(1);
    t.company.helpdesk.faults.clear();
    await t.sleep('20 seconds');
    t.expectSent(...FILED);
  });

  test("by a problem and by a group's fix as well", async () => {
    const t = town();
    const group = await awaitingApproval(t);
    const change = await proposed(t, group.id);
    const asked = { jira: away(t.company.jira.faults, /./, HALF_AN_HOUR), admin: away(t.company.admin.faults, /PATCH/, HALF_AN_HOUR) };
    await claimsError(t);
    await t.says(group.id, 'approve', change, OPS);
    await t.sleep('29 minutes');
    expect([asked.jira, asked.admin].map((times) => times.length)).toEqual([1, 1]);
    for (const { faults } of [t.company.jira, t.company.admin]) faults.clear();
    await t.sleep('2 minutes');
    expect(issuesOf(t)).toHaveLength(1);
    expect(written(t, group)).toEqual(['admin-change']);
    t.sent();
  });
});

describe('away for days: asked at growing intervals, an hour at most, flagged, and it goes on without a person', () => {
  const HOUR_MS = 3_600_000;
  /** Between two rounds of attempts; an activity's own attempts are at most 30 s apart. */
  const pauses = (asked: readonly number[]) => asked.slice(1).map((at, i) => at - asked[i]!).filter((ms) => ms > 45_000);
  /** Until `days` are over. */
  async function waitFor(asked: number[], days: number): Promise<void> {
    const from = asked.length;
    await town().sleep(`${days} days`);
    const waited = pauses(asked.slice(from));
    expect(waited.length).toBeGreaterThan(8 * days);
    // As the clock of a whole minute's attempts allows.
    for (const [i, ms] of waited.entries()) expect(ms).toBeGreaterThan((waited[i - 1] ?? 0) - 1_000);
    expect(Math.max(...waited)).toBeLessThan(HOUR_MS + 5_000);
    expect(waited.at(-1)).toBeGreaterThan(HOUR_MS - 5_000);
  }
  const timeline = async (id: string) => (await town().timeline(id)).map((entry) => entry.text);

  const READS = [
    { system: 'Jira', stage: 'escalating', faults: () => town().company.jira.faults },
    { system: 'helpdesk', stage: 'deciding', faults: () => town().company.helpdesk.faults },
    { system: 'Admin', stage: 'deciding', faults: () => town().company.admin.faults },
  ] as const;
  test.each(READS)('$system', async ({ system, stage, faults }) => {
    const t = town();
    const asked = away(faults(), /./, { status: 503 });
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    await waitFor(asked, 1);
    expect(await t.state(id)).toMatchObject({ stage, flagged: expect.stringMatching(new RegExp(`${system} could not .*: it answered 503`)), parked: false, needs: null });
    // The agent is answered, and the case decides again with what it was told.
    expect(await t.says(id, 'provide', { report: { environment: 'the app on a tablet' } })).toMatchObject({ accepted: true });
    expect(await timeline(id)).toContain('provided environment');
    await waitFor(asked, 1);
    t.expectNothingElse();
    faults().clear();
    await t.sleep('65 minutes');
    t.expectSent(...FILED);
    expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', flagged: null, needs: null });
  }, 120_000);

  test('mail: meanwhile engineers reopen the issue, and the follow-up waits for the second resolution', async () => {
    const t = town();
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    t.expectSent(...FILED);
    const { issueKey } = (await t.state(id)).handoff!;
    const asked = away(t.company.mail.faults, /./, { status: 421 });
    await t.when(t.company.jira.resolve(issueKey!, 'Fixed'));
    await t.sleep('6 hours');
    expect(await t.state(id)).toMatchObject({ stage: 'following-up', flagged: expect.stringContaining('mail server could not take the mail: it answered 421') });
    await t.when(t.company.jira.reopen(issueKey!));
    expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', flagged: null });
    await t.when(t.company.jira.resolve(issueKey!, 'Fixed'));
    await waitFor(asked, 2);
    expect(await t.state(id)).toMatchObject({ stage: 'following-up', flagged: expect.stringContaining('421'), parked: false });
    t.expectNothingElse();
    t.company.mail.faults.clear();
    await t.sleep('65 minutes');
    t.expectSent('mail 1:follow-up', 'note 1:follow-up');
    expect(await t.state(id)).toMatchObject({ stage: 'confirming', flagged: null, needs: null });
  }, 120_000);
});
