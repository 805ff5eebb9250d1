/** Each check of each problem failing in turn: what decides, what comes of it, and that nothing is changed unasked. */
import { describe, expect, test } from 'vitest';
import type { CheckId, FixKind } from '../../src/domain/troubleshooting.js';
import { group, groupTicket, written, type GroupInquiry, type Setup } from './groups.js';
import { useTown } from './town.js';

const town = useTown();
type Comes = 'person' | 'explained' | 'defect' | 'network-mapping' | FixKind;
const on = (name: string, more: object) => [{ name, ...more }];

const CASES: Record<GroupInquiry, [check: CheckId, comes: Comes, facts: Setup][]> = {
  'group-access': [
    ['access/group-enabled', 'enable-group', { enabled: false }],
    ['access/eligibility', 'correct-eligibility', { member: { eligibility: { eligible: false } } }],
    ['access/eligibility', 'person', { member: { eligibility: { listed: false, eligible: null } } }],
    ['access/permissions', 'person', { member: { permissions: { granted: false, missing: ['portal'] } } }],
    ['access/account-created', 'person', { member: { account: { created: false } } }],
    ['access/password-or-lock', 'account-recovery', { member: { account: { locked: true } } }],
    ['access/browser', 'person', { member: { browser: { name: 'Old 1', supported: false } } }],
    ['access/sample-login', 'defect', { viewStays: 'error' }],
    ['access/sample-login', 'person', { impersonation: false }],
  ],
  'group-engagement': [
    ['engagement/report-parameters', 'regenerate-report', { report: { parameters: { metrics: ['logins'] } } }],
    ['engagement/imports-completed', 'person', { imports: [{ id: 'I-1', kind: 'eligibility', startedAt: '2026-01-01T00:00:00.000Z', status: 'failed', rows: 0, rejected: 0 }] }],
    ['engagement/definition', 'explained', { definition: { client: ['logins'] } }],
    ['engagement/activity-logs', 'regenerate-report', { report: { figures: { logins: 1, searches: 1, actions: 1 } } }],
  ],
  'group-configuration': [
    ['configuration/group-configuration', 'person', { configuration: on('plan', { value: 'basic', contracted: 'premium' }) as never }],
    ['configuration/feature-toggles', 'enable-feature', { featureToggles: on('telehealth', { on: false, contracted: true }) as never }],
    ['configuration/customizations', 'person', { customizations: on('logo', { displayed: false, problem: 'not displayed' }) as never }],
    ['configuration/network-data', 'network-mapping', { network: { mappingVersion: '2025.1' } }],
    ['configuration/member-view', 'defect', { viewStays: { features: [] } }],
  ],
  'group-rewards': [
    ['rewards/configuration', 'enable-rewards-and-sync', { rewards: { enabled: false } }],
    ['rewards/point-rules', 'person', { rewards: { pointRules: on('checkup', { points: 1, contracted: 100, active: true }) as never } }],
    ['rewards/scenarios', 'defect', { rewards: { scenarios: [{ name: 'checkup', expected: 100, awarded: 0 }] } }],
    ['rewards/integration-log', 'person', { log: [{ at: '2036-01-01T00:00:00.000Z', level: 'error', code: 'X-1', text: 'It broke.' }] }],
    ['rewards/sync', 'enable-rewards-and-sync', { rewards: { lastSync: { at: '2026-01-01T00:00:00.000Z', outcome: 'failed' } } }],
  ],
};

describe.each(Object.entries(CASES))('%s', (inquiry, cases) => {
  test.each(cases)('%s fails: %s', async (check, comes, facts) => {
    const t = town();
    const ticket = await groupTicket(t, inquiry as GroupInquiry, facts);
    const { diagnosis, needs } = await group(t, ticket.id);
    const { needs: caseNeeds } = await t.state(ticket.id);
    expect(diagnosis).toMatchObject({ decidedBy: check });
    expect(written(t, ticket)).toEqual([]);
    if (comes === 'explained') expect(diagnosis).toMatchObject({ outcome: 'explanation' });
    else if (comes === 'defect' || comes === 'network-mapping') expect(diagnosis).toMatchObject({ outcome: 'trigger', trigger: { id: comes } });
    else if (comes === 'person') expect([diagnosis!.outcome, needs]).toEqual(['person', (diagnosis as { person: { asks: string[] } }).person.asks.length ? 'facts' : 'person']);
    else expect([diagnosis, needs, caseNeeds]).toMatchObject([{ outcome: 'fix', fix: { kind: comes } }, 'fix', 'fix']);
    // All evidence is kept, each with its value, its source and its time.
    expect(diagnosis!.evidence.map((e) => e.check).every((id) => id.startsWith(inquiry.replace('group-', '')))).toBe(true);
    for (const e of diagnosis!.evidence) if (e.verdict !== 'unknown') expect(e).toMatchObject({ value: expect.any(String), source: 'Admin', at: expect.stringMatching(/Z$/) });
  });
});
