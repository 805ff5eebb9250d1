/** Commands of the audit: a case's whole record, the signed export, and its check. */
import { checked } from '../../audit/chain.js';
import type { AuditEntry } from '../../domain/audit.js';
import { isProblemId } from '../../domain/problem.js';
import { CliError, EXIT, type Io } from '../io.js';
import { json, plain, table, when } from '../print.js';
import type { Session } from '../session.js';

/** Of a case by its ticket, or of a problem by its id. */
export async function showAudit(session: Session, of: string): Promise<void> {
  const path = isProblemId(of) ? 'problems' : 'cases';
  const { audit } = (await session.get(`/${path}/${encodeURIComponent(of)}/audit`)) as { audit: AuditEntry[] };
  if (session.json) return session.io.out(json(audit));
  const rows = audit.map((e) => [when(e.at), e.workflow.split('-')[0], e.cycle, e.what, e.by, e.row, (e.times ?? 1) > 1 ? `${e.text} (${e.times} times)` : e.text]);
  session.io.out(rows.length > 0 ? table(['At', 'Of', 'Cycle', 'What', 'By', 'Row', 'Text'], rows, session.io.width) : 'Nothing is recorded.');
}

/** Prints the export as it is: any other form of it would not check. */
export async function exportAudit(session: Session, bounds: { from?: string; to?: string }): Promise<void> {
  const asked = new URLSearchParams(Object.entries(bounds).filter(([, value]) => value !== undefined));
  session.io.out((await session.text(`/audit?${asked}`)).trimEnd());
}

/** Throws `CliError`: 1 when the export was changed, 2 for a file that cannot be read. */
export async function verifyAudit(session: Session, file: string, options: { key?: string }): Promise<void> {
  const text = await read(session.io, file);
  const publicKey = options.key ? await read(session.io, options.key) : ((await session.get('/audit/key')) as { publicKey: string }).publicKey;
  const found = checked(text, publicKey);
  if (!found.ok) throw new CliError(EXIT.error, `Changed: line ${found.line}: ${found.why}.`);
  const { entries, scope, key } = found;
  session.io.out(session.json ? json(found) : `Unchanged: ${entries} entries, exported ${plain(scope.exportedAt)} by ${plain(scope.by)}, signed with ${plain(key)}.`);
}

async function read(io: Io, file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await io.readFile(file));
  } catch (error) {
    throw new CliError(EXIT.usage, `${plain(file)} cannot be read (${error instanceof TypeError ? 'it is not UTF-8' : ((error as NodeJS.ErrnoException).code ?? 'error')}).`);
  }
}
