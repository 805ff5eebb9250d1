/** Cases in memory: records what the gateway says to them, and fails the way Temporal does when told to. */
import type { CaseRow, Cases, Execution } from '../../src/client/cases.js';
import { NoSuchCase } from '../../src/client/errors.js';
import type { CaseView, Entry } from '../../src/domain/case.js';
import type { Ruling } from '../../src/domain/ruling.js';
import type { GroupView } from '../../src/workflows/troubleshooting-messages.js';
import type { Answer } from '../../src/workflows/messages.js';

export const AT = '2026-07-01T12:00:00.000Z';

export const RULING: Ruling = {
  row: 'vmp/ripe',
  policy: 'test',
  reason: 'All requirements have been TRUE for more than 48 hours.',
  restsOn: [{ fact: 'requirementsAllTrueSince', value: '2026-06-28T12:00:00Z', source: 'HGP', readAt: AT }],
  ruledOut: [{ row: 'vmp/unmet', why: 'no requirement is FALSE' }],
  at: AT,
  kind: 'escalate',
  team: 'ProdOps',
  priority: 'Normal',
  endsAtHandOver: false,
};

export const VIEW: CaseView = {
  ticketId: '5158',
  cycle: 1,
  stage: 'awaiting-resolution',
  waitsFor: 'ProdOps to resolve OPS-7, until 2026-07-02 12:00 UTC',
  nextWake: '2026-07-02T12:00:00.000Z',
  needs: null,
  flagged: null,
  parked: false,
  ruling: RULING,
  handoff: { team: 'ProdOps', row: 'vmp/ripe', priority: 'Normal', at: AT, issueKey: 'OPS-7' },
  problem: 'problem-server-error-0a1b2c3d4e5',
  promise: { dueAt: '2026-07-02T12:00:00.000Z', remindAt: null, renewals: 0 },
  owed: ['a follow-up'],
  ticket: null,
  outcome: null,
  overrides: 0,
};

export const TIMELINE: Entry[] = [
  { at: AT, what: 'ruled', text: 'vmp/ripe', by: 'onetouch', cycle: 1, row: 'vmp/ripe' },
  { at: AT, what: 'did', text: 'filed \u001b[31mOPS-7', by: 'onetouch', cycle: 1, times: 2 },
];

export const EXECUTION: Execution = { workflowId: 'case-5158', runId: 'run', status: 'running', startedAt: AT, endedAt: null };

export const GROUP: GroupView = {
  ticketId: '5158', cycle: 1, stage: 'fix', waitsFor: 'Group troubleshooting of access: fixing.', nextWake: null, needs: 'approval', flagged: null,
  diagnosis: null, requestedBy: 'Ana',
  approval: { fix: 'enable-group', groupId: 'G-1', field: 'enabled', from: false, to: true, version: '3', askedAt: AT, requestedBy: 'Ana', expiresAt: AT, decision: null, decidedBy: null, decidedAt: null, reason: null },
  resolution: {
    problem: 'access', groupId: 'G-1', scope: 'whole-group', outcome: 'left-to-a-person', cause: 'The group is disabled.', fix: null, change: null, approval: null,
    steps: [{ at: AT, what: 'did', cycle: 1, text: 'read \u001b[31mthe ticket', by: 'onetouch' }],
    evidence: [{ check: 'access/group-enabled', verdict: 'failed', value: 'disabled', source: 'Admin', at: AT, means: 'The group is disabled.' }],
    verification: null, trigger: null, explanation: null, startedAt: AT, endedAt: AT,
  },
};

export const ROW: CaseRow = {
  ...EXECUTION,
  ticketId: '5158',
  stage: 'awaiting-resolution',
  inquiry: 'vmp-scheduling-blocked',
  row: 'vmp/ripe',
  team: 'ProdOps',
  jiraKey: 'OPS-7',
  priority: 'Normal',
  group: null,
  problem: null,
  needs: null,
  outcome: null,
  promiseDue: '2026-07-02T12:00:00.000Z',
  nextWake: null,
  flagged: true,
  cycle: 1,
};

export type Call = [verb: string, ...args: unknown[]];

/** Ticket 5158 has a case; no other has. */
export function fakeCases(how: { answer?: Answer; fails?: () => Error; byIssue?: string[]; /** Awaited before each answer. */ within?: () => Promise<void> } = {}) {
  const calls: Call[] = [];
  const say =
    <T>(verb: string, result: T, { anyTicket = false } = {}) =>
    (...args: unknown[]): Promise<T> => {
      calls.push([verb, ...args]);
      const waited = how.within?.() ?? Promise.resolve();
      if (how.fails) return Promise.reject(how.fails());
      if (!anyTicket && args[0] !== '5158') return waited.then(() => Promise.reject(new NoSuchCase(String(args[0]))));
      return waited.then(() => result);
    };
  const answer: Answer = how.answer ?? { accepted: true, said: 'The case took it up.' };
  const cases: Cases = {
    knock: say('knock', undefined, { anyTicket: true }),
    inherit: say('inherit', undefined, { anyTicket: true }),
    issueChanged: say('issueChanged', undefined),
    denied: say('denied', undefined, { anyTicket: true }),
    describe: say('describe', EXECUTION),
    list: say('list', [ROW], { anyTicket: true }),
    byIssue: say('byIssue', how.byIssue ?? [], { anyTicket: true }),
    state: say('state', VIEW),
    timeline: say('timeline', TIMELINE),
    explain: say('explain', RULING),
    close: say('close', answer),
    reEscalate: say('reEscalate', answer),
    provide: say('provide', answer),
    override: say('override', answer),
    confirm: say('confirm', answer),
    choose: say('choose', answer),
    resume: say('resume', answer),
    setPromise: say('setPromise', answer),
    settleMail: say('settleMail', answer),
    fix: say('fix', answer),
    approve: say('approve', answer),
    refuse: say('refuse', answer),
    observed: say('observed', answer),
    group: say('group', GROUP),
    troubleshot: say('troubleshot', null),
    link: say('link', answer),
    unlink: say('unlink', answer),
    ready: say('ready', undefined, { anyTicket: true }),
  };
  return { cases, calls };
}
