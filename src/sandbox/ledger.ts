/**
 * What a stand-in keeps: its state, and the ledger of what it was asked to do. Tests, samples and the sandbox's
 * page read the ledger; the real systems have their audit logs for it.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Milliseconds since the epoch; a promise where the clock is a test server's. */
export type Clock = () => number | Promise<number>;

/** The user onetouch signs in as, in every stand-in's ledger. */
export const US = 'onetouch';

/** One thing a stand-in was asked to do, and by whom. */
export interface Effect {
  /** Counts up within one system. */
  n: number;
  /** ISO 8601. */
  at: string;
  /** `onetouch` for us; else the person's name in that system. */
  by: string;
  /** e.g. note, reply, group, issue, comment, remote-link, account-note, mail. */
  kind: string;
  /** The ticket, issue, member or address it was done to. */
  on: string;
  /** The words that went with it: a note's body, a group's name, an issue's summary. */
  text: string;
}

/** State and ledger of one system, kept as one JSON file or in memory only. */
export interface Store<State> {
  readonly state: State;
  readonly ledger: readonly Effect[];
  /** Puts an effect on the ledger. The caller has changed the state already. */
  record(atMs: number, by: string, kind: string, on: string, text?: string): void;
  /** Says that the state changed, so that it is written soon. */
  changed(): void;
  /** Resolves when everything is on disk. */
  flush(): Promise<void>;
}

interface Kept<State> {
  version: 1;
  state: State;
  ledger: Effect[];
}

/**
 * Opens a system's store, with what an earlier run left there.
 * @param empty the state of a system that was never used
 * @param dir where its file lives; without it nothing is kept
 * Throws when the file is there and cannot be read.
 */
export async function openStore<State>(system: string, empty: () => State, dir?: string): Promise<Store<State>> {
  const file = dir ? path.join(dir, `${system}.json`) : null;
  if (dir) await mkdir(dir, { recursive: true });
  const kept: Kept<State> = (file && (await readKept<State>(system, file))) || { version: 1, state: empty(), ledger: [] };

  let dirty = false;
  let writing: Promise<void> | null = null;
  const write = async () => {
    while (dirty) {
      dirty = false;
      // A rename is atomic: whoever reads the file sees the old state or the new one, never half of it.
      await writeFile(`${file}.new`, JSON.stringify(kept));
      await rename(`${file}.new`, file!);
    }
  };
  const changed = () => {
    if (!file) return;
    dirty = true;
    // What happens in one turn of the event loop is written once.
    writing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(write).finally(() => (writing = null));
    writing.catch(() => {}); // `flush` reports it; the next change tries again.
  };
  return {
    state: kept.state,
    ledger: kept.ledger,
    record(atMs, by, kind, on, text = '') {
      kept.ledger.push({ n: kept.ledger.length + 1, at: new Date(atMs).toISOString(), by, kind, on, text });
      changed();
    },
    changed,
    async flush() {
      while (writing) await writing;
    },
  };
}

async function readKept<State>(system: string, file: string): Promise<Kept<State> | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw e;
  }
  try {
    const kept = JSON.parse(text) as Kept<State>;
    if (kept.version === 1 && Array.isArray(kept.ledger)) return kept;
  } catch {
    // Said below, together with a file that is JSON and not ours.
  }
  throw new Error(`The sandbox's ${system} cannot read its file ${file}. Delete it to start that system afresh.`);
}
