/**
 * The room where a problem's cases meet: handlers record what is said, and the flow in `problem.ts` acts. A run can
 * end at any wait: everything is in `state`.
 */
import { CancellationScope, condition, continueAsNew, patched, setCurrentDetails, setHandler, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SearchAttributeUpdatePair } from '@temporalio/common';
import type { Entry } from '../domain/case.js';
import type { ProblemMember, ProblemRecord, ProblemView } from '../domain/problem.js';
import { issueDigest } from '../domain/snapshot.js';
import { escapeMarkdown } from '../wording/clean.js';
import { problemSentence } from '../wording/problems.js';
import { now, iso } from './desk.js';
import { attempted, changeOf, isGuarded, readActor, readGrant, verdictOn, whoIs } from './grants.js';
import * as messages from './problem-messages.js';
import { problemMessage } from './problem-shapes.js';
import { memberCount, newProblem, type ProblemInput, type ProblemMessage, type ProblemState } from './problem-state.js';
import { denied, TEMPORAL_UI, type Actor, type Answer } from './messages.js';
import { SEARCH } from './search-attributes.js';
import { enter, remember } from './state.js';
import { carriedOver, isOurs, named } from './begin.js';
import { isByHand, mustBeRead, NOT_BY_HAND, signalReader, unreadable } from './unreadable.js';

/** A run is continued as new at its next wait past this many events, or when the server suggests it. */
const EVENTS_PER_RUN = 4_000;
const MOST_MEMBERS_ASKED = 1_000;
const LONGEST_ID = 200;

export type Room = ReturnType<typeof openRoom>;

