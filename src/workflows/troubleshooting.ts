/**
 * Group troubleshooting: the guide's seven steps for one employer group's problem, as a workflow of its own
 * under the case. It diagnoses, has a person ask for the fix and a second one approve it, changes one thing,
 * looks at it as the member does, puts it back where that fails, and documents what came of it.
 */
import type { GroupStage } from '../domain/group-stage.js';
import { allHandlersFinished, CancellationScope, condition } from '@temporalio/workflow';
import type { Resolution } from '../domain/troubleshooting.js';
import { openBench, Stopped, type Bench } from './bench.js';
import { now } from './desk.js';
import { fixIt } from './fixing.js';
import { groupVerbs, noted, tried } from './group-doing.js';
import { triggered } from './group-triggers.js';
import { leaveToPerson, waitForPerson } from './left-to-person.js';
import { waitsForApproval } from './group-admission.js';
import { troubleshot, type GroupOutcome } from './troubleshooting-messages.js';
import type { TroubleshootingInput } from './troubleshooting-state.js';


export interface TroubleshootingResult {
  outcome: GroupOutcome;
  resolution: Resolution;
}

export async function troubleshooting(input: TroubleshootingInput): Promise<TroubleshootingResult> {
  const bench = openBench(input); // Handlers record; the flow below acts.
  const { state } = bench;
  // A Cancel is heard like the case's own word to stop, so it never cuts a change from its verification.
  return CancellationScope.nonCancellable(async () => {
    while (state.stage !== 'ended') {
      bench.enter();
      state.stage = await STEPS[state.stage](bench).catch((thrown: unknown) => stopped(bench, thrown));
    }
    bench.enter();
    const result = { outcome: state.outcome!, resolution: bench.resolution() };
    await condition(allHandlersFinished);
    // A case that began anew may ask at the last moment.
    while (state.inbox.some((m) => m.verb === 'tellCase')) {
      state.inbox = [];
      await tellCaseItEnded(bench);
    }
    return result;
  });
}

const STEPS: Record<Exclude<GroupStage, 'ended'>, (bench: Bench) => Promise<GroupStage>> = {
  gather,
  scope: findScope,
  'group-status': lookAtGroup,
  'recent-changes': lookAtChanges,
  test,
  fix: fixIt,
  document,
};

/** Exact error messages, affected members, steps to reproduce; and the group that the ticket names. */
async function gather(bench: Bench): Promise<GroupStage> {
  const { state } = bench;
  bench.need(null);
  state.trigger = null;
  const told = await tried(bench, 'read the ticket and its group', () => groupVerbs.gatherGroup({ ticketId: bench.ticketId, cycle: bench.cycle, provided: state.provided, now: now() }), { heeding: true });
  if (!told.ok) return leaveToPerson(bench, { why: `Admin or the helpdesk refused: ${told.why}`, guidance: [], asks: [] }, 'refused');
  const { groupId, scope, missing, past } = told.value;
  const first = state.done['gathered'] === undefined;
  Object.assign(state, { groupId, scope });
  if (first) {
    state.done['gathered'] = true;
    state.begins = past.begins;
    state.rounds = past.rounds;
    bench.record('heard', groupId ? `read the ticket; it is about group ${groupId}` : 'read the ticket; it names no group that Admin knows');
    if (past.unfinished) {
      // Ended from outside in the middle of a change: it is settled first. The same keys do nothing twice.
      state.fixing = { fix: past.unfinished.fix, round: past.unfinished.round, begun: true, resumed: true, version: null };
      state.approval = past.unfinished.approval;
      bench.record('did', `goes on with the change of round ${past.unfinished.round}, where the last run was ended from outside`);
      return 'fix';
    }
  }
  // Nothing waits for it: what is found out later is provided, and diagnosed with.
  if (missing.length > 0) await noted(bench, 'group-missing', { say: 'group-missing', missing });
  return 'scope';
}

/** One member, several, the whole group, or several groups. */
async function findScope(bench: Bench): Promise<GroupStage> {
  bench.record('heard', `scope: ${bench.state.scope ?? 'nobody said yet'}`);
  return Promise.resolve('group-status');
}

