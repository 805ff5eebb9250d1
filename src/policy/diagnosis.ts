/**
 * diagnose(): what was read and told in, exactly one of a fix, an explanation, a person or a trigger out. Pure; the
 * tables in ./checks say what is looked at, this says how.
 */
import type { ErrorReport, Facts } from '../domain/facts.js';
import type { GroupProblem } from '../domain/ruling.js';
import type { Diagnosis, Evidence, Explanation, ForPerson, Gathered, ReadingName, Readings } from '../domain/troubleshooting.js';
import type { Check } from './checks/check.js';
import { listed } from './checks/check.js';
import { differences } from './checks/engagement.js';
import { CHECKS } from './checks/table.js';
import { readNow } from './clocks.js';
import { fixOf } from './fixes.js';
import { readFacts } from './read-facts.js';
import { firstTrigger } from './triggers.js';
import { POLICY_VERSION } from './version.js';

const CHANGES_KEPT = 10;

/**
 * What is read for a problem, in order. The employer record comes first and `view` last: look whether the view may
 * be taken at all (`mayTouch`) when the others are there.
 */
export function readingsOf(problem: GroupProblem): ReadingName[] {
  const names = new Set<ReadingName>(['employer', 'changes', 'access', ...CHECKS[problem].checks.flatMap((c) => c.reads)]);
  const view = names.delete('view');
  return [...names, ...(view ? (['view'] as const) : [])];
}

/** What people told, from the facts of the case and the ticket's report. Free text is only looked at for being there. */
export function gatheredFrom(facts: Facts, report: ErrorReport | readonly string[]): Gathered {
  const { known } = readFacts(facts);
  const fields: readonly string[] = Array.isArray(report) ? report : Object.keys(report);
  const told = <K extends 'scope' | 'observedLogin' | 'securityConcern' | 'suspectedDefect'>(name: K) =>
    known[name] === undefined ? null : (facts[name] as NonNullable<Facts[K]>);
  return {
    errorMessages: fields.includes('errorText'),
    affectedMembers: fields.includes('impact'),
    stepsToReproduce: fields.includes('stepsToReproduce'),
    memberNamed: known.memberId !== undefined,
    scope: told('scope'),
    observedLogin: told('observedLogin'),
    securityConcern: told('securityConcern'),
    suspectedDefect: told('suspectedDefect'),
  };
}

/**
 * What the group's problem is and what is to be done about it.
 *
 * @param now ISO 8601 with a zone; the time it is diagnosed for.
 * @throws TypeError when `now` is not such a time.
 */
export function diagnose(problem: GroupProblem, readings: Readings, gathered: Gathered, now: string): Diagnosis {
  readNow(now);
  const { checks } = CHECKS[problem];
  const evidence = checks.map((check) => evidenceOf(check, readings, gathered));
  const check = decisive(checks, evidence);
  const own = check ? evidence.find((e) => e.check === check.id)! : null;
  const base = {
    problem,
    policy: POLICY_VERSION,
    at: now,
    groupId: readings.employer?.value.id ?? null,
    evidence,
    decidedBy: check?.id ?? null,
    recentChanges: (readings.changes?.value ?? []).slice(0, CHANGES_KEPT),
  };

  const trigger = firstTrigger(problem, readings, gathered, evidence);
  if (trigger) return { ...base, cause: trigger.why, outcome: 'trigger', trigger };
  if (!readings.employer) return { ...base, ...forPerson(NO_GROUP) };
  if (!check || !own) return { ...base, ...nothingWrong(problem, readings) };
  const cause = own.means;
  const explanation = check.explains ? explanationOf(readings) : null;
  if (explanation) return { ...base, cause, outcome: 'explanation', explanation };

  const fix = own.verdict === 'failed' && check.fix ? fixOf(check.fix, readings) : null;
  if (fix && 'memberId' in fix && !gathered.memberNamed) return { ...base, ...forPerson(MEMBER_FIRST), cause };
  if (fix?.needsApproval && !gathered.scope) return { ...base, ...forPerson(SCOPE_FIRST), cause };
  if (fix) return { ...base, cause, outcome: 'fix', fix };
  return { ...base, ...forPerson(personFor(check, cause)) };
}

