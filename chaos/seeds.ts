/** Seeds that found something once: lines of `seed tickets`, with what it found after a `#`. */
export interface KeptSeed {
  seed: number;
  tickets: number;
  /** What it found, in words. */
  found: string;
}

/** Throws on a line that is none. */
export const seedsIn = (text: string): KeptSeed[] =>
  text.split('\n').flatMap((line) => {
    if (/^\s*(#|$)/.test(line)) return [];
    const [, seed, tickets, found = ''] = /^(\d+) (\d+)(?:\s+#\s*(.*))?$/.exec(line) ?? [];
    if (!seed || !tickets) throw new Error(`This is no line of "seed tickets  # what it found": ${line}`);
    return [{ seed: Number(seed), tickets: Number(tickets), found }];
  });
