/** What can go wrong when a case or a problem is talked to, told apart for the gateway's answers. */
import { isGrpcServiceError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { NamespaceNotFoundError, WorkflowNotFoundError } from '@temporalio/common';

/** gRPC status codes, by their numbers in the gRPC specification. */
export const GRPC = { cancelled: 1, invalidArgument: 3, deadlineExceeded: 4, notFound: 5, alreadyExists: 6, failedPrecondition: 9, unimplemented: 12 } as const;

/** Temporal, or the worker behind it, did not take or answer the call: try again. */
export class TemporalAway extends Error {
  override name = 'TemporalAway';
}

/** No case for that ticket, or one whose retention is over. */
export class NoSuchCase extends Error {
  override name = 'NoSuchCase';
  constructor(readonly ticketId: string) {
    super(
      `There is no case for ticket ${ticketId}. If it ended long ago, its record is an internal note on the ticket.`,
    );
  }
}

/** No problem of that id, or one whose retention is over. */
export class NoSuchProblem extends Error {
  override name = 'NoSuchProblem';
  constructor(readonly problemId: string) {
    super(`There is no problem ${problemId}. If it ended long ago, its Jira issue is what is left of it.`);
  }
}

/** A visibility query that Temporal does not understand. */
export class BadQuery extends Error {
  override name = 'BadQuery';
}

/** A command that the workflow's validator rejected for its shape, or a call whose content Temporal does not take. */
export class Malformed extends Error {
  override name = 'Malformed';
}

/**
 * The gRPC status code in an error or its cause; null when it has none. We cancel no call: where one was cancelled, the
 * server knew before us that its deadline was over.
 */
export function grpcCode(error: unknown): number | null {
  for (let e = error; e instanceof Error; e = e.cause) if (isGrpcServiceError(e)) return e.code === GRPC.cancelled ? GRPC.deadlineExceeded : e.code;
  return null;
}

/** What Temporal says of a query that it does not understand, as a `BadQuery`; other errors as they are. */
export function asOfQuery(error: unknown): unknown {
  if (grpcCode(error) !== GRPC.invalidArgument) return error;
  let deepest = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  const { details, message } = deepest as Error & { details?: string };
  return new BadQuery(`Temporal does not understand the query: ${details ?? message}`, { cause: error });
}

/** Makes one of the errors above of the SDK's, `missing` of a workflow that is not there; others, which are bugs, pass through. */
export function understood(error: unknown, missing: () => Error): unknown {
  if (error instanceof WorkflowNotFoundError) return missing();
  if (error instanceof NamespaceNotFoundError)
    return new TemporalAway(`Temporal has no namespace "${error.namespace}"; set TEMPORAL_NAMESPACE or create it.`);
  const code = grpcCode(error);
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || code === GRPC.deadlineExceeded)
    return new TemporalAway('Temporal or its worker did not answer in time. The cases go on by themselves; try again in a minute.', { cause: error });
  if (code === GRPC.failedPrecondition)
    return new TemporalAway('No worker of onetouch is running, or it cannot read this case.', { cause: error });
  if (code === GRPC.invalidArgument) return new Malformed('Temporal does not take what was sent: something in it is too long, or has a form that it does not know.', { cause: error });
  if (code !== null)
    return new TemporalAway(`Temporal did not take the call (gRPC status ${code}).`, { cause: error });
  return error;
}
