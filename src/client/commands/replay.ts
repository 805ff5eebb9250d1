/**
 * `replay-webhook FILE`: posts a webhook to the gateway again. The file is a stored one, JSON
 * `{path, headers, body}` with the body as text or as an object, or just a body.
 *
 * A stored one goes out as it is; `--sign` signs it anew, as of now. A bare body is always signed, with the
 * first secret of HELPDESK_WEBHOOK_SECRET or JIRA_WEBHOOK_SECRET.
 */
import { signHelpdesk, signJira } from '../../web/webhooks/sign.js';
import { reach } from '../api.js';
import { CliError, EXIT, type Io } from '../io.js';
import { json, plain } from '../print.js';
import type { Session } from '../session.js';

interface Webhook {
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** Throws `CliError`: 1 when the gateway refused it, 2 for a file that is none, 5 when the gateway or Temporal is away. */
export async function replayWebhook(session: Session, file: string, { sign = false }: { sign?: boolean }): Promise<void> {
  const { io, url } = session;
  const bytes = await io.readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(EXIT.usage, `${plain(file)} cannot be read (${error.code ?? error.message}).`);
  });
  const json_ = parsed(bytes);
  const stored = storedIn(json_);
  const webhook = stored ?? { path: isJira(json_) ? '/webhooks/jira' : '/webhooks/helpdesk', headers: {}, body: bytes };
  const { path, headers, body } = sign || !stored ? signed(io, webhook) : webhook;

  const response = await reach(new URL(path, url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: body as Uint8Array<ArrayBuffer>,
  });
  const answer = (await response.json().catch(() => null)) as { heard?: string[]; ignored?: string; reason?: string } | null;
  if (!response.ok)
    throw new CliError(response.status === 503 ? EXIT.unreachable : EXIT.error, `${response.status}: ${plain(answer?.reason)}`);
  if (session.json) io.out(json(answer));
  else io.out(answer?.heard ? `Heard by ${answer.heard.map(listener).join(', ')}.` : `Ignored: ${plain(answer?.ignored)}.`);
}

/** Cases are named by their ticket's number, problems by their id. */
const listener = (name: string): string => (/^\d+$/.test(name) ? `the case of ticket ${name}` : plain(name));

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return null; // The gateway says what is wrong with it; this may be what one wants to see.
  }
}

function storedIn(value: unknown): Webhook | null {
  if (typeof value !== 'object' || value === null || !('body' in value) || !('path' in value)) return null;
  const { path, headers = {}, body } = value as { path: unknown; headers?: unknown; body: unknown };
  if (path !== '/webhooks/helpdesk' && path !== '/webhooks/jira')
    throw new CliError(EXIT.usage, 'The "path" must be /webhooks/helpdesk or /webhooks/jira.');
  if (typeof headers !== 'object' || headers === null || Object.values(headers).some((header) => typeof header !== 'string'))
    throw new CliError(EXIT.usage, 'The "headers" must be an object of texts.');
  // What belongs to the connection it was caught from is made anew.
  const kept = Object.entries(headers as Record<string, string>).filter(([name]) => /^(x-|content-type$|user-agent$)/i.test(name));
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { path, headers: Object.fromEntries(kept), body: new TextEncoder().encode(text) };
}

const isJira = (value: unknown): boolean => typeof value === 'object' && value !== null && 'webhookEvent' in value;

function signed(io: Io, { path, headers, body }: Webhook): Webhook {
  const setting = path === '/webhooks/jira' ? 'JIRA_WEBHOOK_SECRET' : 'HELPDESK_WEBHOOK_SECRET';
  const secret = (io.env[setting] ?? '').split(',')[0]?.trim();
  if (!secret) throw new CliError(EXIT.usage, `To sign the webhook, set ${setting} to the gateway's.`);
  const others = Object.fromEntries(Object.entries(headers).filter(([name]) => !/signature/i.test(name)));
  if (path === '/webhooks/jira') {
    // Jira's time is in its body.
    const value = parsed(body);
    const now = isJira(value) ? new TextEncoder().encode(JSON.stringify({ ...(value as object), timestamp: io.now().getTime() })) : body;
    return { path, headers: { ...others, 'X-Hub-Signature': signJira(secret, now) }, body: now };
  }
  const timestamp = io.now().toISOString();
  return {
    path,
    headers: {
      ...others,
      'X-Zendesk-Webhook-Signature': signHelpdesk(secret, timestamp, body),
      'X-Zendesk-Webhook-Signature-Timestamp': timestamp,
    },
    body,
  };
}
