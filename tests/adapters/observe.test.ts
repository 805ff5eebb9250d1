import { expect, test } from 'vitest';
import { observing } from '../../src/adapters/observe.js';
import type { AdminPort, HelpdeskPort, JiraPort, MailPort } from '../../src/activities/ports.js';

/** Every method of a port says what it was called with. */
const port = <T extends object>(called: string[]): T =>
  new Proxy({} as T, {
    get: (_, name) => async (...given: unknown[]) => {
      called.push(`${String(name)} ${JSON.stringify(given)}`);
      return `real ${String(name)}`;
    },
  });

function town() {
  const called: string[] = [];
  const logged: string[] = [];
  const ports = observing(
    { helpdesk: port<HelpdeskPort>(called), jira: port<JiraPort>(called), admin: port<AdminPort>(called), mail: port<MailPort>(called) },
    { info: (fields, message) => logged.push(`${message} ${JSON.stringify(fields)}`) },
  );
  return { ports, called, logged };
}

const doc = { version: 1 as const, type: 'doc' as const, content: [{ type: 'text', text: 'Pat is not well' }] };

test('reads pass through, with what they were asked', async () => {
  const { ports, called, logged } = town();
  expect(await ports.helpdesk.readTicket('5158')).toBe('real readTicket');
  await ports.helpdesk.changedSince('t');
  await ports.jira.findByLabel('l');
  await ports.jira.readIssue('OPS-1');
  await ports.jira.ownComments('OPS-1');
  await ports.jira.changedSince('t');
  await ports.admin.findMember({ memberId: 'm-7' });
  await ports.admin.incentiveProgram('m-7');
  await ports.admin.eligibility('m-7');
  await ports.admin.requirementsToSchedule('m-7');
  await ports.admin.deviceOrder('m-7');
  expect(called).toEqual([
    'readTicket ["5158"]',
    'changedSince ["t"]',
    'findByLabel ["l"]',
    'readIssue ["OPS-1"]',
    'ownComments ["OPS-1"]',
    'changedSince ["t"]',
    'findMember [{"memberId":"m-7"}]',
    'incentiveProgram ["m-7"]',
    'eligibility ["m-7"]',
    'requirementsToSchedule ["m-7"]',
    'deviceOrder ["m-7"]',
  ]);
  expect(logged).toEqual([]);
});

test('writes do nothing and are logged without member data', async () => {
  const { ports, called, logged } = town();
  await ports.helpdesk.updateTicket('5158', { comment: { body: 'Pat is not well', public: true }, group: 'Tier 2', status: 'open' });
  expect(
    await ports.jira.createIssue({ project: 'OPS', issueType: 'Task', summary: 'Pat Doe', description: doc, labels: ['onetouch-5158-1'], priority: 'High' }),
  ).toEqual({ key: '', url: '' });
  await ports.jira.comment('OPS-1', doc);
  await ports.jira.addLabel('OPS-1', 'onetouch-5158-1');
  await ports.jira.updateIssue('OPS-1', { description: doc, priority: 'Urgent' });
  await ports.jira.relate('OPS-2', 'OPS-1', 'Duplicate');
  await ports.jira.remoteLink('OPS-1', { globalId: 'g', url: 'https://h.example.com', title: 'Pat Doe' });
  await ports.admin.noteAccount('m-7', { key: '5158:1:escalated', body: 'Pat is not well' });
  await ports.mail.send({ to: { name: 'Pat Doe', address: 'pat@example.com' }, subject: 's', text: 't', html: 'h', ticketId: '5158', messageId: 'id@h' });
  expect(called).toEqual([]);
  expect(logged).toEqual([
    'would update the ticket {"observing":true,"ticketId":"5158","comment":"public reply","group":"Tier 2","status":"open"}',
    'would create an issue {"observing":true,"project":"OPS","issueType":"Task","labels":["onetouch-5158-1"],"priority":"High"}',
    'would comment on the issue {"observing":true,"key":"OPS-1"}',
    'would label the issue {"observing":true,"key":"OPS-1","label":"onetouch-5158-1"}',
    'would update the issue {"observing":true,"key":"OPS-1","description":"a new one","priority":"Urgent"}',
    'would relate the issues {"observing":true,"key":"OPS-2","other":"OPS-1","how":"Duplicate"}',
    'would link the issue {"observing":true,"key":"OPS-1","globalId":"g"}',
    'would note the member\'s account {"observing":true,"key":"5158:1:escalated"}',
    'would send a mail {"observing":true,"messageId":"id@h"}',
  ]);
  expect(logged.join()).not.toMatch(/Pat|m-7|pat@example/);
});
