/** Problems in memory: records what the gateway says to them, and fails the way Temporal does when told to. */
import { NoSuchProblem } from '../../src/client/errors.js';
import type { ProblemRow, Problems } from '../../src/client/problems.js';
import type { ProblemMember, ProblemView } from '../../src/domain/problem.js';
import type { Answer } from '../../src/workflows/messages.js';
import { AT, EXECUTION, TIMELINE, type Call } from './fake-cases.js';

export const PROBLEM = 'problem-server-error-0a1b2c3d4e5';
/** Another that runs. */
export const OTHER = 'problem-stuck-loading-00000000001';
/** One that has ended, and is known. */
export const ENDED = 'problem-stuck-loading-00000000002';
/** Two that run and are not open: the one was resolved, the other merged into `OTHER`. */
export const RESOLVED = 'problem-stuck-loading-00000000003';
export const MERGED = 'problem-stuck-loading-00000000004';

export const PROBLEM_VIEW: ProblemView = {
  id: PROBLEM,
  signature: { kind: 'server-error', page: '/claims/:id', code: 'HTTP 502' },
  stage: 'open',
  round: 2,
  waitsFor: 'Infra resolves INFRA-7.',
  nextWake: '2026-07-01T16:00:00.000Z',
  issueKey: 'INFRA-7',
  earlierKeys: ['INFRA-3'],
  priority: 'Urgent',
  systemWide: true,
  members: 39,
  joined: 40,
  groups: ['Acme', '\u001b[31mGlobex'],
  firstSeen: AT,
  lastSeen: '2026-07-01T12:20:00.000Z',
  needs: null,
  flagged: 'system-wide',
  choice: null,
  mergedInto: null,
  absorbed: [],
  told: 0,
  timeline: TIMELINE,
};
/** Not open any more. Each is its view where it is not `PROBLEM_VIEW`. */
const OVER: Readonly<Record<string, Partial<ProblemView>>> = {
  [RESOLVED]: { id: RESOLVED, stage: 'resolved' },
  [MERGED]: { id: MERGED, stage: 'merged', mergedInto: OTHER },
};
export const PROBLEM_ROW: ProblemRow = {
  ...EXECUTION,
  workflowId: PROBLEM,
  problemId: PROBLEM,
  stage: 'open',
  jiraKey: 'INFRA-7',
  priority: 'Urgent',
  needs: null,
  outcome: null,
  flagged: true,
};
export const MEMBERS: ProblemMember[] = [
  { ticketId: '5158', cycle: 1, group: 'Acme', joinedAt: AT },
  { ticketId: '5159', cycle: 2, group: null, joinedAt: AT },
];

/** One problem, another that runs, and one that has ended. */
export function fakeProblems(calls: Call[], how: { answer?: Answer; fails?: () => Error; problemsByIssue?: string[]; within?: () => Promise<void> } = {}): Problems {
  const say =
    <T>(verb: string, result: T | ((id: string) => T), { any = false } = {}) =>
    (...args: unknown[]): Promise<T> => {
      calls.push([`problem ${verb}`, ...args]);
      if (how.fails) return Promise.reject(how.fails());
      const id = String(args[0]);
      if (!any && ![PROBLEM, OTHER, ENDED, RESOLVED, MERGED].includes(id)) return Promise.reject(new NoSuchProblem(id));
      return (how.within?.() ?? Promise.resolve()).then(() => typeof result === 'function' ? (result as (id: string) => T)(id) : result);
    };
  const answer: Answer = how.answer ?? { accepted: true, said: 'The problem took it up.' };
  return {
    describe: say('describe', { ...EXECUTION, workflowId: PROBLEM }),
    list: say('list', [PROBLEM_ROW], { any: true }),
    running: say('running', (id: string) => id === PROBLEM || id === OTHER || id in OVER, { any: true }),
    byIssue: say('byIssue', how.problemsByIssue ?? [], { any: true }),
    state: say('state', (id: string) => ({ ...PROBLEM_VIEW, ...OVER[id] })),
    members: say('members', MEMBERS),
    timeline: say('timeline', TIMELINE),
    denied: say('denied', undefined),
    merge: say('merge', answer),
    choose: say('choose', answer),
    resume: say('resume', answer),
    issueChanged: say('issueChanged', undefined, { any: true }),
  };
}
