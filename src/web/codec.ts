/**
 * Temporal's codec server protocol: with it the Temporal UI shows what is encrypted, and encrypts what is sent from
 * it. The keys stay here; who may do which stands with the routes of the API (`access.ts`).
 */
import { Hono, type Context, type Handler, type MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { Payload } from '@temporalio/common';
import { z } from 'zod';
import { BY_HAND, open, seal } from '../client/payload-codec.js';
import type { PayloadSettings } from '../client/payload-keys.js';
import { TEMPORAL_UI } from '../workflows/messages.js';
import type { Known } from './access.js';
import { bytesOf, limitedTo } from './body.js';
import { readJson } from './json.js';
import { shaped } from './refusal.js';
import { sameSecret } from './webhooks/sign.js';

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

const VERBS = ['decode', 'encode'] as const;
type Verb = (typeof VERBS)[number];

/** A page of a history with its payloads of at most 2 MB each. */
const limited = limitedTo(16);
const base64 = z.base64().default('');
const schema = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), base64).default({}), data: base64 })).max(10_000),
});

/**
 * The routes, `decode` and `encode`. `doors` let in who is signed in and may, as for the API, before any of the body
 * is read; a browser asks whether it may ask before it shows who is asking. Payloads that cannot be read are answered
 * as they are.
 */
export function codec({ payloads, origins }: CodecOptions, doors: readonly MiddlewareHandler<Known>[]): Hono<Known> {
  const app = new Hono<Known>();
  app.use(cors({ origin: [...origins], allowMethods: ['POST'], allowHeaders: ['Authorization', 'Authorization-Extras', 'Content-Type', 'X-Namespace'], maxAge: 600 }));
  const [first, ...others] = doors;
  for (const verb of VERBS) {
    const answer: Handler<Known> = (c) => answered(verb, payloads, c);
    if (first) app.post(`/${verb}`, first, ...others, limited, answer);
  }
  return app;
}

/** The same at a path that is a secret itself, which is nobody's by role. It goes beside `codec`, after it. */
export function openCodec({ payloads }: CodecOptions, openAt: string): Hono<Known> {
  const app = new Hono<Known>();
  for (const verb of VERBS) app.post(`/:secret/${verb}`, async (c, next) => (sameSecret(c.req.param('secret'), openAt) ? next() : c.notFound()), limited, (c) => answered(verb, payloads, c));
  return app;
}

async function answered(verb: Verb, settings: PayloadSettings, c: Context): Promise<Response> {
  const { payloads } = shaped(schema, readJson(await bytesOf(c)), 'The body');
  return c.json({ payloads: payloads.map((payload) => toJson(DOES[verb](fromJson(payload), settings))) }, 200, { 'Cache-Control': 'no-store' });
}

const DOES: Record<Verb, (payload: Payload, settings: PayloadSettings) => Payload> = {
  decode: (payload, settings) => {
    const opened = open(payload, settings);
    return 'payload' in opened ? opened.payload : payload;
  },
  encode: (payload, settings) => seal(saidByHand(payload), settings, BY_HAND),
};

/**
 * What is typed into the Temporal UI says that it was: workflows take from it what people may say, and nothing that only
 * onetouch itself says. A command names who says it, and the API takes that from the sign-in. What is typed is nobody's
 * whom we could vouch for: the name in it gives way to the UI's, so that the record says no more than is known.
 */
function saidByHand(payload: Payload): Payload {
  if (Buffer.from(payload.metadata?.['encoding'] ?? []).toString() !== 'json/plain') return payload;
  try {
    const said = JSON.parse(Buffer.from(payload.data ?? []).toString()) as unknown;
    if (typeof said !== 'object' || said === null || Array.isArray(said)) return payload;
    const marked = { ...said, ...('by' in said && { by: TEMPORAL_UI }), byHand: true };
    return { ...payload, data: new Uint8Array(Buffer.from(JSON.stringify(marked))) };
  } catch {
    return payload; // No workflow reads that.
  }
}

type Json = z.output<typeof schema>['payloads'][number];
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const base64Of = (data: Uint8Array | null | undefined) => Buffer.from(data ?? []).toString('base64');
const each = <A, B>(map: Record<string, A>, change: (value: A) => B) => Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]));

const fromJson = ({ metadata, data }: Json): Payload => ({ metadata: each(metadata, bytes), data: bytes(data) });
const toJson = ({ metadata, data }: Payload): Json => ({ metadata: each(metadata ?? {}, base64Of), data: base64Of(data) });
