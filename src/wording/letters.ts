/**
 * Our mail to the member: a reference and a state, and whose move it is. No health, program, vendor, device or
 * team words: mail lies open on phones and in offices. Answers with content are public replies (replies.ts).
 */
import { escapeHtml, oneLine } from './clean.js';
import type { FollowUpOutcome, Letter } from './contents.js';
import { SIGNED, hello } from './greeting.js';

export interface LetterContext {
  name: string;
  ticketId: string;
  /** IANA name; UTC when absent or not known to the runtime. */
  timeZone?: string;
}
export interface RenderedLetter {
  subject: string;
  text: string;
  html: string;
}

interface Draft {
  /** After "Your ticket #5158: ". */
  about: string;
  headline: string;
  paragraphs: string[];
  /** Shown as a list between the paragraphs and the close. */
  list?: { lead: string; items: string[] };
  close: string[];
}

const REPLY = 'If you would like to add something, just reply to this mail, and a person reads it.';

/** "2 to 4 hours", "24 hours", "1 hour", "30 minutes"; parts of an hour are settings of a trial run. */
function hoursText(from: number | null, to: number): string {
  const inMinutes = to < 1;
  const amount = (h: number) => (inMinutes ? Math.max(1, Math.ceil(h * 60)) : Math.round(h * 10) / 10);
  const [low, high] = [from === null ? null : amount(from), amount(to)];
  const unit = `${inMinutes ? 'minute' : 'hour'}${high === 1 ? '' : 's'}`;
  return low !== null && low > 0 && low < high ? `${low} to ${high} ${unit}` : `${high} ${unit}`;
}

/** "Tuesday, November 24, 2026 at 10:00 AM UTC" in the member's zone. */
function moment(iso: string, timeZone = 'UTC'): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) throw new TypeError(`letter: dueAt must be an ISO 8601 time, not "${oneLine(iso)}"`);
  const say = (zone: string) =>
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      weekday: 'long',
      month: 'long',
      day: 'numeric',
      year: 'numeric',
      hour: 'numeric',
      minute: '2-digit',
      timeZoneName: 'short',
    })
      .format(date)
      .replace(/\s+/g, ' ');
  try {
    return say(timeZone);
  } catch {
    return say('UTC'); // A zone that the runtime does not know must not cost the member their mail.
  }
}

function followUp(outcome: FollowUpOutcome): Draft {
  const how = 'Reply to this mail with "yes, it works" or with what you still see; a person reads it.';
  switch (outcome) {
    case 'resolved':
      return {
        about: 'does it work for you now?',
        headline: 'It should work now',
        paragraphs: [
          'Thank you for your patience. What you told us about has been resolved on our side, and we would like to be sure that it is resolved on yours.',
          'Does it work for you now?',
          how,
        ],
        close: ['If it still fails, we take it up again at once; you will not have to explain it from the start. If all is well and you would rather not write, that is fine too: we close the ticket after a few days.'],
      };
    case 'unchanged':
      return {
        about: 'where it stands, and a question',
        headline: 'Where your request stands',
        paragraphs: [
          'We looked into what you told us, and we are not able to change it at this time. We know that this is not the answer you hoped for.',
          'Does it work for you now, or does it still stand in your way?',
          how,
        ],
        close: ['If it still stands in your way, we look with you for another way. If we hear nothing, we close the ticket after a few days.'],
      };
    case 'closed':
      return {
        about: 'we are closing it, and a question',
        headline: 'We are closing your request',
        paragraphs: [
          'We are closing your request on our side, and would like to be sure that nothing is left open on yours.',
          'Does it work for you now?',
          how,
        ],
        close: ['You can come back to it at any time: a reply is enough.'],
      };
  }
}

