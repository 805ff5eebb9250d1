/**
 * The judge: holds every ticket against what is expected of it, by the outside systems' own account, and its case by
 * what Temporal says of it. Nothing that onetouch says of its own effects counts. Every line that onetouch wrote in a
 * ledger has to be claimed by what is expected of one ticket or one problem.
 */
import type { Cases } from '../src/client/cases.js';
import type { Entry } from '../src/domain/case.js';
import { US } from '../src/sandbox/ledger.js';
import type { Company } from '../src/sandbox/company.js';
import { claim, withoutTakenBack, type Want } from './claims.js';
import { extrasOf, openLooks, strangeIssues, wantsOf, wantsOfProblem } from './judge-own.js';
import { causeOf, type Attempt, type Cause, type Evidence } from './doubt.js';
import { linesOf, type Line } from './lines.js';
import { problemOf } from './own.js';
import type { Played } from './people.js';

export interface Verdict {
  ticket: string;
  sample: string;
  /** An expected effect that is nowhere. */
  lost: string[];
  /** An effect that is there more often than it should. */
  twice: string[];
  /** An effect that nobody expects. */
  odd: string[];
  /** Where the case is not as expected. */
  stuck: string[];
  /** Mails of which nobody can know whether they went. */
  unknown: string[];
  /** One of those that the case does not show. */
  hidden: string[];
  /** One of those for which nothing that was done to it is the cause. */
  unexplained: string[];
  /** The causes of the others. */
  causes: Cause[];
  /** Jira issues that were made twice and closed as duplicates, and comments that were taken away again. */
  healed: string[];
}

/** What a mail's note says of it, by `cycle:effect`. */
export function fates(company: Company, ticket: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const { by, kind, on, text } of company.helpdesk.ledger) {
    if (by !== US || on !== ticket || kind !== 'note') continue;
    const [, name, data] = new RegExp(`\\[onetouch ${ticket}:(\\d+:[^\\s\\]]+) (\\{.*\\})\\]$`, 'm').exec(text) ?? [];
    const mail = data && (JSON.parse(data) as { mail?: string }).mail;
    if (name && mail) found.set(name, mail);
  }
  return found;
}

/** The last record of the case on its ticket. */
function recordOf(company: Company, ticket: string): { outcome: string; row: string | null } | null {
  const line = new RegExp(`\\[onetouch ${ticket}:\\d+:record\\S* (\\{.*\\})\\]$`, 'm');
  const texts = company.helpdesk.ledger.flatMap(({ by, kind, on, text }) => (by === US && on === ticket && kind === 'note' ? [text] : []));
  const data = texts.flatMap((text) => line.exec(text)?.[1] ?? []).at(-1);
  return data ? ((JSON.parse(data) as { record?: { outcome: string; row: string | null } }).record ?? null) : null;
}

/** What is asked about one ticket beside the ledgers. */
export interface Witnesses {
  cases: Pick<Cases, 'state'>;
  /** Everything that a ticket's case recorded, in all of its runs. */
  record(ticket: string): Promise<readonly Entry[]>;
  /** Who tried to write which mails of its case, and when. */
  attempts(ticket: string): Promise<readonly Attempt[]>;
  evidence: Evidence;
}

