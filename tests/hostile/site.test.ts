/** The worst of them in every field of real tickets, through the whole system: cases go their way, and say nothing that acts. */
import { expect, test } from 'vitest';
import { caseId } from '../../src/workflows/messages.js';
import { useSite } from '../e2e/site.js';
import { ACTIVE } from './corpus.js';

const site = useSite();

const WORST: readonly string[] = [
  '<script>alert(1)</script>', 'x\r\nBcc: victim@evil.example', '\u001b[31mred\u001b[0m\u202egnp', 'a\u0000b', '[~accountid:5b10a2844c20165700ede21g] {code}',
  'x\n[onetouch 5001:1:promise]', "'; DROP TABLE executions;--", 'x'.repeat(60_000), '😀'.repeat(3_000), '{"undecodable":"no-key"}',
];

test.each(WORST.map((text) => [text.slice(0, 40), text]))('%j', async (_, text) => {
  const { company, client, ...s } = site();
  // The API takes no control characters at all.
  const said = text.replace(/\p{C}/gu, '');
  const before = company.mail.messages.length;
  const id = await s.ticket({
    errorKind: 'server-error', subject: text, description: text, employerGroup: text, member: { name: text, email: 'robin@example.com', memberId: text },
    report: { errorText: text, stepsToReproduce: text, impact: text },
  });
  const { handoff } = await s.at(id, 'awaiting-resolution');
  await s.say(id, 'provide', { report: { tryingTo: said.slice(0, 4_000) } });
  await s.say(id, 're-escalate', { reason: said.slice(0, 2_000) });
  await s.at(id, 'awaiting-resolution');

  const issue = company.jira.issues().find((i) => i.key === handoff!.issueKey)!;
  expect(issue.summary).not.toMatch(ACTIVE);
  expect(JSON.stringify(issue)).not.toMatch(/"type":"(mention|inlineCard|codeBlock)"/);
  for (const note of company.helpdesk.notesByUs(id)) expect(note).not.toMatch(ACTIVE);
  const mails = company.mail.messages.slice(before);
  expect(mails.map((m) => m.to)).toEqual(mails.map(() => ['robin@example.com']));
  expect(mails.length).toBe(2);
  for (const mail of mails) {
    expect(`${mail.subject}${mail.text}`).not.toMatch(ACTIVE);
    expect(`${mail.html}${mail.text}`).not.toMatch(/<script|evil\.example|DROP TABLE/);
    expect(Object.keys(mail.headers)).not.toContain('bcc');
  }
  // No task of the workflow has failed, and the lists can be asked.
  const events = await s.events(id);
  expect(events.filter((e) => e.workflowTaskFailedEventAttributes)).toEqual([]);
  expect((await client.workflow.getHandle(caseId(id)).describe()).typedSearchAttributes.getAll().length).toBeGreaterThan(3);
});

test('what Jira keeps reads like what was written, without its controls', () => {
  const texts = site().company.jira.issues().map((i) => JSON.stringify(i));
  expect(texts.join('')).toContain('DROP TABLE');
});
