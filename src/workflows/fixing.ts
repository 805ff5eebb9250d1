/**
 * The fix: asked for by a person, approved by a second one where it changes something of the group, then
 * apply → verify → put back. From the first of these to the last nothing cuts it: no cancellation, no stop, no
 * continue-as-new.
 */
import type { Withheld } from '../activities/troubleshooting.js';
import type { GroupMark } from '../domain/marks.js';
import type { Fix } from '../domain/troubleshooting.js';
import { approvalOf } from '../policy/fixes.js';
import type { Bench } from './bench.js';
import { after, now } from './desk.js';
import { admitted, waitsForApproval } from './group-admission.js';
import { aboutWrite, asked, groupVerbs, noted, tried } from './group-doing.js';
import type { Actor } from './messages.js';
import { leaveToPerson, waitForPerson } from './left-to-person.js';
import { triggered } from './group-triggers.js';
import type { GroupStage } from '../domain/group-stage.js';
import { over, putBack, verifyAsMember } from './verifying.js';

/** From what was diagnosed to what came of it. */
export async function fixIt(bench: Bench): Promise<GroupStage> {
  const { state } = bench;
  if (state.person) return waitForPerson(bench);
  if (state.fixing) return carryOut(bench);
  const { diagnosis } = state;
  if (diagnosis?.outcome !== 'fix') return 'gather';
  const { fix } = diagnosis;
  if (state.request?.fix !== fix.kind) return waitToBeAsked(bench, fix);
  if (fix.needsApproval) {
    const to = await approvedBySecond(bench, fix, state.request.by);
    if (to) return to;
  }
  state.rounds += 1;
  state.fixing = { fix, round: state.rounds, begun: false, version: null };
  return carryOut(bench);
}

/** Nothing of Admin is touched before somebody who may do so asks for it. */
async function waitToBeAsked(bench: Bench, fix: Fix): Promise<GroupStage> {
  const { state } = bench;
  state.request = null;
  bench.need('fix');
  const about = `group-fix-${fix.kind}${state.approvals > 0 ? `-${state.approvals + 1}` : ''}`;
  const { again } = state;
  for (;;) {
    const due = await asked(bench, about, (reminder) => ({ say: 'group-fix', fix: shown(fix), cause: state.diagnosis!.cause, again, reminder }));
    const message = await bench.next(due, { mayEnd: true });
    if (message === 'due') continue;
    if (message.verb === 'learned') bench.learn(message.facts, message.by);
    else if (message.verb === 'observed') bench.learn({ observedLogin: message.login }, message.by);
    else if (message.verb === 'fix') {
      bench.record('did', `asked for the fix: ${fix.does}${because(message.reason)}`, message.by);
      state.request = { by: message.by.name, ...(message.by.subject && { subject: message.by.subject }), fix: fix.kind };
    } else continue;
    return 'gather'; // As it is now, not as it was when the note was written.
  }
}

