/** `decide`: facts from stdin, the ruling on stdout; needs no server. */
import { decide } from '../../policy/decide.js';
import { FactsError, parseFacts } from '../../policy/facts-schema.js';
import { CliError, EXIT, type Io } from '../io.js';
import { json } from '../print.js';
import { jsonFrom } from './provide.js';

const HOUR_MS = 3_600_000;

/** Throws `CliError` (2) for facts, a time or hours that are none. */
export async function decideLocally(io: Io, options: { now?: string; holdHours?: string }): Promise<void> {
  const now = options.now ?? io.now().toISOString();
  const facts = await jsonFrom('-', io.stdin);
  try {
    const hold = options.holdHours === undefined ? {} : { holdMs: Number(options.holdHours) * HOUR_MS };
    io.out(json(decide(parseFacts(facts, now), now, hold)));
  } catch (error) {
    if (error instanceof FactsError || error instanceof TypeError || error instanceof RangeError)
      throw new CliError(EXIT.usage, error.message);
    throw error;
  }
}
