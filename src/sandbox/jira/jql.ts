/** The little of JQL that onetouch and its tests need; anything else is refused as Jira refuses a bad query. */
import type { IssueRecord } from './state.js';

/** Says what was wrong with the query. */
export class BadQuery extends Error {}

type Test = (issue: IssueRecord, indexedAt: number) => boolean;
export interface Query {
  matches: Test;
  order: (a: IssueRecord, b: IssueRecord) => number;
}

const CLAUSE = /^\s*(\w+)\s*(=|!=|>=|<=|>|<|\bnot in\b|\bin\b)\s*(\([^)]*\)|"[^"]*"|'[^']*'|[^\s"'()]+)\s*/i;

/**
 * Reads a query of clauses joined by AND, with an optional ORDER BY.
 * @param now milliseconds, for relative dates
 * Throws `BadQuery`, also for a query without any clause, which Jira's search refuses as unbounded.
 */
export function parseJql(jql: string, now: number): Query {
  const [, where = '', orderBy] = /^(.*?)(?:\border\s+by\s+(.+))?$/is.exec(jql.trim())!;
  const tests: Test[] = [];
  let rest = where.trim();
  while (rest !== '') {
    const found = CLAUSE.exec(rest);
    if (!found) throw new BadQuery(`Error in the JQL Query: unable to parse at '${rest}'.`);
    tests.push(clause(found[1]!.toLowerCase(), found[2]!.toLowerCase(), values(found[3]!), now));
    rest = rest.slice(found[0].length);
    if (rest === '') break;
    const and = /^and\b\s*/i.exec(rest);
    if (!and || and[0].length === rest.length) throw new BadQuery(`Error in the JQL Query: expecting AND but got '${rest}'.`);
    rest = rest.slice(and[0].length);
  }
  if (tests.length === 0) throw new BadQuery('Unbounded JQL queries are not allowed here. Please add a search restriction to your query.');
  return { matches: (issue, at) => tests.every((t) => t(issue, at)), order: ordering(orderBy) };
}

const unquote = (s: string): string => s.trim().replace(/^(["'])(.*)\1$/s, '$2');
const values = (s: string): string[] => (s.startsWith('(') ? s.slice(1, -1).split(',') : [s]).map(unquote);

function clause(field: string, operator: string, wanted: string[], now: number): Test {
  const negated = operator === '!=' || operator === 'not in';
  const oneOf = (of: (issue: IssueRecord, at: number) => string[]): Test => {
    if (!['=', '!=', 'in', 'not in'].includes(operator)) throw new BadQuery(`The operator '${operator}' is not supported by the '${field}' field.`);
    const lower = wanted.map((w) => w.toLowerCase());
    return (issue, at) => of(issue, at).some((v) => lower.includes(v.toLowerCase())) !== negated;
  };
  switch (field) {
    case 'labels':
      return oneOf((i, at) => Object.entries(i.labels).flatMap(([label, added]) => (added <= at ? [label] : [])));
    case 'project':
      return oneOf((i) => [i.project]);
    case 'key':
    case 'issuekey':
      return oneOf((i) => [i.key]);
    case 'status':
      return oneOf((i) => [i.status]);
    case 'created':
      return compare(operator, wanted[0]!, now, (i) => i.createdAt);
    case 'updated':
      return compare(operator, wanted[0]!, now, (i, at) => i.touches.findLast((t) => t <= at) ?? i.createdAt);
    default:
      throw new BadQuery(`Field '${field}' does not exist or you do not have permission to view it.`);
  }
}

function compare(operator: string, wanted: string, now: number, of: (issue: IssueRecord, at: number) => number): Test {
  const ms = dateValue(wanted, now);
  const tests: Record<string, (v: number) => boolean> = {
    '>=': (v) => v >= ms,
    '<=': (v) => v <= ms,
    '>': (v) => v > ms,
    '<': (v) => v < ms,
    '=': (v) => v === ms,
  };
  const test = tests[operator];
  if (!test) throw new BadQuery(`The operator '${operator}' is not supported by date fields.`);
  return (issue, at) => test(of(issue, at));
}

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A date as JQL has it, in the user's time zone, which is UTC here: minutes are the finest it knows. */
function dateValue(value: string, now: number): number {
  const relative = /^([+-]?\d+)([mhdw])$/.exec(value);
  if (relative) return now + Number(relative[1]) * UNITS[relative[2]!]!;
  if (/^\d{11,}$/.test(value)) return Number(value);
  const day = /^(\d{4})[-/](\d{2})[-/](\d{2})(?: (\d{2}):(\d{2}))?$/.exec(value);
  if (!day) throw new BadQuery(`Date value '${value}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.`);
  const [, y, m, d, hh = '0', mm = '0'] = day;
  return Date.UTC(Number(y), Number(m) - 1, Number(d), Number(hh), Number(mm));
}

function ordering(orderBy: string | undefined): Query['order'] {
  const found = orderBy === undefined ? null : /^(\w+)(?:\s+(asc|desc))?$/i.exec(orderBy.trim());
  if (orderBy !== undefined && !found) throw new BadQuery(`Error in the JQL Query: unable to parse the order '${orderBy}'.`);
  const field = (found?.[1] ?? 'created').toLowerCase();
  const of = { created: (i: IssueRecord) => i.createdAt, updated: (i: IssueRecord) => i.updatedAt, key: (i: IssueRecord) => Number(i.id) }[field];
  if (!of) throw new BadQuery(`Not able to sort using field '${field}'.`);
  const sign = found?.[2]?.toLowerCase() === 'desc' || !found ? -1 : 1;
  return (a, b) => sign * (of(a) - of(b) || Number(a.id) - Number(b.id));
}
