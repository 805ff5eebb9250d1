/** The real gateway app with its real signatures, in front of cases and problems that only count. */
import { pino, type Logger } from 'pino';
import type { Cases } from '../../src/client/cases.js';
import { NoSuchCase } from '../../src/client/errors.js';
import type { Problems } from '../../src/client/problems.js';
import { gatewayApp } from '../../src/web/app.js';
import type { Sent } from './forgeries.js';
import { AT, NOW } from './valid.js';

export interface Secrets {
  helpdesk: readonly string[];
  jira: readonly string[];
}
export interface Told {
  /** The ticket or the problem. */
  of: string;
  id: string;
}

const LONGEST_NAME = 1_000;

/** The app as it runs in production, in front of cases that hear each message's id once, as the real ones do. */
export function gateway(secrets: Secrets, log: Logger = pino({ level: 'silent' })) {
  const heard = new Set<string>();
  let told: Told[] = [];
  const hear = (of: string, { id }: { id: string }): Promise<void> => {
    // What Temporal does not take as a name.
    if (of.length > LONGEST_NAME) return Promise.reject(new Error('too long'));
    told.push({ of, id });
    heard.add(`${of} ${id}`);
    return Promise.resolve();
  };
  const cases: Pick<Cases, 'knock' | 'issueChanged' | 'byIssue'> = {
    knock: hear,
    issueChanged: (ticketId, message) => (ticketId === '5158' ? hear(ticketId, message) : Promise.reject(new NoSuchCase(ticketId))),
    byIssue: () => Promise.resolve([]),
  };
  const problems: Pick<Problems, 'issueChanged' | 'byIssue'> = {
    issueChanged: hear,
    byIssue: () => Promise.resolve([]),
  };
  const nobody = () => Promise.resolve(null);
  const app = gatewayApp({
    cases: cases as Cases,
    problems: problems as Problems,
    // Behind the sign-in of the API: no webhook gets there.
    auditor: { ofProblem: () => Promise.resolve([]), ofCase: () => Promise.resolve([]), between: () => Promise.resolve([]) },
    codec: { payloads: { keys: new Map(), plaintext: 'refuse' }, origins: [] },
    config: { helpdeskWebhookSecrets: [...secrets.helpdesk], jiraWebhookSecrets: [...secrets.jira], apiToken: 'not asked for here', oidc: null, grantKeys: [] },
    ours: { helpdesk: nobody, jira: nobody },
    now: () => NOW,
    log,
  });
  return {
    app,
    /** Messages that a case would act on. */
    effects: () => heard.size,
    async send({ route, bytes, headers }: Sent): Promise<{ status: number; reason: string | null; told: Told[] }> {
      told = [];
      const answer = await app.request(`/webhooks/${route}`, { method: 'POST', body: new Uint8Array(bytes), headers: { ...headers, 'X-Sent-At': AT } });
      const said = (await answer.json().catch(() => null)) as { reason?: unknown } | null;
      return { status: answer.status, reason: typeof said?.reason === 'string' && said.reason ? said.reason : null, told };
    },
  };
}
