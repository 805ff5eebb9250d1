/** Webhooks that somebody else sends: forged, stale or from the future. None of them may be taken. */
import { createHmac } from 'node:crypto';
import { signHelpdesk, signJira } from '../../src/web/webhooks/sign.js';
import type { Random } from '../random.js';
import { AT, issueEvent, NOW, ticketEvent, triggerBody } from './valid.js';
import type { Route } from './bodies.js';

export interface Sent {
  kind: string;
  route: Route;
  bytes: Uint8Array;
  headers: Record<string, string>;
}
/** Two are valid at once, as while one is rotated; the retired one is not any more. */
export const SECRETS = { helpdesk: ['helpdesk-new', 'helpdesk-old'], jira: ['jira-new', 'jira-old'], retired: 'the-one-before', forger: 'guessed' } as const;

const MINUTE_MS = 60_000;
const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** Signs as the real system would. */
export function signed(route: Route, bytes: Uint8Array, secret: string, at: string = AT): Record<string, string> {
  return route === 'jira'
    ? { 'X-Hub-Signature': signJira(secret, bytes) }
    : { 'X-Zendesk-Webhook-Signature': signHelpdesk(secret, at, bytes), 'X-Zendesk-Webhook-Signature-Timestamp': at };
}

/** A webhook that the gateway has to take. */
export function genuine(r: Random): Sent {
  const route: Route = r.pick(['helpdesk', 'jira']);
  const bytes = bytesOf(route === 'jira' ? issueEvent(r) : r.chance(0.5) ? ticketEvent(r) : triggerBody(r));
  const secret = r.pick(SECRETS[route]);
  // A trigger's body may be the same for two changes: the signed timestamp tells them apart.
  const at = new Date(NOW - r.int(0, 4 * MINUTE_MS)).toISOString();
  return { kind: 'genuine', route, bytes, headers: signed(route, bytes, secret, at) };
}

type Forge = (r: Random, sent: Sent) => Record<string, string> | Sent;
const signatureOf = (route: Route) => (route === 'jira' ? 'X-Hub-Signature' : 'X-Zendesk-Webhook-Signature');
const withSignature = ({ route, headers }: Sent, change: (signature: string) => string) => ({ ...headers, [signatureOf(route)]: change(headers[signatureOf(route)]!) });
const withoutKey = (headers: Record<string, string>, key: string) => Object.fromEntries(Object.entries(headers).filter(([k]) => k !== key));

const FORGERIES: Record<string, Forge> = {
  'without a signature': (_, sent) => withoutKey(sent.headers, signatureOf(sent.route)),
  'an empty signature': (_, sent) => withSignature(sent, () => ''),
  'a guessed secret': (_, { route, bytes }) => signed(route, bytes, SECRETS.forger),
  'an empty secret': (_, { route, bytes }) => signed(route, bytes, ''),
  'the retired secret': (_, { route, bytes }) => signed(route, bytes, SECRETS.retired),
  "the other system's secret": (_, { route, bytes }) => signed(route, bytes, SECRETS[route === 'jira' ? 'helpdesk' : 'jira'][0]),
  'a signature of another body': (r, sent) => another(r, sent).headers,
  'a body changed after it was signed': (r, sent) => {
    const bytes = Uint8Array.from(sent.bytes);
    const at = r.int(0, bytes.length - 1);
    bytes[at] = bytes[at]! ^ (1 << r.int(0, 6));
    return { ...sent, bytes };
  },
  'a space after the body': (_, sent) => ({ ...sent, bytes: Uint8Array.from([...sent.bytes, 0x20]) }),
  'a character of the signature changed': (r, sent) => withSignature(sent, (s) => flip(r, s)),
  'a signature cut short': (r, sent) => withSignature(sent, (s) => s.slice(0, r.int(1, s.length - 1))),
  'a signature twice': (_, sent) => withSignature(sent, (s) => `${s}, ${s}`),
  'another algorithm': (r, { route, bytes, headers }) => ({ ...headers, [signatureOf(route)]: `sha1=${createHmac('sha1', r.pick(SECRETS[route])).update(bytes).digest('hex')}` }),
  'words for a signature': (r, sent) => withSignature(sent, () => r.pick(['none', 'null', 'sha256=', 'true', '0'.repeat(64), 'sha256=undefined'])),
  stale: (r, sent) => timed(r, sent, -r.int(sent.route === 'jira' ? 181 : 6, 100_000) * MINUTE_MS),
  'from the future': (r, sent) => timed(r, sent, r.int(6, 100_000) * MINUTE_MS),
  'a timestamp that was not signed': (r, sent) => {
    const later = new Date(NOW - r.int(1, 200_000)).toISOString();
    return sent.route === 'jira' ? signed('jira', sent.bytes, SECRETS.forger) : { ...signed('helpdesk', sent.bytes, SECRETS.helpdesk[0], AT), 'X-Zendesk-Webhook-Signature-Timestamp': later };
  },
  'a signed timestamp that is none': (r, sent) =>
    sent.route === 'jira' ? withSignature(sent, (s) => flip(r, s)) : signed('helpdesk', sent.bytes, SECRETS.helpdesk[0], r.pick(['yesterday', '0', String(NOW), 'Infinity', '2026-13-45T99:99:99Z', '+275760-09-13T00:00:00.001Z'])),
};
const NAMES = Object.keys(FORGERIES);

/** The next webhook that is not genuine. */
export function forged(r: Random): Sent {
  const sent = genuine(r);
  const kind = r.pick(NAMES);
  const made = FORGERIES[kind]!(r, sent);
  const forgery = 'bytes' in made && made.bytes instanceof Uint8Array ? (made as Sent) : { ...sent, headers: made as Record<string, string> };
  return { ...forgery, kind };
}

/** One of the same system, with another body: two changes may have the same one. */
function another(r: Random, { route, bytes }: Sent): Sent {
  for (;;) {
    const sent = genuine(r);
    if (sent.route === route && Buffer.compare(sent.bytes, bytes) !== 0) return sent;
  }
}

function timed(r: Random, { route }: Sent, awayMs: number): Sent {
  if (route === 'jira') {
    const bytes = bytesOf({ ...issueEvent(r), timestamp: NOW + awayMs });
    return { kind: '', route, bytes, headers: signed(route, bytes, SECRETS.jira[0]) };
  }
  const bytes = bytesOf(ticketEvent(r));
  return { kind: '', route, bytes, headers: signed(route, bytes, SECRETS.helpdesk[0], new Date(NOW + awayMs).toISOString()) };
}

/** Another character of the same alphabet: base64 ignores some bits of the last one, so that is left alone. */
function flip(r: Random, signature: string): string {
  const at = r.int(8, signature.length - 3);
  return `${signature.slice(0, at)}${signature[at] === 'a' ? 'b' : 'a'}${signature.slice(at + 1)}`;
}
