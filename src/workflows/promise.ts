/** The promise: what the member was told to expect and by when, kept as an obligation. */
import type { Handoff } from '../domain/case.js';
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
    const missing = state.missingReport.filter((f) => !state.report[f]);
    const body = `Ticket ${desk.ticketId}: a technical error is with our technical team since ${handoff.at}. The member was told to expect news by ${promise.dueAt}.`;
    await together(desk, [
      mailDeed(desk, 'promise', letter, escalated, { handoff, promise }),
      { name: 'account-note', text: "noted on the member's account", run: () => verbs.noteAccount({ ...effectOf(desk, 'account-note'), body }) },
      ...(missing.length > 0 ? [note(desk, 'ask-report', { say: 'ask-report', missing, reminder: 0 })] : []),
    ]);
  }
  await writeToMember(desk, 'promise', letter, escalated, { handoff, promise });
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
  const moved = state.progressAt !== null; // since the last time the member was told

  if (promise.remindAt && !state.reminded && promise.remindAt <= now()) {
    if (!moved) {
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
      await tellNewTime(desk, moved);
    } else {
      desk.need('promise-time');
      desk.flag('the promise to the member fell due again: a person sets the next time');
      return questionDue(desk, `set-time-${round}`, (reminder) => ({ say: 'set-time', team: handoff.team, issueKey: handoff.issueKey, reminder }));
    }
  }
  const open = state.promise!;
  return !state.reminded && open.remindAt ? open.remindAt : open.dueAt;
}

/** A new time is told at once, and is the promise from then on. */
async function tellNewTime(desk: Desk, withProgress: boolean): Promise<void> {
  const { state } = desk;
  const promise = state.promise!;
  state.reminded = false;
  state.progressAt = null;
  await writeToMember(
    desk,
    `new-time-${promise.renewals}`,
    { say: 'new-time', dueAt: promise.dueAt, progress: withProgress },
    { say: 'new-time', dueAt: promise.dueAt, progress: withProgress, mail: 'sent' },
    { promise },
  );
}

/** A person sets the next time; the member is told. */
export async function promiseAgain(desk: Desk, dueAt: string): Promise<null> {
  const { state } = desk;
  const left = Date.parse(dueAt) - Date.parse(now());
  state.promise = { dueAt, remindAt: after(now(), left / 2), renewals: state.promise!.renewals + 1 };
  state.question = null;
  if (state.needs === 'promise-time') desk.need(null);
  state.flagged = null;
  await tellNewTime(desk, state.progressAt !== null);
  return null;
}

/** An agent says what became of a mail whose arrival was in doubt: again, or taken as told. */
export async function settleMail(desk: Desk, outcome: 'resend' | 'was-sent'): Promise<null> {
  const { state } = desk;
  const mail = state.unsettled!;
  state.unsettled = null;
  state.question = null;
  state.flagged = null;
  desk.need(null);
  if (outcome === 'resend') await writeToMember(desk, `${mail.effect}-again`, mail.letter, mail.note, mail.data);
  return null;
}
