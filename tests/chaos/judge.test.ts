/** The judge of the fault runs finds nothing in clean ledgers, and whatever is doctored in them: one thing at a time. */
import { afterEach, describe, expect, test } from 'vitest';
import { problemOf } from '../../chaos/own.js';
import { random } from '../../chaos/random.js';
import { planFor } from '../../chaos/run.js';
import { paragraph } from '../../src/sandbox/jira/state.js';
import type { Effect } from '../../src/sandbox/ledger.js';
import { asAdmin } from '../sandbox/support.js';
import { cleanTown, type Town } from './town.js';

let town: Town | undefined;
afterEach(async () => {
  await town?.company.close();
  town = undefined;
});
const begin = async (): Promise<Town> => (town = await cleanTown());

test('finds nothing in the ledgers of a town where everything was done once', async () => {
  expect(await (await begin()).wrongs()).toEqual([]);
});

const VMP = 'VMP, blocked for long';
const VBID = 'VBID, dates missing';
const WITHINGS = 'device, Withings';
const ERROR = 'technical error, fixed';
const GROUP = 'group configuration, fixed';
const problemIn = (t: Town): string => problemOf(t.tickets[ERROR].played.sample)!;
const ticket = (t: Town, name: keyof Town['tickets']) => t.tickets[name].played.ticket;

