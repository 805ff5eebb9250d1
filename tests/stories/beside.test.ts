/** Nothing that stands beside a case's way keeps a member from hearing, and nothing that is in doubt is forgotten. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Faults } from '../../src/sandbox/faults.js';
import { caseId } from '../../src/workflows/messages.js';
import { LEAD, MEMBER, useTown } from './town.js';

const town = useTown();
const HOUR = 3_600_000;
const member = { ...MEMBER, email: 'beside@example.com', memberId: 'M-900' };
const kim = { name: 'Kim', email: 'kim@example.com' };
const READY = { ordered: false, orderTemplateCompleted: true, firstSessionCompleted: true, clinicalRequirements: [{ name: 'A1c', met: true }] };
beforeEach(async () => {
  const since = await town().ago(60 * HOUR);
  await town().company.admin.setMember('M-900', { email: member.email, requirements: [{ name: 'Consent', met: true, since }], deviceOrder: READY });
});
const TOLD = ['mail 1:promise', 'note 1:promise'];
const FILED = ['issue PRODOPS', 'remote-link PRODOPS', ...TOLD];
const FOLLOWED = ['mail 1:follow-up', 'note 1:follow-up'];
const lastIssue = () => town().company.jira.issues().at(-1)!.key;
const terminate = (id: string) => town().client.workflow.getHandle(caseId(id)).terminate('by hand');
/** From now on every request that matches is answered so; until `clear`. */
const always = (faults: Faults, matcher: RegExp, status: number) => {
  faults.weather = ({ method, path }) => (matcher.test(`${method} ${path}`) ? { status } : null);
};
const withProdOps = async () => {
  const t = town();
  const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
  t.expectSent(...FILED);
  return { t, id, key: lastIssue() };
};
/** Until the case waits between two rounds of attempts: what it hears then, it acts on. */
const betweenAttempts = async (id: string) => {
  for (let n = 0; n < 100; n++) {
    const { raw } = await town().client.workflow.getHandle(caseId(id)).describe();
    if (!raw.pendingActivities?.length && (await town().state(id)).flagged?.startsWith('cannot ')) return;
    await town().sleep('20 seconds');
  }
  throw new Error(`case ${id} does not come to a wait`);
};
const hoursFromNow = async (dueAt: string) => Math.round((Date.parse(dueAt) - Date.parse(await town().now())) / HOUR);

