/** A gateway app over fake cases, at a fixed time, and signed webhooks for it. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { pino, type Logger } from 'pino';
import { gatewayApp } from '../../src/web/app.js';
import { signHelpdesk, signJira } from '../../src/web/webhooks/sign.js';
import { auditKey, type AuditKey } from '../../src/audit/chain.js';
import { NoSuchCase, NoSuchProblem } from '../../src/client/errors.js';
import { entriesOf } from '../../src/domain/audit.js';
import type { Auditor } from '../../src/client/audit.js';
import { AT, fakeCases, TIMELINE, type Call } from './fake-cases.js';
import { fakeProblems, PROBLEM } from './fake-problems.js';
import { payloadKeys } from '../../src/client/payload-keys.js';
import type { GatewayConfig } from '../../src/config.js';
import type { CodecOptions } from '../../src/web/codec.js';
import type { Refused } from '../../src/web/access.js';

export const NOW = Date.parse(AT);
export const TOKEN = 'a-token-for-tests';
export const HELPDESK_SECRET = 'new-secret';
export const OLD_SECRET = 'old-secret';
export const JIRA_SECRET = 'jira-secret';
export const AUDIT_KEY = auditKey(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
export const AUDIT = entriesOf({ ticket: '5158', workflow: 'case-5158', run: 'a-run' }, TIMELINE);
export const PROBLEM_AUDIT = entriesOf({ ticket: null, workflow: PROBLEM, run: 'another-run' }, TIMELINE);
export const fakeAuditor = (calls: Call[]): Auditor => ({
  ofCase: (ticket) => (ticket === '5158' ? Promise.resolve(AUDIT) : Promise.reject(new NoSuchCase(ticket))),
  ofProblem: (id) => (id === PROBLEM ? Promise.resolve(PROBLEM_AUDIT) : Promise.reject(new NoSuchProblem(id))),
  between: (...bounds) => {
    calls.push(['audit', ...bounds]);
    return Promise.resolve(AUDIT);
  },
});
export const CODEC: CodecOptions = { payloads: { keys: payloadKeys(`k1:${randomBytes(32).toString('base64')}`, (problem) => { throw new Error(problem); }), plaintext: 'refuse' }, origins: ['https://temporal.example.com'] };
export const OUR_HELPDESK_ID = '900';
export const GRANT_KEYS = [{ id: 'k1', secret: Buffer.from('a key for the tests of the grants') }];
export const OUR_JIRA_ID = 'our-account';

export function town(how: Parameters<typeof fakeCases>[0] & Parameters<typeof fakeProblems>[1] & { log?: Logger; oidc?: GatewayConfig['oidc']; onRefused?: (refused: Refused) => void; auditKey?: AuditKey | null } = {}) {
  const { cases, calls } = fakeCases(how);
  const app = gatewayApp({
    cases,
    problems: fakeProblems(calls, how),
    auditor: fakeAuditor(calls),
    config: { helpdeskWebhookSecrets: [HELPDESK_SECRET, OLD_SECRET], jiraWebhookSecrets: [JIRA_SECRET], apiToken: TOKEN, oidc: how.oidc ?? null, grantKeys: GRANT_KEYS, auditKey: how.auditKey === undefined ? AUDIT_KEY : how.auditKey },
    codec: CODEC,
    ours: { helpdesk: () => Promise.resolve(OUR_HELPDESK_ID), jira: () => Promise.resolve(OUR_JIRA_ID) },
    now: () => NOW,
    ...(how.onRefused && { onRefused: how.onRefused }),
    log: how.log ?? pino({ level: 'silent' }),
  });
  return {
    app,
    calls,
    helpdesk: (body: unknown, { secret = HELPDESK_SECRET, at = AT, headers = {} as Record<string, string> } = {}) => {
      const bytes = bytesOf(body);
      return app.request('/webhooks/helpdesk', {
        method: 'POST',
        body: bytes,
        headers: {
          'X-Zendesk-Webhook-Signature': signHelpdesk(secret, at, bytes),
          'X-Zendesk-Webhook-Signature-Timestamp': at,
          ...headers,
        },
      });
    },
    jira: (body: unknown, { secret = JIRA_SECRET } = {}) => {
      const bytes = bytesOf(body);
      return app.request('/webhooks/jira', { method: 'POST', body: bytes, headers: { 'X-Hub-Signature': signJira(secret, bytes) } });
    },
    api: (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
      app.request(`/api${path}`, {
        method,
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        headers: { Authorization: `Bearer ${TOKEN}`, ...headers },
      }),
  };
}

const bytesOf = (body: unknown): Uint8Array<ArrayBuffer> =>
  body instanceof Uint8Array
    ? new Uint8Array(body)
    : new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));

/** Zendesk's envelope for a ticket that changed. */
export const ticketEvent = (over: Record<string, unknown> = {}) => ({
  account_id: 1,
  detail: { id: '5158', actor_id: '77', status: 'OPEN' },
  event: { current: 'OPEN', previous: 'NEW' },
  id: '2b0ee8e5-0d6c-4d2c-b6f5-3f4e0c1b1f11',
  subject: 'zen:ticket:5158',
  time: '2026-07-01T11:59:58.5Z',
  type: 'zen:event-type:ticket.status_changed',
  zendesk_event_version: '2022-11-06',
  ...over,
});

/** Jira's event for an issue that changed. */
export const issueEvent = (over: Record<string, unknown> = {}) => ({
  timestamp: NOW - 1_000,
  webhookEvent: 'jira:issue_updated',
  user: { accountId: 'an-engineer' },
  issue: { id: '10', key: 'OPS-7', self: 'https://jira.example/10', fields: { labels: ['onetouch', 'onetouch-5158-1'] } },
  changelog: { items: [{ field: 'status', from: '1', fromString: 'To Do', to: '2', toString: 'Done' }] },
  ...over,
});
