/**
 * The judge: holds every ticket against what is expected of it, by the outside systems' own account, and its case by
 * what Temporal says of it. Nothing that onetouch says of its own effects counts.
 */
import type { Cases } from '../src/client/cases.js';
import type { Entry } from '../src/domain/case.js';
import { effectsOn } from '../src/dev/effects.js';
import { US } from '../src/sandbox/ledger.js';
import type { Company } from '../src/sandbox/company.js';
import { ofProblem, strangeSessions } from './judge-own.js';
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
  /** Jira issues that were made twice and closed as duplicates. */
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

/** Issues of the ticket that onetouch closed as duplicates of another issue of the same escalation. */
function closedAsExtra({ jira }: Company, ticket: string): { key: string; project: string; cycle: string }[] {
  return jira.issues().flatMap(({ key, project, labels, resolution, duplicateOf }) => {
    const cycle = labels.map((l) => /^onetouch-(\d+)-(\d+)$/.exec(l)).find((m) => m?.[1] === ticket)?.[2];
    const twin = duplicateOf && jira.issues().find((i) => i.key === duplicateOf);
    const ours = cycle && resolution === 'Duplicate' && twin && twin.labels.includes(`onetouch-${ticket}-${cycle}`);
    return ours ? [{ key, project, cycle }] : [];
  });
}

const counted = (list: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const one of list) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
};

/** Impersonations may be there more than once. */
const isCounted = (effect: string): boolean => !effect.startsWith('impersonation ');

/** @param record everything that a ticket's case recorded, in all of its runs */
export async function judge(played: Played, company: Company, cases: Pick<Cases, 'state'>, record: (ticket: string) => Promise<readonly Entry[]>): Promise<Verdict> {
  const { sample, ticket, stepsDone, trouble } = played;
  const verdict: Verdict = { ticket, sample: sample.name, lost: [], twice: [], odd: [], stuck: [], unknown: [], hidden: [], healed: [] };
  const { expects } = sample;
  const mails = fates(company, ticket);
  verdict.unknown = [...mails].flatMap(([name, fate]) => (fate === 'unknown' ? [name] : []));
  const doubtful = new Set(verdict.unknown.map((name) => `mail ${name}`));

  const extras = closedAsExtra(company, ticket);
  verdict.healed = extras.map(({ key }) => key);
  const there = counted(effectsOn(company, ticket).filter(isCounted));
  for (const { project, cycle, key } of extras) {
    const name = `issue ${cycle}:${project}`;
    there.set(name, there.get(name)! - 1);
    for (const text of company.jira.commentsByUs(key)) if (!text.includes('[onetouch ')) verdict.odd.push(`a comment on ${key} without a mark`);
    const own = [...there.keys()].find((effect) => effect.startsWith('comment ') && effect.includes(':duplicate'));
    if (own) there.delete(own);
  }
  const wanted = counted(expects.effects.filter(isCounted));
  for (const [effect, n] of wanted) {
    const is = there.get(effect) ?? 0;
    // A case that was held up until the wait was over has none to tell of.
    const mayBe = doubtful.has(effect) || (effect.startsWith('note 1:wait-') && expects.stage !== 'waiting');
    if (is < n && !mayBe) verdict.lost.push(effect);
    if (is > n) verdict.twice.push(`${effect} (${is} times)`);
  }
  for (const [effect, n] of there) if (n > 0 && !wanted.has(effect) && !doubtful.has(effect)) verdict.odd.push(effect);
  for (const { key, remoteLinks, labels } of company.jira.issues())
    if (labels.some((l) => l.startsWith(`onetouch-${ticket}-`)) && remoteLinks.length > 1) verdict.twice.push(`remote link of ${key}`);
  const problem = ofProblem(company, played);
  for (const what of ['lost', 'twice', 'odd', 'healed'] as const) verdict[what].push(...problem[what]);
  verdict.odd.push(...strangeSessions(company, played));

  try {
    const view = await cases.state(ticket);
    // A late webhook starts an ended case again, and it ends at once; then its record on the ticket says how it had ended.
    const before = view.outcome === 'nothing-new' ? recordOf(company, ticket) : null;
    const is = before ? { stage: view.stage, row: before.row, outcome: before.outcome } : { stage: view.stage, row: view.ruling?.row ?? expects.row, outcome: view.outcome ?? undefined, needs: view.needs ?? undefined, team: view.handoff?.team, cycle: view.cycle };
    const wants: Partial<Record<string, unknown>> = { outcome: undefined, needs: undefined, team: undefined, cycle: 1, ...expects };
    for (const [part, value] of Object.entries(is)) {
      // A mail in doubt is a person's to check, whatever else the case needs.
      if (part === 'needs' && value === 'mail-check' && doubtful.size > 0) continue;
      if (value !== wants[part]) verdict.stuck.push(`${part} ${value ?? 'none'} instead of ${String(wants[part] ?? 'none')}`);
    }
    if (view.flagged?.startsWith('cannot ')) verdict.stuck.push(view.flagged);
    if (doubtful.size > 0) {
      // In any of its runs: a late webhook starts an ended case again.
      const shown = (await record(ticket)).some(({ what, text }) => what === 'flagged' && text.startsWith('it is not known'));
      if (!shown) verdict.hidden.push(...verdict.unknown);
    }
  } catch (error) {
    verdict.stuck.push(error instanceof Error ? error.message : String(error));
  }
  if (trouble) verdict.stuck.push(trouble);
  else if (stepsDone < (sample.steps?.length ?? 0)) verdict.stuck.push(`step ${stepsDone + 1} of its people has not had its moment`);
  return verdict;
}

/** The company as it is now: its lists are made once for all tickets that are judged. */
export function asItIs(company: Company): Company {
  const [issues, members] = [company.jira.issues(), company.admin.members()];
  const jira = Object.create(company.jira, { issues: { value: () => issues } }) as Company['jira'];
  const admin = Object.create(company.admin, { members: { value: () => members } }) as Company['admin'];
  return { ...company, jira, admin };
}

const WRONG = ['lost', 'twice', 'odd', 'stuck', 'hidden'] as const;
export const isClean = (verdict: Verdict): boolean => WRONG.every((what) => verdict[what].length === 0);
/** In words, e.g. `lost: mail 1:promise`. */
export const wrongWith = (verdict: Verdict): string[] => WRONG.flatMap((what) => (verdict[what].length > 0 ? [`${what}: ${verdict[what].join(', ')}`] : []));
