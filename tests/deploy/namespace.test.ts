import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes.js';
import { expect, test } from 'vitest';
import { SEARCH } from '../../src/workflows/search-attributes.js';
import { devServer } from '../setup/temporal.js';

const MONTH_S = 30 * 24 * 3600;

test('deploy/namespace.sh makes what the cases need, and a second run changes nothing', async () => {
  const server = await devServer();
  const bin = mkdtempSync(join(tmpdir(), 'onetouch-bin-'));
  const connection = await Connection.connect({ address: server.address });
  const namespace = 'fresh';
  try {
    symlinkSync(process.env.TEMPORAL_CLI!, join(bin, 'temporal'));
    const install = () =>
      promisify(execFile)('sh', ['deploy/namespace.sh'], {
        env: {
          PATH: `${bin}:${process.env.PATH}`,
          HOME: bin,
          TEMPORAL_ADDRESS: server.address,
          TEMPORAL_NAMESPACE: namespace,
        },
      });
    const look = async () => {
      const { config } = await connection.workflowService.describeNamespace({ namespace });
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      return { retention: Number(config?.workflowExecutionRetentionTtl?.seconds), customAttributes };
    };

    await install();
    const wanted = {
      retention: MONTH_S,
      customAttributes: Object.fromEntries(
        Object.values(SEARCH).map(({ name, type }) => [name, encodeSearchAttributeIndexedValueType(type)]),
      ),
    };
    expect(await look()).toEqual(wanted);

    await install();
    expect(await look()).toEqual(wanted);
  } finally {
    await connection.close();
    await server.stop();
    rmSync(bin, { recursive: true, force: true });
  }
});
