/** The samples' run: sends what was not sent yet, lets the people act, and holds every case against its expected end. */
import type { CaseRow, Cases } from '../client/cases.js';
import type { Company } from '../sandbox/company.js';
import type { Expected, Sample, Since, Step } from '../sandbox/sample.js';
import { perform } from './actors.js';
import type { Data, Progress } from './data.js';
import { effectsOn } from './effects.js';
import type { Result } from './screen.js';

export interface PlayOptions {
  samples: readonly Sample[];
  company: Company;
  cases: Pick<Cases, 'state' | 'group'>;
  data: Pick<Data, 'progress' | 'save'>;
  gatewayUrl: string;
  /** How long a condition must hold before it is escalated. */
  holdMs: number;
  /** Shows what somebody did on a ticket. */
  say(ticket: string, what: string): void;
}
export type Play = ReturnType<typeof preparePlay>;

/** The rest of the 48 hours where they are nearly over. */
const NEARLY_MS = 8_000;

export function preparePlay({ samples, company, cases, data, gatewayUrl, holdMs, say }: PlayOptions) {
  const { progress } = data;
  /** Why a sample does not go on; by name. */
  const stuck: Record<string, string> = {};
  const unsent = () => samples.filter(({ name }) => !progress[name]);
  const sent = () => samples.flatMap((sample) => (progress[sample.name] ? [{ sample, at: progress[sample.name]! }] : []));

  return {
    /** Those that no earlier start has sent. */
    unsent,
    nameOf: (ticket: string): string | undefined => Object.keys(progress).find((name) => progress[name]!.ticket === ticket),
    /** Has every sample reached its end, or got stuck on the way? */
    through: (): boolean => samples.every(({ name }) => progress[name]?.reachedAt || stuck[name]),

    /** Opens the tickets that no earlier start has opened; the helpdesk's webhooks do the rest. */
    async send(): Promise<void> {
      for (const sample of unsent()) {
        progress[sample.name] = { ticket: await openSample(company, sample, sinceOf(Date.now(), holdMs)), stepsDone: 0, reachedAt: null };
        await data.save();
      }
    },

    /** Looks at every sample that is not through: people act where their moment has come. */
    async look(rows: ReadonlyMap<string, CaseRow>): Promise<void> {
      for (const { sample, at } of sent()) {
        const row = rows.get(at.ticket);
        if (!row || at.reachedAt || stuck[sample.name]) continue;
        const step = sample.steps?.[at.stepsDone];
        if (step) await act(sample, at, row, step);
        else if (row.stage === sample.expects.stage && (await differences(sample, at.ticket)).length === 0) at.reachedAt = new Date().toISOString();
        else continue;
        await data.save();
      }
    },

    /** Every sample, held once more against what it expects. One that an earlier start has seen through stays so. */
    async results(since: string): Promise<Result[]> {
      return Promise.all(
        samples.map(async (sample) => {
          const at = progress[sample.name];
          const expected = [sample.expects.stage, sample.expects.outcome].filter(Boolean).join(', ');
          if (!at) return { name: sample.name, ticket: '', expected, reached: false, now: 'not sent' };
          const before = at.reachedAt !== null && at.reachedAt < since;
          const wrong = before ? [] : await differences(sample, at.ticket);
          const missing = wrong.length === 0 && !at.reachedAt ? [`step ${at.stepsDone + 1} has not had its moment`] : [];
          const now = [stuck[sample.name], ...wrong, ...missing].filter(Boolean).join('; ');
          return { name: sample.name, ticket: at.ticket, expected, reached: now === '', now };
        }),
      );
    },
  };

  /** An agent signs in as the programs of the company do. */
  async function token(role: 'agent' | 'ops'): Promise<string> {
    if (!company.identity) throw new Error('the company has no identity provider to sign in at');
    return company.identity.tokenFor(role);
  }

  async function act(sample: Sample, at: Progress[string], row: CaseRow, step: Step): Promise<void> {
    const { stage, needs, cycle = 1, after } = step.when;
    if (row.stage !== stage || row.cycle !== cycle || (needs && row.needs !== needs)) return;
    if (after && !effectsOn(company, at.ticket).includes(after)) return;
    // A case in a problem waits before the problem's issue is filed.
    if ('engineer' in step.do && !row.jiraKey) return;
    try {
      const on = { ticket: at.ticket, jiraKey: row.jiraKey, key: `sample-${at.ticket}-${at.stepsDone}` };
      say(at.ticket, await perform(step.do, on, { company, cases, gatewayUrl, token }));
      at.stepsDone += 1;
    } catch (error) {
      stuck[sample.name] = `step ${at.stepsDone + 1} failed: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** What is not as the sample expects, in words; empty when all is. */
  async function differences({ expects }: Sample, ticket: string): Promise<string[]> {
    const view = await cases.state(ticket).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    if (view instanceof Error) return [view.message];
    const is: Omit<Expected, 'effects'> = {
      problem: view.problem && company.jira.issues().some((i) => i.key === view.handoff?.issueKey && i.priority === SYSTEM_WIDE) ? 'system-wide' : undefined,
      stage: view.stage,
      row: view.ruling?.row ?? expects.row,
      outcome: view.outcome ?? undefined,
      needs: view.needs ?? undefined,
      team: view.handoff?.team,
      cycle: view.cycle,
    };
    const wanted = { problem: undefined, outcome: undefined, needs: undefined, team: undefined, cycle: 1, ...expects };
    const parts = (Object.keys(is) as (keyof typeof is)[]).flatMap((part) => (is[part] === wanted[part] ? [] : [`${part} ${is[part] ?? 'none'}`]));
    const did = effectsOn(company, ticket);
    return [...parts, ...lacking(expects.effects, did).map((e) => `no "${e}"`), ...lacking(did, expects.effects).map((e) => `also "${e}"`)];
  }
}

/** Jira's priority of a problem of several employer groups. */
const SYSTEM_WIDE = 'Highest';

/** What of `wanted` is not in `there`, counting each as often as it is there. */
function lacking(wanted: readonly string[], there: readonly string[]): string[] {
  const left = [...there];
  return wanted.filter((one) => {
    const at = left.indexOf(one);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Makes the member and the employer group known to Admin, and opens the ticket. Resolves to its number. */
export async function openSample({ admin, helpdesk }: Company, { ticket, member, writesFrom, knows, group }: Sample, since: Since): Promise<string> {
  await admin.setMember(member.id, { name: member.name, email: member.email, ...(group && { employerGroup: group.id }), ...knows?.(since) });
  if (group) await admin.setGroup(group.id, { ...group.facts, access: { [member.id]: {} } });
  return helpdesk.openTicket({
    ...ticket,
    member: writesFrom ? { name: member.name, email: writesFrom } : { name: member.name, email: member.email, memberId: member.id },
  });
}

/** @param now ms since 1970 */
export const sinceOf = (now: number, holdMs: number): Since => {
  const ago = (ms: number) => new Date(now - ms).toISOString();
  return { long: ago(holdMs * 2), nearly: ago(holdMs - NEARLY_MS), half: ago(holdMs / 2) };
};
