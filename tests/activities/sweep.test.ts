/** The sweep finds what a webhook lost, and nothing that goes wrong with one ticket or issue keeps it from the others. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { problemLabel } from '../../src/domain/problem.js';
import { issueDigest, issueSnapshot, snapshot, ticketDigest } from '../../src/domain/snapshot.js';
import { quietRuntime } from '../setup/quiet.js';
import { swept } from './swept.js';

beforeAll(quietRuntime);
const MINUTE_MS = 60_000;

describe('tickets', () => {
  test('one that the helpdesk refuses to show is named; all others are knocked at, and it is too once it can be read', async () => {
    const s = await swept();
    const ids = await s.tickets(40);
    const bad = ids[3]!;
    s.company.helpdesk.faults.weather = ({ path }) => (path.startsWith(`/api/v2/tickets/${bad}/comments`) ? { status: 403 } : null);
    const { knocked, isThrough, position } = await s.sweep('helpdesk');
    expect([knocked, isThrough]).toEqual([39, true]);
    // Tried once more at once; then it has to wait a little.
    expect(position.left).toEqual({ [bad]: expect.objectContaining({ times: 2, why: expect.stringContaining('403') }) });
    const asked: string[] = [];
    s.company.helpdesk.faults.weather = ({ method, path }) => (asked.push(`${method} ${path.replace(/\?.*/, '')}`), path.includes(bad) ? { status: 403 } : null);
    await s.sweep('helpdesk');
    expect(asked).toEqual(['GET /api/v2/incremental/tickets/cursor']);
    s.positions.helpdesk.left[bad]!.againAt = new Date().toISOString();
    expect(await s.sweep('helpdesk')).toMatchObject({ knocked: 0, position: { left: { [bad]: { times: 3 } } } });
    expect(asked.slice(1)).toEqual(['GET /api/v2/incremental/tickets/cursor', `GET /api/v2/tickets/${bad}`]);
    s.company.helpdesk.faults.weather = null;
    s.positions.helpdesk.left[bad]!.againAt = new Date().toISOString();
    expect(await s.sweep('helpdesk')).toMatchObject({ knocked: 1, position: { left: {} } });
    expect(s.told.toSorted()).toEqual(ids.map((id) => `ticket ${id}`));
  });

  test('a helpdesk that allows 60 requests a minute: each minute it comes further, and nobody is looked at twice', async () => {
    const s = await swept();
    const ids = await s.tickets(100);
    for (const [i, id] of ids.entries()) if (i % 2) s.known.cases.set(id, { cycle: 1, ticket: ticketDigest(snapshot(await s.helpdesk.readTicket(id))), issue: null });
    const knocked: number[] = [];
    let asked = 0;
    for (let minute = 0; minute < 10; minute++) {
      let left = 60;
      s.company.helpdesk.faults.weather = () => (asked++, left-- > 0 ? null : { status: 429, headers: { 'Retry-After': '30' } });
      const walked = await s.sweep('helpdesk');
      knocked.push(s.told.length);
      if (walked.isThrough) break;
      expect(walked.stopped).toEqual({ why: expect.stringContaining('429'), waitMs: 30_000 });
      expect(walked.position.left).toEqual({});
    }
    expect(s.told.toSorted()).toEqual(ids.filter((_, i) => i % 2 === 0).map((id) => `ticket ${id}`));
    // One for who is known; of the others it is made sure, by three more. Six at once are refused at the end of a minute.
    expect(asked).toBeLessThan(50 + 50 * 4 + knocked.length * (6 * 3 + 1));
  });

  test('an export of more pages than it allows a minute goes on at its cursor', async () => {
    const pages: number[] = [];
    let left = 10;
    const s = await swept({
      async fetch(input, init) {
        const url = new URL(String(input));
        if (!url.pathname.includes('/incremental/')) return fetch(input, init);
        if (left-- <= 0) return new Response('{}', { status: 429, headers: { 'retry-after': '60' } });
        const at = Number(url.searchParams.get('cursor') ?? 0);
        pages.push(at);
        return Response.json({ tickets: [], after_cursor: String(at + 1), end_of_stream: at >= 14 });
      },
    });
    expect(await s.sweep('helpdesk')).toMatchObject({ isThrough: false, stopped: { waitMs: MINUTE_MS }, position: { cursor: '10' } });
    left = 10;
    expect(await s.sweep('helpdesk')).toMatchObject({ isThrough: true, stopped: null });
    expect(pages).toEqual([...Array(15).keys()]);
    left = 10;
    await s.sweep('helpdesk');
    expect(pages.at(-1)).toBe(15);
  });

  test('an attempt that is lost in the middle is gone on with by the next one', async () => {
    const s = await swept();
    const ids = await s.tickets(5);
    const lost = { position: { ...s.positions.helpdesk, done: await s.listed(ids.slice(0, 3)) }, knocked: 3, healed: 0, isThrough: false, stopped: null };
    expect(await s.sweep('helpdesk', lost)).toMatchObject({ knocked: 5, isThrough: true });
    expect(s.told.toSorted()).toEqual(ids.slice(3).map((id) => `ticket ${id}`));
  });

  test('what came, or changed once more, after the attempt that was lost had listed its page, is passed by no more than the rest', async () => {
    const s = await swept();
    const ids = await s.tickets(3);
    // It had looked at the first one, and was lost.
    const lost = { position: { ...s.positions.helpdesk, done: await s.listed(ids.slice(0, 1)) }, knocked: 1, healed: 0, isThrough: false, stopped: null };
    const [later] = await s.tickets(1);
    expect(await s.sweep('helpdesk', structuredClone(lost))).toMatchObject({ isThrough: true });
    expect(s.told.toSorted()).toEqual([...ids.slice(1), later].map((id) => `ticket ${id}`));
    s.told.length = 0;
    await sleep(1_100); // The helpdesk tells the time in seconds.
    await s.company.helpdesk.memberReplies(ids[0]!, 'And now?');
    expect(await s.sweep('helpdesk', structuredClone(lost))).toMatchObject({ isThrough: true });
    expect(s.told.toSorted()).toEqual([...ids, later].map((id) => `ticket ${id}`));
  });

  test('an attempt hands back where it stands when its time is over', async () => {
    const s = await swept({ longestMs: 0 });
    await s.tickets(2);
    const { position: begun, ...walked } = await s.sweep('helpdesk');
    expect(walked).toEqual({ knocked: 0, healed: 0, isThrough: false, stopped: null });
    expect(begun).toMatchObject({ done: null, left: {} });
  });

  test('away: it is asked once, and the mark stays', async () => {
    const s = await swept();
    await s.tickets(3);
    const before = structuredClone(s.positions.helpdesk);
    let asked = 0;
    s.company.helpdesk.faults.weather = () => (asked++, { status: 503 });
    expect(await s.sweep('helpdesk')).toEqual({ position: before, knocked: 0, healed: 0, isThrough: false, stopped: { why: expect.stringContaining('503'), waitMs: 0 } });
    expect(asked).toBe(1);
  });

  test('away for all but its list: it stops after some, and comes through afterwards', async () => {
    const s = await swept();
    const ids = await s.tickets(60);
    s.company.helpdesk.faults.weather = ({ path }) => (path.includes('/comments') ? { status: 500 } : null);
    const { stopped, position } = await s.sweep('helpdesk');
    expect(stopped).toEqual({ why: expect.stringContaining('500'), waitMs: 0 });
    expect(Object.keys(position.left).length).toBeLessThan(20);
    expect(position.done!.length).toBeLessThan(20);
    s.company.helpdesk.faults.weather = null;
    expect(await s.sweep('helpdesk')).toMatchObject({ isThrough: true, knocked: 60, position: { left: {} } });
    expect(s.told.toSorted()).toEqual(ids.map((id) => `ticket ${id}`));
  });

  test('thousands are refused: the list waits for them, and goes on when they can be read', async () => {
    const s = await swept();
    const [id] = await s.tickets(1);
    const past = new Date(Date.now() - MINUTE_MS).toISOString();
    for (let i = 0; i < 2_000; i++) s.positions.helpdesk.left[String(90_000 + i)] = { why: 'it was refused (403)', since: past, times: 9, againAt: past };
    s.company.helpdesk.faults.weather = () => ({ status: 403 });
    const refused = await s.sweep('helpdesk');
    expect([refused.stopped, refused.isThrough, Object.keys(refused.position.left).length]).toEqual([{ why: '2000 could not be looked at', waitMs: 0 }, false, 2_000]);
    // Those tickets are not there any more, which needs no case.
    s.company.helpdesk.faults.weather = null;
    expect(await s.sweep('helpdesk')).toMatchObject({ stopped: null, isThrough: false });
    expect(await s.sweep('helpdesk')).toMatchObject({ isThrough: true, knocked: 1 });
    expect(s.told).toEqual([`ticket ${id}`]);
  });

  test('a corrected Member ID and another employer group, whose webhooks were lost, are news', async () => {
    const s = await swept();
    const ids = await s.tickets(3);
    for (const id of ids) s.known.cases.set(id, { cycle: 1, ticket: ticketDigest(snapshot(await s.helpdesk.readTicket(id))), issue: null });
    expect(await s.sweep('helpdesk')).toMatchObject({ knocked: 0 });
    await s.company.helpdesk.setField(ids[0]!, 'memberId', 'M-4711');
    await s.company.helpdesk.setField(ids[1]!, 'employerGroup', 'Acme');
    expect(await s.sweep('helpdesk')).toMatchObject({ knocked: 2 });
    expect(s.told.toSorted()).toEqual([`ticket ${ids[0]}`, `ticket ${ids[1]}`]);
  });

  test('a case that does not answer is told, without a look at its ticket', async () => {
    const s = await swept();
    const [id] = await s.tickets(1);
    s.known.cases.set(id!, 'unreadable');
    s.company.helpdesk.faults.weather = ({ path }) => (path.includes(`/tickets/${id}`) ? { status: 403 } : null);
    expect(await s.sweep('helpdesk')).toMatchObject({ knocked: 1, position: { left: {} } });
  });
});

describe('issues', () => {
  test('a problem that cannot be asked is told; of an issue that was made twice and closed by us, no problem is', async () => {
    const s = await swept();
    const [unreadable, known] = ['problem-server-error-0a1b2c3d4e5', 'problem-stuck-loading-00000000001'];
    const of = await s.company.jira.file('INFRA', 'It fails', ['onetouch', problemLabel(unreadable, 1)]);
    const kept = await s.company.jira.file('INFRA', 'It loads', ['onetouch', problemLabel(known, 1)]);
    const extra = await s.company.jira.file('INFRA', 'It loads', ['onetouch', problemLabel(known, 1)]);
    await s.jira.linkDuplicate(extra, kept);
    await s.jira.resolveAsDuplicate(extra);
    s.known.problems.set(unreadable, 'unreadable').set(known, { round: 1, issue: { key: kept, digest: issueDigest(issueSnapshot(await s.jira.readIssue(kept))) } });
    expect(await s.sweep('jira')).toMatchObject({ knocked: 1, isThrough: true });
    expect(s.told).toEqual([`problem ${unreadable} ${of}`]);
  });

  test('one that cannot be looked at is named, and the cases of all others are told; of one that is gone by then nobody is', async () => {
    const s = await swept();
    const keys: string[] = [];
    for (const id of ['11', '12', '13']) {
      keys.push(await s.company.jira.file('INFRA', 'It fails', ['onetouch', `onetouch-${id}-1`]));
      s.known.cases.set(id, id === '11' ? 'unreadable' : { cycle: 1, ticket: null, issue: { key: keys.at(-1)!, digest: 'as it was' } });
    }
    const { seen } = s.cases;
    s.cases.seen = (id) => (id === '12' ? Promise.reject(new RangeError('M-4711')) : seen(id));
    const { position, ...walked } = await s.sweep('jira');
    expect(walked).toMatchObject({ knocked: 2, isThrough: true });
    expect(s.told.toSorted()).toEqual([`case 11 ${keys[0]}`, `case 13 ${keys[2]}`]);
    // Of an error that is none of ours, only its kind.
    expect(position.left).toEqual({ [keys[1]!]: expect.objectContaining({ why: 'RangeError' }) });

    Object.assign(s.positions.jira, { mark: new Date(Date.now() + 60 * MINUTE_MS).toISOString() }).left[keys[1]!]!.againAt = new Date().toISOString();
    s.company.jira.faults.next(/^GET/, { status: 404 });
    expect(await s.sweep('jira')).toMatchObject({ knocked: 0, position: { left: {} } });
  });

  test('the list goes on where it stood, from page to page, and a page begins with the moment that ended the last', async () => {
    let now = Date.now() - 30 * MINUTE_MS;
    const s = await swept({ now: () => now });
    s.positions.jira.mark = new Date(now - MINUTE_MS).toISOString();
    for (let i = 0; i < 250; i++) {
      now += i % 3 ? 0 : 10;
      await s.file(`onetouch-${100 + i}-1`);
      s.known.cases.set(String(100 + i), { cycle: 1, ticket: null, issue: { key: 'INFRA-0', digest: 'another one' } });
    }
    let left = 1;
    s.company.jira.faults.weather = ({ path, body }) => (path.includes('search') && body.includes('updated >=') && left-- <= 0 ? { status: 429, headers: { 'Retry-After': '9' } } : null);
    const first = await s.sweep('jira');
    expect(first).toMatchObject({ isThrough: false, stopped: { waitMs: 9_000 } });
    expect(first.knocked).toBe(100);
    s.company.jira.faults.weather = null;
    expect(await s.sweep('jira')).toMatchObject({ isThrough: true, position: { cursor: null, done: null, left: {} } });
    expect(new Set(s.told).size).toBe(250);
    expect(s.told.length).toBeLessThan(250 + 3);
  });
});

test('cases and problems that were ended from outside begin again; one that cannot holds up no other', async () => {
  const s = await swept();
  s.ended.push('case-1', 'case-2', 'problem-server-error-0a1b2c3d4e5');
  const { revive } = s.cases;
  s.cases.revive = (id, at) => (id === 'case-1' ? Promise.reject(new Error('not now')) : revive(id, at));
  expect(await s.sweep('temporal')).toMatchObject({ knocked: 2, isThrough: true, position: { left: { 'case-1': { why: 'Error', times: 2 } } } });
  s.ended.length = 0;
  s.positions.temporal.left['case-1']!.againAt = new Date().toISOString();
  s.cases.revive = revive;
  expect(await s.sweep('temporal')).toMatchObject({ knocked: 1, position: { left: {} } });
});
