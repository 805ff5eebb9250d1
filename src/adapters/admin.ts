/** The Admin portal and HGP behind `AdminPort`, by `docs/admin-api.yaml`. */
import { z } from 'zod';
import type { AdminPort, DeviceOrder, IncentiveProgram, Member, RequirementsToSchedule } from '../activities/ports.js';
import type { WorkerConfig } from '../config.js';
import { http, saidByItself, shaped, type Patience } from './http.js';
import { isSegment, segment } from './segment.js';

const time = z.iso.datetime({ offset: true });
const day = z.union([z.iso.date(), time]);

const member = z.object({
  id: z.string().min(1),
  name: z.string(),
  email: z.string().nullable(),
  employerGroup: z.string().nullable(),
}) satisfies z.ZodType<Member>;
/** How Admin says that something is wrong, or not there. */
export const problemAnswer = z.object({ title: z.string(), status: z.int() });
const members = z.object({ members: z.array(member) });
const incentiveProgram = z.object({
  inCompliance: z.boolean().nullable(),
  inComplianceSince: time.nullable(),
  startDate: day.nullable(),
  endDate: day.nullable(),
}) satisfies z.ZodType<IncentiveProgram>;
const eligibility = z.object({ ooeResult: z.enum(['excluded', 'error', 'eligible']).nullable() });
const requirementsToSchedule = z.object({
  requirements: z.array(z.object({ name: z.string(), met: z.boolean(), since: time.nullable() })),
  allTrueSince: time.nullable(),
}) satisfies z.ZodType<RequirementsToSchedule>;
const deviceOrder = z.object({
  ordered: z.boolean().nullable(),
  orderTemplateCompleted: z.boolean().nullable(),
  firstSessionCompleted: z.boolean().nullable(),
  clinicalRequirements: z.array(z.object({ name: z.string(), met: z.boolean() })).nullable(),
}) satisfies z.ZodType<DeviceOrder>;

/**
 * Nothing is sent before the first call. Every call rejects with `Refused` or `Unavailable`; an answer that is not
 * as the contract says is refused, since a fact is never guessed.
 */
export function connectAdmin(config: WorkerConfig['admin'] & Patience, fetch: typeof globalThis.fetch = globalThis.fetch): AdminPort {
  const send = http('Admin', config.url, { fetch, timeoutMs: config.timeoutMs });
  const headers = { authorization: `Bearer ${config.token}` };

  async function read<S extends z.ZodType>(doing: string, path: string, schema: S): Promise<z.output<S>> {
    const { body } = await send({ doing, path, headers });
    return shaped(schema, body, 'Admin', doing);
  }
  const of = (memberId: string) => `/members/${segment('Admin', memberId)}`;

  return {
    /** An id that is given decides, and what cannot be one is nobody's; an address that several members share finds none. */
    async findMember({ memberId, email }) {
      const doing = 'find the member';
      if (memberId && !isSegment(memberId)) return null;
      if (memberId) {
        const answer = await send({ doing, path: of(memberId), headers, answers: [404] });
        if (answer.status !== 404) return shaped(member, answer.body, 'Admin', doing);
        saidByItself(problemAnswer, answer, 'Admin', doing);
        return null;
      }
      if (!email) return null;
      const { body } = await send({ doing, path: '/members', query: { email }, headers });
      const found = shaped(members, body, 'Admin', doing).members;
      return found.length === 1 ? found[0]! : null;
    },
    incentiveProgram: async (id) => read('read the incentive program', `${of(id)}/incentive-program`, incentiveProgram),
    eligibility: async (id) => read('read the eligibility', `${of(id)}/eligibility`, eligibility),
    requirementsToSchedule: async (id) =>
      read('read the requirements to schedule', `${of(id)}/requirements-to-schedule`, requirementsToSchedule),
    deviceOrder: async (id) => read('read the device order', `${of(id)}/device-order`, deviceOrder),
    async noteAccount(id, { key, body }) {
      await send({
        doing: "note the member's account",
        method: 'PUT',
        path: `${of(id)}/notes/${segment('Admin', key)}`,
        headers,
        body: { body },
      });
    },
  };
}
