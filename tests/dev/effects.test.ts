import { expect, test } from 'vitest';
import { effectsOn } from '../../src/dev/effects.js';
import { asAdmin, company } from '../sandbox/support.js';

test("what was done to a ticket's group is told by its key, and another ticket's is not", async () => {
  const town = await company();
  await town.admin.setGroup('G-1', { access: { 'M-1': {} } });
  const ask = asAdmin(town);
  const key = (name: string) => ({ 'idempotency-key': name });
  await ask('POST', '/impersonation-sessions', { memberId: 'M-1' }, key('5001:1:look'));
  await ask('POST', '/employers/G-1/rewards/sync', undefined, key('5001:2:sync'));
  await ask('POST', '/members/M-1/recovery', undefined, key('15001:1:recovery'));
  await town.admin.changedByHand('G-1');
  expect(effectsOn(town, '5001')).toEqual(['impersonation 1:look', 'rewards-sync 2:sync']);
});
