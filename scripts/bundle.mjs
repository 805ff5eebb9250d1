/**
 * Bundles the compiled workflows for the worker, once at build time, so that a production worker starts at
 * once and every worker of a build runs the same code. Run by `npm run build`, after tsc.
 */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist');

const { code } = await bundleWorkflowCode({
  workflowsPath: join(dist, 'workflows', 'index.js'),
  logger: new DefaultLogger('WARN'),
});
await writeFile(join(dist, 'workflow-bundle.js'), code);
