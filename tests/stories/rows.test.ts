/** The rows of the protocol that no other story meets: one ticket each, and what the member and the agent hear. */
import { expect, test } from 'vitest';
import type { RowId } from '../../src/domain/ruling.js';
import type { MemberFacts } from '../../src/sandbox/admin/state.js';
import { MEMBER, useTown } from './town.js';

const town = useTown();
const DATES = { startDate: '2026-01-01', endDate: '2026-12-31' };

/** With the row's inquiry and what Admin and HGP know of the member. */
const MET: [row: RowId, inquiry: string, facts: MemberFacts, sent: string[]][] = [
  ['vbid/not-in-compliance', 'vbid-incentives', { incentiveProgram: { inCompliance: false } }, ['note 1:tier1-vbid-not-in-compliance']],
  ['vbid/unclear', 'vbid-incentives', { incentiveProgram: { inCompliance: true, ...DATES, endDate: null } }, ['note 1:tier1-vbid-unclear']],
  ['vbid/dates-present', 'vbid-incentives', { incentiveProgram: { inCompliance: true, ...DATES } }, ['note 1:tier1-vbid-dates-present']],
  ['eligibility/eligible', 'eligibility-no-programs', { ooeResult: 'eligible' }, ['note 1:tier1-eligibility-eligible']],
  ['device/cgm', 'device-cgm-order', {}, ['note 1:tier1-device-cgm']],
  ['device/withings', 'device-withings', {}, ['reply 1:answer-device-withings', 'note 1:tier1-device-withings']],
];

test.each(MET)('%s', async (row, inquiry, facts, sent) => {
  const t = town();
  const memberId = `M-${row.replace('/', '-')}`;
  const email = `${memberId}@example.com`;
  await t.company.admin.setMember(memberId, { email, ...facts });
  const id = await t.ticket({ inquiry, member: { ...MEMBER, email, memberId } });
  t.expectSent(...sent);
  expect(await t.state(id)).toMatchObject({ stage: 'tier-1', needs: null, ruling: { row } });
  expect(await t.says(id, 'reEscalate', { reason: 'the member insists' })).toMatchObject({ accepted: false, row });
  await t.when(t.company.helpdesk.solve(id));
  t.expectSent('note 1:record');
  expect(await t.record(id)).toMatchObject({ outcome: 'solved-in-tier-1', row, handoffs: [] });
});