describe('in doctored ledgers it finds', () => {
  test.each<[what: string, doctor: (t: Town) => unknown, wrong: RegExp]>([
    ['a note twice', (t) => t.act.note(VMP, 'promise', 'sent'), /^twice: note 1:promise \(2 times\)$/],
    ['a note nobody expects', (t) => t.act.note(VMP, 'reminder'), /^odd: note 1:reminder on \d+$/],
    ['a note without a mark', (t) => t.helpdesk.updateTicket(ticket(t, VMP), { comment: { public: false, body: 'Just so.' } }), /^odd: note without a mark on \d+$/],
    ['a note on the ticket of another', (t) => t.helpdesk.updateTicket(ticket(t, VBID), { comment: { public: false, body: `[onetouch ${ticket(t, VMP)}:1:record]` } }), /^odd: note 1:record on \d+$/],
    ['a reply twice, and the mail that the helpdesk makes of it', (t) => t.act.reply(WITHINGS, 'answer-device-withings'), /^twice: reply 1:answer-device-withings \(2 times\), mailed reply 1:answer-device-withings \(2 times\)$/],
    ['a group that nobody asked for', (t) => t.helpdesk.updateTicket(ticket(t, WITHINGS), { group: 'Coach Support' }), /^odd: group Coach Support on \d+$/],
    ['a priority that nobody asked for', (t) => t.helpdesk.updateTicket(ticket(t, WITHINGS), { priority: 'urgent' }), /^odd: priority urgent on \d+$/],
    ['a ticket opened that no team gets', (t) => t.helpdesk.updateTicket(ticket(t, WITHINGS), { status: 'open' }), /^odd: status open on \d+$/],
    ['a mail twice', (t) => t.act.mail(VMP, 'promise'), /^twice: mail 1:promise \(2 times\)$/],
    ['a mail to another recipient', (t) => t.act.mail(VMP, 'promise', 'somebody@else.example'), /^odd: mail 1:promise on somebody@else\.example$/],
    ['a mail of no ticket', (t) => t.mailer.send({ to: { name: 'Jo', address: 'jo@example.com' }, subject: 's', text: 't', html: 'h', ticketId: null, messageId: 'hello@x' }), /^stray: mail without a name on jo@example\.com, of nobody$/],
    ['a mail of a ticket that was never opened', (t) => t.mailer.send({ to: { name: 'Jo', address: 'jo@example.com' }, subject: 's', text: 't', html: 'h', ticketId: '9999', messageId: '9999.1.promise@x' }), /^stray: mail 1:promise on jo@example\.com, of 9999$/],
    ['a mail to ops that nobody expects', (t) => t.mailer.send({ to: { name: 'Ops', address: 'ops@example.com' }, subject: 's', text: 't', html: 'h', ticketId: null, messageId: `${problemIn(t)}.1.system-wide@x` }), /^odd: mail 1:system-wide on ops@example\.com, of problem-/],
    ['an issue more', async (t) => t.act.link(VMP, await t.act.issue(VMP)), /^twice: issue 1:PRODOPS \(2 times\)$/],
    ['an issue of another cycle', async (t) => t.act.link(VMP, await t.act.issue(VMP, 2)), /^odd: issue 2:PRODOPS on PRODOPS-2/],
    ["a problem's issue more", (t) => t.act.issue(ERROR), /^twice: issue 1:INFRA \(2 times\), of problem-server-error-\w+; odd: INFRA-2 has status To Do instead of Done/],
    ["a problem's issue of another round", (t) => t.act.issue(ERROR, 2), /^odd: issue 2:INFRA on INFRA-2, of problem-server-error-/],
    ['an issue of nobody', (t) => t.jira.createIssue({ project: 'INFRA', issueType: 'Bug', summary: 'It fails', description: paragraph('So.'), labels: ['onetouch'] }), /^stray: issue :INFRA on INFRA-2, of nobody$/],
    ['an issue without the link to its ticket', (t) => t.act.issue(VMP), /^lost: remote-link; twice: issue 1:PRODOPS \(2 times\); odd: PRODOPS-2 has link to the ticket none/],
    ['a link to another ticket', async (t) => t.jira.remoteLink(t.keyOf(VMP), { globalId: 'x', url: `https://x.example/agent/tickets/${ticket(t, VBID)}`, title: 'x' }), /^odd: PRODOPS-1 has link to the ticket onetouch-ticket-\d+-1 to \d+, x to \d+ instead of onetouch-ticket-\d+-1 to \d+; odd: remote-link on PRODOPS-1$/],
    ['an issue whose priority was changed', (t) => t.jira.updateIssue(t.keyOf(VMP), { priority: 'Urgent' }), /^odd: priority Highest on PRODOPS-1, PRODOPS-1 has priority Highest instead of Medium$/],
    ['an issue that was resolved though no engineer did', (t) => t.jira.resolveAsDuplicate(t.keyOf(VMP)), /^odd: status Done on PRODOPS-1, resolution Duplicate on PRODOPS-1, PRODOPS-1 has status Done instead of To Do, PRODOPS-1 has resolution Duplicate instead of none$/],
    ['an issue that was reopened', (t) => t.company.jira.reopen(t.keyOf(ERROR)), /^odd: INFRA-1 has status To Do instead of Done, INFRA-1 has resolution none instead of Fixed$/],
    ['a label more', (t) => t.jira.addLabel(t.keyOf(VMP), 'urgent'), /^odd: labels onetouch onetouch-\d+-1 urgent on PRODOPS-1$/],
    ['a comment without a mark', (t) => t.jira.comment(t.keyOf(VMP), paragraph('Any news?')), /^stray: comment without a mark on PRODOPS-1, of nobody$/],
    ['a report twice', (t) => t.act.report(ERROR, t.keyOf(ERROR)), /^twice: comment 1:problem-report \(2 times\)$/],
    ['a report on the issue of another', (t) => t.act.report(ERROR, t.keyOf(VMP)), /^odd: comment 1:problem-report on PRODOPS-1$/],
    ["a note on another member's account", (t) => asAdmin(t.company)('PUT', `/members/${t.tickets[VMP].played.sample.member.id}/notes/${ticket(t, ERROR)}:1:account-note`, { body: 'x' }), /^odd: account-note 1:account-note on M-1023-1$/],
    ['a change made twice', (t) => t.act.change(GROUP, `${ticket(t, GROUP)}:1:apply-1-again`, false), /^odd: admin-change 1:apply-1-again on G-203-5$/],
    ['a look under a key of nobody', (t) => t.act.look(GROUP, 'mine'), /^stray: impersonation with key mine on M-1034-5, of nobody$/],
    ['a look under the key of another ticket', (t) => t.act.look(GROUP, `${ticket(t, VMP)}:1:test-0-1`), /^odd: impersonation 1:test-0-1 on M-1034-5$/],
    ['a look that does not end', (t) => asAdmin(t.company)('POST', '/impersonation-sessions', { memberId: t.tickets[GROUP].played.sample.member.id }, { 'idempotency-key': `${ticket(t, GROUP)}:1:test-0-1` }), /^odd: a look as M-1034-5 that did not end$/],
    ['a case that is elsewhere', (t) => Object.assign(t.tickets[VMP].view, { stage: 'escalating' }), /^stuck: stage escalating instead of awaiting-resolution$/],
    ['a case that cannot go on', (t) => Object.assign(t.tickets[VMP].view, { flagged: 'cannot issue yet: Jira is away' }), /^stuck: cannot issue yet: Jira is away$/],
  ])('%s', async (_, doctor, wrong) => {
    const t = await begin();
    await doctor(t);
    expect((await t.wrongs()).join('; ')).toMatch(wrong);
  });

  // One line of a ledger gone: what was done is as if it had never been.
  test.each([
    ['helpdesk', 'note', VMP, /^lost: note 1:promise$/],
    ['helpdesk', 'group', VBID, /^lost: group Tier 2$/],
    ['helpdesk', 'status', VBID, /^lost: status open$/],
    ['helpdesk', 'mail', WITHINGS, /^lost: mailed reply 1:answer-device-withings$/],
    ['jira', 'issue', VMP, /^lost: issue 1:PRODOPS$/],
    ['jira', 'remote-link', VMP, /^lost: remote-link$/],
    ['jira', 'comment', ERROR, /^lost: comment 1:problem-report$/],
    ['mail', 'mail', VMP, /^lost: mail 1:promise$/],
    ['admin', 'account-note', ERROR, /^lost: account-note 1:account-note$/],
    ['admin', 'admin-change', GROUP, /^lost: admin-change 1:apply-1$/],
    ['admin', 'impersonation', GROUP, /^lost: impersonation 1:test-0-1$/],
  ] as const)('a line of the %s lost: %s', async (system, kind, name, wrong) => {
    const t = await begin();
    const { sample, ticket: id } = t.tickets[name].played;
    const ours = [id, sample.member.id, sample.member.email, sample.group?.id, kind === 'issue' || kind === 'remote-link' || kind === 'comment' ? t.keyOf(name) : undefined];
    const ledger = t.company[system].ledger as Effect[];
    const at = ledger.findIndex((line) => line.by === 'onetouch' && line.kind === kind && ours.includes(line.on));
    ledger.splice(at, 1);
    if (system === 'mail') (t.company.mail.messages as unknown[]).splice(at, 1);
    expect((await t.wrongs()).join('; ')).toMatch(wrong);
  });
});

