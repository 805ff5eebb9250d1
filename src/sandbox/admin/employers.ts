/** Employer groups of the Admin stand-in, by docs/admin-api.yaml: what is read, and what may be changed. */
import type { Context, Env, Hono } from 'hono';
import { US } from '../ledger.js';
import type { Books } from './books.js';
import { counted, newReport, rewardsOf, type GroupRecord } from './group-state.js';
import { noGroup, noMember, problem } from './problem.js';
import { change, etag, once, type Writable } from './writing.js';

const PAGE = 50;
const TOGGLE = 'featureToggles.';
const DAY = /^\d{4}-\d\d-\d\d$/;

/** Puts the groups' paths on the app. Faults and the token are seen to before them. */
export function employerRoutes<E extends Env>(app: Hono<E>, books: Books): void {
  const of = (c: Context): GroupRecord | null => books.group(c.req.param('groupId') ?? '');
  const get = (path: string, part: (group: GroupRecord, c: Context) => object | Response, version?: (group: GroupRecord) => string) =>
    app.get(`/employers/:groupId${path}`, (c) => {
      const group = of(c);
      if (!group) return noGroup(c);
      const answer = part(group, c);
      if (answer instanceof Response) return answer;
      return c.json(answer, 200, version ? { etag: etag(version(group)) } : {});
    });

  app.get('/employers', (c) => {
    const name = c.req.query('name')?.trim();
    if (!name) return problem(c, 400, 'No name', 'Give the name of the group as the query parameter "name".');
    return c.json({ employers: books.named(name).map((g) => g.employer) });
  });
  get('', (g) => g.employer, (g) => g.employer.version);
  get('/changes', (g, c) => {
    const since = Date.parse(c.req.query('since') ?? '');
    if (Number.isNaN(since)) return problem(c, 400, 'No time', 'Give the time as the query parameter "since", ISO 8601.');
    return { changes: g.changes.filter((x) => Date.parse(x.at) >= since).sort(newestFirst((x) => x.at)) };
  });
  get('/members', (g, c) => {
    const from = Number(c.req.query('page') ?? 0);
    if (!Number.isInteger(from) || from < 0) return problem(c, 400, 'No such page', 'Send the "next" of the page before.');
    const all = books.membersOf(g.employer.id);
    return { memberIds: all.slice(from, from + PAGE), next: from + PAGE < all.length ? String(from + PAGE) : null };
  });
  get('/imports', (g) => ({ imports: g.imports.toSorted(newestFirst((i) => i.startedAt)) }));
  get('/engagement/report', (g) => ({ report: g.report }));
  get('/engagement/definition', (g) => g.definition);
  get('/activity', (g, c) => {
    const { from = '', to = '' } = c.req.query();
    if (!DAY.test(from) || !DAY.test(to)) return problem(c, 400, 'No days', 'Give the days as "from" and "to", as in 2026-01-31.');
    return { from, to, figures: counted(g.activity, { from, to }) };
  });
  get('/rewards', rewardsOf, (g) => g.rewards.version);
  get('/rewards/log', (g) => ({ entries: g.log.toSorted(newestFirst((e) => e.at)) }));

  app.patch('/employers/:groupId', async (c) => {
    const group = of(c);
    return group ? change(c, books, employerRecord(group, books)) : noGroup(c);
  });
  app.patch('/employers/:groupId/rewards', async (c) => {
    const group = of(c);
    return group ? change(c, books, rewardsRecord(group, books)) : noGroup(c);
  });
  app.post('/employers/:groupId/engagement/reports', async (c) => {
    const group = of(c);
    if (!group) return noGroup(c);
    return once(c, books, (body, at) => {
      const { from, to, groupId, metrics } = (body ?? {}) as Record<string, unknown>;
      const days = typeof from === 'string' && typeof to === 'string' && DAY.test(from) && DAY.test(to);
      if (!days || groupId !== group.employer.id || !Array.isArray(metrics) || !metrics.every((m) => typeof m === 'string'))
        return problem(c, 400, 'Not parameters of this report', 'Send from and to (days), the groupId of the path, and metrics.');
      const parameters = { from, to, groupId, metrics };
      const id = `${groupId}-report-${books.next()}`;
      const made = newReport(group, id, parameters, group.report?.requested ?? parameters, iso(at));
      group.report = group.plays.ignoresWrites && group.report ? { ...group.report, id, generatedAt: iso(at) } : made;
      return { status: 201, body: group.report, effect: { kind: 'engagement-report', on: groupId, text: `${from} to ${to}: ${metrics.join(' ')}` } };
    });
  });
  app.post('/employers/:groupId/rewards/sync', async (c) => {
    const group = of(c);
    if (!group) return noGroup(c);
    return once(c, books, (_body, ms) => {
      const at = iso(ms);
      const { rewards, plays, log } = group;
      const works = plays.sync === 'works' && rewards.enabled && rewards.integration.status !== 'down';
      const outcome = works ? 'completed' : 'failed';
      const detail = works ? 'All members were synced.' : rewards.enabled ? 'The integration did not answer.' : 'Rewards are disabled.';
      // What a sync leaves is no setting: the version stays.
      rewards.lastSync = { at, outcome };
      log.push({ at, level: works ? 'info' : 'error', code: works ? 'SYNC-OK' : 'SYNC-FAILED', text: detail });
      return { status: 200, body: { outcome, at, detail }, effect: { kind: 'rewards-sync', on: group.employer.id, text: outcome } };
    });
  });

  app.get('/members/:id/access', (c) => {
    const id = c.req.param('id');
    if (!books.members[id]) return noMember(c);
    const { impersonation: _i, recoveryStartedAt: _r, ...access } = books.accessOf(id);
    return c.json({ memberId: id, groupId: books.groupOf(id)?.employer.id ?? null, ...access }, 200, { etag: etag(access.version) });
  });
  app.patch('/members/:id/access', async (c) => {
    const id = c.req.param('id');
    return books.members[id] ? change(c, books, accessRecord(id, books)) : noMember(c);
  });
  app.post('/members/:id/recovery', async (c) => {
    const id = c.req.param('id');
    if (!books.members[id]) return noMember(c);
    return once(c, books, (_body, at) => {
      const access = books.accessOf(id);
      if (!access.account.created) return problem(c, 409, 'No account', 'The member has no account yet: there is nothing to recover.');
      access.recoveryStartedAt = iso(at);
      return { status: 200, body: { startedAt: iso(at) }, effect: { kind: 'recovery', on: id, text: '' } };
    });
  });
}

