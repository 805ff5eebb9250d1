/** The promise: what the member was told to expect and by when, kept as an obligation. */
import { patched } from '@temporalio/workflow';
import type { Handoff, MemberPromise } from '../domain/case.js';
import type { Letter, Note } from '../wording/contents.js';
import { mailDeed, note, once, together, verbs, writeToMember } from './act.js';
import { after, effectOf, now, type Desk } from './desk.js';
import { SILENT } from './hearing.js';
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
  state.promise ??= { dueAt: after(handoff.at, dueMs), remindAt: after(handoff.at, remindMs), renewals: 0 };
  const { promise } = state;
  const letter: Letter = { say: 'promise', team: handoff.team, technical, hoursFrom: infra ? clocks.promiseRemindMs / HOUR_MS : null, hoursTo: dueMs / HOUR_MS };
  const escalated: Note = { say: 'escalated', handoff, dueAt: promise.dueAt, mail: 'sent' };
  if (technical) {
    const memberId = state.provided.memberId?.value;
    const missing = state.missingReport.filter((f) => !state.report[f]);
    const body = `Ticket ${desk.ticketId}: a technical error is with our technical team since ${handoff.at}. The member was told to expect news by ${promise.dueAt}.`;
    await together(desk, [
      mailDeed(desk, 'promise', letter, escalated, { handoff, promise }),
      { name: 'account-note', text: "noted on the member's account", run: () => verbs.noteAccount({ ...effectOf(desk, 'account-note'), body, ...(memberId ? { memberId } : {}) }) },
      ...(missing.length > 0 ? [note(desk, 'ask-report', { say: 'ask-report', missing, reminder: 0 })] : []),
    ]);
  }
  await writeToMember(desk, 'promise', letter, escalated, { handoff, promise });
  // The new promise is the one that counts.
  state.stillOwed = null;
  if (state.flagged === SILENT) state.flagged = null;
}

/**
 * What an earlier cycle promised, while no team has the case: when it falls due the member hears a new time,
 * once, and the case is flagged. Returns when to look again.
 */
export async function keepOwed(desk: Desk): Promise<string | null> {
  const { state } = desk;
  if (!state.stillOwed || !state.clocks) return null;
  if (state.stillOwed.dueAt <= now()) {
    desk.flag(SILENT);
    if (state.stillOwed.renewals === 0) {
      state.stillOwed = { dueAt: after(now(), state.clocks.promiseDueMs), remindAt: null, renewals: 1 };
      state.done['owed-again'] = state.stillOwed;
    }
  }
  const again = state.done['owed-again'] as MemberPromise | undefined;
  if (again) {
    const letter: Letter = { say: 'new-time', dueAt: again.dueAt, progress: false };
    await writeToMember(desk, 'owed-new-time', letter, { ...letter, mail: 'sent' }, { promise: again });
  }
  return state.stillOwed.dueAt > now() ? state.stillOwed.dueAt : null;
}

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
      await once(desk, handoff.issueKey
        ? {
            name: `remind-${round}`,
            text: `reminded ${handoff.team}`,
            run: () => verbs.commentIssue({ ...effectOf(desk, `remind-${round}`), key: handoff.issueKey!, comment: { say: 'remind', dueAt: promise.dueAt, withoutProgressHours: hoursSince(handoff.at) } }),
          }
        : note(desk, `remind-${round}`, { say: 'remind-team', team: handoff.team, dueAt: promise.dueAt }));
    }
    state.reminded = true;
  }
  if (promise.dueAt <= now()) {
    if (round === 0) {
      if (!moved) desk.flag(SILENT);
      state.promise = { dueAt: after(promise.dueAt, clocks.promiseDueMs), remindAt: after(promise.dueAt, clocks.promiseRemindMs), renewals: 1 };
      await tellNewTime(desk);
    } else {
      desk.need('promise-time');
      desk.flag(DUE_AGAIN);
      return questionDue(desk, `set-time-${round}`, (reminder) => ({ say: 'set-time', team: handoff.team, issueKey: handoff.issueKey, reminder }));
    }
  }
  const open = state.promise!;
  return !state.reminded && open.remindAt ? open.remindAt : open.dueAt;
}

const DUE_AGAIN = 'the promise to the member fell due again: a person sets the next time';

/** A new time is told at once, and is the promise from then on. */
async function tellNewTime(desk: Desk): Promise<void> {
  const { state } = desk;
  const promise = state.promise!;
  const name = `new-time-${promise.renewals}`;
  const letter: Letter = { say: 'new-time', dueAt: promise.dueAt, progress: state.progressAt !== null, ...(promise.moved && { moved: true }) };
  const told: Note = { ...letter, mail: 'sent' };
  const isNew = !(name in state.done);
  await writeToMember(desk, name, letter, told, { promise });
  if (isNew) Object.assign(state, { reminded: false, progressAt: null });
  for (const ticketId of state.alsoOwed) await writeToMember(desk, `${name}-${ticketId}`, letter, told, {}, ticketId);
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

/** An agent says what became of a mail whose arrival was in doubt: again, or taken as told. */
export async function settleMail(desk: Desk, outcome: 'resend' | 'was-sent'): Promise<null> {
  const { state } = desk;
  const mail = state.unsettled;
  if (!mail) return null; // Two people settled it.
  desk.answered('call-', 'mail-check-');
  if (outcome === 'resend') await writeToMember(desk, `${mail.effect}-again`, mail.letter, mail.note, mail.data, mail.memberOf);
  else state.unsettled = null;
  if (state.unsettled) return null;
  state.flagged = null;
  desk.need(null);
  return null;
}
