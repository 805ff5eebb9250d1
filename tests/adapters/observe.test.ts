import { expect, test } from 'vitest';
import { observing } from '../../src/adapters/observe.js';
import type { GroupsPort } from '../../src/activities/groups-port.js';
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
    {
      helpdesk: port<HelpdeskPort>(called),
      jira: port<JiraPort>(called),
      admin: port<AdminPort>(called),
      groups: port<GroupsPort>(called),
      mail: port<MailPort>(called),
    },
    { info: (fields, message) => logged.push(`${message} ${JSON.stringify(fields)}`) },
  );
  return { ports, called, logged };
}

const doc = { version: 1 as const, type: 'doc' as const, content: [{ type: 'text', text: 'Pat is not well' }] };

test('reads pass through, with what they were asked', async () => {
  const { ports, called, logged } = town();
  expect(await ports.helpdesk.readTicket('5158')).toBe('real readTicket');
  await ports.helpdesk.changed({ since: 't', cursor: null });
  await ports.jira.findByLabel('l');
  await ports.jira.readIssue('OPS-1');
  await ports.jira.ownComments('OPS-1');
  await ports.jira.changed('t');
  await ports.jira.filedByUs(['l']);
  await ports.admin.findMember({ memberId: 'm-7' });
  await ports.admin.incentiveProgram('m-7');
  await ports.admin.eligibility('m-7');
  await ports.admin.requirementsToSchedule('m-7');
  await ports.admin.deviceOrder('m-7');
  await ports.groups.findGroup('Acme');
  await ports.groups.employer('g-1');
  await ports.groups.recentChanges('g-1', 't');
  await ports.groups.members('g-1', 'p');
  await ports.groups.memberAccess('m-7');
  await ports.groups.imports('g-1');
  await ports.groups.engagementReport('g-1');
  await ports.groups.engagementDefinition('g-1');
  await ports.groups.activity('g-1', 'd', 'e');
  await ports.groups.rewards('g-1');
  await ports.groups.integrationLog('g-1');
  expect(called).toEqual([
    'readTicket ["5158"]',
    'changed [{"since":"t","cursor":null}]',
    'findByLabel ["l"]',
    'readIssue ["OPS-1"]',
    'ownComments ["OPS-1"]',
    'changed ["t"]',
    'filedByUs [["l"]]',
    'findMember [{"memberId":"m-7"}]',
    'incentiveProgram ["m-7"]',
    'eligibility ["m-7"]',
    'requirementsToSchedule ["m-7"]',
    'deviceOrder ["m-7"]',
    'findGroup ["Acme"]',
    'employer ["g-1"]',
    'recentChanges ["g-1","t"]',
    'members ["g-1","p"]',
    'memberAccess ["m-7"]',
    'imports ["g-1"]',
    'engagementReport ["g-1"]',
    'engagementDefinition ["g-1"]',
    'activity ["g-1","d","e"]',
    'rewards ["g-1"]',
    'integrationLog ["g-1"]',
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
  await ports.jira.deleteComment('OPS-1', '10001');
  await ports.jira.addLabel('OPS-1', 'onetouch-5158-1');
  await ports.jira.updateIssue('OPS-1', { description: doc, priority: 'Urgent' });
  await ports.jira.relate('OPS-2', 'OPS-1', 'Duplicate');
  await ports.jira.unrelate('OPS-2', 'OPS-1', 'Duplicate');
  await ports.jira.remoteLink('OPS-1', { globalId: 'g', url: 'https://h.example.com', title: 'Pat Doe' });
  await ports.admin.noteAccount('m-7', { key: '5158:1:escalated', body: 'Pat is not well' });
  await ports.mail.send({ to: { name: 'Pat Doe', address: 'pat@example.com' }, subject: 's', text: 't', html: 'h', ticketId: '5158', messageId: 'id@h' });
  expect(called).toEqual([]);
  expect(logged).toEqual([
    'would update the ticket {"observing":true,"ticketId":"5158","comment":"public reply","group":"Tier 2","status":"open"}',
    'would create an issue {"observing":true,"project":"OPS","issueType":"Task","labels":["onetouch-5158-1"],"priority":"High"}',
    'would comment on the issue {"observing":true,"key":"OPS-1"}',
    'would take the comment away {"observing":true,"key":"OPS-1","id":"10001"}',
    'would label the issue {"observing":true,"key":"OPS-1","label":"onetouch-5158-1"}',
    'would update the issue {"observing":true,"key":"OPS-1","description":"a new one","priority":"Urgent"}',
    'would relate the issues {"observing":true,"key":"OPS-2","other":"OPS-1","how":"Duplicate"}',
    'would take the link away {"observing":true,"key":"OPS-2","other":"OPS-1","how":"Duplicate"}',
    'would link the issue {"observing":true,"key":"OPS-1","globalId":"g"}',
    'would note the member\'s account {"observing":true,"key":"5158:1:escalated"}',
    'would send a mail {"observing":true,"messageId":"id@h"}',
  ]);
  expect(logged.join()).not.toMatch(/Pat|m-7|pat@example/);
});

test('a group is not changed, and nobody is impersonated', async () => {
  const { ports, called, logged } = town();
  const { groups } = ports;
  const parameters = { from: '2026-02-01', to: '2026-02-28', groupId: 'g-1', metrics: ['logins'] };
  const change = { on: 'eligibility' as const, id: 'm-7', field: 'eligible', from: false, to: true, version: '7' };
  expect(await groups.memberView('m-7', '5158:1:look')).toBeNull();
  // At the version that was read: nothing came of it.
  expect(await groups.apply(change, '5158:1:fix')).toEqual({ outcome: 'applied', version: '7' });
  expect(await groups.regenerateReport('g-1', parameters, '5158:1:report')).toMatchObject({ id: '', parameters, figures: {} });
  expect(await groups.startRecovery('m-7', '5158:1:recovery')).toEqual({ startedAt: '' });
  expect(await groups.syncRewards('g-1', '5158:1:sync')).toMatchObject({ outcome: 'failed' });
  expect(called).toEqual([]);
  expect(logged).toEqual([
    'would look as the member {"observing":true,"key":"5158:1:look"}',
    'would change the record {"observing":true,"key":"5158:1:fix","on":"eligibility","field":"eligible","to":true,"version":"7"}',
    'would make the engagement report anew {"observing":true,"key":"5158:1:report","groupId":"g-1"}',
    'would start the member\'s account recovery {"observing":true,"key":"5158:1:recovery"}',
    'would sync the rewards {"observing":true,"key":"5158:1:sync","groupId":"g-1"}',
  ]);
  expect(logged.join()).not.toMatch(/m-7/);
});