/** The group as Admin has it, and whether it is escalated instead of fixed: before anybody is impersonated. */
async function lookAtGroup(bench: Bench): Promise<GroupStage> {
  const trigger = await triggered(bench, true);
  if (trigger === 'refused') return waitForPerson(bench);
  return trigger ? 'document' : 'recent-changes';
}

async function lookAtChanges(bench: Bench): Promise<GroupStage> {
  const { state } = bench;
  if (!state.groupId) return 'test';
  const changes = await tried(bench, 'read the recent changes', () => groupVerbs.recentChanges({ groupId: state.groupId!, now: now() }), { heeding: true });
  bench.record('heard', changes.ok ? `read the recent changes: ${changes.value.length}` : `could not read the recent changes: ${changes.why}`);
  return 'test';
}

/** The checks in their order, the last of them as the member sees it. What they show says what comes next. */
async function test(bench: Bench): Promise<GroupStage> {
  const { state } = bench;
  if (state.person) return waitForPerson(bench);
  state.tests += 1;
  const key = bench.effect(`test-${state.begins}-${state.tests}`);
  const found = await tried(bench, 'go through the checks', () => {
    bench.catchUp();
    return groupVerbs.diagnoseGroup({ ticketId: bench.ticketId, problem: bench.problem, provided: state.provided, now: now(), key });
  }, { heeding: true });
  if (!found.ok) return leaveToPerson(bench, { why: `Admin refused a reading: ${found.why}`, guidance: [], asks: [] }, 'refused');
  const diagnosis = (state.diagnosis = found.value);
  bench.record('ruled', `diagnosed: ${diagnosis.cause}`);
  switch (diagnosis.outcome) {
    case 'trigger':
      state.trigger = diagnosis.trigger;
      state.outcome = 'escalate';
      return 'document';
    case 'explanation':
      state.explanation = diagnosis.explanation;
      state.outcome = 'explained';
      return 'document';
    case 'person':
      return leaveToPerson(bench, diagnosis.person);
    case 'fix':
      return 'fix';
  }
}

/** The issue, the steps and the resolution, on the ticket; then the case hears what came of it. */
async function document(bench: Bench): Promise<GroupStage> {
  const { state } = bench;
  state.outcome ??= 'person';
  const unread = state.inbox.filter((m) => m.verb === 'learned');
  if (unread.length > 0 && (state.outcome === 'fixed' || state.outcome === 'explained')) {
    // What was learned at the last moment may be a reason to escalate.
    state.inbox = state.inbox.filter((m) => m.verb !== 'learned');
    for (const m of unread) bench.learn(m.facts, m.by);
    await triggered(bench, false);
    state.person = null;
  }
  bench.need(null);
  const resolution = bench.resolution();
  await noted(bench, 'group-documented', { say: 'group-documented', resolution, outcome: state.outcome }, { group: { ended: state.outcome } });
  if (resolution.trigger?.leadTold && state.outcome === 'escalate') await noted(bench, 'tell-lead', { say: 'tell-lead', team: resolution.trigger.team });
  await tellCaseItEnded(bench);
  return 'ended';
}

async function tellCaseItEnded(bench: Bench): Promise<void> {
  const said = { id: bench.effect(`troubleshot-${Date.parse(bench.state.startedAt)}`), outcome: bench.state.outcome!, resolution: bench.resolution(), byCase: bench.state.stopped?.by === 'onetouch' };
  await bench.toCase((handle) => handle.signal(troubleshot, said));
}

function stopped(bench: Bench, thrown: unknown): GroupStage {
  if (!(thrown instanceof Stopped)) throw thrown;
  const { state } = bench;
  if (waitsForApproval(state)) Object.assign(state.approval!, { decision: 'refused', decidedBy: 'onetouch', decidedAt: now(), reason: `withdrawn: ${state.stopped?.reason ?? 'it was stopped'}` });
  state.outcome = 'stopped';
  return 'document';
}
