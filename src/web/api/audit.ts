/** The audit: one case's or problem's record for a reader, and the signed export for whoever must be able to trust it. */
import { Hono } from 'hono';
import { z } from 'zod';
import { chained, type AuditKey } from '../../audit/chain.js';
import type { Auditor } from '../../client/audit.js';
import { problemName, ticketId } from '../ids.js';
import { Refusal, shaped } from '../refusal.js';
import type { Known } from '../access.js';
import { time } from './query.js';

const bounds = z.strictObject({ from: time.optional(), to: time.optional() });

/** `key` null: nothing is signed here, and an export is refused. `now` in milliseconds. */
export function auditApi({ auditor, key, now }: { auditor: Auditor; key: AuditKey | null; now(): number }) {
  const app = new Hono<Known>();
  const signing = (): AuditKey => {
    if (key) return key;
    throw new Refusal(404, 'This gateway signs no audit: set AUDIT_KEY to an Ed25519 private key.');
  };

  app.get('/cases/:ticket/audit', async (c) => c.json({ audit: await auditor.ofCase(shaped(ticketId, c.req.param('ticket'), 'The ticket')) }));
  app.get('/problems/:problem/audit', async (c) => c.json({ audit: await auditor.ofProblem(shaped(problemName, c.req.param('problem'), 'The problem')) }));
  app.get('/audit/key', (c) => {
    const { id, publicPem } = signing();
    return c.json({ id, publicKey: publicPem });
  });
  app.get('/audit', async (c) => {
    const { from = null, to = null } = shaped(bounds, c.req.query(), 'The query');
    const signed = signing();
    const entries = await auditor.between(from, to);
    const text = chained(entries, { exportedAt: new Date(now()).toISOString(), by: c.get('actor').name, from, to }, signed);
    return c.body(text, 200, { 'Content-Type': 'application/x-ndjson' });
  });
  return app;
}
