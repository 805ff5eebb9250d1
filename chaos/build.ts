/** Of which commit a report tells, so that its run can be repeated. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const git = async (...args: string[]): Promise<string> => (await promisify(execFile)('git', args)).stdout.trim();

/** e.g. `3f2a…, with uncommitted changes`; `no commit` outside of a repository. What a report itself writes does not count. */
export async function commit(but?: string): Promise<string> {
  try {
    const changed = await git('status', '--porcelain', '--', '.', ...(but ? [`:!${but}`] : []));
    return `${await git('rev-parse', 'HEAD')}${changed ? ', with uncommitted changes' : ''}`;
  } catch {
    return 'no commit';
  }
}
