/** What is expected in the ledgers for one ticket or one problem, and how the lines that are there answer to it. */
import type { Line } from './lines.js';

/** Lines that are expected. */
export interface Want {
  effect: string | RegExp;
  /** The ticket, issue, member, employer group or address that they have to be done to; any when absent. */
  on?: string | undefined;
  least: number;
  most: number;
}
export interface Findings {
  /** An expected line that is not there. */
  lost: string[];
  /** A line that is there more often than it should. */
  twice: string[];
  /** A line that nobody expects. */
  odd: string[];
}

export const once = (effect: string, on?: string): Want => ({ effect, on, least: 1, most: 1 });
export const atMostOnce = (effect: string, on?: string): Want => ({ effect, on, least: 0, most: 1 });
export const anyNumber = (effect: string | RegExp, on?: string): Want => ({ effect, on, least: 0, most: Infinity });

/** Each line is claimed by the first want that it answers to; wants of the same lines are added up. */
export function claim(lines: readonly Line[], wants: readonly Want[]): Findings {
  const found: Findings = { lost: [], twice: [], odd: [] };
  let left = [...lines];
  for (const { effect, on, least, most } of added(wants)) {
    const answers = (line: Line) => (typeof effect === 'string' ? line.effect === effect : effect.test(line.effect)) && (on === undefined || line.on === on);
    const n = left.filter(answers).length;
    left = left.filter((line) => !answers(line));
    if (n < least) found.lost.push(String(effect));
    if (n > most) found.twice.push(`${String(effect)} (${n} times)`);
  }
  found.odd = left.map((line) => `${line.effect} on ${line.on}`);
  return found;
}

function added(wants: readonly Want[]): Want[] {
  const sums = new Map<string, Want>();
  for (const want of wants) {
    const name = `${String(want.effect)} on ${want.on ?? 'any'}`;
    const before = sums.get(name);
    sums.set(name, before ? { ...want, least: before.least + want.least, most: before.most + want.most } : want);
  }
  return [...sums.values()];
}

/** A comment of ours that we took away again is there no more; a line of each goes. Answers which went so. */
export function withoutTakenBack(lines: readonly Line[]): { lines: Line[]; takenBack: string[] } {
  const kept = [...lines];
  const takenBack: string[] = [];
  for (const { effect, on } of lines) {
    if (!effect.startsWith('comment-deleted ')) continue;
    const of = (name: string) => kept.findIndex((line) => line.effect === name && line.on === on);
    const said = of(effect.replace('comment-deleted ', 'comment '));
    if (said < 0) continue; // Nobody expects that: it stays, and is odd.
    kept.splice(said, 1);
    kept.splice(of(effect), 1);
    takenBack.push(`${effect} on ${on}`);
  }
  return { lines: kept, takenBack };
}
