/**
 * What an outsider sent and the worker could not read. It is refused on arrival and stays refused, also for a
 * worker that is given the key later; what was read once is never dropped by a worker that has lost the key.
 */
import { patched, workflowInfo } from '@temporalio/workflow';

const WORDS: Record<string, string> = {
  elsewhere: 'it was encrypted for another workflow',
  'no-key': 'it is encrypted with a key that the worker does not have',
  plaintext: 'it is not encrypted',
};

/** Why the codec could not read a message, in words; null for one that it could. */
export function whyUnreadable(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('undecodable' in value)) return null;
  return WORDS[String(value.undecodable)] ?? 'it cannot be decoded';
}

/** What is said of a message that could not be read; null for one that could. */
export function unreadable(value: unknown): string | null {
  const why = whyUnreadable(value);
  return why && `refused a message that cannot be read: ${why}`;
}

/** The codec endpoint marks what was typed into the Temporal UI: what only onetouch itself says is not taken from there. */
export const isByHand = (value: unknown): boolean => typeof value === 'object' && value !== null && 'byHand' in value;
export const NOT_BY_HAND = 'refused what only onetouch itself says, typed in by hand';

/** Whether that may change with the worker's settings. */
const mayChange = (value: unknown) => ['no-key', 'plaintext'].includes(String((value as { undecodable: unknown }).undecodable));

/** What only onetouch itself writes must be readable. Throws, so that the task is tried again until it is. */
export function mustBeRead<T>(what: string, value: T): T {
  const why = whyUnreadable(value);
  if (why) throw new Error(`${what} cannot be read: ${why}. See PAYLOAD_KEYS.`);
  return value;
}

/**
 * Reads the signals of one run, in their order. Answers the value that is heard: what was refused on arrival is
 * the same refusal when the run is replayed, which a marker in the history tells.
 */
export function signalReader(): (value: unknown) => unknown {
  let signals = 0;
  return (value) => {
    const marker = `unreadable-${++signals}`;
    const { isReplaying } = workflowInfo().unsafe;
    if (whyUnreadable(value)) {
      if (!mayChange(value) || patched(marker)) return value;
      return mustBeRead('A message that was read before', value);
    }
    return isReplaying && patched(marker) ? { undecodable: 'no-key' } : value;
  };
}
