/** What the stories about problems have in common. */
import { beforeEach, expect } from 'vitest';
import type { ErrorReport } from '../../src/domain/facts.js';
import type { ProblemMember, ProblemView, Signature } from '../../src/domain/problem.js';
import { problemId, problemMembers, problemState } from '../../src/workflows/problem-messages.js';
import type { Town } from './town.js';

/** Each story has a page of its own, so that the problem of one is not found by the next. */
let story = 0;
export let PAGE = '';
export let CLAIMS: Signature;
export let CLAIMS_ID = '';
beforeEach(() => {
  PAGE = `/claims-of-${++story}/x`;
  CLAIMS = { kind: 'server-error', page: PAGE, code: 'HTTP 502' };
  CLAIMS_ID = problemId(CLAIMS);
});
const report = (): ErrorReport => ({ pageOrFeature: `https://app.example.com${PAGE}?member=7`, errorText: 'HTTP 502 Bad Gateway' });

let members = 0;
export const someone = () => ({ name: `Member ${++members}`, email: `member-${members}@example.com`, memberId: `M-${5_000 + members}` });

/** A ticket with the signature of `CLAIMS`, of a member of its own. */
export async function claimsError(t: Town, more: Partial<Parameters<Town['ticket']>[0]> = {}): Promise<string> {
  return t.ticket({ errorKind: 'server-error', report: report(), member: someone(), ...more });
}

export const view = (t: Town, id = CLAIMS_ID): Promise<ProblemView> => t.client.workflow.getHandle(id).query(problemState);
export const membersOf = async (t: Town, id = CLAIMS_ID): Promise<string[]> =>
  ((await t.client.workflow.getHandle(id).query(problemMembers)) as ProblemMember[]).map((m) => m.ticketId).sort();

/** What was sent, without the notes and links that other stories are about. */
export const mails = (t: Town): string[] => t.sent().filter((line) => line.startsWith('mail '));

/** Issues of the sandbox's Jira that are the problem's, oldest first. */
export const issuesOf = (t: Town, id = CLAIMS_ID) => t.company.jira.issues().filter((i) => i.labels.includes(`onetouch-${id}`));

export async function stages(t: Town, tickets: readonly string[]): Promise<string[]> {
  const found = await Promise.all(tickets.map((id) => t.stage(id)));
  expect(found).toHaveLength(tickets.length);
  return found;
}
