/**
 * The bench: where group troubleshooting reads what was said to it and keeps what it does. As at the case's
 * desk, handlers only record and answer, and one loop acts.
 */
import { CancellationScope, condition, continueAsNew, getExternalWorkflowHandle, patched, setCurrentDetails, setHandler, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Entry, Need } from '../domain/case.js';
import type { Facts } from '../domain/facts.js';
import type { Verdict } from '../domain/grant.js';
import { effectName } from '../domain/marks.js';
import { escapeMarkdown } from '../wording/clean.js';
import { groupSentence } from '../wording/group-sentences.js';
import { admitted } from './group-admission.js';
import { now, shortName } from './desk.js';
import { changeOf, isGuarded, readActor, readGrant, verdictOn, whoIs, type Guarded } from './grants.js';
import { caseId, TEMPORAL_UI, type Actor, type Answer, type Said } from './messages.js';
import { SEARCH } from './search-attributes.js';
import { wrongShape } from './shapes.js';
import { groupFields, groupTrimmed, wrongGroupShape } from './troubleshooting-shapes.js';
import * as messages from './troubleshooting-messages.js';
import { troubleshootingId } from './troubleshooting-messages.js';
import { enter } from './state.js';
import { newTroubleshooting, resolutionOf, type GroupMessage, type TroubleshootingInput, type TroubleshootingState } from './troubleshooting-state.js';
import { carriedOver, mustBeOurs, named } from './begin.js';
import { isByHand, mustBeRead, NOT_BY_HAND, signalReader, unreadable } from './unreadable.js';

const EVENTS_PER_RUN = 4_000;
const HEARD_KEPT = 500;
/** Its record goes to its case and into notes: it is kept shorter than theirs. */
const STEPS_KEPT = 300;
const LONGEST_ID = 200;

export type Bench = ReturnType<typeof openBench>;

/** Thrown out of a wait when the case has no more use for the troubleshooting. */
export class Stopped extends Error {}

