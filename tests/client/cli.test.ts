import { describe, expect, test } from 'vitest';
import { TemporalAway } from '../../src/client/errors.js';
import { loadGatewayConfig } from '../../src/config.js';
import { freePort } from '../../src/dev/ports.js';
import { startIdentity } from '../../src/sandbox/identity/provider.js';
import { signHelpdesk } from '../../src/web/webhooks/sign.js';
import { SECRETS } from '../setup/secrets.js';
import { AT, GROUP, ROW, RULING, TIMELINE, VIEW } from '../web/fake-cases.js';
import { PROBLEM } from '../web/fake-problems.js';
import { AUDIT_KEY, HELPDESK_SECRET, issueEvent, JIRA_SECRET, ticketEvent, TOKEN } from '../web/town.js';
import { onetouch, said } from './onetouch.js';

describe('the audit', () => {
  test('a case, an export, and its check', async () => {
    expect((await onetouch(['audit', '5158'])).out).toMatch(/^AT +OF +CYCLE +WHAT +BY +ROW +TEXT\n2026-07-01 12:00Z +case +1 +ruled/);
    expect((await onetouch(['audit', PROBLEM])).out).toMatch(/\n2026-07-01 12:00Z +problem +1 +ruled/);
    expect(await onetouch(['audit', 'problem-x'])).toMatchObject({ code: 2, err: expect.stringContaining('ticket number') });
    const identity = await startIdentity({ port: 0 });
    const { oidc } = loadGatewayConfig({ ...identity.env, ...SECRETS });
    const signedIn = { oidc, env: { API_TOKEN: '', ONETOUCH_TOKEN: await identity.tokenFor('auditor') } };
    const { out, code } = await onetouch(['audit-export', '--from', '2026-07-01T00:00:00Z'], signedIn);
    await identity.close();
    expect(code).toBe(0);
    const files = { export: `${out}\n`, forged: `${out.replace('vmp/ripe', 'vmp/unmet')}\n`, pem: AUDIT_KEY.publicPem };
    expect(await onetouch(['audit-verify', 'export'], { files })).toMatchObject({ code: 0, out: expect.stringMatching(/^Unchanged: \d+ entries/) });
    expect(await onetouch(['audit-verify', 'export', '--key', 'pem'], { files, env: { ONETOUCH_URL: 'http://127.0.0.1:9' } })).toMatchObject({ code: 0 });
    expect(await onetouch(['audit-verify', 'forged'], { files })).toMatchObject({ code: 1, err: expect.stringMatching(/^Changed: line \d/) });
    expect(await onetouch(['audit-verify', 'nowhere'], { files })).toMatchObject({ code: 2 });
  });
});

