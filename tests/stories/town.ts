/**
 * The town: one Temporal server whose time skips, one worker over the real adapters, the gateway, and the
 * sandbox company at the wire. Stories tell it what people do and what they expect onetouch to have sent; what
 * was sent and not expected fails the story.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Worker } from '@temporalio/worker';
import { auditor } from '../../src/client/audit.js';
import { cases, type Cases } from '../../src/client/cases.js';
import { problems } from '../../src/client/problems.js';
import { temporalClient } from '../../src/client/connect.js';
import { dataConverter } from '../../src/client/data-converter.js';
import { loadWorkerConfig } from '../../src/config.js';
import type { CaseRecord, CaseView, Stage } from '../../src/domain/case.js';
import type { FactValues } from '../../src/domain/facts.js';
import type { Change, Grant } from '../../src/domain/grant.js';
import { signGrant } from '../../src/grants/grants.js';
import { startCompany } from '../../src/sandbox/company.js';
import type { NewTicket } from '../../src/sandbox/helpdesk/stand-in.js';
import type { Effect } from '../../src/sandbox/ledger.js';
import type { WebhookRequest } from '../../src/sandbox/webhooks.js';
import { gatewayApp } from '../../src/web/app.js';
import { connectPorts, createWorker } from '../../src/worker.js';
import { troubleshootingId } from '../../src/workflows/troubleshooting-messages.js';
import { caseId, SWEEP, TASK_QUEUE, type Actor, type Answer } from '../../src/workflows/messages.js';
import { historiesOf, keepStory, RECORD } from '../histories/keep.js';
import type { sweep as Sweep } from '../../src/workflows/sweep.js';
import { quietRuntime } from '../setup/quiet.js';
import { timeSkipping } from '../setup/temporal.js';

export const AGENT: Actor = { name: 'Ana', role: 'agent', verified: true };
export const LEAD: Actor = { name: 'Lee', role: 'lead', verified: true };
export const MEMBER = { name: 'Robin Doe', email: 'robin@example.com', memberId: 'M-100' };
const QUIET_MS = 20;
const LOOK_MS = 5;
const BUSY_MS = 1_000;
const PATIENCE_MS = 20_000;

export type Town = Awaited<ReturnType<typeof open>>;

/** One town for a file of stories; every story ends with nothing sent that it did not expect. */
export function useTown(env: Record<string, string> = {}, workerOptions: Parameters<typeof createWorker>[0]['options'] = {}): () => Town {
  let town: Town | undefined;
  beforeAll(async () => {
    town = await open(env, workerOptions);
  }, 60_000);
  afterEach(async ({ task }) => {
    if (!town) return;
    try {
      town.expectNothingElse();
      // A story that failed is no recording.
      if (RECORD && task.result?.state !== 'fail') await keepStory(RECORD, { file: task.file.name, name: expect.getState().currentTestName!, id: task.id }, await town.histories());
    } finally {
      await town.leave();
    }
  });
  afterAll(async () => town?.close());
  return () => town!;
}

