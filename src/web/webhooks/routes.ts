/** The webhooks: verify, parse, dispatch. Answered with 2xx only once Temporal has the message. */
import { Hono } from 'hono';
import pMap, { pMapSkip } from 'p-map';
import type { Cases } from '../../client/cases.js';
import { NoSuchCase } from '../../client/errors.js';
import type { Problems } from '../../client/problems.js';
import type { IssueChanged } from '../../workflows/messages.js';
import { bytesOf } from '../body.js';
import { readHelpdesk } from './helpdesk.js';
import { readJira } from './jira.js';
import { verifyHelpdesk, verifyJira } from './verify.js';

export interface WebhookDeps {
  cases: Pick<Cases, 'knock' | 'issueChanged' | 'byIssue'>;
  problems: Pick<Problems, 'issueChanged' | 'byIssue'>;
  config: { helpdeskWebhookSecrets: string[]; jiraWebhookSecrets: string[] };
  /** Our own user there; null while it is not known. What we changed ourselves is no news. */
  ours: { helpdesk(): Promise<string | null>; jira(): Promise<string | null> };
  now(): number;
}

/** So many cases or problems are told at once: whoever sends a webhook waits for the answer. */
const AT_ONCE = 5;
const OWN = { ignored: 'our own change' };

export function webhooks({ cases, problems, config, ours, now }: WebhookDeps) {
  const app = new Hono();

  app.post('/helpdesk', async (c) => {
    const body = await bytesOf(c);
    const hint = readHelpdesk(body, verifyHelpdesk(config.helpdeskWebhookSecrets, c.req.raw.headers, body, now()));
    if (hint.about === 'nothing') return c.json({ ignored: hint.why }, 202);
    if (hint.actorId !== null && hint.actorId === (await ours.helpdesk())) return c.json(OWN, 202);
    await cases.knock(hint.ticketId, hint.message);
    return c.json({ heard: [hint.ticketId] }, 202);
  });

  app.post('/jira', async (c) => {
    const body = await bytesOf(c);
    verifyJira(config.jiraWebhookSecrets, c.req.raw.headers, body);
    const hint = readJira(body, now());
    if (hint.about === 'nothing') return c.json({ ignored: hint.why }, 202);
    if (hint.actorId !== null && hint.actorId === (await ours.jira())) return c.json(OWN, 202);
    const { key } = hint.message;
    let heard = [...(await tellProblems(hint.problemIds, hint.message)), ...(await tell(hint.ticketIds, hint.message))];
    // No label, or labels of cases that ended: a case that took the issue over, or a problem, may still wait for it.
    if (!heard.length)
      heard = [...(await tellProblems(await problems.byIssue(key), hint.message)), ...(await tell(await cases.byIssue(key), hint.message))];
    return c.json(heard.length ? { heard } : { ignored: 'no running case or problem has this issue' }, 202);
  });

  /** The tickets whose running case took the message. A second delivery repeats those; a case hears an id once. */
  async function tell(ticketIds: string[], message: IssueChanged): Promise<string[]> {
    const heard = async (ticketId: string): Promise<string | typeof pMapSkip> => {
      try {
        await cases.issueChanged(ticketId, message);
        return ticketId;
      } catch (error) {
        if (!(error instanceof NoSuchCase)) throw error;
        return pMapSkip;
      }
    };
    return pMap(ticketIds, heard, { concurrency: AT_ONCE });
  }

  /** A problem tells its cases by itself: they are not each knocked at. */
  async function tellProblems(ids: string[], message: IssueChanged): Promise<string[]> {
    await pMap(ids, (id) => problems.issueChanged(id, message), { concurrency: AT_ONCE });
    return ids;
  }

  return app;
}
