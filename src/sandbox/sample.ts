/** What a sample ticket is made of, and the words that samples are written with. */
import type { Need, Outcome, Stage } from '../domain/case.js';
import type { ErrorKind, ErrorReport, Inquiry } from '../domain/facts.js';
import type { RowId, Team } from '../domain/ruling.js';
import type { GroupFacts } from './admin/group-state.js';
import type { MemberFacts } from './admin/state.js';
import type { Resolution } from './jira/stand-in.js';

export interface Sample {
  /** Shown in the terminal; unique. */
  name: string;
  ticket: { subject: string; description: string; inquiry?: Inquiry; errorKind?: ErrorKind; report?: ErrorReport; employerGroup?: string };
  /** As Admin knows them. */
  member: { id: string; name: string; email: string };
  /** The address that the ticket came from where Admin knows another; it names no member ID then. */
  writesFrom?: string;
  /** What Admin and HGP know beside that; nothing when absent. */
  knows?: (since: Since) => MemberFacts;
  /** The employer group that it is about, as Admin knows it; the member is in it. */
  group?: { id: string; facts: GroupFacts };
  /** In this order, each once its moment has come. */
  steps?: Step[];
  expects: Expected;
}

/** Times for facts, ISO 8601, when the tickets go out. */
export interface Since {
  /** Longer ago than the 48 hours. */
  long: string;
  /** The 48 hours are over in a few seconds. */
  nearly: string;
  /** Half of the 48 hours are over. */
  half: string;
}

export interface Step {
  /** `after` is an effect, as in `Expected`, that onetouch must have had on the outside. */
  when: { stage: Stage; needs?: Need; cycle?: number; after?: string };
  do: Act;
}
export type Act =
  | { member: 'writes'; text: string }
  /** Over the gateway's API, with its token. */
  | { agent: 'provide' | 'confirm' | 'choose' | 'fix' | 'mail'; says: object }
  /** Exactly the change that waits for it. */
  | { ops: 'approves' }
  | { agent: 'solves'; of: 'Tier 1' | 'Tier 2' }
  | { engineer: 'resolves'; as: Resolution };

export interface Expected {
  stage: Stage;
  row: RowId;
  /** Where the case ends. */
  outcome?: Outcome;
  /** What a person has to do; nothing when absent. */
  needs?: Need;
  team?: Team;
  cycle?: number;
  /** The problem that the case is in: several employer groups have it. */
  problem?: 'system-wide';
  /** Jira's priority of its issues, its problem's included; Medium when absent. */
  issuePriority?: 'High' | 'Highest';
  /** Everything that onetouch did to the outside, each `kind cycle:effect`; no more, no less, in any order. */
  effects: string[];
}

export const mailed = (effect: string, cycle = 1) => [`mail ${cycle}:${effect}`, `note ${cycle}:${effect}`];
export const filed = (project: 'PRODOPS' | 'INFRA', cycle = 1) => [`issue ${cycle}:${project}`, ...mailed('promise', cycle)];
export const assigned = (group: 'Tier 2' | 'Coach Support', priority = 'normal') => ['note 1:handed-over', `group ${group}`, `priority ${priority}`];
export const RECORD = 'note 1:record';
const ERROR_TOLD = ['account-note 1:account-note', 'note 1:ask-report'];
export const INFRA_ERROR = [...filed('INFRA'), ...ERROR_TOLD];
/** The issue is the problem's; the case's report is on it. */
export const IN_PROBLEM = ['comment 1:problem-report', ...mailed('promise'), ...ERROR_TOLD];

export const tier1 = (row: RowId): Expected => ({ stage: 'tier-1', row, effects: [`note 1:tier1-${row.replace('/', '-')}`] });
export const answered = (row: RowId): Expected => {
  const name = row.replace('/', '-');
  return { stage: 'tier-1', row, effects: [`reply 1:answer-${name}`, `note 1:tier1-${name}`] };
};
export const held = (row: RowId): Expected => ({
  stage: 'holding',
  row,
  needs: row === 'unknown' ? 'inquiry' : 'person',
  effects: mailed('acknowledgement'),
});
export const resolvedAs = (as: Resolution, after?: string): Step => ({ when: { stage: 'awaiting-resolution', ...(after && { after }) }, do: { engineer: 'resolves', as } });
export const provided = (facts: object): Step => ({ when: { stage: 'asking' }, do: { agent: 'provide', says: { facts } } });
/** The member answers the follow-up in their own words; an agent reads them and says what they mean. */
export const answersFollowUp = (text: string, verdict: 'works' | 'still-broken'): Step[] => [
  { when: { stage: 'confirming' }, do: { member: 'writes', text } },
  { when: { stage: 'confirming', needs: 'confirmation' }, do: { agent: 'confirm', says: { verdict } } },
];

export const TRUE_SINCE = (since: string): MemberFacts => ({
  requirements: [
    { name: 'Consent signed', met: true, since },
    { name: 'Intake form completed', met: true, since },
  ],
});
export const program = (inComplianceSince: string | null, startDate: string | null = null, endDate: string | null = null): MemberFacts => ({
  incentiveProgram: { inCompliance: inComplianceSince !== null, inComplianceSince, startDate, endDate },
});
export const order = (facts: MemberFacts['deviceOrder']): MemberFacts => ({
  deviceOrder: {
    ordered: false,
    orderTemplateCompleted: true,
    firstSessionCompleted: true,
    clinicalRequirements: [{ name: 'Order by the provider', met: true }],
    ...facts,
  },
});

export const person = (id: string, name: string, domain = 'member.example'): Sample['member'] => ({
  id,
  name,
  email: `${name.toLowerCase().replaceAll(' ', '.')}@${domain}`,
});
export const group = (id: string, name: string, facts: GroupFacts): Sample['group'] => ({ id, facts: { name, ...facts } });
