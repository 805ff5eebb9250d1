/** Facts for the policy's tests: written short, and every combination of them. */
import { FACT_SOURCES, INQUIRIES, OBSERVED_LOGINS, SCOPES, type FactName, type Facts, type FactSource, type FactValues } from '../../src/domain/facts.js';
import { HOLD_MS, HOURS } from '../../src/policy/clocks.js';
import type { RowInquiry } from '../../src/policy/row.js';
import { rowsOf } from '../../src/policy/table.js';

export const NOW = '2026-03-10T12:00:00.000Z';
export const READ_AT = '2026-03-10T11:59:00.000Z';
/** The moment `ms` before NOW; a negative one lies ahead. */
export const ago = (ms: number): string => new Date(Date.parse(NOW) - ms).toISOString();

/** Values as facts. The member is known unless `memberId` is given as undefined. */
export function factsOf(values: { [K in FactName]?: unknown }, source: FactSource = 'HGP'): Facts {
  const all = { memberId: 'M-1', ...values };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, { value, source, readAt: READ_AT }]])),
  );
}

const TIMES = [null, 'last Tuesday', ago(0), ago(40 * HOURS), ago(HOLD_MS - 1), ago(HOLD_MS), ago(HOLD_MS + 1), ago(-HOURS)];
const YES_NO = [true, false];
/** The values worth trying of each fact; undefined, a fact that is not there, always is one. */
export const WORTH_TRYING: { [K in FactName]: readonly unknown[] } = {
  inquiry: [...INQUIRIES, null],
  errorKind: [null, 'server-error'],
  memberId: ['M-1'],
  troubleshootingDone: YES_NO,
  bugConfirmed: YES_NO,
  inComplianceSince: TIMES,
  incentiveDates: ['missing', 'unclear', 'clear'] satisfies FactValues['incentiveDates'][],
  ooeResult: ['excluded', 'error', 'eligible'] satisfies FactValues['ooeResult'][],
  requirementsAllTrueSince: TIMES,
  unmetRequirements: [[], ['Baseline survey'], ['Baseline survey', 'Consent']],
  ordered: YES_NO,
  orderTemplateCompleted: YES_NO,
  firstSessionCompleted: YES_NO,
  clinicalRequirementsMet: YES_NO,
  scope: SCOPES,
  observedLogin: OBSERVED_LOGINS,
  securityConcern: YES_NO,
  suspectedDefect: YES_NO,
};

/** Every combination of the facts that the inquiry's rows need, missing ones included. */
export function* everyFactsOf(inquiry: RowInquiry): Generator<Facts> {
  const needs = [...new Set(rowsOf(inquiry).flatMap((r) => r.needs))];
  const own = { inquiry: inquiry === 'unknown' ? null : inquiry };
  for (const memberId of ['M-1', undefined]) {
    for (const values of combinations(needs)) yield factsOf({ ...own, memberId, ...values });
  }
}

function* combinations([name, ...rest]: FactName[]): Generator<{ [K in FactName]?: unknown }> {
  if (!name) return yield {};
  for (const value of [undefined, ...WORTH_TRYING[name]]) {
    for (const others of combinations(rest)) yield { [name]: value, ...others };
  }
}

export const ROW_INQUIRIES: readonly RowInquiry[] = [...INQUIRIES, 'unknown'];
export const SOURCES = FACT_SOURCES;
