import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Document } from 'openapi-backend';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Company } from '../../src/sandbox/company.js';
import { usePublished } from '../contracts/published.js';
import { contract, type Check } from './answers.js';
import { adf, asAdmin, asHelpdesk, asJira, asNobody, company, newIssue, ticketOf, type Ask } from './support.js';

type Definition = Document & { components: { schemas: Record<string, Schema> } };
interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  nullable?: boolean;
  enum?: unknown[];
}

describe("the helpdesk's answers are as Zendesk's document says", () => {
  const of = usePublished('helpdesk', (file) => contract(withNulls(parse(readFileSync(file, 'utf8')) as Definition)));
  const check: Check = (...answer) => of()(...answer);

  test('reading', async () => {
    const town = await company();
    const ask = await asHelpdesk(town);
    const id = await ticketOf(town, { inquiry: 'app-bug', report: { errorText: 'Oops' } });
    await town.helpdesk.agentNotes(id, 'Seen');
    check('ShowTicket', await ask('GET', `/api/v2/tickets/${id}`), 200);
    check('ShowTicket', await ask('GET', `/api/v2/tickets/${id}.json?include=users,groups`), 200);
    check('ListTicketComments', await ask('GET', `/api/v2/tickets/${id}/comments?include=users`), 200);
    check('ListTicketComments', await ask('GET', `/api/v2/tickets/${id}/comments.json?page[size]=1`), 200);
    check('ListAuditsForTicket', await ask('GET', `/api/v2/tickets/${id}/audits`), 200);
    check('ListGroups', await ask('GET', '/api/v2/groups.json'), 200);
    check('ListTicketFields', await ask('GET', '/api/v2/ticket_fields'), 200);
    check('ShowCurrentUser', await ask('GET', '/api/v2/users/me.json'), 200);
    check('ShowUser', await ask('GET', '/api/v2/users/9001'), 200);
    check('IncrementalTicketExportCursor', await ask('GET', '/api/v2/incremental/tickets/cursor.json?start_time=0'), 200);
  });

  test('writing', async () => {
    const town = await company();
    const ask = await asHelpdesk(town);
    const [loser, target] = [await ticketOf(town), await ticketOf(town)];
    const { HELPDESK_CLIENT_ID: client_id, HELPDESK_CLIENT_SECRET: client_secret } = town.env;
    check('CreateTokenForGrantType', await ask('POST', '/oauth/tokens', { grant_type: 'client_credentials', client_id, client_secret }), 201);
    check('CreateTicket', await ask('POST', '/api/v2/tickets', { ticket: { subject: 'S', comment: { body: 'B' } } }), 201);
    const ticket = { status: 'open', priority: 'urgent', group_id: 20_003, comment: { body: 'Handed over', public: false } };
    check('UpdateTicket', await ask('PUT', `/api/v2/tickets/${target}`, { ticket }), 200);
    check('MergeTicketsIntoTargetTicket', await ask('POST', `/api/v2/tickets/${target}/merge`, { ids: [Number(loser)] }), 200);
    check('ShowTicket', await ask('GET', `/api/v2/tickets/${loser}`), 200);
    check('ListTicketComments', await ask('GET', `/api/v2/tickets/${loser}/comments`), 200);
    check('DeleteTicket', await ask('DELETE', `/api/v2/tickets/${target}`), 204);
  });
});

/** Zendesk answers null where a ticket has nothing; its document forgets to say so of these. */
function withNulls(definition: Definition): Definition {
  const { TicketObject: ticket } = definition.components.schemas;
  const empty = ['external_id', 'type', 'priority', 'recipient', 'assignee_id', 'organization_id', 'group_id', 'problem_id'];
  const value = ticket!.properties!.custom_fields!.items!.properties!.value!;
  for (const schema of [...empty.map((name) => ticket!.properties![name]!), value]) {
    schema.nullable = true;
    schema.enum?.push(null);
  }
  return definition;
}

