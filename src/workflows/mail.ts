/**
 * Mail to members: each goes out once, with a note that tells what became of it. One whose arrival is not certain is a
 * person's to look at, and is never repeated by itself.
 */
import { ActivityFailure, patched, proxyActivities, TimeoutFailure, type ActivityOptions } from '@temporalio/workflow';
import type { Activities, Written } from '../activities/index.js';
import type { MarkData } from '../domain/marks.js';
import type { Letter, MailFate, Note } from '../wording/contents.js';
import { failureOf, LOST_AFTER, once, reading, verbs, type Deed } from './act.js';
import { after, needOf, now, type Desk } from './desk.js';
import { questionDue } from './questions.js';
import { mustBeSettled, type Message, type Unsettled } from './state.js';

/** Mail is tried once by itself: a repeat could be a second mail. The case repeats what certainly did not go. */
const once_: ActivityOptions = { startToCloseTimeout: '90 seconds', heartbeatTimeout: LOST_AFTER, retry: { maximumAttempts: 1 } };
const mailing = proxyActivities<Pick<Activities, 'write'>>(once_);

/** What a member is told, and what the note on the ticket says of it. */
export interface Telling {
  letter: Letter;
  note: Note;
  data?: MarkData;
}
/** Asked at every attempt: an outage may hold a mail up for days, and a time that it names must still lie ahead. */
export type Tell = () => Telling;

/**
 * Writes to the member, once, and notes that it went out. A mail whose outcome is not known, or that has no
 * address to go to, is left for a person and never repeated by itself.
 *
 * @param memberOf a merged ticket, whose member is the one to write to
 */
export async function writeToMember(desk: Desk, name: string, tell: Tell, memberOf?: string): Promise<MailFate> {
  const { state } = desk;
  const written: Written & { handled?: true } = await once(desk, mailDeed(desk, name, tell, memberOf));
  const { letter, note, data = {} } = tell();
  if (!written.noted) {
    const withFate = 'mail' in note ? { ...note, mail: written.mail } : note;
    const told = await once(desk, {
      name: `${name}-noted`,
      text: `noted on the ticket (${name})`,
      run: () => verbs.note({ ticketId: desk.ticketId, cycle: state.cycle, effect: name, note: withFate, data: { ...data, mail: written.mail } }),
    });
    // The note of the worker that was lost has arrived after all, and tells what became of the mail.
    if (told === 'already' && written.mail === 'unknown' && !written.handled && patched('late-note')) {
      const late = await reading(desk, 'look for the mail', () => verbs.findMark({ ticketId: desk.ticketId, cycle: state.cycle, effect: name }));
      if (late?.mail) written.mail = late.mail as MailFate;
    }
  }
  if (written.handled) {
    const open = state.unsettled.find(({ effect }) => effect === name);
    if (open) desk.need(needOf(open));
    return written.mail;
  }
  written.handled = true;
  // What the same member was told before matters no more, now that there is a later word.
  settled(desk, (before) => before.memberOf === memberOf);
  if (written.mail === 'unknown' || written.mail === 'no-address') {
    const open: Unsettled = { effect: name, fate: written.mail, letter, note, data, ...(memberOf ? { memberOf } : {}) };
    state.unsettled.push(open);
    desk.need(needOf(open));
    desk.flag(IN_DOUBT[written.mail]);
  }
  return written.mail;
}

const IN_DOUBT = {
  unknown: 'it is not known whether a mail reached the member',
  'no-address': 'the member cannot be reached by mail and must be called',
};

/** The mail alone, to be sent beside other effects; `writeToMember` then takes up what came of it. */
export function mailDeed(desk: Desk, name: string, tell: Tell, memberOf?: string): Deed<Written> {
  const effect = { ticketId: desk.ticketId, cycle: desk.state.cycle, effect: name };
  return {
    name,
    text: `wrote to the member (${name})`,
    run: async () => {
      const { letter, note, data = {} } = tell();
      try {
        return await mailing.write.executeWithOptions({ ...once_, summary: `mail: ${name}` }, [{ ...effect, letter, note, data, ...(memberOf ? { memberOf } : {}) }]);
      } catch (error) {
        const failure = failureOf(error);
        if (failure?.type !== 'Timeout' && failure?.type !== 'Stopped') throw error;
        if (hasNotBegun(error)) throw error; // It certainly did not go: tried again.
        // The worker was lost in the middle. The note tells whether the mail went; without it nobody knows.
        const found = await reading(desk, 'look for the mail', () => verbs.findMark(effect));
        return { mail: found ? ((found.mail as MailFate | undefined) ?? 'sent') : 'unknown', noted: found !== null };
      }
    },
  };
}

