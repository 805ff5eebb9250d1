/** Public replies on the ticket: answers with content, and questions to the member. The helpdesk mails them. */
import type { Articles } from '../config.js';
import { clean, oneLine } from './clean.js';
import type { Reply } from './contents.js';
import { SIGNED, hello } from './greeting.js';
import { FACT_WORDS } from './words.js';

export interface ReplyContext {
  name: string;
  ticketId: string;
  articles: Articles;
}

/** Source: Routing protocols, Device Support, Philips Issues. */
export const PHILIPS_SUPPORT = '888-666-4530';

type Parts = string[] | { gap: string };

const questions = (lines: string[]) => [...new Set(lines)].map((q) => `- ${q}`).join('\n');

function parts(reply: Reply, articles: Articles): Parts {
  switch (reply.say) {
    case 'excluded':
      return [
        'Thank you for asking why you do not see any programs in your account. We looked into it.',
        "Our programs are offered to members by the eligibility rules of their plan. By the information that we have today, your account does not belong to the group that they are offered to. It is not an error in the app, and it is nothing that you did.",
        "If something changed lately, such as your employer, your plan or your personal details, or if you think that this is not right, please reply to this message and a person will look at it again. Your employer's HR or benefits team can tell you what your plan includes.",
      ];
    case 'withings': {
      if (!articles.withingsSupport) return { gap: 'WITHINGS_SUPPORT_URL' };
      const back = articles.withingsFollowOn
        ? `If they send you back to us, please follow these instructions:\n${clean(articles.withingsFollowOn).trim()}`
        : 'If they send you back to us, reply to this message and we go on from there.';
      return [
        'The Withings Program team can help you with this directly, and the quickest way to reach them is a ticket online:',
        [
          `1. Open the Withings Program Support Center: ${oneLine(articles.withingsSupport)}`,
          '2. Click the black icon at the lower right of the page.',
          '3. Describe what happens, and submit your ticket.',
        ].join('\n'),
        back,
      ];
    }
    case 'philips':
      return [
        `Philips support can help you with this directly. You reach them by phone at ${PHILIPS_SUPPORT}.`,
        'If they cannot help you, reply to this message and we take it up again.',
      ];
    case 'ask-member':
      return [
        'Thank you for writing to us. To help you, we need to know a little more:',
        questions(reply.asks.map((f) => FACT_WORDS[f].ofMember)),
        'Just reply to this message.',
      ];
  }
}

/** One public reply as plain text, or the name of the unset setting that keeps it from being written. */
export function reply(content: Reply, ctx: ReplyContext): { body: string } | { gap: string } {
  const said = parts(content, ctx.articles);
  if (!Array.isArray(said)) return said;
  return { body: [hello(ctx.name), ...said, `Your ticket number: ${oneLine(ctx.ticketId)}`, SIGNED].join('\n\n') };
}
