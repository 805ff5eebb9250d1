/** The problems, as the gateway, the sweep and the cases talk to them over the Temporal client. */
import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import type { Entry } from '../domain/case.js';
import type { ProblemMember, ProblemView } from '../domain/problem.js';
import { denied, TASK_QUEUE, type Answer, type Denied, type IssueChanged, type Said } from '../workflows/messages.js';
import * as messages from '../workflows/problem-messages.js';
import { isProblemId, PROBLEM, type ProblemStart } from '../workflows/problem-messages.js';
import { SEARCH } from '../workflows/search-attributes.js';
import type { Listing } from './cases.js';
import { NoSuchProblem } from './errors.js';
import { executionOf, plainKey, talking, wherePossible, type Execution } from './talk.js';

/** One line of a list: the execution and its search attributes. No member data. */
export interface ProblemRow extends Execution {
  problemId: string;
  stage: string | null;
  jiraKey: string | null;
  priority: string | null;
  needs: string | null;
  outcome: string | null;
  flagged: boolean;
}

export type Problems = ReturnType<typeof problems>;

/**
 * Talks to the problems. Every call is given a deadline, and rejects with `TemporalAway` when it passes or
 * Temporal cannot be reached, and with `NoSuchProblem` where a problem is named that is not there.
 */
export function problems(client: Client, { deadlineMs = 5_000 }: { deadlineMs?: number } = {}) {
  const { bounded, update: updated, list: listed } = talking(client, deadlineMs, (id) => new NoSuchProblem(id));
  const handle = (id: string) => client.workflow.getHandle(id);

  /** Starts the problem if it is not running, and signals it: one call, so that neither is lost. */
  const signalWithStart = async <T>(start: ProblemStart, signal: SignalDefinition<[T]>, message: T): Promise<void> => {
    await bounded(start.id, () =>
      client.workflow.signalWithStart(PROBLEM, {
        workflowId: start.id,
        taskQueue: TASK_QUEUE,
        args: [start],
        staticSummary: `Problem ${start.id.replace(/^problem-/, '')}`,
        signal,
        signalArgs: [message],
      }),
    );
  };

  const describe = (id: string): Promise<Execution> => bounded(id, async () => executionOf(await handle(id).describe()));

  const update =
    <T>(definition: UpdateDefinition<Answer, [Said<T>]>) =>
    (id: string, said: Said<T>): Promise<Answer> =>
      updated(
        { name: id, workflowId: id, definition, said },
        {
          describe: () => describe(id),
          ended: 'The problem has ended. A case that joins, or a change of its Jira issue, starts it again.',
          endedMeanwhile: 'The problem ended before it could take this up.',
        },
      );

  /** Newest first. Rejects with `BadQuery`. */
  const list = (listing: Listing = {}): Promise<ProblemRow[]> => listed(PROBLEM, listing, rowOf);

  return {
    describe,
    list,
    /** Does it run? False too where there never was one. */
    running: async (id: string): Promise<boolean> => {
      try {
        return (await describe(id)).status === 'running';
      } catch (error) {
        if (error instanceof NoSuchProblem) return false;
        throw error;
      }
    },
    /** The running problems that have this Jira issue. Visibility lags a second or so. */
    byIssue: async (key: string): Promise<string[]> => {
      const query = `${SEARCH.jiraKey.name} = "${plainKey(key)}" AND ExecutionStatus = "Running"`;
      return (await wherePossible(() => list({ query }))).map((row) => row.problemId);
    },

    state: (id: string): Promise<ProblemView> => bounded(id, () => handle(id).query(messages.problemState)),
    /** Oldest first, at most 1,000 at a time. */
    members: (id: string, page: { offset?: number; limit?: number } = {}): Promise<ProblemMember[]> =>
      bounded(id, () => handle(id).query(messages.problemMembers, page)),
    timeline: (id: string): Promise<Entry[]> => bounded(id, () => handle(id).query(messages.problemTimeline)),

    /** Puts an attempt that was refused for its role into the record of a running problem; where none runs, nowhere. */
    denied: (id: string, attempt: Denied): Promise<void> =>
      bounded(id, () => handle(id).signal(denied, attempt)).catch((error: unknown) => {
        if (!(error instanceof NoSuchProblem)) throw error;
      }),

    merge: update(messages.mergeInto),
    choose: update(messages.chooseForAll),
    resume: update(messages.resumeProblem),

    /** Says that its Jira issue changed; starts the problem again where it has ended. */
    issueChanged: (id: string, message: IssueChanged): Promise<void> =>
      signalWithStart({ id, signature: null }, messages.problemIssueChanged, message),
  };
}

function rowOf(info: WorkflowExecutionInfo): ProblemRow | null {
  if (!isProblemId(info.workflowId)) return null;
  const { typedSearchAttributes: found } = info;
  return {
    problemId: info.workflowId,
    ...executionOf(info),
    stage: found.get(SEARCH.stage) ?? null,
    jiraKey: found.get(SEARCH.jiraKey) ?? null,
    priority: found.get(SEARCH.priority) ?? null,
    needs: found.get(SEARCH.needs) ?? null,
    outcome: found.get(SEARCH.outcome) ?? null,
    flagged: found.get(SEARCH.flagged) ?? false,
  };
}