describe('looking', () => {
  test('cases: a table for people', async () => {
    const { code, out, calls } = await onetouch(['cases', '--open', '--team', 'ProdOps', '--flagged', '-n', '3']);
    expect(code).toBe(0);
    const [head, line] = out.split('\n');
    expect(head).toMatch(/^TICKET +STAGE +NEEDS +FLAG +ROW +TEAM +JIRA +PROMISE DUE +CYCLE +OUTCOME$/);
    expect(line).toMatch(/^5158 +awaiting-resolution +flagged +vmp\/ripe +ProdOps +OPS-7 +2026-07-02 12:00Z +1$/);
    expect(calls).toEqual([['list', { query: 'ExecutionStatus = "Running" AND Team = "ProdOps" AND Flagged = true', limit: 3 }]]);
  });

  test('cases, show, explain: JSON for programs', async () => {
    expect(JSON.parse((await onetouch(['cases', '--json'])).out)).toEqual([ROW]);
    expect(JSON.parse((await onetouch(['--json', 'show', '5158'])).out)).toMatchObject({ ...VIEW, timeline: TIMELINE });
    expect(JSON.parse((await onetouch(['explain', '5158', '--json'])).out)).toEqual(RULING);
  });

  test('show: the state and the record', async () => {
    const { code, out } = await onetouch(['show', '5158']);
    expect(code).toBe(0);
    expect(out).toContain('Waits for    ProdOps to resolve OPS-7, until 2026-07-02 12:00 UTC');
    expect(out).toContain('With         ProdOps, OPS-7, since 2026-07-01 12:00Z');
    expect(out).toContain('Problem      problem-server-error-0a1b2c3d4e5');
    expect(out).toMatch(/2026-07-01 12:00Z +1 +did +onetouch +filed +\[31mOPS-7 \(2 times\)/);
  });

  test('group: its step, the change that waits, the evidence and the steps', async () => {
    const { code, out, calls } = await onetouch(['group', '5158']);
    expect([code, calls]).toEqual([0, [['group', '5158']]]);
    expect(out).toContain('Change        enabled of G-1 from off to on at version 3');
    expect(out).toMatch(/access\/group-enabled +failed +disabled +Admin/);
    expect(out).not.toMatch(/\u001b/);
    expect(JSON.parse((await onetouch(['group', '5158', '--json'])).out)).toEqual(GROUP);
  });

  test('explain: the row, its grounds, and why no other', async () => {
    const { out } = await onetouch(['explain', '5158']);
    expect(out).toContain('Ruling       escalate to ProdOps, priority Normal');
    expect(out).toMatch(/requirementsAllTrueSince +HGP +2026-07-01 12:00Z +2026-06-28T12:00:00Z/);
    expect(out).toMatch(/vmp\/unmet +no requirement is FALSE/);
  });

  test('nothing from outside steers the terminal, in tables or in JSON', async () => {
    for (const argv of [['show', '5158'], ['show', '5158', '--json']]) {
      const { out } = await onetouch(argv);
      expect(out).toContain('31mOPS-7');
      expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
  });
});

describe('saying', () => {
  test.each<[string[], string, object]>([
    [['close', '5158', '--reason', 'solved by phone'], 'close', { reason: 'solved by phone' }],
    [['close', '5158', '-r', 'x', '--without-follow-up'], 'close', { reason: 'x', withoutFollowUp: true }],
    [['override', '5158', '--team', 'Infra', '-r', 'x', '--break-glass'], 'override', { team: 'Infra', reason: 'x', breakGlass: true }],
    [['re-escalate', '5158', '-r', 'still down'], 'reEscalate', { reason: 'still down' }],
    [['override', '5158', '--team', 'Tier 2', '-r', 'x'], 'override', { team: 'Tier 2', reason: 'x' }],
    [
      ['provide', '5158', 'bugConfirmed=yes', 'troubleshootingDone=false', 'memberId=123', 'inquiry=none', 'report.errorText=a=b'],
      'provide',
      { facts: { bugConfirmed: true, troubleshootingDone: false, memberId: '123', inquiry: null }, report: { errorText: 'a=b' } },
    ],
    [['provide', '5158', 'unmetRequirements=Consent, Intake form'], 'provide', { facts: { unmetRequirements: ['Consent', 'Intake form'] } }],
    [['provide', '5158', 'unmetRequirements=["a, b"]'], 'provide', { facts: { unmetRequirements: ['a, b'] } }],
    [['provide', '5158', '--from-json', '{"facts":{"ordered":true}}'], 'provide', { facts: { ordered: true } }],
    [['confirm', '5158', 'still-broken', '--how', 'call'], 'confirm', { verdict: 'still-broken', how: 'call' }],
    [['choose', '5158', 'keep-waiting', '-r', 'x'], 'choose', { choice: 'keep-waiting', reason: 'x' }],
    [['resume', '5158'], 'resume', {}],
    [['resume', '5158', '--note', 'mended'], 'resume', { note: 'mended' }],
    [['promise', '5158', '2026-07-01T17:00:00Z'], 'setPromise', { dueAt: '2026-07-01T17:00:00.000Z' }],
    [['mail', '5158', 'resend'], 'settleMail', { outcome: 'resend' }],
    [['fix', '5158', '-r', 'it is ours'], 'fix', { reason: 'it is ours' }],
    [['approve', '5158', '--group', 'G-1', '--field', 'enabled', '--from', 'off', '--to', 'on', '--version', '3', '-r', 'nobody else is here', '--break-glass'], 'approve', { groupId: 'G-1', field: 'enabled', from: false, to: true, version: '3', reason: 'nobody else is here', breakGlass: true }],
    [['approve', '5158', '--group', 'G-1', '--field', 'enabled', '--from', 'off', '--to', 'on', '--version', '3'], 'approve', { groupId: 'G-1', field: 'enabled', from: false, to: true, version: '3' }],
    [['refuse', '5158', '-r', 'no'], 'refuse', { reason: 'no' }],
    [['observed', '5158', 'works'], 'observed', { login: 'works' }],
  ])('%j', async (argv, verb, body) => {
    const { code, out, calls } = await onetouch(argv);
    expect([code, out]).toEqual([0, 'The case took it up.']);
    // A privileged one asks for the cycle first, and takes its grant along.
    const onGroup = verb === 'fix' || verb === 'approve';
    const privileged = onGroup || verb === 'override' || 'withoutFollowUp' in body;
    expect(calls).toEqual([...(privileged ? [['state', '5158']] : []), [verb, '5158', { ...said(body), ...(privileged && { grant: expect.objectContaining({ verb, of: onGroup ? 'group-5158-1' : 'case-5158' }) }) }]]);
  });

  test('provide reads JSON from stdin', async () => {
    const { calls } = await onetouch(['provide', '5158', '--from-json', '-'], { stdin: '{"report":{"impact":"group"}}' });
    expect(calls).toEqual([['provide', '5158', said({ report: { impact: 'group' } })]]);
  });

  test('a name goes with it, in any script; the same key is the same command', async () => {
    const argv = ['resume', '5158', '--as', 'Zoë Åström', '--key', 'k1'];
    const [one, two] = [await onetouch(argv), await onetouch(argv)];
    expect(one.calls).toEqual([['resume', '5158', said({}, 'Zoë Åström')]]);
    expect(two.calls).toEqual(one.calls);
    expect((await onetouch(['resume', '5158'])).calls).not.toEqual((await onetouch(['resume', '5158'])).calls);
  });

  test('the token of the dev start is used where none is set', async () => {
    const { code } = await onetouch(['show', '5158'], { env: { API_TOKEN: '' }, files: { token: `${TOKEN}\n` } });
    expect(code).toBe(0);
  });
});

describe('exit codes', () => {
  const refusal = { accepted: false, row: 'cancellation', reason: 'Tier 1 processes it in Admin.' } as const;

  test('3: refused by the protocol, citing the row', async () => {
    const { code, err, out } = await onetouch(['re-escalate', '5158', '-r', 'x'], { answer: refusal });
    expect([code, err, out]).toEqual([3, 'Refused by cancellation: Tier 1 processes it in Admin.', '']);
    const asJson = await onetouch(['re-escalate', '5158', '-r', 'x', '--json'], { answer: refusal });
    expect([asJson.code, JSON.parse(asJson.out)]).toEqual([3, refusal]);
  });
  test('4: no such case', async () => {
    const { code, err } = await onetouch(['show', '6000']);
    expect([code, err]).toEqual([4, expect.stringContaining('6000')]);
  });
  test('5: Temporal is away', async () => {
    const { code, err } = await onetouch(['cases'], { fails: () => new TemporalAway('No worker is running.') });
    expect([code, err]).toEqual([5, 'No worker is running.']);
  });
  test('5: no gateway is there', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, err } = await onetouch(['cases', '--url', url]);
    expect([code, err]).toEqual([5, expect.stringContaining(url)]);
  });
  test('1: the token is wrong', async () => {
    const { code, err } = await onetouch(['cases'], { env: { API_TOKEN: 'wrong' } });
    expect([code, err]).toEqual([1, expect.stringContaining('API_TOKEN')]);
  });
  test.each<[string[], RegExp]>([
    [['close', '5158'], /--reason/],
    [['show'], /ticket/],
    [['conquer', '5158'], /conquer/],
    [['override', '5158', '-t', 'Marketing', '-r', 'x'], /Tier 2, Coach Support, ProdOps, Infra/],
    [['provide', '5158'], /provides nothing/],
    [['provide', '5158', 'bugConfirmed'], /name=value/],
    [['provide', '5158', 'bugConfirmed=perhaps'], /bugConfirmed must be yes or no/],
    [['provide', '5158', 'colour=red'], /colour.*report\.errorText/],
    [['provide', '5158', 'unmetRequirements=[1'], /unmetRequirements is not JSON/],
    [['provide', '5158', 'ordered=yes', '--from-json', '{}'], /not both/],
    [['provide', '5158', '--from-json', '{'], /not JSON/],
    [['provide', '5158', 'ooeResult=fine'], /ooeResult/],
    [['confirm', '5158', 'maybe'], /verdict/],
    [['promise', '5158', '2020-01-01T00:00:00Z'], /future/],
    [['show', 'abc'], /ticket number/],
    [['cases', '--needs', 'sleep'], /needs/],
    [['cases', '--url', 'nowhere'], /nowhere/],
  ])('2: %j', async (argv, why) => {
    const { code, err } = await onetouch(argv);
    expect([code, err]).toEqual([2, expect.stringMatching(why)]);
  });
  test('0: help', async () => {
    const { code, out } = await onetouch(['--help']);
    expect([code, out]).toEqual([0, expect.stringContaining('replay-webhook')]);
  });
});

