/** The judge of the fault runs sees what is lost, done twice, odd, stuck and hidden; and what is healed or in doubt. */
import { afterEach, describe, expect, test } from 'vitest';
import { asItIs, isClean, judge } from '../../chaos/judge.js';
import type { Played } from '../../chaos/people.js';
import { random } from '../../chaos/random.js';
import { planFor } from '../../chaos/run.js';
import { connectHelpdesk } from '../../src/adapters/helpdesk.js';
import { connectJira } from '../../src/adapters/jira.js';
import { connectMail } from '../../src/adapters/mail.js';
import { loadWorkerConfig } from '../../src/config.js';
import { startCompany, type Company } from '../../src/sandbox/company.js';
import { SAMPLES } from '../../src/sandbox/samples.js';
import { fakeCases, VIEW } from '../web/fake-cases.js';

let company: Company | undefined;
afterEach(async () => company?.close());

const SAMPLE = SAMPLES.find(({ name }) => name === 'VMP, blocked for long')!;

/** A ticket whose case did what it should: one issue, one mail, one note. */
async function town({ mail = 'sent' }: { mail?: 'sent' | 'unknown' } = {}) {
  company = await startCompany();
  const config = loadWorkerConfig(company.env);
  const [jira, helpdesk, mailer] = [connectJira(config.jira), await connectHelpdesk(config.helpdesk), connectMail(config.mail)];
  const ticket = await company.helpdesk.openTicket({ subject: 'Blocked', description: 'Still.', member: { name: 'Jo Low', email: 'jo@example.com' } });
  const act = {
    file: async () => {
      const { key } = await jira.createIssue({ project: 'PRODOPS', issueType: 'Task', summary: 'Blocked', description: { version: 1, type: 'doc', content: [] }, labels: ['onetouch', `onetouch-${ticket}-1`] });
      await jira.remoteLink(key, { globalId: 'x', url: 'https://x.example', title: 'x' });
      return key;
    },
    note: (effect = 'promise') => helpdesk.updateTicket(ticket, { comment: { public: false, body: `It went out\n\n[onetouch ${ticket}:1:${effect} ${JSON.stringify({ mail })}]` } }),
    mail: () => mailer.send({ to: { name: 'Jo Low', address: 'jo@example.com' }, subject: 's', text: 't', html: 'h', ticketId: ticket, messageId: `${ticket}.1.promise@x` }),
  };
  const view = { ...VIEW, ticketId: ticket, stage: SAMPLE.expects.stage, needs: (mail === 'unknown' ? 'mail-check' : null) as typeof VIEW.needs };
  let flagged = mail === 'unknown';
  const { cases } = fakeCases();
  const record = () =>
    Promise.resolve(flagged ? [{ at: '', what: 'flagged' as const, text: 'it is not known whether a mail reached the member', by: 'onetouch', cycle: 1 }] : []);
  const played: Played = { sample: SAMPLE, ticket, stepsDone: 0, actedAt: 0, reactedMs: [], arrived: true, trouble: null, acting: false };
  return { company, jira, act, view, played, hide: () => void (flagged = false), verdict: () => judge(played, asItIs(company!), { ...cases, state: () => Promise.resolve(view) }, record) };
}

describe('the judge', () => {
  test('finds nothing where everything is there once', async () => {
    const { act, verdict } = await town();
    await Promise.all([act.file(), act.note(), act.mail()]);
    expect(isClean(await verdict())).toBe(true);
  });

  test('sees what is lost', async () => {
    const { act, verdict } = await town();
    await act.note();
    expect(await verdict()).toMatchObject({ lost: ['issue 1:PRODOPS', 'mail 1:promise'], twice: [] });
  });

  test('sees what was done twice: an issue, a mail, a note', async () => {
    const { act, verdict } = await town();
    for (const deed of [act.file, act.note, act.mail, act.file, act.note, act.mail]) await deed();
    expect((await verdict()).twice.sort()).toEqual(['issue 1:PRODOPS (2 times)', 'mail 1:promise (2 times)', 'note 1:promise (2 times)']);
  });

  test('sees what nobody expects', async () => {
    const { act, verdict } = await town();
    await Promise.all([act.file(), act.note(), act.mail(), act.note('reminder')]);
    expect(await verdict()).toMatchObject({ odd: ['note 1:reminder'], lost: [], twice: [] });
  });

  test('sees a case that is elsewhere, and one that cannot go on', async () => {
    const { act, view, verdict } = await town();
    await Promise.all([act.file(), act.note(), act.mail()]);
    Object.assign(view, { stage: 'escalating', flagged: 'cannot issue yet: Jira is away' });
    expect((await verdict()).stuck).toEqual(['stage escalating instead of awaiting-resolution', 'cannot issue yet: Jira is away']);
  });

  test.each([0, 1])('a mail in doubt may be there %d times, when the case shows it', async (mails) => {
    const { act, hide, verdict } = await town({ mail: 'unknown' });
    await Promise.all([act.file(), act.note()]);
    if (mails) await act.mail();
    expect(await verdict()).toMatchObject({ unknown: ['1:promise'], hidden: [], lost: [], twice: [], stuck: [] });
    hide();
    expect((await verdict()).hidden).toEqual(['1:promise']);
    if (mails) await act.mail();
    if (mails) expect((await verdict()).twice).toEqual(['mail 1:promise (2 times)']);
  });

  test('an issue that was made twice and closed as a duplicate is healed, and no duplicate', async () => {
    const { act, jira, verdict } = await town();
    const [kept, extra] = [await act.file(), await act.file()];
    await Promise.all([act.note(), act.mail()]);
    expect((await verdict()).twice).toEqual(['issue 1:PRODOPS (2 times)']);
    await jira.linkDuplicate(extra, kept);
    await jira.resolveAsDuplicate(extra);
    expect(await verdict()).toMatchObject({ twice: [], healed: [extra], odd: [] });
  });
});

test('the same seed makes the same choices, and a fork is not disturbed by what is asked of its parent', () => {
  const choices = (seed: number) => Array.from({ length: 50 }, ((r) => () => r.int(0, 1_000))(random(seed)));
  expect(choices(7)).toEqual(choices(7));
  expect(choices(7)).not.toEqual(choices(8));
  const [a, b] = [random(1), random(1)];
  const [fork, same] = [a.fork(), b.fork()];
  a.next();
  expect(fork.next()).toBe(same.next());
});

test('a run of 2,000 tickets kills a hundred workers, twenty gateways and Temporal ten times', () => {
  expect(planFor(2_000)).toEqual({ worker: 100, gateway: 20, temporal: 10, zombie: 20 });
});
