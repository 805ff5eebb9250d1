/** What Temporal is given to keep, and what becomes of messages that were not made with our keys. */
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import protos from '@temporalio/proto';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { temporalClient } from '../../src/client/connect.js';
import { dataConverter, FAILURE_CONVERTER } from '../../src/client/data-converter.js';
import { payloadKeys, type PayloadSettings } from '../../src/client/payload-keys.js';
import { loadGatewayConfig } from '../../src/config.js';
import { caseId, close, closeSignal, override, provideSignal, TEMPORAL_UI } from '../../src/workflows/messages.js';
import { ago, eventually, HOUR_MS, useSite } from './site.js';

const site = useSite();
const { History } = protos.temporal.api.history.v1;
const newKey = () => randomBytes(32).toString('base64');
const settings = (text: string, plaintext: PayloadSettings['plaintext'] = 'refuse'): PayloadSettings => ({
  keys: payloadKeys(text, (problem) => expect.fail(problem)),
  plaintext,
});
const FOREIGN = `foreign:${newKey()}`;
const ours = () => loadGatewayConfig({ ...site().company.env, API_TOKEN: 'x' }).payloads;

/** Somebody who reaches Temporal, and whose messages are made with these keys; null is a UI without the codec endpoint. */
const stranger = (id: string, payloads: PayloadSettings | null) =>
  temporalClient(site().temporal.connection, 'default', payloads).workflow.getHandle(caseId(id));

let members = 0;
async function escalated(): Promise<string> {
  const s = site();
  const id = await s.ticket({ inquiry: 'vmp-scheduling-blocked', member: await s.blocked(`M-${++members}`, ago(49 * HOUR_MS)) });
  await s.at(id, 'awaiting-resolution');
  return id;
}
const refusals = async (id: string) => (await site().timeline(id)).filter((e) => e.what === 'refused').map((e) => e.text);

/** Every payload in a history, by where it stands. Search attributes are never encrypted; they hold no member data. */
function payloadsIn(value: unknown, path = ''): { path: string; encoding: string; keyId: string }[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  const { metadata } = value as { metadata?: Record<string, Uint8Array> };
  const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();
  if (metadata?.['encoding']) return [{ path, encoding: text(metadata['encoding']), keyId: text(metadata['encryption-key-id']) }];
  return Object.entries(value).flatMap(([name, inner]) => (/searchAttributes/i.test(name) ? [] : payloadsIn(inner, `${path}.${name}`)));
}

test('every payload in a history is encrypted: inputs, results, signals, updates, summaries and failures', async () => {
  const { company, ...s } = site();
  const id = await escalated();
  expect(await s.say(id, 'provide', { report: { errorText: 'something' } })).toMatchObject({ accepted: true });
  await company.jira.resolve((await s.state(id)).handoff!.issueKey!, 'Fixed');
  await s.at(id, 'confirming');
  const events = await s.events(id);
  const found = payloadsIn(events);
  expect(found.length).toBeGreaterThan(20);
  expect(found.filter((p) => p.encoding !== 'binary/encrypted' || p.keyId !== 'sandbox')).toEqual([]);
  for (const place of ['Started', 'Completed', 'Signaled', 'Accepted', 'userMetadata']) expect(found.map((p) => p.path).join(' ')).toContain(place);
});

