/**
 * "Escalation Triggers": why a group's problem is escalated instead of fixed. The guide names no team; ours are
 * ProdOps for data and the network mapping, Infra for the rest, security as a restricted issue with a lead told.
 */
import type { GroupProblem, JiraTeam, Priority } from '../domain/ruling.js';
import type { Evidence, Gathered, Readings, Trigger, TriggerId } from '../domain/troubleshooting.js';
import { CHECKS } from './checks/table.js';
import { networkNeedsUpdate } from './checks/configuration.js';

type Seen = Pick<Trigger, 'why' | 'source' | 'at' | 'found' | 'shownBy'>;

export interface TriggerRow {
  id: TriggerId;
  source: string;
  ourReading?: string;
  /** The problems it is looked for in. */
  problems: readonly GroupProblem[];
  /** When it is there, in words. */
  when: string;
  team: JiraTeam;
  priority: Priority;
  restricted: boolean;
  leadTold: boolean;
  /** Null where it is not seen, or not known. */
  judge: (problem: GroupProblem, readings: Readings, gathered: Gathered, evidence: readonly Evidence[]) => Seen | null;
}

const LIST = 'Group Troubleshooting, Escalation Triggers';
const ALL: readonly GroupProblem[] = ['access', 'engagement', 'configuration', 'rewards'];
const openly = { restricted: false, leadTold: false };
const told = (at: string, why: string, found: string): Seen => ({ why, source: 'agent', at, found });
const read = (at: string, why: string, found: string): Seen => ({ why, source: 'Admin', at, found });

/** The first that is seen counts: security comes before all others, which then follow the guide. */
export const TRIGGERS: readonly TriggerRow[] = [
  {
    id: 'security',
    source: `${LIST}, Security Concerns`,
    ourReading:
      'Judged from the employer record and from what agents said, before anybody is impersonated. Without that record nothing is fixed and nobody is impersonated either.',
    problems: ALL,
    when: 'Admin has an open security incident of the group, or an agent has a security concern; then there is no fix and no impersonation at all',
    team: 'Infra',
    priority: 'Urgent',
    restricted: true,
    leadTold: true,
    judge: (_, { employer }, { securityConcern }) => {
      if (securityConcern?.value) return told(securityConcern.readAt, 'An agent has a security concern.', 'yes');
      // Anything but a clear "none" counts as an incident.
      return employer && employer.value.securityIncident !== null ? read(employer.readAt, 'Admin has an open security incident of the group.', 'an open incident') : null;
    },
  },
  {
    id: 'several-groups',
    source: `${LIST}, System-wide Issues`,
    problems: ALL,
    when: 'several groups are affected',
    team: 'Infra',
    priority: 'Urgent',
    ...openly,
    judge: (_, __, { scope }) => (scope?.value === 'several-groups' ? told(scope.readAt, 'Several groups are affected.', 'several-groups') : null),
  },
  {
    id: 'data-corruption',
    source: `${LIST}, Data Corruption`,
    ourReading: "What Admin itself marks as corrupted or inconsistent; nothing is inferred from the data's look.",
    problems: ALL,
    when: "Admin marks the group's data, or the sample member's eligibility, as corrupted or inconsistent",
    team: 'ProdOps',
    priority: 'High',
    ...openly,
    judge: (_, { employer, access }) => {
      const kinds = [...new Set(employer?.value.dataIssues.map((d) => d.kind))];
      if (employer && kinds.length) return read(employer.readAt, `Admin marks data of the group as ${kinds.join(' and ')}.`, kinds.join(', '));
      if (!access || access.value.eligibility.consistent) return null;
      return read(access.readAt, "Admin marks the sample member's eligibility data as inconsistent.", 'inconsistent');
    },
  },
  {
    id: 'integration-down',
    source: `${LIST}, Integration Failures`,
    ourReading: 'Only "completely non-functional" counts: an integration that is degraded is looked at check by check. Looked for where it can be the cause.',
    problems: ['rewards'],
    when: 'the third-party integration is down',
    team: 'Infra',
    priority: 'High',
    ...openly,
    judge: (_, { rewards }) => (rewards?.value.integration.status === 'down' ? read(rewards.readAt, 'The rewards integration is down.', 'down') : null),
  },
  {
    id: 'defect',
    source: `${LIST}, Platform Bugs`,
    ourReading: 'An agent suspects it; or the last test of the checks fails though everything before it passed; or a fix did not hold.',
    problems: ALL,
    when: 'a software defect is suspected',
    team: 'Infra',
    priority: 'High',
    ...openly,
    judge: (problem, readings, { suspectedDefect }, evidence) => {
      if (suspectedDefect?.value) return told(suspectedDefect.readAt, 'An agent suspects a software defect.', 'yes');
      for (const { id, provesDefect, fails } of CHECKS[problem].checks) {
        const own = evidence.find((e) => e.check === id);
        if (!provesDefect || own?.verdict !== 'failed' || own.at === null) continue;
        const others = evidence.filter((e) => e !== own);
        if (provesDefect(others, readings)) return { why: `${fails} Everything else that was looked at is right.`, source: own.source, at: own.at, shownBy: id };
      }
      return null;
    },
  },
  {
    id: 'network-mapping',
    source: `${LIST}, Network Issues`,
    ourReading:
      'Looked for where members see the wrong thing: a group that cannot get in is not kept out because its mapping is an old one.',
    problems: ['configuration'],
    when: "the group's network data is wrong, or by an older mapping",
    team: 'ProdOps',
    priority: 'Normal',
    ...openly,
    judge: (_, { employer }) =>
      employer && networkNeedsUpdate(employer.value.network)
        ? { ...read(employer.readAt, "The group's network mapping needs an update.", employer.value.network.problem === null ? 'an older mapping' : 'wrong network data'), shownBy: 'configuration/network-data' }
        : null,
  },
];

/** The first trigger that is seen in what is known so far; null when there is none. */
export function firstTrigger(problem: GroupProblem, readings: Readings, gathered: Gathered, evidence: readonly Evidence[] = []): Trigger | null {
  for (const row of TRIGGERS) {
    const seen = row.problems.includes(problem) ? row.judge(problem, readings, gathered, evidence) : null;
    if (seen) return { ...trigger(row), ...seen };
  }
  return null;
}

/**
 * May a member's view be looked at, and may anything be changed? Only once the employer record was read, and shows
 * no trigger; and not of a member of another group, whose own record nobody has read. Ask before every impersonation
 * and before every write, with what was read last.
 */
export function mayTouch(problem: GroupProblem, readings: Readings, gathered: Gathered): boolean {
  const { employer, access } = readings;
  if (!employer || (access && access.value.groupId !== employer.value.id)) return false;
  return firstTrigger(problem, readings, gathered) === null;
}

/** A quick fix that did not hold, and was put back, makes a defect suspected. */
export function fixDidNotHold(at: string): Trigger {
  const row = TRIGGERS.find((t) => t.id === 'defect')!;
  return { ...trigger(row), ...read(at, 'The quick fix was applied and did not help.', 'the verification failed') };
}

/** The evidence with what the trigger saw: first, since it decided, unless a check among them shows it. */
export function withTrigger(evidence: readonly Evidence[], { id, why, source, at, found, shownBy }: Trigger): Evidence[] {
  if (evidence.some((e) => e.check === shownBy && e.verdict === 'failed')) return [...evidence];
  return [{ check: `trigger/${id}`, verdict: 'failed', value: found ?? null, source, at, means: why }, ...evidence];
}

const trigger = ({ id, team, priority, restricted, leadTold }: TriggerRow) => ({ id, team, priority, restricted, leadTold });
