/** How problems and cases reach each other, from activities. */
import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { SignalDefinition } from '@temporalio/common';
import type { ProblemsPort } from '../activities/problems.js';
import { unavailable } from '../activities/failures.js';
import { caseId, ESCALATION, TASK_QUEUE, ticketOf } from '../workflows/messages.js';
import * as messages from '../workflows/problem-messages.js';
import type { ProblemStage, Signature } from '../domain/problem.js';
import { SEARCH } from '../workflows/search-attributes.js';
import { GRPC, grpcCode } from './errors.js';

/** The workflow that troubleshoots a group's problem, and how it learns a fact. */
const TROUBLESHOOTING = 'troubleshooting';
const LEARNED = 'learned';
const DEADLINE_MS = 10_000;
/** As long as nobody was told that it is resolved, or handed over to another. */
const OPEN: readonly ProblemStage[] = ['filing', 'open', 'choosing'];

/** Tickets name a group as agents type it; Admin looks past case as well. */
const folded = (name: string): string => name.trim().toLowerCase();
const isAmong = (name: string, groups: readonly string[]): boolean => groups.some((other) => folded(other) === folded(name));

export function joining(client: Client): ProblemsPort {
  /** Undefined where no such workflow runs; an outage is one that passes. */
  const call = async <T>(doing: string, what: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await client.withDeadline(Date.now() + DEADLINE_MS, what);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw unavailable('Temporal', doing, error instanceof Error ? error.name : 'no answer');
    }
  };
  const signalWithStart = <T>(id: string, signature: Signature | null, signal: SignalDefinition<[T]>, message: T) =>
    call('reach the problem', () =>
      client.workflow.signalWithStart(messages.PROBLEM, {
        workflowId: id,
        taskQueue: TASK_QUEUE,
        args: [{ id, signature }],
        staticSummary: `Problem ${signature?.kind ?? id}`,
        signal,
        signalArgs: [message],
      }),
    );
  const handle = (id: string) => client.workflow.getHandle(id);
  const runs = async (id: string) => (await call('look at the problem', async () => (await handle(id).describe()).status.name)) === 'RUNNING';

  return {
    join: async (problem, join) => void (await signalWithStart(problem, join.signature, messages.join, join)),
    absorb: async (problem, absorb) => void (await signalWithStart(problem, null, messages.absorb, absorb)),
    leave: async (problem, leave) => (await call('reach the problem', async () => (await handle(problem).signal(messages.leave, leave), true))) ?? false,
    survivorEnded: async (problem, ended) => {
      await call('reach the problem', () => handle(problem).signal(messages.survivorEnded, { problem: ended }));
    },
    say: async (says) => (await call('reach the case', async () => (await handle(caseId(says.ticketId)).signal(messages.problemSays, says), true))) ?? false,

    view: async (problem) => ((await runs(problem)) ? ((await call('ask the problem', () => handle(problem).query(messages.problemState))) ?? null) : null),
    membership: async (problem, of) => ((await runs(problem)) ? ((await call('ask the problem', () => handle(problem).query(messages.membership, of))) ?? null) : null),

    async casesOf(problem) {
      const query = `WorkflowType = "${ESCALATION}" AND ExecutionStatus = "Running" AND ${SEARCH.problem.name} = "${problem}"`;
      const found: { ticketId: string; cycle: number }[] = [];
      await listing(query, ({ workflowId, typedSearchAttributes }) => {
        const ticketId = ticketOf(workflowId);
        if (ticketId) found.push({ ticketId, cycle: typedSearchAttributes.get(SEARCH.cycle) ?? 1 });
      });
      return found;
    },

    async stopFixes(groups) {
      const ids: string[] = [];
      // They are few, and a group's name may hold what a query cannot.
      await listing(`WorkflowType = "${TROUBLESHOOTING}" AND ExecutionStatus = "Running"`, ({ workflowId, typedSearchAttributes }) => {
        const group = typedSearchAttributes.get(SEARCH.group);
        if (group && isAmong(group, groups)) ids.push(workflowId);
      });
      for (const id of ids) await call('reach the troubleshooting', () => handle(id).signal(LEARNED, { facts: { scope: 'several-groups' } }));
      return ids.length;
    },

    async systemWide(group) {
      const ids: string[] = [];
      await listing(`WorkflowType = "${messages.PROBLEM}" AND ExecutionStatus = "Running" AND ${SEARCH.priority.name} = "Urgent"`, ({ workflowId }) => {
        // What somebody began under another name is none of ours, and may never answer.
        if (messages.isProblemId(workflowId)) ids.push(workflowId);
      });
      for (const id of ids) {
        const view = await call('ask the problem', () => handle(id).query(messages.problemState));
        if (view?.systemWide && OPEN.includes(view.stage) && view.groups.some((name) => isAmong(name, group))) return true;
      }
      return false;
    },
  };

  async function listing(query: string, each: (info: Awaited<ReturnType<ReturnType<typeof handle>['describe']>>) => unknown): Promise<void> {
    try {
      for await (const info of client.workflow.list({ query })) each(info as never);
    } catch (error) {
      // A server without visibility, as the time-skipping one, knows of none.
      if (grpcCode(error) === GRPC.unimplemented) return;
      throw unavailable('Temporal', 'list workflows', error instanceof Error ? error.name : 'no answer');
    }
  }
}
