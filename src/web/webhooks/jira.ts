/** What a Jira webhook says: which issue changed, and by its labels which tickets' cases and which problems that concerns. */
import { z } from 'zod';
import { problemOfLabel } from '../../domain/problem.js';
import type { IssueChanged } from '../../workflows/messages.js';
import { digest, issueKey } from '../ids.js';
import { readJson } from '../json.js';
import { shaped } from '../refusal.js';
import { boundJira } from './verify.js';

export type JiraHint =
  | {
      about: 'issue';
      /** From labels `onetouch-<ticket>-<cycle>`; empty where the event leaves labels out, as comment events do. */
      ticketIds: string[];
      /** From labels `onetouch-<problem>-<round>`. */
      problemIds: string[];
      actorId: string | null;
      message: IssueChanged;
    }
  | { about: 'nothing'; why: string };

const LABEL = /^onetouch-([1-9]\d{0,19})-\d{1,6}$/;
/** An issue is one case's or one problem's, hardly ever a few. What more are named, the sweep finds. */
const MOST_NAMED = 20;

const person = z.object({ accountId: z.string().nullish() }).nullish();
const schema = z.object({
  timestamp: z.number('must be milliseconds since 1970'),
  webhookEvent: z.string(),
  issue: z
    .object({ key: issueKey, fields: z.object({ labels: z.array(z.string()).nullish() }).nullish() })
    .nullish(),
  user: person,
  comment: z.object({ author: person, updateAuthor: person }).nullish(),
});

/** Reads a verified body and bounds its timestamp to three hours. Throws a `Refusal` (400, 401). */
export function readJira(body: Uint8Array, now: number): JiraHint {
  const { timestamp, issue, user, comment } = shaped(schema, readJson(body), 'The webhook');
  boundJira(timestamp, now);
  if (!issue) return { about: 'nothing', why: 'not about an issue' };
  const labels = issue.fields?.labels ?? [];
  const named = (of: (label: string) => string | undefined) => [...new Set(labels.flatMap((label) => of(label) ?? []))].slice(0, MOST_NAMED);
  return {
    about: 'issue',
    ticketIds: named((label) => LABEL.exec(label)?.[1]),
    problemIds: named((label) => problemOfLabel(label)?.id),
    actorId: comment?.updateAuthor?.accountId ?? comment?.author?.accountId ?? user?.accountId ?? null,
    message: { id: digest(body), via: 'webhook', at: new Date(timestamp).toISOString(), key: issue.key },
  };
}
