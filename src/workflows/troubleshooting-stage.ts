/**
 * The case's stage while a group's problem is troubleshot: it begins the child workflow once, hears its own desk
 * meanwhile, passes on what people provide, and goes on with what came of it.
 */
import { getExternalWorkflowHandle, sleep, startChild } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { Stage } from '../domain/case.js';
import type { Resolution } from '../domain/troubleshooting.js';
import type { Ruling } from '../domain/ruling.js';
import { hears, reading, verbs } from './act.js';
import { now, type Desk } from './desk.js';
import { settleMail } from './mail.js';
import { keepOwed } from './promise.js';
import type { Message } from './state.js';
import { learned, stop, tellCase, TROUBLESHOOTING, troubleshootingId, type GroupNews, type GroupOutcome } from './troubleshooting-messages.js';
import type { TroubleshootingInput } from './troubleshooting-state.js';

type Over = Extract<Message, { verb: 'troubleshot' }>;

const child = (desk: Desk) => getExternalWorkflowHandle(troubleshootingId(desk.ticketId, desk.state.cycle));
/** What came of it in this cycle; undefined as long as it goes on. */
const outcomeOf = (desk: Desk) => desk.state.done['troubleshot'] as { outcome: GroupOutcome; resolution: Resolution } | undefined;

export async function troubleshoot(desk: Desk): Promise<Stage> {
  const { state } = desk;
  if (outcomeOf(desk)?.outcome === 'escalate') return handOver(desk);
  if (concerned(desk)) beginAnew(desk);
  showNews(desk);
  const before = outcomeOf(desk) ? null : await begun(desk);
  for (let message: Message | 'due' | null = before; ; ) {
    if (message === null || message === 'due') message = await desk.next(await keepOwed(desk));
    if (message === 'due') continue;
    const heard = message;
    message = null;
    switch (heard.verb) {
      case 'groupNews':
        if (outcomeOf(desk)) continue;
        state.done['group-news'] = { needs: heard.needs, flagged: heard.flagged };
        showNews(desk);
        continue;
      case 'troubleshot': {
        // What was said to another case, or in another cycle, is not for this one.
        const isOurs = heard.id.startsWith(desk.effect('troubleshot'));
        if (!isOurs) desk.record('refused', 'refused to take over how another group troubleshooting ended', { by: 'group troubleshooting' });
        const to = isOurs ? over(desk, heard) : null;
        if (to) return to;
        continue;
      }
      case 'settleMail':
        await settleMail(desk, heard);
        continue;
      case 'provide':
        if (heard.facts && !outcomeOf(desk)) await told(desk, () => child(desk).signal(learned, { facts: heard.facts! }));
        break;
      default:
        break;
    }
    // Whoever comes by sees to it that it is still there.
    desk.run.groupKnown = false;
    const to = await hears(desk, heard);
    if (to) return to;
    if (state.stage !== 'troubleshooting') return state.stage;
  }
}

/**
 * Begins it, once a cycle. A case that began anew finds the one that runs, or what came of the one that ended;
 * it returns that as a message.
 */
async function begun(desk: Desk): Promise<Over | null> {
  const { state, ticketId } = desk;
  if (desk.run.groupKnown) return null;
  // What an earlier run began may have been ended from outside while no one looked.
  let again = 'group-begun' in state.done;
  let tries = 0;
  for (;;) {
    if (!again) {
      try {
        await startChild(TROUBLESHOOTING, {
          workflowId: troubleshootingId(ticketId, state.cycle),
          args: [inputFor(desk)],
          parentClosePolicy: 'ABANDON',
          workflowIdReusePolicy: 'group-anew' in state.done ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
          staticSummary: `Ticket ${ticketId}, cycle ${state.cycle}: group troubleshooting`,
        }).then((handle) => void watch(desk, handle.result()));
        desk.record('did', 'began the group troubleshooting', { effect: desk.effect('group-begun') });
        break;
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
        // The one before it has said its last word, and is about to end.
        if ('group-anew' in state.done && tries < ENDS_WITHIN_S) {
          tries += 1;
          await sleep('1 second');
          continue;
        }
      }
    }
    // It is there already: it tells where it stands, or its result does.
    if (await told(desk, () => child(desk).signal(tellCase))) break;
    const ended = await reading(desk, 'read how the group troubleshooting ended', () => verbs.groupResult({ ticketId, cycle: state.cycle }));
    if (ended && ended.outcome !== 'stopped') return { verb: 'troubleshot', id: desk.effect('troubleshot'), ...ended };
    if (ended) {
      await startChild(TROUBLESHOOTING, { workflowId: troubleshootingId(ticketId, state.cycle), args: [inputFor(desk)], parentClosePolicy: 'ABANDON', workflowIdReusePolicy: 'ALLOW_DUPLICATE' }).then((handle) => void watch(desk, handle.result()));
      desk.record('did', 'began the group troubleshooting again', { effect: desk.effect('group-begun') });
      break;
    }
    again = false;
  }
  state.done['group-begun'] = true;
  delete state.done['group-left'];
  desk.run.groupKnown = true;
  return null;
}

