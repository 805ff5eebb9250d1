/** The steps of a problem, the most urgent first. Each says when it is due, and looks before it acts. */
import { patched, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { ProblemActivities } from '../activities/problems.js';
import type { ProblemMember } from '../domain/problem.js';
import { meaningOf } from '../policy/resolutions.js';
import type { ProblemFigures } from '../wording/problems.js';
import { failureOf, LOST_AFTER } from './act.js';
import { after, iso, now } from './desk.js';
import { reopen, resolve } from './problem-hearing.js';
import type { ProblemSays } from './problem-messages.js';
import type { Room } from './problem-room.js';
import { memberCount, say, untold, type Member, type ProblemState } from './problem-state.js';

export interface ProblemStep {
  /** As in "cannot … yet". */
  name: string;
  /** A time that is past means now; null when there is nothing to do. */
  dueAt(state: ProblemState): string | null;
  run(room: Room): Promise<void>;
}

/** So many cases are told in one activity. */
const TELL_AT_ONCE = 50;
/** A part of a merge: small enough for a signal. */
const HANDED_AT_ONCE = 500;
/** The figures on the issue are written at most so often. */
const SHOWN_EVERY_MS = 60_000;
/** The error reports of so many cases go to the issue; those of the others stay on their tickets. */
const REPORTS_WANTED = 20;
const REMINDERS = 2;
const NAMED = 20;
/** A closed ticket takes no note; then the next one is tried. */
const ASKED_ON = 10;
const WEEK_MS = 7 * 24 * 3_600_000;
const PAST = '';

const act = proxyActivities<ProblemActivities & Pick<Activities, 'readIssue'>>({
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '4 minutes',
  heartbeatTimeout: LOST_AFTER,
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '30 seconds', nonRetryableErrorTypes: ['Refused'] },
});
/** Tried once by itself: a repeat could be a second mail. */
const mailing = proxyActivities<Pick<ProblemActivities, 'mailOps'>>({ startToCloseTimeout: '90 seconds', heartbeatTimeout: LOST_AFTER, retry: { maximumAttempts: 1 } });

const open = (state: ProblemState): boolean => state.stage === 'open' || state.stage === 'choosing';
const when = (is: boolean): string | null => (is ? PAST : null);
const nameOf = ({ id, round }: ProblemState) => ({ id, round });

