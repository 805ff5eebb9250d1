/** What a Tier 1 agent does, row by row. Source: Routing protocols. */
import type { Articles } from '../config.js';
import type { RowId } from '../domain/ruling.js';
import { oneLine } from './clean.js';
import { provideCommand } from './commands.js';

interface Tier1Context {
  ticketId: string;
  articles: Articles;
  /** What exactly fails or is unmet. */
  names: readonly string[];
}

const SETTINGS: Record<keyof Articles, string> = {
  switchProvider: 'ARTICLE_SWITCH_PROVIDER',
  specificEmployee: 'ARTICLE_SPECIFIC_EMPLOYEE',
  dell: 'ARTICLE_DELL',
  deviceGuideCgm: 'ARTICLE_DEVICE_GUIDE_CGM',
  withingsSupport: 'WITHINGS_SUPPORT_URL',
  withingsFollowOn: 'WITHINGS_FOLLOW_ON',
};

/** What an agent reads where a setting is missing. */
export const gapText = (setting: string): string =>
  `${oneLine(setting)} is not set: look it up in the knowledge base and tell ops to set it.`;

/** A link with its title, or the gap. */
export function article(title: string, name: keyof Articles, articles: Articles): string {
  const link = articles[name];
  return `${title}: ${link ? oneLine(link) : gapText(SETTINGS[name])}`;
}

const quoted = (names: readonly string[]) => names.map((n) => `"${oneLine(n)}"`).join(', ');

const STEPS: Partial<Record<RowId, (c: Tier1Context) => string[]>> = {
  cancellation: () => [
    'Process the cancellation in Admin now.',
    'Never transfer it: no other group, no other team.',
    'Tell the member that it is done, then solve the ticket.',
  ],
  scheduling: ({ articles }) => [
    'Walk the member through scheduling in the App or HGP, until the appointment stands.',
    'If they need a sooner date, offer "Switch Provider" in the app.',
    article('Article on changing programs and providers', 'switchProvider', articles),
  ],
  'specific-employee': ({ articles }) => [
    'Handle the request yourself, by the article; it goes to no other team.',
    article('Article on requests to speak with specific employees', 'specificEmployee', articles),
  ],
  'app-bug/untested': ({ ticketId }) => [
    'Troubleshoot with the member: refresh, clear the cache, update the app or use another browser, sign out and in again.',
    `No bug after all: ${provideCommand(ticketId, { troubleshootingDone: 'yes', bugConfirmed: 'no' })}`,
    `A confirmed bug, which is then filed to Infra: ${provideCommand(ticketId, { troubleshootingDone: 'yes', bugConfirmed: 'yes' })}`,
  ],
  'app-bug/not-a-bug': ({ ticketId }) => [
    'No bug was confirmed: show the member how it works, and stay with them until it does.',
    `If it turns out to be a bug: ${provideCommand(ticketId, { bugConfirmed: 'yes' })}`,
  ],
  'vbid/not-in-compliance': () => [
    'Look in HGP "Incentive Program" for what the member still lacks for compliance.',
    'Explain to the member what compliance needs.',
    'Once they are in compliance, dates that are still missing after 48 h can be looked into.',
  ],
  'vbid/unclear': ({ articles }) => [
    'Read the dates in HGP "Incentive Program" beside the Dell article, and explain them to the member.',
    article('Dell article', 'dell', articles),
  ],
  'vbid/dates-present': () => ['Read the dates in HGP "Incentive Program" and explain them to the member.'],
  'eligibility/eligible': () => [
    'The OOE Onboarding Logic says that the member is eligible: show them the programs, step by step, in their own view.',
    'If they still see none there, the problem is another one: set the inquiry of the ticket to what it is.',
  ],
  'vmp/unmet': ({ names }) => [
    names.length
      ? `FALSE in HGP "Requirements to Schedule": ${quoted(names)}.`
      : 'HGP "Requirements to Schedule" has an entry that is FALSE: look there which.',
    'Tell the member which are unmet and how to meet each of them.',
  ],
  'device/order-not-ready': ({ names }) => [
    names.length ? `These criteria fail: ${quoted(names)}.` : 'A criterion of the order fails: look in Admin which.',
    'Work on exactly these with the member; the others are in order.',
    ...(names.includes('not ordered yet') ? ['"not ordered yet" fails when there is an order already: tell the member where it stands.'] : []),
  ],
  'device/cgm': ({ articles }) => [
    'Go by the CGM section of the Device Guide. Never use the logic of standard orders here.',
    article('Device Guide, CGM section', 'deviceGuideCgm', articles),
  ],
  'eligibility/excluded': () => ['If the member replies that something changed, check the OOE Onboarding Logic again.'],
  'device/withings': ({ articles }) => [
    'Never escalate it. The Withings Program team answers the member on the ticket that they open there.',
    ...(articles.withingsFollowOn
      ? []
      : [`If the member is sent back to us they need the follow-on instructions. ${gapText(SETTINGS.withingsFollowOn)}`]),
  ],
  'device/philips': () => ['Philips support takes it from here; nothing is escalated.'],
};

/** The steps of a row, in order; a row without any of its own gets the general ones. */
export const tier1Steps = (row: RowId, context: Tier1Context): string[] =>
  STEPS[row]?.(context) ?? ['Resolve it in Tier 1 with Admin, HGP and the knowledge base.'];
