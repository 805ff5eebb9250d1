/** What the sandbox's tests share: a company that is closed after each test, and its APIs as a client sees them. */
import { afterEach } from 'vitest';
import { startCompany, type Company, type CompanyOptions } from '../../src/sandbox/company.js';
import type { WebhookRequest } from '../../src/sandbox/webhooks.js';

const running: Company[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((c) => c.close()));
});

export async function company(options: CompanyOptions = {}): Promise<Company> {
  const started = await startCompany(options);
  running.push(started);
  return started;
}

export interface Answer {
  status: number;
  headers: Headers;
  // Tests look into answers of many shapes.
  body: any;
}
export type Ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

const asking =
  (base: string, authorization: string): Ask =>
  async (method, where, body, headers) => {
    const request: RequestInit = { method, headers: { authorization, 'content-type': 'application/json', ...headers } };
    if (body !== undefined) request.body = JSON.stringify(body);
    const answer = await fetch(base + where, request);
    const text = await answer.text();
    const json = answer.headers.get('content-type')?.includes('json') && text !== '';
    return { status: answer.status, headers: answer.headers, body: text === '' ? null : json ? JSON.parse(text) : text };
  };

export async function asHelpdesk({ env }: Company): Promise<Ask> {
  const signedIn = await asking(env.HELPDESK_URL!, '')('POST', '/oauth/tokens', {
    grant_type: 'client_credentials',
    client_id: env.HELPDESK_CLIENT_ID,
    client_secret: env.HELPDESK_CLIENT_SECRET,
  });
  return asking(env.HELPDESK_URL!, `Bearer ${signedIn.body.access_token}`);
}
export const asJira = ({ env }: Company): Ask =>
  asking(env.JIRA_URL!, `Basic ${Buffer.from(`${env.JIRA_EMAIL}:${env.JIRA_API_TOKEN}`).toString('base64')}`);
export const asAdmin = ({ env }: Company): Ask => asking(env.ADMIN_URL!, `Bearer ${env.ADMIN_TOKEN}`);
export const asNobody = (base: string): Ask => asking(base, '');

/** Keeps every webhook; the test says how it is answered. */
export function postbox(status: (n: number) => number = () => 200) {
  const got: WebhookRequest[] = [];
  return {
    got,
    deliver: (request: WebhookRequest) => {
      got.push(request);
      return status(got.length);
    },
    bodies: (): any[] => got.map((r) => JSON.parse(r.body.toString())),
    types: (): string[] => got.map((r) => JSON.parse(r.body.toString())).map((b) => b.type ?? b.webhookEvent),
  };
}

/** A clock that stands still until it is moved. */
export function clock(start = '2026-03-02T09:00:00Z') {
  let at = Date.parse(start);
  return { now: () => at, advance: (ms: number) => (at += ms) };
}

export const MEMBER = { name: 'Ada Example', email: 'ada@example.com', memberId: 'M-1' };
export const ticketOf = (company: Company, more: Partial<Parameters<Company['helpdesk']['openTicket']>[0]> = {}) =>
  company.helpdesk.openTicket({ subject: 'Help', description: 'It does not work.', member: MEMBER, ...more });

export const adf = (text: string) => ({ version: 1, type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] });
export const newIssue = (more: object = {}) => ({
  fields: { project: { key: 'INFRA' }, issuetype: { name: 'Bug' }, summary: 'It fails', description: adf('How it fails'), labels: ['onetouch'], ...more },
});