export const STEPS: readonly ProblemStep[] = [
  {
    name: 'look for earlier rounds',
    dueAt: (state) => when(state.settings === null),
    run: begin,
  },
  {
    name: 'hand its cases to the surviving problem',
    dueAt: (state) => when(state.stage === 'merged' && memberCount(state) > 0),
    run: handOver,
  },
  {
    name: 'file to Infra',
    dueAt: (state) => when(state.stage === 'filing' && memberCount(state) > 0),
    run: file,
  },
  {
    name: 'read the Jira issue',
    dueAt: (state) => when(state.lookDue && state.issueKey !== null && state.stage !== 'merged'),
    run: look,
  },
  {
    name: 'tell its cases',
    dueAt: (state) => when(state.stage !== 'merged' && untold(state, 1).length > 0),
    run: tell,
  },
  {
    name: 'ask its cases to join again',
    dueAt: (state) => when('found' in state.done && !('recalled' in state.done)),
    run: async ({ state, record }) => {
      const asked = await act.recallMembers({ id: state.id, round: state.round });
      state.done['recalled'] = true;
      if (asked > 0) record('did', `asked ${asked} cases to join again`);
    },
  },
  {
    name: 'stop fixes for single groups',
    // Jira may be away: that is no reason to let single groups be fixed.
    dueAt: (state) => when((open(state) || state.stage === 'filing') && state.systemWide && state.done['stopped-for'] !== String(state.groups.length)),
    run: async ({ state, record }) => {
      const stopped = await act.stopGroupFixes({ id: state.id, groups: state.groups.map((g) => g.name) });
      state.done['stopped-for'] = String(state.groups.length);
      if (stopped > 0) record('did', `stopped ${stopped} fixes for single groups`);
    },
  },
  {
    name: 'tell ops',
    // After the issue, which the mail names; before the comment on it, by which a new run knows that ops were told.
    dueAt: (state) => when(open(state) && state.systemWide && state.issueKey !== null && !('ops' in state.done)),
    run: async ({ state, record }) => {
      const fate = await mailing.mailOps({ ...nameOf(state), key: state.issueKey, figures: figuresOf(state) }).catch((error: unknown) => {
        // The worker was lost in the middle: nobody knows whether it went.
        if (['Timeout', 'Stopped'].includes(failureOf(error)?.type ?? '')) return 'unknown' as const;
        throw error;
      });
      state.done['ops'] = fate;
      record('did', { sent: 'told ops by mail', unset: 'nobody of ops could be mailed: OPS_EMAIL is not set', unknown: 'mailed ops; whether it arrived is not known', 'no-address': 'could not mail ops: the address was refused' }[fate]);
    },
  },
  {
    name: 'raise the priority',
    dueAt: (state) => when(open(state) && state.systemWide && state.issueKey !== null && !('raised' in state.done)),
    run: async ({ state, record }) => {
      await act.raiseProblem({ ...nameOf(state), key: state.issueKey!, own: state.ownIssue, figures: figuresOf(state) });
      state.done['raised'] = true;
      record('did', 'raised the priority: system-wide');
    },
  },
  {
    name: 'remind Infra',
    dueAt: ({ stage, settings, issueKey, reminders, roundAt }) =>
      stage === 'open' && settings && issueKey && reminders < REMINDERS ? after(roundAt, settings.promiseRemindMs + reminders * settings.promiseDueMs) : null,
    run: async ({ state, record }) => {
      const since = String(state.done['reminded-at'] ?? state.roundAt);
      if (!(state.progressAt && state.progressAt > since) && memberCount(state) > 0) {
        const withoutProgressHours = (Date.parse(now()) - Date.parse(state.roundAt)) / 3_600_000;
        await act.commentProblem({ ...nameOf(state), key: state.issueKey!, effect: `remind-${state.reminders}`, comment: { say: 'remind', members: memberCount(state), withoutProgressHours } });
        record('did', 'reminded Infra');
      }
      state.reminders += 1;
      state.done['reminded-at'] = now();
    },
  },
  {
    name: 'ask an agent to choose',
    dueAt: ({ choice }) => choice?.againAt ?? null,
    run: askToChoose,
  },
  {
    name: 'show the figures on the issue',
    dueAt: (state) => {
      if (!state.issueKey || !state.ownIssue || state.stage === 'merged' || state.stage === 'filing') return null;
      if (state.shown?.figures === figuresText(state)) return null;
      // Begun again by a late word of Jira's, it knows none of its cases: what stands on the issue is right.
      if (state.joined === 0 && patched('figures-of-cases')) return null;
      return state.shown ? after(state.shown.at, SHOWN_EVERY_MS) : PAST;
    },
    run: async ({ state }) => {
      const figures = figuresText(state);
      await act.showProblem({ key: state.issueKey!, figures: figuresOf(state) });
      state.shown = { figures, at: now() };
    },
  },
  {
    name: 'mark the issue as a duplicate',
    dueAt: (state) => when(state.stage === 'merged' && state.issueKey !== null && state.ownIssue && !('closed-over' in state.done)),
    run: async ({ state, record }) => {
      await act.closeOver({ ...nameOf(state), key: state.issueKey!, into: state.mergedInto!, reason: String(state.done['merge-reason'] ?? '') });
      state.done['closed-over'] = true;
      record('did', `marked ${state.issueKey} as a duplicate`);
    },
  },
  {
    name: 'end',
    dueAt: (state) => {
      const { stage, settings, resolution, startedAt, emptySince, inbox } = state;
      if (!settings || inbox.length > 0) return null;
      if (stage === 'merged') return when('survivor-ended' in state.done && memberCount(state) === 0);
      if (stage === 'resolved') return after(resolution!.at > startedAt ? resolution!.at : startedAt, settings.quietMs);
      return (stage === 'open' || stage === 'filing' || stage === 'choosing') && emptySince ? after(emptySince, settings.quietMs) : null;
    },
    run: async ({ state, record }) => {
      if (state.absorbed.length > 0) await act.tellProblems({ ids: state.absorbed, ended: state.id });
      if (state.inbox.length > 0) return; // Somebody joined meanwhile.
      record('ended', state.mergedInto ? `merged into ${state.mergedInto}` : state.resolution ? `${state.resolution.outcome}; quiet since` : 'no case is left in it');
      state.stage = 'ended';
    },
  },
];