function draft(letter: Letter, timeZone?: string): Draft {
  switch (letter.say) {
    case 'acknowledgement':
      return {
        about: 'we have your message',
        headline: 'We have your message',
        paragraphs: [
          'Thank you for writing to us. Your message has arrived, and a member of our team will read it and see how we can help you best.',
          'You do not have to do anything now.',
        ],
        close: [REPLY],
      };
    case 'thanks':
      return {
        about: 'thank you for your feedback',
        headline: 'Thank you for your feedback',
        paragraphs: [
          'Thank you for taking the time to tell us. We have passed your words on to the people they are meant for.',
          'Nothing more is needed from you, and we will not write again about it unless we have a question.',
        ],
        close: [REPLY],
      };
    case 'promise': {
      const when = hoursText(letter.hoursFrom, letter.hoursTo);
      return {
        about: 'we are on it',
        headline: 'We are on it',
        paragraphs: letter.technical
          ? [
              'We are sorry for the trouble. What you ran into looks like a fault on our side, and not like a slip of yours.',
              `We have passed it on to our technical specialists with high priority, and we stay responsible for it. You will hear from us within ${when}.`,
            ]
          : [
              'Thank you for telling us. We could not settle this right away, so we have passed it on to the colleagues who can, and we stay responsible for it.',
              `You will hear from us within ${when}, even if there is nothing final to say yet.`,
            ],
        ...(letter.technical
          ? {
              list: {
                lead: 'While you wait, these steps are safe, and sometimes enough:',
                items: ['Refresh the page.', 'Clear the cache of your browser.', 'Try another browser.'],
              },
            }
          : {}),
        close: [REPLY],
      };
    }
    case 'new-time':
      if (letter.moved) {
        return {
          about: 'a new time for our answer',
          headline: 'A new time for our answer',
          paragraphs: [
            'Our colleagues have your request, and the time by which you hear from us has changed.',
            `You will hear from us by ${moment(letter.dueAt, timeZone)}.`,
          ],
          close: [REPLY],
        };
      }
      return {
        about: 'an update on your request',
        headline: letter.progress ? 'We need a little longer' : 'We are sorry for the silence',
        paragraphs: [
          letter.progress
            ? 'Our colleagues are working on your request, and it is not finished yet. We are sorry that it takes longer than we said.'
            : 'By now you should have had an answer from us, and you have not. We are sorry. We have asked again and are following it closely.',
          `You will hear from us by ${moment(letter.dueAt, timeZone)}.`,
        ],
        close: [REPLY],
      };
    case 'follow-up':
      return followUp(letter.outcome);
  }
}

/** One mail as subject (one line), plain text and HTML. Throws a TypeError for a `dueAt` that is no time. */
export function letter(content: Letter, ctx: LetterContext): RenderedLetter {
  const ticketId = oneLine(ctx.ticketId);
  const greeting = hello(ctx.name);
  const d = draft(content, ctx.timeZone);
  const subject = `Your ticket #${ticketId}: ${d.about}`;
  const reference = `Your ticket number: ${ticketId}`;
  return { subject, text: text(d, greeting, reference), html: html(d, greeting, reference, subject) };
}

function text(d: Draft, greeting: string, reference: string): string {
  return [
    greeting,
    ...d.paragraphs,
    ...(d.list ? [[d.list.lead, ...d.list.items.map((i) => `- ${i}`)].join('\n')] : []),
    ...d.close,
    reference,
    SIGNED,
  ].join('\n\n');
}

const P = 'margin:0 0 16px;';
const p = (words: string, style = P) => `<p style="${style}">${escapeHtml(words)}</p>`;

function html(d: Draft, greeting: string, reference: string, subject: string): string {
  const list = d.list
    ? `${p(d.list.lead, 'margin:0 0 8px;')}<ul style="margin:0 0 16px;padding-left:20px;">${d.list.items
        .map((i) => `<li style="margin:0 0 4px;">${escapeHtml(i)}</li>`)
        .join('')}</ul>`
    : '';
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(subject)}</title></head>`,
    '<body style="margin:0;padding:24px 12px;background:#f3f5f7;">',
    '<div style="max-width:560px;margin:0 auto;padding:32px;background:#ffffff;border-radius:8px;font:16px/1.5 -apple-system,\'Segoe UI\',Roboto,Helvetica,Arial,sans-serif;color:#1f2a37;">',
    `<h1 style="margin:0 0 20px;font-size:22px;line-height:1.3;color:#12344d;">${escapeHtml(d.headline)}</h1>`,
    p(greeting),
    ...d.paragraphs.map((words) => p(words)),
    list,
    ...d.close.map((words) => p(words)),
    p(reference, 'margin:24px 0;padding:12px 16px;background:#eef4f8;border-left:4px solid #2b6f99;font-weight:600;'),
    p(SIGNED, 'margin:0;color:#4b5866;'),
    '</div></body></html>',
  ].join('\n');
}
