/**
 * Bundles the compiled workflows for the worker, once at build time, so that a production worker starts at
 * once and every worker of a build runs the same code. Run by `npm run build`, after tsc.
 */
import { copyFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist');

// The SDK requires it by its path; tsc leaves it behind.
const failureConverterPath = join(dist, 'client', 'failure-converter.cjs');
await copyFile(join(dirname(dist), 'src', 'client', 'failure-converter.cjs'), failureConverterPath);

const { code } = await bundleWorkflowCode({
  workflowsPath: join(dist, 'workflows', 'index.js'),
  failureConverterPath,
  logger: new DefaultLogger('WARN'),
});
await writeFile(join(dist, 'workflow-bundle.js'), code);