test('a message without encryption, or with a key that is not ours, is refused on the record, and the case goes on', async () => {
  const s = site();
  const id = await escalated();
  await stranger(id, null).signal(closeSignal, { reason: 'by hand' });
  await stranger(id, settings(FOREIGN)).signal(closeSignal, { reason: 'from elsewhere' });
  await stranger(id, settings(`sandbox:${newKey()}`)).signal(closeSignal, { reason: 'by a forged key' });
  await stranger(id, null).signal(provideSignal, { report: { errorText: 'by hand' } });
  await s.settled(id);
  expect(await refusals(id)).toEqual([
    expect.stringContaining('it is not encrypted'),
    expect.stringContaining('a key that the worker does not have'),
    expect.stringContaining('it cannot be decoded'),
    expect.stringContaining('it is not encrypted'),
  ]);
  const by = { ...TEMPORAL_UI, role: 'lead', verified: true } as const;
  await expect(stranger(id, null).executeUpdate(override, { args: [{ team: 'Infra', reason: 'x', by }] })).rejects.toThrow(/^A payload is/);
  await expect(stranger(id, settings(FOREIGN)).executeUpdate(close, { args: [{ reason: 'x', by }] })).rejects.toThrow(/^A payload is/);
  expect(await s.state(id)).toMatchObject({ stage: 'awaiting-resolution', overrides: 0 });

  // What is encrypted with our key, as the codec endpoint does for the Temporal UI, is heard.
  await stranger(id, ours()).signal(closeSignal, { reason: 'by hand, through the codec endpoint' });
  expect(await s.record(id)).toMatchObject({ outcome: 'closed' });
});

test('a command that was encrypted for one case is heard by no other, in whose name ever', async () => {
  const { temporal, ...s } = site();
  const [from, to] = [await escalated(), await escalated()];
  expect(await s.say(from, 'provide', { report: { errorText: 'what Lee said of one member' } })).toMatchObject({ accepted: true });
  const accepted = (await s.events(from)).find((e) => e.workflowExecutionUpdateAcceptedEventAttributes)!.workflowExecutionUpdateAcceptedEventAttributes!;
  const { input } = accepted.acceptedRequest!;

  const { workflowService } = temporal.connection;
  const at = { namespace: 'default', workflowExecution: { workflowId: caseId(to) } };
  await workflowService.signalWorkflowExecution({ ...at, signalName: 'provide', input: input!.args!, identity: 'a stranger' });
  const { outcome } = await workflowService.updateWorkflowExecution({ ...at, request: { meta: { updateId: 'copied', identity: 'a stranger' }, input: input! }, waitPolicy: { lifecycleStage: 3 } });
  expect(outcome?.failure).toBeTruthy();
  await s.settled(to);
  expect(await refusals(to)).toEqual([expect.stringContaining('it was encrypted for another workflow')]);
  expect((await s.timeline(to)).filter((e) => e.text.startsWith('provided'))).toEqual([]);
  expect((await s.events(to)).filter((e) => e.workflowTaskFailedEventAttributes)).toEqual([]);
});

test('what was refused stays refused for a worker that has the key later; what was read is never dropped by one that lost it', async () => {
  const s = site();
  const id = await escalated();
  await stranger(id, settings(FOREIGN)).signal(closeSignal, { reason: 'with a key that comes later' });
  await eventually(async () => expect(await refusals(id)).toHaveLength(1));
  await s.settled(id);
  const history = await s.handle(id).fetchHistory();

  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../src/workflows/index.ts', import.meta.url)),
    failureConverterPath: FAILURE_CONVERTER,
    logger: new DefaultLogger('WARN'),
  });
  const seen: string[] = [];
  const replay = (payloads: PayloadSettings) =>
    Worker.runReplayHistory({ workflowBundle, dataConverter: dataConverter(payloads, 'worker', (why) => seen.push(why)) }, History.fromObject(history), caseId(id));
  const env = s.company.env['PAYLOAD_KEYS']!;
  await replay(settings(env));
  await replay(settings(`next:${newKey()},${env}`)); // Rotated.
  await replay(settings(`${env},${FOREIGN}`));
  seen.splice(0);
  await expect(replay(settings(`next:${newKey()}`))).rejects.toThrow(/task failure/);
  expect(seen).toContain('no-key');
});

test('an activity never acts on an input that was not made by us', async () => {
  const [codec] = dataConverter(ours(), 'worker').payloadCodecs!;
  const [plain] = await dataConverter(null, 'client').payloadCodecs![0]!.encode([{ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{}') }]);
  await expect(codec!.decode([plain!], { type: 'activity', namespace: 'default', isLocal: false })).rejects.toThrow(/not encrypted/);
});
