/** A note is put on the ticket as it was read, or not at all. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, expect, test } from 'vitest';
import { createActivities, type ActivityDependencies } from '../../src/activities/index.js';
import { connectHelpdesk, type Helpdesk } from '../../src/adapters/helpdesk.js';
import { loadWorkerConfig } from '../../src/config.js';
import { startCompany, type Company } from '../../src/sandbox/company.js';

let company: Company | undefined;
afterEach(async () => company?.close());

test('a ticket that was changed since it was read is not updated; read again, it is', async () => {
  let now = Date.parse('2026-03-02T09:00:00Z');
  company = await startCompany({ now: () => now });
  const helpdesk = await connectHelpdesk(loadWorkerConfig(company.env).helpdesk);
  const id = await company.helpdesk.openTicket({ subject: 'Help', description: 'It fails.', member: { name: 'Jo Low', email: 'jo@example.com' } });
  const note = { public: false, body: 'Noted' };
  const read = await helpdesk.readTicket(id);
  now += 2_000;
  await helpdesk.updateTicket(id, { comment: { public: false, body: 'By another worker' }, asReadAt: read.updatedAt });
  now += 2_000;
  await expect(helpdesk.updateTicket(id, { comment: note, asReadAt: read.updatedAt })).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false, message: expect.stringContaining('changed since it was read') });
  expect(company.helpdesk.notesByUs(id)).toEqual(['By another worker']);
  await helpdesk.updateTicket(id, { comment: note, asReadAt: (await helpdesk.readTicket(id)).updatedAt });
  expect(company.helpdesk.notesByUs(id)).toEqual(['By another worker', 'Noted']);
});

test('two workers note the same thing, and the other one was quicker: there is one note', async () => {
  let now = Date.parse('2026-03-02T09:00:00Z');
  company = await startCompany({ now: () => now });
  const config = loadWorkerConfig(company.env);
  const helpdesk = await connectHelpdesk(config.helpdesk);
  const id = await company.helpdesk.openTicket({ subject: 'Help', description: 'It fails.', member: { name: 'Jo Low', email: 'jo@example.com' } });
  let quicker = true;
  const updateTicket: Helpdesk['updateTicket'] = async (ticket, update) => {
    now += 2_000;
    if (quicker) await helpdesk.updateTicket(ticket, { comment: update.comment! });
    quicker = false;
    now += 2_000;
    return helpdesk.updateTicket(ticket, update);
  };
  const needed: Partial<ActivityDependencies> = { helpdesk: { ...helpdesk, updateTicket }, config };
  const { note } = createActivities(needed as ActivityDependencies);
  const input = { ticketId: id, cycle: 1, effect: 'parked-issue', note: { say: 'parked', step: 'issue', why: 'it refuses', reminder: 0 } } as const;
  expect(await new MockActivityEnvironment().run(note, input)).toBe('already');
  expect(company.helpdesk.notesByUs(id)).toHaveLength(1);
});
