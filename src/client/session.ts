/** One run of the CLI against the gateway: where it is, who asks, how to print. */
import { randomUUID } from 'node:crypto';
import type { Answer } from '../workflows/messages.js';
import { callApi, callApiForText } from './api.js';
import { CliError, EXIT, type Io } from './io.js';
import { json, plain } from './print.js';
import { tokenFor, type Token } from './signed-in.js';

export interface SessionOptions {
  url?: string;
  as?: string;
  json?: boolean;
  key?: string;
}

export type Session = ReturnType<typeof openSession>;

export const DEFAULT_URL = 'http://127.0.0.1:8080';

/** Throws `CliError` (2) for a URL that is none. */
export function openSession(io: Io, { url = io.env['ONETOUCH_URL'] || DEFAULT_URL, as, json: asJson = false, key }: SessionOptions) {
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw new CliError(EXIT.usage, `"${plain(url)}" is not an address like ${DEFAULT_URL}.`);
  let found: Promise<Token> | null = null;
  /** The same for every call of a command. */
  const token = () => (found ??= tokenFor(io, url));
  const at = { url, token, ...(as && { as }) };
  /** Says a command under a path and prints its answer. Throws `CliError` (3) when it is refused. */
  const sayTo = async (path: string, verb: string, body: unknown): Promise<void> => {
    const answer = (await callApi(io, at, `${path}/${verb}`, { body, key: key ?? randomUUID() })) as Answer;
    if (asJson) io.out(json(answer));
    if (!answer.accepted)
      throw new CliError(EXIT.refused, `Refused${answer.row ? ` by ${plain(answer.row)}` : ''}: ${plain(answer.reason)}`);
    if (!asJson) io.out(plain(answer.said));
    if (as) await sayWhoseItIs(as);
  };
  /** A name that is only stated is not heard where people sign in. */
  const sayWhoseItIs = async (stated: string): Promise<void> => {
    const { name } = (await callApi(io, at, '/me')) as { name: string };
    if (name !== stated.trim()) io.err(`The record says "${plain(name)}" and not "${plain(stated)}": --as is heard only by a gateway without a sign-in. To say who you are: npx onetouch login`);
  };
  return {
    io,
    url,
    json: asJson,
    token,
    get: (path: string) => callApi(io, at, path),
    /** A body that is not JSON, as it is. */
    text: (path: string) => callApiForText(io, at, path),
    sayTo,
    /** The same, said to the case of a ticket. */
    say: (ticket: string, verb: string, body: unknown): Promise<void> => sayTo(`/cases/${encodeURIComponent(ticket)}`, verb, body),
  };
}
