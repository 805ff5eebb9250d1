/** What `npm start` keeps between two starts, in one folder beside package.json. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { newSecrets, type CompanySecrets } from '../sandbox/company.js';

/** How far each sample has come. By its name. */
export type Progress = Record<string, { ticket: string; stepsDone: number; /** ISO 8601. */ reachedAt: string | null }>;

export type Data = Awaited<ReturnType<typeof openData>>;

/** Only these are removed by `--fresh`: the folder may be somebody's own. */
const OURS = ['temporal.db', 'temporal.db-wal', 'temporal.db-shm', 'company', 'samples.json', 'secrets.json', 'api-token', 'audit-key', 'onetouch.log', 'temporal.log'];

/**
 * Opens the folder for one process.
 * @param options.fresh forgets what earlier starts left
 * @param options.apiToken the API's token where the environment sets one
 * Rejects when another process uses the folder, or a file in it cannot be read.
 */
export async function openData(folder: string, { fresh = false, apiToken = null as string | null } = {}) {
  const dir = resolve(folder);
  const path = (name: string) => join(dir, name);
  await mkdir(dir, { recursive: true });
  const release = await claim(path('running'), dir);
  try {
    if (fresh) for (const name of OURS) await rm(path(name), { recursive: true, force: true });
    const token = apiToken ?? (await readText(path('api-token'))) ?? secret();
    await writeSecret(path('api-token'), `${token}\n`);
    const auditKey = (await readText(path('audit-key'))) ?? newAuditKey();
    await writeSecret(path('audit-key'), `${auditKey}\n`);
    const progress = (await readJson<Progress>(path('samples.json'))) ?? {};
    let saving = Promise.resolve();

    return {
      dir,
      path,
      apiToken: token,
      /** Signs the audit's exports, as AUDIT_KEY. */
      auditKey,
      secrets: await companySecrets(path('secrets.json')),
      progress,
      /** Writes the progress down; calls are carried out one after the other. */
      save: (): Promise<void> => (saving = saving.then(() => replace(path('samples.json'), JSON.stringify(progress, null, 2)))),
      /** Lets another process have the folder. */
      release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

const newAuditKey = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
const secret = () => randomBytes(24).toString('hex');

/** The same ones at every start: a case that waits goes on with the same company. */
async function companySecrets(file: string): Promise<CompanySecrets> {
  const kept = await readJson<Partial<CompanySecrets>>(file);
  const secrets: CompanySecrets = { ...newSecrets(), ...kept };
  await writeSecret(file, JSON.stringify(secrets, null, 2));
  return secrets;
}

/** Two processes on one database and one set of ledgers would undo each other's work. */
async function claim(file: string, dir: string): Promise<() => Promise<void>> {
  const other = Number(await readText(file));
  if (other && other !== process.pid && isAlive(other))
    throw new Error(`${dir} is in use by process ${other}. Stop that one first, or set ONETOUCH_DATA to another folder.`);
  await writeFile(file, `${process.pid}\n`);
  return () => rm(file, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readText(file: string): Promise<string | null> {
  try {
    return (await readFile(file, 'utf8')).trim() || null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function readJson<T>(file: string): Promise<T | null> {
  const text = await readText(file);
  if (text === null) return null;
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new Error(`${file} cannot be read. Start with --fresh to forget what earlier starts left.`);
  }
}

async function replace(file: string, text: string, mode = 0o644): Promise<void> {
  await writeFile(`${file}.new`, text, { mode });
  await rename(`${file}.new`, file);
}

async function writeSecret(file: string, text: string): Promise<void> {
  await replace(file, text, 0o600);
  await chmod(file, 0o600);
}
