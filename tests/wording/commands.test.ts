/** Every command that a note tells an agent to type is one that the CLI takes. */
import { afterEach, expect, test, vi } from 'vitest';
import { main } from '../../src/client/cli.js';
import { PROVIDABLE, REPORT_FIELDS } from '../../src/domain/facts.js';
import { note } from '../../src/wording/notes.js';
import { ALL_ARTICLES, NOTES, PROBLEM, all } from './samples.js';

afterEach(() => vi.unstubAllGlobals());

const texts = all(NOTES)
  .concat({ say: 'member-replied', asks: [...PROVIDABLE] }, { say: 'ask-report', missing: [...REPORT_FIELDS], reminder: 0 })
  .map((n) => note(n, { ticketId: '5158', articles: ALL_ARTICLES }));
/** Up to the end of the line, or to where the sentence goes on. */
const written = [...new Set(texts.flatMap((t) => [...t.matchAll(/npx onetouch (.+?)(?= \(| or npx|\. |$)/gm)].map((m) => m[1]!)))];

/** A command as an agent would type it: choices taken, placeholders filled in. */
const typed = (command: string, choice: 0 | 1): string[] =>
  command
    .replace(/\[(.*?)\]/g, choice === 0 ? '' : '$1')
    .replace(/\bTEAM\b/g, '"Tier 2"')
    .replace(/YYYY-MM-DDTHH:MM:SSZ/g, '2026-11-22T10:00:00Z')
    .match(/(?:[^\s"]|"[^"]*")+/g)!
    .map((word) => word.replaceAll('"', ''))
    .map((word) => (word.includes('|') ? word.replace(/[\w-]+(\|[\w-]+)+/, (m) => m.split('|')[choice]!) : word));

async function run(argv: string[]) {
  const calls: { path: string; body: Record<string, unknown> }[] = [];
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
    calls.push({ path: url.pathname, body: JSON.parse(init.body as string) });
    return Response.json({ accepted: true, said: 'Recorded.' });
  });
  const errors: string[] = [];
  const code = await main(argv, {
    env: { API_TOKEN: 'token' },
    out: () => {},
    err: (line) => void errors.push(line),
    stdin: async () => '',
    readFile: async () => new Uint8Array(),
    tokenFile: '',
    signedIn: { read: async () => '', write: async () => {} },
    width: 80,
    now: () => new Date('2026-11-22T10:00:00Z'),
  });
  return { code, errors, calls };
}

test('notes name every command an agent has', () => {
  expect(new Set(written.map((c) => c.split(' ')[0]))).toEqual(
    new Set(['approve', 'choose', 'close', 'confirm', 'fix', 'mail', 'observed', 'override', 'problem', 'promise', 'provide', 're-escalate', 'refuse', 'resume', 'unlink']),
  );
});

test.each(written)('npx onetouch %s', async (command) => {
  for (const choice of [0, 1] as const) {
    const { code, errors, calls } = await run(typed(command, choice));
    expect(errors).toEqual([]);
    expect(code).toBe(0);
    expect(calls).toHaveLength(1);
    expect(calls[0]!.path).toContain(command.startsWith('problem ') ? PROBLEM : '5158');
  }
});

test('every fact and every field of the report arrives by its name', async () => {
  const provides = written.filter((c) => c.startsWith('provide '));
  const said: Record<string, unknown>[] = [];
  for (const command of provides) said.push((await run(typed(command, 0))).calls[0]!.body);
  const names = (part: 'facts' | 'report') => new Set(said.flatMap((body) => Object.keys((body[part] as object | undefined) ?? {})));
  expect(names('facts')).toEqual(new Set(PROVIDABLE));
  expect(names('report')).toEqual(new Set(REPORT_FIELDS));
});