describe('what is told to others goes beside what the member is owed', () => {
  test("Admin refuses the note on the account: the case goes on, and the member hears; resumed, the note is there", async () => {
    const t = town();
    always(t.company.admin.faults, /PUT .*notes/, 403);
    const id = await t.ticket({ errorKind: 'server-error', member });
    t.expectSent('issue INFRA', 'remote-link INFRA', ...TOLD, 'note 1:ask-report', 'note 1:parked-account-note');
    expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', needs: 'resume', flagged: expect.stringContaining('account-note') });
    await t.sleep('2 hours');
    t.expectSent('comment 1:remind-0');
    t.company.admin.faults.clear();
    expect(await t.says(id, 'resume', {})).toMatchObject({ accepted: true });
    t.expectSent('account-note');
    expect(await t.state(id)).toMatchObject({ needs: null, flagged: null });
    await t.when(t.company.jira.resolve(lastIssue(), 'Fixed'));
    t.expectSent(...FOLLOWED);
  });

  test('Jira is away when the team is to be reminded: the member hears the new time all the same', async () => {
    const { t, id, key } = await withProdOps();
    t.company.jira.faults.weather = () => ({ status: 503 });
    await t.sleep('25 hours');
    await t.sleep('10 minutes'); // An attempt may have been under way.
    t.expectSent('mail 1:new-time-1', 'note 1:new-time-1');
    t.company.jira.faults.clear();
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    await t.sleep('2 hours');
    t.expectSent(...FOLLOWED);
    expect(await t.state(id)).toMatchObject({ stage: 'confirming', flagged: null });
  });

  test('Jira is away when the issue has changed: the promise is kept meanwhile, and the resolution is heard when it is back', async () => {
    const { t, id, key } = await withProdOps();
    await t.sleep('12 hours');
    t.expectSent('comment 1:remind-0');
    t.company.jira.faults.weather = () => ({ status: 503 });
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    await t.sleep('5 minutes');
    expect(await t.state(id)).toMatchObject({ flagged: expect.stringContaining('cannot read the Jira issue yet') });
    await t.sleep('12 hours');
    t.expectSent('mail 1:new-time-1', 'note 1:new-time-1');
    t.company.jira.faults.clear();
    await t.sleep('1 hour');
    t.expectSent(...FOLLOWED);
    expect(await t.state(id)).toMatchObject({ stage: 'confirming', flagged: null });
  });

  test('Jira is away while the member answers: the answer is heard', async () => {
    const { t, id, key } = await withProdOps();
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    t.expectSent(...FOLLOWED);
    t.company.jira.faults.weather = () => ({ status: 503 });
    await t.when(t.company.jira.comment(key, 'shipped'));
    await t.sleep('5 minutes');
    await t.says(id, 'confirm', { verdict: 'works' });
    await t.sleep('1 minute');
    t.expectSent('note 1:record');
    expect(await t.record(id)).toMatchObject({ outcome: 'confirmed' });
  });

  test('what an earlier cycle promised is kept while the next one cannot be filed', async () => {
    const { t, id } = await withProdOps();
    always(t.company.jira.faults, /POST .*issue$/, 503);
    await t.says(id, 'reEscalate', { reason: 'the wrong program' });
    await t.sleep('25 hours');
    t.expectSent('mail 2:owed-new-time', 'note 2:owed-new-time');
    t.company.jira.faults.clear();
    await t.sleep('2 hours');
    t.expectSent('issue PRODOPS', 'remote-link PRODOPS', 'mail 2:promise', 'note 2:promise');
  });
});

describe('a time that a member is told lies ahead of them', () => {
  test('the first mail is held up for 30 hours: the hours run from when it goes out', async () => {
    const t = town();
    always(t.company.mail.faults, /^RCPT/, 451);
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    await t.sleep('30 hours');
    t.company.mail.faults.clear();
    await t.sleep('2 hours');
    t.expectSent(...FILED);
    const { promise } = await t.state(id);
    expect(await hoursFromNow(promise!.dueAt)).toBeGreaterThan(21);
  });

  test('a mail in doubt is sent again after its time is over: it names another one', async () => {
    const { t, id } = await withProdOps();
    await t.sleep('12 hours');
    t.company.mail.faults.next(/^DATA/, 'after');
    await t.sleep('12 hours');
    expect(t.sent()).toEqual(['comment 1:remind-0', 'mail 1:new-time-1', 'note 1:new-time-1']);
    expect(await t.state(id)).toMatchObject({ needs: 'mail-check' });
    await t.sleep('23 hours');
    t.sent();
    const { promise: before } = await t.state(id);
    await t.sleep('3 hours');
    t.sent();
    await t.says(id, 'settleMail', { outcome: 'resend' });
    t.expectSent('mail 1:new-time-1-again', 'note 1:new-time-1-again');
    const { promise } = await t.state(id);
    expect(promise!.dueAt > before!.dueAt).toBe(true);
    expect(await hoursFromNow(promise!.dueAt)).toBeGreaterThan(0);
  });
});