export function openRoom(input: ProblemInput) {
  const { workflowId } = workflowInfo();
  const id = named('A problem', messages.isProblemId(workflowId) ? workflowId : null);
  // Whoever starts it need not be believed: the first case that joins brings the signature, too.
  const state: ProblemState = carriedOver('What the problem goes on with', input) ?? newProblem({ id, signature: isOurs(input) ? input.signature : null }, now());
  const limit = (isOurs(input) && input.eventsPerRun) || EVENTS_PER_RUN;
  let nextWake: string | null = null;
  const published: Record<string, string> = {};
  for (const [name, key] of Object.entries(SEARCH)) {
    const value: unknown = workflowInfo().typedSearchAttributes.get<never>(key as never);
    if (value !== undefined) published[name] = JSON.stringify(value);
  }

  function record(what: Entry['what'], text: string, more: Partial<Entry> = {}): void {
    enter(state.timeline, { at: now(), what, text, by: 'onetouch', cycle: state.round, ...more });
  }

  /** What a signal said, with the fields that its verb knows; a wrong shape is recorded, and null. */
  function shaped<V extends ProblemMessage['verb']>(verb: V, said: unknown): Extract<ProblemMessage, { verb: V }> | null {
    const shape = problemMessage(verb, said);
    if ('message' in shape) return shape.message as Extract<ProblemMessage, { verb: V }>;
    record('refused', `refused a malformed message: ${shape.wrong}`, whoIs(TEMPORAL_UI));
    return null;
  }
  /** Puts what a case or another problem said into the inbox. */
  function hear(verb: ProblemMessage['verb'], said: unknown): void {
    const message = shaped(verb, said);
    if (message) state.inbox.push(message);
  }

  function answer(said: { by: Actor; id?: unknown }, judge: () => Answer, message: ProblemMessage): Answer {
    const id = typeof said.id === 'string' ? said.id.slice(0, LONGEST_ID) : null;
    if (id && state.heard.includes(id)) return { accepted: true, said: 'This was heard before.' };
    const judged = judge();
    const reason = 'reason' in message && message.reason ? ` (${message.reason})` : '';
    record(judged.accepted ? 'heard' : 'refused', `${judged.accepted ? 'heard' : 'refused'}: ${WORDS[message.verb]}${judged.accepted ? reason : `: ${judged.reason}`}`, whoIs(readActor(said.by)!));
    if (!judged.accepted) return judged;
    if (id) remember(state, id);
    state.inbox.push(message);
    return judged;
  }
  /** Somebody tried what takes a grant without a good one: for ops to look at, and no more than that. */
  function refuseUngranted(by: Actor, reason: string): Answer {
    record('refused', `refused to ${WORDS.mergeInto}: ${reason}`, whoIs(by));
    state.attempted = `somebody tried to ${WORDS.mergeInto} without a good grant`;
    record('flagged', state.attempted);
    return no(reason);
  }
  const no = (reason: string): Answer => ({ accepted: false, reason });
  const yes = (said: string): Answer => ({ accepted: true, said });
  /** Throws what is wrong with a command. */
  const mustBeGood = (verb: 'mergeInto' | 'choose' | null) => (said: { by?: Actor }) => {
    const shape = verb && problemMessage(verb, said);
    const wrong = unreadable(said) ?? (shape && 'wrong' in shape ? shape.wrong : null) ?? (readActor(said?.by) ? null : 'by must say who it is: name, role, verified');
    if (wrong) throw new Error(wrong);
  };

  const read = signalReader();
  /** Takes what onetouch itself signals; what cannot be read, or was typed in by hand, is dropped, with a record. */
  const signalled = (take: (said: unknown) => void) => (sent: unknown) => {
    const said = read(sent);
    const refused = unreadable(said) ?? (isByHand(said) ? NOT_BY_HAND : null);
    if (refused) record('refused', refused, whoIs(TEMPORAL_UI));
    else take(said);
  };

  setHandler(messages.join, signalled((said) => {
    const m = shaped('join', said);
    if (!m) return;
    // Kept once, not with each of thousands of cases that may have to wait in the inbox.
    if (m.signature && !state.signature && messages.problemId(m.signature) === state.id) state.signature = m.signature;
    state.inbox.push({ ...m, signature: null });
  }));
  setHandler(messages.leave, signalled((said) => hear('leave', said)));
  setHandler(messages.absorb, signalled((said) => {
    const m = shaped('absorb', said);
    if (m?.into && m.into !== state.id) record('refused', `refused to ${WORDS.absorb}: it was said to ${m.into}`, whoIs(TEMPORAL_UI));
    else if (m) state.inbox.push(m);
  }));
  setHandler(messages.survivorEnded, signalled((said) => hear('survivorEnded', said)));
  setHandler(messages.problemIssueChanged, signalled((said) => {
    const m = shaped('issueChanged', said);
    if (!m || (state.heard.includes(m.id) && patched('hints-once'))) return;
    remember(state, m.id);
    // One look answers all hints that lie here.
    if (!state.inbox.some((other) => other.verb === 'issueChanged' && other.key === m.key)) state.inbox.push(m);
  }));
  setHandler(denied, signalled((said) => {
    const { text, ...who } = attempted(said);
    record('refused', text, who);
  }));
  setHandler(
    messages.mergeInto,
    (m) => {
      const grant = mustBeRead('A command that was read before', m) && m.by.verified ? readGrant(m) : null;
      const guarded = patched('grants');
      if (guarded && !grant) return refuseUngranted(m.by, 'it takes a grant, which the API gives to who may do this');
      return answer(
        m,
        () => {
          if (m.into === state.id) return no('a problem cannot be merged into itself');
          if (state.absorbed.includes(m.into)) return no(`${m.into} was merged into this one`);
          if (state.mergedInto) return no(`it was merged into ${state.mergedInto} already`);
          if (state.resolution) return no('it is resolved, and its cases are being told');
          return yes(`Its cases go over to ${m.into}. Nobody is written to again.${guarded ? ' Its grant is checked first.' : ''}`);
        },
        { verb: 'mergeInto', into: m.into, reason: m.reason, by: readActor(m.by)!, ...(guarded && { grant: grant!, asked: now() }) },
      );
    },
    { validator: mustBeGood('mergeInto') },
  );
  setHandler(
    messages.chooseForAll,
    (m) => {
      mustBeRead('A command that was read before', m);
      return answer(m, () => (state.choice ? yes('All cases of the problem go on.') : no('the problem waits for no choice')), { verb: 'choose', choice: m.choice, reason: m.reason, by: readActor(m.by)! });
    },
    { validator: mustBeGood('choose') },
  );
  setHandler(
    messages.resumeProblem,
    (m) => {
      mustBeRead('A command that was read before', m);
      if (Object.keys(state.held).length === 0 && !state.attempted) return no('no step of the problem is held up');
      delete state.attempted;
      record('heard', `heard: try again${typeof m.note === 'string' && m.note ? ` (${m.note})` : ''}`, whoIs(readActor(m.by)!));
      for (const held of Object.values(state.held)) held.until = now();
      return yes('The problem tries again.');
    },
    { validator: mustBeGood(null) },
  );
  setHandler(messages.problemState, view);
  setHandler(messages.problemMembers, (page) => membersOf(page ?? {}));
  setHandler(messages.membership, (of) => ({
    member: state.members[of?.ticketId]?.c === of?.cycle || state.inbox.some((m) => m.verb === 'join' && m.ticketId === of?.ticketId && m.cycle === of.cycle),
    round: state.round,
    key: state.issueKey,
    progressAt: state.progressAt,
    mergedInto: state.mergedInto,
  }));
  setHandler(messages.problemTimeline, () => state.timeline);
  setHandler(messages.problemSeen, () => ({ round: state.round, issue: state.issue && { key: state.issue.key, digest: issueDigest(state.issue) } }));
  // A problem belongs to its cases: it ends when they have been told. Cancelled, it would leave them waiting.
  CancellationScope.current().cancelRequested.catch(() => record('refused', 'refused to cancel: merge it, unlink its cases, or resolve its issue', whoIs(TEMPORAL_UI)));

  function membersOf({ offset = 0, limit: most = 100 }: { offset?: number; limit?: number }): ProblemMember[] {
    return Object.entries(state.members)
      .slice(Math.max(0, offset), Math.max(0, offset) + Math.min(Math.max(0, most), MOST_MEMBERS_ASKED))
      .map(([ticketId, m]) => ({ ticketId, cycle: m.c, group: state.groups[m.g]?.name ?? null, joinedAt: iso(m.at * 1000) }));
  }

  function flagged(): string | null {
    const [step, held] = Object.entries(state.held)[0] ?? [];
    return step && held ? `cannot ${step} yet: ${held.why}` : state.attempted ? state.attempted : ['unset', 'no-address', 'unknown'].includes(String(state.done['ops'])) ? 'system-wide, and it is not certain that ops were told: see OPS_EMAIL' : null;
  }

  function view(): ProblemView {
    const { id, signature, stage, round, issueKey, earlierKeys, priority, systemWide, joined, groups, firstSeen, lastSeen, choice, mergedInto, absorbed, told, timeline } = state;
    const refused = Object.values(state.held).some((h) => h.refused);
    return {
      id, signature, stage, round, waitsFor: sentence(), nextWake, issueKey, earlierKeys, priority, systemWide,
      members: memberCount(state), joined, groups: groups.map((g) => g.name), firstSeen, lastSeen,
      needs: choice ? 'choice' : refused ? 'resume' : null, flagged: flagged(), choice: choice?.detail ?? null, mergedInto, absorbed, told, timeline,
    };
  }

  function sentence(): string {
    const { signature, stage, issueKey, systemWide, mergedInto, choice, groups } = state;
    return problemSentence({ signature, stage, issueKey, systemWide, mergedInto, members: memberCount(state), groups: groups.length, choice: choice?.detail ?? null, until: nextWake, flagged: flagged() });
  }

  /** Shows ops where the problem stands, in the list and on its page. */
  function publish(): void {
    setCurrentDetails(escapeMarkdown(sentence()));
    const values: Record<keyof typeof SEARCH, unknown> = {
      stage: state.stage, inquiry: 'technical-error', row: 'technical-error', team: 'Infra', jiraKey: state.issueKey, priority: state.priority,
      group: null, problem: state.id, needs: view().needs, outcome: state.mergedInto ? 'merged' : (state.resolution?.outcome ?? null),
      promiseDue: null, nextWake: nextWake ? new Date(nextWake) : null, flagged: flagged() !== null, cycle: state.round,
    };
    const changed: SearchAttributeUpdatePair[] = [];
    for (const [name, value] of Object.entries(values)) {
      const text = JSON.stringify(value);
      if ((published[name] ?? 'null') === text) continue;
      published[name] = text;
      changed.push({ key: SEARCH[name as keyof typeof SEARCH], value } as SearchAttributeUpdatePair);
    }
    if (changed.length > 0) upsertSearchAttributes(changed);
  }

  return {
    state,
    record,
    publish,
    /** Waits for something to be said, or until a time. The one place where a run may end. */
    async rest(until: string | null): Promise<void> {
      nextWake = until;
      publish();
      const isLong = () => workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > limit;
      if (isLong()) await goOn();
      const resumed = JSON.stringify(state.held);
      const before = state.inbox.length;
      const attempted = state.attempted;
      const woken = () => state.inbox.length > before || isLong() || state.attempted !== attempted || state.inbox.some(isGuarded) || JSON.stringify(state.held) !== resumed;
      const left = until === null ? null : Date.parse(until) - Date.now();
      if (left === null) await condition(woken);
      else if (left > 0) await condition(woken, left, { summary: `the problem's ${state.stage} step` });
      if (isLong() && state.inbox.length === before) await goOn();
    },
    /** Checks the grants of what lies unread; what has no good one is taken out. */
    async checkGrants(): Promise<void> {
      for (let message; (message = state.inbox.find(isGuarded)); ) {
        const { grant, asked, ...plain } = message;
        const verdict = await verdictOn(state, changeOf({ ...plain, verb: 'merge', grant, asked }, ['into', 'reason'], state.id, state.round), message);
        state.inbox = state.inbox.flatMap((other) => (other !== message ? [other] : verdict.valid ? [plain] : []));
        if (!verdict.valid) refuseUngranted(plain.by, verdict.reason);
      }
    },
    /** Ends this run where it is too long already, with work left for the next one. */
    async breathe(): Promise<void> {
      if (workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > limit) await goOn();
    },
    result: (): ProblemRecord => ({
      id: state.id,
      signature: state.signature,
      round: state.round,
      outcome: state.mergedInto ? 'merged' : (state.resolution?.outcome ?? 'emptied'),
      issueKeys: [...state.earlierKeys, ...(state.issueKey ? [state.issueKey] : [])],
      joined: state.joined,
      groups: state.groups.map((g) => g.name),
      systemWide: state.systemWide,
      startedAt: state.startedAt,
      endedAt: now(),
      timeline: state.timeline,
    }),
  };

  async function goOn(): Promise<never> {
    const { id, signature } = state;
    return continueAsNew<(input: ProblemInput) => Promise<ProblemRecord>>({ id, signature, eventsPerRun: limit, carried: state });
  }
}

const WORDS: Record<ProblemMessage['verb'], string> = {
  join: 'a case joins',
  leave: 'a case leaves',
  absorb: 'take over the cases of another problem',
  survivorEnded: 'the surviving problem ended',
  issueChanged: 'the Jira issue changed',
  mergeInto: 'merge it into another problem',
  choose: 'choose what the members hear',
};