describe("Jira's answers are as its document says", () => {
  const of = usePublished('jira', (file) => contract(JSON.parse(readFileSync(file, 'utf8')) as Document));
  const check: Check = (...answer) => of()(...answer);

  test('every path', async () => {
    const town = await company();
    const ask = asJira(town);
    const created = await ask('POST', '/rest/api/3/issue', newIssue({ priority: { name: 'High' }, assignee: null }));
    check('createIssue', created, 201);
    check('createIssue', await ask('POST', '/rest/api/3/issue', newIssue({ project: { key: 'NOPE' } })), 400);
    const issue = `/rest/api/3/issue/${created.body.key}`;
    const other = await town.jira.file('INFRA', 'The same');
    check('getCurrentUser', await ask('GET', '/rest/api/3/myself'), 200);
    check('getServerInfo', await ask('GET', '/rest/api/3/serverInfo'), 200);
    check('getProject', await ask('GET', '/rest/api/3/project/INFRA'), 200);
    const comment = await ask('POST', `${issue}/comment`, { body: adf('Still broken') });
    check('addComment', comment, 201);
    check('getComments', await ask('GET', `${issue}/comment`), 200);
    check('deleteComment', await ask('DELETE', `${issue}/comment/${comment.body.id}`), 204);
    check('deleteComment', await ask('DELETE', `${issue}/comment/${comment.body.id}`), 404);
    const link = { globalId: 'ticket=1', object: { url: 'https://example.com/1', title: 'Ticket 1' } };
    check('createOrUpdateRemoteIssueLink', await ask('POST', `${issue}/remotelink`, link), 201);
    check('createOrUpdateRemoteIssueLink', await ask('POST', `${issue}/remotelink`, link), 200);
    check('getRemoteIssueLinks', await ask('GET', `${issue}/remotelink?globalId=ticket%3D1`), 200);
    check('linkIssues', await ask('POST', '/rest/api/3/issueLink', { type: { name: 'Duplicate' }, inwardIssue: { key: created.body.key }, outwardIssue: { key: other } }), 201);
    const linked = (await ask('GET', `${issue}?fields=issuelinks`)).body as unknown as { fields: { issuelinks: { id: string }[] } };
    const toLink = `/rest/api/3/issueLink/${linked.fields.issuelinks[0]!.id}`;
    check('deleteIssueLink', await ask('DELETE', toLink), 204);
    check('deleteIssueLink', await ask('DELETE', toLink), 404);
    check('getTransitions', await ask('GET', `${issue}/transitions`), 200);
    check('doTransition', await ask('POST', `${issue}/transitions`, { transition: { id: '31' }, fields: { resolution: { name: 'Duplicate' } } }), 204);
    check('editIssue', await ask('PUT', issue, { update: { labels: [{ add: 'more' }] } }), 204);
    check('editIssue', await ask('PUT', issue, { fields: { description: adf('More of it'), priority: { name: 'Highest' } } }), 204);
    check('editIssue', await ask('PUT', issue, { fields: { priority: { name: 'Utmost' } } }), 400);
    check('linkIssues', await ask('POST', '/rest/api/3/issueLink', { type: { name: 'Relates' }, inwardIssue: { key: other }, outwardIssue: { key: 'NOPE-1' } }), 404);
    check('getIssue', await ask('GET', issue), 200);
    check('getIssue', await ask('GET', `${issue}?fields=status,labels`), 200);
    const search = (more: object) => ask('POST', '/rest/api/3/search/jql', { jql: 'labels = onetouch', ...more });
    check('searchAndReconsileIssuesUsingJqlPost', await search({}), 200);
    check('searchAndReconsileIssuesUsingJqlPost', await search({ fields: ['*all'] }), 200);
  });
});

describe("Admin's answers are as docs/admin-api.yaml says", () => {
  let check: Check;
  let town: Company;
  let ask: Ask;
  beforeAll(async () => {
    const file = path.resolve(import.meta.dirname, '../../docs/admin-api.yaml');
    check = await contract(parse(readFileSync(file, 'utf8')) as Document);
  });
  const PARTS = {
    getMember: '',
    getIncentiveProgram: '/incentive-program',
    getEligibility: '/eligibility',
    getRequirementsToSchedule: '/requirements-to-schedule',
    getDeviceOrder: '/device-order',
    listNotes: '/notes',
  };

  test.each([
    ['of whom nothing is known', {}],
    [
      'of whom everything is known',
      {
        name: 'Ada',
        email: 'ada@example.com',
        employerGroup: 'Example Ltd',
        incentiveProgram: { inCompliance: true, startDate: '2026-01-01', endDate: '2026-12-31' },
        ooeResult: 'error' as const,
        requirements: [{ name: 'Intake', met: true }],
        deviceOrder: { ordered: false, orderTemplateCompleted: true, firstSessionCompleted: true, clinicalRequirements: [{ name: 'BP', met: true }] },
      },
    ],
  ])('a member %s', async (_, facts) => {
    town = await company();
    ask = asAdmin(town);
    await town.admin.setMember('M-1', facts);
    check('putNote', await ask('PUT', '/members/M-1/notes/5001%3A1%3Anote', { body: 'Escalated' }), 201);
    check('putNote', await ask('PUT', '/members/M-1/notes/5001%3A1%3Anote', { body: 'Again' }), 200);
    for (const [operation, part] of Object.entries(PARTS)) check(operation, await ask('GET', `/members/M-1${part}`), 200);
    check('findMembers', await ask('GET', '/members?email=ADA%40example.com'), 200);
  });

  test('errors are problems', async () => {
    town = await company();
    ask = asAdmin(town);
    for (const [operation, part] of Object.entries(PARTS)) {
      const missing = await ask('GET', `/members/M-9${part}`);
      check(operation, missing, 404);
      expect(missing.headers.get('content-type')).toBe('application/problem+json');
      check(operation, await asNobody(town.admin.url)('GET', `/members/M-9${part}`), 401);
    }
    await town.admin.setMember('M-1', {});
    check('putNote', await ask('PUT', '/members/M-1/notes/k', { body: '' }), 400);
    check('putNote', await ask('PUT', '/members/M-9/notes/k', { body: 'x' }), 404);
    check('findMembers', await ask('GET', '/members'), 400);
  });

  test('the check itself fails on a wrong answer', async () => {
    const headers = new Headers();
    const wrong = { status: 200, headers, body: { ooeResult: 'perhaps' } };
    expect(() => check('getEligibility', wrong, 200)).toThrow(/getEligibility/);
  });
});
