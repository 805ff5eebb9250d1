/**
 * The site of the crash points: the real Temporal server, the gateway and the sandbox company in this process, and
 * the worker as a process of its own, which reaches everything over wires that can stop it at a known moment.
 */
import { pino } from 'pino';
import { WorkflowNotFoundError } from '@temporalio/client';
import { cases } from '../src/client/cases.js';
import { connectTemporal } from '../src/client/connect.js';
import { problems } from '../src/client/problems.js';
import { loadGatewayConfig } from '../src/config.js';
import { startGateway } from '../src/gateway.js';
import { startCompany } from '../src/sandbox/company.js';
import { install } from '../src/worker.js';
import { caseId } from '../src/workflows/messages.js';
import { SEARCH } from '../src/workflows/search-attributes.js';
import { withEnds } from '../tests/setup/ends.js';
import { runNode, workerServes, type Running } from '../tests/setup/process.js';
import { devServer } from '../tests/setup/temporal.js';
import { OPS_EMAIL, type NeedsAndStage, type Outside } from './crash-ledger.js';
import { temporalWire } from './crash-temporal.js';
import { httpWire, mailWire } from './crash-wire.js';

/** Jira's search learns of an issue this late, and the worker knows. */
const LAG_MS = 2_000;
/** What people say may have to wait for a busy worker. */
const PATIENCE_MS = 30_000;

export type CrashSite = Awaited<ReturnType<typeof openCrashSite>>;

/** @param worker what node is given to run the worker, e.g. `['dist/worker.js']` */
export function openCrashSite(worker: readonly string[]) {
  return withEnds(async (ends) => {
    const server = await devServer();
    ends.push(() => server.stop());
    const company = await startCompany({ searchLagMs: LAG_MS });
    ends.push(() => company.close());
    const gatewayConfig = loadGatewayConfig({ ...company.env, API_TOKEN: 'the-api-token', PORT: '0' });
    const temporal = await connectTemporal({ payloads: gatewayConfig.payloads, env: { TEMPORAL_ADDRESS: server.address } });
    ends.push(() => temporal.close());
    await install(temporal, 24 * 60);

    const wires = {
      helpdesk: await httpWire(company.helpdesk.url),
      jira: await httpWire(company.jira.url),
      admin: await httpWire(company.admin.url),
      mail: await mailWire(company.mail.url),
      temporal: await temporalWire(server.address),
    };
    for (const wire of Object.values(wires)) ends.push(() => wire.close());

    const gateway = await startGateway(gatewayConfig, temporal, { log: pino({ level: 'silent' }) });
    ends.push(() => gateway.close());
    company.pointWebhooksAt({ helpdeskUrl: `${gateway.url}/webhooks/helpdesk`, jiraUrl: `${gateway.url}/webhooks/jira` });

    const settings: Record<string, string> = {
      ...company.env,
      HELPDESK_URL: wires.helpdesk.url,
      JIRA_URL: wires.jira.url,
      ADMIN_URL: wires.admin.url,
      SMTP_URL: wires.mail.url,
      TEMPORAL_ADDRESS: wires.temporal.address,
      SWEEP_MINUTES: String(24 * 60),
      OPS_EMAIL,
    };
    const workflow = (workflowId: string) => temporal.client.workflow.getHandle(workflowId);
    const handle = (ticketId: string) => workflow(caseId(ticketId));
    const outside: Outside = company;

    return {
      company, outside, wires, handle,
      client: temporal.client,
      cases: cases(temporal.client, { deadlineMs: PATIENCE_MS }),
      problems: problems(temporal.client, { deadlineMs: PATIENCE_MS }),
      /** What the gateway signs grants with. */
      grantKeys: gatewayConfig.grantKeys,
      /** Starts a worker; resolves when it is ready. */
      async startWorker(): Promise<Running> {
        const started = runNode(worker, { ...settings, LOG_LEVEL: 'info' });
        ends.push(() => started.kill());
        await started.ready(workerServes);
        return started;
      },
      /** Where the case stands, which is the first of these workflows, and which of their activities Temporal waits for. */
      async look(workflowIds: readonly string[]): Promise<NeedsAndStage & { atRest: boolean; waitsFor: string[] }> {
        const all = await Promise.all(workflowIds.map((id) => workflow(id).describe().catch(notYet)));
        const there = all.filter((one) => one !== null);
        const waitsFor = there.flatMap(({ raw }) => (raw.pendingActivities ?? []).map((a) => a.activityType?.name ?? ''));
        const of = all[0]?.typedSearchAttributes;
        const atRest = there.length === all.length && waitsFor.length === 0 && !there.some(({ raw }) => raw.pendingWorkflowTask);
        const problemFlagged = there.slice(1).some((one) => one.typedSearchAttributes.get(SEARCH.flagged) === true);
        return { problemFlagged, stage: of?.get(SEARCH.stage) ?? null, needs: of?.get(SEARCH.needs) ?? null, waitsFor, atRest };
      },
      /** When, after `sinceMs`, the workflow first heard of an activity that was done; milliseconds since 1970. */
      async firstDone(workflowId: string, sinceMs: number): Promise<number | null> {
        const { events } = await workflow(workflowId).fetchHistory();
        const done = (events ?? []).filter((e) => e.activityTaskCompletedEventAttributes).map((e) => msOf(e.eventTime));
        return done.find((at) => at > sinceMs) ?? null;
      },
    };
  });
}

/** The webhook of its ticket is still on its way, or its case has not begun it. */
function notYet(error: unknown): null {
  if (error instanceof WorkflowNotFoundError) return null;
  throw error;
}

interface Timestamp {
  seconds?: unknown;
  nanos?: number | null;
}
const msOf = (time: Timestamp | null | undefined): number => Number(String(time?.seconds ?? 0)) * 1_000 + Math.floor((time?.nanos ?? 0) / 1e6);