async function open(settings: Record<string, string>, options: Parameters<typeof createWorker>[0]['options']) {
  quietRuntime();
  const env: TestWorkflowEnvironment = await timeSkipping();
  let app: ReturnType<typeof gatewayApp> | null = null;
  let wall = await env.currentTimeMs();
  const company = await startCompany({
    now: () => env.currentTimeMs(),
    searchLagMs: 0,
    webhooks: deliver,
  });
  async function deliver({ path, headers, body }: WebhookRequest): Promise<number> {
    wall = await env.currentTimeMs();
    return (await app!.request(path, { method: 'POST', headers, body: new Uint8Array(body) })).status;
  }
  const config = loadWorkerConfig({ ...company.env, JIRA_SEARCH_LAG_SECONDS: '0', ...settings });
  // What is kept to be replayed later is kept as it is: it must be read without a key, and be small.
  const payloads = RECORD ? null : config.payloads;
  const log = pino({ level: 'silent' });
  const ports = await connectPorts(config, log);
  const client = temporalClient(env.connection, 'default', payloads);
  // This server makes no lists. What the sweep looks for with one is looked for among the story's workflows.
  Object.assign(client.workflow, { list: endedFromOutside });
  const talk: Cases = cases(client);
  const worker: Worker = await createWorker({
    config, connection: env.nativeConnection, client, ports, options: { dataConverter: dataConverter(payloads, 'worker'), ...options },
  });
  const running = worker.run();
  app = gatewayApp({
    cases: talk,
    auditor: auditor(client),
    problems: problems(client),
    config: { helpdeskWebhookSecrets: [company.env['HELPDESK_WEBHOOK_SECRET']!], jiraWebhookSecrets: [company.env['JIRA_WEBHOOK_SECRET']!], apiToken: 'token', oidc: null, grantKeys: config.grantKeys },
    codec: { payloads: config.payloads, origins: [] },
    ours: ports.whoAmI,
    now: () => wall,
    log,
  });

  const started = new Set<string>();
  /** The group troubleshootings under its cases. */
  const children = new Set<string>();
  const joinedIn = new Set<string>();
  /** What else runs: the sweep. */
  const others = new Set<string>();
  /** The runs of each workflow that were met. */
  const runs = new Map<string, Set<string>>();
  /** What was seen of each when it was last looked at, by how long its history was; and whether it was asked for its problem then. */
  const looked = new Map<string, { version: string; events: number; open: number; asked: boolean }>();
  const expected = { helpdesk: 0, jira: 0, admin: 0, mail: 0 };
  const systems: Record<string, { ledger: readonly Effect[] }> = { helpdesk: company.helpdesk, jira: company.jira, admin: company.admin };

  /** What onetouch did to the outside since it was last asked, one line an effect. */
  function sent(): string[] {
    const lines: string[] = [];
    for (const [name, { ledger }] of Object.entries(systems)) {
      for (const effect of ledger.slice(expected[name as 'jira'])) if (effect.by === 'onetouch') lines.push(...line(effect));
      expected[name as 'jira'] = ledger.length;
    }
    const { messages } = company.mail;
    for (const { messageId } of messages.slice(expected.mail)) lines.push(`mail ${/\.(\d+)\.([^@]+)@/.exec(messageId)!.slice(1).join(':')}`);
    expected.mail = messages.length;
    return lines.sort();
  }

  /** Every workflow of the story. */
  const everyone = (): string[] => [...[...started].map(caseId), ...children, ...joinedIn, ...others];
  async function* endedFromOutside(): AsyncGenerator<WorkflowExecutionDescription> {
    for (const id of everyone()) {
      const last = await client.workflow.getHandle(id).describe().catch(missing);
      if (last && ['TERMINATED', 'FAILED', 'TIMED_OUT'].includes(last.status.name)) yield last;
    }
  }
  /** Nothing of theirs is under way: no activity, no workflow task, no webhook on the road. */
  async function settled(): Promise<void> {
    const until = Date.now() + PATIENCE_MS;
    let before = '';
    for (let calm = 0; calm < 3; ) {
      await company.idle();
      await workerIdle();
      const seen = await Promise.all(everyone().map(look));
      const failing = seen.some((s) => s.attempts.length > 0);
      const now = JSON.stringify(seen);
      calm = seen.every((s) => s.open === s.attempts.length) && (now === before || !failing) ? calm + 1 : 0;
      before = now;
      if (Date.now() > until) throw new Error(`${everyone().join(', ')} did not come to rest: ${now}`);
      if (calm < 3) await sleep(QUIET_MS);
    }
  }
  /** As long as the worker is at something there is no need to ask the server, unless it takes long: an answer that is withheld. */
  async function workerIdle(): Promise<void> {
    for (const until = Date.now() + BUSY_MS; Date.now() < until; await sleep(LOOK_MS)) {
      const { numInFlightActivities, numInFlightWorkflowActivations } = worker.getStatus();
      if (numInFlightActivities + numInFlightWorkflowActivations === 0) return;
    }
  }
  async function look(workflowId: string) {
    const handle = client.workflow.getHandle(workflowId);
    const description = await handle.describe().catch(missing);
    if (!description) return { events: 0, open: 0, attempts: [] }; // Nobody has begun it.
    const { runId, historyLength, raw } = description;
    runs.set(workflowId, (runs.get(workflowId) ?? new Set()).add(runId));
    const version = `${runId} ${historyLength}`;
    let last = looked.get(workflowId);
    if (last?.version !== version) {
      const events = (await handle.fetchHistory()).events ?? [];
      for (const { startChildWorkflowExecutionInitiatedEventAttributes: child } of events) if (child) children.add(child.workflowId!);
      looked.set(workflowId, (last = { version, events: events.length, open: openTasks(events), asked: false }));
    }
    // An activity that failed waits for its next attempt, which only the skipped time brings.
    const failed = raw.pendingActivities?.filter((a) => a.lastFailure != null) ?? [];
    return { events: last.events, open: last.open, attempts: failed.map((a) => a.attempt) };
  }
  /** Whoever is in the story rests, the problems that its cases are in too: they speak with each other. */
  async function allSettled(): Promise<void> {
    for (let known = -1; known < joinedIn.size; ) {
      known = joinedIn.size;
      await settled();
      for (const id of started) {
        const last = looked.get(caseId(id));
        if (!last || last.asked) continue;
        const { problem } = await talk.state(id);
        if (problem) joinedIn.add(problem);
        last.asked = true;
      }
    }
  }

  const town = {
    env, company, client, config, ports, worker, app,
    cases: talk,
    now: async () => new Date(await env.currentTimeMs()).toISOString(),
    ago: async (ms: number) => new Date((await env.currentTimeMs()) - ms).toISOString(),

    deliver,
    /** Webhooks, as they come from now on, to be delivered once more; until `listen`. */
    keepWebhooks(): WebhookRequest[] {
      const kept: WebhookRequest[] = [];
      company.pointWebhooksAt(async (request) => {
        kept.push(request);
        return deliver(request);
      });
      return kept;
    },
    /** Webhooks arrive again, after a story that had lost them. */
    listen: () => company.pointWebhooksAt(deliver),
    /** A member's ticket, as the helpdesk opens it: the webhook starts the case. */
    async ticket(t: Partial<NewTicket> & { inquiry?: string }): Promise<string> {
      const id = await company.helpdesk.openTicket({
        subject: 'I need help',
        description: 'It does not work for me.',
        member: MEMBER,
        ...t,
      });
      started.add(id);
      await allSettled();
      return id;
    },
    /** Something happens outside; then everything comes to rest. */
    async when(happens: Promise<unknown> | (() => Promise<unknown>)): Promise<void> {
      await (typeof happens === 'function' ? happens() : happens);
      await allSettled();
    },
    /** What somebody says, with its grant where it takes one, as the API gives it to who may. */
    async granted<T extends object>(ticketId: string, verb: string, what: T, by: Actor): Promise<T & { by: Actor; grant?: Grant }> {
      const onGroup = verb === 'fix' || verb === 'approve';
      if (!onGroup && verb !== 'override' && !('withoutFollowUp' in what)) return { ...what, by };
      const { cycle } = await talk.state(ticketId);
      const of = onGroup ? troubleshootingId(ticketId, cycle) : caseId(ticketId);
      return { ...what, by, grant: signGrant(config.grantKeys, { of, verb, cycle: onGroup ? cycle : null, body: { ...what } as Change['body'], by }, await env.currentTimeMs()) };
    },
    /** An agent says something through the API. */
    async says(ticketId: string, verb: keyof typeof SAYS, what: object, by: Actor = AGENT): Promise<Answer> {
      const answer = await (talk[verb] as (id: string, said: object) => Promise<Answer>)(ticketId, await town.granted(ticketId, verb, what, by));
      await allSettled();
      return answer;
    },
    provide: (ticketId: string, facts: Partial<FactValues>) => town.says(ticketId, 'provide', { facts }),
    async sleep(duration: string | number): Promise<void> {
      await env.sleep(duration as '1 hour');
      await allSettled();
    },
    /** A ticket whose webhook is lost: its case is begun by whoever finds it. */
    async unheardTicket(t: Partial<NewTicket> & { inquiry?: string }): Promise<string> {
      company.pointWebhooksAt(null);
      const id = await company.helpdesk.openTicket({ subject: 'I need help', description: 'It does not work for me.', member: MEMBER, ...t });
      started.add(id);
      town.listen();
      return id;
    },
    /** A run of the sweep, as its Schedule begins it. It has ended, unless it has to wait. */
    async sweep() {
      others.add(SWEEP);
      const handle = await client.workflow.start<typeof Sweep>(SWEEP, { workflowId: SWEEP, taskQueue: TASK_QUEUE });
      await allSettled();
      return handle;
    },
    state: (ticketId: string): Promise<CaseView> => talk.state(ticketId),
    timeline: (ticketId: string) => talk.timeline(ticketId),
    async stage(ticketId: string): Promise<Stage> {
      return (await talk.state(ticketId)).stage;
    },
    /** What the case returned; the story has slept until it ended. */
    async record(ticketId: string): Promise<CaseRecord> {
      return (await client.workflow.getHandle(caseId(ticketId)).result()) as CaseRecord;
    },
    async history(ticketId: string, runId?: string) {
      return client.workflow.getHandle(caseId(ticketId), runId).fetchHistory();
    },
    sent,
    /** Exactly these effects, no more and no fewer, since the story last looked. Order does not matter. */
    expectSent: (...lines: string[]) => expect(sent()).toEqual([...lines].sort()),
    expectNothingElse: () => expect(sent(), 'sent, and not expected by the story').toEqual([]),
    /** What every workflow of the story wrote, run by run. */
    histories: async () => historiesOf(client, everyone().map((workflowId) => ({ workflowId, runIds: runs.get(workflowId) ?? [] }))),
    /** The story is over: its cases must not speak in the next one. */
    async leave(): Promise<void> {
      for (const id of everyone()) await client.workflow.getHandle(id).terminate('the story is over').catch(ended);
      started.clear();
      children.clear();
      looked.clear();
      joinedIn.clear();
      others.clear();
      runs.clear();
      for (const { faults } of [company.helpdesk, company.jira, company.admin, company.mail]) faults.clear();
      sent();
    },
    async close(): Promise<void> {
      worker.shutdown();
      await running;
      ports.close();
      await company.close();
      await env.teardown();
    },
  };
  return town;
}

