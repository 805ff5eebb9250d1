import { createTransport } from 'nodemailer';
import { expect, test } from 'vitest';
import type { Company } from '../../src/sandbox/company.js';
import { company } from './support.js';

const send = ({ env }: Company, to: string, more: object = {}) =>
  createTransport(env.SMTP_URL).sendMail({
    from: env.MAIL_FROM,
    to,
    subject: 'Your ticket #5001',
    text: 'We are on it.',
    html: '<p>We are on it.</p>',
    messageId: '<5001.1.promise@onetouch>',
    headers: { 'Auto-Submitted': 'auto-generated' },
    ...more,
  });

test('keeps a mail as it came', async () => {
  const town = await company();
  await send(town, 'Ada <ada@example.com>');
  expect(town.mail.messages).toEqual([
    {
      to: ['ada@example.com'],
      from: 'help@company.invalid',
      subject: 'Your ticket #5001',
      text: expect.stringContaining('We are on it.'),
      html: expect.stringContaining('<p>We are on it.</p>'),
      messageId: '<5001.1.promise@onetouch>',
      headers: expect.objectContaining({ 'auto-submitted': 'auto-generated' }),
      at: expect.any(String),
    },
  ]);
  expect(town.mail.ledger).toEqual([expect.objectContaining({ kind: 'mail', on: 'ada@example.com', text: 'Your ticket #5001' })]);
  town.mail.clear();
  expect(town.mail.messages).toEqual([]);
});

test('an address at bounce.invalid does not exist', async () => {
  const town = await company();
  await expect(send(town, 'ada@bounce.invalid')).rejects.toMatchObject({ responseCode: 550, command: 'RCPT TO' });
  expect(town.mail.messages).toEqual([]);
});

test.each([
  ['RCPT', 451, 'RCPT TO'],
  ['DATA', 554, 'DATA'],
])('can be told to refuse at %s', async (command, status, at) => {
  const town = await company();
  const fault = town.mail.faults.next(new RegExp(`^${command} ada@`), { status });
  await expect(send(town, 'ada@example.com')).rejects.toMatchObject({ responseCode: status, command: at });
  expect((await fault.happened).path).toBe('ada@example.com');
  expect(town.mail.messages).toEqual([]);
  await send(town, 'ada@example.com');
  expect(town.mail.messages).toHaveLength(1);
});

test('can lose the acknowledgement of a mail that it kept', async () => {
  const town = await company();
  town.mail.faults.next(/^DATA/, 'after');
  await expect(send(town, 'ada@example.com')).rejects.toThrow(/closed/i);
  expect(town.mail.messages).toHaveLength(1);
});

test('can drop the connection before the mail', async () => {
  const town = await company();
  town.mail.faults.next(/^RCPT/, 'reset');
  await expect(send(town, 'ada@example.com')).rejects.toThrow(/closed/i);
  expect(town.mail.messages).toEqual([]);
});

test.each([
  ['after', true],
  ['reset', false],
  ['half-close', false],
] as const)('knows of which mails it said nothing to their sender: %s', async (fault, kept) => {
  const town = await company();
  town.mail.faults.next(/^DATA/, { status: 451 });
  await expect(send(town, 'ada@example.com')).rejects.toThrow(/451/);
  expect(town.mail.unanswered).toEqual([]);
  town.mail.faults.next(/^DATA/, fault);
  await expect(send(town, 'ada@example.com')).rejects.toThrow(/closed|ECONNRESET/i);
  expect(town.mail.unanswered).toEqual([{ messageId: '<5001.1.promise@onetouch>', at: expect.any(String), kept }]);
  expect(town.mail.messages).toHaveLength(kept ? 1 : 0);
});
