/** Deploys with Worker Versioning: waiting cases move to the new build, and back, and none of their effects is repeated. */
import { expect, test } from 'vitest';
import { ago, eventually, HOUR_MS, useSite } from './site.js';

const site = useSite({ worker: 'processes' });
const PATIENCE_MS = 60_000;

test('a case that waits is taken over by the next build, and by the one before when that is made current again', { timeout: 200_000 }, async () => {
  const { company, client, ...s } = site();
  const makeCurrent = (buildId: string) =>
    eventually(() => client.workflowService.setWorkerDeploymentCurrentVersion({ namespace: 'default', deploymentName: 'onetouch', buildId, identity: 'a deploy', ignoreMissingTaskQueues: true }), PATIENCE_MS);
  const buildOf = async (id: string) => (await s.handle(id).describe()).raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId;
  // What a killed worker was last asked is answered by another one only after a while.
  const issueOf = (id: string) => eventually(async () => (await s.state(id)).handoff!.issueKey!, PATIENCE_MS);
  const ripe = async (memberId: string) => s.ticket({ inquiry: 'vmp-scheduling-blocked', member: await s.blocked(memberId, ago(49 * HOUR_MS)) });

  const first = await s.startWorker({ WORKER_BUILD_ID: 'build-1' });
  await makeCurrent('build-1');
  const [one, two] = [await ripe('M-1'), await ripe('M-2')];
  for (const id of [one, two]) await s.at(id, 'awaiting-resolution', PATIENCE_MS);
  expect(await buildOf(one)).toBe('build-1');

  // A build that is not current gets nothing to do.
  const second = await s.startWorker({ WORKER_BUILD_ID: 'build-2' });
  const three = await ripe('M-3');
  const { handoff } = await s.at(three, 'awaiting-resolution', PATIENCE_MS);
  expect(await buildOf(three)).toBe('build-1');

  await makeCurrent('build-2');
  await first.kill();
  await company.jira.resolve(await issueOf(one), 'Fixed');
  await company.jira.resolve(handoff!.issueKey!, 'Fixed');
  for (const id of [one, three]) await s.at(id, 'confirming', PATIENCE_MS);
  expect(await buildOf(one)).toBe('build-2');

  // Rolled back, with a case that the new build has worked on and one that it has not.
  await s.startWorker({ WORKER_BUILD_ID: 'build-1' });
  await makeCurrent('build-1');
  await second.kill();
  await company.jira.resolve(await issueOf(two), 'Fixed');
  await s.at(two, 'confirming', PATIENCE_MS);
  await s.say(one, 'confirm', { verdict: 'works' });
  expect(await s.record(one)).toMatchObject({ outcome: 'confirmed' });
  expect(await buildOf(two)).toBe('build-1');

  const escalated = ['issue PRODOPS', 'mail 1:follow-up', 'mail 1:promise', 'note 1:follow-up', 'note 1:promise', 'remote-link PRODOPS'];
  expect(s.effects(one)).toEqual([...escalated.slice(0, 4), 'note 1:promise', 'note 1:record', 'remote-link PRODOPS']);
  for (const id of [two, three]) expect(s.effects(id)).toEqual(escalated);
  for (const id of [one, two, three]) expect((await s.events(id)).filter((e) => e.workflowTaskFailedEventAttributes)).toEqual([]);
});
