/** The shapes of what people say to group troubleshooting, checked by hand; see `shapes.ts`. */
import { readActor } from './grants.js';

type Check = (value: unknown) => string | null;

const text: Check = (v) => (typeof v === 'string' && v.trim() !== '' && v.length <= 4_000 ? null : 'must be a text of 1 to 4,000 characters');
const flag: Check = (v) => (typeof v === 'boolean' ? null : 'must be true or false');
const optionalFlag: Check = (v) => (v === undefined ? null : flag(v));
const optionalText: Check = (v) => (v === undefined ? null : text(v));

const SHAPES = {
  fix: { reason: optionalText },
  approve: { groupId: text, field: text, from: flag, to: flag, version: text, breakGlass: optionalFlag, reason: optionalText },
  refuse: { reason: text },
  observed: { login: (v) => (v === 'works' || v === 'fails' ? null : 'must be works or fails') },
} satisfies Record<string, Record<string, Check>>;

/** The fields of each verb: what a grant covers. */
export const groupFields = (verb: keyof typeof SHAPES): string[] => Object.keys(SHAPES[verb]);

/** What is wrong with an update's shape, in one sentence; null when nothing is. */
export function wrongGroupShape(verb: keyof typeof SHAPES, value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return `${verb} takes one object`;
  const given = value as Record<string, unknown>;
  for (const [field, check] of Object.entries(SHAPES[verb]) as [string, Check][]) {
    const wrong = check(given[field]);
    if (wrong) return `${verb}: ${field} ${wrong}`;
  }
  if (given['breakGlass'] === true && given['reason'] === undefined) return `${verb}: reason must say why the glass is broken`;
  return readActor(given['by']) ? null : 'by must say who it is: name, role, verified';
}
