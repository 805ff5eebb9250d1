/** A worker that stood still and was given up does nothing any more. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { Context } from '@temporalio/activity';
import { describe, expect, test } from 'vitest';
import { atWork, stillOurs } from '../../src/activities/lease.js';
import { createProblemActivities, type ProblemsPort } from '../../src/activities/problems.js';
import { connectHelpdesk } from '../../src/adapters/helpdesk.js';
import { connectJira } from '../../src/adapters/jira.js';
import { connectMail } from '../../src/adapters/mail.js';
import { loadWorkerConfig } from '../../src/config.js';
import { startCompany } from '../../src/sandbox/company.js';
import type { ProblemFigures } from '../../src/wording/problems.js';

/** Runs inside an activity whose worker's clock is moved by the test. */
async function working(work: (lease: ReturnType<typeof atWork>, move: (ms: number) => void) => void): Promise<void> {
  const env = new MockActivityEnvironment({ heartbeatTimeoutMs: 20_000, startToCloseTimeoutMs: 120_000 });
  let now = 0;
  await env.run(async () => work(atWork(Context.current(), () => now), (ms) => (now += ms)));
}
const isOurs = () => expect(() => stillOurs()).not.toThrow();
const isOver = () => expect(() => stillOurs()).toThrow('it stood still for too long');

describe('an attempt', () => {
  test('is ours while its worker beats', () =>
    working((lease, move) => {
      for (let i = 0; i < 20; i++) {
        move(5_000);
        isOurs();
        lease.beat();
      }
    }));

  test('is over once the worker stood still for longer than it is waited for', () =>
    working((lease, move) => {
      move(19_000);
      isOurs();
      lease.beat();
      move(20_001);
      isOver();
    }));

  test('stays so: the first beat after standing still does not bring it back', () =>
    working((lease, move) => {
      move(25_000);
      lease.beat();
      isOver();
      move(1_000);
      lease.beat();
      isOver();
    }));

  test('is over when its time is up, however often the worker beat', () =>
    working((lease, move) => {
      for (let i = 0; i < 25; i++) {
        move(5_000);
        lease.beat();
      }
      isOver();
    }));

  test('without a heartbeat is ours for as long as it may take', async () => {
    const env = new MockActivityEnvironment({ heartbeatTimeoutMs: 0, startToCloseTimeoutMs: 30_000 });
    let now = 0;
    await env.run(async () => {
      atWork(Context.current(), () => now);
      now = 29_000;
      isOurs();
      now = 31_000;
      isOver();
    });
  });

  test('that nobody watches is ours', async () => {
    await new MockActivityEnvironment().run(async () => isOurs());
  });
});

const FIGURES: ProblemFigures = {
  id: 'problem-server-error-0a1b2c3d4e5', round: 1, signature: null, members: 1, joined: 1, groups: [], groupCount: 0, tickets: ['5158'],
  firstSeen: null, lastSeen: null, systemWide: false, priority: 'High', earlierKeys: [],
};

test('a worker that was given up makes no issue of a problem, comments on none and mails nobody', async () => {
  const company = await startCompany();
  const config = loadWorkerConfig({ ...company.env, OPS_EMAIL: 'ops@example.com' });
  const { jira: jiraConfig, helpdesk: helpdeskConfig, mail } = config;
  const verbs = createProblemActivities({ helpdesk: await connectHelpdesk(helpdeskConfig), jira: connectJira(jiraConfig), mail: connectMail(mail), problems: {} as ProblemsPort, config });
  const of = { id: 'problem-server-error-0a1b2c3d4e5', round: 1 };
  const key = await company.jira.file('INFRA', 'It fails', []);
  const env = new MockActivityEnvironment({ heartbeatTimeoutMs: 20_000, startToCloseTimeoutMs: 120_000 });
  let now = 0;
  const afterStandingStill = (work: () => Promise<unknown>) =>
    env.run(async () => {
      atWork(Context.current(), () => now);
      now += 25_000;
      await work();
    });
  const before = company.jira.ledger.length;
  try {
    await expect(afterStandingStill(() => verbs.fileProblem({ ...of, figures: FIGURES, earlierKey: null, again: false }))).rejects.toThrow('it stood still for too long');
    await expect(afterStandingStill(() => verbs.commentProblem({ ...of, key, effect: 'reminder-1', comment: { say: 'remind', members: 3, withoutProgressHours: 4 } }))).rejects.toThrow('it stood still for too long');
    await expect(afterStandingStill(() => verbs.mailOps({ ...of, key, figures: FIGURES }))).rejects.toThrow('it stood still for too long');
    expect(company.jira.ledger.slice(before)).toEqual([]);
    expect(company.mail.messages).toEqual([]);
  } finally {
    await company.close();
  }
});
