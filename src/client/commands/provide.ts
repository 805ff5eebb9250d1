/** `provide`: facts and report fields from `name=value` on the command line, typed by name. */
import { PROVIDABLE, REPORT_FIELDS, type ErrorReport, type FactName } from '../../domain/facts.js';
import { CliError, EXIT } from '../io.js';

type Reader = (text: string) => unknown;

const NONE = /^(none|null)$/i;
const asText: Reader = (text) => text;
const orNull: Reader = (text) => (NONE.test(text) ? null : text);
const yesOrNo: Reader = (text) => {
  if (/^(true|yes)$/i.test(text)) return true;
  if (/^(false|no)$/i.test(text)) return false;
  throw new TypeError('must be yes or no');
};
const list: Reader = (text) => {
  if (text.startsWith('[')) return JSON.parse(text) as unknown;
  return NONE.test(text) ? [] : text.split(',').map((name) => name.trim()).filter(Boolean);
};

const READERS: Record<(typeof PROVIDABLE)[number], Reader> = {
  memberId: asText,
  troubleshootingDone: yesOrNo,
  bugConfirmed: yesOrNo,
  incentiveDates: asText,
  inquiry: orNull,
  errorKind: orNull,
  inComplianceSince: orNull,
  ooeResult: asText,
  requirementsAllTrueSince: orNull,
  unmetRequirements: list,
  ordered: yesOrNo,
  orderTemplateCompleted: yesOrNo,
  firstSessionCompleted: yesOrNo,
  clinicalRequirementsMet: yesOrNo,
  scope: asText,
  observedLogin: asText,
  securityConcern: yesOrNo,
  suspectedDefect: yesOrNo,
};

/** e.g. `['bugConfirmed=yes', 'report.errorText=Error 500']`. Throws `CliError` (2); the gateway checks the values. */
export function provided(words: string[]): { facts?: Record<string, unknown>; report?: ErrorReport } {
  const facts: Partial<Record<FactName, unknown>> = {};
  const report: ErrorReport = {};
  for (const word of words) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(word) ?? wrong(`"${word}" is not name=value.`);
    const field = REPORT_FIELDS.find((f) => `report.${f}` === name);
    const fact = PROVIDABLE.find((f) => f === name);
    if (field) report[field] = value;
    else if (fact) facts[fact] = read(fact, value);
    else wrong(`There is no "${name}". Facts: ${PROVIDABLE.join(', ')}. Report fields: ${REPORT_FIELDS.map((f) => `report.${f}`).join(', ')}.`);
  }
  return { ...(Object.keys(facts).length && { facts }), ...(Object.keys(report).length && { report }) };
}

function read(fact: (typeof PROVIDABLE)[number], value: string): unknown {
  try {
    return READERS[fact](value);
  } catch (error) {
    return wrong(`${fact} ${error instanceof SyntaxError ? 'is not JSON' : (error as Error).message}.`);
  }
}

function wrong(message: string): never {
  throw new CliError(EXIT.usage, message);
}

/** JSON from an argument, or from stdin for `-`. Throws `CliError` (2). */
export async function jsonFrom(argument: string, stdin: () => Promise<string>): Promise<unknown> {
  try {
    return JSON.parse(argument === '-' ? await stdin() : argument) as unknown;
  } catch {
    return wrong(argument === '-' ? 'What came on stdin is not JSON.' : 'What was given is not JSON.');
  }
}
