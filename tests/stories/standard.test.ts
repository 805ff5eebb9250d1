/** The standard case: blocked VMP scheduling, 40 of its 48 hours gone. */
import { expect, test } from 'vitest';
import { useTown } from './town.js';

const town = useTown();
const HOUR = 3_600_000;

test('a blocked member hears back once ProdOps resolves it', async () => {
  const t = town();
  await t.company.admin.setMember('M-100', {
    name: 'Robin Doe',
    email: 'robin@example.com',
    requirements: [{ name: 'Consent', met: true, since: await t.ago(40 * HOUR) }],
  });
  const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked' });
  expect(await t.stage(id)).toBe('waiting');
  const [wait] = t.sent();
  expect(wait).toMatch(/^note 1:wait-vmp-settling-/);

  await t.sleep('7 hours');
  t.expectNothingElse();
  await t.sleep('2 hours');
  t.expectSent('issue PRODOPS', 'remote-link PRODOPS', 'mail 1:promise', 'note 1:promise');
  expect(await t.stage(id)).toBe('awaiting-resolution');

  const { key } = t.company.jira.only({ project: 'PRODOPS' });
  await t.when(t.company.jira.resolve(key, 'Fixed'));
  t.expectSent('mail 1:follow-up', 'note 1:follow-up');
  expect(await t.stage(id)).toBe('confirming');

  await t.sleep('71 hours');
  t.expectNothingElse();
  await t.sleep('1 hour');
  const record = await t.record(id);
  t.expectSent('note 1:record');
  expect(record).toMatchObject({ outcome: 'followed-up-unconfirmed', cycle: 1, row: 'vmp/ripe' });
  const history = await t.history(id);
  expect(history.events!.length).toBeLessThanOrEqual(80);
});
