/** Payloads encrypted: what comes back, and everything that must not. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { ApplicationFailure, type Payload, type SerializationContext } from '@temporalio/common';
import { decodeFailure, encodeErrorToFailure, loadDataConverter } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { defaultPayloadConverter } from '@temporalio/common';
import { expect, test } from 'vitest';
import { CannotRead, dataConverter } from '../../src/client/data-converter.js';
import { BY_HAND, open, seal } from '../../src/client/payload-codec.js';
import { payloadKeys, type PayloadSettings } from '../../src/client/payload-keys.js';

const key = (fill?: number) => (fill === undefined ? randomBytes(32) : Buffer.alloc(32, fill)).toString('base64');
const keys = (text: string, problems: string[] = []) => payloadKeys(text, (problem) => problems.push(problem));
const [OLD, NEW] = [key(), key()];
const settings = (text: string, plaintext: PayloadSettings['plaintext'] = 'refuse'): PayloadSettings => ({ keys: keys(text), plaintext });
const both = settings(`new:${NEW},old:${OLD}`);
const payload = (value: unknown): Payload => defaultPayloadConverter.toPayload(value)!;
const value = (opened: ReturnType<typeof open>) => ('payload' in opened ? defaultPayloadConverter.fromPayload(opened.payload) : opened.unreadable);
const CASE = 'case-5158';
const WORKFLOW: SerializationContext = { type: 'workflow', namespace: 'default', workflowId: 'case-5158' };
const ACTIVITY: SerializationContext = { type: 'activity', namespace: 'default', workflowId: 'case-5158', isLocal: false };

test('what is sealed is opened as it was, and nothing of it can be seen', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      const sealed = seal(payload(json), both, CASE);
      expect(value(open(sealed, both))).toEqual(JSON.parse(JSON.stringify(json)));
      expect(Object.fromEntries(Object.entries(sealed.metadata!).map(([k, v]) => [k, Buffer.from(v).toString()]))).toEqual({
        encoding: 'binary/encrypted', 'encryption-cipher': 'aes-256-gcm', 'encryption-key-id': 'new', 'encryption-for': CASE,
      });
    }),
  );
  const sealed = Buffer.from(seal(payload('Robin has a canary'), both, CASE).data!);
  for (const form of ['canary', Buffer.from('canary').toString('base64')]) expect(sealed.includes(form)).toBe(false);
});

test('binary values and nothing at all come back too', () => {
  expect(value(open(seal(payload(undefined), both, CASE), both))).toBeUndefined();
  expect(value(open(seal(payload(new Uint8Array([0, 255])), both, CASE), both))).toEqual(new Uint8Array([0, 255]));
});

test('the same payload twice is never the same ciphertext', () => {
  const seen = new Set(Array.from({ length: 1_000 }, () => Buffer.from(seal(payload('x'), both, CASE).data!.subarray(0, 12)).toString('hex')));
  expect(seen.size).toBe(1_000);
});

test('the first key encrypts, each decrypts; one that is not there is told apart', () => {
  const before = seal(payload('before'), settings(`old:${OLD}`), CASE);
  expect(value(open(before, both))).toBe('before');
  expect(value(open(seal(payload('after'), both, CASE), settings(`old:${OLD},new:${NEW}`)))).toBe('after');
  expect(open(before, settings(`new:${NEW}`))).toEqual({ unreadable: 'no-key' });
});

test('no byte of it can be changed, and its key id cannot be exchanged', () => {
  const sealed = seal(payload({ reason: 'done' }), both, CASE);
  for (let at = 0; at < sealed.data!.length; at++) {
    const data = Uint8Array.from(sealed.data!);
    data[at]! ^= 1;
    expect(open({ ...sealed, data }, both)).toEqual({ unreadable: 'malformed' });
  }
  for (const length of [0, 1, 11, 12, 27, 28, sealed.data!.length - 1])
    expect(open({ ...sealed, data: sealed.data!.subarray(0, length) }, both)).toEqual({ unreadable: 'malformed' });
  // The same key under another name: the ciphertext says by which name it was made.
  const renamed = { ...sealed, metadata: { ...sealed.metadata, 'encryption-key-id': Buffer.from('other') } };
  expect(open(renamed, settings(`other:${NEW}`))).toEqual({ unreadable: 'malformed' });
});

test('what was encrypted for one workflow is read by no other, whatever is written beside it', async () => {
  const sealed = seal(payload('confirmed'), both, 'case-1');
  expect(value(open(sealed, both, ['case-1']))).toBe('confirmed');
  expect(open(sealed, both, [CASE, BY_HAND])).toEqual({ unreadable: 'elsewhere' });
  for (const owner of [CASE, BY_HAND, '']) {
    const renamed = { ...sealed, metadata: { ...sealed.metadata, 'encryption-for': Buffer.from(owner) } };
    expect(open(renamed, both, [owner])).toEqual({ unreadable: 'malformed' });
  }

  const [codec] = dataConverter(both, 'worker').payloadCodecs!;
  const [replaced] = await codec!.decode([sealed], WORKFLOW);
  expect(defaultPayloadConverter.fromPayload(replaced!)).toEqual({ undecodable: 'elsewhere' });
  await expect(codec!.decode([sealed], ACTIVITY)).rejects.toThrow('for another workflow');
  await expect(dataConverter(both, 'client').payloadCodecs![0]!.decode([sealed], WORKFLOW)).rejects.toThrow('for another workflow');
  // What people typed in is for whichever workflow they sent it to, and for no activity.
  const typed = seal(payload('by hand'), both, BY_HAND);
  expect(defaultPayloadConverter.fromPayload((await codec!.decode([typed], WORKFLOW))[0]!)).toBe('by hand');
  await expect(codec!.decode([typed], ACTIVITY)).rejects.toThrow('for another workflow');
});

test('a run of a Schedule reads what the one before returned', async () => {
  const run = (time: string): SerializationContext => ({ type: 'workflow', namespace: 'default', workflowId: `sweep-${time}` });
  const [codec] = dataConverter(both, 'worker').payloadCodecs!;
  const returned = await codec!.encode([payload({ knocked: 1 })], run('2026-11-25T19:00:00Z'));
  expect(defaultPayloadConverter.fromPayload((await codec!.decode(returned, run('2026-11-25T19:05:00Z')))[0]!)).toEqual({ knocked: 1 });
});

test('plaintext is refused, unless cases from before encryption are still to be read', () => {
  expect(open(payload('by hand'), both)).toEqual({ unreadable: 'plaintext' });
  expect(value(open(payload('by hand'), { ...both, plaintext: 'accept' }))).toBe('by hand');
  const garbage = { metadata: { encoding: Buffer.from('json/protobuf') }, data: Buffer.from('{"half') };
  for (const plaintext of ['accept', 'refuse'] as const) expect(open(garbage, { ...both, plaintext })).toEqual({ unreadable: 'malformed' });
});

test('anything at all is opened without a throw', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('encoding', 'encryption-key-id', 'x'), fc.uint8Array()), fc.uint8Array({ maxLength: 80 }), (metadata, data) => {
      for (const encoding of [undefined, 'binary/encrypted']) {
        const given = { metadata: { ...metadata, 'encryption-key-id': Buffer.from('new'), ...(encoding && { encoding: Buffer.from(encoding) }) }, data };
        expect(open(given, both)).toHaveProperty('unreadable');
      }
    }),
  );
});

test('what an outsider sends to a workflow is replaced; what only we write must be readable', async () => {
  const [codec] = dataConverter(both, 'worker').payloadCodecs!;
  const [client] = dataConverter(both, 'client').payloadCodecs!;
  const foreign = seal(payload('x'), settings(`foreign:${key()}`), CASE);
  const [replaced] = await codec!.decode([foreign], WORKFLOW);
  expect(defaultPayloadConverter.fromPayload(replaced!)).toEqual({ undecodable: 'no-key' });
  for (const wrong of [foreign, payload('by hand')]) {
    await expect(codec!.decode([wrong], ACTIVITY)).rejects.toThrow(CannotRead);
    await expect(codec!.decode([wrong])).rejects.toThrow(CannotRead);
    await expect(client!.decode([wrong], WORKFLOW)).rejects.toThrow(CannotRead);
  }
});

test('the text, the stack and the details of a failure are encrypted, its causes too, however often it is passed on', async () => {
  const converter = loadDataConverter(dataConverter(both, 'worker'));
  const cause = ApplicationFailure.create({ message: 'canary one', details: ['canary two'], type: 'Unavailable' });
  let error: Error = ApplicationFailure.create({ message: 'canary three', cause, type: 'Refused' });
  for (let times = 0; times < 3; times++) {
    const failure = await encodeErrorToFailure(converter, error);
    const bytes = JSON.stringify(failure, (_, v: unknown) => (v instanceof Uint8Array ? Buffer.from(v).toString('latin1') : v));
    expect(bytes).not.toMatch(/canary|payload-codec/);
    expect(failure.message).toBe('Encoded failure');
    error = converter.failureConverter.failureToError(await decodeFailure(converter.payloadCodecs, failure), converter.payloadConverter);
    expect(error).toMatchObject({ message: 'canary three', type: 'Refused', cause: { message: 'canary one', details: ['canary two'] } });
  }
});

test.each([
  ['', /place 1/],
  ['no-colon', /place 1/],
  [`a b:${OLD}`, /place 1/],
  [`a:${OLD},`, /place 2/],
  [`a:${OLD.slice(0, -8)}`, /"a"\) that is not exactly 32 bytes/],
  [`a:${OLD.slice(1)}!`, /"a"\) that is not exactly 32 bytes/],
  [`a:${key(0)}`, /"a"\) that is not random/],
  [`a:${OLD},a:${NEW}`, /"a" twice/],
])('a setting that cannot be right is named without its key: %#', (text, wrong) => {
  const problems: string[] = [];
  keys(text, problems);
  expect(problems).toEqual([expect.stringMatching(wrong)]);
  expect(problems.join()).not.toContain(OLD.slice(0, 10));
});