/**
 * The check that decides: the first in order that failed, or that is not known and must be. A symptom gives way to
 * a failure after it; what may be unknown counts only when nothing failed.
 */
function decisive(checks: readonly Check[], evidence: readonly Evidence[]): Check | null {
  let symptom: Check | null = null;
  let doubtful: Check | null = null;
  for (const [i, check] of checks.entries()) {
    const verdict = evidence[i]?.verdict;
    if (verdict === 'failed' && !check.symptom) return check;
    if (verdict === 'failed') symptom ??= check;
    if (verdict === 'unknown' && !check.mayBeUnknown) return symptom ?? check;
    if (verdict === 'unknown') doubtful ??= check;
  }
  return symptom ?? doubtful;
}

function evidenceOf(check: Check, readings: Readings, gathered: Gathered): Evidence {
  const { verdict, value, toldAt } = check.judge(readings, gathered);
  const times = check.reads.flatMap((name) => readings[name]?.readAt ?? []).toSorted();
  return {
    check: check.id,
    verdict,
    value,
    source: toldAt ? 'agent' : 'Admin',
    at: toldAt ?? times.at(-1) ?? null,
    means: { passed: check.passes, failed: check.fails, unknown: check.unknown }[verdict],
  };
}

/** Figures are explained only where they agree with the activity logs; null elsewhere. */
function explanationOf(readings: Readings): Explanation | null {
  const { report, definition, activity } = readings;
  if (!report?.value || !definition || !activity || differences(readings)?.length !== 0) return null;
  const { platform, client, text } = definition.value;
  const { parameters, figures } = report.value;
  const counted = client ? `; the client counts ${listed(client)}` : '; what the client counts is not written down';
  const each = parameters.metrics.map((m) => `${m} ${figures[m]}`).join(', ');
  return {
    definition: text,
    platformMetrics: platform,
    clientMetrics: client,
    from: parameters.from,
    to: parameters.to,
    figures,
    activity: activity.value.figures,
    text: `The platform counts ${listed(platform)} as engagement${counted}. From ${parameters.from} to ${parameters.to} the report has ${each}, which is what the activity logs have.`,
  };
}

type OfOutcome = { cause: string; outcome: 'person'; person: ForPerson } | { cause: string; outcome: 'explanation'; explanation: Explanation };

function nothingWrong(problem: GroupProblem, readings: Readings): OfOutcome {
  const { explains, cause, guidance, asksFacts } = CHECKS[problem].nothingWrong;
  const explanation = explains ? explanationOf(readings) : null;
  if (explanation) return { cause, outcome: 'explanation', explanation };
  return forPerson({ why: cause, guidance: [...guidance], asks: [...asksFacts] });
}

const forPerson = (person: ForPerson): OfOutcome => ({ cause: person.why, outcome: 'person', person });

const personFor = ({ guidance, asksFacts }: Check, why: string): ForPerson => ({ why, guidance: [...guidance], asks: [...(asksFacts ?? [])] });

const NO_GROUP: ForPerson = {
  why: 'The employer group could not be looked up in Admin, so nothing is changed and nobody is impersonated.',
  guidance: ["Set the ticket's employer group to its id or its exact name in Admin, Employers."],
  asks: [],
};

const MEMBER_FIRST: ForPerson = {
  why: "The record of a member who was only a sample of the group is not touched.",
  guidance: ['Provide the id of a member who is affected; then it is diagnosed again with theirs.'],
  asks: ['memberId'],
};

const SCOPE_FIRST: ForPerson = {
  why: 'Before a group is changed it must be known whom the problem affects: several groups are escalated instead.',
  guidance: ['Say whom it affects: one member, several, the whole group, or several groups.'],
  asks: ['scope'],
};