export async function judge(played: Played, company: AsItIs, { cases, record, attempts, evidence }: Witnesses): Promise<Verdict> {
  const { sample, ticket, stepsDone, trouble } = played;
  const verdict: Verdict = { ticket, sample: sample.name, lost: [], twice: [], odd: [], stuck: [], unknown: [], hidden: [], unexplained: [], causes: [], healed: [] };
  const { expects } = sample;
  verdict.unknown = [...fates(company, ticket)].flatMap(([name, fate]) => (fate === 'unknown' ? [name] : []));
  const doubtful = verdict.unknown;
  const problem = problemOf(sample);
  const claims: [owner: string, wants: Want[]][] = [[ticket, wantsOf(company, played, doubtful)]];
  if (problem) claims.push([problem, wantsOfProblem(company, sample, problem)]);
  for (const [owner, wants] of claims) {
    const { lines, takenBack } = withoutTakenBack(company.linesOf(owner));
    const found = claim(lines, wants);
    for (const what of ['lost', 'twice', 'odd'] as const) verdict[what].push(...found[what].map((one) => (owner === problem ? `${one}, of ${problem}` : one)));
    verdict.healed.push(...extrasOf(company, owner).map(({ issue }) => issue.key), ...takenBack);
  }
  verdict.odd.push(...strangeIssues(company, played), ...openLooks(company, ticket));

  try {
    const view = await cases.state(ticket);
    // A late webhook starts an ended case again, and it ends at once; then its record on the ticket says how it had ended.
    const before = view.outcome === 'nothing-new' ? recordOf(company, ticket) : null;
    const is = before ? { stage: view.stage, row: before.row, outcome: before.outcome } : { stage: view.stage, row: view.ruling?.row ?? expects.row, outcome: view.outcome ?? undefined, needs: view.needs ?? undefined, team: view.handoff?.team, cycle: view.cycle };
    const wants: Partial<Record<string, unknown>> = { outcome: undefined, needs: undefined, team: undefined, cycle: 1, ...expects };
    for (const [part, value] of Object.entries(is)) {
      // A mail in doubt is a person's to check, whatever else the case needs.
      if (part === 'needs' && value === 'mail-check' && doubtful.length > 0) continue;
      if (value !== wants[part]) verdict.stuck.push(`${part} ${value ?? 'none'} instead of ${String(wants[part] ?? 'none')}`);
    }
    if (view.flagged?.startsWith('cannot ')) verdict.stuck.push(view.flagged);
    if (doubtful.length > 0) {
      // In any of its runs: a late webhook starts an ended case again.
      const shown = (await record(ticket)).some(({ what, text }) => what === 'flagged' && text.startsWith('it is not known'));
      if (!shown) verdict.hidden.push(...verdict.unknown);
      const tries = await attempts(ticket);
      for (const name of doubtful) {
        const cause = causeOf(`${ticket}.${name.replace(':', '.')}`, tries, evidence);
        if (cause) verdict.causes.push(cause);
        else verdict.unexplained.push(name);
      }
    }
  } catch (error) {
    verdict.stuck.push(error instanceof Error ? error.message : String(error));
  }
  if (trouble) verdict.stuck.push(trouble);
  else if (stepsDone < (sample.steps?.length ?? 0)) verdict.stuck.push(`step ${stepsDone + 1} of its people has not had its moment`);
  return verdict;
}

/** The company as it is now: its lists and the lines of its ledgers are made once for all tickets that are judged. */
export interface AsItIs extends Company {
  lines: readonly Line[];
  /** The lines of a ticket or a problem. */
  linesOf(owner: string): readonly Line[];
}
export function asItIs(company: Company): AsItIs {
  const [issues, members, sessions] = [company.jira.issues(), company.admin.members(), company.admin.sessions()];
  const jira = Object.create(company.jira, { issues: { value: () => issues } }) as Company['jira'];
  const admin = Object.create(company.admin, { members: { value: () => members }, sessions: { value: () => sessions } }) as Company['admin'];
  const lines = linesOf({ ...company, jira, admin });
  const byOwner = new Map<string | null, Line[]>();
  for (const line of lines) byOwner.set(line.owner, [...(byOwner.get(line.owner) ?? []), line]);
  return { ...company, jira, admin, lines, linesOf: (owner) => byOwner.get(owner) ?? [] };
}

/** Lines that belong to none of the tickets and problems of the run: nobody judges them, and nobody expects them. */
export function strays({ lines }: Pick<AsItIs, 'lines'>, played: readonly Pick<Played, 'sample' | 'ticket'>[]): string[] {
  const known = new Set(played.flatMap(({ sample, ticket }) => [ticket, problemOf(sample)]));
  return lines.flatMap(({ owner, effect, on }) => (owner !== null && known.has(owner) ? [] : [`${effect} on ${on}, of ${owner ?? 'nobody'}`]));
}

const WRONG = ['lost', 'twice', 'odd', 'stuck', 'hidden', 'unexplained'] as const;
export const isClean = (verdict: Verdict): boolean => WRONG.every((what) => verdict[what].length === 0);
/** In words, e.g. `lost: mail 1:promise`. */
export const wrongWith = (verdict: Verdict): string[] => WRONG.flatMap((what) => (verdict[what].length > 0 ? [`${what}: ${verdict[what].join(', ')}`] : []));
