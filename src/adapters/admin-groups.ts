/** Admin's employer groups behind `GroupsPort`, by `docs/admin-api.yaml`. */
import type { z } from 'zod';
import type { AdminChange, GroupsPort } from '../activities/groups-port.js';
import type { WorkerConfig } from '../config.js';
import { problemAnswer } from './admin.js';
import * as shapes from './admin-groups-shapes.js';
import { http, saidByItself, shaped, type HttpCall, type Patience } from './http.js';
import { isSegment, segment } from './segment.js';

/** Statuses that say: nobody is impersonated here. No such member, not permitted, not now. */
const NO_SESSION = [403, 404, 409] as const;
const CONFLICT = 412;

/**
 * Nothing is sent before the first call. Every call rejects with `Refused` or `Unavailable`; an answer that is not
 * as the contract says is refused, since a fact is never guessed. Every effect carries its key, so that Admin does
 * it once however often it is asked.
 */
export function connectGroups(config: WorkerConfig['admin'] & Patience, fetch: typeof globalThis.fetch = globalThis.fetch): GroupsPort {
  const send = http('Admin', config.url, { fetch, timeoutMs: config.timeoutMs });
  const authorization = `Bearer ${config.token}`;

  const ask = (call: HttpCall) => send({ ...call, headers: { authorization, ...call.headers } });
  async function read<S extends z.ZodType>(doing: string, path: string, schema: S, query?: HttpCall['query']): Promise<z.output<S>> {
    const { body } = await ask({ doing, path, ...(query && { query }) });
    return shaped(schema, body, 'Admin', doing);
  }
  async function act<S extends z.ZodType>(doing: string, path: string, key: string, schema: S, body?: object): Promise<z.output<S>> {
    const { body: answer } = await ask({ doing, method: 'POST', path, headers: { 'idempotency-key': key }, ...(body && { body }) });
    return shaped(schema, answer, 'Admin', doing);
  }
  const group = (id: string) => `/employers/${segment('Admin', id)}`;
  const member = (id: string) => `/members/${segment('Admin', id)}`;
  const records = { employer: group, rewards: (id: string) => `${group(id)}/rewards`, eligibility: (id: string) => `${member(id)}/access` };
  /** The version that a record has by now. */
  async function versionOf({ on, id }: AdminChange): Promise<string> {
    return (await read('read what stands there now', records[on](id), shapes.changed)).version;
  }

  return {
    /** The text comes from a ticket: what cannot be an id is looked for as a name only. */
    async findGroup(idOrName) {
      const doing = 'find the group';
      const wanted = idOrName.trim();
      if (!wanted) return null;
      if (isSegment(wanted)) {
        const answer = await ask({ doing, path: group(wanted), answers: [404] });
        if (answer.status !== 404) return shaped(shapes.employer, answer.body, 'Admin', doing);
        saidByItself(problemAnswer, answer, 'Admin', doing);
      }
      const { employers } = await read(doing, '/employers', shapes.employers, { name: wanted });
      return employers.length === 1 ? employers[0]! : null;
    },
    employer: async (id) => read('read the group', group(id), shapes.employer),
    recentChanges: async (id, since) => (await read('read the recent changes', `${group(id)}/changes`, shapes.recentChanges, { since })).changes,
    members: async (id, page) => read("read the group's members", `${group(id)}/members`, shapes.memberPage, page === undefined ? undefined : { page }),
    memberAccess: async (id) => read("read the member's access", `${member(id)}/access`, shapes.memberAccess),
    imports: async (id) => (await read('read the imports', `${group(id)}/imports`, shapes.imports)).imports,
    engagementReport: async (id) => (await read('read the engagement report', `${group(id)}/engagement/report`, shapes.latestReport)).report,
    engagementDefinition: async (id) => read('read the definition of engagement', `${group(id)}/engagement/definition`, shapes.engagementDefinition),
    activity: async (id, from, to) => read('read the activity', `${group(id)}/activity`, shapes.activity, { from, to }),
    rewards: async (id) => read('read the rewards', `${group(id)}/rewards`, shapes.rewards),
    integrationLog: async (id) => (await read("read the integration's log", `${group(id)}/rewards/log`, shapes.integrationLog)).entries,

    async memberView(memberId, key) {
      const doing = 'open a session as the member';
      const answer = await ask({
        doing,
        method: 'POST',
        path: '/impersonation-sessions',
        headers: { 'idempotency-key': key },
        body: { memberId },
        answers: NO_SESSION,
      });
      if ((NO_SESSION as readonly number[]).includes(answer.status)) {
        saidByItself(problemAnswer, answer, 'Admin', doing);
        return null;
      }
      const session = `/impersonation-sessions/${segment('Admin', shaped(shapes.session, answer.body, 'Admin', doing).id)}`;
      // One that is gone has ended, too.
      const end = () => ask({ doing: 'end the session as the member', method: 'DELETE', path: session, answers: [404] });
      let view;
      try {
        view = await read('look as the member', `${session}/view`, shapes.memberView);
      } catch (error) {
        // Why it could not be read is what matters; a session left open is found again by its key.
        await end().catch(() => {});
        throw error;
      }
      await end();
      return view;
    },

    async apply(change, key) {
      const doing = 'change the record';
      const { on, id, field, from, to, version } = change;
      const { status, body } = await ask({
        doing,
        method: 'PATCH',
        path: records[on](id),
        headers: { 'idempotency-key': key, 'if-match': `"${version}"` },
        body: { field, from, to },
        answers: [CONFLICT],
      });
      if (status === CONFLICT) return { outcome: 'conflict', version: await versionOf(change) };
      return { outcome: 'applied', version: shaped(shapes.changed, body, 'Admin', doing).version };
    },
    regenerateReport: async (id, parameters, key) =>
      act('make the engagement report anew', `${group(id)}/engagement/reports`, key, shapes.engagementReport, parameters),
    startRecovery: async (id, key) => act("start the member's account recovery", `${member(id)}/recovery`, key, shapes.recovery),
    syncRewards: async (id, key) => act('sync the rewards', `${group(id)}/rewards/sync`, key, shapes.synced),
  };
}
