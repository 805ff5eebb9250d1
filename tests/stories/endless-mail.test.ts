/** A mail that never comes to an end: its worker is given up, and the ticket is asked what became of it. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { MEMBER, useTown } from './town.js';

const town = useTown({}, { interceptors: { workflowModules: [fileURLToPath(new URL('../setup/short-mail.ts', import.meta.url))] } });

test('no note tells that it went: it is not sent again, and an agent sees it', async () => {
  const t = town();
  const member = { ...MEMBER, email: 'endless@example.com', memberId: 'M-810' };
  await t.company.admin.setMember('M-810', { email: member.email, requirements: [{ name: 'Consent', met: true, since: await t.ago(60 * 3_600_000) }] });
  // Time is not skipped while an activity runs: it is given up after real seconds.
  const held = t.company.mail.faults.next(/^DATA/, 'timeout');
  const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
  expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', needs: 'mail-check', owed: expect.arrayContaining(['a mail whose arrival is not certain']) });
  t.expectSent('issue PRODOPS', 'remote-link PRODOPS', 'note 1:promise');

  // What was given up comes to its end, and says nothing more.
  held.release();
  await t.sleep('1 hour');
  t.expectNothingElse();
  await t.says(id, 'settleMail', { outcome: 'resend' });
  t.expectSent('mail 1:promise-again', 'note 1:promise-again');
  expect(await t.state(id)).toMatchObject({ needs: null, flagged: null });
});