describe('decide', () => {
  const now = '2026-07-03T12:00:00.000Z';
  const facts = JSON.stringify({ inquiry: 'vmp-scheduling-blocked', memberId: 'm-1', requirementsAllTrueSince: '2026-07-01T12:00:00Z', unmetRequirements: [] });

  test('rules on facts from stdin, as of a time, without the gateway', async () => {
    const { code, out, calls } = await onetouch(['decide', '--now', now], { stdin: facts, env: { ONETOUCH_URL: 'nowhere', API_TOKEN: '' } });
    expect([code, calls]).toEqual([0, []]);
    expect(JSON.parse(out)).toMatchObject({ row: 'vmp/settling', kind: 'wait', until: '2026-07-03T12:00:00.001Z', at: now });
  });
  test('another holding time', async () => {
    const { out } = await onetouch(['decide', '--now', now, '--hold-hours', '47.5'], { stdin: facts });
    expect(JSON.parse(out)).toMatchObject({ row: 'vmp/ripe', kind: 'escalate', team: 'ProdOps' });
  });
  test.each([
    ['no JSON', '{', [], /JSON/],
    ['no facts', '{"weather":"fine"}', [], /weather/],
    ['a fact of a wrong type', '{"ordered":"no"}', [], /ordered/],
    ['a time that is none', '{}', ['--now', 'noon'], /ISO 8601/],
    ['hours that are none', '{}', ['--hold-hours', 'two'], /holdMs/],
  ])('2: %s', async (_, stdin, more, why) => {
    const { code, out, err } = await onetouch(['decide', ...more], { stdin });
    expect([code, out, err]).toEqual([2, '', expect.stringMatching(why)]);
  });
});

