/** Bodies that nobody should send: each kind with what the gateway owes it. */
import type { Random } from '../random.js';
import { issueEvent, ticketEvent, TICKET, triggerBody } from './valid.js';

export type Route = 'helpdesk' | 'jira';
export interface Body {
  kind: string;
  route: Route;
  bytes: Uint8Array;
  /** `refused`: 4xx. `any`: 4xx, or 202 without another effect than a knock at the ticket that it names. */
  owed: 'refused' | 'any';
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const json = (value: unknown): string => JSON.stringify(value);

/** A valid body of the route, as a value. */
const valid = (r: Random, route: Route): Record<string, unknown> =>
  route === 'jira' ? issueEvent(r) : r.chance(0.5) ? ticketEvent(r) : triggerBody(r);

/** What stands where something else belongs. */
const WRONG: readonly unknown[] = [null, true, [], {}, '', 0, -1, 1.5, 1e308, 'NaN', [[]], { id: {} }, '5158 OR 1=1', '../5158', '٥١٥٨', '5158\u0000', '0', '00005158', 'a'.repeat(10_000), { toString: 'x' }, { length: -1 }, { constructor: { prototype: { polluted: 1 } } }];
const NUMBERS = [0, -5, 5.5, 1e21, -0];

type Kind = (r: Random, route: Route) => Omit<Body, 'kind' | 'route'>;
const refused = (bytes: Uint8Array | string): ReturnType<Kind> => ({ bytes: typeof bytes === 'string' ? utf8(bytes) : bytes, owed: 'refused' });
const any = (bytes: Uint8Array | string): ReturnType<Kind> => ({ bytes: typeof bytes === 'string' ? utf8(bytes) : bytes, owed: 'any' });

const KINDS: Record<string, Kind> = {
  'no body': () => refused(''),
  'cut off': (r, route) => {
    const text = json(valid(r, route));
    return refused(text.slice(0, r.int(1, text.length - 1)));
  },
  'not JSON': (r, route) => refused(r.pick([`${json(valid(r, route))}x`, `<xml>${TICKET}</xml>`, `ticket_id=${TICKET}`, `{ticket_id: ${TICKET}}`, `{'ticket_id': '${TICKET}'}`, `{"ticket_id": "${TICKET}",}`, `/**/{"ticket_id": "${TICKET}"}`, 'NaN', 'undefined', '{"ticket_id": 0x10}', '\uFEFF\uFEFF{}'])),
  'bytes at random': (r) => refused(Uint8Array.from({ length: r.int(1, 400) }, () => r.int(128, 255))),
  'a byte changed': (r, route) => {
    const bytes = utf8(json(valid(r, route)));
    for (let n = r.int(1, 4); n > 0; n--) bytes[r.int(0, bytes.length - 1)] = r.int(0, 255);
    return any(bytes);
  },
  'not UTF-8': (r, route) => {
    const text = json({ ...valid(r, route), note: 'HERE' });
    const [before, after] = text.split('HERE') as [string, string];
    const bad = r.pick([[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82], [0x80]]);
    return refused(Uint8Array.from([...utf8(before), ...bad, ...utf8(after)]));
  },
  'a bare NUL': (r, route) => {
    const text = json(valid(r, route));
    const at = r.int(0, text.length);
    return refused(`${text.slice(0, at)}\u0000${text.slice(at)}`);
  },
  'NUL and other controls, escaped': (r, route) => any(json({ ...valid(r, route), note: '\u0000\u0007\u001b[31m\u202e\ud800' })),
  'nested too deep': (r, route) => {
    const depth = r.int(65, 20_000);
    const [open, close] = r.pick([['[', ']'], ['{"a":', '}']] as const);
    const deep = `${open.repeat(depth)}1${close.repeat(depth)}`;
    return refused(r.chance(0.5) ? deep : json({ ...valid(r, route), note: 'HERE' }).replace('"HERE"', deep));
  },
  'nested and never closed': (r) => refused(r.pick(['[', '{"a":', '{"ticket":']).repeat(r.int(2, 100_000))),
  'a key twice': (r, route) => {
    const text = json(valid(r, route));
    const key = r.pick(['ticket_id', 'ticket\\u005fid', 'timestamp', 'issue', 'id', 'a']);
    return refused(`{"${key}":${json(r.pick(WRONG))},"${key.replace('\\u005f', '_')}":"1",${text.slice(1)}`);
  },
  '__proto__': (r, route) => {
    const text = json(valid(r, route));
    const key = r.pick(['__proto__', '\\u005f_proto__', '__prot\\u006f__']);
    const inner = `{"${key}":{"ticket_id":"${TICKET}","polluted":true}}`;
    return refused(r.chance(0.5) ? `{"${key}":{"polluted":true},${text.slice(1)}` : `{"detail2":${inner},${text.slice(1)}`);
  },
  'constructor and the like': (r, route) => any(json({ ...valid(r, route), [r.pick(['constructor', 'toString', 'hasOwnProperty', 'then', 'toJSON'])]: r.pick(WRONG) })),
  'not an object': (r) => refused(json(r.pick([null, true, 5158, '5158', [], [TICKET], [{ ticket_id: TICKET }]]))),
  'a ticket that is none': (r) => {
    const ticket = r.pick([...WRONG.filter((w) => w !== null), ...NUMBERS, `-${TICKET}`, `${TICKET}.0`, ` ${TICKET}`, `${TICKET}\n`, '9'.repeat(21), 'case-5158', "5158'; DROP TABLE"]);
    return refused(json(r.chance(0.5) ? { ticket_id: ticket } : { ...ticketEvent(r), subject: `zen:ticket:${typeof ticket === 'string' ? ticket : json(ticket)}` }));
  },
  'an issue that is none': (r) => refused(json({ ...issueEvent(r), issue: { key: r.pick([...WRONG, ...NUMBERS, 'ops-7', 'OPS 7', 'OPS-7" OR JiraKey != "', '-7', 'OPS-']) } })),
  'a timestamp that is none': (r) => refused(json({ ...issueEvent(r), timestamp: r.pick([...WRONG.filter((w) => typeof w !== 'number'), 'now', '1e13']) })),
  'wrong types': (r, route) => {
    const body = valid(r, route);
    for (let n = r.int(1, 3); n > 0; n--) body[r.pick(Object.keys(body))] = r.pick([...WRONG, ...NUMBERS]);
    return any(json(body));
  },
  'wrong types inside': (r, route) => {
    const body = valid(r, route);
    const inside = r.pick(Object.keys(body).filter((k) => typeof body[k] === 'object' && body[k] !== null).concat('extra'));
    body[inside] = { ...(body[inside] as object | undefined), [r.pick(['id', 'key', 'fields', 'actor_id', 'target', 'labels', 'accountId', 'author'])]: r.pick([...WRONG, ...NUMBERS]) };
    return any(json(body));
  },
  'labels of any number and length': (r) => any(json({ ...issueEvent(r), issue: { key: 'OPS-7', fields: { labels: Array.from({ length: r.pick([0, 1, 19, 20, 21, 60, r.int(100, 300)]) }, () => label(r)) } } })),
  'many keys': (r, route) => any(json({ ...valid(r, route), ...Object.fromEntries(Array.from({ length: r.int(500, 3_000) }, (_, i) => [`k${i}`, i])) })),
  'a value of any shape': (r) => any(json(anything(r, 5))),
};
/** As onetouch makes labels, or nearly so. */
function label(r: Random): string {
  const digits = (least: number, most: number) => Array.from({ length: r.int(least, most) }, () => r.int(0, 9)).join('');
  const long = r.chance(0.02);
  const kind = r.pick(['server-error', 'price-wrong', 'x', 'server-error-x', 'constructor', '']);
  return r.weighted<() => string>([
    [3, () => `onetouch-${r.chance(0.3) ? TICKET : digits(1, 21)}-${digits(1, long ? 2_000 : 7)}`],
    [3, () => `onetouch-problem-${kind}-${digits(7, 13)}-${digits(1, long ? 2_000 : 7)}`],
    [1, () => `onetouch-problem-${'a-'.repeat(long ? 1_000 : 3)}-${digits(8, 8)}-1`],
    [1, () => r.pick(['onetouch', '', 'onetouch-', 'onetouch-0-1', `onetouch-${TICKET}-`, `onetouch-${TICKET}-1\n`, 'Onetouch-5158-1', 'x'.repeat(long ? 50_000 : 255)])],
  ])();
}

/** Costly to send: a small share. */
const HUGE: Kind = (r, route) => refused(json({ ...valid(r, route), note: 'x'.repeat(1024 * 1024 + r.int(0, 1024 * 1024)) }));

const NAMES = Object.keys(KINDS);

/** The next hostile body. */
export function hostile(r: Random): Body {
  const huge = r.chance(0.002);
  const kind = huge ? 'huge' : r.pick(NAMES);
  const route: Route = kind.startsWith('a ticket') ? 'helpdesk' : /issue|timestamp/.test(kind) ? 'jira' : r.pick(['helpdesk', 'jira']);
  return { kind, route, ...(huge ? HUGE : KINDS[kind]!)(r, route) };
}

function anything(r: Random, depth: number): unknown {
  const size = depth > 0 ? r.int(0, 4) : 0;
  return r.weighted<() => unknown>([
    [3, () => r.pick(WRONG)],
    [1, () => r.next() * 1e6],
    [2, () => Array.from({ length: size }, () => anything(r, depth - 1))],
    [4, () => Object.fromEntries(Array.from({ length: size }, () => [r.pick(['type', 'subject', 'ticket_id', 'ticket', 'id', 'detail', 'event', 'issue', 'key', 'timestamp', 'webhookEvent', 'fields', 'labels', 'x', '']), anything(r, depth - 1)]))],
  ])();
}
