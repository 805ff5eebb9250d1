/**
 * A worker that was given up does nothing any more: each write that the other side would take twice, or that would
 * undo what others did since, is tried by itself. The worker stands still right after its last look.
 */
import { Context } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { healing } from '../../src/activities/heal.js';
import { createActivities, type CasesPort } from '../../src/activities/index.js';
import { atWork } from '../../src/activities/lease.js';
import { createProblemActivities, type ProblemsPort } from '../../src/activities/problems.js';
import { loadWorkerConfig } from '../../src/config.js';
import { problemLabel, type ProblemView } from '../../src/domain/problem.js';
import { startCompany, type Company } from '../../src/sandbox/company.js';
import { US } from '../../src/sandbox/ledger.js';
import { connectPorts } from '../../src/worker.js';
import type { ProblemFigures } from '../../src/wording/problems.js';
import { quietRuntime } from '../setup/quiet.js';
import { escalate, handoff } from '../wording/samples.js';

const PROBLEM = { id: 'problem-server-error-0a1b2c3d4e5', round: 1 };
const FIGURES: ProblemFigures = {
  ...PROBLEM, signature: null, members: 1, joined: 1, groups: [], groupCount: 0, tickets: ['5158'],
  firstSeen: null, lastSeen: null, systemWide: true, priority: 'Urgent', earlierKeys: [],
};
const LINKED = { say: 'linked', problem: PROBLEM.id, reason: 'it is the same', own: null } as const;

type Verbs = ReturnType<typeof createActivities> & ReturnType<typeof createProblemActivities> & ReturnType<typeof healing>;
/** A ticket and two issues of its own. */
interface About {
  ticketId: string;
  cycle: 1;
  key: string;
  other: string;
}
interface Write {
  does: (verbs: Verbs, about: About) => Promise<unknown>;
  /** What there is before, made by a worker that is at work. */
  prepare?: (verbs: Verbs, about: About) => Promise<unknown>;
  /** The request after which it stands still; from the beginning on where there is none. */
  after?: RegExp;
  /** What it does to the outside, and of that what it had done before it stood still. */
  effects: string[];
  had?: string[];
  /** It does not fail: it says that the rest is still to be done. */
  answers?: object;
}
const WRITES: Record<string, Write> = {
  'an internal note': { does: (v, a) => v.note({ ...a, effect: 'linked', note: LINKED }), effects: ['note'] },
  'a hand-over': { does: (v, a) => v.note({ ...a, effect: 'linked', note: LINKED, group: 'Tier 2', priority: 'Urgent' }), effects: ['note', 'group', 'priority'] },
  'a public reply': { does: (v, a) => v.reply({ ...a, effect: 'answer', reply: { say: 'excluded' } }), effects: ['reply', 'mail'] },
  'an issue': { does: (v, a) => v.fileIssue({ ...a, handoff: handoff({ row: 'technical-error', team: 'Infra' }), ruling: escalate('technical-error'), earlier: [], report: {} }), effects: ['issue', 'remote-link'] },
  'a comment on an issue': { does: (v, a) => v.commentIssue({ ...a, effect: 'report', comment: { say: 'report', report: { errorText: 'HTTP 502' }, by: 'Ana' } }), effects: ['comment'] },
  'a mail': { does: (v, a) => v.write({ ...a, effect: 'thanks', letter: { say: 'thanks' }, note: LINKED }), effects: ['mail', 'note'] },
  'the note that a mail went out': { does: (v, a) => v.write({ ...a, effect: 'thanks', letter: { say: 'thanks' }, note: LINKED }), after: /^DATA/, effects: ['mail', 'note'], had: ['mail'], answers: { mail: 'sent', noted: false } },

  "a problem's issue": { does: (v) => v.fileProblem({ ...PROBLEM, figures: FIGURES, earlierKey: null, again: false }), effects: ['issue'] },
  "a problem's figures": { does: (v, { key }) => v.showProblem({ key, figures: FIGURES }), effects: ['description'] },
  "a problem's priority": { does: (v, { key }) => v.raiseProblem({ ...PROBLEM, key, own: true, figures: FIGURES }), effects: ['priority', 'comment'] },
  'the comment that a problem is system-wide': { does: (v, { key }) => v.raiseProblem({ ...PROBLEM, key, own: true, figures: FIGURES }), after: /^PUT/, effects: ['priority', 'comment'], had: ['priority'] },
  "a comment on a problem's issue": { does: (v, { key }) => v.commentProblem({ ...PROBLEM, key, effect: 'remind-0', comment: { say: 'remind', members: 3, withoutProgressHours: 4 } }), effects: ['comment'] },
  'a mail to ops': { does: (v, { key }) => v.mailOps({ ...PROBLEM, key, figures: FIGURES }), effects: ['mail'] },
  'the comment on a merged problem': { does: (v, { key }) => v.closeOver({ ...PROBLEM, key, into: 'problem-other', reason: 'the same' }), effects: ['link', 'comment'], had: ['link'] },
  'the comment on the issue that a problem moved to': { does: (v, { key }) => v.followForProblem({ ...PROBLEM, key, fromKey: null, figures: FIGURES }), effects: ['labels', 'labels', 'labels', 'comment'], had: ['labels', 'labels', 'labels'] },
  'a question on a ticket': { does: (v, a) => v.askToChoose({ ...PROBLEM, tickets: [a], why: 'wont-do', detail: "Won't Do", issueKey: null, members: 1, asked: 0 }), effects: ['note'] },
  "the comment on a case's own issue": { does: (v, { key, other, ...a }) => v.closeOwnIssue({ ...a, own: key, key: other }), effects: ['link', 'comment'], had: ['link'] },
  'the comment that it is no duplicate': { prepare: (v, { key, other, ...a }) => v.closeOwnIssue({ ...a, own: key, key: other }), does: (v, { key, ...a }) => v.takeBackIssue({ ...a, own: key, again: 1 }), effects: ['unlink', 'comment'], had: ['unlink'] },

  'the link of an issue that was made twice': { prepare: fileTwice, does: heal, effects: ['link', 'comment', 'status', 'resolution'] },
  'the comment on it': { prepare: fileTwice, does: heal, after: /^POST .*\/issueLink$/, effects: ['link', 'comment', 'status', 'resolution'], had: ['link'] },
  'its end': { prepare: fileTwice, does: heal, after: /^POST .*\/comment$/, effects: ['link', 'comment', 'status', 'resolution'], had: ['link', 'comment'] },
};

