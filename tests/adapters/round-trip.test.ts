/** The adapters against the sandbox company: what one writes, the other understands, over HTTP and SMTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectAdmin } from '../../src/adapters/admin.js';
import { connectHelpdesk, type Helpdesk } from '../../src/adapters/helpdesk.js';
import { connectJira, type Jira } from '../../src/adapters/jira.js';
import { connectMail, type Mailer } from '../../src/adapters/mail.js';
import type { AdminPort, OutgoingMail } from '../../src/activities/ports.js';
import { loadWorkerConfig } from '../../src/config.js';
import type { AdfDocument, NewIssue } from '../../src/domain/ticket.js';
import { startCompany, type Company } from '../../src/sandbox/company.js';
import { failure } from './failing.js';

let company: Company;
let helpdesk: Helpdesk;
let jira: Jira;
let admin: AdminPort;
let mail: Mailer;

beforeAll(async () => {
  company = await startCompany();
  const config = loadWorkerConfig(company.env);
  helpdesk = await connectHelpdesk(config.helpdesk, fetch, (message) => expect.fail(message));
  jira = connectJira(config.jira);
  admin = connectAdmin(config.admin);
  mail = connectMail(config.mail);
});
afterAll(async () => {
  mail?.close();
  await company?.close();
});

const PAT = { name: 'Pat Doe', email: 'pat@example.com', memberId: 'm-7' };
const open = () =>
  company.helpdesk.openTicket({
    subject: 'Cannot schedule',
    description: 'The button does nothing.',
    inquiry: 'vmp-scheduling-blocked',
    member: PAT,
    employerGroup: 'Acme',
    report: { errorText: 'Error 42' },
  });
const doc = (text: string): AdfDocument => ({ version: 1, type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] });
const newIssue = (label: string): NewIssue => ({
  project: 'PRODOPS',
  issueType: 'Task',
  summary: 'Member cannot schedule',
  description: doc('All requirements have been TRUE for more than 48 h.'),
  labels: ['onetouch', label],
});

describe('the helpdesk', () => {
  test('a ticket is read as its member and agents wrote it', async () => {
    const id = await open();
    await company.helpdesk.agentNotes(id, 'Looked at it.');
    await company.helpdesk.memberReplies(id, 'Still nothing.');
    await helpdesk.updateTicket(id, { comment: { body: 'A note.\n\n[onetouch x]', public: false }, group: 'Tier 2', priority: 'high', status: 'open' });
    expect(await helpdesk.readTicket(id)).toMatchObject({
      id,
      subject: 'Cannot schedule',
      status: 'open',
      priority: 'high',
      group: 'Tier 2',
      inquiry: 'vmp-scheduling-blocked',
      errorKind: null,
      memberId: 'm-7',
      employerGroup: 'Acme',
      report: { whatHappened: 'The button does nothing.', errorText: 'Error 42' },
      requester: { name: 'Pat Doe', email: 'pat@example.com' },
      mergedInto: null,
      comments: [
        { author: 'requester', public: true, body: 'The button does nothing.' },
        { author: 'other', public: false, body: 'Looked at it.' },
        { author: 'requester', public: true, body: 'Still nothing.' },
        { author: 'us', public: false, body: 'A note.\n\n[onetouch x]' },
      ],
    });
    expect(company.helpdesk.notesByUs(id)).toEqual(['A note.\n\n[onetouch x]']);
  });

  test('more comments than a page holds are all read', async () => {
    const id = await open();
    for (let i = 1; i <= 120; i++) await company.helpdesk.agentNotes(id, `note ${i}`);
    const { comments } = await helpdesk.readTicket(id);
    expect(comments).toHaveLength(121);
    expect(comments.at(-1)!.body).toBe('note 120');
  });

  test('a merged ticket names the survivor, a deleted one is deleted, a closed one takes no note', async () => {
    const [loser, survivor, gone] = [await open(), await open(), await open()];
    await company.helpdesk.merge(loser, survivor);
    await company.helpdesk.delete(gone);
    expect(await helpdesk.readTicket(loser)).toMatchObject({ status: 'closed', mergedInto: survivor });
    expect((await helpdesk.readTicket(survivor)).mergedInto).toBeNull();
    expect((await helpdesk.readTicket(gone)).status).toBe('deleted');
    expect((await failure(helpdesk.updateTicket(loser, { comment: { body: 'x', public: false } }))).type).toBe('Refused');
  });

  test('what changed is listed, deleted tickets too', async () => {
    const before = new Date().toISOString();
    const [kept, gone] = [await open(), await open()];
    await company.helpdesk.delete(gone);
    const { tickets, isEnd, cursor } = await helpdesk.changed({ since: before, cursor: null });
    expect(isEnd).toBe(true);
    const read = Object.fromEntries(await Promise.all(tickets.map(async (t) => [t.id, await t.read()])));
    // As if it was read by itself, but for its requester, who takes a request more.
    const { requester } = await helpdesk.readTicket(kept);
    expect({ ...read[kept], requester }).toEqual(await helpdesk.readTicket(kept));
    expect(read[gone]).toMatchObject({ status: 'deleted' });
    const later = await open();
    expect((await helpdesk.changed({ since: before, cursor })).tickets.map((t) => t.id)).toEqual([later]);
  });

  test('a token that ended is renewed; a fault is a passing failure', async () => {
    const id = await open();
    company.helpdesk.revokeTokens();
    expect((await helpdesk.readTicket(id)).id).toBe(id);
    company.helpdesk.faults.next(/PUT/, { status: 429, headers: { 'retry-after': '7' } });
    const failed = await failure(helpdesk.updateTicket(id, { status: 'open' }));
    expect(failed).toMatchObject({ type: 'Unavailable' });
    expect(failed.nextRetryDelay).toBe(7000);
    company.helpdesk.faults.next(/PUT/, 'after');
    expect((await failure(helpdesk.updateTicket(id, { comment: { body: 'once', public: false } }))).type).toBe('Unavailable');
    expect(company.helpdesk.notesByUs(id)).toEqual(['once']);
  });
});

describe('Jira', () => {
  test('an issue is filed, found, commented, labelled, linked, and read back', async () => {
    const { key, url } = await jira.createIssue({ ...newIssue('onetouch-1-1'), priority: 'High', assignee: null });
    expect(url).toBe(`${company.jira.url}/browse/${key}`);
    await jira.comment(key, doc('Reminder [onetouch 1:1:remind]'));
    await jira.addLabel(key, 'onetouch-1-2');
    for (const title of ['Ticket', 'Helpdesk ticket 1']) await jira.remoteLink(key, { globalId: 'g-1', url: 'https://h.example.com/1', title });
    expect(company.jira.issue(key)).toMatchObject({
      project: 'PRODOPS',
      issueType: 'Task',
      description: 'All requirements have been TRUE for more than 48 h.',
      priority: 'High',
      assignee: null,
      labels: ['onetouch', 'onetouch-1-1', 'onetouch-1-2'],
      remoteLinks: [{ globalId: 'g-1', title: 'Helpdesk ticket 1' }],
    });
    const [ours, ...more] = await jira.ownComments(key);
    expect([ours!.text, more]).toEqual(['Reminder [onetouch 1:1:remind]', []]);
    await jira.comment(key, doc('The same once more'));
    await jira.deleteComment(key, (await jira.ownComments(key)).at(-1)!.id);
    expect(await jira.ownComments(key)).toEqual([ours]);
    expect((await failure(jira.deleteComment(key, '1'))).type).toBe('Refused');
    expect((await jira.findByLabel('onetouch-1-1')).map((i) => i.key)).toEqual([key]);
    expect(await jira.findByLabel('onetouch-1-9')).toEqual([]);
    expect(await jira.readIssue(key)).toMatchObject({ category: 'new', resolution: null, duplicateOf: null, assigneeId: null, lastForeignComment: null });

    await company.jira.comment(key, 'On it.');
    await company.jira.transition(key, 'In Progress');
    const { comments } = company.jira.issue(key);
    expect(await jira.readIssue(key)).toMatchObject({ category: 'indeterminate', lastForeignComment: comments.at(-1)!.id });
    expect((await jira.findByLabel('onetouch-1-1'))[0]).toEqual(await jira.readIssue(key));
  });

  test('a duplicate names the issue that survives', async () => {
    const { key } = await jira.createIssue(newIssue('onetouch-2-1'));
    const survivor = await company.jira.file('PRODOPS', 'The same again');
    await company.jira.resolve(key, 'Duplicate', { duplicateOf: survivor });
    expect(await jira.readIssue(key)).toMatchObject({ category: 'done', resolution: 'Duplicate', duplicateOf: survivor });
    expect((await jira.readIssue(survivor)).duplicateOf).toBeNull();
  });

  test('an issue is updated, and related to others once', async () => {
    const { key } = await jira.createIssue(newIssue('onetouch-problem-1'));
    const other = await company.jira.file('PRODOPS', 'The same, last month');
    await jira.updateIssue(key, { description: doc('Forty members of six groups.'), priority: 'Urgent' });
    expect(company.jira.issue(key)).toMatchObject({ description: 'Forty members of six groups.', priority: 'Highest', labels: ['onetouch', 'onetouch-problem-1'] });
    for (let twice = 0; twice < 2; twice++) {
      await jira.relate(key, other, 'Relates');
      await jira.relate(other, key, 'Relates');
      await jira.relate(key, other, 'Duplicate');
    }
    expect(company.jira.ledger.filter((e) => e.kind === 'link').map((e) => [e.on, e.text])).toEqual(
      expect.arrayContaining([[key, `Relates ${other}`], [key, `Duplicate ${other}`]]),
    );
    expect(company.jira.ledger.filter((e) => e.kind === 'link' && e.on === other)).toEqual([]);
    expect(await jira.readIssue(key)).toMatchObject({ duplicateOf: other });
    expect((await jira.readIssue(other)).duplicateOf).toBeNull();
  });

  test('what changed is listed, ours only', async () => {
    const since = new Date().toISOString();
    const { key } = await jira.createIssue(newIssue('onetouch-3-1'));
    const foreign = await company.jira.file('PRODOPS', 'Not ours');
    const { issues, isEnd } = await jira.changed(since);
    expect(isEnd).toBe(true);
    expect(issues.map((i) => i.key)).toContain(key);
    expect(issues.map((i) => i.key)).not.toContain(foreign);
    expect(await issues.find((i) => i.key === key)!.read()).toEqual(await jira.readIssue(key));
    expect(await jira.changed(new Date(Date.now() + 3_600_000).toISOString())).toEqual({ issues: [], upTo: null, isEnd: true });
  });

  test('an issue type that the project lacks is refused, with the field', async () => {
    expect((await failure(jira.createIssue({ ...newIssue('onetouch-4-1'), issueType: 'Epic' }))).message).toMatch(/about issuetype$/);
  });
});

describe('Admin and HGP', () => {
  test('what they know is read, and a note is put once', async () => {
    const since = '2026-03-01T10:00:00.000Z';
    await company.admin.setMember('m-7', {
      name: 'Pat Doe',
      email: 'pat@example.com',
      employerGroup: 'Acme',
      incentiveProgram: { inCompliance: true, inComplianceSince: since, startDate: '2026-01-01' },
      ooeResult: 'eligible',
      requirements: [{ name: 'Consent', met: true, since }],
      deviceOrder: { ordered: false, clinicalRequirements: [{ name: 'A1c', met: true }] },
    });
    const member = { id: 'm-7', name: 'Pat Doe', email: 'pat@example.com', employerGroup: 'Acme' };
    expect(await admin.findMember({ memberId: 'm-7' })).toEqual(member);
    expect(await admin.findMember({ email: 'PAT@example.com' })).toEqual(member);
    expect(await admin.findMember({ memberId: 'm-8' })).toBeNull();
    expect(await admin.incentiveProgram('m-7')).toEqual({ inCompliance: true, inComplianceSince: since, startDate: '2026-01-01', endDate: null });
    expect(await admin.eligibility('m-7')).toEqual({ ooeResult: 'eligible' });
    expect(await admin.requirementsToSchedule('m-7')).toEqual({ requirements: [{ name: 'Consent', met: true, since }], allTrueSince: since });
    expect(await admin.deviceOrder('m-7')).toMatchObject({ ordered: false, orderTemplateCompleted: null, firstSessionCompleted: null });
    for (const body of ['With ProdOps.', 'Again.']) await admin.noteAccount('m-7', { key: '5158:1:escalated', body });
    expect(company.admin.notes('m-7')).toMatchObject([{ key: '5158:1:escalated', body: 'With ProdOps.' }]);
  });
});

describe('mail', () => {
  const letter = (address: string, messageId: string): OutgoingMail => ({
    ticketId: '5158',
    to: { name: 'Pat Doe', address },
    subject: 'Your request 5158',
    text: 'We are on it.\n',
    html: '<p>We are on it.</p>',
    messageId,
  });

  test('arrives; an address that does not exist is refused; a lost answer leaves the outcome open', async () => {
    await mail.send(letter('pat@example.com', '5158.1.promise@h'));
    expect(company.mail.messages.at(-1)).toMatchObject({
      to: ['pat@example.com'],
      subject: 'Your request 5158',
      messageId: '<5158.1.promise@h>',
      headers: expect.objectContaining({ 'auto-submitted': 'auto-generated' }),
    });
    expect((await failure(mail.send(letter('pat@bounce.invalid', 'b@h')))).type).toBe('MailRefused');
    company.mail.faults.next(/^DATA/, 'after');
    expect((await failure(mail.send(letter('pat@example.com', 'c@h')))).type).toBe('MailOutcomeUnknown');
    company.mail.faults.next(/^RCPT/, 'reset');
    expect((await failure(mail.send(letter('pat@example.com', 'd@h')))).type).toBe('Unavailable');
    expect(company.mail.messages.map((m) => m.messageId)).toEqual(['<5158.1.promise@h>', '<c@h>']);
  });
});