/** Is there an issue of an earlier round, or of this one before it was ended from outside? */
async function begin({ state, record }: Room): Promise<void> {
  const joins = state.inbox.filter((m) => m.verb === 'join');
  const known = joins.map((m) => m.known ?? null).find((k) => k !== null) ?? null;
  const { settings, found, earlierKeys } = await act.findProblem({ id: state.id, known });
  state.settings = settings;
  if (!found) return;
  const { key, round, issue, updatedAt, own, told } = found;
  const meaning = issue.category === 'done' ? meaningOf(issue.resolution) : null;
  const waiting = joins.some((m) => m.escalatedAt <= updatedAt);
  Object.assign(state, { issueKey: key, round, issue: meaning && meaning !== 'resolved' ? null : issue, earlierKeys, ownIssue: own, stage: 'open' } satisfies Partial<ProblemState>);
  state.done['found'] = true;
  record('heard', `goes on from ${key}, round ${round}`);
  if (told) for (const effect of ['ops', 'raised']) state.done[effect] = 'earlier';
  if (told) Object.assign(state, { systemWide: true, priority: 'Urgent' } satisfies Partial<ProblemState>);
  // Whoever waited for it is told of it; whoever comes after it opens the next round.
  if (meaning === 'resolved' || (meaning && !waiting)) {
    Object.assign(state, { stage: 'resolved', resolution: { at: updatedAt, outcome: meaning === 'resolved' ? 'resolved' : 'unchanged' } } satisfies Partial<ProblemState>);
    say(state, { kind: 'resolved', key, outcome: meaning === 'resolved' ? 'resolved' : 'unchanged' });
    return;
  }
  say(state, { kind: 'filed', key });
  state.lookDue = meaning !== null;
  if (!own) state.done[`follow-${key}`] = true;
}

async function file({ state, record }: Room): Promise<void> {
  const figures = figuresText(state);
  const { key, issue } = await act.fileProblem({ ...nameOf(state), figures: figuresOf(state), earlierKey: state.earlierKeys.at(-1) ?? null, again: 'file to Infra' in state.held });
  state.stage = 'open';
  state.shown = { figures, at: now() };
  if (!key) return record('did', 'observed: nothing was filed');
  Object.assign(state, { issueKey: key, issue } satisfies Partial<ProblemState>);
  say(state, { kind: 'filed', key });
  record('did', `filed to Infra as ${key}`);
  // An engineer who was quicker than we: it is to be heard as resolved.
  if (issue?.category === 'done') Object.assign(state, { issue: null, lookDue: true } satisfies Partial<ProblemState>);
}

/** What Jira says counts, for all cases at once. */
async function look(room: Room): Promise<void> {
  const { state, record } = room;
  const before = state.issue;
  const issue = await act.readIssue(state.issueKey!);
  state.lookDue = false;
  state.issue = issue;
  if (issue.category !== 'done') {
    if (before && (['status', 'assigneeId', 'lastForeignComment'] as const).some((k) => before[k] !== issue[k])) state.progressAt = now();
    if (before?.category === 'done' || state.resolution || state.choice) reopen(room);
    return;
  }
  if (before?.category === 'done' && before.resolution === issue.resolution && before.duplicateOf === issue.duplicateOf) return;
  const resolution = issue.resolution ?? 'Done';
  record('heard', `${issue.key} is ${resolution}`, { by: 'Jira' });
  if (state.resolution) return; // Everyone was told already; it is only called by another name now.
  const meaning = meaningOf(issue.resolution);
  if (meaning === 'resolved') return resolve(room, 'resolved');
  if (meaning === 'duplicate' && issue.duplicateOf && !(`follow-${issue.duplicateOf}` in state.done)) return follow(room, issue.duplicateOf);
  const detail = meaning === 'duplicate' ? `${issue.key} was closed as a duplicate, and of which issue is not linked` : `${issue.key}: ${resolution}`;
  Object.assign(state, { stage: 'choosing', resolution: null, choice: { why: meaning === 'duplicate' ? 'other' : meaning, detail, asked: 0, againAt: PAST } } satisfies Partial<ProblemState>);
}

