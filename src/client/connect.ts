/** The connection to Temporal, by the standard `TEMPORAL_*` variables and `temporal.toml`. */
import { Client, Connection, type ConnectionOptions, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { clientInterceptors, dataConverter } from './data-converter.js';
import type { PayloadSettings } from './payload-keys.js';

export interface Temporal {
  client: Client;
  connection: Connection;
  namespace: string;
  /** `host:port`, for messages. */
  address: string;
  close(): Promise<void>;
}

/** Where Temporal is. Throws when a `TEMPORAL_*` variable or `temporal.toml` is malformed. */
export function temporalAddress(env: NodeJS.ProcessEnv = process.env) {
  const config = loadClientConnectConfig({ overrideEnvVars: env as Record<string, string> });
  return {
    namespace: config.namespace ?? 'default',
    options: {
      // The SDK types these for its native connection; the fields read from the environment are the same.
      ...(config.connectionOptions as ConnectionOptions),
      address: config.connectionOptions.address ?? 'localhost:7233',
      // After a long outage gRPC would wait up to two minutes before it looks again.
      channelArgs: { 'grpc.max_reconnect_backoff_ms': 5_000 },
    },
  };
}

/**
 * Connects to Temporal. `lazy` returns at once and connects at the first call, for a gateway that starts while
 * Temporal is away. Otherwise rejects when Temporal cannot be reached within 10 s, naming the address.
 * `payloads` are the keys of what is said to the cases; null for a client that reads and says nothing.
 */
export async function connectTemporal(how: { payloads: PayloadSettings | null; lazy?: boolean; env?: NodeJS.ProcessEnv }): Promise<Temporal> {
  const { namespace, options: plain } = temporalAddress(how.env);
  const retries = endableRetries();
  const options = { ...plain, interceptors: [retries.interceptor] };
  const connection = how.lazy ? Connection.lazy(options) : await reach(options);
  return {
    client: temporalClient(connection, namespace, how.payloads),
    connection,
    namespace,
    address: options.address,
    close: async () => {
      await retries.end();
      await connection.close();
    },
  };
}

const LONGEST_RETRY_MS = 1_000;

/**
 * The SDK's retries, which can be ended: one that falls due after the connection was closed throws in its timer,
 * which takes the whole process down. `end` stops new ones and waits, a second at most, for those that are due.
 */
function endableRetries() {
  const byDefault = defaultGrpcRetryOptions();
  let ended = false;
  let lastDueAt = 0;
  return {
    interceptor: makeGrpcRetryInterceptor({
      retryableDecider: (attempt, status) => !ended && byDefault.retryableDecider(attempt, status),
      delayFunction: (attempt, status) => {
        const delayMs = Math.min(byDefault.delayFunction(attempt, status), LONGEST_RETRY_MS);
        lastDueAt = Math.max(lastDueAt, Date.now() + delayMs);
        return delayMs;
      },
    }),
    end: async (): Promise<void> => {
      ended = true;
      const restMs = lastDueAt - Date.now();
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs + 20));
    },
  };
}

/** A client with this project's data converter and interceptors. */
export function temporalClient(connection: Connection, namespace: string, payloads: PayloadSettings | null): Client {
  const interceptors = clientInterceptors();
  return new Client({
    connection,
    namespace,
    dataConverter: dataConverter(payloads, 'client'),
    ...(interceptors && { interceptors }),
  });
}

async function reach(options: ConnectionOptions): Promise<Connection> {
  try {
    return await Connection.connect(options);
  } catch (cause) {
    throw new Error(
      `Temporal cannot be reached at ${options.address}. Start it, or set TEMPORAL_ADDRESS to where it is.`,
      { cause },
    );
  }
}
