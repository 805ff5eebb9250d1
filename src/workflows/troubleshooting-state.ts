/** The state of a group troubleshooting: plain JSON that a run carries into the next one. Nothing here knows of Temporal. */
import type { GroupStage } from '../domain/group-stage.js';
import type { Clocks } from '../config.js';
import type { Entry, Need } from '../domain/case.js';
import type { Facts, Scope } from '../domain/facts.js';
import type { GroupProblem } from '../domain/ruling.js';
import type { Approval, Diagnosis, Explanation, Fix, ForPerson, Resolution, Trigger, Verification } from '../domain/troubleshooting.js';
import { withTrigger } from '../policy/triggers.js';
import type { Actor } from './messages.js';
import type { Approve, FixIt, GroupOutcome, Learned, Observed, Refuse, Stop } from './troubleshooting-messages.js';

export interface TroubleshootingInput {
  ticketId: string;
  cycle: number;
  problem: GroupProblem;
  /** The employer group's name or id as the ticket has it; for ops' lists. */
  group: string | null;
  provided: Facts;
  clocks: Clocks;
  /** What an earlier run carried over; absent in the first. */
  carried?: TroubleshootingState;
}

interface Spoken {
  by: Actor;
}
/** What lies unread. */
export type GroupMessage =
  | ({ verb: 'fix' } & FixIt & Spoken)
  | ({ verb: 'approve' } & Approve & Spoken)
  | ({ verb: 'refuse' } & Refuse & Spoken)
  | ({ verb: 'observed' } & Observed & Spoken)
  | ({ verb: 'learned' } & Learned & Spoken)
  | ({ verb: 'stop' } & Stop & Spoken)
  | { verb: 'tellCase'; by: Actor };
export type GroupVerb = GroupMessage['verb'];

/** A fix under way, from its approval to where it is verified or put back. */
export interface Fixing {
  fix: Fix;
  /** Names its effects, so that the next fix of the same cycle has others. */
  round: number;
  /** False as long as nothing of Admin was touched. */
  begun: boolean;
  /** A run before this one was ended from outside in the middle of it. */
  resumed?: true;
  /** The version after the change; null until it was applied. */
  version: string | null;
  /** What came of a rewards sync. */
  sync?: { outcome: 'completed' | 'failed'; at: string; detail: string };
}

export interface TroubleshootingState {
  stage: GroupStage;
  startedAt: string;
  provided: Facts;
  groupId: string | null;
  scope: Scope | null;
  diagnosis: Diagnosis | null;
  /** Found outside of a diagnosis: before it, or afterwards. */
  trigger: Trigger | null;
  explanation: Explanation | null;
  /** Who asked for which fix; null when nobody has. */
  request: { by: string; /** Their id at the identity provider, where they signed in. */ subject?: string; fix: Fix['kind'] } | null;
  approval: Approval | null;
  /** Fixes that were begun in this cycle. */
  rounds: number;
  /** How often it ended in this cycle before: names the notes of this time. */
  begins: number;
  tests: number;
  approvals: number;
  persons: number;
  fixing: Fixing | null;
  /** What was done to the group and not put back. */
  changed: Fix | null;
  putBack: boolean;
  verification: Verification | null;
  /** Why the last approval came to nothing, for the next note. */
  again: 'expired' | 'refused' | null;
  person: ForPerson | null;
  outcome: GroupOutcome | null;
  stopped: { reason: string; by: string } | null;
  /** Grants that were used, by id, with when they would have ended: no grant is good twice. Absent while none was. */
  spentGrants?: Record<string, string>;
  needs: Need | null;
  flagged: string | null;
  /** Questions to people by name: how often each was reminded, and when next. */
  questions: Record<string, { asked: number; againAt: string }>;
  /** Effects that were done, with what came of them. */
  done: Record<string, unknown>;
  steps: Entry[];
  inbox: GroupMessage[];
  /** Ids of updates that were heard, newest last, bounded. */
  heard: string[];
}

export const newTroubleshooting = (at: string, provided: Facts): TroubleshootingState => ({
  stage: 'gather',
  startedAt: at,
  provided,
  groupId: null,
  scope: null,
  diagnosis: null,
  trigger: null,
  explanation: null,
  request: null,
  approval: null,
  rounds: 0,
  begins: 0,
  tests: 0,
  approvals: 0,
  persons: 0,
  fixing: null,
  changed: null,
  putBack: false,
  verification: null,
  again: null,
  person: null,
  outcome: null,
  stopped: null,
  needs: null,
  flagged: null,
  questions: {},
  done: {},
  steps: [],
  inbox: [],
  heard: [],
});

/** The documented resolution, as it stands. */
export function resolutionOf(state: TroubleshootingState, problem: GroupProblem, at: string): Resolution {
  const { diagnosis, outcome, changed, putBack, fixing } = state;
  const fix = changed ?? fixing?.fix ?? null;
  const trigger = state.trigger ?? (diagnosis?.outcome === 'trigger' ? diagnosis.trigger : null);
  return {
    problem,
    groupId: state.groupId,
    scope: state.scope,
    outcome: putBack ? 'put-back' : outcome === 'fixed' ? 'fixed' : outcome === 'explained' ? 'explained' : outcome === 'escalate' ? 'escalated' : 'left-to-a-person',
    cause: trigger ? trigger.why : (diagnosis?.cause ?? 'It was not diagnosed to the end.'),
    steps: state.steps,
    evidence: trigger ? withTrigger(diagnosis?.evidence ?? [], trigger) : (diagnosis?.evidence ?? []),
    fix: fix?.kind ?? null,
    change: fix?.change ?? null,
    approval: state.approval,
    verification: state.verification,
    trigger,
    explanation: state.explanation,
    startedAt: state.startedAt,
    endedAt: at,
  };
}
