/**
 * Temporal's codec server protocol: with it the Temporal UI shows what is encrypted, and encrypts what is sent from
 * it. The keys stay here; who may do which is decided like for the API.
 */
import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import type { Payload } from '@temporalio/common';
import { z } from 'zod';
import { open, seal } from '../client/payload-codec.js';
import type { PayloadSettings } from '../client/payload-keys.js';
import { bytesOf } from './body.js';
import { readJson } from './json.js';
import { Refusal, shaped } from './refusal.js';
import { sameSecret } from './webhooks/sign.js';
import type { Known } from './who.js';

export interface CodecOptions {
  payloads: PayloadSettings;
  /** Where the Temporal UI is served, e.g. `https://temporal.example.com`; browsers let no other page ask. */
  origins: readonly string[];
  /**
   * A path that is a secret itself: `/codec/<it>/decode` asks for no sign-in. Only `npm start` has one: the UI of the
   * dev server knows no sign-in that it could pass on.
   */
  openAt?: string;
}

type Verb = 'decode' | 'encode';
/** Agents send signals and never need to read another's case; auditors read and never send. */
const MAY: Record<Verb, readonly string[]> = {
  decode: ['lead', 'ops', 'admin', 'auditor'],
  encode: ['agent', 'lead', 'ops', 'admin'],
};

/** A page of a history with its payloads of at most 2 MB each. */
const MAX_BYTES = 16 * 1024 * 1024;
const base64 = z.base64().default('');
const schema = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), base64).default({}), data: base64 })).max(10_000),
});

/** The routes. `door` lets in who is signed in, as for the API. Payloads that cannot be read are answered as they are. */
export function codec({ payloads: settings, origins, openAt }: CodecOptions, door: MiddlewareHandler<Known>): Hono<Known> {
  const decode = (payload: Payload): Payload => {
    const opened = open(payload, settings);
    return 'payload' in opened ? opened.payload : payload;
  };
  const does = { decode, encode: (payload: Payload): Payload => seal(payload, settings) };

  const answer = async (verb: Verb, c: Parameters<typeof bytesOf>[0]) => {
    const { payloads } = shaped(schema, readJson(await bytesOf(c)), 'The body');
    return c.json({ payloads: payloads.map((payload) => toJson(does[verb](fromJson(payload)))) }, 200, { 'Cache-Control': 'no-store' });
  };

  const app = new Hono<Known>();
  app.use(cors({ origin: [...origins], allowMethods: ['POST'], allowHeaders: ['Authorization', 'Authorization-Extras', 'Content-Type', 'X-Namespace'], maxAge: 600 }));
  app.use(bodyLimit({
    maxSize: MAX_BYTES,
    onError: () => {
      throw new Refusal(413, 'The body is larger than 16 MB.');
    },
  }));
  for (const verb of ['decode', 'encode'] as const) {
    app.post(`/${verb}`, door, (c) => {
      if (!MAY[verb].includes(c.get('actor').role)) throw new Refusal(403, `To ${verb} payloads takes one of the roles ${MAY[verb].join(', ')}.`);
      return answer(verb, c);
    });
    if (openAt) {
      app.post(`/:secret/${verb}`, (c) => {
        if (!sameSecret(c.req.param('secret'), openAt)) return c.notFound();
        return answer(verb, c);
      });
    }
  }
  return app;
}

/** A path as it may be logged: without the secret that a sandbox's path is. */
export const loggable = (path: string): string => path.replace(/^\/codec\/[^/]+\/(?=.)/, '/codec/…/');

type Json = z.output<typeof schema>['payloads'][number];
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const base64Of = (data: Uint8Array | null | undefined) => Buffer.from(data ?? []).toString('base64');
const each = <A, B>(map: Record<string, A>, change: (value: A) => B) => Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]));

const fromJson = ({ metadata, data }: Json): Payload => ({ metadata: each(metadata, bytes), data: bytes(data) });
const toJson = ({ metadata, data }: Payload): Json => ({ metadata: each(metadata ?? {}, base64Of), data: base64Of(data) });
