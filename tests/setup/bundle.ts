/** Bundles the workflows once for all test files: each worker of them would do it again, for seconds. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const at = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

export default async function setup(): Promise<() => Promise<void>> {
  const { code } = await bundleWorkflowCode({ workflowsPath: at('workflows/index.ts'), failureConverterPath: at('client/failure-converter.cjs'), logger: new DefaultLogger('WARN') });
  const dir = await mkdtemp(join(tmpdir(), 'onetouch-bundle-'));
  const file = join(dir, 'workflow-bundle.js');
  await writeFile(file, code);
  process.env['TEST_WORKFLOW_BUNDLE'] = file;
  return () => rm(dir, { recursive: true, force: true });
}
