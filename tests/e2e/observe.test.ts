/** MODE=observe: everything is ruled and recorded, and nothing is done to any outside system. */
import { expect, test } from 'vitest';
import { ago, HOUR_MS, useSite } from './site.js';

const site = useSite({ env: { MODE: 'observe' } });

test('a blocked member and a device order are ruled and recorded, and the outside hears nothing of it', async () => {
  const { company, ...s } = site();
  const blocked = await s.blocked('M-1', ago(48 * HOUR_MS - 10_000));
  await company.admin.setMember('M-2', {
    email: 'm-2@example.com',
    deviceOrder: { ordered: false, orderTemplateCompleted: true, firstSessionCompleted: true, clinicalRequirements: [] },
  });
  const vmp = await s.ticket({ inquiry: 'vmp-scheduling-blocked', member: blocked });
  const device = await s.ticket({ inquiry: 'device-standard-order', member: { name: 'Kim Poe', email: 'm-2@example.com', memberId: 'M-2' } });

  expect(await s.at(vmp, 'awaiting-resolution')).toMatchObject({ handoff: { team: 'ProdOps', row: 'vmp/ripe', issueKey: null } });
  expect(await s.at(device, 'awaiting-resolution')).toMatchObject({ handoff: { team: 'Tier 2', row: 'device/order-ready' } });

  // The people work the tickets by hand.
  await company.helpdesk.solve(vmp);
  await company.helpdesk.solve(device, 'Tier 2');
  for (const id of [vmp, device]) {
    await s.at(id, 'confirming');
    await s.say(id, 'confirm', { verdict: 'works' });
    expect(await s.record(id)).toMatchObject({ outcome: 'confirmed' });
    const said = (await s.record(id)).timeline.map((entry) => `${entry.what}: ${entry.effect ?? entry.row ?? ''}`);
    for (const effect of ['promise', 'follow-up']) expect(said).toContain(`did: ${id}:1:${effect}`);
  }
  const rows = (await s.record(vmp)).timeline.filter((entry) => entry.what === 'ruled').map((entry) => entry.row);
  expect(rows).toEqual(['vmp/settling', 'vmp/ripe']);

  expect(s.everything().filter((by) => by.startsWith('onetouch'))).toEqual([]);
  expect(company.jira.issues()).toEqual([]);
  expect(company.mail.messages).toEqual([]);
});
