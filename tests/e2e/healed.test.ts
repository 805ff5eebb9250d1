/** Jira's search lags further than anybody believed: two issues are made after all, and the sweep heals it. */
import { expect, test } from 'vitest';
import { ago, eventually, HOUR_MS, useSite } from './site.js';

const site = useSite({ searchLagMs: 1_000 });

test('an issue that was made twice is closed by the sweep as a duplicate, counted, and the case is not told of it', async () => {
  const { company, ...s } = site();
  company.jira.lagBehind(3_600_000);
  company.jira.faults.next(/^POST \/rest\/api\/3\/issue$/, 'after');
  const id = await s.ticket({ inquiry: 'vmp-scheduling-blocked', member: await s.blocked('M-1', ago(49 * HOUR_MS)) });
  const { handoff } = await s.at(id, 'awaiting-resolution');
  const [lost, kept] = company.jira.issues();
  expect(company.jira.issues()).toHaveLength(2);
  expect(handoff!.issueKey).toBe(kept!.key);
  // Nobody can see it yet.
  expect(await s.sweep()).toMatchObject({ healed: 0 });

  company.jira.lagBehind(0);
  expect(await s.sweep()).toMatchObject({ healed: 1 });
  await company.idle();
  expect(company.jira.issue(lost!.key)).toMatchObject({ status: 'Done', resolution: 'Duplicate', duplicateOf: kept!.key });
  expect(company.jira.issue(kept!.key)).toMatchObject({ status: 'To Do', resolution: null });
  const timeline = await s.timeline(id);
  expect(await s.sweep()).toMatchObject({ healed: 0, knocked: 0 });
  expect(await s.timeline(id)).toEqual(timeline);
  expect(await s.state(id)).toMatchObject({ stage: 'awaiting-resolution', needs: null, flagged: null });

  // It goes on with the one that it knows.
  await company.jira.resolve(kept!.key, 'Fixed');
  await eventually(async () => expect((await s.state(id)).stage).toBe('confirming'));
  expect(s.mails(id)).toEqual(['1:promise', '1:follow-up']);
});
