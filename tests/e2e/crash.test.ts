/**
 * Crash points: for each outside effect the worker is killed before its request, after it was sent, after it was
 * done and after its answer. `npm run crash` does it as often as it is told.
 */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { POINTS, type CrashEffect, type Point } from '../../chaos/crash-effect.js';
import { EFFECTS, FAMILIES } from '../../chaos/crash-points.js';
import { crashTable } from '../../chaos/crash-report.js';
import { compare, crashAll, type Crash } from '../../chaos/crash-run.js';
import { openCrashSite, type CrashSite } from '../../chaos/crash-site.js';
import { grpcMessages } from '../../chaos/crash-temporal.js';
import { withSection } from '../../chaos/report.js';

const named = (name: string): CrashEffect => EFFECTS.find((e) => e.name === name)!;

describe('SIGKILL at every point', () => {
  const sites: CrashSite[] = [];
  let crashes: Crash[];
  // One kill for all of them at each of two sites; then those that take a minute to be brought to their points, at a third.
  beforeAll(async () => {
    const crashed = async (effects: readonly CrashEffect[]) => {
      const site = await openCrashSite(['--import', 'tsx', 'src/worker.ts']);
      sites.push(site);
      const wanted = effects.flatMap((effect, i) => POINTS.map((point) => ({ effect, point, carriedOut: i % 2 === 1 })));
      return crashAll(site, wanted, wanted.length);
    };
    crashes = (await Promise.all([crashed(FAMILIES.cases), crashed(FAMILIES.groups)])).flat();
    crashes.push(...(await crashed(FAMILIES.joined)));
  }, 900_000);
  afterAll(() => Promise.all(sites.map((site) => site.close())));

  for (const effect of EFFECTS)
    test(`of "${effect.name}": every effect of its case is there exactly once, and a mail in doubt is a person’s`, () => {
      const its = crashes.filter((c) => c.victim.effect === effect);
      expect(its.filter((c) => c.missed === null).map((c) => c.victim.point).sort()).toEqual([...POINTS].sort());
      for (const { victim, wrong, recoveryMs } of its) {
        expect([victim.point, wrong]).toEqual([victim.point, null]);
        expect(recoveryMs).toBeGreaterThan(0);
      }
    });
});

describe('the judge', () => {
  const issue = named('Jira: create the issue');
  const mail = named('Mail');
  const judge = (effect: CrashEffect, point: Point, done: readonly string[], needs: string | null = null) => compare({ effect, point, carriedOut: false }, done, needs);

  test('tells what is lost and what is there twice', () => {
    expect(judge(issue, 'done', issue.all)).toBe(null);
    expect(judge(issue, 'done', [...issue.all, 'issue PRODOPS'])).toContain('issue PRODOPS, issue PRODOPS');
    expect(judge(issue, 'done', issue.all.filter((what) => what !== 'remote-link PRODOPS'))).toContain('expected');
    expect(judge(issue, 'done', [...issue.all, 'mail 1:promise'])).toBe('mails: mail 1:promise, mail 1:promise; expected: mail 1:promise');
    expect(judge(issue, 'done', issue.all, 'resume')).toBe('it needs resume');
  });

  test('knows a mail by its name and its reader', () => {
    const instead = (other: string) => issue.all.map((what) => (what === 'mail 1:promise' ? other : what));
    for (const other of ['mail 1:follow-up', 'mail 1:promise to other@example.com']) {
      expect(judge(issue, 'done', instead(other))).toBe(`mails: ${other}; expected: mail 1:promise`);
      expect(compare({ effect: issue, point: 'done', carriedOut: false }, instead(other), null, true)).toBe(`mails that nobody is owed: ${other}`);
    }
    const ops = named('Mail to ops');
    expect(judge(ops, 'before', ops.all.filter((what) => what !== 'mail to ops'), 'mail-check')).toBe(null);
    expect(judge(ops, 'before', ops.all.filter((what) => what !== 'mail 1:promise'), 'mail-check')).toContain('expected: mail 1:promise');
  });

  test('lets a look be taken again where it had ended unheard, and nowhere else; and knows what a person has to do', () => {
    const look = named('Admin: end a look as a member');
    const twice = [...look.all, look.counted];
    expect(judge(look, 'done', twice, 'facts')).toBe(null);
    expect(judge(look, 'done', look.all, 'facts')).toContain('expected');
    expect(judge(look, 'before', twice, 'facts')).toContain('expected');
    expect(compare({ effect: look, point: 'before', carriedOut: false }, twice, 'facts', true)).toBe(null);
    expect(judge(look, 'before', [...look.all, 'a look as M-1 that was not ended'], 'facts')).toContain('not ended');
    expect(judge(look, 'before', look.all)).toBe('it needs nobody');
  });

  test('wants an agent to be asked about a mail in doubt, and about no other', () => {
    const none = mail.all.filter((what) => what !== 'mail 1:promise');
    expect(judge(mail, 'sent', none, 'mail-check')).toBe(null);
    expect(judge(mail, 'sent', none)).toContain('nobody is asked');
    expect(judge(mail, 'done', none, 'mail-check')).toBe('mails: none; expected: mail 1:promise');
    expect(judge(issue, 'done', issue.all, 'mail-check')).toContain('certainly went');
  });
});

test('a completion is legible on the wire, compressed or not', () => {
  const data = (flag: number, message: Buffer) => {
    const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 1, flag, 0, 0, 0, 0]);
    head.writeUIntBE(message.length + 5, 0, 3);
    head.writeUInt32BE(message.length, 10);
    return Buffer.concat([head, message]);
  };
  const headers = Buffer.from([0, 0, 2, 1, 4, 0, 0, 0, 1, 0x82, 0x84]);
  const cut = data(0, Buffer.from('cut short')).subarray(0, 16);
  expect(grpcMessages(Buffer.concat([headers, data(0, Buffer.from('case-5001')), headers, data(1, gzipSync('case-5002')), cut]))).toEqual(['case-5001', 'case-5002']);
});

test('the report has a line for each point, and leaves the rest of the document as it is', () => {
  const crash = (recoveryMs: number): Crash => ({ victim: { effect: named('Mail'), point: 'sent', carriedOut: false, ticketId: '1', memberId: 'M-1', email: '', survivor: '', problem: '', group: '', other: '', otherProblem: '' }, recoveryMs, wrong: null, times: 0, mailInDoubt: true, missed: null });
  const table = crashTable([crash(20_000), crash(21_000), crash(22_000)]);
  expect(table).toContain('| Mail | sent | 3 | 0 | 3 | 0 | 21.0 s | 22.0 s |');
  const first = withSection('# Title\n', 'crash', 'one');
  expect(withSection(`${first}\nafter\n`, 'crash', 'two')).toBe(`${first.replace('one', 'two')}\nafter\n`);
});