const iso = (ms: number): string => new Date(ms).toISOString();
const newestFirst =
  <T>(at: (one: T) => string) =>
  (a: T, b: T): number =>
    at(b).localeCompare(at(a));
const noted = (group: GroupRecord, at: number, what: string) => group.changes.push({ at: iso(at), kind: 'group-setting', what, by: US });

const employerRecord = (group: GroupRecord, books: Books): Writable => {
  const { employer, plays } = group;
  const toggle = (field: string) => (field.startsWith(TOGGLE) ? employer.featureToggles.find((t) => t.name === field.slice(TOGGLE.length)) : undefined);
  return {
    id: employer.id,
    version: () => employer.version,
    read: (field) => (field === 'enabled' ? employer.enabled : toggle(field)?.on),
    write(field, to, at) {
      employer.version = books.version();
      if (plays.ignoresWrites) return;
      if (field === 'enabled') employer.enabled = to;
      else toggle(field)!.on = to;
      noted(group, at, `${field}: ${to}`);
    },
  };
};
const rewardsRecord = (group: GroupRecord, books: Books): Writable => ({
  id: group.employer.id,
  version: () => group.rewards.version,
  read: (field) => (field === 'enabled' ? group.rewards.enabled : undefined),
  write(_field, to, at) {
    group.rewards.version = books.version();
    if (group.plays.ignoresWrites) return;
    group.rewards.enabled = to;
    noted(group, at, `rewards.enabled: ${to}`);
  },
});
const accessRecord = (memberId: string, books: Books): Writable => ({
  id: memberId,
  version: () => books.accessOf(memberId).version,
  read: (field) => (field === 'eligible' ? books.accessOf(memberId).eligibility.eligible : undefined),
  write(_field, to) {
    const ignored = books.groupOf(memberId)?.plays.ignoresWrites;
    books.setAccess(memberId, ignored ? {} : { eligibility: { eligible: to } });
  },
});
