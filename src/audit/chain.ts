/**
 * The audit's chain: every line carries the hash of the one before it, and the last one a signature over the
 * whole. Whoever holds the public key sees any change: an edit, a line taken out, put in or moved, a cut end.
 */
import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { AuditEntry } from '../domain/audit.js';
import { inertJson } from '../wording/clean.js';

const FORMAT = 'onetouch-audit/1';

/** The key that signs exports: Ed25519. `id` is the beginning of the public key's SHA-256. */
export interface AuditKey {
  id: string;
  privateKey: KeyObject;
  /** PEM, to be handed to whoever checks an export. */
  publicPem: string;
}

/** Reads an Ed25519 private key (PKCS #8 as PEM, or its DER in base64). Throws an `Error` that says what is wrong. */
export function auditKey(text: string): AuditKey {
  let privateKey: KeyObject;
  try {
    privateKey = text.includes('BEGIN')
      ? createPrivateKey(text.replaceAll(String.raw`\n`, '\n'))
      : createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' });
  } catch {
    throw new Error('is not a private key: an Ed25519 key as PKCS #8, PEM or base64');
  }
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('is not an Ed25519 key');
  const publicKey = createPublicKey(privateKey);
  return { id: idOf(publicKey), privateKey, publicPem: publicKey.export({ format: 'pem', type: 'spki' }).toString() };
}

const idOf = (publicKey: KeyObject) => createHash('sha256').update(publicKey.export({ format: 'der', type: 'spki' })).digest('hex').slice(0, 16);
const linked = (previous: string, line: string) => createHash('sha256').update(`${previous}\n${line}`).digest('hex');

/** What an export covers. */
export interface AuditScope {
  /** ISO 8601. */
  exportedAt: string;
  /** Who asked for it. */
  by: string;
  /** Cases that began at or after, and before; null is no bound. ISO 8601. */
  from: string | null;
  to: string | null;
}

/** The export: one JSON object a line. First what it covers, then each entry with its link, last the signature. */
export function chained(entries: readonly AuditEntry[], scope: AuditScope, key: AuditKey): string {
  const lines = [written({ format: FORMAT, key: key.id, ...scope })];
  let link = linked('', lines[0]!);
  for (const [i, entry] of entries.entries()) {
    const line = written({ seq: i + 1, ...entry });
    link = linked(link, line);
    lines.push(JSON.stringify({ link, entry: line }));
  }
  const signature = sign(null, Buffer.from(closing(entries.length, link)), key.privateKey).toString('base64');
  lines.push(JSON.stringify({ entries: entries.length, head: link, signature }));
  return `${lines.join('\n')}\n`;
}

/** One line, in which nothing is left that a terminal obeys. */
const written = (value: object): string => inertJson(JSON.stringify(value));
const closing = (entries: number, head: string) => `${FORMAT}\n${entries}\n${head}`;

/** What checking an export found. `line` counts from 1. */
export type Checked = { ok: true; entries: number; scope: AuditScope; key: string } | { ok: false; line: number; why: string };

/** Checks an export against the public key (PEM). Never throws: what cannot be read was changed. */
export function checked(text: string, publicPem: string): Checked {
  const wrong = (line: number, why: string): Checked => ({ ok: false, line, why });
  let publicKey: KeyObject;
  try {
    publicKey = createPublicKey(publicPem);
  } catch {
    return wrong(0, 'the public key cannot be read');
  }
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length < 2) return wrong(lines.length + 1, 'the end is missing');
  const [first, ...rest] = lines;
  const last = rest.pop()!;
  const scope = parsed(first!);
  if (!scope || scope['format'] !== FORMAT || written(scope) !== first) return wrong(1, `this is no export of the form ${FORMAT}`);
  if (scope['key'] !== idOf(publicKey)) return wrong(1, 'it was signed with another key');
  let link = linked('', first!);
  for (const [i, line] of rest.entries()) {
    const { link: said, entry, ...more } = parsed(line) ?? {};
    if (typeof entry !== 'string' || JSON.stringify({ link: said, entry }) !== line || Object.keys(more).length > 0) return wrong(i + 2, 'it is not written as an export writes it');
    link = linked(link, entry);
    if (link !== said) return wrong(i + 2, 'it, or a line before it, was changed');
    if (parsed(entry)?.['seq'] !== i + 1) return wrong(i + 2, 'it does not stand in its place');
  }
  const { entries, head, signature, ...more } = parsed(last) ?? {};
  const asWritten = JSON.stringify({ entries, head, signature }) === last && Object.keys(more).length === 0;
  if (!asWritten || entries !== rest.length || head !== link) return wrong(lines.length, 'the end does not fit what stands before it');
  const bytes = Buffer.from(String(signature), 'base64');
  if (bytes.toString('base64') !== signature || !verify(null, Buffer.from(closing(rest.length, link)), publicKey, bytes)) return wrong(lines.length, 'the signature does not fit');
  const { format: _, key, ...covers } = scope;
  return { ok: true, entries: rest.length, scope: covers as unknown as AuditScope, key: String(key) };
}

function parsed(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
