/** The people of the samples: members, agents and engineers, each by the way they really have. */
import { terminal } from '../client/io.js';
import { openSession } from '../client/session.js';
import type { Company } from '../sandbox/company.js';
import type { Act } from '../sandbox/samples.js';

export interface Scene {
  company: Pick<Company, 'helpdesk' | 'jira'>;
  gatewayUrl: string;
  /** An agent's access token. */
  agentToken: () => Promise<string>;
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
  if (act.agent === 'solves') {
    await helpdesk.solve(on.ticket, act.of);
    return `${act.of} solves the ticket`;
  }
  // As `npx onetouch` does it.
  const io = { ...terminal(), env: { ONETOUCH_TOKEN: await scene.agentToken() }, out: () => {} };
  await openSession(io, { url: scene.gatewayUrl, key: on.key }).say(on.ticket, act.agent, act.says);
  return `an agent says: ${act.agent} ${words(act.says)}`;
}

/** `troubleshootingDone=true bugConfirmed=true`, the way the CLI takes it. */
const words = (said: object): string =>
  Object.entries('facts' in said ? (said.facts as object) : said)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
