/** What ends one part, e.g. its `close`. */
type End = () => unknown;

/**
 * What `build` answers with, and a `close` that ends all of it, the last started first. `build` puts each part's end
 * in as it starts the part; when it rejects, what it had started is ended before this rejects too.
 */
export async function withEnds<T extends object>(build: (ends: { push(end: End): unknown }) => Promise<T>): Promise<T & { close(): Promise<void> }> {
  const ends: End[] = [];
  const close = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    return { ...(await build(ends)), close };
  } catch (error) {
    await close();
    throw error;
  }
}
