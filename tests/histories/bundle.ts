/** Workflow code, bundled to be replayed with: today's, or today's with two of its steps exchanged. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { Recorded } from './read.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Two texts of one file, each of which stands in it exactly once, the first before the second. */
export interface Exchange {
  /** Under src. */
  file: string;
  first: string;
  second: string;
}

const bundle = (src: string): Promise<WorkflowBundleWithSourceMap> => bundleWorkflowCode({ workflowsPath: join(src, 'workflows', 'index.ts'), logger: new DefaultLogger('WARN') });

export const today = (): Promise<WorkflowBundleWithSourceMap> => bundle(join(ROOT, 'src'));

/** Of a copy of the sources in which the two texts have changed places. Throws where they are not found as they should be. */
export async function withExchanged({ file, first, second }: Exchange): Promise<WorkflowBundleWithSourceMap> {
  const text = readFileSync(join(ROOT, 'src', file), 'utf8');
  const [before, rest, ...more] = text.split(first);
  const [between, after, ...again] = (rest ?? '').split(second);
  if (more.length + again.length > 0 || after === undefined || before!.includes(second)) throw new Error(`src/${file} does not hold "${first}" once, and "${second}" once after it.`);
  const copy = mkdtempSync(join(tmpdir(), 'onetouch-reordered-'));
  try {
    cpSync(join(ROOT, 'src'), join(copy, 'src'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    writeFileSync(join(copy, 'src', file), [before, second, between, first, after].join(''));
    return await bundle(join(copy, 'src'));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Rejects with `DeterminismViolationError` where the code does not do what the history says. */
export const replay = (workflowBundle: WorkflowBundleWithSourceMap, { history, workflowId }: Recorded): Promise<void> => Worker.runReplayHistory({ workflowBundle }, history, workflowId);
