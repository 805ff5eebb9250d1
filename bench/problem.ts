/**
 * `npm run bench:problem -- --cases N`: N members of six employer groups meet the same technical error. One problem
 * takes them all; its Jira issue is resolved; every member is followed up. Measured are the largest history of any
 * run, the times, and the worker's peak memory; what was done is read from the stand-ins' ledgers. Exit code 1 when
 * a member was followed up never or twice, or there is another number of issues than one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { Command, InvalidArgumentError } from 'commander';
import { cases as casesOf } from '../src/client/cases.js';
import { pairs } from '../src/client/print.js';
import { problems } from '../src/client/problems.js';
import type { ErrorKind } from '../src/domain/facts.js';
import { US } from '../src/sandbox/ledger.js';
import { ESCALATION } from '../src/workflows/messages.js';
import { PROBLEM } from '../src/workflows/problem-messages.js';
import { openSite, type Site } from './site.js';

const GROUPS = ['Acme', 'Globex', 'Initech', 'Umbrella', 'Hooli', 'Vandelay'];
const KIND: ErrorKind = 'server-error';
/** Tickets that are opened at once. */
const AT_ONCE = 20;
/** So many members may be waiting for their acknowledgement before further tickets come. */
const WAITING = 200;
const LOOK_MS = 1_000;
const SAY_EVERY_MS = 15_000;
/** Nothing further comes once nothing has come for so long. */
const QUIET_MS = 10_000;

function readArguments(): { cases: number; hours: number } {
  const whole = (text: string): number => {
    if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It takes a number of cases.');
    return Number(text);
  };
  return new Command('npm run bench:problem --')
    .option('--cases <n>', 'how many cases join the problem', whole, 5_000)
    .option('--hours <n>', 'give up after so many hours', Number, 2)
    .parse()
    .opts<{ cases: number; hours: number }>();
}

/** The names of the mails that went out, by ticket: `1:promise`, `1:follow-up`. */
function mailsByTicket({ company }: Site): Map<string, string[]> {
  const by = new Map<string, string[]>();
  for (const { messageId } of company.mail.messages) {
    const [, ticket, name] = /^<(\d+)\.([^@]+)@/.exec(messageId) ?? [];
    if (ticket) by.set(ticket, [...(by.get(ticket) ?? []), name!.replaceAll('.', ':')]);
  }
  return by;
}
const countOf = (mails: Map<string, string[]>, name: RegExp): number => [...mails.values()].filter((names) => names.some((n) => name.test(n))).length;

/** Waits until `how` gives `whole`, and says from time to time how far it is. */
async function until(site: Site, what: string, whole: number, how: () => number | Promise<number>, deadline: number, said = { at: Date.now() }): Promise<void> {
  for (;;) {
    const now = await how();
    if (now >= whole) return;
    await site.worker.check();
    if (Date.now() > deadline) throw new Error(`Given up: ${now} of ${whole} ${what}.`);
    if (Date.now() - said.at >= SAY_EVERY_MS) {
      console.log(`  ${now} ${what}`);
      said.at = Date.now();
    }
    await sleep(LOOK_MS);
  }
}

/** The longest and the biggest history of any run of a workflow type, those that continued as new included. */
async function histories(client: Client, type: string): Promise<{ runs: number; events: number; bytes: number; continued: number }> {
  const found = { runs: 0, events: 0, bytes: 0, continued: 0 };
  for await (const { workflowId, runId, status } of client.workflow.list({ query: `WorkflowType = "${type}"`, pageSize: 500 })) {
    // The list has a length for closed runs only.
    const { historyLength, historySize } = await client.workflow.getHandle(workflowId, runId).describe();
    found.runs += 1;
    found.continued += status.name === 'CONTINUED_AS_NEW' ? 1 : 0;
    found.events = Math.max(found.events, historyLength);
    found.bytes = Math.max(found.bytes, historySize ?? 0);
  }
  return found;
}

