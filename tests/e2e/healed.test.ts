/** Jira's search lags further than anybody believed: two issues are made after all, and the sweep heals it. */
import { describe, expect, test } from 'vitest';
import { ago, eventually, HOUR_MS, useSite } from './site.js';

const site = useSite({ searchLagMs: 1_000 });

/** A case whose issue was created, the answer lost, and created again. The keys of both. */
async function madeTwice() {
  const { company, ...s } = site();
  company.jira.lagBehind(3_600_000);
  const earlier = company.jira.issues().length;
  company.jira.faults.next(/^POST \/rest\/api\/3\/issue$/, 'after');
  const id = await s.ticket({ inquiry: 'vmp-scheduling-blocked', member: await s.blocked(`M-${earlier}`, ago(49 * HOUR_MS)) });
  const { handoff } = await s.at(id, 'awaiting-resolution');
  const [lost, kept, ...more] = company.jira.issues().slice(earlier);
  expect(more).toEqual([]);
  expect(handoff!.issueKey).toBe(kept!.key);
  return { id, lost: lost!, kept: kept! };
}

test('an issue that was made twice is closed by the sweep as a duplicate, counted, and the case is not told of it', async () => {
  const { company, ...s } = site();
  const { id, lost, kept } = await madeTwice();
  // Nobody can see it yet.
  expect(await s.sweep()).toMatchObject({ healed: 0 });

  company.jira.lagBehind(0);
  expect(await s.sweep()).toMatchObject({ healed: 1 });
  await company.idle();
  expect(company.jira.issue(lost.key)).toMatchObject({ status: 'Done', resolution: 'Duplicate', duplicateOf: kept.key });
  expect(company.jira.issue(kept.key)).toMatchObject({ status: 'To Do', resolution: null });
  const timeline = await s.timeline(id);
  expect(await s.sweep()).toMatchObject({ healed: 0, knocked: 0 });
  expect(await s.timeline(id)).toEqual(timeline);
  expect(await s.state(id)).toMatchObject({ stage: 'awaiting-resolution', needs: null, flagged: null });

  // It goes on with the one that it knows.
  await company.jira.resolve(kept.key, 'Fixed');
  await eventually(async () => expect((await s.state(id)).stage).toBe('confirming'));
  expect(s.mails(id)).toEqual(['1:promise', '1:follow-up']);
});

describe('a sweep that is cut short while it heals goes on with what is left, and does nothing twice', () => {
  const STEPS = { link: /^POST .*\/issueLink$/, comment: /^POST .*\/comment$/, status: /^POST .*\/transitions$/ };
  const cuts = Object.entries(STEPS).flatMap(([step, request]) => (['reset', 'after'] as const).map((fault) => ({ step, request, fault })));
  test.each(cuts)('at the $step: $fault', async ({ request, fault }) => {
    const { company, ...s } = site();
    const { lost, kept } = await madeTwice();
    company.jira.lagBehind(0);
    const before = company.jira.ledger.length;
    const cut = company.jira.faults.next(request, fault);
    await s.sweep();
    await cut.happened;
    expect(company.jira.issue(lost.key)).toMatchObject({ status: 'Done', resolution: 'Duplicate', duplicateOf: kept.key });
    const done = company.jira.ledger.slice(before).map((e) => [e.on, e.kind]);
    expect(done).toEqual(['link', 'comment', 'status', 'resolution'].map((kind) => [lost.key, kind]));
  });
});
