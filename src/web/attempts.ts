/**
 * What roles refuse, told to the record of the case or problem that it was about. One person gets so many lines a minute
 * there; what is beyond is counted, and told as one line when the minute is over: a record is not for them to fill.
 */
import type { Cases } from '../client/cases.js';
import type { Problems } from '../client/problems.js';
import { isProblemId } from '../domain/problem.js';
import type { Denied } from '../workflows/messages.js';
import type { Refused } from './access.js';
import { ticketId } from './ids.js';

/** So many attempts of one person at one case or problem are told one by one in a minute. */
export const TOLD_PER_MINUTE = 20;
const MINUTE_MS = 60_000;

interface Minute {
  told: number;
  /** What was attempted beyond the budget, and how often in all. */
  beyond: Set<string>;
  times: number;
  /** Ends it, and tells what was beyond. */
  end(): Promise<void>;
}

export interface Attempts {
  refused(attempt: Refused): void;
  /** Tells what was counted and not told yet. */
  close(): Promise<void>;
}

/** `untold` hears why an attempt could not be told; it is in the log alone then. */
export function attempts(cases: Pick<Cases, 'denied'>, problems: Pick<Problems, 'denied'>, untold: (error: unknown) => void): Attempts {
  const minutes = new Map<string, Minute>();

  function begin(name: string, tell: (attempt: Pick<Denied, 'what' | 'why'>) => Promise<void>): Minute {
    const minute: Minute = {
      told: 0,
      beyond: new Set(),
      times: 0,
      async end() {
        clearTimeout(over);
        minutes.delete(name);
        if (minute.times > 0) await tell({ what: [...minute.beyond].join(', '), why: `${minute.times} more attempts within a minute` });
      },
    };
    const over = setTimeout(() => void minute.end(), MINUTE_MS).unref();
    minutes.set(name, minute);
    return minute;
  }

  /** Whoever did not sign in names nobody, and is in no record. */
  function refused({ status, path, reason, by }: Refused): void {
    const [, kind, id, verb] = /^\/api\/(cases|problems)\/([^/]+)\/([a-z-]+)$/.exec(path) ?? [];
    if (status !== 403 || !by || !id || !verb) return;
    if (kind === 'cases' ? !ticketId.safeParse(id).success : !isProblemId(id)) return;
    const who = { name: by.name, role: by.roles.at(-1) ?? ('unverified' as const), verified: true, ...(by.subject && { subject: by.subject }) };
    const tell = (attempt: Pick<Denied, 'what' | 'why'>) => (kind === 'cases' ? cases : problems).denied(id, { ...attempt, by: who }).catch(untold);
    const name = JSON.stringify([kind, id, by.subject || by.name]);
    const minute = minutes.get(name) ?? begin(name, tell);
    if (minute.told < TOLD_PER_MINUTE) {
      minute.told += 1;
      void tell({ what: verb, why: reason });
    } else {
      minute.beyond.add(verb);
      minute.times += 1;
    }
  }

  return { refused, close: async () => void (await Promise.all([...minutes.values()].map((minute) => minute.end()))) };
}