describe('a mail in doubt is not forgotten', () => {
  /** Two members of one case; the follow-up to each is lost on its way. */
  const twoInDoubt = async () => {
    const { t, id, key } = await withProdOps();
    const survivor = await t.ticket({ inquiry: 'cancellation', member: kim });
    t.expectSent('note 1:tier1-cancellation');
    await t.when(t.company.helpdesk.merge(id, survivor));
    t.sent();
    for (let i = 0; i < 2; i++) t.company.mail.faults.next(/^DATA/, 'after');
    await t.when(t.company.jira.resolve(key, 'Fixed'));
    t.expectSent(...FOLLOWED, `mail 1:follow-up-${id}`, `note 1:follow-up-${id}`);
    return { t, survivor, merged: id };
  };

  test("one of each member's: each is settled by its name, and none before the other hides it", async () => {
    const { t, survivor, merged } = await twoInDoubt();
    const names = ['follow-up', `follow-up-${merged}`];
    expect(await t.says(survivor, 'settleMail', { outcome: 'was-sent' })).toMatchObject({ accepted: false, reason: expect.stringContaining(names.join(', ')) });
    expect(await t.says(survivor, 'settleMail', { outcome: 'was-sent', mail: 'promise' })).toMatchObject({ accepted: false });
    await t.says(survivor, 'settleMail', { outcome: 'resend', mail: names[1]! });
    t.expectSent(`mail 1:follow-up-${merged}-again`, `note 1:follow-up-${merged}-again`);
    expect(await t.state(survivor)).toMatchObject({ needs: 'mail-check', flagged: expect.stringContaining('not known') });
    await t.says(survivor, 'settleMail', { outcome: 'was-sent' });
    expect(await t.state(survivor)).toMatchObject({ stage: 'confirming', needs: null, flagged: null });
  });

  test('the one member says that it works: the case does not end before the other mail is settled', async () => {
    const { t, survivor, merged } = await twoInDoubt();
    await t.says(survivor, 'confirm', { verdict: 'works' });
    expect(await t.state(survivor)).toMatchObject({ stage: 'closing', needs: 'mail-check' });
    t.expectNothingElse();
    await t.says(survivor, 'settleMail', { outcome: 'was-sent', mail: `follow-up-${merged}` });
    t.expectSent('note 1:record');
    expect(await t.record(survivor)).toMatchObject({ outcome: 'confirmed' });
  });

  test('closed, and the follow-up is lost on its way: the case stays until somebody has looked', async () => {
    const { t, id } = await withProdOps();
    t.company.mail.faults.next(/^DATA/, 'after');
    await t.says(id, 'close', { reason: 'handled by hand' });
    t.expectSent(...FOLLOWED);
    expect(await t.state(id)).toMatchObject({ stage: 'closing', needs: 'mail-check', flagged: expect.stringContaining('not known') });
    await t.sleep('24 hours');
    t.expectSent('note 1:mail-check-follow-up-reminder-1');
    await t.says(id, 'settleMail', { outcome: 'resend' });
    t.expectSent('mail 1:follow-up-again', 'note 1:follow-up-again', 'note 1:record');
    expect(await t.record(id)).toMatchObject({ outcome: 'closed' });
  });

  test('whoever closes it a second time takes it upon them', async () => {
    const t = town();
    t.company.mail.faults.next(/^DATA/, 'after');
    const id = await t.ticket({ inquiry: 'general-feedback', member });
    expect(t.sent()).toContain('mail 1:thanks');
    expect(await t.state(id)).toMatchObject({ stage: 'closing', needs: 'mail-check' });
    expect(await t.says(id, 'override', { team: 'Infra', reason: 'no' }, LEAD)).toMatchObject({ accepted: false });
    await t.says(id, 'close', { reason: 'it is only thanks' });
    t.expectSent('note 1:record');
    expect(await t.record(id)).toMatchObject({ outcome: 'handed-over' });
  });
});

