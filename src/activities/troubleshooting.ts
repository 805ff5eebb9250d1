/**
 * What group troubleshooting asks of the outside: readings of Admin, judged here by the pure policy for the
 * workflow's `now`, and the few things that it may do. Readings stay inside; what they show goes out.
 */
import { Context } from '@temporalio/activity';
import type { Facts, Scope } from '../domain/facts.js';
import { readMarks, type GroupMark } from '../domain/marks.js';
import type { GroupProblem } from '../domain/ruling.js';
import { TRIGGER_IDS, type Diagnosis, type Fix, type Gathered, type Readings, type ReadingName, type ReadingValues, type Trigger, type TriggerId, type Verification } from '../domain/troubleshooting.js';
import { diagnose, gatheredFrom, readingsOf } from '../policy/diagnosis.js';
import { verified } from '../policy/fixes.js';
import { firstTrigger, mayTouch } from '../policy/triggers.js';
import type { MissingOfGroup } from '../wording/group-contents.js';
import { FAILURE } from './failures.js';
import { findMember } from './gather.js';
import type { AdminChange, GroupsPort, RecentChange, ReportParameters } from './groups-port.js';
import type { AdminPort, HelpdeskPort } from './ports.js';
import type { ProblemsPort } from './problems.js';

export interface TroubleshootingDependencies {
  helpdesk: HelpdeskPort;
  admin: AdminPort;
  groups: GroupsPort;
  problems: Pick<ProblemsPort, 'systemWide'>;
}

/** What every step starts from: the ticket, and what people provided. */
interface About {
  ticketId: string;
  provided: Facts;
}
type Problem = About & { problem: GroupProblem; now: string };
/** `key` names the effect, so that Admin does it once. */
type Write = Problem & { groupId: string; key: string; begun?: boolean };
/** Not done, for this reason. `again`: an earlier attempt may have done it. */
export interface Withheld {
  outcome: 'withheld';
  trigger: Trigger;
  again: boolean;
}

export interface GatheredGroup {
  groupId: string | null;
  scope: Scope | null;
  missing: MissingOfGroup[];
  past: {
    /** How often troubleshooting ended in this cycle. */
    begins: number;
    /** The changes that were begun in this cycle. */
    rounds: number;
    /** One that was begun, and that nothing says is settled. */
    unfinished: NonNullable<GroupMark['begun']> | null;
  };
}

const CHANGES_SINCE_DAYS = 30;
const DAY_MS = 86_400_000;

