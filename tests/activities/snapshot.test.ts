/** What a case remembers of its ticket tells that something changed, without keeping whose it is. */
import { expect, test } from 'vitest';
import { deletedTicket } from '../../src/adapters/helpdesk-wire.js';
import { snapshot, ticketDigest } from '../../src/domain/snapshot.js';
import type { Ticket } from '../../src/domain/ticket.js';

const ticket: Ticket = { ...deletedTicket('5158'), status: 'open', memberId: 'M-4711', employerGroup: 'Acme Ltd' };
const digest = (more: Partial<Ticket> = {}) => ticketDigest(snapshot({ ...ticket, ...more }));

test.each<[string, Partial<Ticket>]>([
  ['a corrected member id', { memberId: 'M-4712' }],
  ['one that was taken out', { memberId: null }],
  ['another employer group', { employerGroup: 'Acme Inc' }],
])('%s is news', (_, change) => {
  expect(digest(change)).not.toBe(digest());
});

test('the same member on two tickets cannot be told from two members, and neither id nor group is in it', () => {
  const { employerGroup: _, ...rest } = snapshot(ticket);
  expect(JSON.stringify(rest) + digest()).not.toMatch(/4711|acme/i);
  expect(snapshot({ ...ticket, id: '5159' }).whose).not.toBe(rest.whose);
});
