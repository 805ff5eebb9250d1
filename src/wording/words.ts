/** Facts and report fields in words: their names, how an agent or a member is asked, how an agent answers. */
import { INQUIRIES, ERROR_KINDS, OBSERVED_LOGINS, SCOPES, type FactName, type ReportField } from '../domain/facts.js';
import type { Ground } from '../domain/ruling.js';
import { listed, oneLine, truncate, utc } from './clean.js';

interface FactWords {
  label: string;
  /** What an agent is asked, with the place to look. */
  ofAgent: string;
  /** What a member is asked, in one line. */
  ofMember: string;
  /** What may be answered, where that is a short list. */
  answers: readonly string[];
  /** What stands for the answer until it is filled in, where "…" says too little. */
  form?: string;
}

/** What stands for words that are to be filled in; no command takes it for them. */
export const FILL_IN = '…';
export const FORM_OF_TIME = 'YYYY-MM-DDTHH:MM:SSZ';
const YES_OR_NO = ['yes', 'no'];

export const FACT_WORDS: Record<FactName, FactWords> = {
  inquiry: {
    label: 'Inquiry',
    ofAgent: `what the ticket is about, one of: ${INQUIRIES.join(', ')}`,
    ofMember: 'What can we help you with? One sentence is enough.',
    answers: [],
  },
  errorKind: {
    label: 'Error kind',
    ofAgent: `which error of the platform it is, one of: ${ERROR_KINDS.join(', ')}`,
    ofMember: 'What do you see when it goes wrong?',
    answers: [],
  },
  memberId: {
    label: 'Member ID',
    ofAgent: "the member's ID in Admin (search Admin by name or e-mail)",
    ofMember: 'What is your member ID, or the e-mail address that you signed up with?',
    answers: [],
  },
  troubleshootingDone: {
    label: 'Troubleshooting done',
    ofAgent: 'whether the troubleshooting was gone through with the member',
    ofMember: 'Have you tried to refresh the page, clear the cache, and use another browser?',
    answers: YES_OR_NO,
  },
  bugConfirmed: {
    label: 'Bug confirmed',
    ofAgent: 'whether the troubleshooting confirmed that it is a bug',
    ofMember: 'Does it still happen after these steps?',
    answers: YES_OR_NO,
  },
  inComplianceSince: {
    label: 'In compliance since',
    ofAgent: 'since when the member has been in compliance without a break (HGP); null when they are not',
    ofMember: 'Since when have you met the conditions of your incentive?',
    answers: [],
    form: FORM_OF_TIME,
  },
  incentiveDates: {
    label: 'Incentive Program dates',
    ofAgent: 'whether the dates in HGP "Incentive Program" are missing, unclear or clear',
    ofMember: 'Which dates do you see for your incentive, if any?',
    answers: ['missing', 'unclear', 'clear'],
  },
  ooeResult: {
    label: 'OOE Onboarding Logic',
    ofAgent: 'what the OOE Onboarding Logic says: excluded, error or eligible',
    ofMember: 'What do you see on the page that should list your programs?',
    answers: ['excluded', 'error', 'eligible'],
  },
  requirementsAllTrueSince: {
    label: 'All Requirements to Schedule TRUE since',
    ofAgent: 'since when all "Requirements to Schedule" in HGP have been TRUE without a break; null when one is FALSE',
    ofMember: 'Since when have you not been able to schedule?',
    answers: [],
    form: FORM_OF_TIME,
  },
  unmetRequirements: {
    label: 'Requirements to Schedule that are FALSE',
    ofAgent: 'which "Requirements to Schedule" in HGP are FALSE, by their names there, with commas between',
    ofMember: 'What does the scheduling page say is still missing?',
    answers: [],
  },
  ordered: {
    label: 'Ordered already',
    ofAgent: 'whether a standard device was ordered already',
    ofMember: 'Have you received a confirmation of an order?',
    answers: YES_OR_NO,
  },
  orderTemplateCompleted: {
    label: 'Order template completed',
    ofAgent: 'whether the order template is completed',
    ofMember: 'Have you filled in the order form?',
    answers: YES_OR_NO,
  },
  firstSessionCompleted: {
    label: 'First session completed',
    ofAgent: 'whether the first session is completed',
    ofMember: 'Have you had your first session?',
    answers: YES_OR_NO,
  },
  clinicalRequirementsMet: {
    label: 'All clinical requirements met',
    ofAgent: 'whether all clinical requirements are met',
    ofMember: 'Has your provider told you whether anything is still needed from you?',
    answers: YES_OR_NO,
  },
  scope: {
    label: 'Scope',
    ofAgent: `whom it affects, one of: ${SCOPES.join(', ')}`,
    ofMember: 'Is it only you, or do others in your company have the same problem?',
    answers: SCOPES,
  },
  observedLogin: {
    label: 'Observed login',
    ofAgent: 'whether the login works or fails while you watch the member, or use a sample account of the group',
    ofMember: 'Can you sign in now, and what do you see?',
    answers: OBSERVED_LOGINS,
  },
  securityConcern: {
    label: 'Security concern',
    ofAgent: 'whether anything looks like a vulnerability or a breach',
    ofMember: 'Did you see anything that is not yours, or that you did not do yourself?',
    answers: YES_OR_NO,
  },
  suspectedDefect: {
    label: 'Suspected defect',
    ofAgent: 'whether it looks like a defect of the software',
    ofMember: 'Does it go wrong every time, in the same way?',
    answers: YES_OR_NO,
  },
};

/** What an agent is asked, with the answers that may be given. */
export const askedOfAgent = (fact: FactName): string =>
  `${fact}: ${FACT_WORDS[fact].ofAgent}${FACT_WORDS[fact].answers === YES_OR_NO ? ' (yes or no)' : ''}`;

export const REPORT_WORDS: Record<ReportField, { label: string }> = {
  whatHappened: { label: 'What happened' },
  startedWhen: { label: 'When it started' },
  tryingTo: { label: 'What the member was trying to do' },
  errorText: { label: 'Exact error text' },
  stepsToReproduce: { label: 'Steps to reproduce' },
  impact: {
    label: 'Impact (one member, several, a group, several groups)' },
  pageOrFeature: { label: 'Page or feature' },
  environment: { label: 'App, browser and device' },
  safeStepsTried: {
    label: 'Safe steps tried (refresh, clear cache, another browser)' },
};

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value)) return value.length ? listed(value.map(valueText)) : 'none';
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT/.test(value) ? utc(value) : truncate(oneLine(value), 300);
  return truncate(oneLine(JSON.stringify(value)), 300);
}

/** `Bug confirmed: true (agent, read 2026-11-22 10:00 UTC)`. */
export function groundText(g: Ground): string {
  const label = FACT_WORDS[g.fact]?.label ?? g.fact;
  return `${label}: ${valueText(g.value)} (${g.source}, read ${utc(g.readAt)})`;
}
