/**
 * The desk: where signals, updates and a cancellation are put down for the case to read at its next step.
 * Handlers only record and answer; the flow alone acts. A run can end at any wait: everything is in `state`.
 */
import {
  CancellationScope,
  condition,
  continueAsNew,
  log,
  patched,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { SearchAttributeUpdatePair } from '@temporalio/common';
import type { CaseRecord, CaseView, Entry, Need } from '../domain/case.js';
import { INQUIRIES, type Facts } from '../domain/facts.js';
import { effectName } from '../domain/marks.js';
import { issueDigest, ticketDigest } from '../domain/snapshot.js';
import { escapeMarkdown, oneLine, truncate } from '../wording/clean.js';
import { stageSentence } from '../wording/sentences.js';
import { admit } from './admission.js';
import { attempted, changeOf, isGuarded, isPrivileged, readActor, readGrant, verdictOn, whoIs } from './grants.js';
import * as messages from './messages.js';
import * as problems from './problem-messages.js';
import { SEARCH } from './search-attributes.js';
import { BODY_FIELDS, trimmed, wrongShape } from './shapes.js';
import { groupNews, troubleshot, type Troubleshot } from './troubleshooting-messages.js';
import { carriedOver, named } from './begin.js';
import { isByHand, mustBeRead, NOT_BY_HAND, signalReader, unreadable } from './unreadable.js';
import { enter, isEscalated, newCase, remember, type CaseInput, type CaseState, type Message, type Unsettled, type Verb } from './state.js';

/** A run is continued as new at its next wait past this many events, or when the server suggests it. */
const EVENTS_PER_RUN = 4_000;
/** Times further off than this are waited for in steps, so that no timer is longer than the server takes. */
const LONGEST_WAIT_MS = 365 * 24 * 3_600_000;
const LONGEST_ID = 200;
/** What people say waits while a step cannot go on; a run carries it into the next one in a payload of at most 2 MB. */
const INBOX_KEPT = 300_000;

export type Desk = ReturnType<typeof openDesk>;

export function openDesk(input: CaseInput) {
  // The ticket is in the case's name, which nobody can give to another one: whoever starts it need not be believed.
  const ticketId = named('A case', messages.ticketOf(workflowInfo().workflowId));
  const state: CaseState = carriedOver('What the case goes on with', input) ?? newCase(iso(Date.now()));
  // A run that goes on from another one begins with what that one had published.
  const published: Record<string, string> = {};
  for (const [name, key] of Object.entries(SEARCH)) {
    const value: unknown = workflowInfo().typedSearchAttributes.get<never>(key as never);
    if (value !== undefined) published[name] = JSON.stringify(value);
  }

  function record(what: Entry['what'], text: string, more: Partial<Entry> = {}): void {
    enter(state.timeline, { at: now(), what, text, by: 'onetouch', cycle: state.cycle, ...more });
  }

  /** Puts a message on the desk, or records why it was refused. Answers what an Update returns. */
  function hear(verb: Verb, value: unknown, by: messages.Actor, id?: string): messages.Answer {
    const unread = unreadable(value);
    if (unread) log.warn(unread, { verb });
    const wrong = unread ?? wrongShape(verb, value);
    if (wrong) {
      record('refused', unread ?? `refused a malformed message: ${wrong}`, whoIs(by));
      return { accepted: false, reason: wrong };
    }
    const given: unknown = id ?? (value as { id?: unknown }).id;
    const known = typeof given === 'string' ? given.slice(0, LONGEST_ID) : null;
    if (known && state.heard.includes(known)) return { accepted: true, said: 'This was heard before.' };
    if (by.role !== 'system' && JSON.stringify(state.inbox).length > INBOX_KEPT) {
      const reason = 'too much lies unread while a step cannot go on; say it again once it does';
      record('refused', `refused to ${VERB_WORDS[verb]}: ${reason}`, whoIs(by));
      return { accepted: false, reason };
    }
    const message = { ...trimmed(verb, value), verb, by, at: (value as { at?: string }).at ?? now() } as Message;
    if (message.verb === 'setPromise') message.dueAt = iso(Date.parse(message.dueAt)); // Times are compared as text.
    // Cases that were under way before there were grants are replayed as they were.
    const guarded = isPrivileged(message) && patched('grants');
    const grant = guarded && by.verified ? readGrant(value) : null;
    if (guarded && !grant) return refuseUngranted(message.verb, by, 'it takes a grant, which the API gives to who may do this');
    const admitted = admit(state, message, now());
    const answer = grant && admitted.accepted ? { ...admitted, said: `${admitted.said} Its grant is checked first.` } : admitted;
    if (!answer.accepted) {
      record('refused', `refused to ${VERB_WORDS[verb]}: ${answer.reason}`, { ...whoIs(by), ...(answer.row ? { row: answer.row } : {}) });
      return answer;
    }
    if (known) remember(state, known);
    record('heard', `heard: ${VERB_WORDS[verb]}${'reason' in message ? ` (${message.reason})` : ''}`, whoIs(by));
    if (!saidAlready(message)) state.inbox.push(grant ? ({ ...message, grant, asked: now() } as Message) : message);
    return answer;
  }

  /** Somebody tried what takes a grant without a good one: that is for ops to look at, whatever else is the matter. */
  function refuseUngranted(verb: Verb, by: messages.Actor, reason: string): messages.Answer {
    record('refused', `refused to ${VERB_WORDS[verb]}: ${reason}`, whoIs(by));
    const why = `somebody tried to ${VERB_WORDS[verb]} without a good grant`;
    record('flagged', why);
    if (state.covered) state.covered.flagged ??= why;
    else state.flagged ??= why;
    return { accepted: false, reason };
  }

  /** One unread hint says as much as ten. */
  const saidAlready = (message: Message): boolean => state.inbox.some((m) => saysNoMore(message, m));

  const read = signalReader();
  const outside: messages.Actor = { name: 'outside', role: 'system', verified: true };
  /** Takes what the gateway, the sweep or a workflow of ours signals. */
  const ours = (verb: Verb, name: string) => (sent: unknown) => {
    const said = read(sent);
    if (isByHand(said)) record('refused', `${NOT_BY_HAND}: ${VERB_WORDS[verb]}`, whoIs(messages.TEMPORAL_UI));
    else hear(verb, said, { ...outside, name });
  };
  setHandler(messages.ticketChanged, ours('ticketChanged', 'helpdesk'));
  setHandler(messages.issueChanged, ours('issueChanged', 'Jira'));
  setHandler(messages.inherited, ours('inherited', 'onetouch'));
  setHandler(messages.denied, (said) => {
    const m = read(said);
    const unread = unreadable(m);
    const { text, ...who } = unread ? { text: unread, ...whoIs(messages.TEMPORAL_UI) } : attempted(m);
    record('refused', text, who);
  });
  setHandler(groupNews, ours('groupNews', 'group troubleshooting'));
  setHandler(troubleshot, ours('troubleshot', 'group troubleshooting'));
  setHandler(problems.problemSays, ours('problemSays', 'problem'));
  // By hand from the Temporal UI: whoever they say they are is not taken from the message.
  setHandler(messages.closeSignal, (m) => void hear('close', read(m), messages.TEMPORAL_UI));
  setHandler(messages.reEscalateSignal, (m) => void hear('reEscalate', read(m), messages.TEMPORAL_UI));
  setHandler(messages.provideSignal, (m) => void hear('provide', read(m), messages.TEMPORAL_UI));
  const answering = [
    [messages.close, 'close'],
    [messages.reEscalate, 'reEscalate'],
    [messages.provide, 'provide'],
    [messages.override, 'override'],
    [messages.confirm, 'confirm'],
    [messages.choose, 'choose'],
    [messages.resume, 'resume'],
    [messages.setPromise, 'setPromise'],
    [messages.settleMail, 'settleMail'],
    [problems.link, 'link'],
    [problems.unlink, 'unlink'],
  ] as const;
  for (const [update, verb] of answering) {
    setHandler(update as typeof messages.close, (m) => hear(verb, mustBeRead('A command that was read before', m), readActor(m.by)!, m.id), {
      validator: (m) => {
        const wrong = unreadable(m) ?? wrongShape(verb, m) ?? (readActor(m.by) ? null : 'by must say who it is: name, role, verified');
        if (wrong) throw new Error(wrong);
      },
    });
  }
  setHandler(messages.state, view);
  setHandler(messages.timeline, () => state.timeline);
  setHandler(messages.explanation, () => state.ruling);
  setHandler(messages.seen, () => ({
    cycle: state.cycle,
    ticket: state.ticket && ticketDigest(state.ticket),
    issue: state.issue && { key: state.issue.key, digest: issueDigest(state.issue) },
  }));
  // A Cancel from the Temporal UI is heard as a close: what the member is owed goes out first.
  CancellationScope.current().cancelRequested.catch(() =>
    hear('close', { reason: 'cancelled from the Temporal UI' }, messages.TEMPORAL_UI),
  );

  let nextWake: string | null = null;

  function view(): CaseView {
    const { stage, cycle, needs, flagged, ruling, handoff, promise, ticket, overrides } = state;
    return {
      ticketId, cycle, stage, waitsFor: sentence(), nextWake, needs, flagged,
      parked: state.parked !== null, ruling, handoff, problem: handoff?.problem ?? null, promise, owed: owed(state), ticket,
      outcome: state.ending?.outcome ?? null, overrides, ...(state.glassBroken && { glassBroken: state.glassBroken }),
    };
  }

  function sentence(): string {
    const { stage, ruling, handoff, promise, needs, flagged } = state;
    return stageSentence({ stage, until: nextWake, ruling, handoff, promise, needs, flagged, parked: state.parked !== null, group: groupEnded(state) });
  }

  /** Shows ops where the case stands: current details, and those search attributes that have changed. */
  function publish(): void {
    setCurrentDetails(escapeMarkdown(sentence()));
    const changed: SearchAttributeUpdatePair[] = [];
    for (const [name, value] of Object.entries(searchValues(state, nextWake))) {
      const text = JSON.stringify(value);
      if ((published[name] ?? 'null') === text) continue;
      published[name] = text;
      changed.push({ key: SEARCH[name as keyof typeof SEARCH], value } as SearchAttributeUpdatePair);
    }
    if (changed.length > 0) upsertSearchAttributes(changed);
  }

  /**
   * Waits for the next message that `wanted` names (all when absent) or until a time. The one place where a
   * case waits, and so the one place where a run may end: it never does with work in flight.
   */
  async function next(until: string | null, wanted?: readonly Verb[]): Promise<Message | 'due'> {
    for (;;) {
      const message = await nextRead(until, wanted);
      if (message === 'due' || !isGuarded(message)) return message;
      const verdict = await verdictOn(state, changeOf(message, BODY_FIELDS[message.verb], messages.caseId(ticketId), state.cycle), message);
      if (verdict.valid) return message;
      refuseUngranted(message.verb, message.by, verdict.reason);
    }
  }

  async function nextRead(until: string | null, wanted?: readonly Verb[]): Promise<Message | 'due'> {
    const isWanted = (m: Message) => !wanted || wanted.includes(m.verb);
    nextWake = until;
    publish();
    const arrived = () => state.inbox.some(isWanted);
    // What this wait leaves lying makes the run longer too, and goes along: who says much must not keep it from ending.
    const isLong = () => workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > EVENTS_PER_RUN;
    for (;;) {
      if (isLong()) await continueAsNew<(input: CaseInput) => Promise<CaseRecord>>({ ticketId, carried: state });
      if (arrived()) break;
      const woken = () => arrived() || isLong();
      if (until === null) {
        await condition(woken);
        continue;
      }
      const left = Date.parse(until) - nowMs();
      if (left <= 0) return 'due';
      const wait = Math.min(left, LONGEST_WAIT_MS);
      const isWoken = await condition(woken, wait, { summary: TIMER_WORDS[state.stage] });
      if (!isWoken) notBefore = Math.max(notBefore, Date.parse(until) - left + wait);
    }
    const at = state.inbox.findIndex(isWanted);
    const [message] = state.inbox.splice(at, 1);
    // A hint says only that something changed; one look answers all that lie here of the same thing.
    state.inbox = state.inbox.filter((m) => !saysNoMore(m, message!));
    return message!;
  }

  return {
    ticketId,
    state,
    /** Of this run alone: whether it has heard that its group troubleshooting is there; what is kept up while a step cannot go on. */
    run: { groupKnown: false, meanwhile: (): Promise<void> => Promise.resolve() },
    record,
    next,
    publish,
    /** Starts over with what lies unread, as a change after the end. What was recorded stays: nothing else tells of this run. */
    restart: async () => {
      const fresh = { ...newCase(now()), timeline: state.timeline, heard: state.heard, ...(state.spentGrants && { spentGrants: state.spentGrants }), inbox: state.inbox.filter((m) => m.verb === 'inherited') };
      return continueAsNew<(input: CaseInput) => Promise<CaseRecord>>({ ticketId, carried: fresh });
    },
    /** The last word to ops: the outcome, in the lists too. */
    ended: () => {
      state.stage = 'ended';
      nextWake = null;
      publish();
    },
    effect: (name: string) => effectName(ticketId, state.cycle, name),
    /** Takes every message of a verb off the desk, unread by anyone else. */
    take: <V extends Verb>(verb: V) => {
      const taken = state.inbox.filter((m): m is Extract<Message, { verb: V }> => m.verb === verb);
      state.inbox = state.inbox.filter((m) => m.verb !== verb);
      return taken;
    },
    peek: (verb: Verb) => state.inbox.some((m) => m.verb === verb),
    /** Nothing lies unread. */
    idle: () => state.inbox.length === 0,
    /** Questions of this kind are answered, or no longer matter. */
    answered: (...kinds: string[]) => {
      for (const [about, question] of Object.entries(state.questions)) if (kinds.some((kind) => about.startsWith(kind))) question.open = false;
    },
    flag: (why: string) => {
      if (state.flagged !== why) record('flagged', why);
      state.flagged = why;
    },
    /** Where nothing else is needed, a mail in doubt still is. */
    need: (need: Need | null) => {
      state.needs = need ?? (state.unsettled[0] ? needOf(state.unsettled[0]) : null);
    },
    learn: (m: messages.Provide, who: ReturnType<typeof whoIs>) => {
      const readAt = now();
      const facts = Object.fromEntries(
        Object.entries(m.facts ?? {}).map(([k, value]) => [k, { value, source: 'agent', readAt }]),
      ) as Facts;
      Object.assign(state.provided, facts);
      Object.assign(state.report, m.report ?? {});
      record('heard', `provided ${[...Object.keys(m.facts ?? {}), ...Object.keys(m.report ?? {})].join(', ') || 'nothing'}`, who);
    },
  };
}

export const iso = (ms: number): string => new Date(ms).toISOString();
/**
 * A timer that has fired tells the time. After one that fired while no worker was there, the clock of the next worker
 * was seen to stand where the timer was started: the case waited again, and could not be replayed afterwards.
 */
let notBefore = 0;
const nowMs = (): number => Math.max(Date.now(), notBefore);
/** Workflow time, ISO 8601. */
export const now = (): string => iso(nowMs());
/** The name of an effect in the case's cycle, as activities take it. */
export const effectOf = (desk: Desk, effect: string) => ({ ticketId: desk.ticketId, cycle: desk.state.cycle, effect });
export const after = (from: string, ms: number): string => iso(Date.parse(from) + ms);
export const earlier = (a: string | null, b: string | null): string | null => (a === null ? b : b === null ? a : a < b ? a : b);

/** Is this a hint that has nothing to add to another one? */
function saysNoMore(hint: Message, other: Message): boolean {
  if (hint.verb === 'ticketChanged') return !hint.mergedInto && other.verb === 'ticketChanged';
  return hint.verb === 'issueChanged' && other.verb === 'issueChanged' && hint.key === other.key;
}

/** What a person does about a mail that did not certainly arrive. */
export const needOf = ({ fate }: Pick<Unsettled, 'fate'>): Need => (fate === 'unknown' ? 'mail-check' : 'call');

/** What the member is still owed, in words. */
export function owed(state: CaseState): string[] {
  if (state.ending) return [];
  const list: string[] = [];
  const promise = isEscalated(state) ? state.promise : state.stillOwed;
  if (promise && !state.followUp) list.push(`an answer by ${promise.dueAt.slice(0, 16).replace('T', ' ')}Z`);
  if (isEscalated(state) && !state.followUp) list.push('a follow-up');
  if (state.unsettled.length > 0) list.push('a mail whose arrival is not certain');
  return list;
}

function groupEnded({ done }: CaseState) {
  const told = done['troubleshot'] as Pick<Troubleshot, 'outcome' | 'resolution'> | undefined;
  return told ? { outcome: told.outcome, verified: told.resolution.verification?.verdict === 'verified' } : null;
}

function searchValues(state: CaseState, nextWake: string | null): Record<keyof typeof SEARCH, unknown> {
  const at = (time: string | null | undefined) => (time ? new Date(time) : null);
  return {
    stage: state.parked ? 'parked' : state.stage,
    inquiry: state.ticket?.errorKind ? 'technical-error' : knownInquiry(state.ticket?.inquiry),
    row: state.ruling?.row ?? null,
    team: state.handoff?.team ?? null,
    jiraKey: shortName(state.handoff?.issueKey),
    priority: state.handoff?.priority ?? null,
    group: shortName(state.ticket?.employerGroup),
    problem: state.handoff?.problem ?? null,
    needs: state.needs,
    outcome: state.ending?.outcome ?? null,
    promiseDue: at(state.promise?.dueAt ?? state.stillOwed?.dueAt),
    nextWake: at(nextWake),
    flagged: state.flagged !== null,
    cycle: state.cycle,
  };
}

/** Search attributes are not encrypted: of what a field holds, only what the protocol itself names gets there. */
const knownInquiry = (inquiry: string | null | undefined) => INQUIRIES.find((known) => known === inquiry) ?? null;
/** The server takes no value of more than 2 KB, and a database may take no control characters. */
export const shortName = (name: string | null | undefined) => (name ? truncate(oneLine(name), LONGEST_ID) : '') || null;

const VERB_WORDS: Record<Verb, string> = {
  ticketChanged: 'the ticket changed',
  issueChanged: 'the Jira issue changed',
  inherited: 'take over what a merged ticket owed',
  groupNews: 'the group troubleshooting went on',
  troubleshot: 'the group troubleshooting ended',
  close: 'close the case',
  reEscalate: 're-escalate',
  provide: 'provide facts',
  override: 'override the protocol',
  confirm: "record the member's answer",
  choose: 'choose what the member hears',
  resume: 'resume',
  setPromise: 'set the next time for the member',
  settleMail: 'settle a mail',
  problemSays: 'its problem has news',
  link: 'link it to a problem',
  unlink: 'unlink it from its problem',
};

const TIMER_WORDS: Record<CaseState['stage'], string> = {
  deciding: 'try again',
  asking: 'ask again',
  holding: 'remind',
  waiting: 'the 48 hours',
  'tier-1': 'remind',
  troubleshooting: 'remind',
  escalating: 'try again',
  'awaiting-resolution': 'the promise to the member',
  choosing: 'ask again, or the promise to the member',
  'following-up': 'try again',
  confirming: 'the member may confirm',
  closing: 'try again',
  ended: '',
};
