/** What the check of a grant answered once does not serve for another grant: whoever reaches Temporal can answer an activity. */
import { Context } from '@temporalio/activity';
import { expect, test } from 'vitest';
import { LEAD, useTown } from './town.js';

let first: unknown = null;
const town = useTown({}, {
  interceptors: {
    activity: [
      () => ({
        inbound: {
          async execute(input, next) {
            const answer = await next(input);
            return Context.current().info.activityType === 'verifyGrant' ? (first ??= answer) : answer;
          },
        },
      }),
    ],
  },
});

test('a verdict that was copied from another grant, or from an earlier time, is none', async () => {
  const t = town();
  const [one, other] = [await t.ticket({ inquiry: 'cancellation' }), await t.ticket({ inquiry: 'cancellation' })];
  t.sent();
  const what = { team: 'Infra', reason: 'half the clinic is affected' };
  await t.says(one, 'override', what, LEAD);
  expect(await t.state(one)).toMatchObject({ overrides: 1, handoff: { team: 'Infra' } });
  t.sent();

  await t.says(other, 'override', what, LEAD);
  expect(await t.state(other)).toMatchObject({ stage: 'tier-1', overrides: 0, flagged: expect.stringContaining('without a good grant') });
  expect(await t.timeline(other)).toContainEqual(expect.objectContaining({ what: 'refused', text: expect.stringContaining('not about its grant') }));
  t.expectNothingElse();
});
