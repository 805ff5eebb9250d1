/**
 * Entry: the worker. Configuration → adapters → activities → Worker. `startWorker` is shared with the embedded
 * start and the tests; run by itself it serves any Temporal address until it is told to stop.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Context } from '@temporalio/activity';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Client } from '@temporalio/client';
import { NativeConnection, Runtime, Worker, type ActivityInboundCallsInterceptor, type Logger, type NativeConnectionOptions, type WorkerOptions } from '@temporalio/worker';
import { createActivities, type Ports } from './activities/index.js';
import { createTroubleshootingActivities } from './activities/troubleshooting.js';
import { createProblemActivities } from './activities/problems.js';
import { atWork } from './activities/lease.js';
import { createGrantActivities } from './activities/grants.js';
import { createSweepActivities } from './activities/sweep.js';
import { connectAdmin } from './adapters/admin.js';
import { connectGroups } from './adapters/admin-groups.js';
import { connectHelpdesk } from './adapters/helpdesk.js';
import { connectJira } from './adapters/jira.js';
import { connectMail } from './adapters/mail.js';
import { observing } from './adapters/observe.js';
import type { Logger as Pino } from 'pino';
import { cases } from './client/cases.js';
import { connectTemporal } from './client/connect.js';
import { dataConverter, workerInterceptors } from './client/data-converter.js';
import { joining } from './client/joining.js';
import { installSweep } from './client/schedule.js';
import { sweeping } from './client/sweeping.js';
import { registerSearchAttributes } from './client/search-attributes.js';
import { ConfigError, bundleOfTests, loadWorkerConfig, type WorkerConfig } from './config.js';
import { temporalLogger, logger } from './log.js';
import { TASK_QUEUE } from './workflows/messages.js';

export interface WorkerParts {
  config: WorkerConfig;
  connection: NativeConnection;
  client: Client;
  namespace?: string;
  ports: Ports;
  /** More options for tests, e.g. `maxCachedWorkflows: 0`; of interceptors, more for the activities, and modules for the workflows. */
  options?: Partial<WorkerOptions>;
}

/** Connects the outside systems. Rejects when a group or field named in the configuration does not exist. */
export async function connectPorts(config: WorkerConfig, log: Pino): Promise<Ports & { whoAmI: Record<'helpdesk' | 'jira', () => Promise<string>>; close(): void }> {
  const patience = { timeoutMs: config.outsideTimeoutMs };
  const admin = { ...config.admin, ...patience };
  const helpdesk = await connectHelpdesk({ ...config.helpdesk, ...patience }, fetch, (warning) => log.warn(warning));
  const jira = connectJira({ ...config.jira, ...patience });
  const mail = connectMail(config.mail);
  const ports = { helpdesk, jira, admin: connectAdmin(admin), groups: connectGroups(admin), mail };
  return {
    ...(config.mode === 'observe' ? observing(ports, log) : ports),
    whoAmI: { helpdesk: () => helpdesk.whoAmI(), jira: () => jira.whoAmI() },
    close: () => mail.close(),
  };
}

/** Every activity, by its type's name. */
export function workerActivities({ config, client, ports }: Pick<WorkerParts, 'config' | 'client' | 'ports'>) {
  const problems = joining(client);
  return {
    ...createActivities({ ...ports, config, cases: cases(client) }),
    ...createTroubleshootingActivities({ ...ports, problems }),
    ...createProblemActivities({ ...ports, config, problems }),
    ...createGrantActivities(config),
    ...createSweepActivities({ ...ports, cases: sweeping(client) }),
  };
}

/** Makes a worker, ready to `run()`. */
export async function createWorker({ config, connection, client, namespace = 'default', ports, options }: WorkerParts): Promise<Worker> {
  const ours = workerInterceptors() ?? {};
  const { interceptors: more, ...others } = options ?? {};
  const { buildId, name } = config.deployment;
  return Worker.create({
    connection,
    namespace,
    taskQueue: TASK_QUEUE,
    ...(others.workflowsPath || more?.workflowModules ? sources() : workflowCode()),
    activities: workerActivities({ config, client, ports }),
    dataConverter: dataConverter(config.payloads, 'worker', unread()),
    interceptors: {
      ...ours,
      activity: [...(ours.activity ?? []), (context) => ({ inbound: stillAtIt(context, client) }), ...(more?.activity ?? [])],
      workflowModules: [...(ours.workflowModules ?? []), ...(more?.workflowModules ?? [])],
    },
    // A mail in flight is let finish: cut short, nobody would know whether it went.
    shutdownGraceTime: '25 seconds',
    // A deploy moves waiting cases to the new build; changes of the flow are guarded by `patched`.
    ...(buildId && {
      workerDeploymentOptions: {
        version: { deploymentName: name, buildId },
        useWorkerVersioning: true,
        defaultVersioningBehavior: 'AUTO_UPGRADE',
      },
    }),
    ...others,
  });
}

