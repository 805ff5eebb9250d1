/** The promise: what the member was told to expect and by when, kept as an obligation. */
import { patched } from '@temporalio/workflow';
import type { Handoff, MemberPromise } from '../domain/case.js';
import type { Letter } from '../wording/contents.js';
import { aside, note, once, together, verbs, type Deed } from './act.js';
import { after, effectOf, now, type Desk } from './desk.js';
import { SILENT } from './hearing.js';
import { mailDeed, writeToMember, type Tell, type Telling } from './mail.js';
import { questionDue } from './questions.js';

const HOUR_MS = 3_600_000;
const hoursSince = (at: string): number => Math.round((Date.parse(now()) - Date.parse(at)) / HOUR_MS);

/** What the member is told to expect, and by when: an obligation from now on. */
export async function promiseTheMember(desk: Desk, handoff: Handoff): Promise<void> {
  const { state } = desk;
  const clocks = state.clocks!;
  const infra = handoff.team === 'Infra';
  const technical = handoff.row === 'technical-error';
  const dueMs = infra ? clocks.promiseDueMs : clocks.promiseOtherMs;
  // Another team is reminded as early, in proportion, as Infra is.
  const remindMs = infra ? clocks.promiseRemindMs : (dueMs * clocks.promiseRemindMs) / clocks.promiseDueMs;
  const letter: Letter = { say: 'promise', team: handoff.team, technical, hoursFrom: infra ? clocks.promiseRemindMs / HOUR_MS : null, hoursTo: dueMs / HOUR_MS };
  // The hours run from when the member reads them.
  const tell: Tell = () => {
    if (!state.promise || !('promise' in state.done)) state.promise = { dueAt: after(now(), dueMs), remindAt: after(now(), remindMs), renewals: 0 };
    const { promise } = state;
    return { letter, note: { say: 'escalated', handoff, dueAt: promise.dueAt, mail: 'sent' }, data: { handoff, promise } };
  };
  if (technical) {
    tell();
    await together(desk, [mailDeed(desk, 'promise', tell)], besidePromise(desk));
  }
  await writeToMember(desk, 'promise', tell);
  // The new promise is the one that counts.
  state.stillOwed = null;
  if (state.flagged === SILENT) state.flagged = null;
}

/** What a technical error's promise is accompanied by: on the member's account, and to the agent who has to fill in the report. */
export function besidePromise(desk: Desk): Deed<unknown>[] {
  const { state } = desk;
  const { handoff } = state;
  if (handoff?.row !== 'technical-error' || !state.promise) return [];
  const memberId = state.provided.memberId?.value;
  const missing = state.missingReport.filter((f) => !state.report[f]);
  const body = `Ticket ${desk.ticketId}: a technical error is with our technical team since ${handoff.at}. The member was told to expect news by ${state.promise.dueAt}.`;
  return [
    { name: 'account-note', text: "noted on the member's account", run: () => verbs.noteAccount({ ...effectOf(desk, 'account-note'), body, ...(memberId ? { memberId } : {}) }) },
    ...(missing.length > 0 ? [note(desk, 'ask-report', { say: 'ask-report', missing, reminder: 0 })] : []),
  ];
}

/**
 * What an earlier cycle promised, while no team has the case: when it falls due the member hears a new time,
 * once, and the case is flagged. Returns when to look again.
 */
export async function keepOwed(desk: Desk): Promise<string | null> {
  const { state } = desk;
  if (!state.stillOwed || !state.clocks) return null;
  // A merged ticket's member: a run that starts again reads there that this one is owed.
  for (const from of state.alsoOwed) await once(desk, note(desk, `inherited-${from}`, { say: 'inherited', fromTicket: from, team: null, issueKey: null }, { data: { promise: state.stillOwed } }));
  renewOwed(desk);
  if (RENEWED in state.done) {
    await writeToMember(desk, OWED, owedAgain(desk));
    for (const ticketId of state.alsoOwed) await writeToMember(desk, `${OWED}-${ticketId}`, () => ({ ...owedAgain(desk)(), data: {} }), ticketId);
  }
  return state.stillOwed.dueAt > now() ? state.stillOwed.dueAt : null;
}

/** The same while a step cannot go on: the mail is tried once beside it, and again at the next round. */
export async function oweMeanwhile(desk: Desk): Promise<void> {
  const { state } = desk;
  if (!state.stillOwed || !state.clocks || state.stage === 'closing') return;
  renewOwed(desk);
  if (RENEWED in state.done) await aside(desk, mailDeed(desk, OWED, owedAgain(desk)));
}

const OWED = 'owed-new-time';
const RENEWED = 'owed-again';

