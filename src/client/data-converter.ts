/**
 * The one place where payloads are encoded and calls traced, used by the client and the worker alike: both
 * sides must agree, and adding either later breaks running cases. Encryption takes its place in `CODECS`.
 */
import type { ClientInterceptors } from '@temporalio/client';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import type { WorkerInterceptors } from '@temporalio/worker';

const text = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('utf8');
/** What the SDK's default converter reads besides JSON; it throws on anything else, protobuf included. */
const READABLE = ['binary/plain', 'binary/null'];

/**
 * What an outsider sends by hand (the Temporal UI, the CLI) may be undecodable, and would fail the workflow
 * task for ever. It is replaced here by a value that no shape accepts, so that the desk records and drops it.
 */
export const forgivingCodec: PayloadCodec = {
  encode: async (payloads) => payloads,
  decode: async (payloads) => payloads.map((payload) => (isReadable(payload) ? payload : UNREADABLE)),
};

const UNREADABLE: Payload = {
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(JSON.stringify({ undecodable: true })),
};

function isReadable(payload: Payload): boolean {
  const encoding = text(payload.metadata?.['encoding']);
  if (encoding !== 'json/plain') return READABLE.includes(encoding);
  try {
    JSON.parse(text(payload.data));
    return true;
  } catch {
    return false;
  }
}

const CODECS: PayloadCodec[] = [forgivingCodec];

/** How payloads are converted and encoded: JSON, through the codecs. */
export function dataConverter(): DataConverter {
  return { payloadCodecs: CODECS };
}

/** The client's interceptors, e.g. tracing; undefined is none. */
export function clientInterceptors(): ClientInterceptors | undefined {
  return undefined;
}

/** The worker's interceptors, e.g. tracing; undefined is none. */
export function workerInterceptors(): WorkerInterceptors | undefined {
  return undefined;
}
