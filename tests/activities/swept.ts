/** A company, and cases that know what a test says, for the tests of the sweep's activities. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { onTestFinished } from 'vitest';
import { createSweepActivities, type KnockPort, type ProblemSeen } from '../../src/activities/sweep.js';
import type { Walked } from '../../src/activities/walk.js';
import { connectHelpdesk } from '../../src/adapters/helpdesk.js';
import { connectJira } from '../../src/adapters/jira.js';
import { loadWorkerConfig } from '../../src/config.js';
import { beginningAt, type Position, type Swept } from '../../src/domain/sweep.js';
import { startCompany } from '../../src/sandbox/company.js';
import type { Seen } from '../../src/workflows/messages.js';

/** @param options.now the company's clock, in ms; `fetch` reaches the helpdesk in another way */
export async function swept({ now, fetch, longestMs }: { now?: () => number; fetch?: typeof globalThis.fetch; longestMs?: number } = {}) {
  const company = await startCompany({ ...(now && { now }) });
  onTestFinished(() => company.close());
  const config = loadWorkerConfig(company.env);
  const jira = connectJira(config.jira);
  const helpdesk = await connectHelpdesk(config.helpdesk, fetch);
  /** What the cases know; one that is not here does not run. */
  const known = { cases: new Map<string, Seen | 'unreadable'>(), problems: new Map<string, ProblemSeen | 'unreadable'>() };
  /** Who was told, in order: `ticket 5001`, `case 5001 INFRA-1`, `problem … INFRA-1`, `revived case-5001`. */
  const told: string[] = [];
  const ended: string[] = [];
  const cases: KnockPort = {
    seen: (id) => Promise.resolve(known.cases.get(id) ?? null),
    problemSeen: (id) => Promise.resolve(known.problems.get(id) ?? null),
    knock: (id) => Promise.resolve(void told.push(`ticket ${id}`)),
    issueChanged: (id, { key }) => Promise.resolve(void told.push(`case ${id} ${key}`)),
    problemIssueChanged: (id, { key }) => Promise.resolve(void told.push(`problem ${id} ${key}`)),
    endedFromOutside: () => Promise.resolve([...ended]),
    revive: (id) => Promise.resolve(told.push(`revived ${id}`) > 0),
  };
  const activities = createSweepActivities({ helpdesk, jira, cases, ...(longestMs !== undefined && { longestMs }) });
  const does = { helpdesk: activities.sweepTickets, jira: activities.sweepIssues, temporal: activities.reviveCases };
  const clock = () => now?.() ?? Date.now();
  const positions = {} as Record<Swept, Position>;
  for (const system of ['helpdesk', 'jira', 'temporal'] as const) positions[system] = beginningAt(new Date(clock() - 3_600_000).toISOString());

  return {
    company, jira, helpdesk, known, told, ended, cases, positions,
    /** One attempt, from where the last one stood. */
    async sweep(system: Swept, details?: Walked): Promise<Walked> {
      const env = new MockActivityEnvironment(details && { heartbeatDetails: details });
      const walked = (await env.run(does[system], positions[system], new Date(clock()).toISOString())) as Walked;
      positions[system] = walked.position;
      return walked;
    },
    /** So many tickets, each of a member of its own. */
    async tickets(n: number): Promise<string[]> {
      const ids: string[] = [];
      for (let i = 0; i < n; i++) ids.push(await company.helpdesk.openTicket({ subject: 'Help', description: 'Now.', member: { name: 'Jo Low', email: `jo${i}@example.com` } }));
      return ids;
    },
    /** These tickets as a page of the list has them now. */
    async listed(ids: readonly string[]): Promise<string[]> {
      const { tickets } = await helpdesk.changed({ since: new Date(clock() - 3_600_000).toISOString(), cursor: null });
      return tickets.flatMap(({ id, updatedAt }) => (ids.includes(id) ? [`${id} ${updatedAt}`] : []));
    },
    /** An issue of ours. */
    async file(...labels: string[]): Promise<string> {
      return (await jira.createIssue({ project: 'INFRA', issueType: 'Bug', summary: 'It fails', description: { version: 1, type: 'doc', content: [] }, labels: ['onetouch', ...labels] })).key;
    },
    open: () => company.jira.issues().filter((i) => i.status !== 'Done').map((i) => i.key),
  };
}