/** A second person approves exactly this change. Null when they have; else the stage to go to. */
async function approvedBySecond(bench: Bench, fix: Fix, requestedBy: string): Promise<GroupStage | null> {
  const { state } = bench;
  const subject = approvalOf(fix)!;
  if (!waitsForApproval(state)) {
    const askedAt = now();
    state.approvals += 1;
    state.again = null;
    state.approval = { ...subject, askedAt, requestedBy, expiresAt: after(askedAt, bench.clocks.approvalMs), decision: null, decidedBy: null, decidedAt: null, reason: null };
    bench.record('did', `proposed to a second person: ${fix.does}`);
  }
  const approval = state.approval!;
  const decide = (decision: 'approved' | 'refused' | 'expired', by: Actor | 'onetouch', reason: string | null) => {
    Object.assign(approval, { decision, decidedBy: by === 'onetouch' ? by : by.name, decidedAt: now(), reason });
    bench.record('did', `the change was ${decision}${reason ? `: ${reason}` : ''}`, by);
  };
  bench.need('approval');
  await noted(bench, `group-approval-${state.approvals}`, { say: 'group-approval', approval, does: fix.does, cause: state.diagnosis!.cause });
  for (;;) {
    const message = await bench.next(approval.expiresAt, { mayEnd: true });
    if (message === 'due') {
      decide('expired', 'onetouch', null);
      Object.assign(state, { request: null, again: 'expired' });
      return 'fix';
    }
    switch (message.verb) {
      case 'approve': {
        const answer = admitted(state, message, now());
        if (!answer.accepted) {
          bench.record('refused', `refused to approve the change: ${answer.reason}`, message.by);
          continue;
        }
        // What was learned before it was approved goes first.
        const learned = state.inbox.filter((m) => m.verb === 'learned');
        state.inbox = state.inbox.filter((m) => m.verb !== 'learned');
        for (const m of learned) bench.learn(m.facts, m.by);
        const to = learned.length > 0 ? await withdrawn() : null;
        if (to) return to;
        if (message.breakGlass) {
          approval.glassBroken = true;
          bench.flag(`${message.by.name} broke the glass to approve a change`);
        }
        decide('approved', message.by, message.reason ?? null);
        return null;
      }
      case 'refuse':
        decide('refused', message.by, message.reason);
        Object.assign(state, { request: null, again: 'refused' });
        return leaveToPerson(bench, { why: `The change was refused by ${message.by.name}: ${message.reason}`, guidance: [], asks: [] });
      case 'observed':
        bench.learn({ observedLogin: message.login }, message.by);
        continue;
      case 'learned': {
        bench.learn(message.facts, message.by);
        const to = await withdrawn();
        if (to) return to;
        continue;
      }
      default:
        continue;
    }
  }

  /** What was learned may be a reason not to fix at all: then nobody approves it any more. */
  async function withdrawn(): Promise<GroupStage | null> {
    const trigger = await triggered(bench, true);
    if (!trigger) return null;
    decide('refused', 'onetouch', `withdrawn: ${trigger === 'refused' ? 'Admin refused a reading' : trigger.why}`);
    state.request = null;
    return trigger === 'refused' ? waitForPerson(bench) : 'document';
  }
}

/** Apply → verify → put back. */
async function carryOut(bench: Bench): Promise<GroupStage> {
  const { state } = bench;
  const fixing = state.fixing!;
  const { fix, round } = fixing;
  bench.need(null);
  bench.publish();
  if (!fixing.begun) {
    // Asked before every write, with what is read now.
    const trigger = await triggered(bench, true);
    if (trigger) state.fixing = null;
    if (trigger) return trigger === 'refused' ? waitForPerson(bench) : 'document';
    // The last point at which a stop leaves nothing half done.
    if (state.inbox.some((m) => m.verb === 'stop')) {
      state.fixing = null;
      await bench.next(now(), { mayEnd: false, only: 'stop' }); // Throws.
    }
    fixing.begun = true;
  }
  // The value before it, kept on the ticket before it is changed: a run that is ended from outside finds it.
  await noted(bench, `group-applying-${round}`, { say: 'group-applying', fix: shown(fix), approval: state.approval, requestedBy: state.request?.by ?? state.approval?.requestedBy ?? 'onetouch' }, { group: { begun: markOf(fix, round, state.approval) } });

  const did = await apply(bench);
  if (did !== true && 'withheld' in did) {
    const { trigger, again } = did.withheld;
    bench.record('ruled', `nothing more was changed (${trigger.id}): ${trigger.why}${again ? ' Whether an earlier attempt had changed it already is not known.' : ''}`);
    // What was, or may have been, changed stays in the resolution for those whom it is escalated to.
    if (!again && !state.changed) state.fixing = null;
    state.trigger = trigger;
    state.outcome = 'escalate';
    return 'document';
  }
  if (did !== true) {
    state.fixing = null;
    state.request = null;
    await over(bench, round, did.text);
    return leaveToPerson(bench, { why: did.why, guidance: ['Look at the group as it is now, then ask for the fix again, or work it by hand.'], asks: [] }, 'not-applied', did.why);
  }
  const verdict = await verifyAsMember(bench);
  if (verdict === 'failed') return putBack(bench);
  // At the end as at the beginning: is there a reason to escalate after all?
  await triggered(bench, false);
  state.person = null;
  // Told to stop, and nobody said what came of the change: it stands, and the record says that it was not verified.
  state.outcome ??= verdict === 'unknown' && state.stopped ? 'stopped' : 'fixed';
  return 'document';
}

