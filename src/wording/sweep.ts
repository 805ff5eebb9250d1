/** How far the sweep came, in a few sentences for ops. Ids and times only. */
import { SWEPT, type LeftOut, type Position, type Swept } from '../domain/sweep.js';
import { listed, sentence, utc } from './clean.js';

/** A mark that is older is behind; so is what waits for something under way for longer than a day. */
const BEHIND_MS = 30 * 60_000;
const EXPECTED_MS = 24 * 3_600_000;
const NAMED = 20;

export interface SweepWords extends Record<Swept, Position> {
  /** When it began, ISO 8601. */
  at: string;
  /** What held it up. */
  stopped: Partial<Record<Swept, string>>;
  knocked: number;
  healed: number;
}

const SYSTEM: Record<Swept, string> = { helpdesk: 'the helpdesk', jira: 'Jira', temporal: 'Temporal' };
/** What the names of what was left out are of. */
const WHAT: Record<Swept, string> = { helpdesk: 'ticket ', jira: '', temporal: '' };

/** `flagged` where something stays behind that a person should know of. */
export function sweepWords(s: SweepWords): { text: string; flagged: boolean } {
  const ageMs = (since: string) => Date.parse(s.at) - Date.parse(since);
  const behind = SWEPT.filter((system) => ageMs(s[system].mark) > BEHIND_MS);
  const left = SWEPT.flatMap((system) => Object.entries(s[system].left).map(([id, out]) => ({ name: `${WHAT[system]}${id}`, ...out })))
    .filter(({ expected, since }) => !expected || ageMs(since) > EXPECTED_MS)
    .sort((a, b) => (a.since < b.since ? -1 : 1));

  const parts = [`Knocked at ${s.knocked}, closed ${s.healed} made twice.`];
  for (const system of SWEPT) {
    const why = s.stopped[system];
    if (behind.includes(system)) parts.push(sentence(`Behind: looked at ${SYSTEM[system]} only up to ${utc(s[system].mark)}${why ? ` (${why})` : ''}`));
    else if (why) parts.push(sentence(`Held up at ${SYSTEM[system]}: ${why}`));
  }
  if (left.length > 0) parts.push(sentence(`Left out, and tried again: ${listed([...left.slice(0, NAMED).map(words), ...(left.length > NAMED ? [`${left.length - NAMED} more`] : [])])}`));
  if (parts.length === 1) parts.unshift(`Looked at everything that changed up to ${utc(s.at)}.`);
  return { text: parts.join(' '), flagged: behind.length > 0 || left.length > 0 };
}

const words = ({ name, since, why }: LeftOut & { name: string }): string => `${name} since ${utc(since)} (${why})`;
