/**
 * Recorded histories of the stories, replayed against today's workflow code: a change that would break a case
 * that is waiting somewhere turns red here, and has to be guarded by `patched`. New stories are added by
 * `npm run histories`; with `--anew` all are recorded again, which is right only for a change that no running case can meet.
 */
import { Worker } from '@temporalio/worker';
import { beforeAll, expect, test } from 'vitest';
import { quietRuntime } from '../setup/quiet.js';
import { today } from './bundle.js';
import { FILES, read } from './read.js';

/** What each history came to, by its file: one worker replays them all, since starting one takes longer than a replay. */
const errors = new Map<string, Error | undefined>();
beforeAll(async () => {
  quietRuntime();
  const recorded = FILES.map(read);
  let at = 0;
  // They come back one by one, in the order in which they went.
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: await today() }, recorded)) errors.set(recorded[at++]!.file, error);
}, 600_000);

test.each(FILES)('%s', (file) => {
  expect(errors.has(file)).toBe(true);
  expect(errors.get(file)).toBeUndefined();
});
