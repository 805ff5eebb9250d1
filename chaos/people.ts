/** Members, agents and engineers: they open the tickets, and act when their moment has come, whatever else happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CaseRow } from '../src/client/cases.js';
import { perform } from '../src/dev/actors.js';
import { effectsOn } from '../src/dev/effects.js';
import { openSample, sinceOf } from '../src/dev/play.js';
import type { Sample } from '../src/sandbox/sample.js';
import { fates } from './judge.js';
import { own, SINGLE } from './own.js';
import type { Random } from './random.js';
import type { System } from './system.js';

/** One ticket of a run. */
export interface Played {
  sample: Sample;
  ticket: string;
  stepsDone: number;
  /** When the last thing was done that the case has to react to, ms since 1970. */
  actedAt: number;
  /** How long it took until the case was seen where its next step, or its end, is. */
  reactedMs: number[];
  /** Seen at its end. */
  arrived: boolean;
  /** The mails that an agent sent again since the mail server had no such ones, e.g. `1:follow-up`. */
  resent: string[];
  /** The mails in doubt of which an agent has said what became of them. */
  settled: string[];
  /** Why its people could not go on. */
  trouble: string | null;
  acting: boolean;
}

const LOOK_MS = 700;
/** A person whose command is not taken, since both workers or Temporal are away, tries again for so long. */
const PATIENCE_MS = 15 * 60_000;
const HOLD_MS = 48 * 3_600_000;

/** @param overMs the tickets are opened over so long */
export function people(system: System, tickets: number, overMs: number, r: Random) {
  const played: Played[] = [];
  const { company, cases, gatewayUrl } = system;
  let gone = false;

  async function open(sample: Sample, i: number): Promise<void> {
    const mine = own(sample, i);
    const ticket = await openSample(company, mine, sinceOf(Date.now(), HOLD_MS));
    played.push({ sample: mine, ticket, stepsDone: 0, actedAt: Date.now(), reactedMs: [], arrived: false, resent: [], settled: [], trouble: null, acting: false });
  }

  async function openAll(): Promise<void> {
    const began = Date.now();
    // Every kind comes up equally often, in any order.
    const kinds = Array.from({ length: Math.ceil(tickets / SINGLE.length) }, () => r.shuffled(SINGLE)).flat().slice(0, tickets);
    const at = kinds.map(() => r.next() * overMs).sort((a, b) => a - b);
    for (const [i, sample] of kinds.entries()) {
      await sleep(Math.max(0, began + at[i]! - Date.now()));
      await open(sample, i + 1);
    }
  }

  async function look(): Promise<void> {
    let rows: Map<string, CaseRow>;
    try {
      rows = new Map((await cases.list({ limit: tickets + 100 })).map((row) => [row.ticketId, row]));
    } catch {
      return; // Temporal is away.
    }
    for (const one of played) {
      const row = rows.get(one.ticket);
      if (!row || one.arrived || one.acting || one.trouble) continue;
      const step = one.sample.steps?.[one.stepsDone];
      if (!step && row.stage === 'closing' && row.needs === 'mail-check') {
        one.acting = true;
        void settle(one, row).finally(() => (one.acting = false));
        continue;
      }
      const { stage, cycle = 1 } = step ? step.when : one.sample.expects;
      if (row.stage !== stage || row.cycle !== cycle) continue;
      if (step?.when.needs && row.needs !== step.when.needs) continue;
      if (step?.when.after && !effectsOn(company, one.ticket).includes(step.when.after)) continue;
      if (step && 'engineer' in step.do && !row.jiraKey) continue; // Its problem's issue is not filed yet.
      one.acting = true;
      void (step ? act(one, row, step.do) : arrive(one, row)).finally(() => (one.acting = false));
    }
  }

  /** A step that cannot go on yet shows its stage already; nobody acts on what he was not told yet. */
  async function isHeldUp(ticket: string, row: CaseRow): Promise<boolean> {
    if (!row.flagged || row.stage === 'ended') return false;
    const flagged = await cases.state(ticket).then((s) => s.flagged ?? '', () => 'cannot be asked');
    return flagged.startsWith('cannot ');
  }

  async function arrive(one: Played, row: CaseRow): Promise<void> {
    if (await isHeldUp(one.ticket, row)) return;
    one.reactedMs.push(Date.now() - one.actedAt);
    one.arrived = true;
  }

  /** An agent looks into the mail server's log, as the note asks for: a case does not end over a mail in doubt. Each is settled once. */
  async function settle(one: Played, row: CaseRow): Promise<void> {
    const doubtful = [...fates(company, one.ticket)].filter(([, fate]) => fate === 'unknown').at(-1)?.[0];
    if (!doubtful || one.settled.includes(doubtful)) return; // Its note is not there yet, or the list lags behind.
    const state = await cases.state(one.ticket).catch(() => null);
    if (state?.stage !== 'closing' || state.needs !== 'mail-check') return;
    const went = company.mail.messages.some(({ messageId }) => messageId.includes(`${one.ticket}.${doubtful.replace(':', '.')}@`));
    const before = one.stepsDone;
    await act(one, row, { agent: 'mail', says: { outcome: went ? 'was-sent' : 'resend' } });
    if (one.stepsDone === before) return;
    one.settled.push(doubtful);
    if (!went) one.resent.push(doubtful);
  }

  async function act(one: Played, row: CaseRow, deed: NonNullable<Sample['steps']>[number]['do']): Promise<void> {
    if (await isHeldUp(one.ticket, row)) return;
    one.reactedMs.push(Date.now() - one.actedAt);
    const on = { ticket: one.ticket, jiraKey: row.jiraKey, key: `chaos-${one.ticket}-${one.stepsDone}` };
    for (const until = Date.now() + PATIENCE_MS; ; ) {
      try {
        await perform(deed, on, { company, cases, gatewayUrl, token: (role) => company.identity!.tokenFor(role) });
        break;
      } catch (error) {
        if (Date.now() > until || gone) {
          one.trouble = `step ${one.stepsDone + 1}: ${error instanceof Error ? error.message : String(error)}`;
          return;
        }
        await sleep(1_500);
      }
    }
    one.stepsDone += 1;
    one.actedAt = Date.now();
  }

  const looking = (async () => {
    while (!gone) {
      await look();
      await sleep(LOOK_MS + played.length / 2);
    }
  })();
  return {
    played,
    /** Resolves when every ticket is open. */
    opened: openAll(),
    /** Everyone is where they should be. */
    through: () => played.length >= tickets && played.every((one) => one.arrived || one.trouble),
    /** Looks again at those that had arrived: something may have moved on. */
    leave: async () => {
      gone = true;
      await looking;
    },
  };
}