describe('decided anew while a hand-over is on its way', () => {
  /** Jira files it, loses the answer, and is not asked again by itself before the ticket changes. */
  const lostOnTheWay = async () => {
    const t = town();
    let filed = false;
    t.company.jira.faults.weather = ({ method, path }) => {
      if (filed) return { status: 503 };
      if (method !== 'POST' || !path.endsWith('/issue')) return null;
      filed = true;
      return 'after';
    };
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    await betweenAttempts(id);
    t.expectSent('issue PRODOPS');
    expect(await t.state(id)).toMatchObject({ stage: 'escalating', flagged: expect.stringContaining('cannot issue yet') });
    return { t, id, key: lastIssue() };
  };

  test('Tier 1 resolves it now: the issue that is there is found, the member is promised, and a person says what goes on', async () => {
    const { t, id, key } = await lostOnTheWay();
    await t.when(t.company.helpdesk.setField(id, 'inquiry', 'cancellation'));
    t.company.jira.faults.clear();
    await t.sleep('2 hours');
    const sent = t.sent();
    expect(sent).toEqual(expect.arrayContaining(['remote-link PRODOPS', ...TOLD]));
    expect(sent.filter((line) => line.startsWith('note 1:choose-recategorised'))).toHaveLength(1);
    expect(await t.state(id)).toMatchObject({ stage: 'choosing', needs: 'choice', handoff: { team: 'ProdOps', issueKey: key } });
    expect(t.company.jira.issues().filter((i) => i.labels.includes(`onetouch-${id}-1`))).toHaveLength(1);
  });

  test('a lead sends it elsewhere: both teams have it, each in a cycle of its own', async () => {
    const { t, id, key } = await lostOnTheWay();
    t.company.jira.faults.clear();
    await t.says(id, 'override', { team: 'Infra', reason: 'it is the platform' }, LEAD);
    expect(t.sent()).toEqual(expect.arrayContaining(['issue INFRA', 'mail 2:promise']));
    expect(await t.state(id)).toMatchObject({ cycle: 2, handoff: { team: 'Infra' } });
    expect(t.company.jira.issue(lastIssue()).description).toContain(key);
  });

  test('nothing had been filed: it goes where the protocol says now', async () => {
    const t = town();
    t.company.jira.faults.weather = () => ({ status: 503 });
    const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member });
    await betweenAttempts(id);
    await t.when(t.company.helpdesk.setField(id, 'inquiry', 'cancellation'));
    t.company.jira.faults.clear();
    await t.sleep('2 hours');
    t.expectSent('note 1:tier1-cancellation');
    expect(await t.state(id)).toMatchObject({ stage: 'tier-1', handoff: null, flagged: null });
  });

  test('given to Tier 2, and the answer lost: found by its note', async () => {
    const t = town();
    let given = false;
    t.company.helpdesk.faults.weather = ({ method, body }) => {
      if (given) return method === 'GET' ? null : { status: 503 };
      if (method !== 'PUT' || !body.includes(':1:handed-over')) return null;
      given = true;
      return 'after';
    };
    // Nothing but the note itself says so: it is read where the ticket is not.
    const id = await t.ticket({ inquiry: 'device-standard-order', member });
    t.company.helpdesk.faults.clear();
    await t.sleep('2 hours');
    expect(t.sent()).toEqual(expect.arrayContaining(['note 1:handed-over', ...TOLD]));
    expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', handoff: { team: 'Tier 2' } });
  });
});

test('a closed ticket cannot be given to Tier 2: the case says so instead of waiting for nobody', async () => {
  const t = town();
  const id = await t.ticket({ inquiry: 'cancellation', member });
  t.expectSent('note 1:tier1-cancellation');
  t.company.helpdesk.faults.weather = ({ method, body }) => (method === 'PUT' && body.includes(':1:handed-over') ? { status: 503 } : null);
  await t.when(t.company.helpdesk.setField(id, 'inquiry', 'device-standard-order'));
  await t.sleep('1 minute');
  t.company.pointWebhooksAt(null);
  await t.company.helpdesk.setStatus(id, 'closed');
  t.company.helpdesk.faults.clear();
  await t.sleep('1 hour');
  expect(await t.state(id)).toMatchObject({ parked: true, needs: 'resume', flagged: expect.stringContaining('closed for good') });
  t.expectNothingElse();
  t.listen();
});