/** The failures themselves are encrypted; here ops see why, and count it. */
function unread(): (why: string, words: string) => void {
  const { logger, metricMeter } = Runtime.instance();
  const counter = metricMeter.createCounter('onetouch_unreadable_payloads', 'payload', 'Payloads that could not be read');
  return (why, words) => {
    counter.add(1, { why });
    logger.warn(words, { why });
  };
}

/** So often within the time after which it is missed. */
const BEATS = 4;
/** Where it is not waited for: it may be told to stop all the same. */
const BEAT_MS = 5_000;

/** While an activity runs, Temporal hears that its worker is alive: one that is lost is missed in seconds, not minutes. */
const stillAtIt = (context: Context, client: Client): ActivityInboundCallsInterceptor => ({
  async execute(input, next) {
    const { taskToken, namespace, activityId, workflowExecution, heartbeatTimeoutMs } = context.info;
    // The next attempt must be able to read it: the task's token alone does not tell the codec whose it is.
    const serializationContext = { type: 'activity', namespace, activityId, ...workflowExecution, isLocal: false } as const;
    const lease = atWork(context, { ask: (kept) => client.activity.heartbeat(taskToken, kept, { serializationContext }) });
    const beating = setInterval(() => {
      lease.beat();
      context.heartbeat(lease.kept);
    }, heartbeatTimeoutMs ? heartbeatTimeoutMs / BEATS : BEAT_MS);
    try {
      return await next(input);
    } finally {
      clearInterval(beating);
    }
  },
});

/** The bundle that was made beforehand: by the build (production), or for a run of the tests, which starts many workers. Else the sources. */
function workflowCode(): Pick<WorkerOptions, 'workflowBundle'> | Pick<WorkerOptions, 'workflowsPath'> {
  const built = fileURLToPath(new URL('./workflow-bundle.js', import.meta.url));
  const codePath = existsSync(built) ? built : bundleOfTests();
  return codePath ? { workflowBundle: { codePath } } : sources();
}

function sources(): Pick<WorkerOptions, 'workflowsPath'> {
  const own = fileURLToPath(import.meta.url);
  return { workflowsPath: fileURLToPath(new URL(`./workflows/index${own.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)) };
}

/** What installation needs once, and finds done afterwards: the search attributes and the sweep's Schedule. */
export async function install(temporal: Awaited<ReturnType<typeof connectTemporal>>, sweepMinutes: number): Promise<void> {
  await registerSearchAttributes(temporal.connection, temporal.namespace);
  await installSweep(temporal.client, sweepMinutes);
}

/** Serves until it is told to stop, as the environment says; with more options in tests. */
export async function serve(options?: Partial<WorkerOptions>): Promise<void> {
  const config = loadWorkerConfig();
  const log = logger(config.logLevel);
  Runtime.install({ logger: temporalLogger(log) satisfies Logger, shutdownSignals: ['SIGINT', 'SIGTERM'] });
  const temporal = await connectTemporal({ payloads: config.payloads });
  const native = loadClientConnectConfig();
  const connection = await NativeConnection.connect((native.connectionOptions ?? {}) as NativeConnectionOptions);
  const ports = await connectPorts(config, log);
  try {
    await install(temporal, config.sweepMinutes);
    const worker = await createWorker({ config, connection, client: temporal.client, namespace: temporal.namespace, ports, ...(options && { options }) });
    log.info({ temporal: temporal.address, namespace: temporal.namespace, mode: config.mode }, 'the worker is ready');
    await worker.run();
  } finally {
    ports.close();
    await connection.close();
    await temporal.close();
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  serve().catch((error: unknown) => {
    console.error(error instanceof ConfigError || error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
