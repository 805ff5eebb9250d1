/**
 * Recorded histories of the stories, replayed against today's workflow code: a change that would break a case
 * that is waiting somewhere turns red here, and has to be guarded by `patched`. Recorded anew with
 * `npm run histories`, which is right only for a change that no running case can meet.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import protos from '@temporalio/proto';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, expect, test } from 'vitest';
import { caseId, ESCALATION } from '../../src/workflows/messages.js';
import { TROUBLESHOOTING, troubleshootingId } from '../../src/workflows/troubleshooting-messages.js';

const folder = fileURLToPath(new URL('./recorded/', import.meta.url));
const files = readdirSync(folder).filter((f) => f.endsWith('.pb.gz'));
const { History } = protos.temporal.api.history.v1;
const read = (file: string) => History.decode(gunzipSync(readFileSync(folder + file)));

let workflowBundle: { code: string };
beforeAll(async () => {
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url)),
    logger: new DefaultLogger('WARN'),
  });
}, 60_000);

/** A workflow takes a grant only under its own name, so it is replayed under that. */
function idOf(history: ReturnType<typeof read>): string {
  const started = history.events[0]!.workflowExecutionStartedEventAttributes!;
  if (started.workflowId) return started.workflowId;
  const input = JSON.parse(Buffer.from(started.input!.payloads![0]!.data!).toString()) as { ticketId?: string; cycle?: number; id?: string };
  switch (started.workflowType!.name) {
    case TROUBLESHOOTING:
      return troubleshootingId(input.ticketId!, input.cycle!);
    case ESCALATION:
      return caseId(input.ticketId!);
    default:
      return input.id ?? 'another';
  }
}
const replay = (history: ReturnType<typeof read>) => Worker.runReplayHistory({ workflowBundle }, history, idOf(history));

test('there is a history for every kind of stage', () => {
  const words = files.join(' ');
  for (const part of ['rulings', 'promise', 'resolution', 'ticket', 'outages', 'standard']) expect(words).toContain(part);
  expect(files.length).toBeGreaterThan(30);
});

/** What each history came to, by its file: one worker replays them all, since starting one takes longer than a replay. */
const errors = new Map<string, Error | undefined>();
beforeAll(async () => {
  const histories = files.map((file) => ({ file, history: read(file) }));
  let at = 0;
  // They come back one by one, in the order in which they went.
  for await (const { error } of Worker.runReplayHistories({ workflowBundle }, histories.map(({ history }) => ({ workflowId: idOf(history), history })))) errors.set(histories[at++]!.file, error);
}, 300_000);

test.each(files)('%s', (file) => {
  expect(errors.has(file)).toBe(true);
  expect(errors.get(file)).toBeUndefined();
});

test('a workflow that does its steps in another order is caught', async () => {
  const history = read(files.find((f) => f.startsWith('standard'))!);
  const [first, second] = history.events.flatMap((e) => e.activityTaskScheduledEventAttributes?.activityType ?? []);
  [first!.name, second!.name] = [second!.name!, first!.name!];
  await expect(replay(history)).rejects.toThrow(DeterminismViolationError);
});
