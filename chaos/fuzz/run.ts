/** Fuzzes the webhook routes of the real gateway app, with its real signatures, and counts what reaches a case. */
import { pino } from 'pino';
import type { Cases } from '../../src/client/cases.js';
import { NoSuchCase } from '../../src/client/errors.js';
import type { Problems } from '../../src/client/problems.js';
import { gatewayApp } from '../../src/web/app.js';
import { random } from '../random.js';
import { hostile, type Body } from './bodies.js';
import { forged, genuine, SECRETS, signed, type Sent } from './forgeries.js';
import { AT, NOW } from './valid.js';

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
  secrets?: { helpdesk: readonly string[]; jira: readonly string[] };
}

const KEPT = 100;
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
    for (const { ticketId } of told)
      if (!/^[1-9]\d{0,19}$/.test(ticketId) || !text.includes(ticketId)) find(sent, 'a case heard of it that it does not name');
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

interface Told {
  ticketId: string;
  id: string;
}

/** The app as it runs in production, in front of cases that hear each message's id once, as the real ones do. */
function gateway(secrets: NonNullable<FuzzOptions['secrets']>) {
  const heard = new Set<string>();
  let told: Told[] = [];
  const hear = (ticketId: string, { id }: { id: string }): Promise<void> => {
    told.push({ ticketId, id });
    heard.add(`${ticketId} ${id}`);
    return Promise.resolve();
  };
  const cases: Pick<Cases, 'knock' | 'issueChanged' | 'byIssue'> = {
    knock: hear,
    issueChanged: (ticketId, message) => (ticketId === '5158' ? hear(ticketId, message) : Promise.reject(new NoSuchCase(ticketId))),
    byIssue: () => Promise.resolve([]),
  };
  const problems: Pick<Problems, 'issueChanged' | 'byIssue'> = {
    issueChanged: hear,
    byIssue: () => Promise.resolve([]),
  };
  const nobody = () => Promise.resolve(null);
  const app = gatewayApp({
    cases: cases as Cases,
    problems: problems as Problems,
    // Behind the sign-in of the API: no webhook gets there.
    auditor: { ofProblem: () => Promise.resolve([]), ofCase: () => Promise.resolve([]), between: () => Promise.resolve([]) },
    codec: { payloads: { keys: new Map(), plaintext: 'refuse' }, origins: [] },
    config: { helpdeskWebhookSecrets: [...secrets.helpdesk], jiraWebhookSecrets: [...secrets.jira], apiToken: 'not asked for here', oidc: null, grantKeys: [] },
    ours: { helpdesk: nobody, jira: nobody },
    now: () => NOW,
    log: pino({ level: 'silent' }),
  });
  return {
    /** Messages that a case would act on. */
    effects: () => heard.size,
    async send({ route, bytes, headers }: Sent): Promise<{ status: number; reason: string | null; told: Told[] }> {
      told = [];
      const answer = await app.request(`/webhooks/${route}`, { method: 'POST', body: new Uint8Array(bytes), headers: { ...headers, 'X-Sent-At': AT } });
      const said = (await answer.json().catch(() => null)) as { reason?: unknown } | null;
      return { status: answer.status, reason: typeof said?.reason === 'string' && said.reason ? said.reason : null, told };
    },
  };
}
