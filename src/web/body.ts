/** The body of a request, bounded and as it came. */
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Refusal } from './refusal.js';

const MAX_BYTES = 1024 * 1024;

/** Middleware: a body of more than 1 MB is answered with 413. */
export const limited = bodyLimit({
  maxSize: MAX_BYTES,
  onError: () => {
    throw new Refusal(413, 'The body is larger than 1 MB.');
  },
});

/** The raw bytes. A body that breaks off is a `Refusal` (400). */
export async function bytesOf(c: Context): Promise<Uint8Array> {
  try {
    return new Uint8Array(await c.req.arrayBuffer());
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, 'The body could not be read.');
  }
}
