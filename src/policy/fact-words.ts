/** The facts in the protocol's words, and which of them Admin and HGP know. */
import type { FactName } from '../domain/facts.js';

/** Completes "it must be known …". */
export const FACT_WORDS: Readonly<Record<FactName, string>> = {
  inquiry: 'the inquiry',
  errorKind: 'the error kind',
  memberId: "the member's id in Admin",
  troubleshootingDone: 'whether the troubleshooting was done',
  bugConfirmed: 'whether the troubleshooting confirmed a bug',
  inComplianceSince: 'since when the member is in compliance',
  incentiveDates: 'whether the "Incentive Program" dates are missing, unclear or clear',
  ooeResult: 'what the OOE onboarding logic says',
  requirementsAllTrueSince: 'since when all "Requirements to Schedule" are TRUE',
  unmetRequirements: 'which "Requirements to Schedule" are FALSE',
  ordered: 'whether the device was ordered already',
  orderTemplateCompleted: 'whether the order template is completed',
  firstSessionCompleted: 'whether the first session is completed',
  clinicalRequirementsMet: 'whether all clinical requirements are met',
  scope: 'whether one member, several, the whole group or several groups are affected',
  observedLogin: 'whether a login that an agent watched works',
  securityConcern: 'whether there is a security concern',
  suspectedDefect: 'whether a software defect is suspected',
};

/** What Admin and HGP know of a member, once the member's id is known. */
export const SYSTEM_FACTS: ReadonlySet<FactName> = new Set<FactName>([
  'inComplianceSince',
  'incentiveDates',
  'ooeResult',
  'requirementsAllTrueSince',
  'unmetRequirements',
  'ordered',
  'orderTemplateCompleted',
  'firstSessionCompleted',
  'clinicalRequirementsMet',
]);
