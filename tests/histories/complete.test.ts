/** Whatever a running case may be in the middle of is in a recorded history, and so is held against today's code. */
import { Client, Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import type { Ports } from '../../src/activities/index.js';
import type { WorkerConfig } from '../../src/config.js';
import { ROWS } from '../../src/policy/table.js';
import { workerActivities } from '../../src/worker.js';
import * as workflows from '../../src/workflows/index.js';
import { activitiesIn, FILES, goesOn, isContinued, read, rowsIn } from './read.js';

const recorded = FILES.map(read);
const TYPES = Object.keys(workflows);
const missing = (wanted: readonly string[], met: readonly string[]): string[] => wanted.filter((name) => !met.includes(name));

test('every type of workflow', () => {
  expect(missing(TYPES, recorded.map((r) => r.workflowType))).toEqual([]);
});

test('every row of the protocol', () => {
  expect(missing(ROWS.map((r) => r.id), recorded.flatMap(rowsIn))).toEqual([]);
});

test('every type of activity', async () => {
  const connection = Connection.lazy();
  // They are only named here: what they would reach is not there.
  const activities = workerActivities({ config: {} as WorkerConfig, client: new Client({ connection }), ports: {} as Ports });
  await connection.close();
  expect(missing(Object.keys(activities), recorded.flatMap(activitiesIn))).toEqual([]);
});

test('a run that is continued as new, and one that goes on from another', () => {
  // A sweep ends; the next one is begun by its Schedule.
  const types = TYPES.filter((type) => type !== 'sweep');
  expect(missing(types, recorded.filter(goesOn).map((r) => r.workflowType))).toEqual([]);
  expect(missing(types, recorded.filter(isContinued).map((r) => r.workflowType))).toEqual([]);
});
