/** Our own user's id in an outside system, so that what we changed ourselves is not taken for news. */

const RETRY_MS = 30_000;
const PATIENCE_MS = 2_000;

/**
 * Asks once and keeps the answer. While there is none the answer is null: an own change is then heard as a hint,
 * which does no harm. A failure is tried again after 30 s, and no webhook waits longer than 2 s.
 */
export function ourselves(load: () => Promise<string>, onFailure: (error: unknown) => void = () => {}) {
  let known: string | null = null;
  let attempt: Promise<void> | null = null;
  let notBefore = 0;

  return async (): Promise<string | null> => {
    if (known !== null) return known;
    if (!attempt && Date.now() >= notBefore) {
      attempt = load()
        .then((id) => void (known = id))
        .catch((error: unknown) => {
          notBefore = Date.now() + RETRY_MS;
          onFailure(error);
        })
        .finally(() => void (attempt = null));
    }
    if (attempt) await atMost(attempt, PATIENCE_MS);
    return known;
  };
}

async function atMost(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
