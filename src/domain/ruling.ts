/** Ruling: what the protocol says to do with these facts, by which row, and why. Plain JSON. */
import type { FactName, FactSource } from './facts.js';

export const TEAMS = ['Tier 2', 'Coach Support', 'ProdOps', 'Infra'] as const;
/** A team a case can be escalated to. Tier 1 is where every ticket starts. */
export type Team = (typeof TEAMS)[number];

/** Teams reached by a Jira issue; the others are reached by the ticket's group. */
export type JiraTeam = Extract<Team, 'ProdOps' | 'Infra'>;
export const byJira = (team: Team): team is JiraTeam => team === 'ProdOps' || team === 'Infra';

export const GROUP_PROBLEMS = ['access', 'engagement', 'configuration', 'rewards'] as const;
/** What group troubleshooting diagnoses. */
export type GroupProblem = (typeof GROUP_PROBLEMS)[number];

export const PRIORITIES = ['Normal', 'High', 'Urgent'] as const;
/** A priority of the helpdesk and of Jira, in the words of the protocol. */
export type Priority = (typeof PRIORITIES)[number];

export type RowId =
  | 'cancellation'
  | 'scheduling'
  | 'specific-employee'
  | 'general-feedback'
  | 'positive-feedback'
  | 'app-bug/untested'
  | 'app-bug/not-a-bug'
  | 'app-bug/confirmed'
  | 'vbid/not-in-compliance'
  | 'vbid/settling'
  | 'vbid/dates-missing'
  | 'vbid/unclear'
  | 'vbid/dates-present'
  | 'webinar-missing'
  | 'eligibility/excluded'
  | 'eligibility/error'
  | 'eligibility/eligible'
  | 'vmp/unmet'
  | 'vmp/settling'
  | 'vmp/ripe'
  | 'device/order-ready'
  | 'device/order-not-ready'
  | 'device/cgm'
  | 'device/withings'
  | 'device/philips'
  | 'technical-error'
  | 'group/access'
  | 'group/engagement'
  | 'group/configuration'
  | 'group/rewards'
  | 'unknown';

/** One fact a ruling rests on. */
export interface Ground {
  fact: FactName;
  value: unknown;
  source: FactSource;
  readAt: string;
}

interface RulingBase {
  row: RowId;
  /** The policy's version, so that a ruling can be explained after the table has changed. */
  policy: string;
  /** One sentence, in the protocol's words, without member data. */
  reason: string;
  /** The facts it rests on. */
  restsOn: Ground[];
  /** Every other row of the inquiry, and why it did not apply. */
  ruledOut: { row: RowId; why: string }[];
  /** The `now` it was decided for, ISO 8601. */
  at: string;
}

export type Ruling = RulingBase &
  (
    | {
        /** Tier 1 resolves it: an internal note says how. The case ends when the ticket is solved. */
        kind: 'tier1';
        /** What exactly fails or is unmet, by the protocol's names; empty where nothing needs naming. */
        names: string[];
      }
    | {
        /** Tier 1, with an answer that the system gives the member by a public reply. */
        kind: 'answer';
      }
    | {
        /** A fact that no system knows is asked for. */
        kind: 'ask';
        asks: FactName[];
        of: 'agent' | 'member';
        /** It was given, and is wrong: Admin does not know it. */
        corrects?: true;
      }
    | {
        /** Held back until the first moment at which the row no longer holds. */
        kind: 'wait';
        until: string;
      }
    | {
        kind: 'escalate';
        team: Team;
        priority: Priority;
        /** True where nobody waits for a resolution (feedback): the case ends at the hand-over. */
        endsAtHandOver: boolean;
      }
    | {
        /** A group's problem is diagnosed, check by check, and fixed, explained or escalated by what that shows. */
        kind: 'troubleshoot';
        problem: GroupProblem;
      }
    | {
        /** Held for a person: no Jira issue, no Admin change, no message beyond the acknowledgement. */
        kind: 'hold';
      }
  );
export type RulingKind = Ruling['kind'];
export type EscalateRuling = Extract<Ruling, { kind: 'escalate' }>;
