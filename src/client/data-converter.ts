/**
 * The one place where payloads are encoded and calls traced, used by the client and the worker alike: both
 * sides must agree, and adding either later breaks running cases.
 */
import { fileURLToPath } from 'node:url';
import type { ClientInterceptors } from '@temporalio/client';
import type { DataConverter, Payload, PayloadCodec, SerializationContext } from '@temporalio/common';
import type { WorkerInterceptors } from '@temporalio/worker';
import { BY_HAND, open, readable, seal, type Unreadable } from './payload-codec.js';
import type { PayloadSettings } from './payload-keys.js';

/** Encodes the texts of failures like everything else; a path, since the workflows' sandbox loads it by itself. */
export const FAILURE_CONVERTER = fileURLToPath(new URL('./failure-converter.cjs', import.meta.url));

/** Content that ought to be ours and cannot be read: a key is missing, or the settings of two sides differ. */
export class CannotRead extends Error {
  override name = 'CannotRead';
  constructor(why: Unreadable) {
    super(WORDS[why]);
  }
}
const WORDS: Record<Unreadable, string> = {
  malformed: 'A payload is neither readable nor encrypted by onetouch, or was changed on its way.',
  elsewhere: 'A payload was encrypted for another workflow.',
  'no-key': 'A payload is encrypted with a key that PAYLOAD_KEYS does not hold. Add that key again, behind the first one.',
  plaintext: 'A payload is not encrypted. Where it is from before encryption, set PAYLOAD_PLAINTEXT=accept until that case has ended.',
};

/**
 * How payloads are converted and encoded.
 * @param payloads the keys; null leaves payloads as they are
 * @param side the worker takes what outsiders send to a workflow: where that cannot be read, it is replaced by a
 *   value that no shape accepts, so that the case records and drops it. Everything else that cannot be read throws
 *   `CannotRead`, and Temporal tries again until it can be read.
 * @param tell hears of each payload that cannot be read, whatever becomes of it
 */
export function dataConverter(payloads: PayloadSettings | null, side: 'client' | 'worker', tell: (why: Unreadable, words: string) => void = () => {}): DataConverter {
  const codec: PayloadCodec = {
    encode: async (given, context) => (payloads ? given.map((payload) => seal(payload, payloads, ownerIn(context) ?? '')) : given),
    decode: async (given, context) =>
      given.map((payload) => {
        const opened = payloads ? open(payload, payloads, ownersIn(context)) : readable(payload);
        if ('payload' in opened) return opened.payload;
        tell(opened.unreadable, WORDS[opened.unreadable]);
        if (side === 'worker' && context?.type === 'workflow') return unreadable(opened.unreadable);
        throw new CannotRead(opened.unreadable);
      }),
  };
  return { payloadCodecs: [codec], ...(payloads && { failureConverterPath: FAILURE_CONVERTER }) };
}

/**
 * Whose a payload is; undefined where the SDK does not say. The runs of a Schedule have its time behind their name, and
 * read what the one before has returned.
 */
const ownerIn = (context?: SerializationContext): string | undefined => context?.workflowId?.replace(/-\d{4}-\d\d-\d\dT[\d:]+Z$/, '');
/** To a workflow people may speak by hand; nothing else is taken from there. */
function ownersIn(context?: SerializationContext): string[] | undefined {
  const owner = ownerIn(context);
  if (owner === undefined) return undefined;
  return context?.type === 'workflow' ? [owner, BY_HAND] : [owner];
}

/** As workflows see it; `src/workflows/unreadable.ts` is its reader. */
const unreadable = (why: Unreadable): Payload => ({
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(JSON.stringify({ undecodable: why })),
});

/** The client's interceptors, e.g. tracing; undefined is none. */
export function clientInterceptors(): ClientInterceptors | undefined {
  return undefined;
}

/** The worker's interceptors, e.g. tracing; undefined is none. */
export function workerInterceptors(): WorkerInterceptors | undefined {
  return undefined;
}