test('feedback that was passed on, terminated before its record: it ends, and nobody is promised anything', async () => {
  const t = town();
  for (let i = 0; i < 50; i++) t.company.helpdesk.faults.next(({ method, body }) => method === 'PUT' && body.includes(':1:record'), { status: 503 });
  const id = await t.ticket({ inquiry: 'general-feedback', member });
  expect(t.sent()).toContain('mail 1:thanks');
  await terminate(id);
  t.company.helpdesk.faults.clear();
  await t.when(t.company.helpdesk.agentNotes(id, 'nice'));
  t.expectSent('note 1:record');
  expect(await t.record(id)).toMatchObject({ outcome: 'handed-over' });
});

test('merged between two cycles: what its member is still owed goes to the surviving ticket', async () => {
  const { t, id } = await withProdOps();
  t.company.jira.faults.weather = () => ({ status: 503 });
  await t.says(id, 'reEscalate', { reason: 'the wrong program' });
  await betweenAttempts(id);
  const survivor = await t.ticket({ inquiry: 'cancellation', member: kim });
  await t.when(t.company.helpdesk.merge(id, survivor));
  t.company.jira.faults.clear();
  await t.sleep('1 hour');
  t.sent();
  await t.sleep('25 hours');
  expect(t.sent()).toEqual(expect.arrayContaining([`mail 1:owed-new-time-${id}`]));
  await t.when(t.company.helpdesk.solve(survivor));
  expect(t.sent()).toEqual(expect.arrayContaining([`mail 1:follow-up-${id}`]));
});

describe('Jira speaks of an issue', () => {
  test('that was moved to another project: it is followed under its new key', async () => {
    const { t, id, key } = await withProdOps();
    let moved = '';
    await t.when(async () => void (moved = await t.company.jira.move(key, 'INFRA')));
    expect(await t.state(id)).toMatchObject({ handoff: { issueKey: moved } });
    await t.when(t.company.jira.resolve(moved, 'Fixed'));
    t.expectSent(...FOLLOWED);
  });

  test('of another one first: the word of its own is not lost with it', async () => {
    const { t, id, key } = await withProdOps();
    const stop = t.keepWebhooks();
    await t.company.jira.resolve(key, 'Fixed');
    await t.when(async () => {
      await t.cases.issueChanged(id, { id: 'a', via: 'sweep', at: await t.now(), key: 'PRODOPS-999' });
      await t.cases.issueChanged(id, { id: 'b', via: 'sweep', at: await t.now(), key });
    });
    expect(stop.length).toBeGreaterThan(0);
    t.expectSent(...FOLLOWED);
    t.listen();
  });

  test('that was in progress when the case began anew: that is no progress since, and the team is reminded', async () => {
    const { t, id, key } = await withProdOps();
    await t.when(t.company.jira.transition(key, 'In Progress'));
    await t.sleep('11 hours');
    await terminate(id);
    await t.when(t.company.helpdesk.agentNotes(id, 'looking'));
    await t.sleep('2 hours');
    t.expectSent('comment 1:remind-0');
  });
});

test('a hint that the ticket was merged, and the ticket says nothing of it: it is not believed', async () => {
  const { t, id } = await withProdOps();
  await t.when(async () => t.cases.knock(id, { id: 'merged', via: 'webhook', at: await t.now(), mergedInto: '99999' }));
  expect(await t.state(id)).toMatchObject({ stage: 'awaiting-resolution', ticket: { mergedInto: null } });
});

test('the answer is on the ticket and the word of it was lost: nobody is asked again', async () => {
  const t = town();
  const id = await t.ticket({ inquiry: 'vmp-scheduling-blocked', member: { name: 'Sam', email: 'sam@example.com' } });
  const asked = t.sent();
  expect(asked.join()).toContain('ask-memberId');
  t.company.pointWebhooksAt(null);
  await t.company.helpdesk.setField(id, 'inquiry', 'cancellation');
  await t.sleep('24 hours');
  t.expectSent('note 1:tier1-cancellation');
  t.listen();
});