describe('a mail of which nobody can know', () => {
  /** Its note says so, an agent is asked, and the case has flagged it. */
  async function doubted({ flagged = true, inBox = true } = {}) {
    const t = await begin();
    const { played, view, record } = t.tickets[VMP];
    const note = t.company.helpdesk.ledger.find(({ on, text }) => on === played.ticket && text.includes(':1:promise'))!;
    note.text = note.text.replace('"mail":"sent"', '"mail":"unknown"');
    view.needs = 'mail-check';
    if (flagged) record.push({ at: '', what: 'flagged', text: 'it is not known whether a mail reached the member', by: 'onetouch', cycle: 1 });
    const at = t.company.mail.messages.findIndex(({ messageId }) => messageId.startsWith(`<${played.ticket}.`));
    if (!inBox) for (const list of [t.company.mail.messages, t.company.mail.ledger]) (list as unknown[]).splice(at, 1);
    const attempt = { mail: `${played.ticket}.1.promise`, pid: 7, from: 1_000, to: 2_000, answered: true };
    return { t, attempt };
  }
  const unexplained = ['unexplained: 1:promise'];

  test('is unexplained where nothing was done to it', async () => {
    const { t } = await doubted();
    expect(await t.wrongs()).toEqual(unexplained);
    expect((await t.verdicts())[VMP].unknown).toEqual(['1:promise']);
  });

  test('is hidden where its case has not flagged it', async () => {
    const { t } = await doubted({ flagged: false });
    expect(await t.wrongs()).toEqual(['hidden: 1:promise', 'unexplained: 1:promise']);
  });

  test.each([true, false])('is explained by the mail server, which kept no answer but that of this mail; in the box: %s', async (inBox) => {
    const { t } = await doubted({ inBox });
    const lose = async (name: typeof VMP | typeof VBID, effect: string) => {
      t.company.mail.faults.next(/^DATA/, 'reset');
      await t.act.mail(name, effect).catch(() => {});
    };
    await lose(VBID, 'promise');
    await lose(VMP, 'follow-up');
    expect(await t.wrongs()).toEqual(unexplained);
    await lose(VMP, 'promise');
    expect(await t.wrongs()).toEqual([]);
    expect((await t.verdicts())[VMP].causes).toEqual(['answer lost']);
  });

  test.each([
    ['killed while it had it', { stops: [{ pid: 7, from: 1_500 }] }, true],
    ['killed while it had it, and never heard of again', { stops: [{ pid: 7, from: 1_500 }] }, false],
    ['stood still over it', { stops: [{ pid: 7, from: 500, to: 1_100 }] }, false],
  ])('is explained by its worker: %s', async (_, done, answered) => {
    const { t, attempt } = await doubted();
    t.attempts.push({ ...attempt, answered });
    Object.assign(t.evidence, done);
    expect((await t.verdicts())[VMP].causes).toEqual(['worker stopped']);
    expect(await t.wrongs()).toEqual([]);
  });

  test.each([
    ['another worker was killed', { stops: [{ pid: 8, from: 1_500 }] }, {}],
    ['its worker was killed later', { stops: [{ pid: 7, from: 2_500 }] }, {}],
    ['its worker stood still before', { stops: [{ pid: 7, from: 100, to: 900 }] }, {}],
    ['its worker had another mail then', { stops: [{ pid: 7, from: 1_500 }] }, { mail: '9999.1.promise' }],
    ['the wire was cut before', { mailCut: [{ from: 100, to: 900 }] }, {}],
    ['the wire was cut, and the worker is said to be lost', { mailCut: [{ from: 1_100, to: 1_200 }] }, { answered: false }],
    ['Temporal was away later', { temporalAway: [{ from: 2_001, to: 2_200 }] }, {}],
  ])('is not explained where %s', async (_, done, changed) => {
    const { t, attempt } = await doubted();
    t.attempts.push({ ...attempt, ...changed });
    Object.assign(t.evidence, done);
    expect(await t.wrongs()).toEqual(unexplained);
  });

  test.each([
    ['wire cut', { mailCut: [{ from: 1_100, to: 1_200 }] }],
    ['Temporal away', { temporalAway: [{ from: 1_900, to: 9_000 }] }],
  ])('is counted by itself where time alone explains it: %s', async (cause, done) => {
    const { t, attempt } = await doubted();
    t.attempts.push(attempt);
    Object.assign(t.evidence, done);
    expect((await t.verdicts())[VMP].causes).toEqual([cause]);
  });

  test('may not be there twice all the same', async () => {
    const { t, attempt } = await doubted();
    t.attempts.push(attempt);
    t.evidence.stops = [{ pid: 7, from: 1_500 }];
    await t.act.mail(VMP, 'promise');
    expect(await t.wrongs()).toEqual(['twice: mail 1:promise (2 times)']);
  });
});