/** One change at the version that was approved, or the one thing that the fix does. */
async function apply(bench: Bench): Promise<true | { why: string; text: 'refused' | 'conflict' } | { withheld: Withheld }> {
  const { state } = bench;
  const fixing = state.fixing!;
  const { fix, round } = fixing;
  let attempts = fixing.resumed ? 1 : 0;
  /** What every write starts from, with what was learned up to this attempt. */
  const about = (name: string) => {
    attempts += 1;
    return aboutWrite(bench, `${name}-${round}`);
  };
  const not = (withheld: Withheld) => ({ withheld: { ...withheld, again: withheld.again || attempts > 1 } });
  if (fix.change && fixing.version === null) {
    const { change } = fix;
    const done = await tried(bench, 'change the record', () => groupVerbs.applyChange({ ...about('apply'), change }), { heeding: false });
    if (!done.ok) return { why: `Admin refused the change, and nothing was changed: ${done.why}`, text: 'refused' };
    if (done.value.outcome === 'withheld') return not(done.value);
    if (done.value.outcome === 'conflict') return { why: 'Somebody changed the record after it was read. Nothing was changed, and what they did stands.', text: 'conflict' };
    fixing.version = done.value.version;
    state.changed = fix;
    bench.record('did', `changed ${change.field} from ${String(change.from)} to ${String(change.to)} at version ${change.version}`);
  }
  switch (fix.kind) {
    case 'enable-rewards-and-sync': {
      const synced = await tried(bench, 'sync the rewards', () => groupVerbs.syncRewards({ ...about('sync'), begun: fix.change !== null }), { heeding: false });
      const came = synced.ok ? synced.value : { outcome: 'failed' as const, at: now(), detail: synced.why };
      if (came.outcome === 'withheld') return not(came);
      fixing.sync = came;
      bench.record('did', `synced the rewards: ${came.outcome}`);
      break;
    }
    case 'regenerate-report': {
      const made = await tried(bench, 'make the report anew', () => groupVerbs.regenerateReport({ ...about('report'), parameters: fix.parameters }), { heeding: false });
      if (!made.ok) return { why: `Admin refused to make the report anew: ${made.why}`, text: 'refused' };
      if (made.value.outcome === 'withheld') return not(made.value);
      bench.record('did', `made the report anew, ${fix.parameters.from} to ${fix.parameters.to}`);
      break;
    }
    case 'account-recovery': {
      const begun = await tried(bench, 'start the account recovery', () => groupVerbs.startRecovery(about('recovery')), { heeding: false });
      if (!begun.ok) return { why: `Admin refused to start the account recovery: ${begun.why}`, text: 'refused' };
      if (begun.value.outcome === 'withheld') return not(begun.value);
      bench.record('did', "started the member's account recovery; they end it by the platform's mail");
      break;
    }
    case 'enable-group':
    case 'enable-feature':
    case 'correct-eligibility':
      break;
  }
  state.changed = fix;
  return true;
}

const because = (reason: string | undefined) => (reason ? ` (${reason})` : '');

/** A fix as notes show it: without the members' ids. */
const shown = (fix: Fix): Fix => {
  const { sampleMember: _s, ...rest } = fix;
  const change = fix.change?.on === 'eligibility' ? { ...fix.change, id: '' } : fix.change;
  return { ...rest, ...('memberId' in fix ? { memberId: '' } : {}), change, sampleMember: null } as Fix;
};
const markOf = (fix: Fix, round: number, approval: Bench['state']['approval']): NonNullable<GroupMark['begun']> => ({ round, fix: shown(fix), approval });
