/** The people of the samples: members, agents and engineers, each by the way they really have. */
import { terminal } from '../client/io.js';
import { openSession } from '../client/session.js';
import type { Cases } from '../client/cases.js';
import type { Company } from '../sandbox/company.js';
import type { Act } from '../sandbox/sample.js';

export interface Scene {
  company: Pick<Company, 'helpdesk' | 'jira'>;
  cases: Pick<Cases, 'group'>;
  gatewayUrl: string;
  /** An access token of somebody with this role. */
  token: (role: 'agent' | 'ops') => Promise<string>;
}
export interface On {
  ticket: string;
  jiraKey: string | null;
  /** The same act with the same key is one act. */
  key: string;
}

/** Does one act. Resolves to what was done, in words; rejects when it was refused. */
export async function perform(act: Act, on: On, scene: Scene): Promise<string> {
  const { helpdesk, jira } = scene.company;
  if ('member' in act) {
    await helpdesk.memberReplies(on.ticket, act.text);
    return `the member writes: ${act.text}`;
  }
  if ('engineer' in act) {
    if (!on.jiraKey) throw new Error('there is no Jira issue to resolve');
    await jira.resolve(on.jiraKey, act.as);
    return `an engineer resolves ${on.jiraKey} as ${act.as}`;
  }
  if ('agent' in act && act.agent === 'solves') {
    await helpdesk.solve(on.ticket, act.of);
    return `${act.of} solves the ticket`;
  }
  // As `npx onetouch` does it.
  const as = async (role: 'agent' | 'ops') => openSession({ ...terminal(), env: { ONETOUCH_TOKEN: await scene.token(role) }, out: () => {} }, { url: scene.gatewayUrl, key: on.key });
  if ('ops' in act) {
    const approval = (await scene.cases.group(on.ticket))?.approval;
    if (!approval) throw new Error('there is no change to approve');
    const { groupId, field, from, to, version } = approval;
    await (await as('ops')).say(on.ticket, 'approve', { groupId, field, from, to, version });
    return `ops approve: ${field} from ${String(from)} to ${String(to)}`;
  }
  await (await as('agent')).say(on.ticket, act.agent, act.says);
  return `an agent says: ${act.agent} ${words(act.says)}`;
}

/** `troubleshootingDone=true bugConfirmed=true`, the way the CLI takes it. */
const words = (said: object): string =>
  Object.entries('facts' in said ? (said.facts as object) : said)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
