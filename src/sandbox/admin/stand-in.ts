/** The Admin/HGP stand-in, by docs/admin-api.yaml, and the hands of those who change what it knows. */
import { Hono } from 'hono';
import type { HttpBindings } from '@hono/node-server';
import { z } from 'zod';
import { Faults } from '../faults.js';
import { openStore, US, type Clock, type Effect } from '../ledger.js';
import { faulty, serveApp } from '../serve.js';
import { groupBooks } from './books.js';
import { employerRoutes } from './employers.js';
import { groupFactsSchema } from './group-facts.js';
import { groupHands } from './group-hands.js';
import { impersonationRoutes } from './impersonation.js';
import { noMember, problem } from './problem.js';
import { emptyAdmin, requirementsToSchedule, withFacts, type AccountNote, type MemberFacts, type MemberRecord } from './state.js';

export interface AdminOptions {
  dir?: string;
  port: number;
  now: Clock;
  token: string;
}
export type Admin = Awaited<ReturnType<typeof startAdmin>>;

/** A member as the page and the tests see them. */
export interface MemberView extends MemberRecord {
  allTrueSince: string | null;
}

const time = z.iso.datetime().nullable();
const factsSchema: z.ZodType<MemberFacts> = z.strictObject({
  name: z.string().min(1).optional(),
  email: z.string().min(3).nullable().optional(),
  employerGroup: z.string().nullable().optional(),
  incentiveProgram: z
    .strictObject({ inCompliance: z.boolean().nullable(), inComplianceSince: time, startDate: z.iso.date().nullable(), endDate: z.iso.date().nullable() })
    .partial()
    .optional(),
  ooeResult: z.enum(['excluded', 'error', 'eligible']).nullable().optional(),
  requirements: z.array(z.strictObject({ name: z.string().min(1), met: z.boolean(), since: time.optional() })).optional(),
  deviceOrder: z
    .strictObject({
      ordered: z.boolean().nullable(),
      orderTemplateCompleted: z.boolean().nullable(),
      firstSessionCompleted: z.boolean().nullable(),
      clinicalRequirements: z.array(z.strictObject({ name: z.string(), met: z.boolean() })).nullable(),
    })
    .partial()
    .optional(),
});

/** Starts the stand-in. Rejects with `PortTaken`, or when its kept file cannot be read. */
export async function startAdmin(o: AdminOptions) {
  const store = await openStore('admin', emptyAdmin, o.dir);
  const { members } = store.state;
  const faults = new Faults();
  const books = groupBooks(store, o.now);
  const groups = groupHands(books);

  const setMember = async (id: string, facts: MemberFacts): Promise<MemberView> => {
    const at = await o.now();
    members[id] = withFacts(id, members[id], facts, at);
    store.changed();
    return view(members[id]);
  };
  const putNote = (record: MemberRecord, key: string, body: string, at: number): { note: AccountNote; created: boolean } => {
    const known = record.notes.find((n) => n.key === key);
    if (known) return { note: known, created: false };
    const note = { key, body, at: new Date(at).toISOString() };
    record.notes.push(note);
    store.record(at, US, 'account-note', record.member.id, body);
    return { note, created: true };
  };

  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(faulty(faults));
  app.onError((e, c) => {
    if (e instanceof SyntaxError) return problem(c, 400, 'The body is not JSON', 'Send a JSON object.');
    throw e;
  });
  app.notFound((c) => problem(c, 404, 'No such path', 'See docs/admin-api.yaml.'));
  app.use(async (c, next) => {
    if (c.req.header('authorization') !== `Bearer ${o.token}`)
      return problem(c, 401, 'Not signed in', 'Send the bearer token of the Admin API.');
    await next();
  });

  app.get('/members', (c) => {
    const email = c.req.query('email')?.trim().toLowerCase() ?? '';
    if (email.length < 3) return problem(c, 400, 'No e-mail address', 'Give the address as the query parameter "email".');
    return c.json({ members: Object.values(members).map((m) => m.member).filter((m) => m.email?.toLowerCase() === email) });
  });
  const parts: Record<string, (record: MemberRecord) => object> = {
    '': (m) => m.member,
    '/incentive-program': (m) => m.incentiveProgram,
    '/eligibility': (m) => ({ ooeResult: m.ooeResult }),
    '/requirements-to-schedule': requirementsToSchedule,
    '/device-order': (m) => m.deviceOrder,
    '/notes': (m) => ({ notes: m.notes }),
  };
  for (const [path, part] of Object.entries(parts))
    app.get(`/members/:id${path}`, (c) => {
      const record = members[c.req.param('id')];
      return record ? c.json(part(record)) : noMember(c);
    });
  app.put('/members/:id/notes/:key', async (c) => {
    const { body } = (await c.req.json()) as { body?: unknown };
    const at = await o.now();
    const record = members[c.req.param('id')];
    if (!record) return noMember(c);
    if (typeof body !== 'string' || body === '') return problem(c, 400, 'No note', 'Send {"body": "..."}.');
    const { note, created } = putNote(record, c.req.param('key'), body, at);
    return c.json(note, created ? 201 : 200);
  });
  employerRoutes(app, books);
  impersonationRoutes(app, books);
  /** The sandbox's own: no part of the contract. */
  app.patch('/sandbox/members/:id', async (c) => {
    const facts = factsSchema.safeParse(await c.req.json());
    if (!facts.success)
      return problem(c, 400, 'Not facts of a member', facts.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '));
    return c.json(await setMember(c.req.param('id'), facts.data));
  });
  app.patch('/sandbox/employers/:id', async (c) => {
    const facts = groupFactsSchema.safeParse(await c.req.json());
    if (!facts.success)
      return problem(c, 400, 'Not facts of a group', facts.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '));
    return c.json(await groups.setGroup(c.req.param('id'), facts.data));
  });
  const served = await serveApp(app, 'Admin/HGP', o.port);

  const find = (id: string): MemberRecord => {
    const record = members[id];
    if (!record) throw new Error(`The sandbox's Admin has no member ${id}.`);
    return record;
  };
  return {
    url: served.url,
    faults,
    get ledger(): readonly Effect[] {
      return store.ledger;
    },
    /** Makes a member, or changes what is known of one; what is left out stays. */
    setMember,
    /** Turns one of the "Requirements to Schedule" on or off, as of now or of a given time (ISO 8601). */
    async setRequirement(id: string, name: string, met: boolean, since?: string): Promise<void> {
      const others = find(id).requirements.filter((r) => r.name !== name);
      await setMember(id, { requirements: [...others, { name, met, ...(since && { since }) }] });
    },
    member: (id: string): MemberView => view(find(id)),
    members: (): MemberView[] => Object.values(members).map(view),
    ...groups,
    notes: (id: string): AccountNote[] => structuredClone(find(id).notes),
    flush: store.flush,
    async close(): Promise<void> {
      faults.clear();
      await served.close();
      await store.flush();
    },
  };
}

const view = (record: MemberRecord): MemberView => ({
  ...structuredClone(record),
  allTrueSince: requirementsToSchedule(record).allTrueSince,
});
