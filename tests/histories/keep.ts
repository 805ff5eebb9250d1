/**
 * Keeps what the stories' workflows wrote, to be replayed against later code (`npm run histories`). It only adds: a
 * story that has a recording keeps the one it has, since a case that is under way somewhere may have just that history.
 */
import { createHash } from 'node:crypto';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import protos from '@temporalio/proto';
import type { Client } from '@temporalio/client';

const { History } = protos.temporal.api.history.v1;
type IHistory = protos.temporal.api.history.v1.IHistory;

/** The folder that recordings are added to; undefined where the stories are only told. */
export const RECORD = process.env['ONETOUCH_RECORD'];

export interface Story {
  /** Its file; of the path only the name counts. */
  file: string;
  /** The whole name, with those of the blocks that it stands in. */
  name: string;
  /** The test's own id: no two have the same. */
  id: string;
}
/** A workflow of the story. */
export interface Told {
  workflowId: string;
  /** Runs of it that were met. The last one is found, and what each was continued from, and as. */
  runIds: Iterable<string>;
}

const LONGEST_NAME = 80;
/** Which story goes by which name, in this process: a file of stories is told in one. */
const names = new Map<string, string>();

/**
 * What a story's recordings are called, without `.pb.gz`; each after the first has its number behind a point. A long
 * name is cut, and told from others by a digest. Throws where two stories would go by one name.
 */
export function nameOf({ file, name, id }: Story): string {
  const whole = `${basename(file, '.test.ts')}-${name}`;
  const plain = whole.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const digest = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  const short = plain.length <= LONGEST_NAME ? plain : `${plain.slice(0, LONGEST_NAME - digest.length - 1)}-${digest}`;
  if ((names.get(short) ?? id) !== id) throw new Error(`Two stories would be recorded as ${short}: "${name}" needs another name.`);
  names.set(short, id);
  return short;
}

/** Adds a story's histories to the folder, unless it has some. Answers the names of the files that were written. */
export async function keepStory(folder: string, story: Story, histories: readonly IHistory[]): Promise<string[]> {
  const name = nameOf(story);
  const files = histories.map((_, i) => `${name}${i === 0 ? '' : `.${i + 1}`}.pb.gz`);
  if (files.length === 0 || (await isThere(join(folder, files[0]!)))) return [];
  await mkdir(folder, { recursive: true });
  // The first one comes last: where it is, the others are.
  for (const [i, file] of [...files.entries()].reverse()) await writeFile(join(folder, file), gzipSync(History.encode(History.fromObject(histories[i]!)).finish()));
  return files;
}

/** The history of every run of the workflows, each run once, with the name of the workflow in it, under which alone it can be replayed. */
export async function historiesOf(client: Client, workflows: readonly Told[]): Promise<IHistory[]> {
  const histories: IHistory[] = [];
  for (const { workflowId, runIds } of workflows) {
    const { runId: last } = await client.workflow.getHandle(workflowId).describe();
    const open = [...runIds, last];
    const seen = new Set<string>();
    for (let runId; (runId = open.shift()); ) {
      if (seen.has(runId)) continue;
      seen.add(runId);
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      const started = history.events![0]!.workflowExecutionStartedEventAttributes!;
      // The server whose time skips leaves it out.
      started.workflowId ||= workflowId;
      histories.push(history);
      const next = history.events!.at(-1)!.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
      for (const other of [started.continuedExecutionRunId, next]) if (other) open.push(other);
    }
  }
  return histories;
}

const isThere = (path: string): Promise<boolean> => access(path).then(() => true, () => false);
