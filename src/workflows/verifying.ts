/** After a change: what the member sees, and what is done when that is not what it should be. */
import type { GroupNote } from '../wording/group-contents.js';
import type { FixKind, Verification } from '../domain/troubleshooting.js';
import { inverse } from '../policy/fixes.js';
import { fixDidNotHold } from '../policy/triggers.js';
import { Stopped, type Bench } from './bench.js';
import { after, now } from './desk.js';
import { aboutWrite, asked, groupVerbs, noted, tried } from './group-doing.js';
import { triggered } from './group-triggers.js';
import { leaveToPerson } from './left-to-person.js';
import type { GroupStage } from '../domain/group-stage.js';

/** By impersonation; where nobody can be impersonated, by a login that an agent watched. */
export async function verifyAsMember(bench: Bench): Promise<Verification['verdict']> {
  const { state } = bench;
  let observedLogin: 'works' | 'fails' | null = null;
  for (let look = 1; ; look++) {
    let verification = await lookAsMember(bench, observedLogin, look);
    // What the policy does not read from a login, the agent who watched the member says.
    if (verification.verdict === 'unknown' && observedLogin) {
      verification = { verdict: observedLogin === 'works' ? 'verified' : 'failed', at: now(), text: `An agent watched the member: it ${observedLogin}.` };
    }
    state.verification = verification;
    bench.record('did', `${verification.verdict === 'unknown' ? 'not verified' : verification.verdict}: ${verification.text}`);
    if (verification.verdict !== 'unknown' || !WATCHED.has(state.fixing!.fix.kind)) break;
    // No more is looked at where something has come up that is escalated.
    if (await triggered(bench, false)) break;
    observedLogin = await watchedLogin(bench);
    if (!observedLogin) break;
  }
  bench.need(null);
  return state.verification!.verdict;
}

/** The others show themselves in a report, or only once the member has read the platform's mail. */
const WATCHED: ReadonlySet<FixKind> = new Set(['enable-group', 'correct-eligibility', 'enable-feature', 'enable-rewards-and-sync']);

async function lookAsMember(bench: Bench, observedLogin: 'works' | 'fails' | null, look: number): Promise<Verification> {
  const { state, ticketId } = bench;
  const { fix, round, sync } = state.fixing!;
  const seen = await tried(
    bench,
    'verify the fix',
    () => {
      bench.catchUp();
      return groupVerbs.verifyFix({ ticketId, problem: bench.problem, provided: state.provided, fix, observedLogin, ...(sync ? { sync } : {}), now: now(), key: bench.effect(`verify-${round}-${state.begins}-${look}`) });
    },
    { heeding: false },
  );
  return seen.ok ? seen.value : { verdict: 'unknown', at: now(), text: `Admin refused to show it: ${seen.why}` };
}

/**
 * Asks an agent for a login that they watch. The run does not end here: a change waits for its verification. Told to
 * stop, it still waits for as long as until a first reminder; null when nobody has said anything by then.
 */
async function watchedLogin(bench: Bench): Promise<'works' | 'fails' | null> {
  bench.need('observed-login');
  let givenUpAt: string | null = null;
  for (;;) {
    const due = givenUpAt ?? (await asked(bench, `group-observe-${bench.state.fixing!.round}`, (reminder) => ({ say: 'group-observe', reminder })));
    const message = await bench.next(due, { mayEnd: false }).catch((thrown: unknown) => {
      if (!(thrown instanceof Stopped)) throw thrown;
      return 'stop' as const;
    });
    if (message === 'stop') {
      givenUpAt ??= after(now(), bench.clocks.askRemindMs);
      continue;
    }
    if (message === 'due') {
      if (givenUpAt) return null;
      continue;
    }
    if (message.verb === 'observed') {
      bench.record('did', `watched a login: ${message.login}`, message.by);
      return message.login;
    }
    if (message.verb !== 'learned') continue;
    bench.learn(message.facts, message.by);
    if (message.facts.observedLogin) return message.facts.observedLogin;
  }
}

/** The inverse change at the version that ours left. What somebody changed meanwhile is never overwritten. */
export async function putBack(bench: Bench): Promise<GroupStage> {
  const { state } = bench;
  const fixing = state.fixing!;
  const { change } = fixing.fix;
  if (change) {
    const done = await tried(bench, 'put the value back', () => groupVerbs.applyChange({ ...aboutWrite(bench, `put-back-${fixing.round}`), change: inverse(change, fixing.version!), puttingBack: true }), { heeding: false });
    if (done.ok && done.value.outcome === 'withheld') {
      const { trigger } = done.value;
      bench.record('ruled', `did not put ${change.field} back (${trigger.id}): ${trigger.why}`);
      state.trigger = trigger;
      state.outcome = 'escalate';
      await over(bench, fixing.round, 'not-put-back');
      return 'document';
    }
    if (!done.ok || done.value.outcome === 'conflict') {
      const why = done.ok
        ? 'The fix did not help, and it was not put back: somebody changed the record meanwhile, and what they did stands.'
        : `The fix did not help, and Admin refused to put it back: ${done.why}`;
      state.fixing = null;
      state.request = null;
      await over(bench, fixing.round, 'not-put-back');
      return leaveToPerson(bench, { why, guidance: [`Look at ${change.field} of the group: before our change it was ${String(change.from)}.`], asks: [] }, 'not-put-back', why);
    }
    state.putBack = true;
    bench.record('did', `put ${change.field} back to ${String(change.from)}`);
  }
  state.trigger = fixDidNotHold(now());
  state.outcome = 'escalate';
  await over(bench, fixing.round, 'put-back');
  return 'document';
}

/** What came of a change is settled, and on the ticket: nobody takes it up again. */
export async function over(bench: Bench, round: number, how: Extract<GroupNote, { say: 'group-over' }>['how']): Promise<void> {
  await noted(bench, `group-over-${round}`, { say: 'group-over', round, how }, { group: { over: round } });
}
