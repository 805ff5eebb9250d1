/** The CLI's way to the gateway's API: what every call needs, and what each failure means for the exit code. */
import { CliError, EXIT, type Io } from './io.js';
import { signedInToken } from './signed-in.js';

export interface ApiOptions {
  url: string;
  /** Who says it, for the case's record. */
  as?: string;
}

/** Answers with the parsed body of a 2xx, or of a 409 (a refusal by the protocol). Throws `CliError` otherwise. */
export async function callApi(io: Io, to: ApiOptions, path: string, command?: { body: unknown; key: string }): Promise<unknown> {
  return (await call(io, to, path, command)).json().catch(() => null);
}

/** Answers with the body of a 2xx as text. Throws `CliError` otherwise. */
export const callApiForText = async (io: Io, to: ApiOptions, path: string): Promise<string> => (await call(io, to, path)).text();

async function call(io: Io, { url, as }: ApiOptions, path: string, command?: { body: unknown; key: string }): Promise<Response> {
  const token = io.env['ONETOUCH_TOKEN'] || io.env['API_TOKEN'] || (await signedInToken(io, url)) || (await tokenIn(io));
  const response = await reach(new URL(`/api${path}`, url), {
    ...(command && { method: 'POST', body: JSON.stringify(command.body) }),
    headers: {
      Authorization: `Bearer ${token}`,
      ...(as && { 'X-Onetouch-Actor': encodeURIComponent(as) }),
      ...(command && { 'Content-Type': 'application/json', 'Idempotency-Key': command.key }),
    },
  });
  if (response.ok || response.status === 409) return response;
  const body: unknown = await response.json().catch(() => null);
  const reason = (body as { reason?: unknown } | null)?.reason ?? `The gateway at ${url} answered ${response.status}.`;
  throw new CliError(exitCodeOf(response.status), String(reason));
}

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

const tokenIn = async (io: Io): Promise<string> =>
  new TextDecoder().decode(await io.readFile(io.tokenFile).catch(() => new Uint8Array())).trim();