export function openBench(input: TroubleshootingInput) {
  mustBeOurs('What the group troubleshooting began with', input);
  const { ticketId, cycle, problem } = input;
  named('This group troubleshooting', workflowInfo().workflowId === troubleshootingId(ticketId, cycle) || null);
  const state: TroubleshootingState = carriedOver('What the group troubleshooting goes on with', input) ?? newTroubleshooting(now(), input.provided);
  const system: Actor = { name: 'onetouch', role: 'system', verified: true };
  let nextWake: string | null = null;
  let published = '';

  function record(what: Entry['what'], text: string, by: Actor | 'onetouch' = 'onetouch'): void {
    enter(state.steps, { at: now(), what, text, ...(by === 'onetouch' ? { by } : whoIs(by)), cycle }, STEPS_KEPT);
  }

  function hear(message: GroupMessage, id?: unknown, given?: unknown): Answer {
    const known = typeof id === 'string' ? id.slice(0, LONGEST_ID) : null;
    if (known && state.heard.includes(known)) return { accepted: true, said: 'This was heard before.' };
    // What was under way before there were grants is replayed as it was.
    const guarded = isPrivileged(message) && patched('grants');
    const grant = guarded && message.by.verified ? readGrant({ grant: given }) : null;
    if (guarded && !grant) {
      const refused = refuseUngranted(message, 'it takes a grant, which the API gives to who may do this');
      state.inbox.push({ verb: 'tellCase', by: system });
      return refused;
    }
    const judged = admitted(state, message, now());
    const answer = grant && judged.accepted ? { ...judged, said: `${judged.said} Its grant is checked first.` } : judged;
    if (!answer.accepted) {
      record('refused', `refused to ${WORDS[message.verb]}: ${answer.reason}`, message.by);
      return answer;
    }
    if (known) {
      state.heard.push(known);
      if (state.heard.length > HEARD_KEPT) state.heard.splice(0, state.heard.length - HEARD_KEPT);
    }
    state.inbox.push(grant ? Object.assign({}, message, { grant, asked: now() }) : message);
    return answer;
  }

  /** Somebody tried what takes a grant without a good one: for ops to look at, and no more than that. */
  function refuseUngranted(message: GroupMessage, reason: string): Answer {
    record('refused', `refused to ${WORDS[message.verb]}: ${reason}`, message.by);
    flag(`somebody tried to ${WORDS[message.verb]} without a good grant`);
    return { accepted: false, reason };
  }

  function flag(why: string | null): void {
    if (why && state.flagged !== why) record('flagged', `flagged: ${why}`);
    state.flagged = why;
  }

  /** Is the grant good for exactly this, here? */
  const verdict = (message: Guarded<GroupMessage>): Promise<Verdict> =>
    verdictOn(state, changeOf(message, groupFields(message.verb as 'fix'), troubleshootingId(ticketId, cycle), cycle), message);

  const updates = [
    [messages.fix, 'fix'],
    [messages.approve, 'approve'],
    [messages.refuse, 'refuse'],
    [messages.observed, 'observed'],
  ] as const;
  for (const [update, verb] of updates) {
    setHandler(update as typeof messages.fix, (said) => {
      const { by, id, grant } = mustBeRead('A command that was read before', said) as Said<messages.FixIt>;
      return hear({ ...groupTrimmed(verb, said), verb, by: readActor(by)! } as GroupMessage, id, grant);
    }, {
      validator: (said) => {
        const wrong = unreadable(said) ?? wrongGroupShape(verb, said);
        if (wrong) throw new Error(wrong);
      },
    });
  }
  const read = signalReader();
  /** Takes what its case or a problem signals; what cannot be read, or was typed in by hand, is dropped, with a record. */
  const signalled = <T>(take: (said: T) => void) => (sent: T) => {
    const said = read(sent);
    const refused = unreadable(said) ?? (isByHand(said) ? NOT_BY_HAND : null);
    if (refused) record('refused', refused, TEMPORAL_UI);
    else take(said as T);
  };
  setHandler(messages.learned, signalled((said) => {
    const wrong = wrongShape('provide', said);
    if (wrong) record('refused', `dropped facts that cannot be read: ${wrong}`, TEMPORAL_UI);
    else hear({ verb: 'learned', facts: said.facts ?? {}, by: system });
  }));
  setHandler(messages.stop, signalled((said) => {
    const reason: unknown = (said as messages.Stop | undefined)?.reason;
    hear({ verb: 'stop', reason: typeof reason === 'string' ? reason.slice(0, 300) : 'no reason was given', by: system });
  }));
  setHandler(messages.tellCase, () => void state.inbox.push({ verb: 'tellCase', by: system }));
  setHandler(messages.groupView, view);
  CancellationScope.current().cancelRequested.catch(() => hear({ verb: 'stop', reason: 'cancelled from the Temporal UI', by: TEMPORAL_UI }));

  function view(): messages.GroupView {
    const { stage, needs, flagged, diagnosis, approval, request } = state;
    return {
      ticketId, cycle, stage, waitsFor: sentence(), nextWake, needs, flagged, diagnosis, approval,
      requestedBy: request?.by ?? null, resolution: resolutionOf(state, problem, now()),
    };
  }
  const sentence = () => groupSentence({ problem, stage: state.stage, until: nextWake, needs: state.needs, flagged: state.flagged, approval: state.approval });

  /** Shows ops where it stands: current details, and the search attributes when they have changed. */
  function publish(): void {
    setCurrentDetails(escapeMarkdown(sentence()));
    const values = [
      { key: SEARCH.stage, value: state.stage },
      { key: SEARCH.group, value: shortName(input.group ?? state.groupId) },
      { key: SEARCH.needs, value: state.needs },
      { key: SEARCH.flagged, value: state.flagged !== null },
      { key: SEARCH.cycle, value: cycle },
    ];
    const text = JSON.stringify(values.map((v) => v.value));
    if (text === published) return;
    published = text;
    upsertSearchAttributes(values as Parameters<typeof upsertSearchAttributes>[0]);
  }

  /** Tells the case where it stands, when that is new to it. One that is gone needs no telling. */
  async function tell(again = false): Promise<void> {
    const { stage, needs, flagged } = state;
    const news = JSON.stringify({ stage, needs, flagged });
    if (state.done['told'] === news && !again) return;
    state.done['told'] = news;
    const n = ((state.done['news'] as number | undefined) ?? 0) + 1;
    state.done['news'] = n;
    await toCase((handle) => handle.signal(messages.groupNews, { id: effectName(ticketId, cycle, `news-${Date.parse(state.startedAt)}-${n}`), stage, needs, flagged }));
  }

  /** Signals the case; answers whether it is there to hear it. */
  async function toCase(say: (handle: ReturnType<typeof getExternalWorkflowHandle>) => Promise<void>): Promise<boolean> {
    try {
      await say(getExternalWorkflowHandle(caseId(ticketId)));
      return true;
    } catch {
      return false; // It ended, or was ended from outside and comes back: then it asks.
    }
  }

  const isLong = () => workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > EVENTS_PER_RUN;

  /**
   * Waits for the next message (of one verb, with `only`), or until a time. With `mayEnd` the run may be continued as new here; between a
   * change and its verification it never is. Throws `Stopped` when the case has no more use for it.
   */
  async function next(until: string | null, { mayEnd, only }: { mayEnd: boolean; only?: 'stop' }): Promise<Exclude<GroupMessage, { verb: 'stop' | 'tellCase' }> | 'due'> {
    nextWake = until;
    publish();
    await tell();
    for (;;) {
      // Whatever lies unread goes along: who says much must not keep a run from ending.
      if (mayEnd && isLong()) await continueAsNew<(input: TroubleshootingInput) => Promise<unknown>>({ ...input, carried: state });
      const at = state.inbox.findIndex((m) => !only || m.verb === only);
      const [message] = at < 0 ? [] : state.inbox.splice(at, 1);
      if (message?.verb === 'stop') {
        state.stopped = { reason: message.reason, by: message.by.name };
        record('heard', `told to stop: ${message.reason}`, message.by);
        throw new Stopped();
      }
      if (message?.verb === 'tellCase') {
        publish();
        await tell(true);
        continue;
      }
      if (message && isGuarded(message)) {
        const { valid, reason } = { reason: '', ...(await verdict(message)) };
        if (valid) return message;
        refuseUngranted(message, reason);
        publish();
        await tell();
        continue;
      }
      if (message) return message;
      const woken = () => state.inbox.length > 0 || (mayEnd && isLong());
      if (until === null) await condition(woken);
      else {
        const left = Date.parse(until) - Date.now();
        if (left <= 0) return 'due';
        await condition(woken, left);
      }
    }
  }

  const bench = {
    ticketId,
    cycle,
    problem,
    clocks: input.clocks,
    state,
    record,
    next,
    publish,
    tell,
    toCase,
    effect: (name: string) => effectName(ticketId, cycle, name),
    /** A stage begins: ops see it. */
    enter: () => {
      nextWake = null;
      publish();
    },
    /** Waits out an outage. With `heeding` a stop is heard meanwhile, and throws `Stopped`. */
    pause: async (ms: number, heeding: boolean): Promise<void> => {
      publish();
      await tell();
      const stops = () => heeding && state.inbox.some((m) => m.verb === 'stop');
      if (!(await condition(stops, ms))) return;
      await next(now(), { mayEnd: false, only: 'stop' }); // Throws.
    },
    need: (need: Need | null) => {
      state.needs = need;
    },
    flag,
    learn: (facts: messages.Learned['facts'], by: Actor) => {
      const readAt = now();
      Object.assign(state.provided, Object.fromEntries(Object.entries(facts).map(([k, value]) => [k, { value, source: 'agent', readAt }])) as Facts);
      record('heard', `heard ${Object.keys(facts).join(', ') || 'nothing'}`, by);
    },
    /** What was learned and lies unread, before it is looked, or something is done, with what is known. A watched login waits for who asks for it. */
    catchUp: (): void => {
      const learned = state.inbox.filter((m) => m.verb === 'learned');
      state.inbox = state.inbox.filter((m) => m.verb !== 'learned');
      for (const { facts, by } of learned) {
        const { observedLogin, ...others } = facts;
        if (Object.keys(others).length > 0) bench.learn(others, by);
        if (observedLogin) state.inbox.push({ verb: 'learned', facts: { observedLogin }, by });
      }
    },
    resolution: () => resolutionOf(state, problem, now()),
  };
  return bench;
}

/** What takes a grant: what changes something of the group or its members, and what lets it be changed. */
const isPrivileged = ({ verb }: GroupMessage): boolean => verb === 'fix' || verb === 'approve';

const WORDS: Record<GroupMessage['verb'], string> = {
  fix: 'fix it',
  approve: 'approve the change',
  refuse: 'refuse the change',
  observed: 'record an observed login',
  learned: 'take up facts',
  stop: 'stop',
  tellCase: 'tell the case',
};
