/** The published documents of others: not part of this repository, and read where they lie. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, beforeEach, type TestContext } from 'vitest';

const folder = process.env['ONETOUCH_SPECS'] ?? path.resolve(import.meta.dirname, '../../../shared/specs');

export const PUBLISHED = {
  helpdesk: path.join(folder, 'zendesk-support.openapi.yaml'),
  jira: path.join(folder, 'jira-cloud-v3.openapi.json'),
  compose: path.join(folder, 'compose-spec.schema.json'),
} as const;
type Name = keyof typeof PUBLISHED;

/** Skips a test, and says why, where the document is not there. */
export function needs(name: Name, t: TestContext): void {
  if (!existsSync(PUBLISHED[name])) t.skip(`there is no ${PUBLISHED[name]}; ONETOUCH_SPECS names its folder`);
}

/** What the tests of one `describe` make of a document; without it each of them is skipped, and says why. */
export function usePublished<T>(name: Name, make: (file: string) => Promise<T>): () => T {
  let made: T;
  beforeAll(async () => {
    if (existsSync(PUBLISHED[name])) made = await make(PUBLISHED[name]);
  });
  beforeEach((t) => needs(name, t));
  return () => made;
}