/**
 * It was fixed or explained, and something has been said that it would have been escalated for: after its end, or too
 * late for it to hear. Once a cycle, since what begins anew with that escalates.
 */
function concerned(desk: Desk): boolean {
  const { done, provided } = desk.state;
  if (!['fixed', 'explained'].includes(outcomeOf(desk)?.outcome ?? '') || 'group-anew' in done) return false;
  return Boolean(provided.securityConcern?.value || provided.suspectedDefect?.value || provided.scope?.value === 'several-groups');
}

function beginAnew(desk: Desk): void {
  const { done } = desk.state;
  done['group-anew'] = true;
  for (const name of ['troubleshot', 'group-begun', 'group-news']) delete done[name];
  desk.run.groupKnown = false;
  desk.record('heard', 'the group troubleshooting had ended; with what is known by now it is begun anew');
}

/** One that is ended from outside is begun again, and goes on where its notes say it stood. */
function watch(desk: Desk, result: Promise<unknown>): Promise<void> {
  return result.then(
    () => undefined,
    () => {
      if (outcomeOf(desk) || 'group-left' in desk.state.done) return;
      desk.run.groupKnown = false;
      delete desk.state.done['group-begun'];
      desk.record('heard', 'the group troubleshooting was ended from outside; it is begun again', { by: 'Temporal' });
      desk.state.inbox.push({ verb: 'ticketChanged', id: desk.effect('group-lost'), via: 'sweep', at: now() });
    },
  );
}

const inputFor = (desk: Desk): TroubleshootingInput => {
  const { ruling, ticket, provided, clocks, cycle } = desk.state;
  const { problem } = ruling as Extract<Ruling, { kind: 'troubleshoot' }>;
  return { ticketId: desk.ticketId, cycle, problem, group: ticket!.employerGroup, provided, clocks: clocks! };
};

/** What it needs, and why it is flagged, are the case's own. */
function showNews(desk: Desk): void {
  const { needs, flagged } = (desk.state.done['group-news'] ?? { needs: null, flagged: null }) as Pick<GroupNews, 'needs' | 'flagged'>;
  desk.need(needs);
  if (flagged) desk.flag(`${OURS}${flagged}`);
  else if (desk.state.flagged?.startsWith(OURS)) desk.state.flagged = null;
}
const OURS = 'group troubleshooting: ';
const ENDS_WITHIN_S = 10;

/** What came of it, and where the case goes with it. */
function over(desk: Desk, { outcome, resolution, byCase }: Over): Stage | null {
  const { state } = desk;
  if (outcomeOf(desk) || 'group-left' in state.done) return null;
  if (byCase && outcome === 'stopped') {
    // Stopped when the case had gone elsewhere; it is back by now.
    delete state.done['group-begun'];
    desk.run.groupKnown = false;
    return 'deciding';
  }
  state.done['troubleshot'] = { outcome, resolution };
  state.done['group-news'] = { needs: outcome === 'person' || outcome === 'stopped' ? 'person' : null, flagged: null };
  const { trigger } = resolution;
  desk.record('heard', `group troubleshooting: ${outcome}${trigger && outcome === 'escalate' ? ` (${trigger.id})` : ''}`, { by: 'group troubleshooting' });
  const { approval } = resolution;
  if (approval?.glassBroken) {
    state.glassBroken = (state.glassBroken ?? 0) + 1;
    desk.flag(`${approval.decidedBy} broke the glass to approve a change`);
  }
  showNews(desk);
  if (concerned(desk)) return 'deciding';
  return outcome === 'escalate' ? handOver(desk) : null; // Else the case ends when the ticket is solved.
}

/** To the team that the trigger names, with what was found out. */
function handOver(desk: Desk): Stage {
  const { state } = desk;
  const { trigger } = outcomeOf(desk)!.resolution;
  state.handoff = { team: trigger!.team, row: state.ruling!.row, priority: trigger!.priority, at: now(), issueKey: null };
  if (trigger!.leadTold) desk.flag('a security concern: a lead has to look at it');
  return 'escalating';
}

/** Wherever else the case goes, it has no more use for the troubleshooting. */
export async function leaveTroubleshooting(desk: Desk, to: Stage): Promise<void> {
  const { state } = desk;
  if (!('group-begun' in state.done) || outcomeOf(desk) || 'group-left' in state.done) return;
  if (to === 'troubleshooting' || to === 'deciding') return;
  state.done['group-left'] = true;
  delete state.done['group-begun'];
  desk.run.groupKnown = false;
  delete state.done['group-news'];
  showNews(desk);
  await told(desk, () => child(desk).signal(stop, { reason: `the case went on to ${to}` }));
}

/** Signals it; answers whether it was there to hear it. */
async function told(desk: Desk, say: () => Promise<void>): Promise<boolean> {
  try {
    await say();
    return true;
  } catch {
    desk.record('heard', 'the group troubleshooting has ended already');
    return false;
  }
}