const missing = (error: unknown): null => {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
  return null;
};
const ended = (error: unknown) => {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
};

const SAYS = { close: 1, reEscalate: 1, provide: 1, override: 1, confirm: 1, choose: 1, resume: 1, setPromise: 1, settleMail: 1, fix: 1, approve: 1, refuse: 1, observed: 1 };

/** How many workflow tasks, activities and signals to other workflows are open. (The time-skipping server's description does not tell.) */
function openTasks(events: object[]): number {
  let tasks = 0;
  for (const event of events as Record<string, unknown>[]) {
    if (BEGUN.some((attributes) => event[attributes])) tasks += 1;
    if (OVER.some((attributes) => event[attributes])) tasks -= 1;
  }
  return tasks;
}
const BEGUN = ['workflowTaskScheduledEventAttributes', 'activityTaskScheduledEventAttributes', 'signalExternalWorkflowExecutionInitiatedEventAttributes'];
const OVER = [
  'workflowTaskCompletedEventAttributes',
  'workflowTaskFailedEventAttributes',
  'workflowTaskTimedOutEventAttributes',
  'activityTaskCompletedEventAttributes',
  'activityTaskFailedEventAttributes',
  'activityTaskTimedOutEventAttributes',
  'activityTaskCanceledEventAttributes',
  'externalWorkflowExecutionSignaledEventAttributes',
  'signalExternalWorkflowExecutionFailedEventAttributes',
];

/** `note 1:promise`, `issue INFRA`, `group Tier 2`: the effect's own name where it has one. */
function line({ kind, text, on }: Effect): string[] {
  if (kind === 'mail') return []; // The helpdesk's own mail of a public reply.
  const name = /\[onetouch \d+:(\d+:[^\s\]]+)/.exec(text)?.[1] ?? /Ref\. \d+:(\d+:\S+)/.exec(text)?.[1] ?? /\bkey \d+:(\d+:\S+)$/.exec(text)?.[1];
  if (name) return [`${kind} ${name}`];
  if (['issue', 'remote-link', 'labels'].includes(kind)) return [`${kind} ${on.replace(/-\d+$/, '')}`];
  return [`${kind}${kind === 'account-note' ? '' : ` ${text}`}`];
}