function renewOwed(desk: Desk): void {
  const { state } = desk;
  if (state.stillOwed!.dueAt > now()) return;
  desk.flag(SILENT);
  if (state.stillOwed!.renewals > 0) return;
  state.stillOwed = { dueAt: after(now(), state.clocks!.promiseDueMs), remindAt: null, renewals: 1 };
  state.done[RENEWED] = state.stillOwed;
}

const owedAgain = (desk: Desk): Tell => () => {
  const promise = ahead(desk, OWED, desk.state.done[RENEWED] as MemberPromise);
  desk.state.done[RENEWED] = promise;
  desk.state.stillOwed = promise;
  return newTime(promise, false);
};

/**
 * The promise as an obligation: the team is reminded, the member hears a new time before they have to ask, and
 * the second time a person sets the next one. Returns when there is something to do again; null when not.
 */
export async function keepPromise(desk: Desk): Promise<string | null> {
  const { state } = desk;
  const { promise, handoff, clocks } = state;
  if (!promise || !handoff || !clocks) return null;
  const round = promise.renewals;
  if (round > 0) await tellNewTime(desk); // Done already, unless something else came before it could go out.
  const moved = state.progressAt !== null; // since the last time the member was told

  if (promise.remindAt && !state.reminded && promise.remindAt <= now()) {
    // A problem reminds the team once for all its cases.
    if (!moved && !handoff.problem) {
      const isTold = await aside(desk, handoff.issueKey
        ? {
            name: `remind-${round}`,
            text: `reminded ${handoff.team}`,
            run: () => verbs.commentIssue({ ...effectOf(desk, `remind-${round}`), key: handoff.issueKey!, comment: { say: 'remind', dueAt: promise.dueAt, withoutProgressHours: hoursSince(handoff.at) } }),
          }
        : note(desk, `remind-${round}`, { say: 'remind-team', team: handoff.team, dueAt: promise.dueAt }));
      state.reminded = isTold;
    } else state.reminded = true;
  }
  if (promise.dueAt <= now()) {
    if (round === 0) {
      if (!moved) desk.flag(SILENT);
      // From now, which is when the member hears it: nobody may have been there when the time was up.
      const at = now();
      state.promise = { dueAt: after(at, clocks.promiseDueMs), remindAt: after(at, clocks.promiseRemindMs), renewals: 1 };
      await tellNewTime(desk);
    } else {
      desk.need('promise-time');
      desk.flag(DUE_AGAIN);
      return questionDue(desk, `set-time-${round}`, (reminder) => ({ say: 'set-time', team: handoff.team, issueKey: handoff.issueKey, reminder }));
    }
  }
  const open = state.promise!;
  return !state.reminded && open.remindAt && open.remindAt > now() ? open.remindAt : open.dueAt;
}

const DUE_AGAIN = 'the promise to the member fell due again: a person sets the next time';

/** A new time is told at once, and is the promise from then on. */
async function tellNewTime(desk: Desk): Promise<void> {
  const { state } = desk;
  const name = `new-time-${state.promise!.renewals}`;
  const isNew = !(name in state.done);
  const hasMoved = state.progressAt !== null;
  const tell: Tell = () => newTime((state.promise = ahead(desk, name, state.promise!)), hasMoved);
  await writeToMember(desk, name, tell);
  if (isNew) Object.assign(state, { reminded: false, progressAt: null });
  for (const ticketId of state.alsoOwed) await writeToMember(desk, `${name}-${ticketId}`, () => ({ ...tell(), data: {} }), ticketId);
}

function newTime(promise: MemberPromise, progress: boolean): Telling {
  const letter: Letter = { say: 'new-time', dueAt: promise.dueAt, progress, ...(promise.moved && { moved: true }) };
  return { letter, note: { ...letter, mail: 'sent' }, data: { promise } };
}

/** A time that has passed before the member could be told of it is set anew: nobody is told of one that is over. */
function ahead({ state }: Desk, mail: string, promise: MemberPromise): MemberPromise {
  if (mail in state.done || promise.dueAt > now()) return promise;
  const { promiseDueMs, promiseRemindMs } = state.clocks!;
  return { ...promise, dueAt: after(now(), promiseDueMs), remindAt: promise.remindAt && after(now(), promiseRemindMs) };
}

/** A person sets the next time; the member is told. */
export async function promiseAgain(desk: Desk, dueAt: string): Promise<null> {
  const { state } = desk;
  const left = Date.parse(dueAt) - Date.parse(now());
  const before = state.promise!;
  state.promise = { dueAt, remindAt: after(now(), left / 2), renewals: before.renewals + 1, ...(before.dueAt > now() && { moved: true }) };
  desk.answered('set-time');
  if (state.needs === 'promise-time') desk.need(null);
  // Only the flag that is about the promise. Cases from before are replayed as they were.
  if (state.flagged !== null && (state.flagged === SILENT || state.flagged === DUE_AGAIN || !patched('own-flag'))) state.flagged = null;
  await tellNewTime(desk);
  return null;
}