/** All cases move to the surviving issue of a duplicate. */
async function follow({ state, record }: Room, key: string): Promise<void> {
  const fromKey = state.issueKey;
  state.issue = null; // Whatever fails below, the resolution is looked at again.
  state.lookDue = true;
  await act.followForProblem({ ...nameOf(state), key, fromKey, figures: figuresOf(state) });
  state.done[`follow-${key}`] = true;
  Object.assign(state, { issueKey: key, ownIssue: false, stage: 'open', choice: null, resolution: null } satisfies Partial<ProblemState>);
  say(state, { kind: 'filed', key });
  record('did', `follows ${key}`);
}

/** A batch of those who have not heard the last word. */
async function tell({ state, record }: Room): Promise<void> {
  const batch = untold(state, TELL_AT_ONCE);
  const says = batch.map((ticketId) => wordFor(state, ticketId, state.members[ticketId]!));
  const gone = new Set(await act.tellCases({ says }));
  for (const { ticketId, kind } of says) {
    const member = state.members[ticketId]!;
    if (gone.has(ticketId)) delete state.members[ticketId];
    else if (kind === 'moved') delete member.from;
    else member.h = state.words;
    if (kind === 'resolved' && !gone.has(ticketId)) state.told += 1;
  }
  if (memberCount(state) === 0) state.emptySince ??= now();
  record('did', `told cases (${says[0]!.kind})`);
}

function wordFor(state: ProblemState, ticketId: string, member: Member): ProblemSays {
  const word = state.word!;
  const to = { problem: state.id, round: state.round, ticketId, cycle: member.c };
  if (member.from) return { ...to, problem: member.from, kind: 'moved', to: state.id, key: state.issueKey };
  if (word.kind === 'filed' || (word.kind === 'reopened' && member.h === 0 && word.key)) {
    const wantsReport = member.h === 0 && state.reports < REPORTS_WANTED;
    if (wantsReport) state.reports += 1;
    return { ...to, kind: 'filed', key: word.key!, wantsReport };
  }
  return { ...to, ...word };
}

/** In parts; whoever joins later is sent after them. */
async function handOver({ state, record }: Room): Promise<void> {
  const batch = Object.entries(state.members).slice(0, HANDED_AT_ONCE);
  const parts = new Map<string, ProblemMember[]>();
  for (const [ticketId, m] of batch) {
    const from = m.from ?? state.id;
    parts.set(from, [...(parts.get(from) ?? []), { ticketId, cycle: m.c, group: state.groups[m.g]?.name ?? null, joinedAt: iso(m.at * 1000) }]);
  }
  for (const [from, members] of parts) await act.handMembers({ to: state.mergedInto!, absorb: { from, into: state.mergedInto!, issueKey: state.issueKey, members } });
  for (const [ticketId] of batch) delete state.members[ticketId];
  record('did', `handed ${batch.length} cases to ${state.mergedInto}`);
}

/** One choice for all: asked on the first ticket that takes a note, and again until somebody chooses. */
async function askToChoose({ state, record }: Room): Promise<void> {
  const choice = state.choice!;
  const tickets = Object.entries(state.members).slice(0, ASKED_ON).map(([ticketId, member]) => ({ ticketId, cycle: member.c }));
  const on = await act.askToChoose({ ...nameOf(state), tickets, why: choice.why, detail: choice.detail, issueKey: state.issueKey, members: memberCount(state), asked: choice.asked });
  if (on) record('did', `asked an agent to choose, on ticket ${on}`);
  choice.asked += 1;
  choice.againAt = after(now(), Math.min(state.settings!.askRemindMs * 2 ** (choice.asked - 1), Math.max(WEEK_MS, state.settings!.askRemindMs)));
}

export function figuresOf(state: ProblemState): ProblemFigures {
  const { id, round, signature, joined, groups, firstSeen, lastSeen, systemWide, priority, earlierKeys } = state;
  const tickets: string[] = [];
  for (const ticketId of Object.keys(state.members)) if (tickets.push(ticketId) >= NAMED) break;
  return { id, round, signature, members: memberCount(state), joined, groups: groups.slice(0, NAMED).map((g) => g.name), groupCount: groups.length, tickets, firstSeen, lastSeen, systemWide, priority, earlierKeys };
}
/** What of it makes the issue's text old. */
const figuresText = (state: ProblemState): string => [memberCount(state), state.joined, state.groups.length, state.systemWide, state.round].join('|');