async function bench(site: Site, cases: number, deadline: number): Promise<boolean> {
  const { company, client } = site;
  const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(1)} s`;
  const talk = problems(client, { deadlineMs: 30_000 });
  const agent = casesOf(client, { deadlineMs: 30_000 });
  const only = async () => (await talk.list({ query: 'ExecutionStatus = "Running"' })).map((row) => row.problemId);

  const unclear = new Set<string>();
  /**
   * How many members have this mail. On a machine with too much to do the outcome of one may stay unknown: then an
   * agent looks, and has it sent again where it did not go.
   */
  const written = async (name: string): Promise<number> => {
    for (const { ticketId } of await agent.list({ query: 'Needs = "mail-check"', limit: 1_000 })) {
      if (unclear.has(`${ticketId} ${name}`)) continue;
      unclear.add(`${ticketId} ${name}`);
      const outcome = mailsByTicket(site).get(ticketId)?.includes(name) ? 'was-sent' : 'resend';
      await agent.settleMail(ticketId, { outcome, by: { name: 'bench', role: 'agent', verified: true } });
    }
    return countOf(mailsByTicket(site), new RegExp(name));
  };

  const began = Date.now();
  const said = { at: began };
  console.log(`${cases} tickets of ${GROUPS.length} groups …`);
  for (let n = 0; n < cases; n += AT_ONCE) {
    const open = Array.from({ length: Math.min(AT_ONCE, cases - n) }, (_, i) =>
      company.helpdesk.openTicket({
        subject: 'The claims page fails',
        description: `It fails since this morning, for me too (${n + i}).`,
        errorKind: KIND,
        member: { name: `Member ${n + i}`, email: `member-${n + i}@example.com` },
        employerGroup: GROUPS[(n + i) % GROUPS.length]!,
        report: { pageOrFeature: `/claims/${10_000 + n + i}`, errorText: 'HTTP 502 Bad Gateway' },
      }),
    );
    await Promise.all(open);
    await until(site, 'members acknowledged', n + AT_ONCE - WAITING, () => countOf(mailsByTicket(site), /promise/), deadline, said);
  }
  await until(site, 'members acknowledged', cases, () => written('1:promise'), deadline, said);
  await until(site, 'cases in the problem', cases, async () => {
    const [id] = await only();
    return id ? (await talk.state(id)).members : 0;
  }, deadline);
  const joinedIn = seconds(began);
  const running = await only();
  const before = await talk.state(running[0]!);

  const resolvedAt = Date.now();
  console.log(`All have joined after ${joinedIn}. ${before.issueKey} is resolved …`);
  await company.jira.resolve(before.issueKey!, 'Fixed');
  await until(site, 'members followed up', cases, () => written('1:follow-up'), deadline);
  const followedIn = seconds(resolvedAt);
  let mails = company.mail.messages.length;
  // One that came twice would come now.
  for (let quietSince = Date.now(); Date.now() - quietSince < QUIET_MS; await sleep(LOOK_MS)) {
    if (company.mail.messages.length === mails) continue;
    mails = company.mail.messages.length;
    quietSince = Date.now();
  }

  const byTicket = mailsByTicket(site);
  const exactly = [...byTicket.values()].filter((names) => /^1:promise(-again)?,1:follow-up(-again)?$/.test(names.join())).length;
  const issues = company.jira.ledger.filter((e) => e.by === US && e.kind === 'issue').length;
  const after = await talk.state(running[0]!);
  const [ofProblem, ofCases] = [await histories(client, PROBLEM), await histories(client, ESCALATION)];
  const peak = await site.worker.stop();
  const mb = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(bytes < 10 * 1024 * 1024 ? 2 : 0)} MB`;
  const well = exactly === cases && byTicket.size === cases && issues === 1 && running.length === 1 && after.told === cases;
  console.log(`\n${pairs([
    ['Cases', cases],
    ['Problems', running.length],
    ['Jira issues filed', issues],
    ['Members acknowledged once and followed up once', exactly],
    ['Mails whose outcome an agent had to look up', unclear.size],
    ['Told by the problem', after.told],
    ['Largest history of a run of the problem', `${ofProblem.events} events, ${mb(ofProblem.bytes)}`],
    ['Its runs', `${ofProblem.runs}, ${ofProblem.continued} of them continued as new`],
    ['Largest history of a run of a case', `${ofCases.events} events, ${mb(ofCases.bytes)}`],
    ['All acknowledged and joined after', joinedIn],
    ['All followed up after the resolution within', followedIn],
    ["The worker's peak memory (resident)", mb(peak)],
    ['Writes to the Jira issue', company.jira.ledger.filter((e) => e.by === US && e.on === before.issueKey).length],
    ['In all', seconds(began)],
  ])}\n`);
  if (!well) console.error('It is not as it should be: each member once, one problem, one issue.');
  return well;
}

const { cases, hours } = readArguments();
const temporalCli = process.env['TEMPORAL_CLI'];
if (!temporalCli) throw new Error('TEMPORAL_CLI is not set. Run it with "npm run bench:problem", which finds the Temporal server.');
// Every webhook arrives here: nothing is left for the sweep, which would ask for all tickets again and again.
const site = await openSite({ temporalCli, settings: { SWEEP_MINUTES: '1440' } });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void site.close().finally(() => process.exit(130)));
try {
  process.exitCode = (await bench(site, cases, Date.now() + hours * 3_600_000)) ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await site.close();
}