export function createTroubleshootingActivities({ helpdesk, admin, groups, problems }: TroubleshootingDependencies) {
  /** The ticket's group and a member to look at: the one it names, else the first of the group. */
  async function subject({ ticketId, provided }: About, now: string) {
    const ticket = await helpdesk.readTicket(ticketId);
    const member = await findMember(ticket, provided.memberId?.value, admin);
    const named = ticket.employerGroup ?? member?.employerGroup ?? null;
    const employer = named ? await unlessRefused(() => groups.findGroup(named)) : null;
    // An id that Admin does not know names nobody.
    const { memberId: _, ...others } = provided;
    const facts: Facts = member ? { ...others, memberId: { value: member.id, source: 'Admin', readAt: now } } : others;
    return { ticket, employer: employer ?? null, member, facts, gathered: gatheredFrom(facts, ticket.report) };
  }

  async function sampleOf(groupId: string, memberId: string | undefined): Promise<string | null> {
    if (memberId) return memberId;
    return (await unlessRefused(() => groups.members(groupId)))?.memberIds[0] ?? null;
  }

  /** A group that has a system-wide problem is not fixed by itself, whenever its own troubleshooting began. */
  async function withReach(gathered: Gathered, names: readonly string[], now: string): Promise<Gathered> {
    if (gathered.scope?.value === 'several-groups' || !(await problems.systemWide(names))) return gathered;
    return { ...gathered, scope: { value: 'several-groups', source: 'agent', readAt: now } };
  }

  /** Everything that the problem's checks need, but the view. What Admin refuses to show is absent. */
  async function readAll(about: Problem) {
    const { ticket, employer, member, ...told } = await subject(about, about.now);
    let { gathered } = told;
    const readings: Readings = {};
    const wanted = readingsOf(about.problem);
    if (!employer) return { readings, gathered, wanted, sample: null };
    const keep = <K extends ReadingName>(name: K, value: ReadingValues[K] | undefined) => {
      if (value !== undefined) Object.assign(readings, { [name]: { value, readAt: about.now } });
    };
    keep('employer', employer);
    const { id } = employer;
    gathered = await withReach(gathered, [id, employer.name, ...(ticket.employerGroup ? [ticket.employerGroup] : [])], about.now);
    const sample = await sampleOf(id, member?.id);
    const read: { [K in ReadingName]?: () => Promise<ReadingValues[K]> } = {
      changes: () => groups.recentChanges(id, daysBefore(about.now)),
      ...(sample ? { access: () => groups.memberAccess(sample) } : {}),
      imports: () => groups.imports(id),
      report: () => groups.engagementReport(id),
      definition: () => groups.engagementDefinition(id),
      rewards: () => groups.rewards(id),
      integrationLog: () => groups.integrationLog(id),
    };
    for (const name of wanted) {
      const own = read[name];
      if (own) keep(name, (await unlessRefused(own as () => Promise<never>)) as never);
    }
    const requested = readings.report?.value?.requested;
    if (wanted.includes('activity') && requested) keep('activity', await unlessRefused(() => groups.activity(id, requested.from, requested.to)));
    return { readings, gathered, wanted, sample };
  }

  return {
    /** Step 1: what people told, the group that it is about, and what an earlier run left unsettled. */
    async gatherGroup(input: About & { cycle: number; now: string }): Promise<GatheredGroup> {
      const { ticket, employer, gathered } = await subject(input, input.now);
      const marks = readMarks(ticket).flatMap((m) => (m.cycle === input.cycle && m.data.group ? [m.data.group] : []));
      let unfinished: GatheredGroup['past']['unfinished'] = null;
      for (const mark of marks) unfinished = mark.begun ?? (mark.over === undefined && mark.ended === undefined ? unfinished : null);
      const missing: MissingOfGroup[] = (['errorMessages', 'affectedMembers', 'stepsToReproduce'] as const).filter((part) => !gathered[part]);
      if (!gathered.scope) missing.push('scope');
      return {
        groupId: employer?.id ?? null,
        scope: gathered.scope?.value ?? null,
        missing,
        past: {
          begins: marks.filter((m) => m.ended !== undefined).length,
          rounds: Math.max(0, ...marks.flatMap((m) => m.begun?.round ?? [])),
          unfinished,
        },
      };
    },

    /** Is there a reason to escalate instead of fixing? Reads only; nobody is impersonated. With what else was seen. */
    async lookForTriggers(input: Problem): Promise<Extract<Diagnosis, { outcome: 'trigger' }> | null> {
      const { readings, gathered } = await readAll(input);
      const diagnosis = diagnose(input.problem, readings, gathered, input.now);
      return diagnosis.outcome === 'trigger' ? diagnosis : null;
    },

    async recentChanges(input: { groupId: string; now: string }): Promise<RecentChange[]> {
      return (await groups.recentChanges(input.groupId, daysBefore(input.now))).slice(0, 10);
    },

    /** The checks in order, the view of a member last, and only where nothing forbids it: not of one whose group was not read. `key` names the session. */
    async diagnoseGroup(input: Problem & { key: string }): Promise<Diagnosis> {
      const { readings, gathered, wanted, sample } = await readAll(input);
      if (wanted.includes('view') && sample && readings.access && mayTouch(input.problem, readings, gathered)) {
        const view = await unlessRefused(() => groups.memberView(sample, input.key));
        if (view !== undefined) readings.view = { value: view, readAt: input.now };
      }
      return diagnose(input.problem, readings, gathered, input.now);
    },

    /**
     * One change at the version that was approved, or one that puts it back. The member of an eligibility is found
     * anew, since notes hold no ids.
     */
    async applyChange(input: Write & { change: AdminChange; puttingBack?: boolean }): Promise<{ outcome: 'applied' | 'conflict'; version: string } | Withheld> {
      const { change } = input;
      // What did not help is put back, whatever else has come up; but nothing at all is written under a security concern.
      return (await withheld(input, input.puttingBack ? ['security'] : TRIGGER_IDS)) ?? groups.apply({ ...change, id: change.id || (await memberOf(input)) }, input.key);
    },

    /** A change has been made by then: only a security concern withholds it. */
    async syncRewards(input: Write): Promise<{ outcome: 'completed' | 'failed'; at: string; detail: string } | Withheld> {
      return (await withheld(input, input.begun ? ['security'] : TRIGGER_IDS)) ?? groups.syncRewards(input.groupId, input.key);
    },

    async regenerateReport(input: Write & { parameters: ReportParameters }): Promise<{ outcome: 'made' } | Withheld> {
      const not = await withheld(input, TRIGGER_IDS);
      if (not) return not;
      await groups.regenerateReport(input.groupId, input.parameters, input.key);
      return { outcome: 'made' };
    },

    async startRecovery(input: Write): Promise<{ outcome: 'begun' } | Withheld> {
      const not = await withheld(input, TRIGGER_IDS);
      if (not) return not;
      await groups.startRecovery(await memberOf(input), input.key);
      return { outcome: 'begun' };
    },

    /** Looks at it as the sample member does, or at the new report. Impersonates nobody where a trigger forbids it. */
    async verifyFix(input: Problem & { fix: Fix; observedLogin: 'works' | 'fails' | null; sync?: { outcome: 'completed' | 'failed'; at: string; detail: string }; key: string }): Promise<Verification> {
      const { fix, now, observedLogin, sync } = input;
      if (fix.kind === 'regenerate-report') {
        const { from, to } = fix.parameters;
        const [report, activity] = [await groups.engagementReport(fix.groupId), await groups.activity(fix.groupId, from, to)];
        return verified(fix, { report, activity }, now);
      }
      const { employer: named, member, gathered } = await subject(input, now);
      // The group that was changed, whatever group the ticket names by now.
      const employer = named?.id === fix.groupId ? named : ((await unlessRefused(() => groups.employer(fix.groupId))) ?? null);
      const sample = fix.sampleMember ?? (employer ? await sampleOf(employer.id, member?.id) : null);
      // Nobody of another group is looked at, and a run that goes on from notes does not know whom it looked at before.
      const access = sample ? await unlessRefused(() => groups.memberAccess(sample)) : undefined;
      const seen: Readings = { ...(employer ? { employer: { value: employer, readAt: now } } : {}), ...(access ? { access: { value: access, readAt: now } } : {}) };
      const may = access !== undefined && mayTouch(input.problem, seen, gathered);
      const view = may && sample ? ((await unlessRefused(() => groups.memberView(sample, input.key))) ?? null) : null;
      return verified(fix, { view, observedLogin, ...(sync ? { sync } : {}) }, now);
    },
  };

  /**
   * The last look before a write, at the group that it is about, as it is now: an outage may have held the write up
   * for hours. Null where nothing withholds it. Without the group's record nothing is written: that rejects.
   */
  async function withheld({ problem, groupId, provided, now }: Write, by: readonly TriggerId[]): Promise<Withheld | null> {
    const employer = await groups.employer(groupId);
    const told = gatheredFrom(provided, []);
    const gathered = by.includes('several-groups') ? await withReach(told, [groupId, employer.name], now) : told;
    const trigger = firstTrigger(problem, { employer: { value: employer, readAt: now } }, gathered);
    return trigger && by.includes(trigger.id) ? { outcome: 'withheld', trigger, again: Context.current().info.attempt > 1 } : null;
  }

  async function memberOf(input: About & { now: string }): Promise<string> {
    const { member } = await subject(input, input.now);
    return member?.id ?? '';
  }
}
export type TroubleshootingActivities = ReturnType<typeof createTroubleshootingActivities>;

const daysBefore = (now: string): string => new Date(Date.parse(now) - CHANGES_SINCE_DAYS * DAY_MS).toISOString();

/** A reading that Admin refuses for good is one that nobody knows; an outage is tried again. */
async function unlessRefused<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if ((error as { type?: unknown }).type === FAILURE.refused) return undefined;
    throw error;
  }
}
