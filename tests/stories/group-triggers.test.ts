/** Why a group's problem is escalated instead of fixed: the six triggers, first and again at the end. */
import { describe, expect, test } from 'vitest';
import type { FactValues } from '../../src/domain/facts.js';
import type { TriggerId } from '../../src/domain/troubleshooting.js';
import { awaitingApproval, group, groupTicket, OPS, proposed, touched, written, type GroupInquiry, type Setup } from './groups.js';
import { useTown } from './town.js';

const town = useTown();
const SCOPE = { scope: 'whole-group' } as const;

const CASES: [TriggerId, team: 'INFRA' | 'PRODOPS', GroupInquiry, Setup, Partial<FactValues>][] = [
  ['security', 'INFRA', 'group-access', { enabled: false, securityIncident: 'SEC-1' }, {}],
  ['several-groups', 'INFRA', 'group-access', { enabled: false }, { scope: 'several-groups' }],
  ['data-corruption', 'PRODOPS', 'group-rewards', { dataIssues: [{ kind: 'corrupted', what: 'members' }] }, {}],
  ['data-corruption', 'PRODOPS', 'group-access', { member: { eligibility: { consistent: false } } }, {}],
  ['integration-down', 'INFRA', 'group-rewards', { rewards: { integration: { status: 'down' } } }, {}],
  ['defect', 'INFRA', 'group-configuration', { featureToggles: [{ name: 'telehealth', on: false, contracted: true }] }, { suspectedDefect: true }],
  ['network-mapping', 'PRODOPS', 'group-configuration', { network: { mappingVersion: '2025.1' } }, {}],
];

test.each(CASES)('%s goes to %s, in %s: no fix is offered, and the issue says what was found', async (trigger, project, inquiry, facts, says) => {
  const t = town();
  const ticket = await groupTicket(t, inquiry, facts, says);
  expect(written(t, ticket)).toEqual([]);
  expect(ticket.sent).toEqual(expect.arrayContaining([`issue ${project}`, 'note 1:group-documented', 'mail 1:promise']));
  expect(await t.state(ticket.id)).toMatchObject({ stage: 'awaiting-resolution', handoff: { team: project === 'INFRA' ? 'Infra' : 'ProdOps' } });
  const { resolution } = await group(t, ticket.id);
  expect(resolution).toMatchObject({ outcome: 'escalated', trigger: { id: trigger, at: expect.stringMatching(/Z$/) }, change: null });
  expect(resolution.evidence.length).toBeGreaterThan(3);
  const issue = t.company.jira.issues().at(-1)!;
  // What decided is evidence as well, where no check shows it.
  const decided = resolution.evidence.find((e) => e.check === (resolution.trigger!.shownBy ?? `trigger/${trigger}`));
  expect(decided).toMatchObject({ verdict: 'failed', source: Object.keys(says).length ? 'agent' : 'Admin', at: resolution.trigger!.at });
  const note = t.company.helpdesk.ticket(ticket.id).comments.find((c) => c.body.includes('1:group-documented'))!.body;
  if (trigger !== 'security') for (const said of [`${decided!.check}: FAILED`, `(${decided!.value}; ${decided!.source}, `]) for (const text of [issue.description, note]) expect(text).toContain(said);
  if (trigger !== 'security') for (const said of [resolution.cause, resolution.evidence[0]!.check, ticket.groupId]) expect(issue.description).toContain(said);
  // Then it is a case like any other.
  await t.when(t.company.jira.resolve(issue.key, 'Fixed'));
  t.expectSent('mail 1:follow-up', 'note 1:follow-up');
});

describe('a security concern', () => {
  test.each([
    ['Admin has an incident', { securityIncident: 'SEC-1' }, {}],
    ['an agent has it', {}, { securityConcern: true }],
  ] as [string, Setup, Partial<FactValues>][])('%s: a restricted issue, a lead told, and nothing else', async (_, facts, says) => {
    const t = town();
    const ticket = await groupTicket(t, 'group-access', { enabled: false, ...facts }, says);
    const issue = t.company.jira.issues().at(-1)!;
    expect(issue.labels).toContain('restricted');
    for (const said of [ticket.groupId, ticket.memberId, 'Robin', 'I need help', 'Access denied', 'disabled']) expect(`${issue.summary}\n${issue.description}`).not.toContain(said);
    expect(ticket.sent).toContain('note 1:tell-lead');
    expect(await t.state(ticket.id)).toMatchObject({ flagged: expect.stringContaining('lead') });
    expect(written(t, ticket)).toEqual([]);
    // Known from the first moment: nobody was impersonated either.
    if ('securityIncident' in facts) expect(touched(t, ticket)).toEqual([]);
  });

  test('is still flagged after a person has set the next time', async () => {
    const t = town();
    const ticket = await groupTicket(t, 'group-access', { enabled: false, securityIncident: 'SEC-4' });
    const dueAt = new Date(Date.parse(await t.now()) + 30 * 3_600_000).toISOString();
    expect(await t.says(ticket.id, 'setPromise', { dueAt })).toMatchObject({ accepted: true });
    expect(t.sent()).toContain('mail 1:new-time-1');
    expect(await t.state(ticket.id)).toMatchObject({ flagged: 'a security concern: a lead has to look at it', promise: { dueAt } });
  });

  test('before the first look: not one write and not one impersonation in the ledger', async () => {
    const t = town();
    for (const inquiry of ['group-access', 'group-engagement', 'group-configuration', 'group-rewards'] as const) {
      const ticket = await groupTicket(t, inquiry, { enabled: false, securityIncident: 'SEC-2', rewards: { enabled: false } });
      expect(touched(t, ticket)).toEqual([]);
      expect(await t.says(ticket.id, 'fix', {})).toMatchObject({ accepted: false });
      expect(touched(t, ticket)).toEqual([]);
    }
  });

  test('while a change waits for its approval: nothing is written, and nobody is impersonated any more', async () => {
    const t = town();
    const ticket = await awaitingApproval(t);
    const before = touched(t, ticket);
    const change = await proposed(t, ticket.id);
    await t.company.admin.setGroup(ticket.groupId, { securityIncident: 'SEC-3' });
    await t.says(ticket.id, 'approve', change, OPS);
    expect(t.sent()).toEqual(expect.arrayContaining(['issue INFRA', 'note 1:group-documented', 'note 1:tell-lead']));
    expect(touched(t, ticket)).toEqual(before);
    expect((await group(t, ticket.id)).resolution).toMatchObject({ trigger: { id: 'security' }, change: null });
  });
});

test('at the end as at the beginning: fixed and verified, and yet escalated where a trigger has come up', async () => {
  const t = town();
  const ticket = await awaitingApproval(t, { impersonation: false });
  await t.says(ticket.id, 'approve', await proposed(t, ticket.id), OPS);
  await t.provide(ticket.id, { ...SCOPE, suspectedDefect: true });
  await t.says(ticket.id, 'observed', { login: 'works' });
  expect(t.sent()).toEqual(expect.arrayContaining(['issue INFRA', 'note 1:group-documented']));
  expect((await group(t, ticket.id)).resolution).toMatchObject({ outcome: 'escalated', fix: 'enable-group', change: { field: 'enabled' }, verification: { verdict: 'verified' }, trigger: { id: 'defect' } });
  expect(t.company.admin.group(ticket.groupId).employer.enabled).toBe(true);
});
