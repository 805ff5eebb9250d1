import { expect, test } from 'vitest';
import { asAdmin, asNobody, clock, company } from './support.js';

const HOUR = 3_600_000;

test('all requirements have been TRUE since the last of them became TRUE, and not while one is FALSE', async () => {
  const time = clock('2026-03-02T09:00:00.000Z');
  const town = await company({ now: time.now });
  const ask = asAdmin(town);
  const allTrueSince = async () => (await ask('GET', '/members/M-1/requirements-to-schedule')).body.allTrueSince;
  await town.admin.setMember('M-1', { name: 'Ada' });
  expect(await allTrueSince()).toBeNull();
  await town.admin.setMember('M-1', { requirements: [{ name: 'Intake', met: true, since: '2026-03-01T00:00:00.000Z' }, { name: 'Labs', met: false }] });
  expect(await allTrueSince()).toBeNull();
  time.advance(HOUR);
  await town.admin.setRequirement('M-1', 'Labs', true);
  expect(await allTrueSince()).toBe('2026-03-02T10:00:00.000Z');
  time.advance(HOUR);
  await town.admin.setRequirement('M-1', 'Intake', false);
  expect(await allTrueSince()).toBeNull();
  await town.admin.setRequirement('M-1', 'Intake', true, '2026-02-01T00:00:00.000Z');
  expect(await allTrueSince()).toBe('2026-03-02T10:00:00.000Z');
});

test('compliance that begins without a time begins now, and ends without one', async () => {
  const time = clock('2026-03-02T09:00:00.000Z');
  const town = await company({ now: time.now });
  const set = async (inCompliance: boolean, since?: string) =>
    (await town.admin.setMember('M-1', { incentiveProgram: { inCompliance, ...(since && { inComplianceSince: since }) } })).incentiveProgram.inComplianceSince;
  expect(await set(true)).toBe('2026-03-02T09:00:00.000Z');
  time.advance(HOUR);
  expect(await set(true)).toBe('2026-03-02T09:00:00.000Z');
  expect(await set(false)).toBeNull();
  expect(await set(true, '2026-02-28T09:00:00.000Z')).toBe('2026-02-28T09:00:00.000Z');
});

test('what is set leaves the rest as it was', async () => {
  const town = await company();
  await town.admin.setMember('M-1', { name: 'Ada', email: 'ada@example.com', deviceOrder: { ordered: false }, ooeResult: 'error' });
  await town.admin.setMember('M-1', { deviceOrder: { firstSessionCompleted: true } });
  expect(town.admin.member('M-1')).toMatchObject({
    member: { id: 'M-1', name: 'Ada', email: 'ada@example.com', employerGroup: null },
    deviceOrder: { ordered: false, firstSessionCompleted: true, orderTemplateCompleted: null },
    ooeResult: 'error',
  });
});

test('a note with the same key is one note', async () => {
  const town = await company();
  await town.admin.setMember('M-1', {});
  const ask = asAdmin(town);
  await ask('PUT', '/members/M-1/notes/5001%3A1%3Anote', { body: 'First' });
  const again = await ask('PUT', '/members/M-1/notes/5001%3A1%3Anote', { body: 'Second' });
  expect(again.body).toMatchObject({ key: '5001:1:note', body: 'First' });
  expect(town.admin.notes('M-1').map((n) => n.body)).toEqual(['First']);
  expect(town.admin.ledger.map((e) => [e.kind, e.on, e.text])).toEqual([['account-note', 'M-1', 'First']]);
});

test('facts can be patched from outside, with the token, and wrong ones are named', async () => {
  const town = await company();
  const ask = asAdmin(town);
  await town.admin.setMember('M-1', { name: 'Ada' });
  expect((await ask('PATCH', '/sandbox/members/M-1', { ooeResult: 'excluded' })).status).toBe(200);
  expect(town.admin.member('M-1')).toMatchObject({ ooeResult: 'excluded', member: { name: 'Ada' } });
  const wrong = await ask('PATCH', '/sandbox/members/M-1', { ooeResult: 'perhaps', colour: 'red' });
  expect(wrong.status).toBe(400);
  expect(wrong.body.detail).toMatch(/ooeResult.*colour/s);
  expect((await asNobody(town.admin.url)('PATCH', '/sandbox/members/M-1', { ooeResult: 'error' })).status).toBe(401);
  expect(town.admin.member('M-1').ooeResult).toBe('excluded');
});
