/** The body of a request, bounded and as it came. */
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Refusal } from './refusal.js';

/** Middleware: a body of more than so many MB is answered with 413, one that breaks off with 400. */
export function limitedTo(megabytes: number): MiddlewareHandler {
  const limit = bodyLimit({
    maxSize: megabytes * 1024 * 1024,
    onError: () => {
      throw new Refusal(413, `The body is larger than ${megabytes} MB.`);
    },
  });
  return async (c, next) => {
    let isRead = false;
    const then = (): Promise<void> => {
      isRead = true;
      return next();
    };
    try {
      return await limit(c, then);
    } catch (error) {
      // A body without a length is read there, and fails as its connection does.
      throw isRead || error instanceof Refusal ? error : unreadable();
    }
  };
}
const unreadable = () => new Refusal(400, 'The body could not be read.');

/** What webhooks and commands may send. */
export const limited = limitedTo(1);

/** The raw bytes. A body that breaks off is a `Refusal` (400). */
export async function bytesOf(c: Context): Promise<Uint8Array> {
  try {
    return new Uint8Array(await c.req.arrayBuffer());
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw unreadable();
  }
}