describe('replay-webhook', () => {
  const secrets = { HELPDESK_WEBHOOK_SECRET: `${HELPDESK_SECRET},other`, JIRA_WEBHOOK_SECRET: JIRA_SECRET };
  const event = JSON.stringify(ticketEvent());
  const stored = (at: string, body: unknown = event) =>
    JSON.stringify({
      path: '/webhooks/helpdesk',
      headers: {
        Host: 'elsewhere.example',
        'Content-Length': '1',
        'X-Zendesk-Webhook-Signature': signHelpdesk(HELPDESK_SECRET, at, Buffer.from(event)),
        'X-Zendesk-Webhook-Signature-Timestamp': at,
      },
      body,
    });

  test('a stored one goes out as it is', async () => {
    const { code, out, calls } = await onetouch(['replay-webhook', 'w.json'], { files: { 'w.json': stored(AT) } });
    expect([code, out, calls.length]).toEqual([0, 'Heard by the case of ticket 5158.', 1]);
  });
  test('an old one is refused as it is, and heard when signed anew, under the same id', async () => {
    const old = { 'w.json': stored('2026-06-01T12:00:00Z') };
    const refused = await onetouch(['replay-webhook', 'w.json'], { files: old });
    expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/^401: .*timestamp/)]);
    const heard = await onetouch(['replay-webhook', '--sign', 'w.json'], { files: old, env: secrets });
    const first = await onetouch(['replay-webhook', 'w.json'], { files: { 'w.json': stored(AT) } });
    expect(heard.calls).toEqual(first.calls);
  });
  test('a body stored as an object is sent as JSON', async () => {
    const { out } = await onetouch(['replay-webhook', '--sign', 'w.json', '--json'], { files: { 'w.json': stored(AT, ticketEvent()) }, env: secrets });
    expect(JSON.parse(out)).toEqual({ heard: ['5158'] });
  });
  test("a bare body is signed: the helpdesk's, or Jira's as of now", async () => {
    const files = { 'h.json': event, 'j.json': JSON.stringify(issueEvent({ timestamp: 1 })) };
    expect((await onetouch(['replay-webhook', 'h.json'], { files, env: secrets })).code).toBe(0);
    const { code, calls } = await onetouch(['replay-webhook', 'j.json'], { files, env: secrets });
    expect([code, calls]).toEqual([0, [['issueChanged', '5158', expect.objectContaining({ key: 'OPS-7', at: AT })]]]);
  });
  test.each([
    ['no such file', {}, secrets, /ENOENT/],
    ['no secret to sign with', { 'w.json': event }, {}, /HELPDESK_WEBHOOK_SECRET/],
    ['another path', { 'w.json': '{"path":"/api/cases","body":""}' }, secrets, /path/],
    ['headers that are none', { 'w.json': '{"path":"/webhooks/jira","headers":{"x":1},"body":""}' }, secrets, /headers/],
  ])('2: %s', async (_, files, env, why) => {
    const { code, err, calls } = await onetouch(['replay-webhook', 'w.json'], { files, env });
    expect([code, err, calls]).toEqual([2, expect.stringMatching(why), []]);
  });
  test('5: Temporal is away', async () => {
    const { code } = await onetouch(['replay-webhook', 'w.json'], { files: { 'w.json': stored(AT) }, fails: () => new TemporalAway('away') });
    expect(code).toBe(5);
  });
});
