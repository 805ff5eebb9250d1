/** What group troubleshooting says on the ticket, as data; see `contents.ts`. No member ids. */
import type { Approval, Fix, ForPerson, Resolution } from '../domain/troubleshooting.js';
import type { Team } from '../domain/ruling.js';

/** What people could still tell; nothing waits for it. */
export type MissingOfGroup = 'errorMessages' | 'affectedMembers' | 'stepsToReproduce' | 'scope';

export type GroupNote =
  | { say: 'group-missing'; missing: MissingOfGroup[] }
  /** Diagnosed, and a quick fix is there: somebody asks for it. `again`: the last approval came to nothing. */
  | { say: 'group-fix'; fix: Fix; cause: string; again: 'expired' | 'refused' | null; reminder: number }
  /** A second person approves exactly this. */
  | { say: 'group-approval'; approval: Approval; does: string; cause: string }
  /** About to be done: the value before it is kept here. */
  | { say: 'group-applying'; fix: Fix; approval: Approval | null; requestedBy: string }
  | { say: 'group-over'; round: number; how: 'refused' | 'conflict' | 'put-back' | 'not-put-back' }
  /** Nobody can be impersonated: an agent watches a login. */
  | { say: 'group-observe'; reminder: number }
  | { say: 'group-person'; person: ForPerson; reminder: number }
  | { say: 'group-documented'; resolution: Resolution; outcome: 'fixed' | 'explained' | 'escalate' | 'person' | 'stopped' }
  /** A security concern: a lead is told, without details. */
  | { say: 'tell-lead'; team: Team };