describe('what may be', () => {
  test('an issue that was made twice and closed as a duplicate is healed, with its comment and link', async () => {
    const t = await begin();
    const [kept, extra] = [t.keyOf(VMP), await t.act.issue(VMP)];
    await t.jira.linkDuplicate(extra, kept);
    expect(await t.wrongs()).not.toEqual([]);
    await t.jira.comment(extra, paragraph(`Made twice.\n\n[onetouch ${ticket(t, VMP)}:1:duplicate-${extra.toLowerCase()}]`));
    await t.jira.resolveAsDuplicate(extra);
    expect(await t.wrongs()).toEqual([]);
    expect((await t.verdicts())[VMP].healed).toEqual([extra]);
  });

  test("a problem's issue likewise", async () => {
    const t = await begin();
    const [kept, extra, problem] = [t.keyOf(ERROR), await t.act.issue(ERROR), problemIn(t)];
    await t.jira.linkDuplicate(extra, kept);
    await t.jira.comment(extra, paragraph(`[onetouch ${problem}:1:duplicate-${extra.toLowerCase()}]`));
    await t.jira.resolveAsDuplicate(extra);
    expect(await t.wrongs()).toEqual([]);
    expect((await t.verdicts())[ERROR].healed).toEqual([extra]);
  });

  test('a comment that was made twice and taken away again is healed', async () => {
    const t = await begin();
    const key = t.keyOf(ERROR);
    await t.act.report(ERROR, key);
    const [, second] = await t.jira.ownComments(key);
    await t.jira.deleteComment(key, second!.id);
    expect(await t.wrongs()).toEqual([]);
    expect((await t.verdicts())[ERROR].healed).toEqual([`comment-deleted 1:problem-report on ${key}`]);
    await t.jira.deleteComment(key, (await t.jira.ownComments(key))[0]!.id);
    expect(await t.wrongs()).toEqual(['lost: comment 1:problem-report']);
  });

  test("a problem's figures are shown as often as they change, and a look that was cut is taken again", async () => {
    const t = await begin();
    await t.jira.updateIssue(t.keyOf(ERROR), { description: paragraph('Two members.') });
    await t.act.look(GROUP, `${ticket(t, GROUP)}:1:test-0-1`);
    await t.act.look(GROUP, `${ticket(t, GROUP)}:1:test-0-4`);
    expect(await t.wrongs()).toEqual([]);
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
