/** What the stories about problems have in common. */
import { beforeEach, expect } from 'vitest';
import type { ErrorReport } from '../../src/domain/facts.js';
import type { ProblemMember, ProblemView, Signature } from '../../src/domain/problem.js';
import type { Change } from '../../src/domain/grant.js';
import { signGrant } from '../../src/grants/grants.js';
import type { Actor, Answer } from '../../src/workflows/messages.js';
import { mergeInto, problemId, problemMembers, problemState, type link } from '../../src/workflows/problem-messages.js';
import { AGENT, type Town } from './town.js';

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

/** What an agent says to a problem or about one, with its grant where it takes one, as the API gives it to who may. */
export async function says(t: Town, id: string, update: unknown, what: object, by: Actor = AGENT): Promise<Answer> {
  const merges = update === mergeInto;
  const grant = merges && { grant: signGrant(t.config.grantKeys, { of: id, verb: 'merge', cycle: null, body: { ...what } as Change['body'], by }, await t.env.currentTimeMs()) };
  const answer = await t.client.workflow.getHandle(id).executeUpdate(update as typeof link, { args: [{ ...what, by, ...grant } as never] });
  await t.when(async () => {});
  return answer;
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
