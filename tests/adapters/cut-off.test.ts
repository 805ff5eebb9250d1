/** An answer that breaks off in the middle is no refusal: it is tried again. */
import { afterEach, expect, test } from 'vitest';
import { connectHelpdesk } from '../../src/adapters/helpdesk.js';
import { connectJira } from '../../src/adapters/jira.js';
import { loadWorkerConfig } from '../../src/config.js';
import { startCompany, type Company } from '../../src/sandbox/company.js';

let company: Company | undefined;
afterEach(async () => company?.close());

test('of Jira, and of the helpdesk', async () => {
  company = await startCompany();
  const config = loadWorkerConfig(company.env);
  const helpdesk = await connectHelpdesk(config.helpdesk);
  const jira = connectJira(config.jira);
  company.jira.faults.next(/\/issue$/, 'cut-off');
  const issue = { project: 'INFRA', issueType: 'Bug', summary: 'It fails', description: { version: 1 as const, type: 'doc' as const, content: [] }, labels: ['onetouch'] };
  await expect(jira.createIssue(issue)).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
  expect(company.jira.issues()).toHaveLength(1);
  company.helpdesk.faults.next(/^GET/, 'cut-off');
  await expect(helpdesk.readTicket('5001')).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
});