/** Before it sends, an attempt tells Temporal so with a heartbeat: one that was missed without that has sent nothing. */
const hasNotBegun = (error: unknown): boolean =>
  error instanceof ActivityFailure && error.cause instanceof TimeoutFailure && error.cause.timeoutType === 'HEARTBEAT' && error.cause.lastHeartbeatDetails === undefined;

/** Takes those mails off the list of what is in doubt, and what was needed and flagged for them, where none is left. */
export function settled(desk: Desk, which: (mail: Unsettled) => boolean): void {
  const { state } = desk;
  const gone = state.unsettled.filter(which);
  if (gone.length === 0) return;
  state.unsettled = state.unsettled.filter((mail) => !gone.includes(mail));
  for (const { fate } of gone) {
    if (state.unsettled.some((mail) => mail.fate === fate)) continue;
    if (state.needs === needOf({ fate })) desk.need(null);
    if (state.flagged === IN_DOUBT[fate]) state.flagged = null;
  }
}

/** An agent says what became of a mail whose arrival was in doubt: again, or taken as told. */
export async function settleMail(desk: Desk, { outcome, mail: named }: Pick<Extract<Message, { verb: 'settleMail' }>, 'outcome' | 'mail'>): Promise<null> {
  const { state } = desk;
  const mail = state.unsettled.find(({ effect }) => named === undefined || effect === named);
  if (!mail) return null; // Two people settled it.
  desk.answered('call-', 'mail-check-');
  if (outcome === 'was-sent') settled(desk, (one) => one === mail);
  else {
    const telling = stillAhead(desk, mail);
    await writeToMember(desk, `${mail.effect}-again`, () => telling, mail.memberOf);
  }
  return null;
}

/** A time that the mail names, and that has passed or runs from when it is read, is set anew. */
function stillAhead({ state }: Desk, { letter, note, data }: Unsettled): Telling {
  const hours = letter.say === 'promise' ? letter.hoursTo : null;
  const isPast = letter.say === 'new-time' && letter.dueAt <= now();
  const open = state.promise && !state.followUp ? 'promise' : 'stillOwed';
  const before = state[open];
  if ((hours === null && !isPast) || !before) return { letter, note, data };
  const dueAt = hours === null ? after(now(), state.clocks!.promiseDueMs) : after(now(), hours * HOUR_MS);
  const promise = { ...before, dueAt: before.dueAt > dueAt ? before.dueAt : dueAt };
  state[open] = promise;
  return { letter: 'dueAt' in letter ? { ...letter, dueAt } : letter, note: 'dueAt' in note ? { ...note, dueAt } : note, data: { ...data, promise } } as Telling;
}
const HOUR_MS = 3_600_000;

/** Waits until a person has settled every mail that a member should have: what is in doubt would be silent after the end. */
export async function untilSettled(desk: Desk): Promise<void> {
  for (let open; (open = desk.state.unsettled.find(mustBeSettled)); ) {
    desk.need(needOf(open));
    const message = await desk.next(await mailQuestion(desk, open), ['settleMail', 'confirm', 'close']);
    if (message === 'due') continue;
    if (message.verb === 'settleMail') await settleMail(desk, message);
    else settled(desk, () => true); // The member was called, or whoever closes takes it upon them.
  }
}

/** Reminds whoever has to settle it. The note that the mail left has asked already. Returns when to look again. */
export function mailQuestion(desk: Desk, { effect, fate }: Unsettled): Promise<string> {
  const say = fate === 'unknown' ? 'mail-check' : 'call';
  const about = ABOUT.find((letter) => effect.startsWith(letter)) ?? 'new-time';
  return questionDue(desk, `${say}-${about}`, (reminder) => ({ say, about, reminder }), 'asked already');
}
const ABOUT = ['follow-up', 'promise', 'thanks'] as const;
