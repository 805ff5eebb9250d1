/**
 * Facts: what is known about a ticket, each with its value, its source and when it was read.
 * Plain JSON, ISO 8601 times in UTC. Words as in the protocol.
 */

export const INQUIRIES = [
  'cancellation',
  'scheduling',
  'specific-employee',
  'general-feedback',
  'positive-feedback',
  'app-bug',
  'vbid-incentives',
  'webinar-missing',
  'eligibility-no-programs',
  'vmp-scheduling-blocked',
  'device-standard-order',
  'device-cgm-order',
  'device-withings',
  'device-philips',
  'technical-error',
  'group-access',
  'group-engagement',
  'group-configuration',
  'group-rewards',
] as const;
export type Inquiry = (typeof INQUIRIES)[number];

export const ERROR_KINDS = [
  'server-error',
  'database-timeout',
  'service-unavailable',
  'authentication-failure',
  'stuck-loading',
  'search-results-missing',
  'provider-data-missing',
  'content-not-rendering',
  'form-not-submitting',
  'search-filter-wrong',
  'price-wrong',
  'wrong-profile-data',
  'navigation-unresponsive',
  'feature-missing',
  'member-info-not-syncing',
  'insurance-data-wrong',
  'dependents-missing',
  'history-inaccessible',
  'profile-update-not-saving',
] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

export const SCOPES = ['one-member', 'several-members', 'whole-group', 'several-groups'] as const;
/** Whom a group's problem affects. */
export type Scope = (typeof SCOPES)[number];

export const OBSERVED_LOGINS = ['works', 'fails'] as const;
/** What an agent saw when a member, or a sample account, signed in while they watched. */
export type ObservedLogin = (typeof OBSERVED_LOGINS)[number];

export const FACT_SOURCES = ['ticket', 'HGP', 'Admin', 'agent', 'member'] as const;
export type FactSource = (typeof FACT_SOURCES)[number];

/** The value of every fact the routing rows rest on. A fact that nobody knows is absent from `Facts`. */
export interface FactValues {
  /** The ticket's inquiry field; null when it is empty or names nothing the protocol knows. */
  inquiry: Inquiry | null;
  /** The ticket's error kind field; null when it is empty. A set kind makes it a technical error. */
  errorKind: ErrorKind | null;
  /** The member's id in Admin. Without it neither Admin nor HGP can be read. */
  memberId: string;
  /** An agent went through the troubleshooting with the member. */
  troubleshootingDone: boolean;
  /** The troubleshooting confirmed that it is a bug. */
  bugConfirmed: boolean;
  /** HGP: since when the member is in compliance without a break; null when not in compliance. */
  inComplianceSince: string | null;
  /** HGP "Incentive Program": the program's dates. */
  incentiveDates: 'missing' | 'unclear' | 'clear';
  /** OOE onboarding logic. */
  ooeResult: 'excluded' | 'error' | 'eligible';
  /** HGP "Requirements to Schedule": since when all are TRUE without a break; null when one is FALSE. */
  requirementsAllTrueSince: string | null;
  /** HGP "Requirements to Schedule": the names of those that are FALSE. */
  unmetRequirements: string[];
  /** A standard device was ordered already. */
  ordered: boolean;
  orderTemplateCompleted: boolean;
  firstSessionCompleted: boolean;
  clinicalRequirementsMet: boolean;
  /** Group troubleshooting: whom it affects. */
  scope: Scope;
  /** Where nobody can be impersonated: a login that an agent watched. */
  observedLogin: ObservedLogin;
  /** Something about the group's problem looks like a vulnerability or a breach. */
  securityConcern: boolean;
  /** It looks like a defect of the software. */
  suspectedDefect: boolean;
}
export type FactName = keyof FactValues;

export interface Fact<T = unknown> {
  value: T;
  source: FactSource;
  /** When it was read, ISO 8601. */
  readAt: string;
  /** Of the member's id: it was given, and Admin knows no member of it. Only gathering finds that out. */
  unknownToAdmin?: true;
}
export type Facts = { [K in FactName]?: Fact<FactValues[K]> };

/** What an agent may provide (`onetouch provide`), besides the fields of the error report. */
export const PROVIDABLE = [
  'memberId',
  'troubleshootingDone',
  'bugConfirmed',
  'incentiveDates',
  'inquiry',
  'errorKind',
  'inComplianceSince',
  'ooeResult',
  'requirementsAllTrueSince',
  'unmetRequirements',
  'ordered',
  'orderTemplateCompleted',
  'firstSessionCompleted',
  'clinicalRequirementsMet',
  'scope',
  'observedLogin',
  'securityConcern',
  'suspectedDefect',
] as const satisfies readonly FactName[];

/** The error report's fields, in the order in which an engineer reads them. */
export const REPORT_FIELDS = [
  'whatHappened',
  'startedWhen',
  'tryingTo',
  'errorText',
  'stepsToReproduce',
  'impact',
  'pageOrFeature',
  'environment',
  'safeStepsTried',
] as const;
export type ReportField = (typeof REPORT_FIELDS)[number];
/** A field that is not known yet is absent. */
export type ErrorReport = { [K in ReportField]?: string };
