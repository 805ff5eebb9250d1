/** The audit: what was done and what was refused, by whom, read back from the server and exported as a chain that checks. */
import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { auditKey, checked } from '../../src/audit/chain.js';
import { auditor } from '../../src/client/audit.js';
import { TEMPORAL_UI } from '../../src/workflows/messages.js';
import { ago, HOUR_MS, useSite } from './site.js';

const PEM = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const site = useSite({ env: { AUDIT_KEY: PEM }, identity: true });

test('who did what, refusals included, over every run of a case', async () => {
  const { client, ...s } = site();
  const id = await s.ticket({ inquiry: 'vmp-scheduling-blocked', member: await s.blocked('M-1', ago(49 * HOUR_MS)) });
  await s.at(id, 'awaiting-resolution');
  expect((await s.api(`/cases/${id}/confirm`, { verdict: 'works' })).status).toBe(409);
  await s.cases.denied(id, { what: 'override', by: { name: 'Ana', role: 'agent', verified: true }, why: 'it needs the role lead' });
  await client.workflow.getHandle(`case-${id}`).signal('denied', 'nonsense');
  await s.cases.denied('999', { what: 'override', by: { name: 'Ana', role: 'agent', verified: true }, why: 'it needs the role lead' });
  expect((await s.api(`/cases/${id}/close`, { reason: 'enough', withoutFollowUp: true })).status).toBe(200);
  await s.record(id);
  await s.company.helpdesk.memberReplies(id, 'It is back.');
  await s.at(id, 'confirming');
  await s.settled(id);

  const { audit } = (await s.api<{ audit: { run: string; what: string; by: string; text: string }[] }>(`/cases/${id}/audit`)).body;
  expect(new Set(audit.map(({ run }) => run)).size).toBe(2);
  expect(audit.filter(({ what }) => what === 'refused').map(({ by, text }) => [by, text])).toEqual([
    ['API token', "refused to record the member's answer: the member has not been followed up with yet"],
    ['Ana (agent)', 'refused to override: it needs the role lead'],
    [TEMPORAL_UI.name, 'refused a malformed message: denied takes one object'],
  ]);
  expect(audit).toContainEqual(expect.objectContaining({ what: 'heard', by: 'API token', text: 'heard: close the case (enough)' }));

  await expect.poll(async () => (await auditor(client).between(ago(HOUR_MS), null)).length).toBe(audit.length);
  // The static token's lead is no auditor.
  expect((await s.api('/audit?from=2026-01-01T00:00:00Z')).status).toBe(403);
  const authorization = `Bearer ${await s.company.identity!.tokenFor('auditor')}`;
  const export_ = await fetch(`${s.gateway.url}/api/audit?from=2026-01-01T00:00:00Z`, { headers: { authorization } });
  const text = await export_.text();
  expect(checked(text, auditKey(PEM).publicPem)).toMatchObject({ ok: true, entries: audit.length });
});
