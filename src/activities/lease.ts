/**
 * Does Temporal still wait for this attempt? A worker that stood still for too long (a paused machine, a stalled
 * process) was given up, and another one does its work: it must not go on where it stopped.
 */
import { Context } from '@temporalio/activity';
import { ActivityCompletionError, ActivityNotFoundError } from '@temporalio/client';
import { givenUp } from './failures.js';

interface Lease {
  /** Says that the worker is alive; called every few seconds. */
  beat(): void;
  /** Asks Temporal. A task that was handed to a worker while it stood still looks new to the worker alone. */
  ask(): Promise<void>;
  /** How far the attempt has come; each heartbeat carries it, and the next attempt finds it as its heartbeat details. */
  kept: unknown;
  /** The attempt was given up, or will be before anything done now is heard. */
  readonly isOver: boolean;
}

const leases = new WeakMap<Context, Lease>();

/**
 * Begins the lease of one attempt. Times in ms; `now` counts while a process stands still, too. `ask` rejects with
 * `ActivityNotFoundError` when Temporal waits for this attempt no more.
 */
export function atWork(context: Context, { now = Date.now, ask = async () => {} }: { now?: () => number; ask?: (kept: unknown) => Promise<void> } = {}): Lease {
  const { heartbeatTimeoutMs, startToCloseTimeoutMs } = context.info;
  // 0 where the activity has none.
  const patienceMs = heartbeatTimeoutMs || Infinity;
  const longestMs = startToCloseTimeoutMs || Infinity;
  const began = now();
  let last = began;
  let missed = false;
  const stoodStill = () => now() - last > patienceMs;
  const lease: Lease = {
    beat() {
      missed ||= stoodStill();
      last = now();
    },
    ask: () => ask(lease.kept),
    kept: undefined,
    get isOver() {
      return missed || stoodStill() || now() - began > longestMs;
    },
  };
  leases.set(context, lease);
  return lease;
}

/** Keeps how far this attempt has come, for the next one: plain JSON, which may go on changing. */
export function keep(progress: unknown): void {
  const lease = leases.get(Context.current());
  if (lease) lease.kept = progress;
}

/**
 * Asked right before an effect that the other side does not refuse a second time. Throws `Unavailable` when the
 * attempt is over; nobody hears it then, and whoever has the work now does it.
 */
export async function stillOurs(): Promise<void> {
  const lease = leases.get(Context.current());
  await lease?.ask().catch((error: unknown) => {
    if (error instanceof ActivityNotFoundError) throw givenUp('wait for this worker', 'the attempt was given up');
    // Anything else that it answers (to be cancelled, paused) leaves the attempt ours.
    if (error instanceof ActivityCompletionError) throw givenUp('say whether it waits for this worker', error.message);
  });
  if (lease?.isOver) throw givenUp('wait for this worker', 'it stood still for too long');
}
