/** The shapes of what people say to group troubleshooting, checked by hand; see `shapes.ts`. */
import { flag, isRecord, oneOf, only, optional, text, wrongIn, type Fields } from './checks.js';
import { readActor } from './grants.js';

const SHAPES = {
  fix: { reason: optional(text) },
  approve: { groupId: text, field: text, from: flag, to: flag, version: text, breakGlass: optional(flag), reason: optional(text) },
  refuse: { reason: text },
  observed: { login: oneOf(['works', 'fails']) },
} satisfies Record<string, Fields>;

/** The fields of each verb: what a grant covers. */
export const groupFields = (verb: keyof typeof SHAPES): string[] => Object.keys(SHAPES[verb]);

/** Only those of them that an update brings. */
export const groupTrimmed = (verb: keyof typeof SHAPES, value: unknown): Record<string, unknown> => only(SHAPES[verb], value as Record<string, unknown>);

/** What is wrong with an update's shape, in one sentence; null when nothing is. */
export function wrongGroupShape(verb: keyof typeof SHAPES, value: unknown): string | null {
  if (!isRecord(value)) return `${verb} takes one object`;
  const wrong = wrongIn(SHAPES[verb], value);
  if (wrong) return `${verb}: ${wrong}`;
  if (value['breakGlass'] === true && value['reason'] === undefined) return `${verb}: reason must say why the glass is broken`;
  return readActor(value['by']) ? null : 'by must say who it is: name, role, verified';
}
