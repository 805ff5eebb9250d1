/** Fuzzes the webhook routes of the real gateway app, with its real signatures, and counts what reaches a case. */
import { ERROR_KINDS } from '../../src/domain/facts.js';
import { random } from '../random.js';
import { hostile, type Body } from './bodies.js';
import { forged, genuine, SECRETS, signed, type Sent } from './forgeries.js';
import { gateway, type Secrets, type Told } from './gateway.js';

export interface FuzzReport {
  seed: number;
  /** Hostile bodies, rightly signed. */
  requests: number;
  /** Forged, stale and from the future. */
  forged: number;
  /** Genuine ones sent again. */
  replayed: number;
  /** How many answers had each status. */
  statuses: Record<string, number>;
  /** How many of each kind were sent. */
  kinds: Record<string, number>;
  /** What must not be; at most a hundred are kept, all are counted. */
  findings: string[];
  found: number;
}
export interface FuzzOptions {
  requests: number;
  /** Forged, stale, from the future or replayed. */
  forged: number;
  seed: number;
  /** Replaces the gateway's secrets, to show that the fuzz sees a gateway that takes what it must not. */
  secrets?: Secrets;
}

const KEPT = 100;
/** So many cases and problems together may hear of one delivery. */
const MOST_TOLD = 40;
/** Of those that are not genuine: so many are a genuine one sent again. */
const REPLAYS = 0.3;

/** Sends everything, one after the other. Never rejects for what the gateway does: that is a finding. */
export async function fuzz({ requests, forged: notGenuine, seed, secrets = SECRETS }: FuzzOptions): Promise<FuzzReport> {
  const r = random(seed);
  const report: FuzzReport = { seed, requests: 0, forged: 0, replayed: 0, statuses: {}, kinds: {}, findings: [], found: 0 };
  const seen = new Set<string>();
  const { send, effects } = gateway(secrets);
  const find = (sent: { kind: string; route: string }, what: string) => {
    report.found += 1;
    if (report.findings.length < KEPT) report.findings.push(`${sent.route}, ${sent.kind}: ${what}`);
  };
  /** Sends, counts, and holds the answer against what is owed to everybody. */
  const ask = async (sent: Sent): Promise<{ status: number; told: Told[] }> => {
    const answer = await send(sent);
    report.statuses[answer.status] = (report.statuses[answer.status] ?? 0) + 1;
    report.kinds[sent.kind] = (report.kinds[sent.kind] ?? 0) + 1;
    if (answer.status >= 500) find(sent, `answered ${answer.status}`);
    if (answer.status >= 300 && !answer.reason) find(sent, `${answer.status} without a reason`);
    if (answer.status >= 300 && answer.told.length > 0) find(sent, `${answer.status}, and a case heard of it`);
    if ('polluted' in {}) {
      find(sent, 'every object has a new property');
      delete (Object.prototype as { polluted?: unknown }).polluted;
    }
    return answer;
  };

  for (; report.requests < requests; report.requests++) {
    const body: Body = hostile(r);
    const sent = { ...body, headers: signed(body.route, body.bytes, r.pick(SECRETS[body.route])) };
    const { status, told } = await ask(sent);
    if (body.owed === 'refused' && status < 300) find(sent, `taken with ${status}`);
    const text = new TextDecoder().decode(body.bytes);
    if (told.length > MOST_TOLD) find(sent, `${told.length} cases and problems heard of it`);
    for (const { of } of told)
      if (!(/^[1-9]\d{0,19}$/.test(of) || isProblem(of)) || !text.includes(of)) find(sent, 'a case or problem heard of it that it does not name');
  }

  while (report.forged + report.replayed < notGenuine) {
    if (r.chance(REPLAYS)) await replay(fresh());
    else {
      const sent = forged(r);
      const { status, told } = await ask(sent);
      // Past the budget of an address for what is refused it is a 429.
      if (status !== 401 && status !== 429) find(sent, `answered ${status} instead of 401`);
      if (told.length > 0) find(sent, 'a case heard of it');
      report.forged += 1;
    }
  }
  return report;

  /** A genuine one that was not made before: the same body at the same signed time would be a repetition. */
  function fresh(): Sent {
    for (;;) {
      const made = genuine(r);
      const name = JSON.stringify([new TextDecoder().decode(made.bytes), made.headers['X-Zendesk-Webhook-Signature-Timestamp']]);
      if (!seen.has(name)) {
        seen.add(name);
        return made;
      }
    }
  }

  /** A genuine one is taken, and has one effect; each time it comes again it is taken without another. */
  async function replay(first: Sent): Promise<void> {
    const before = effects();
    const { status } = await ask(first);
    if (status !== 202) find(first, `a genuine one was answered with ${status}`);
    const after = effects();
    if (after !== before + 1) find(first, `a genuine one had ${after - before} effects`);
    for (let n = r.int(1, 4); n > 0 && report.forged + report.replayed < notGenuine; n--) {
      const again = await ask({ ...first, kind: 'replayed' });
      if (again.status !== 202) find(first, `a repetition was answered with ${again.status}`);
      if (effects() !== after) find(first, 'a repetition had an effect');
      report.replayed += 1;
    }
  }
}

/** Of a kind that there is: written down here a second time. */
const isProblem = (id: string): boolean => ERROR_KINDS.some((kind) => id.startsWith(`problem-${kind}-`) && /^[0-9a-z]{8,12}$/.test(id.slice(`problem-${kind}-`.length)));
