/** The CLI's way to the gateway's API: what every call needs, and what each failure means for the exit code. */
import { CliError, EXIT, type Io } from './io.js';
import { anotherFor, mustBePrivate, type Token } from './signed-in.js';

export interface ApiOptions {
  url: string;
  /** Who says it, for the case's record. */
  as?: string;
  token: () => Promise<Token>;
}

/** Answers with the parsed body of a 2xx, or of a 409 (a refusal by the protocol). Throws `CliError` otherwise. */
export async function callApi(io: Io, to: ApiOptions, path: string, command?: { body: unknown; key: string }): Promise<unknown> {
  const response = await call(io, to, path, command);
  return response.json().catch(() => {
    throw noGateway(to.url);
  });
}

/** Answers with the body of a 2xx as text. Throws `CliError` otherwise. */
export const callApiForText = async (io: Io, to: ApiOptions, path: string): Promise<string> => (await call(io, to, path)).text();

async function call(io: Io, { url, as, token: tokenFor }: ApiOptions, path: string, command?: { body: unknown; key: string }): Promise<Response> {
  const token = await tokenFor();
  if (token.token) mustBePrivate(url);
  const response = await reach(new URL(`/api${path}`, url), {
    ...(command && { method: 'POST', body: JSON.stringify(command.body) }),
    headers: {
      Authorization: `Bearer ${token.token}`,
      ...(as && { 'X-Onetouch-Actor': encodeURIComponent(as) }),
      ...(command && { 'Content-Type': 'application/json', 'Idempotency-Key': command.key }),
    },
  });
  if (response.ok || response.status === 409) return response;
  const body: unknown = await response.json().catch(() => null);
  const reason = (body as { reason?: unknown } | null)?.reason;
  if (reason === undefined && (response.status === 404 || response.status === 405)) throw noGateway(url);
  const why = String(reason ?? `The gateway at ${url} answered ${response.status}.`);
  throw new CliError(exitCodeOf(response.status), response.status === 401 ? `${why}\n${anotherFor(token, io)}` : why);
}

/** Somebody answers there, and not as the gateway does. */
export const noGateway = (url: string) =>
  new CliError(EXIT.unreachable, `What answers at ${new URL(url).origin} is not a onetouch gateway. Another address: --url or ONETOUCH_URL.`);

/** Fetches; a gateway that cannot be reached or does not answer is a `CliError` (5). */
export async function reach(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) });
  } catch {
    throw new CliError(
      EXIT.unreachable,
      `No gateway answers at ${url.origin}. Is it running (npm start)? Another address: --url or ONETOUCH_URL.`,
    );
  }
}

const exitCodeOf = (status: number) =>
  status === 400 || status === 413
    ? EXIT.usage
    : status === 403
      ? EXIT.refused
      : status === 404
        ? EXIT.notFound
      : status === 503
        ? EXIT.unreachable
        : EXIT.error;