/** Two issues of the same cycle of its case: the later one is to be closed. */
async function fileTwice(verbs: Verbs, { ticketId }: About): Promise<void> {
  const filed = { ticketId, cycle: 1, handoff: handoff(), ruling: escalate('vmp/ripe'), earlier: [], report: {} };
  await verbs.fileIssue(filed);
  // The search does not know it yet.
  company.jira.lagBehind(60_000);
  await verbs.fileIssue(filed);
  company.jira.lagBehind(0);
}
async function heal(verbs: Verbs): Promise<void> {
  for (const label of await verbs.madeTwice(company.jira.issues().flatMap((i) => i.labels))) await verbs.heal(label, { knocked: 0, healed: 0 });
}

let company: Company;
let verbs: Verbs;
/** The issue of the problem that another one was merged into. */
let survivor = '';
beforeAll(async () => {
  quietRuntime();
  company = await startCompany();
  const config = loadWorkerConfig({ ...company.env, OPS_EMAIL: 'ops@example.com' });
  const ports = await connectPorts(config, pino({ level: 'silent' }));
  const problems = { view: () => Promise.resolve({ issueKey: survivor } as ProblemView) } as unknown as ProblemsPort;
  verbs = {
    ...createActivities({ ...ports, config, cases: {} as CasesPort }),
    ...createProblemActivities({ ...ports, config, problems }),
    ...healing({ ...ports, cases: { seen: () => Promise.resolve(null), problemSeen: () => Promise.resolve(null) } }),
  };
});
afterAll(() => company.close());

const SYSTEMS = ['helpdesk', 'jira', 'mail'] as const;
const PATIENCE_MS = 20_000;

/** Does it as an attempt whose worker stands still, when a request that matches was made. */
async function attempt(work: () => Promise<unknown>, standsStill: RegExp | 'at once' | 'never'): Promise<unknown> {
  let now = 0;
  const standStill = () => void (now += PATIENCE_MS + 5_000);
  for (const system of SYSTEMS)
    company[system].faults.weather = ({ method, path }) => {
      if (standsStill instanceof RegExp && standsStill.test(`${method} ${path}`)) standStill();
      return null;
    };
  return new MockActivityEnvironment({ heartbeatTimeoutMs: PATIENCE_MS, startToCloseTimeoutMs: 120_000 }, { logger: new DefaultLogger('ERROR') }).run(async () => {
    atWork(Context.current(), { now: () => now });
    if (standsStill === 'at once') standStill();
    return work();
  });
}
const effects = (): string[] => SYSTEMS.flatMap((system) => company[system].ledger.filter(({ by }) => by === US).map(({ kind }) => kind));

describe('one that was given up leaves undone', () => {
  test.each(Object.entries(WRITES))('%s', async (_, { prepare, does, after, effects: all, had = [], answers }) => {
    const ticketId = await company.helpdesk.openTicket({ subject: 'It fails', description: 'It does.', errorKind: 'server-error', member: { name: 'Jo Low', email: 'jo@example.com' } });
    const about: About = { ticketId, cycle: 1, key: await company.jira.file('INFRA', 'It fails'), other: await company.jira.file('INFRA', 'It fails', [problemLabel(PROBLEM.id, 2)]) };
    survivor = about.other;
    await attempt(() => Promise.resolve(prepare?.(verbs, about)), 'never');
    const before = effects();
    const since = () => {
      const now = effects();
      for (const effect of before) now.splice(now.indexOf(effect), 1);
      return now.sort();
    };

    const givenUp = attempt(() => does(verbs, about), after ?? 'at once');
    if (answers) expect(await givenUp).toEqual(answers);
    else await expect(givenUp).rejects.toThrow('it stood still for too long');
    expect(since()).toEqual([...had].sort());

    // Another one, which did not stand still, does the rest.
    await attempt(() => does(verbs, about), 'never');
    expect(since()).toEqual([...all, ...(answers ? had : [])].sort());
  });
});
