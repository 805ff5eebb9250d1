/** Facts as JSON from outside, checked. In its own file, so that workflows never bundle zod. */
// oxlint-disable-next-line no-restricted-imports -- this file is an edge: decide() and workflows never import it.
import { z } from 'zod';
import { ERROR_KINDS, FACT_SOURCES, INQUIRIES, OBSERVED_LOGINS, SCOPES, type FactName, type Facts, type FactValues } from '../domain/facts.js';
import { readNow } from './clocks.js';
import { FACT_WORDS } from './fact-words.js';

const time = z.iso.datetime({ offset: true, error: 'must be an ISO 8601 time with a zone, e.g. 2025-03-01T12:00:00Z' });
const words = z.string().regex(/\S/, 'must not be empty');
const yesOrNo = z.boolean();

const values = {
  inquiry: z.enum(INQUIRIES).nullable(),
  errorKind: z.enum(ERROR_KINDS).nullable(),
  memberId: words,
  troubleshootingDone: yesOrNo,
  bugConfirmed: yesOrNo,
  inComplianceSince: time.nullable(),
  incentiveDates: z.enum(['missing', 'unclear', 'clear']),
  ooeResult: z.enum(['excluded', 'error', 'eligible']),
  requirementsAllTrueSince: time.nullable(),
  unmetRequirements: z.array(words),
  ordered: yesOrNo,
  orderTemplateCompleted: yesOrNo,
  firstSessionCompleted: yesOrNo,
  clinicalRequirementsMet: yesOrNo,
  scope: z.enum(SCOPES),
  observedLogin: z.enum(OBSERVED_LOGINS),
  securityConcern: yesOrNo,
  suspectedDefect: yesOrNo,
} satisfies { [K in FactName]: z.ZodType<FactValues[K]> };

const factOf = <V extends z.ZodType>(value: V) => z.strictObject({ value, source: z.enum(FACT_SOURCES), readAt: time });

/** Each entry of `values`, made optional after `change`. */
const everyFact = <R extends z.ZodType>(change: (value: z.ZodType, name: FactName) => R) =>
  z.strictObject(
    Object.fromEntries(Object.entries(values).map(([n, v]) => [n, change(v, n as FactName).optional()])) as Record<
      FactName,
      z.ZodOptional<R>
    >,
  );

/** Facts in full: each with its value, its source and when it was read. Nothing else is let through. */
export const factsSchema = everyFact(factOf) as z.ZodType as z.ZodType<Facts>;

/** What `parseFacts` takes: each fact in full, or its bare value. */
const inputSchema = everyFact((v, name) => z.union([factOf(v), v]).describe(`Known: ${FACT_WORDS[name]}.`));

/** What is wrong with the facts, one line a problem; never a value, which may be a member's. */
export class FactsError extends Error {
  override name = 'FactsError';
  constructor(readonly problems: string[]) {
    super(`These are not facts:\n${problems.map((p) => `  ${p}`).join('\n')}\nSee docs/facts.schema.json.`);
  }
}

/**
 * Reads facts from JSON. A bare value is short for a fact that an agent gave just now.
 *
 * @param now ISO 8601; when a bare value counts as read.
 * @throws FactsError; TypeError when `now` is not a time.
 */
export function parseFacts(json: unknown, now: string): Facts {
  readNow(now);
  const result = factsSchema.safeParse(isObject(json) ? inFull(json, now) : json);
  if (result.success) return result.data;
  throw new FactsError(result.error.issues.map(problem));
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);

/** No fact's own value is an object, so an object is a fact in full. */
const inFull = (json: Record<string, unknown>, now: string) =>
  Object.fromEntries(
    Object.entries(json).map(([n, v]) => [n, isObject(v) || v === undefined ? v : { value: v, source: 'agent', readAt: now }]),
  );

function problem({ path, message }: z.core.$ZodIssue): string {
  const [fact, ...inside] = path.map(String);
  if (fact === undefined) return message;
  const where = inside[0] === 'value' ? inside.slice(1) : inside;
  return `${[fact, ...where].join('.')}: ${message}`;
}

/** The JSON Schema of what `parseFacts` takes, as published in docs/facts.schema.json. */
export function factsJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(inputSchema);
  return {
    $schema,
    title: 'Facts',
    description:
      'What is known about a ticket, for `onetouch decide`. A fact that nobody knows is left out. Each fact is given in full, with its source and when it was read, or as a bare value, which counts as given by an agent now.',
    ...rest,
  };
}
